"""Capturing documents: fetching them, reading their text, and deciding whether to admit them."""
