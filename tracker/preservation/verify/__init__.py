"""Proof that the record and its mirror hold what they held when it was written."""
