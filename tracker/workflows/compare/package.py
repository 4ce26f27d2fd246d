"""What is in a replication zip, and that it is whole: each file once, with the digest of its bytes."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Final

from tracker.decisions.rulings import UNDECIDED, Decided
from tracker.errors import DocumentUnreadable
from tracker.files import temporary_folder
from tracker.inputs.zips import read_zip
from tracker.model.plain import from_row, to_row
from tracker.topics.vocabulary.load import load_vocabulary
from tracker.topics.vocabulary.taught import model_path

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tracker.model.topics import Vocabulary

MANIFEST: Final = "manifest-sha256.txt"
REPORTS, DECISIONS = "reports/", "decisions/"
"""Where the comparisons are, and under the same names what people decided about their texts."""
VOCABULARY, SHIPPED = "vocabulary/", "vocabulary/shipped/"
"""Where a user's vocabulary is, and the one that comes with the program."""


def list_digests(members: Mapping[str, bytes]) -> bytes:
    """Return the manifest of files, as ``sha256sum -c`` reads it."""
    return "".join(f"{sha256(data).hexdigest()}  {name}\n" for name, data in members.items()).encode()


def read_package(data: bytes, place: str) -> dict[str, bytes]:
    """Return the files of a replication zip by their names.

    Raises ``DocumentUnreadable`` where it is damaged, may lead elsewhere, or lacks what its manifest names.
    """
    try:
        members = read_zip(data)
    except ValueError as error:
        raise DocumentUnreadable(f"{place}: {error}; get it again from where it came from") from None
    found = {name: content for name, content in members.items() if name != MANIFEST}
    if MANIFEST not in members or not list_reports(found):
        raise DocumentUnreadable(f"{place} is no replication zip; tracker export replication writes one")
    manifest = members[MANIFEST].splitlines()
    told, held = set(manifest), set(list_digests(found).splitlines())
    if wrong := sorted(line.split(b"  ", 1)[-1] for line in told ^ held):
        name = wrong[0].decode("utf-8", "replace")
        state = "is missing" if name not in found else "is not what the manifest says"
        raise DocumentUnreadable(f"{place}: {name} {state}; get it again from where it came from")
    return found


def list_reports(members: Mapping[str, bytes]) -> list[str]:
    """Return the names of the comparisons, in their order."""
    return [name for name in members if name.startswith(REPORTS)]


def read_decided(members: Mapping[str, bytes], report: str, place: str) -> Decided:
    """Return what people decided about the texts of a comparison; raises ``DocumentUnreadable``."""
    data = members.get(report.replace(REPORTS, DECISIONS, 1))
    try:
        return from_row(Decided, json.loads(data)) if data else UNDECIDED
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError):
        raise DocumentUnreadable(f"{place}: the decisions for {report} cannot be read") from None


def write_decided(decided: Decided) -> bytes:
    """Return decisions as ``read_decided`` reads them."""
    return json.dumps(decided, default=to_row, ensure_ascii=False, indent=1).encode()


def load_packed(members: Mapping[str, bytes]) -> Vocabulary:
    """Return the vocabulary that a zip has of a user's, or the one that comes with this release."""
    own = [name for name in members if name.startswith(VOCABULARY) and not name.startswith(SHIPPED)]
    if not own:
        return load_vocabulary()
    with temporary_folder("package") as folder:
        for name in own:
            Path(folder, PurePosixPath(name).name).write_bytes(members[name])
        places = [Path(folder, PurePosixPath(name).name) for name in own]
        models = {model_path(place) for place in places}
        return load_vocabulary(next(place for place in places if place not in models))
