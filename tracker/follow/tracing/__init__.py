"""Where a sentence or a phrase was said before, and where it comes from."""
