"""What commands print: a comparison, or what the archive answers, becomes text."""
