"""The archive read: statements, versions, what may leave it; nothing here writes."""
