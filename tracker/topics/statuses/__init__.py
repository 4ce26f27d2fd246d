"""What became of each topic between two statements."""
