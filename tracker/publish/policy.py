"""What a page of ours may load and run: one table, sent as a header where pages are served, in them as files.

A file comes with no header that is ours, so it carries a ``meta`` element, which may not say everything
(Content Security Policy, level 3, 3.3).
"""

from __future__ import annotations

from typing import Final

_ALLOWED: Final = {
    "default-src": "'none'",
    "style-src": "'self'",
    "script-src": "'self'",
    "img-src": "'self'",
    "connect-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}
_BY_HEADER_ALONE: Final = frozenset({"frame-ancestors", "report-uri", "sandbox"})
_SELF: Final = "'self'"
_FILES: Final = "'self' file:"
"""A file from a disk has no origin: whether those beside it are of the same one is each browser's to say."""
_WASM: Final = "'wasm-unsafe-eval'"
"""Pagefind is WebAssembly; this allows that to be compiled, and no script from text."""
_SEPARATORS: Final = str.maketrans({";": "%3B", ",": "%2C"})
"""What an address may hold and no source in a policy."""


def served_policy() -> str:
    """Return the policy that a server sends as a header."""
    return _write(_ALLOWED)


def frozen_policy(home: str = "", *, finds_words: bool = False) -> str:
    """Return the policy that a page has in itself.

    ``home`` is the address that its links start from where that is not its own; a page that finds words runs
    Pagefind.
    """
    allowed = {
        name: sources.replace(_SELF, _FILES)
        for name, sources in _ALLOWED.items()
        if name not in _BY_HEADER_ALONE
    }
    if home:
        allowed["base-uri"] = home.translate(_SEPARATORS)
    if finds_words:
        allowed["script-src"] += f" {_WASM}"
    return _write(allowed)


def _write(allowed: dict[str, str]) -> str:
    return "; ".join(f"{name} {sources}" for name, sources in allowed.items())
