"""What people decided about a judgement, and how far coders agree."""
