"""Reading documents: their format, encoding and text."""

from __future__ import annotations

from typing import Final

MAX_BYTES: Final = 50 * 1024 * 1024
"""The largest document that is read, a hundred times the longest real statement."""

BY_TEXT: Final = "text:"
"""Begins a regular expression among the CSS selectors of what is to be left out."""
