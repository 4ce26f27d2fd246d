"""Rows about what was done: runs, checks of sources, reviews, decisions, proofs."""
