"""How a record keeps bytes, span maps and raw text: deflated, as lengths, or not; and gives them back."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from tracker.model.texts import Run, SpanMap

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Mapping, Sequence
    from typing import Any

_LEVEL = 2
"""Of zlib. 30 MB of speeches become 43.5 percent in 0.33 s; by 1 44.8 in 0.30 s, by 5 40.4 in 0.56 s."""


def pack_row(table: str, row: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a row with its values as the record keeps them: bytes and span maps in fewer, where it can."""
    column = {"documents": "bytes", "versions": "spans"}.get(table, "")
    if not row.get(column):
        return row
    return {**row, column: pack(row[column]) if column == "bytes" else pack_spans(row[column])}


_MOST = 1_000_000_000
"""Bytes that SQLite takes as one value."""


def pack(data: bytes) -> bytes:
    """Return bytes deflated, or themselves where that is not shorter: by the length ``unpack`` tells."""
    import zlib  # noqa: PLC0415 (where a document is kept)

    return min(data, zlib.compress(data, _LEVEL), key=len)


def unpack(data: bytes | None, size: int) -> bytes | None:
    """Return the bytes of a document, which has ``size`` of them; no more are ever inflated.

    Bytes that are not what was packed are returned as they are: they do not have the document's digest, by
    which whoever reads it tells.
    """
    if data is None or len(data) == size or size > _MOST:
        return data
    import zlib  # noqa: PLC0415 (as above)

    inflater = zlib.decompressobj()
    try:
        # One more: zlib comes to the end of what is packed only when it is asked for what is behind.
        found = inflater.decompress(data, size + 1)
    except (zlib.error, TypeError, ValueError):
        return data
    return found if inflater.eof and not inflater.unused_data and len(found) == size else data


def pack_spans(spans: str) -> str:
    """Return a span map by the lengths of its runs; as it is where that would not give it back."""
    return (_pack_runs(json.loads(spans)) if _MAP.fullmatch(spans) else None) or spans


def _pack_runs(runs: Iterable[Sequence[int]]) -> str | None:
    """Return the lengths of runs, from which their places follow; None where these have gaps.

    They take a third of the room, a fifteenth of the text.
    """
    packed = []
    at = raw = 0
    for start, end, raw_start, raw_end in runs:
        if start != at:
            return None
        left_out = f",{raw_start - raw}" if raw_start != raw else ""
        packed.append(f"[{end - start},{raw_end - raw_start}{left_out}]")
        at, raw = end, raw_end
    return f"[{','.join(packed)}]"


def unpack_spans(spans: str) -> str:
    """Return a span map with all places, whether it was packed or not; as it is where it is neither."""
    try:
        runs = json.loads(spans)
        if not runs or len(runs[0]) == _PLACES:
            return spans
        unpacked = []
        at = raw = 0
        for length, raw_length, *skipped in runs:
            raw += sum(skipped)
            unpacked.append(f"[{at},{at + length},{raw},{raw + raw_length}]")
            at, raw = at + length, raw + raw_length
    except (TypeError, ValueError, IndexError):
        return spans
    return f"[{','.join(unpacked)}]"


def write_spans(spans: SpanMap) -> str:
    """Return a span map as the record keeps it: JSON without blanks, of the lengths of its runs.

    Where these have gaps it is ``[[clean start, clean end, raw start, raw end], ...]``.
    """
    runs = [(run.clean_start, run.clean_end, run.raw_start, run.raw_end) for run in spans.runs]
    return _pack_runs(runs) or json.dumps(runs, separators=(",", ":"))


def read_spans(text: str) -> SpanMap:
    """Read a span map with all places, as ``unpack_spans`` gives it.

    Raises ``ValueError`` or ``TypeError`` for anything else.
    """
    return SpanMap(tuple(Run(*(int(offset) for offset in run)) for run in json.loads(text)))


_PLAIN = frozenset({"text/plain", "text/markdown"})
_PLAIN_EXTRACTOR = re.compile(r"text (\S+)(?: by .+)?")


def decode_plain(data: bytes, extractor: str, media_type: str) -> str | None:
    """Return what the plain-text extractor reads in a document, where it only decodes.

    The extractor's name has the encoding: ``text utf-8``, ``text koi8-r by chardet 7.7.0``. ``None`` for any
    other extractor, and where the bytes are not in that encoding.
    """
    match = _PLAIN_EXTRACTOR.fullmatch(extractor)
    if not match or media_type not in _PLAIN:
        return None
    try:
        return data.decode(match[1])
    except (LookupError, UnicodeError):
        return None


_RUN = r"\[(?:0|[1-9]\d*)(?:,(?:0|[1-9]\d*)){3}\]"
_MAP = re.compile(rf"\[{_RUN}(?:,{_RUN})*\]")
_PLACES = 4
"""Of a run that is not packed: where it begins and ends, in the text and in the extractor's output."""

DOCUMENT = "sqlar_uncompress(bytes, size)"
"""What to select for a document's bytes: SQLite's own name for it, so that its shell reads them too."""

SPANS = "unpack_spans(spans)"
"""What to select for a version's span map."""

_UNPACKED = {("documents", "bytes"): DOCUMENT, ("versions", "spans"): SPANS}


def offer_functions(connection: sqlite3.Connection) -> None:
    """Have a connection know the functions that give back what was packed."""
    connection.create_function("sqlar_uncompress", 2, unpack, deterministic=True)
    connection.create_function("unpack_spans", 1, unpack_spans, deterministic=True)


def select_columns(table: str, columns: Iterable[str]) -> str:
    """Return columns of a table as a list in SQL, as they were before they were packed."""
    packed = {name: _UNPACKED.get((table, name)) for name in columns}
    return ", ".join(f'{sql} AS "{name}"' if sql else f'"{name}"' for name, sql in packed.items())
