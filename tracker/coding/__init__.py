"""What people decide, and the vocabularies that they code with."""
