"""What is pointed at compared, and the answers kept; the tables of the package compiled."""
