"""Long patterns as ``re`` compiled them when the program was installed: it takes up to 30 ms for each."""

from __future__ import annotations

import _sre  # type: ignore[import-not-found] # described nowhere
import re
import sys
from array import array

Packed = tuple[str, int, tuple[object, ...], bytes, int, tuple[tuple[str, int], ...], tuple[str | None, ...]]
"""A pattern, its flags, what compiled it, its code, and its groups: how many, by name, and in order."""

_MADE_BY = (*sys.version_info[:2], _sre.MAGIC, sys.byteorder)
"""Another Python may write other code, and compiles the pattern itself."""


def pack(source: str, flags: int = 0) -> Packed:
    """Return a pattern with the code that this Python runs for it, as plain values."""
    # For the installation alone, and while somebody edits tables.
    from re import _compiler, _parser  # type: ignore[attr-defined] # noqa: PLC0415

    parsed = _parser.parse(source, flags)
    state = parsed.state
    names: list[str | None] = [None] * state.groups
    for name, number in state.groupdict.items():
        names[number] = name
    code = array("I", _compiler._code(parsed, flags)).tobytes()  # noqa: SLF001 (what re.compile calls)
    groups = tuple(state.groupdict.items())
    return source, int(flags | state.flags), _MADE_BY, code, state.groups - 1, groups, tuple(names)


def unpack(packed: Packed) -> re.Pattern[str]:
    """Return what ``re.compile`` returns of the same pattern and flags, without compiling it."""
    source, flags, made_by, code, groups, by_name, names = packed
    if made_by != _MADE_BY:
        return re.compile(source, flags)
    words = memoryview(code).cast("I").tolist()
    pattern: re.Pattern[str] = _sre.compile(source, flags, words, groups, dict(by_name), names)
    return pattern
