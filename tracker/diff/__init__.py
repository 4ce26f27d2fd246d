"""What is pointed at compared: from what the user typed to a ``Comparison``, and the answers kept."""
