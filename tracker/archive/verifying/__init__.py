"""Proof that the record and its mirror are what they were, and mending from the copy that proves it."""
