"""Fetching sources: connections, robots.txt, pace, retries and evidence."""
