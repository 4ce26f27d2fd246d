"""Addresses of the web, without the user names and passwords in them: none is kept, sent on or printed."""

from __future__ import annotations

import re
from typing import Final

_IN_ADDRESS: Final = re.compile(r"\A(\s*(?:[a-zA-Z][\w+.-]*:)?//)[^/?#]*@")
_IN_TEXT: Final = re.compile(r"(?<![^\s<>\"'=(:])(//)[^/?#\s<>\"]*@")
"""Up to the last ``@`` before the path, as browsers and git read an address (RFC 3986, 3.2.1)."""


def is_web_address(address: str) -> bool:
    """Tell whether an address is a URL and not a path."""
    return "://" in address


def strip_user(address: str) -> str:
    """Return an address without user name and password."""
    return _IN_ADDRESS.sub(r"\1", address)


def strip_users(text: str) -> str:
    """Return a text without the user names and passwords of all addresses in it."""
    return _IN_TEXT.sub(r"\1", text)
