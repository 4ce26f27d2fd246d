"""What an edit means, on separate axes; nothing is said where the evidence is unclear."""
