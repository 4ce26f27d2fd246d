"""Mirrors as others may have made them: the files of a sound one changed, and what is rebuilt then used."""

from __future__ import annotations

import base64
import json
import re
import tempfile
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Final
from zlib import crc32

from tests.acceptance.fuzz.archive import put_files
from tests.acceptance.fuzz.calling import call
from tests.acceptance.fuzz.damage import damage, read_seeds
from tests.acceptance.fuzz.odd import ODD, change_json
from tests.acceptance.fuzz.target import Found, Target
from tests.acceptance.fuzz.using import use_archive
from tests.mirrors import list_files, make_record
from tests.repositories import run_git
from tracker.keep.mirror import update_mirror

if TYPE_CHECKING:
    from collections.abc import Mapping
    from random import Random


Tree = dict[str, tuple[str, bytes]]
"""Modes and contents by path."""

_WATCH: Final = (*read_seeds("received-*.toml"), b"\xff", b"a = " + b"[" * 3000)
_PATHS: Final = (
    "../tracker-was-here", "a/../../tracker-was-here", ".git/hooks/post-checkout", "hooks/post-update",
    "config", "documents/..", "documents/ab/" + "0" * 64, "documents/ab/../../x.json",
    "runs/2026/03/01/1.jsonl", "runs/x.jsonl", "statements/x.json",
    "statements/XAA/UNGA/78/~prepared.en/9.json", "watch.toml", "watch.toml/x.json", "archive.json",
    "schema.sql", ".gitattributes", "tracker.db", "a\nb.json", 'a"b.json', "\u202e.json", "é.json",
    "a" * 255 + ".json", "a/" * 100 + "b.json", "x.txt", " .json",
)  # fmt: skip
_TABLES: Final = (
    "sqlite_master", "sqlite_sequence", "_sqlite_migrations", "segments_fts", "segments_fts_data",
    "unmirrored", "documents", 'x" (y) VALUES (1); DROP TABLE documents; --', "main.documents", "omissions",
    "", "pragma_table_info", "versions", "decisions",
)  # fmt: skip
_COLUMNS: Final = (
    "rowid",
    "_rowid_",
    "oid",
    "segments_fts",
    "rank",
    "id",
    "bytes",
    "sha256",
    'x") VALUES (1); --',
    "",
    "not_public",
)
_BINARY: Final = tuple(
    {"base64": base64.b64encode(data).decode()} for data in (b"", b"\xff\xfe", b"a" * 100, b"\0")
)


@cache
def sound() -> Mapping[str, tuple[str, bytes]]:
    """Return the head of the mirror of a small archive, the same bytes each time."""
    with tempfile.TemporaryDirectory() as name:
        folder = make_record(Path(name) / "snapshots")
        (folder / "watch.toml").write_text("[settings]\npace = 2.0\n", encoding="utf-8")
        update_mirror(folder)
        mirror = folder / "mirror.git"
        shown = {
            path: run_git(mirror, "cat-file", "--batch", stdin=f"main:{path}\n".encode())
            for path in list_files(mirror)
        }
        return {path: ("100644", _content(text)) for path, text in shown.items()}


def _content(answer: str) -> bytes:
    """Return what ``cat-file --batch`` gave beneath its first line; it is UTF-8, and ends in no blank."""
    head, _, rest = answer.encode("utf-8", "surrogateescape").partition(b"\n")
    return rest.ljust(int(head.split()[2]), b"\n")


def make(random: Random) -> bytes:
    """Return the stream of a mirror of which one to three files were changed, with their digests mostly."""
    tree: Tree = dict(sound())
    for _ in range(random.randint(1, 3)):
        _change(random, tree)
    return write_stream(tree)


def _change(random: Random, tree: Tree) -> None:
    rows = [path for path in sorted(tree) if path.endswith((".json", ".jsonl"))]
    match random.randrange(12):
        case 0:
            tree[random.choice(_PATHS)] = tree[random.choice(sorted(tree))]
        case 1:
            del tree[random.choice(sorted(tree))]
        case 2:
            tree["watch.toml"] = ("100644", random.choice(_WATCH))
        case 3:
            path = random.choice([*sorted(tree), *_PATHS])
            tree[path] = random.choice(
                (
                    ("120000", b"/etc/passwd"),
                    ("120000", b"../../../.."),
                    ("160000", b"1" * 40),
                    ("100755", b"#!/bin/sh"),
                )
            )
        case 4:
            path = random.choice(sorted(tree))
            tree[path] = ("100644", damage(random, tree[path][1], most=2))
        case 5 if rows:
            path = random.choice(rows)
            tree[path] = (
                "100644",
                tree[path][1].replace(b"dykes", random.choice((b"walls", b"d\\u0000kes", b"\\ud800", b""))),
            )
        case _ if rows:
            path = random.choice(rows)
            tree[path] = ("100644", _change_rows(random, path, tree[path][1]))
        case _:
            pass


def _change_rows(random: Random, path: str, data: bytes) -> bytes:
    """Change the rows of a file, and the digests of its texts mostly, so that it comes farther."""
    try:
        lines = (
            [json.loads(line) for line in data.splitlines()] if path.endswith("jsonl") else [json.loads(data)]
        )
    except ValueError:
        return data
    content = random.choice(lines) if lines else {}
    if random.randrange(3) and isinstance(content, dict) and content:
        _change_table(random, content)
    else:
        change_json(random, lines)
    if random.randrange(4):
        _mend_digests(lines)
    return b"\n".join(json.dumps(line).encode() for line in lines)


def _change_table(random: Random, content: dict[str, object]) -> None:
    """Change what a reader of tables trusts: their names, those of columns, types of values, numbers."""
    table = random.choice(sorted(content))
    rows = content[table]
    match random.randrange(4):
        case 0:
            content[random.choice(_TABLES)] = content.pop(table)
        case 1 if isinstance(rows, list) and rows and isinstance(rows[0], dict) and rows[0]:
            row = random.choice(rows)
            row[random.choice(_COLUMNS)] = row.pop(random.choice(sorted(row)), None)
        case 2 if isinstance(rows, dict) and rows.get("rows"):
            row = random.choice(rows["rows"])
            row[random.randrange(len(row))] = random.choice((*ODD, *_BINARY))
        case _:
            row = random.choice(rows) if isinstance(rows, list) and rows else rows
            if isinstance(row, dict) and row:
                row[random.choice(sorted(row))] = random.choice((*ODD, *_BINARY))


def _mend_digests(lines: list[object]) -> None:
    for line in lines:
        versions = line.get("versions") if isinstance(line, dict) else None
        for row in versions if isinstance(versions, list) else ():
            if isinstance(row, dict) and isinstance(row.get("text"), str) and "sha256" in row:
                row["sha256"] = sha256(row["text"].encode("utf-8", "surrogatepass")).hexdigest()


def write_stream(tree: Tree) -> bytes:
    """Return a stream of ``git fast-import`` with one commit of a tree."""
    head = b"commit refs/heads/main\ncommitter Ana <ana@example.org> 1700000000 +0000\ndata 5\nstart\n"
    return head + b"".join(_write_file(path, *entry) for path, entry in tree.items())


def _write_file(path: str, mode: str, data: bytes) -> bytes:
    escaped = re.sub(r'(["\\])', r"\\\1", path).replace("\n", "\\n")
    if mode == "160000":
        return f'M {mode} {data.decode()} "{escaped}"\n'.encode()
    return f'M {mode} inline "{escaped}"\n'.encode() + b"data %d\n%s\n" % (len(data), data)


def use(data: bytes, folder: Path) -> str:
    """Rebuild an archive from a mirror, and use what came of it."""
    run_git(folder, "init", "--quiet", "--bare", "--initial-branch=main", "mirror.git")
    try:
        run_git(folder / "mirror.git", "fast-import", "--quiet", "--force", stdin=data)
    except AssertionError:
        return "no repository"
    put_files({"given.txt": b"We agree.\n" * 20}, folder)
    rebuilt = call("rebuild", "mirror.git", "--archive", "again")
    if rebuilt.code:
        if (folder / "again" / "tracker.db").exists():
            raise Found(f"rebuild refuses, and leaves a record: {rebuilt.err}")
        return "refused"
    use_archive("again", "given.txt", crc32(data))
    return "rebuilt"


TARGETS: Final = (Target("mirrors", make, use, seconds=60.0),)
