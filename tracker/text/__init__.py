"""From what an extractor read to clean text, cut into segments that can be cited."""
