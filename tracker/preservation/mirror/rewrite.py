"""Rewriting the history of the mirror without what was destroyed.

The new history is written into a new repository, which replaces the old one when it is complete: no object of
it, reachable or not, can hold anything that was destroyed.
"""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from tracker.errors import RepositoryUnusable, TrackerError
from tracker.model.rights import Rewritten
from tracker.preservation.copies import record_destruction
from tracker.preservation.destroying import Destroyed, scrub
from tracker.preservation.folder import STAGING, finish_rewrite, new_mirror, old_mirror
from tracker.preservation.git.repository import create_repository, open_repository
from tracker.preservation.git.streams import File, read_history
from tracker.preservation.mirror import rebuild, refs
from tracker.preservation.mirror.rebuild import restore_text
from tracker.preservation.mirror.refs import name_file
from tracker.preservation.mirror.unit_files import (
    EDITION_MARK,
    READING_OF,
    document_path,
    read_lines,
    read_rows,
    write_lines,
    write_readable,
    write_rows,
)
from tracker.record.schema.connection import FILE_NAME, connect_to_write

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tracker.preservation.git.repository import Repository
    from tracker.preservation.mirror.unit_files import Row


_EXPORT = ("--no-data", "--signed-tags=strip", "--tag-of-filtered-object=rewrite", "--reencode=no")
_SUBMODULE = b"160000"

_OWN = ("config", "description", "hooks", "info/exclude", "info/attributes")
"""Files of the repository that people may have changed, which are kept."""


def rewrite_mirror(path: Path, gone: Destroyed) -> Rewritten | None:
    """Rewrite the history of a mirror where it holds anything that was destroyed; return None if not.

    The history is also rewritten where there are unreachable objects, such as those of a killed run, which
    may hold it as well.

    Commits keep their order, messages, trailers and dates, and have other names from the first one that
    differs. The archive's lock is held. Killed at any moment, this leaves the old mirror or the new one.
    """
    finish_rewrite(path)
    with open_repository(path) as old:
        stream = old.ask("fast-export", *_EXPORT, "--all")
        pieces = tuple(read_history(stream))
        replacements = _find_replacements(old, [each for each in pieces if isinstance(each, File)], gone)
        replacements = {**_find_foreign(old, path.parent, gone), **replacements}
        if not replacements and not _has_unreachable(old):
            return None
        create_repository(new_mirror(path))
        with open_repository(new_mirror(path), to_write=True) as new:
            _write(old, new, pieces, replacements)
            _check(old, new, pieces, replacements)
            refs.pack_objects(new)
    _replace(path)
    commits = sum(1 for each in pieces if isinstance(each, bytes) and each.startswith(b"commit "))
    return Rewritten(commits, len(replacements))


def _find_foreign(old: Repository, folder: Path, gone: Destroyed) -> _Replacements:
    """Return what must be replaced in histories of another record, such as a replaced history.

    Their rows have other numbers, which are read from the record that is rebuilt from each of them.
    """
    found: _Replacements = {}
    for ref in old.ask("for-each-ref", "--format=%(refname)").decode().split():
        tip = old.find_commit(ref)
        own = list(filter(None, refs.find_branches(old, refs.BRANCHES)))
        if tip is None or any(refs.is_descendant(old, each, tip) for each in own):
            continue
        theirs = [f"^{each}" for each in own]
        pieces = read_history(old.ask("fast-export", *_EXPORT, ref, *theirs))
        files = [each for each in pieces if isinstance(each, File)]
        found |= _find_replacements(old, files, _renumber(old, folder, tip, gone))
    return found


def _renumber(repository: Repository, folder: Path, tip: str, gone: Destroyed) -> Destroyed:
    """Return what is destroyed in the numbers of the record to which a commit belongs."""
    with TemporaryDirectory(dir=folder, prefix=STAGING) as name:
        try:
            rebuild.rebuild_record(repository.path, Path(name), tip)
            with closing(connect_to_write(Path(name) / FILE_NAME)) as connection:
                return record_destruction(connection, gone.documents)
        except (TrackerError, sqlite3.Error):
            # It is no record of tracker: only the digests of the documents are known.
            nothing: frozenset[int] = frozenset()
            return Destroyed(nothing, gone.documents, nothing, nothing, frozenset(), frozenset(), nothing)


def _has_unreachable(repository: Repository) -> bool:
    """Tell whether there is an object that no branch or tag reaches."""
    listed = repository.ask("cat-file", "--batch-all-objects", "--batch-check=%(objectname)").decode()
    reached = repository.ask("rev-list", "--objects", "--no-object-names", "--all").decode()
    tags = repository.ask("for-each-ref", "--format=%(objectname)").decode()
    return not set(listed.split()) <= {*reached.split(), *tags.split()}


def _write(
    old: Repository, new: Repository, pieces: Sequence[bytes | File], replacements: _Replacements
) -> None:
    # The handle is kept because git ends with it.
    handle = new.start("fast-import", "--quiet")
    process = handle.proc
    # Git itself reports why a pipe broke.
    with suppress(BrokenPipeError):
        for piece in pieces:
            process.stdin.write(piece if isinstance(piece, bytes) else _write_file(old, piece, replacements))
    complaint = process.communicate()[1].decode("utf-8", "replace").strip().partition("\n")[0]
    if process.returncode:
        raise RepositoryUnusable(f"{new.path}: git fast-import: {complaint.removeprefix('fatal: ')}")


def _write_file(old: Repository, file: File, replacements: _Replacements) -> bytes:
    if file.mode == _SUBMODULE:
        return b"M %b %b %b\n" % (file.mode, file.blob.encode(), file.path)
    data = replacements[file] if file in replacements else old.read_object(file.blob)
    if data is None:
        return b""
    return b"M %b inline %b\ndata %d\n%b\n" % (file.mode, file.path, len(data), data)


def _check(
    old: Repository, new: Repository, pieces: Sequence[bytes | File], replacements: _Replacements
) -> None:
    """Check that the new repository has no replaced content, unless it stays under another path."""
    files = [each for each in pieces if isinstance(each, File)]
    kept = {each.blob for each in files if each not in replacements}
    kept |= {refs.name_object("blob", data) for data in replacements.values() if data is not None}
    wanted = sorted({each.blob for each in replacements} - kept)
    answer = new.ask("cat-file", "--batch-check", stdin="".join(f"{blob}\n" for blob in wanted).encode())
    if answer.count(b" missing\n") != len(wanted):
        raise RepositoryUnusable(f"{old.path} could not be rewritten; it is as it was")


def _replace(path: Path) -> None:
    keep_own_files(path, new_mirror(path))
    path.rename(old_mirror(path))
    new_mirror(path).rename(path)
    shutil.rmtree(old_mirror(path))


def keep_own_files(path: Path, target: Path) -> None:
    """Copy what people may have changed of a repository into the one that takes its place."""
    for name in _OWN:
        own, place = path / name, target / name
        # A link may lead out of a mirror that was received, and is not followed.
        if own.is_symlink():
            continue
        if own.is_dir():
            shutil.copytree(own, place, symlinks=True, dirs_exist_ok=True)
        elif own.is_file():
            place.parent.mkdir(exist_ok=True)
            shutil.copy2(own, place)


_Replacements = dict["File", "bytes | None"]
"""New contents by the files that they replace; None for a file that is removed."""


def _find_replacements(repository: Repository, files: Sequence[File], gone: Destroyed) -> _Replacements:
    """Return the new content of each file of a history that holds anything that was destroyed.

    A readable text stays only where a snapshot of the edition that stays has exactly that text.
    """
    distinct = list(dict.fromkeys(files))
    documents = {document_path(sha256) for sha256 in gone.documents}
    found: _Replacements = {file: None for file in distinct if file.name in documents}
    rows = [file for file in distinct if file.name.endswith((".json", ".jsonl"))]
    for file, data in zip(rows, repository.read_objects([each.blob for each in rows]), strict=True):
        if data is None:
            raise RepositoryUnusable(
                f"{repository.path} lacks {file.name} of {file.blob[:12]}; it is damaged"
            )
        clean = _redact_file(file.name, data, gone)
        if clean is not data:
            found[file] = clean
    return found | _find_readable_texts(repository, distinct, gone)


def _redact_file(name: str, data: bytes, gone: Destroyed) -> bytes | None:
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


def _find_readable_texts(repository: Repository, files: Sequence[File], gone: Destroyed) -> _Replacements:
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
    if any(row["id"] in gone.snapshots for row in rows):
        return True
    # Another part of a destroyed document keeps its own text.
    return not tables.get("parts") and any(row.get("document") in gone.documents for row in rows)
