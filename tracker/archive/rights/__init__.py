"""Rows about rights: who may see what, what was withdrawn, and what goes where it was destroyed."""
