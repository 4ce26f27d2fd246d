"""From a source to the text in it, and whether that may be kept."""
