"""Whether an arriving document may become a snapshot, or waits for a person."""
