"""Topics and words followed through a series, or compared among countries."""
