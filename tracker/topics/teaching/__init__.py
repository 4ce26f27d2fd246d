"""Vocabularies taught by sentences that people coded."""
