"""What preserves a record: its mirror in git, the proof of both, repairs, and withdrawal from all of them."""
