"""The record: one SQLite file that keeps every document, snapshot, version and segment."""
