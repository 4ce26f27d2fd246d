"""Sources watched: the nightly run, its ledger, and what waits for people."""
