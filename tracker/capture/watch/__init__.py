"""What to watch: the watch list, and the links of indexes."""
