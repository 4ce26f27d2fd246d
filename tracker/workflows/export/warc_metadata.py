"""What the record says of a capture, as a metadata record of a WARC holds it: written, and read back."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tracker.errors import ReferenceInvalid
from tracker.inputs.formats import parse_json
from tracker.model.record import Declaration
from tracker.references import parse_reference
from tracker.workflows.importing.add import check_date

if TYPE_CHECKING:
    from tracker.model.ledger import Check
    from tracker.model.preserving import Holding

MEDIA_TYPE = "application/json"

_FORMAT = 1
_TEXTS = ("statement_type", "title", "symbol", "speaker", "post", "on_behalf_of", "url")
_FLAGS = ("kind_inferred", "language_inferred", "title_inferred")


def write_metadata(holding: Holding, check: Check | None) -> bytes:
    """Return what is known of a snapshot, and of the check that gave it or found it still there."""
    said = holding.declaration
    content: dict[str, object] = {
        "tracker": _FORMAT,
        "reference": str(said.reference),
        "delivered": said.delivered,
        **{name: getattr(said, name) for name in (*_TEXTS, *_FLAGS)},
        "source": holding.source,
        "document": {"sha256": holding.sha256, "size": holding.size, "media_type": holding.media_type},
        "text": {"sha256": holding.text_sha256, "extractor": holding.extractor, "words": holding.words},
        "check": _write_check(check) if check else None,
    }
    fields = {name: value for name, value in content.items() if value is not None}
    return (json.dumps(fields, ensure_ascii=False, sort_keys=True, indent=1) + "\n").encode()


def read_metadata(content: bytes) -> Declaration | None:
    """Return what ``write_metadata`` says of statement and edition; None for what another program wrote.

    Raises ``ReferenceInvalid`` where it names no statement, or holds a date that is none.
    """
    try:
        fields = parse_json(content)
    except ValueError:
        return None
    if not isinstance(fields, dict) or fields.get("tracker") != _FORMAT:
        return None
    reference = parse_reference(str(fields.get("reference")))
    if reference.session is None:
        raise ReferenceInvalid(f"{reference} names no session")
    delivered = fields.get("delivered")
    said: dict[str, Any] = {
        **{name: str(fields[name]) for name in _TEXTS if fields.get(name)},
        **{name: fields.get(name) is True for name in _FLAGS},
        "delivered": check_date(str(delivered)) if delivered else None,
    }
    return Declaration(replace(reference, snapshot=None), **said)


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
