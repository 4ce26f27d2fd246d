"""Repairing one copy of the archive as the other one proves it to have been."""
