"""Rows about rights: who may see what, what was withdrawn, and what is removed when it is destroyed."""
