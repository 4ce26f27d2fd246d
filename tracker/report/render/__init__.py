"""Renderers: one report document as text for a terminal, and as Markdown; both texts as DOCX and as TEI."""
