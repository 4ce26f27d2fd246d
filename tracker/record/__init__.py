"""The record, in SQLite: what was said and captured, by whom it may be seen, how it is read and written."""
