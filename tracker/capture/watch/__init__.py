"""What to watch: the watch list, and the links that an index leads to."""
