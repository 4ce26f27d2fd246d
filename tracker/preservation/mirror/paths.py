"""Paths in the mirror: of documents, statements, runs and the rest. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from collections.abc import Sequence

ARCHIVE = "archive.json"
SCHEMA = "schema.sql"
STATEMENT = "statement.json"
EDITION_MARK = "~"


DOCUMENTS = "documents"
"""The folder of all documents."""


def document_path(sha256: str) -> str:
    """Return the path of a document's bytes; that of its row ends in ``.json``."""
    name = _plain(sha256)
    return f"{DOCUMENTS}/{name[:2]}/{name}"


def is_document(path: str) -> bool:
    """Return whether a file of the mirror is a document, byte for byte."""
    return path.startswith(f"{DOCUMENTS}/") and not path.endswith(".json")


def watch_list_path(sha256: str) -> str:
    """Return the path of an earlier watch list."""
    return f"watch_lists/{_plain(sha256)}.json"


def run_path(run: int, started: str) -> str:
    """Return the path of a run's rows, by the day on which it began."""
    return f"runs/{_plain(started[:10]).replace('-', '/')}/{run}.jsonl"


def statement_folder(name: Sequence[str | int | None]) -> str:
    """Return the folder of a statement: of country, body, session, and item where there is one.

    A character that no reference has is percent-encoded. So is the dot of an item that ends like a file,
    and what marks an edition.
    """
    parts = [_component(str(part)) for part in name[:4] if part is not None]
    return "/".join(["statements", *parts])


def edition_path(name: Sequence[str | int | None]) -> str:
    """Return the folder of an edition: of country, body, session, item, kind and language."""
    edition = ".".join(quote(str(part), safe="-_") for part in name[4:6] if part is not None)
    return f"{statement_folder(name)}/{EDITION_MARK}{edition}"


def _plain(part: str) -> str:
    """Return what is a digest or a day as it is; anything else is encoded, so that it leads nowhere."""
    return quote(part, safe="-").replace(".", "%2E")


def _component(part: str) -> str:
    encoded = quote(part, safe="-_.").replace(EDITION_MARK, "%7E")
    if encoded.startswith("."):
        encoded = f"%2E{encoded[1:]}"
    return f"{encoded[:-5]}%2Ejson" if encoded.endswith(".json") else encoded
