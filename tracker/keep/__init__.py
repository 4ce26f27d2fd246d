"""The archive kept: proved, mirrored, withdrawn, read again."""
