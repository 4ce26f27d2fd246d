"""``tracker export-bag``: documents, texts and metadata as a BagIt folder, to be read without us."""

from __future__ import annotations

from importlib.resources import files
from operator import attrgetter
from typing import TYPE_CHECKING

from tracker import __version__
from tracker.archive.file.lock import read_clock
from tracker.archive.file.modes import private_permissions
from tracker.archive.reading.holdings import open_holdings
from tracker.archive.reading.record_lines import list_lines
from tracker.archive.rights.copies_made import note_copy
from tracker.archive.schema.descriptions import Column, read_descriptions
from tracker.errors import NotInArchive
from tracker.files import BY_UMASK
from tracker.model.citing import Reference
from tracker.model.preserving import Exported
from tracker.report.tables import write_csv
from tracker.workflows.export.bag_files import make_bag

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from tracker.model.preserving import Holding

_NAME, _SAID = "declaration.reference.", "declaration."
_COLUMNS: Mapping[str, str] = {
    "reference": "declaration.reference",
    **{name: _NAME + name for name in ("country", "body", "session", "item", "kind")},
    "kind_inferred": _SAID + "kind_inferred",
    "language": _NAME + "language",
    "language_inferred": _SAID + "language_inferred",
    "snapshot": _NAME + "snapshot",
    "observed": "observed",
    **{name: _SAID + name for name in ("delivered", "title", "statement_type", "symbol", "speaker", "post")},
    **{name: _SAID + name for name in ("on_behalf_of", "url")},
    "source": "source",
    "document": "sha256",
    "media_type": "media_type",
    "size": "size",
    "text": "text_sha256",
    "extractor": "extractor",
    "words": "words",
}
"""Where each column of the table of snapshots stands in what is known of one."""

_ENDINGS = {
    "application/pdf": "pdf",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
    "application/xhtml+xml": "html",
    "text/html": "html",
    "text/markdown": "md",
    "text/plain": "txt",
}
_OPEN, _PRIVATE = "open material; of the rest digests", "everything, save what was withdrawn"


def export_bag(archive: Path, target: Path, day: str, *, private: bool = False) -> Exported:
    """Write what may leave the archive into a new folder, whole or not at all; ``day`` is today, ISO.

    Open material only, unless ``private``; what is private can be read by the archive's owner or group
    alone. Raises ``ArchiveUnusable`` where something is at that place, or
    the disk is full, and ``NotInArchive`` where there is nothing that may leave.
    """
    info = {
        "Bag-Software-Agent": f"tracker {__version__}",
        "Bagging-Date": day,
        "External-Description": "Snapshots of national statements at UN bodies, with texts and metadata",
        "Access": _PRIVATE if private else _OPEN,
    }
    with open_holdings(archive, private=private) as holdings:
        chosen, closed = holdings.list()
        documents = {sha256: _document_name(sha256, kind) for sha256, kind in holdings.documents()}
        if not documents:
            raise NotInArchive("the archive holds nothing that may leave it")
        with make_bag(target, info, private_permissions(archive) if private else BY_UMASK) as bag:
            bag.add("README.txt", [files(__package__).joinpath("bag_readme.txt").read_bytes()])
            for sha256, name in documents.items():
                bag.add(name, [holdings.document(sha256)])
            for holding in chosen:
                for sha256 in holdings.texts(holding):
                    bag.add(_text_name(sha256), [holdings.text(sha256)])
            bag.add("statements.csv", [_list_statements(chosen, documents).encode()])
            bag.add("record.jsonl", list_lines(holdings))
            bag.add("descriptions.csv", [_list_descriptions().encode()])
            bag.add("schema.sql", [holdings.schema()])
    contents = {"snapshot": len(chosen), "document": len(documents), "file": bag.files}
    note_copy(archive, "export", str(target.absolute()), read_clock())
    return Exported(str(target), contents, bag.size, None, closed)


def _list_statements(chosen: Sequence[Holding], documents: Mapping[str, str]) -> str:
    files_of = {**documents, **{each.text_sha256: _text_name(each.text_sha256) for each in chosen}}
    rows = [[_tell(attrgetter(path)(each), files_of) for path in _COLUMNS.values()] for each in chosen]
    return write_csv(tuple(_COLUMNS), rows)


def _list_descriptions() -> str:
    rows = [
        (each.table, column.name, column.meaning, column.unit)
        for each in read_descriptions()
        for column in (Column("", each.meaning), *each.columns)
    ]
    return write_csv(("table", "column", "meaning", "unit"), rows)


def _tell(value: object, files_of: Mapping[str, str]) -> object:
    """Return a value as the table has it: a file for its digest, 1 and 0, a reference as text."""
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, str):
        return files_of.get(value, value)
    return str(value) if isinstance(value, Reference) else value


def _document_name(sha256: str, media_type: str) -> str:
    return f"documents/{sha256}.{_ENDINGS.get(media_type, 'bin')}"


def _text_name(sha256: str) -> str:
    return f"texts/{sha256}.txt"
