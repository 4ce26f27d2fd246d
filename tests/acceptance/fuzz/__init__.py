"""Fuzzers of every door through which comes what strangers wrote; see ``__main__``."""
