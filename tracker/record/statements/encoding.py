"""How versions and references are written into columns and read from them."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, get_args

from tracker.model.texts import Reference, Run, SpanMap, TextKind
from tracker.record.schema.packing import pack_runs

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

_KINDS = {str(kind): kind for kind in get_args(TextKind)}

_PLAIN = frozenset({"text/plain", "text/markdown"})
_PLAIN_EXTRACTOR = re.compile(r"text (\S+)(?: by .+)?")


def write_spans(spans: SpanMap) -> str:
    """Return a span map as the record keeps it: JSON without blanks, of the lengths of its runs.

    Where these have gaps it is ``[[clean start, clean end, raw start, raw end], ...]``.
    """
    runs = [(run.clean_start, run.clean_end, run.raw_start, run.raw_end) for run in spans.runs]
    return pack_runs(runs) or json.dumps(runs, separators=(",", ":"))


def read_spans(text: str) -> SpanMap:
    """Read a span map with all places, as ``unpack_spans`` gives it.

    Raises ``ValueError`` or ``TypeError`` for anything else.
    """
    return SpanMap(tuple(Run(*(int(offset) for offset in run)) for run in json.loads(text)))


def read_reference(text: str) -> Reference:
    """Read a reference that was written by ``str``, without a snapshot.

    Nothing is looked up in it: a night reads one for each source, and ``parse_reference`` takes 0.2 ms.
    """
    path, _, edition = text.partition("~")
    country, body, *rest = path.split("/")
    session, item = (*rest, None, None)[:2]
    first, _, second = edition.partition(".")
    kind = _KINDS.get(first)
    return Reference(country, body, session, item, kind, (second if kind else first) or None)


def read_name(columns: Sequence[Any]) -> Reference | None:
    """Return a snapshot's reference from the columns of its name; None where a join found none."""
    return Reference(*columns) if columns[0] else None


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
