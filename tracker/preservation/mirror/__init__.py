"""The published copy: a bare git repository, written from the record and able to rebuild it."""
