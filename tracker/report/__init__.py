"""One renderer a file: a comparison, or what the archive answers, becomes text."""
