"""What people decided and what vocabularies hold."""
