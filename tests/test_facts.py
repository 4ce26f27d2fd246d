"""What people declare of a statement: each fact goes through all that takes, keeps, hands on and shows it.

A fact that is added to ``Facts``, with its column, does so without another line: a copy of the program shows
it.
"""

from __future__ import annotations

import csv
import json
import shutil
import subprocess
import sys
from dataclasses import dataclass
from html import unescape
from typing import TYPE_CHECKING, Final

import pytest

from tests.conftest import run_apart, run_tracker
from tests.running import ROOT
from tracker.errors import ReferenceInvalid
from tracker.exchange.metadata import read_columns
from tracker.exchange.replication import CITED, MANIFEST, list_digests
from tracker.inputs.zips import read_zip, write_zip
from tracker.model.citations import CitedText
from tracker.model.corpus_rows import CorpusRow, StatementRow
from tracker.model.facts import FACTS, NAMES, Facts, check_facts
from tracker.model.record import Declaration

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    Said = dict[str, str]

WHERE: Final = "XAA/UNGA/79"
SPEECH: Final = (
    "Mr. President,\n\nMy country supports the Rivers Treaty. Corruption must end.\n\nThank you.\n"
)
LIST_FACTS: Final = """
import json
from tracker.errors import ReferenceInvalid
from tracker.model.facts import FACTS

def takes(fact, text):
    try:
        return fact.check(text) == text
    except ReferenceInvalid:
        return False

def choose(fact, number):
    tries = (f"{fact.name} said {number}", f"2024-09-{number:02}", f"https://example.org/{number}")
    return next(text for text in (*fact.choices[number:], *tries) if takes(fact, text))

print(json.dumps([(each.name, each.asked, [choose(each, 1), choose(each, 2)]) for each in FACTS]))
"""
"""Lists the facts of a program: the names of each and two values that it may have."""

FIELD: Final = '''
    venue: str | None = declared("Where it was said.")
    """The room or place where it was said."""
'''
COLUMN: Final = "ALTER TABLE statements ADD COLUMN venue TEXT;\n"
MEANING: Final = 'venue = "room or place where it was said"\n'
LAST_FIELD, LAST_MEANING = (
    '    """The group whose statement is joined."""\n',
    'cited_as = "computed: its reference, `XAA/UNGA/79`',
)


@dataclass(frozen=True, slots=True)
class Shell:
    """A folder, and the program whose commands run in it: this one, or a copy elsewhere."""

    folder: Path
    program: str = ""

    def run(self, *arguments: str | Path) -> str:
        """Return what a command prints, which must succeed."""
        ran = (
            run_apart(self.folder, *arguments, PYTHONPATH=self.program)
            if self.program
            else run_tracker(self.folder, *arguments)
        )
        assert ran.code == 0, (arguments, ran)
        return ran.out

    def list_facts(self) -> list[tuple[str, str, tuple[str, str]]]:
        """Return the facts of the program: the names of each, and two values."""
        words = [sys.executable, "-c", LIST_FACTS]
        own = {"PYTHONPATH": self.program}
        ran = subprocess.run(words, capture_output=True, cwd=self.folder, env=own, check=True)
        return [(name, asked, (first, second)) for name, asked, (first, second) in json.loads(ran.stdout)]

    def add(self, said: Said, asked: Mapping[str, str]) -> str:
        """Add the speech with what is said of it; return what is printed."""
        options = [part for name in said for part in (f"--{asked[name].replace('_', '-')}", said[name])]
        return self.run("add", "speech.txt", "--as", f"{WHERE}~prepared.en", *options)

    def read_bag(self, archive: str, names: Iterable[str]) -> Said:
        """Return facts, by name, of the one row of a bag's table; its page to read first names each."""
        bag = self.folder / f"bag-{archive}-{len([*self.folder.iterdir()])}"
        self.run("export", "bag", bag, "--archive", archive)
        (row,) = read_csv(bag / "data" / "statements.csv")
        page = (bag / "data" / "README.txt").read_text("utf-8")
        assert all(name in page for name in names)
        return {name: row[name] for name in names}


def read_csv(place: Path) -> list[Said]:
    with place.open(encoding="utf-8", newline="") as file:
        return [*csv.DictReader(file)]


def make_table(place: Path, said: Said) -> None:
    with place.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("country", "session", *said), ("XAA", "79", *said.values())])


def follow(shell: Shell) -> set[str]:
    """Declare all facts in each way that there is, find them where they come back, and return their names."""
    folder, facts = shell.folder, shell.list_facts()
    asked = {name: option for name, option, _ in facts}
    first, then = ({name: values[at] for name, _, values in facts} for at in (0, 1))
    (folder / "speech.txt").write_text(SPEECH, encoding="utf-8")
    shell.add(first, asked)
    shell.run("mirror", "update")
    assert shell.read_bag("snapshots", first) == first
    told = shell.add(then, asked)
    assert all(f"{name} was {first[name]!r}, is now {then[name]!r}" in told for name in first)
    shell.run("verify")
    shell.run("mirror", "update")

    make_table(folder / "told.csv", then)
    (folder / "texts").mkdir()
    shutil.copy(folder / "speech.txt", folder / "texts" / "XAA_79_2023.txt")
    used = shell.run(
        *("import", "texts", "--body", "UNGA", "--metadata", "told.csv", "--kind", "prepared"),
        *("--pattern", "{country}_{session}_{year}.txt", "--archive", "from-table"),
    )
    assert "1 used" in used
    shell.run("export", "warc", "statements.warc.gz")
    shell.run("import", "statements.warc.gz", "--archive", "from-warc")
    shell.run("rebuild", "snapshots/mirror.git", "--archive", "from-mirror")
    for archive in ("snapshots", "from-table", "from-warc", "from-mirror"):
        assert shell.read_bag(archive, then) == then, archive

    shell.run("export", "corpus", "corpus.csv")
    (row,) = read_csv(folder / "corpus.csv")
    assert {name: row[name] for name in then} == then
    words = {**then, "statement_type": then["statement_type"].replace("-", " ")}
    cited = shell.run("cite", WHERE).lower()
    shell.run("site", "site")
    page = unescape((folder / "site" / "statements" / f"{WHERE}.html").read_text("utf-8")).lower()
    for text in (cited, page):
        assert [name for name, value in words.items() if value.lower() not in text] == []
    return {*then}


def test_each_fact_goes_everywhere(tmp_path: Path) -> None:
    assert follow(Shell(tmp_path)) == {*NAMES}


@pytest.fixture
def another_program(tmp_path: Path) -> str:
    """Return where a copy of the program is, to which a fact was added as CONTRIBUTING says."""
    copy = tmp_path / "program"
    shutil.copytree(ROOT / "tracker", copy / "tracker")
    schema = copy / "tracker" / "record" / "schema"
    (schema / "0099_venue.sql").write_text(COLUMN, encoding="utf-8")
    for place, last, new in (
        (copy / "tracker" / "model" / "facts.py", LAST_FIELD, FIELD),
        (schema / "descriptions.toml", LAST_MEANING, MEANING),
    ):
        text = place.read_text("utf-8")
        at = text.index("\n", text.index(last)) + 1
        place.write_text(text[:at] + new + text[at:], encoding="utf-8")
    return str(copy)


def test_a_fact_that_is_added_in_one_place_goes_everywhere(tmp_path: Path, another_program: str) -> None:
    (tmp_path / "work").mkdir()
    assert follow(Shell(tmp_path / "work", another_program)) == {*NAMES, "venue"}


def test_an_archive_from_before_a_fact_was_added_is_read_and_written(
    tmp_path: Path, another_program: str
) -> None:
    (tmp_path / "speech.txt").write_text(SPEECH, encoding="utf-8")
    older, newer = Shell(tmp_path), Shell(tmp_path, another_program)
    older.add({"aligns_with": "G77"}, {"aligns_with": "aligns-with"})
    older.run("mirror", "update")
    before = older.run("cite", WHERE)
    newer.run("rebuild", "snapshots/mirror.git", "--archive", "again")
    for archive in ("snapshots", "again"):
        assert newer.run("cite", WHERE, "--archive", archive) == before
    assert newer.read_bag("snapshots", ["venue"]) == {"venue": ""}
    newer.run("show", WHERE)
    newer.add({"venue": "Hall 3"}, {"venue": "venue"})
    newer.run("verify")
    assert "Venue: Hall 3" in newer.run("cite", WHERE)


@pytest.mark.parametrize("kind", [Declaration, CitedText, CorpusRow, StatementRow])
def test_what_holds_all_facts_is_of_their_type(kind: type) -> None:
    assert issubclass(kind, Facts)


def test_what_is_declared_is_checked_alike(tmp_path: Path) -> None:
    (tmp_path / "speech.txt").write_text(SPEECH, encoding="utf-8")
    (tmp_path / "texts").mkdir()
    shutil.copy(tmp_path / "speech.txt", tmp_path / "texts" / "XAA_79_2024.txt")
    folder = ("import", "texts", "--body", "UNGA", "--pattern", "{country}_{session}_{year}.txt")
    for asked, name, text in (
        ("date", "delivered", "tomorrow"), ("url", "url", "a.org"), ("type", "statement_type", "toast")
    ):  # fmt: skip
        with pytest.raises(ReferenceInvalid) as refused:
            check_facts({name: text})
        make_table(tmp_path / "told.csv", {name: text})
        imported = run_tracker(tmp_path, *folder, "--metadata", "told.csv")
        assert (imported.code, str(refused.value) in imported.out) == (1, True), imported
        added = run_tracker(tmp_path, "add", "speech.txt", "--as", WHERE, f"--{asked}", text)
        assert added.code == 2, added
    assert check_facts({"statement_type": "Right of reply", "url": "https://ana:word@a.org/x"}) == {
        "statement_type": "right-of-reply", "url": "https://a.org/x"
    }  # fmt: skip


def test_a_column_is_named_as_the_option_is_or_as_in_the_record() -> None:
    for fact in FACTS:
        assert (
            read_columns([f"{fact.asked}=Mine"]) == read_columns([f"{fact.name}=Mine"]) == {fact.name: "Mine"}
        )


def test_a_zip_from_before_a_fact_was_added_comes_out_the_same(tmp_path: Path) -> None:
    shell = Shell(tmp_path)
    for session, text in (("78", SPEECH), ("79", SPEECH.replace("must", "will"))):
        (tmp_path / "speech.txt").write_text(text, encoding="utf-8")
        shell.run("add", "speech.txt", "--as", f"XAA/UNGA/{session}~prepared.en", "--type", "joint")
    run_tracker(tmp_path, "diff", "XAA/UNGA", "78", "79", "--format", "json", "-o", "report.json")
    shell.run("export", "replication", "now.zip", "report.json")
    members = read_zip((tmp_path / "now.zip").read_bytes())
    rows = [dict(reversed(each.items())) for each in json.loads(members[CITED])]
    for row in rows:
        assert row.pop("aligns_with") is None
    members[CITED] = (json.dumps(rows, indent=2, ensure_ascii=False) + "\n").encode()
    members[MANIFEST] = list_digests({name: data for name, data in members.items() if name != MANIFEST})
    (tmp_path / "then.zip").write_bytes(write_zip(members))
    for archive in ("snapshots", "elsewhere"):
        assert ": the same" in shell.run("reproduce", "then.zip", "--archive", archive)
    shell.run("add", "speech.txt", "--as", "XAA/UNGA/79~prepared.en", "--aligns-with", "G77")
    told = run_tracker(tmp_path, "reproduce", "then.zip")
    assert (told.code, CITED in told.out) == (1, True)
