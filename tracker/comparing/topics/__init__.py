"""What a statement speaks of: topics of a vocabulary, how they are treated, and what became of them."""
