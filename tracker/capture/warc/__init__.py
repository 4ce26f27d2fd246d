"""Web archives (WARC): reading them within limits, and writing them for other archives."""
