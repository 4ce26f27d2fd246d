"""What the archive answers: lists, runs, reviews, proofs, and what people decided."""
