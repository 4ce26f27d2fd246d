"""Two statements compared: from what the user typed to a ``Comparison``."""
