"""What corresponds in two versions, what was edited, and what the edits mean."""
