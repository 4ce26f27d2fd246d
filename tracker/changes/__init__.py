"""What happened to each sentence between two versions: edits, changes and what they mean."""
