"""What web archives hold of ours, both ways: the metadata of a capture, and the profiles of revisits."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tracker.capture.web.payload import redact
from tracker.errors import ReferenceInvalid
from tracker.inputs.formats import parse_report
from tracker.inputs.passwords import strip_users
from tracker.model.facts import NAMES, check_facts, read_facts
from tracker.model.record import Declaration
from tracker.references import parse_reference

if TYPE_CHECKING:
    from tracker.model.ledger import Check
    from tracker.model.preserving import Holding

MEDIA_TYPE = "application/warc-fields"
"""Of metadata that no index of captures takes for a page; each field has a value in JSON."""
_AS_JSON = "application/json"
MEDIA_TYPES = frozenset({MEDIA_TYPE, _AS_JSON})
"""With what earlier releases wrote."""

IDENTICAL, UNMODIFIED = "/identical-payload-digest", "/server-not-modified"
"""How the standard's profiles of a revisit end, whatever release of it they begin with."""
SAME_BYTES = f"http://netpreserve.org/warc/1.1/revisit{IDENTICAL}"
NOT_MODIFIED = f"http://netpreserve.org/warc/1.1/revisit{UNMODIFIED}"
SAME_TEXT = "urn:x-tracker:revisit:same-text"
"""A profile of our own: other bytes were received, whose digest is given, with the same text."""

_FORMAT = 1
_STATUSES = range(100, 1000)
_FLAGS = ("kind_inferred", "language_inferred", "title_inferred")


@dataclass(frozen=True, slots=True)
class OwnMetadata:
    """What an export says of a capture: its statement, and the head of an answer that has no record."""

    declaration: Declaration
    status: int | None = None
    headers: tuple[tuple[str, str], ...] = ()


def write_metadata(holding: Holding, check: Check | None, *, with_answer: bool = False) -> bytes:
    """Return what is known of a snapshot, and of the check that gave it or found it still there.

    ``with_answer`` includes the head of the answer, where that stands nowhere else.
    """
    said = holding.declaration
    content: dict[str, object] = {
        "tracker": _FORMAT,
        "reference": str(said.reference),
        **read_facts(said),
        **{name: getattr(said, name) for name in _FLAGS},
        "source": holding.source,
        "document": {"sha256": holding.sha256, "size": holding.size, "media_type": holding.media_type},
        "text": {"sha256": holding.text_sha256, "extractor": holding.extractor, "words": holding.words},
        "check": _write_check(check) if check else None,
        "answer": _write_answer(check) if check and with_answer else None,
    }
    lines = (
        f"{name}: {json.dumps(value, ensure_ascii=False, sort_keys=True)}\r\n"
        for name, value in sorted(content.items())
        if value is not None
    )
    return "".join(lines).encode()


def read_metadata(content: bytes, media_type: str) -> OwnMetadata | None:
    """Return what ``write_metadata`` says of statement and edition; None for what another program wrote.

    Raises ``ReferenceInvalid`` where it names no statement, or a fact is not what it should be.
    """
    try:
        fields = parse_report(content) if media_type == _AS_JSON else _read_fields(content)
    except ValueError:
        return None
    if not isinstance(fields, dict) or fields.get("tracker") != _FORMAT:
        return None
    reference = parse_reference(str(fields.get("reference")))
    if reference.session is None:
        raise ReferenceInvalid(f"{reference} names no session")
    texts = {name: strip_users(text) for name in NAMES if isinstance(text := fields.get(name), str)}
    said: dict[str, Any] = {
        **check_facts(texts),
        **{name: fields.get(name) is True for name in _FLAGS},
    }
    return OwnMetadata(Declaration(reference.edition, **said), *_read_answer(fields.get("answer")))


def _read_answer(written: object) -> tuple[int | None, tuple[tuple[str, str], ...]]:
    """Return status and headers; none where they are not what ``write_metadata`` writes."""
    match written:
        case {"status": int(status), "headers": list(pairs)} if status in _STATUSES:
            headers = tuple((str(pair[0]), str(pair[1])) for pair in pairs if _is_pair(pair))
            return status, redact(headers)
    return None, ()


def _is_pair(value: object) -> bool:
    return isinstance(value, list) and len(value) == len(("name", "value"))


def _read_fields(content: bytes) -> dict[str, Any]:
    lines = (line.partition(b":") for line in content.splitlines() if line.strip())
    return {name.decode(): parse_report(value) for name, _, value in lines}


def _write_answer(check: Check) -> dict[str, object] | None:
    headers = check.exchanges[-1].headers if check.exchanges else ()
    return {"status": check.http_status, "headers": headers} if check.http_status else None


def _write_check(check: Check) -> dict[str, object]:
    fields = {
        "source": check.source,
        "outcome": check.outcome,
        "cause": check.cause,
        "detail": check.detail,
        "announced": check.announced,
        "sha256": check.sha256,
    }
    return {name: value for name, value in fields.items() if value}
