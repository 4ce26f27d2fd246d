"""Rows about statements: documents, editions, snapshots, versions, and what is asked of them."""
