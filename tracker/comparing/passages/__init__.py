"""Passages as rules read them: terms of the tables where they stand, and what replaces what."""
