"""Vocabularies: read, checked, compiled, and matched with sentences."""
