"""What the archive answers: lists, runs, reviews, proofs."""
