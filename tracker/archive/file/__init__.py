"""The archive's folder: its lock, who may read it, and where things lie in it."""
