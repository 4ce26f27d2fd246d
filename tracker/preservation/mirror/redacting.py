"""Files of the mirror's history that hold what was destroyed, and what replaces them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracker.errors import RepositoryUnusable
from tracker.preservation.destroying import scrub
from tracker.preservation.mirror.paths import EDITION_MARK, document_path
from tracker.preservation.mirror.rebuild import restore_text
from tracker.preservation.mirror.refs import name_file
from tracker.preservation.mirror.row_files import read_lines, read_rows, write_lines, write_rows
from tracker.preservation.mirror.unit_files import READING_OF, write_readable

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tracker.preservation.destroying import Destroyed
    from tracker.preservation.git.repository import Repository
    from tracker.preservation.git.streams import File
    from tracker.preservation.mirror.row_files import Row

Replacements = dict["File", "bytes | None"]
"""New contents by the files that they replace; None for a file that is removed."""


def find_replacements(repository: Repository, files: Sequence[File], gone: Destroyed) -> Replacements:
    """Return the new content of each file of a history that holds anything that was destroyed.

    A readable text stays only where a snapshot of the edition that stays has exactly that text.
    """
    distinct = list(dict.fromkeys(files))
    documents = {document_path(sha256) for sha256 in gone.documents}
    found: Replacements = {file: None for file in distinct if file.name in documents}
    rows = [file for file in distinct if file.name.endswith((".json", ".jsonl"))]
    for file, data in zip(rows, repository.read_objects([each.blob for each in rows]), strict=True):
        if data is None:
            raise RepositoryUnusable(
                f"{repository.path} lacks {file.name} of {file.blob[:12]}; it is damaged"
            )
        clean = redact_file(file.name, data, gone)
        if clean is not data:
            found[file] = clean
    return found | _find_readable_texts(repository, distinct, gone)


def redact_file(name: str, data: bytes, gone: Destroyed) -> bytes | None:
    """Return a file of rows without what was destroyed; the same object where it holds none of it.

    None for a later reading of what was destroyed, of which nothing stays.
    """
    if _is_snapshot(name) and not _names(data, gone):
        return data
    read, write = (read_lines, write_lines) if name.endswith(".jsonl") else (read_rows, write_rows)
    tables = read(data)
    if READING_OF in tables and _is_part_of(tables, gone):
        return None
    clean = _redact_tables(tables, gone)
    return data if clean == tables else write(clean)


def _redact_tables(tables: Mapping[str, list[Row]], gone: Destroyed) -> dict[str, list[Row]]:
    if _is_part_of(tables, gone):
        return {"snapshots": tables["snapshots"]}
    clean = {name: [scrub(name, row, gone) for row in rows] for name, rows in tables.items()}
    if "documents" in tables:
        clean["documents"] = [
            {**row, "bytes": None} if row["sha256"] in gone.documents else row for row in tables["documents"]
        ]
    return clean


def _find_readable_texts(repository: Repository, files: Sequence[File], gone: Destroyed) -> Replacements:
    """Return the readable texts of editions with a destroyed snapshot that no other snapshot has."""
    snapshots = [file for file in files if _is_snapshot(file.name)]
    staying: dict[str, set[str]] = {}
    touched: set[str] = set()
    contents = repository.read_objects([each.blob for each in snapshots])
    for file, data in zip(snapshots, contents, strict=True):
        place = file.name.rpartition("/")[0]
        if data and _names(data, gone) and _is_part_of(read_rows(data), gone):
            touched.add(place)
        else:
            staying.setdefault(place, set()).add(file.blob)
    texts = {f"{place}.txt": place for place in touched}
    readable = {
        place: {name_file(_read_text(data)) for data in repository.read_objects(sorted(blobs)) if data}
        for place, blobs in staying.items()
        if place in touched
    }
    return {
        file: None
        for file in files
        if file.name in texts and file.blob not in readable.get(texts[file.name], set())
    }


def _read_text(data: bytes) -> bytes:
    """Return the readable text of a snapshot's file."""
    tables = restore_text(read_rows(data))
    latest = max((int(row["id"] or 0) for row in tables.get("versions", [])), default=None)
    return write_readable(
        (int(row["paragraph"] or 0), 0, 0, str(row["text"]))
        for row in tables.get("segments", [])
        if row["version"] == latest
    )


def _is_snapshot(name: str) -> bool:
    return name.endswith(".json") and name.rpartition("/")[0].rpartition("/")[2].startswith(EDITION_MARK)


def _names(data: bytes, gone: Destroyed) -> bool:
    """Tell whether a snapshot's file names a destroyed document; most do not, and are not parsed."""
    return any(sha256.encode("ascii") in data for sha256 in gone.documents)


def _is_part_of(tables: Mapping[str, Sequence[Row]], gone: Destroyed) -> bool:
    """Tell whether a snapshot was destroyed; a history of another record has other numbers."""
    rows = (*tables.get("snapshots", ()), *tables.get(READING_OF, ()))
    return any(row["id"] in gone.snapshots or row.get("document") in gone.documents for row in rows)
