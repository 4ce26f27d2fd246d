"""The archive: the record in SQLite, its mirror in git, and the proof of both."""
