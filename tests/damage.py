"""What the tests of verifying share: words to look for in a record's file, and ways to damage both copies."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

from tests.repositories import run_git
from tracker.record.schema.packing import unpack as unpack_document

if TYPE_CHECKING:
    from pathlib import Path

WRAPPED = """Mr. President,

Atlantis will build
ten dykes by 2030. Corruption is our
first priority. We will publish every contract.

Thank you.
"""
"""Lines that are joined in the text, so that document, text and segments each have words of their own."""

MARKED = """# Atlantis

We urge all States to *ratify* the Treaty on the Protection of Rivers.

- a register of beneficial owners
- a ban on shell companies

Thank you.
"""

IN_DOCUMENT = b"will build\nten dykes"
IN_TEXT = b"our first priority. We will"


def flip(path: Path, offset: int, bit: int = 0) -> None:
    """Change one bit of a file; a negative offset counts from its end."""
    path.chmod(0o644)
    data = bytearray(path.read_bytes())
    data[offset] ^= 1 << bit
    path.write_bytes(data)


def flip_in(path: Path, words: bytes, bit: int = 0) -> None:
    """Change one bit in the middle of words that a file holds once, or of the document that has them."""
    data = path.read_bytes()
    if words not in data:
        with closing(sqlite3.connect(path)) as connection:
            documents = connection.execute("SELECT bytes, size FROM documents").fetchall()
        (words,) = [packed for packed, size in documents if words in (unpack_document(packed, size) or b"")]
    assert data.count(words) == 1
    flip(path, data.index(words) + len(words) // 2, bit)


def alter(folder: Path, *statements: str) -> None:
    """Change a record as another program would, which asks for no foreign keys."""
    with closing(sqlite3.connect(folder / "tracker.db", isolation_level=None)) as connection:
        for statement in statements:
            connection.execute(statement)


def alter_unseen(folder: Path, *statements: str) -> None:
    """Change a record as damage would: no trigger notes it."""
    with closing(sqlite3.connect(folder / "tracker.db", isolation_level=None)) as connection:
        triggers = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for name, _ in triggers:
            connection.execute(f'DROP TRIGGER "{name}"')
        for statement in statements:
            connection.execute(statement)
        for _, sql in triggers:
            connection.execute(sql)


def unpack(mirror: Path) -> None:
    """Make a file of each object of a mirror."""
    for pack in list((mirror / "objects" / "pack").glob("*.pack")):
        data = pack.read_bytes()
        for file in pack.parent.glob(f"{pack.stem}.*"):
            file.unlink()
        run_git(mirror, "unpack-objects", "-q", stdin=data)


def object_file(mirror: Path, name: str) -> Path:
    """Return the file of an object, by anything that git knows it by."""
    found = run_git(mirror, "rev-parse", name)
    return mirror / "objects" / found[:2] / found[2:]


def first_pack(mirror: Path) -> Path:
    """Return the pack of the first commit."""
    root = run_git(mirror, "rev-list", "--max-parents=0", "main").strip()
    packs = (mirror / "objects" / "pack").glob("*.pack")
    return next(pack for pack in packs if root in run_git(mirror, "verify-pack", "-v", str(pack.resolve())))


def commit(mirror: Path, message: str, parent: str) -> None:
    """Put a commit of ours on a branch, with the files that stand at its tip."""
    tree = run_git(mirror, "rev-parse", "main^{tree}")
    made = run_git(mirror, "commit-tree", tree, "-p", parent, "-m", message)
    run_git(mirror, "update-ref", "refs/heads/main", made)
