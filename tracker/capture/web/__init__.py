"""From a source to its bytes: connections, robots.txt, pace, retries and evidence."""
