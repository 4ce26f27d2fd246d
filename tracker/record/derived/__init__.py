"""What can be computed again: kept in ``derived.db``, and safe to delete."""
