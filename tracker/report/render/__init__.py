"""Renderers: one report document as text for a terminal, and as Markdown."""
