"""What others keep, brought in: files, folders, git histories, web archives."""
