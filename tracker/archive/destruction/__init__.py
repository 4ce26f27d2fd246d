"""What was destroyed is removed: from rows and pages of the record, and from copies in its folder."""
