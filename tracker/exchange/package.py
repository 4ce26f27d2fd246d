"""What is in a replication zip: files by their names, each once, and what is read of them."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Final

from tracker.comparing.decisions.rulings import UNDECIDED, Decided
from tracker.comparing.topics.vocabulary.load import load_vocabulary
from tracker.comparing.topics.vocabulary.taught import MODEL_ENDING
from tracker.errors import DocumentUnreadable
from tracker.files import temporary_folder
from tracker.inputs.formats import parse_report
from tracker.inputs.zips import read_zip
from tracker.model.plain import to_row
from tracker.model.strict import read_typed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tracker.model.topics import Vocabulary

MANIFEST: Final = "manifest-sha256.txt"
REPORTS, DECISIONS = "reports/", "decisions/"
"""Where the comparisons are, and under the same names what people decided about their texts."""
VOCABULARY, SHIPPED = "vocabulary/", "vocabulary/shipped/"
"""Where a user's vocabulary is, with what was learned for it, and the one that comes with the program."""


def list_digests(members: Mapping[str, bytes]) -> bytes:
    """Return the manifest of files, as ``sha256sum -c`` reads it."""
    return "".join(f"{sha256(data).hexdigest()}  {name}\n" for name, data in members.items()).encode()


def read_package(data: bytes, place: str) -> dict[str, bytes]:
    """Return the files of a replication zip by their names.

    Raises ``DocumentUnreadable`` where it is damaged, may lead elsewhere, or has no comparison.
    """
    try:
        members = read_zip(data)
    except ValueError as error:
        raise DocumentUnreadable(f"{place}: {error}; get it again from where it came from") from None
    if MANIFEST not in members or not list_reports(members):
        raise DocumentUnreadable(f"{place} is no replication zip; tracker export replication writes one")
    return members


def list_reports(members: Mapping[str, bytes]) -> list[str]:
    """Return the names of the comparisons, in their order."""
    return [name for name in members if name.startswith(REPORTS)]


def read_decided(members: Mapping[str, bytes], report: str, place: str) -> Decided:
    """Return what people decided about the texts of a comparison; raises ``DocumentUnreadable``."""
    data = members.get(report.replace(REPORTS, DECISIONS, 1))
    try:
        return read_typed(Decided, parse_report(data)) if data else UNDECIDED
    except ValueError as error:
        raise DocumentUnreadable(f"{place}: the decisions for {report} cannot be read: {error}") from None


def write_decided(decided: Decided) -> bytes:
    """Return decisions as ``read_decided`` reads them."""
    return json.dumps(decided, default=to_row, ensure_ascii=False, indent=1).encode()


def load_packed(members: Mapping[str, bytes]) -> Vocabulary:
    """Return the vocabulary that a zip has of a user's, or the one that comes with this release."""
    own = list_own(members)
    if not own:
        return load_vocabulary()
    with temporary_folder("package") as folder:
        for name in own:
            Path(folder, PurePosixPath(name).name).write_bytes(members[name])
        return load_vocabulary(Path(folder, PurePosixPath(own[0]).name))


def list_own(members: Mapping[str, bytes]) -> list[str]:
    """Return the names of a user's vocabulary, first its own file, and then what was learned for it."""
    own = [name for name in members if name.startswith(VOCABULARY) and not name.startswith(SHIPPED)]
    return sorted(own, key=lambda name: (name.endswith(MODEL_ENDING), name))
