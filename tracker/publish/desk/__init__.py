"""Deciding in the browser: what people are asked of two statements, and their answers until they are kept."""
