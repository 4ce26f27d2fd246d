"""What comes in from others and what goes out: files, folders, git histories, web archives, tables."""
