"""Words and phrases that no topic may cover."""
