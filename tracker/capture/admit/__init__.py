"""Whether an arriving document becomes a snapshot, or waits for a person to review it."""
