"""No command, in any form, prints what was typed or noted of a statement that was withdrawn."""

from __future__ import annotations

import re
import shutil
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.conftest import run_tracker
from tests.here import runner
from tests.nights import Page, running_site, source, watch, write_speech
from tests.outputs import PRINTED
from tests.repositories import run_git
from tests.thorough import some
from tracker.capture.admit.admission import admit
from tracker.model.ledger import Check
from tracker.model.watching import Exchange
from tracker.preservation.mirror.redaction import COLUMNS, LEFT_OUT, WHOLE, Redaction
from tracker.preservation.mirror.unit_files import UnitFiles
from tracker.record.access.closed import find_watch_list, read_access
from tracker.record.access.withheld import Withheld
from tracker.record.schema.connection import Record, open_record
from tracker.record.schema.units import ROOTS, read_tables
from tracker.references.grammar import parse_reference
from tracker.watch.snapshot import snapshot

if TYPE_CHECKING:
    from pathlib import Path

    from tests.running import Ran

WHERE = "XAA/UNGA/78"
CANARIES = {
    "--title": "Canarytitle", "--speaker": "Canaryspeaker", "--post": "Canarypost",
    "--symbol": "A/78/PV.9Canarysymbol", "--on-behalf-of": "Canarygroup",
    "--aligns-with": "Canaryjoined",
}  # fmt: skip
SAID = "Canaryword"
EARLIER, HEADER, NOTE, DECISION, REASON = (
    "Canaryearlier", "Canaryheader", "Canarynote", "Canarydecision", "Canaryreason",
)  # fmt: skip
CANARY = re.compile("canary", re.IGNORECASE)
CHECK = Check(
    "xaa-78", "https://example.org/78", "unchanged", "2025-09-24T09:00:00Z", 0.2, detail=f"Sign in {SAID}",
    exchanges=(
        Exchange("2025-09-24T09:00:00Z", "https://example.org/78", (), 200, (("ETag", HEADER),)),
    ),
)  # fmt: skip
WHY = ("--reason", "names a witness", "--authority", "District Court", "--by", "Ana")

SPEECH = write_speech(f"We will fight corruption in the {SAID} case. Corruption in {SAID} must end.", 3)


def run(folder: Path, *arguments: str) -> Ran:
    ran = run_tracker(folder, *arguments)
    assert ran.code in {0, 1}, (arguments, ran)
    return ran


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with an archive and a mirror, in which everything that can tell of a statement does."""
    folder = tmp_path_factory.mktemp("told")
    archive = folder / "snapshots"
    run(folder, "init")
    (folder / "speech.txt").write_text(SPEECH, encoding="utf-8")
    (folder / "open.txt").write_text(write_speech("We condemn corruption."), encoding="utf-8")
    run(folder, "expect", WHERE, "--by", "Ana", "--due", "2026-01-01", "--note", NOTE)
    with running_site() as site:
        site.say("/79", "We condemn corruption.", 5)
        site.pages["/78"] = Page(SPEECH, headers={"Content-Disposition": f"inline; filename={HEADER}.txt"})
        site.pages["/log"] = Page(f"<html><title>Sign in {SAID}</title><p>You must be logged in, {SAID}.</p>")
        watch(
            archive,
            source("xaa-79", "XAA/UNGA/79~prepared.en", site.url("/79"))
            + source("xaa-78", f"{WHERE}~prepared.en", site.url("/78"))
            + source("xaa-78-log", f"{WHERE}~verbatim.en", site.url("/log")),
            site.port,
        )
        snapshot(archive, (), admit)
    run(folder, "review", "1", "reject", "--by", "Ana", "--reason", REASON)
    add = ("add", "speech.txt", "--as", f"{WHERE}~prepared.en")
    run(folder, *add, "--title", EARLIER)
    run(
        folder, *add, *(word for pair in CANARIES.items() for word in pair), "--url", "https://example.org/78"
    )
    run(folder, "add", "open.txt", "--as", "XAA/UNGA/77~prepared.en", "--title", "An open title")
    level = ("--topic", "corruption", "--level", "substantive", "--by", "Ben", "--note", DECISION)
    run(folder, "judge", WHERE, *level)
    run(folder, "mirror", "update")
    return folder


@pytest.fixture(scope="module")
def withdrawn(told: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = shutil.copytree(told, tmp_path_factory.mktemp("withdrawn") / "told")
    run(folder, "withdraw", WHERE, *WHY)
    return folder


FORMS = {
    "list": ("text", "json"), "log XAA/UNGA": ("text", "json"), "status --runs": ("text", "json", "csv"),
    "status": ("text", "json"), "expect": ("text", "json"), "decisions": ("text", "json", "csv"),
    "review": ("text", "json"), "review --decided": ("text", "json"),
    "status --year 2026": ("text", "json", "csv", "markdown"),
    **{f"status {number}": ("text", "json", "csv") for number in range(1, 8)},
    f"log {WHERE}": ("text", "json"), f"log {WHERE} --versions": ("text",), f"show {WHERE}": ("text",),
    f"show {WHERE} --raw": ("text",), f"priorities {WHERE}": ("text",),
    "search corruption": ("text", "json"), "blame " + WHERE: ("text", "json", "html"),
    "trace XAA/UNGA corruption": ("text", "json", "csv", "html"),
    "trace UNGA corruption": ("text", "json", "csv", "html"),
    "trace UNGA --topic corruption": ("text", "csv"), "timeline XAA/UNGA 78 --phrases": ("text", "json"),
    "timeline XAA/UNGA": ("text", "json", "csv", "html"),
    "timeline UNGA 78": ("text", "json", "csv", "html"),
    "timeline UNGA --sessions 77-79": ("text", "json", "csv", "html"),
    "diff UNGA 77 79 --countries XAA": ("text", "json", "html"),
    "diff XAA/UNGA 77 79 --encoder none --all": PRINTED,
    f"diff {WHERE} XAA/UNGA/79 --encoder none": PRINTED,
    "reextract --dry-run": ("text",), "verify": ("text",), "sources list": ("text", "json"),
    "review 1": ("text", "json"), "export datasette": ("text",),
    f"judge {WHERE} --topic corruption --level mentioned --by Ben": ("text",),
    f"withdraw {WHERE} --reason again --authority Court": ("text", "json"),
    f"diff {WHERE} XAA/UNGA/79 --encoder none --all": ("tei",),
}  # fmt: skip
"""Every command that reads an archive, with each form of its answer."""


@pytest.mark.parametrize(
    "arguments",
    some(
        50,
        [
            (*command.split(), *(() if form == "text" else ("--format", form)))
            for command, forms in FORMS.items()
            for form in forms
        ],
    ),
    ids=" ".join,
)
def test_no_command_prints_what_was_typed_or_noted(
    withdrawn: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: tuple[str, ...],
) -> None:
    ran = runner(withdrawn, monkeypatch, capsys)(*arguments)
    assert ran.code in {0, 1, 2}
    assert "Usage" not in ran.err, ran.err
    assert not CANARY.search(ran.out + ran.err), ran


def test_each_column_of_the_record_is_shown_or_hidden_or_its_table_is(withdrawn: Path) -> None:
    """A new table or column has to be put into one of them: what nobody puts anywhere is hidden meanwhile."""
    with open_record(withdrawn / "snapshots", Record) as record:
        tables = read_tables(record.connection)
    classes = [COLUMNS.keys(), LEFT_OUT, WHOLE]
    assert sorted(name for names in classes for name in names) == sorted(tables)
    for name, (shown, hidden) in COLUMNS.items():
        assert sorted([*shown.split(), *hidden.split()]) == sorted(tables[name].columns), name


def test_what_is_in_no_class_is_kept_from_the_public(withdrawn: Path) -> None:
    folder = withdrawn / "snapshots"
    hidden = set()
    with open_record(folder, Record) as record:
        units = UnitFiles(record.connection)
        access = read_access(record.connection, units.tables, find_watch_list(folder))
        redaction = Redaction(record.connection, access, units.tables)
        for table, (unit, key) in ROOTS.items():
            for (name,) in record.connection.execute(f'SELECT "{key}" FROM "{table}"').fetchall():  # noqa: S608
                found = units.rows(unit, str(name))
                rows = {of: [{**row, "remark": NOTE} for row in some] for of, some in found.items()}
                shown = redaction.redact(unit, rows) or {}
                changed = [(of, row) for of in COLUMNS for row in shown.get(of, ()) if row not in rows[of]]
                assert [row for _, row in changed if row.get("remark")] == []
                hidden |= {of for of, _ in changed}
    assert hidden == {*COLUMNS}


def test_before_all_of_it_is_shown(
    told: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    tracker = runner(told, monkeypatch, capsys)
    runs = "".join(tracker("status", str(number), "--format", "json").out for number in range(1, 8))
    everything = runs + "".join(
        tracker(*command.split(), "--format", "json").out
        for command in ("list", "review --decided", "expect", "decisions", "search corruption")
    )
    for canary in (*CANARIES.values(), HEADER, NOTE, DECISION, REASON, SAID):
        assert canary in everything, canary


def test_what_leaves_the_archive_holds_nothing_of_it(withdrawn: Path, tmp_path: Path) -> None:
    run_git(tmp_path, "init", "--quiet", "--bare", "copy.git")
    run(withdrawn, "mirror", "push", str(tmp_path / "copy.git"))
    run(withdrawn, "export", "bag", str(tmp_path / "bag"))
    run(withdrawn, "export", "bag", str(tmp_path / "private-bag"), "--private")
    run(withdrawn, "export", "warc", str(tmp_path / "a.warc"))
    run(withdrawn, "export", "warc", str(tmp_path / "private.warc"), "--private")
    for name, more in (("open", ()), ("private", ("--private",))):
        run(withdrawn, "export", "corpus", str(tmp_path / f"{name}.csv"), *more)
        run(withdrawn, "export", "sentences", str(tmp_path / f"{name}.jsonl"), *more)
    everything = run_git(tmp_path / "copy.git", "cat-file", "--batch-all-objects", "--batch")
    assert not CANARY.search(everything), [
        everything[max(0, m.start() - 60) : m.end() + 20] for m in CANARY.finditer(everything)
    ]
    for path in sorted(tmp_path.rglob("*")):
        if path.is_file() and "copy.git" not in path.parts:
            assert not re.search(b"(?i)canary", path.read_bytes()), path


@pytest.mark.parametrize(
    ("check", "is_quoted"),
    [
        # Other bytes with the same text, as of a page with another menu; a copy that a review refused.
        (replace(CHECK, snapshot=parse_reference(f"{WHERE}~prepared.en@1"), sha256="b" * 64), False),
        (replace(CHECK, sha256="a" * 64), False),
        (replace(CHECK, sha256="b" * 64), True),
    ],
)
def test_a_check_of_a_withdrawn_snapshot_or_document_quotes_nothing(check: Check, *, is_quoted: bool) -> None:
    gone = frozenset({parse_reference(f"{WHERE}~prepared.en@1")})
    withheld = Withheld(gone, frozenset(), frozenset({"a" * 64}), frozenset())
    assert (withheld.check(check) == check) is is_quoted
    assert ("canary" in repr(withheld.check(check)).lower()) is is_quoted
