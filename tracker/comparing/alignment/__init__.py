"""Which sentences of two texts correspond, n to m, and how surely."""
