"""The report on one pair of statements, in every form."""
