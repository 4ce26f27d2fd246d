"""The values that pass between the parts, a module for each stage of their way.

All are frozen. Positions are character offsets, half open. Nothing here reads a file, a clock or a
database. The words are those of the glossary in ``tracker/docs/glossary.md``.
"""
