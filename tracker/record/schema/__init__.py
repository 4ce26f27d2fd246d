"""The tables of ``tracker.db``, the changes that made them, and what each column means."""
