"""What a statement does with each topic: the level that it gives it."""
