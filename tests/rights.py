"""What the tests of rights share: a series with a statement to withdraw, and a search for it in all files."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

from tests.repositories import run_git
from tracker.archive import create_archive, open_store
from tracker.exchange.add import record_bytes
from tracker.model.record import Declaration
from tracker.references import parse_reference

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.running import Ran

    Tracker = Callable[..., Ran]

PHRASE = "zephyrine quokka"
WORDS = ("zephyrine", "quokka")
ENDS = ("hyrine",)
"""What is left of a word where SQLite cuts off what it has in common with the one before; of the other that
is three letters, which packed bytes have by chance."""
WHY = ("--reason", "names a witness", "--authority", "District Court", "--by", "Ana")

_SPEECH = """Mr. President,

My country will contribute 5 million euros to the Technical Fund by 2025. We urge all States to ratify the
Treaty on the Protection of Rivers without delay.

Corruption {of_what}is our first priority. We condemn corruption in all its forms and will publish every
contract. {more}

Thank you.
"""
_PROTECTED = ("witness", "judge", "clerk", "teacher", "nurse", "farmer", "sailor", "baker")
OPEN = _SPEECH.format(of_what="", more="We will train two hundred judges.")
SECRET = _SPEECH.replace("5 million", "8 million").format(
    of_what=f"in the {PHRASE} papers ",
    more=" ".join(f"We will protect the {PHRASE} {who} against corruption." for who in _PROTECTED),
)
DRAFT = SECRET.replace("8 million", f"7 million {PHRASE}")
SECRETS = (DRAFT, SECRET)
"""Two snapshots of one statement; both hold the phrase."""


def make_series(folder: Path) -> Path:
    """Make an archive of XAA/UNGA/77, 78 and 79, of which 78 has two snapshots that hold the phrase."""
    create_archive(folder)
    for session, texts in (("77", [OPEN]), ("78", [*SECRETS]), ("79", [OPEN.replace("5", "9")])):
        add(folder, f"XAA/UNGA/{session}~prepared.en", *texts)
    return folder


def add(folder: Path, reference: str, *texts: str, title: str | None = None) -> None:
    """Record texts as a person would, a run each."""
    named = parse_reference(reference)
    for text in texts:
        with open_store(folder, "add") as store:
            declaration = Declaration(named, title=title)
            record_bytes(store, text.encode(), declaration, "2025-01-02T03:04:05Z", "a.txt", "speech.txt")


def find_in_files(folder: Path) -> list[str]:
    """Return the files below a folder that hold the phrase, in whatever case or packing of SQLite's."""
    found = []
    for path in sorted(folder.rglob("*")):
        if path.is_file() and "mirror.git" not in path.parts and path.name != "watch.toml":
            data = path.read_bytes().lower()
            found += [path.name for word in (*WORDS, *ENDS) if word.encode() in data]
    return found


def find_in_index(folder: Path) -> list[str]:
    """Return the words of the phrase that the full-text index still knows."""
    with closing(sqlite3.connect(folder / "tracker.db")) as connection:
        connection.execute("CREATE VIRTUAL TABLE temp.words USING fts5vocab (main, segments_fts, row)")
        terms = {term for (term,) in connection.execute("SELECT term FROM words")}
    return sorted(terms & set(WORDS))


def find_in_objects(mirror: Path) -> list[str]:
    """Return the words of the phrase that any object of a repository holds, reachable or not."""
    everything = run_git(mirror, "cat-file", "--batch-all-objects", "--batch")
    return [word for word in WORDS if word in everything]
