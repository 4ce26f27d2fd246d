"""Reading documents: their format, encoding and text."""
