"""What is published of an archive as pages: one set of routes, served, written to files, and fed.

Whatever is here reads the open copy of an archive, and never its record.
"""
