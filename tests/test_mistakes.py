"""Mistakes at the keyboard: each is answered by one line that leads on, and what it leads to works."""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING, get_args

import pytest

from tests.running import ROOT
from tests.test_documents import ROOT_COMMAND
from tests.thorough import some
from tracker.model.changes import AXES, Operation
from tracker.model.topics import Status
from tracker.report.render.glossary import OF_REPORTS, explain_words, render_words

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.running import Ran

MISTAKES = {
    "a wrong country code": ("diff GRB/CCPCJ 32 33", "did you mean GBR (United Kingdom)?", ""),
    "a wrong name of a country": ("search x --country Germny", "did you mean DEU (Germany)?", ""),
    "a wrong body": ("show XAA/CPCJ/33", "did you mean CCPCJ", "show XAA/CCPCJ/33"),
    "a country alone": ("diff XAA 32 33", "try: tracker diff XAA/CCPCJ 32 33", "diff XAA/CCPCJ 32 33"),
    "a country and a session": ("show XAA/33", "try: tracker show XAA/CCPCJ/33", "show XAA/CCPCJ/33"),
    "a body alone": ("timeline CCPCJ --phrases", "'CCPCJ' is a body alone", ""),
    "sessions alone": ("diff 32 33", "'32' is a session alone", ""),
    "a series where a body is meant": ("timeline XAA/CCPCJ 33", "tracker priorities XAA/CCPCJ/33;", ""),
    "country and body swapped": ("show CCPCJ/XAA/33", "did you mean XAA/CCPCJ/33?", "show XAA/CCPCJ/33"),
    "a slash that is missing": ("diff XAACCPCJ 32 33", "did you mean XAA/CCPCJ?", "diff XAA/CCPCJ 32 33"),
    "other marks for slashes": ("show XAA-CCPCJ-33", "did you mean XAA/CCPCJ/33?", "show XAA/CCPCJ/33"),
    "blanks in quotes": ("show 'XAA CCPCJ 33'", "did you mean XAA/CCPCJ/33?", "show XAA/CCPCJ/33"),
    "a year for a session": ("diff XAA/CCPCJ 2023 2024", "in 2023: 32", "diff XAA/CCPCJ 32 33"),
    "two sessions in one word": ("diff XAA/CCPCJ 32-33", "two words: 32 33", "diff XAA/CCPCJ 32 33"),
    "two sessions in a reference": ("diff XAA/CCPCJ/32..33", "two words: 32 33", "diff XAA/CCPCJ 32 33"),
    "a session that is not there": ("diff XAA/CCPCJ 32 40", "sessions 32 and 33; no 40", ""),
    "one session that is not there": ("diff XAA/CCPCJ 40", "sessions 32 and 33; no 40", ""),
    "two sessions to show": (
        "show XAA/CCPCJ 32 33", "to compare: tracker diff XAA/CCPCJ 32 33", "diff XAA/CCPCJ 32 33",
    ),
    "two series": ("diff XAA/CCPCJ XAA/CCPCJ", "the latest is XAA/CCPCJ/33", "show XAA/CCPCJ/33"),
    "one statement to compare": ("diff XAA/CCPCJ/33", "or the series XAA/CCPCJ", "diff XAA/CCPCJ"),
    "one file to compare": ("diff old.txt", "name a second one", "diff old.txt new.txt"),
    "a statement for a series": (
        "timeline XAA/CCPCJ/33", "its topics: tracker priorities XAA/CCPCJ/33;", "priorities XAA/CCPCJ/33",
    ),
    "a snapshot that is not there": ("show XAA/CCPCJ/33@9", "has one snapshot", "show XAA/CCPCJ/33@1"),
    "a language that is not there": ("show XAA/CCPCJ/33~fr", "has prepared.en", "show XAA/CCPCJ/33~en"),
    "an address": ("diff https://a.org/33 XAA/CCPCJ/33", "tracker sources add https://a.org/33 --as", ""),
    "an address to add": ("add https://a.org/1.pdf --as XAA/CCPCJ/34", "--url https://a.org/1.pdf; to", ""),
    "an address without its beginning": ("show www.a.org/33", "is not fetched here; save it", ""),
    "three sessions": ("diff XAA/CCPCJ 31 32 33", "of more: tracker timeline", "timeline XAA/CCPCJ"),
    "a flag with a value": ("diff XAA/CCPCJ --all=yes", "does not take a value; -h", "diff -h"),
    "countries without their option": (
        "timeline CCPCJ 33 XAA GBR", "--countries XAA,GBR",
        "timeline CCPCJ 33 --countries XAA",
    ),
    "a group without a letter": ("diff CCPCJ 32 33 --countries SID", "mean SIDS or SSD (South Sudan)?", ""),
    "a part of a group's name": ("diff CCPCJ 32 33 --countries 'small islands'", "did you mean SIDS or", ""),
    "the words with a slip": ("help wrds", "did you mean tracker help words?", "help words"),
    "a word with a slip": ("help words likley", "did you mean 'likely'?", "help words likely"),
    "a folder for a file": ("show folder", "use: tracker import folder", ""),
    "a name of a file with a slip": ("show odl.txt", "did you mean old.txt?", "show old.txt"),
    "an empty file": ("show empty.txt", "the file is empty; fetch or save it again", ""),
    "bytes that are no text": ("show noise.txt", "this is binary data, not text; give", ""),
    "a text with the name of a PDF": ("add text.pdf --as XAA/CCPCJ/34", "and no PDF; save the PDF again", ""),
    "a page with the name of a DOCX": ("show page.docx", "this is a web page, and no DOCX; save", ""),
    "a DOCX cut off": ("show cut.docx", "damaged ZIP or DOCX file; fetch it again", ""),
    "a PDF cut off": ("diff cut.pdf XAA/CCPCJ/33", "this PDF is damaged; fetch it again", ""),
    "a folder that is not there for output": ("list -o there/list.txt", "no folder there; make it first", ""),
    "a command with a slip": ("difff XAA/CCPCJ 32 33", "did you mean tracker diff?", "diff XAA/CCPCJ 32 33"),
    "a command of another program": (
        "compare XAA/CCPCJ 32 33", "did you mean tracker diff or tracker timeline?",
        "diff XAA/CCPCJ 32 33",
    ),
    "no command": ("XAA/CCPCJ 32 33", "write: tracker diff XAA/CCPCJ 32 33", "diff XAA/CCPCJ 32 33"),
    "a command without its group": ("push there.git", "did you mean tracker mirror push?", "mirror push -h"),
    "a command that there is nothing like": ("xyzzy", "tracker help all lists the commands", "help all"),
    "a name with nothing to accept": ("verify --by Ana", "--accept TABLE/ROW takes --by NAME and", "verify"),
    "a reason with nothing to accept": ("verify --reason old", "takes --by NAME", "verify"),
    "an option in the place of a command": ("-- --no-pager", "no such command '--no-pager'", "-h"),
    "help for a command with a slip": ("help difff", "did you mean tracker diff?", "help diff"),
    "an option with a slip": ("list --fromat json", "did you mean --format?", "list --format json"),
    "an option that there is nothing like": ("list --wide", "tracker list -h lists the options", "list -h"),
    "an option without its value": ("timeline XAA/CCPCJ --topic", "'--topic' requires an argument", ""),
    "a wrong name of a format": ("list --format xml", "of 'text', 'csv', 'json'", "list --format csv"),
    "a format for what has none": ("show XAA/CCPCJ/33 --raw --format csv", "--raw has no csv format", ""),
    "no operand": ("show", "for example: tracker show GBR/CCPCJ/31@1", ""),
    "no reference for a file": ("add old.txt", "missing option '--as'; for example: tracker add", ""),
    "a date as people write it": ("add old.txt --as XAA/CCPCJ/34 --date 20.5.24", "write 2022-05-16", ""),
    "no archive": ("list --archive nowhere", "no archive at nowhere; tracker add or import makes one", ""),
    "an archive that is a file": ("list --archive old.txt", "which is a file; name the folder", ""),
    "the file of an archive": (
        "list --archive snapshots/tracker.db", "name the folder: --archive snapshots",
        "list --archive snapshots",
    ),
    "a topic with a slip": (
        "timeline XAA/CCPCJ --topic cybercrmie", "did you mean cybercrime?",
        "timeline XAA/CCPCJ --topic cybercrime",
    ),
    "a filter with a slip": ("diff XAA/CCPCJ 32 33 --only nw", "expected one of new, ", ""),
    "a change that there is not": (
        "diff XAA/CCPCJ 32 33 --explain abc1234", "tracker diff --all lists them",
        "diff XAA/CCPCJ 32 33 --all",
    ),
    "no quotes around a phrase": (
        "search loss and damage", "quotes: tracker search 'loss and damage'", "search 'loss and damage'",
    ),
    "a search that breaks off": ("search 'cybercrime AND'", "AND needs a word on both sides", ""),
    "no name of a person": ("judge abc1234 reject", "missing option --by NAME", ""),
    "a list that is a file": (
        "diff CCPCJ 32 33 --countries list.txt", "write @list.txt", "diff CCPCJ 32 33 --countries @list.txt",
    ),
    "a list of bytes": (
        "diff CCPCJ 32 33 --countries @noise.txt", "no text in UTF-8; write one country on", "",
    ),
    "a list that is empty": ("diff CCPCJ 32 33 --countries @empty.txt", "names nobody; write codes", ""),
    "a country that did not speak": ("diff CCPCJ 32 33 --countries XAA,XAB", "CCPCJ 32; XAA spoke", ""),
    "a group with a slip": ("diff CCPCJ 32 33 --countries EUX", "did you mean EU (European Union)?", ""),
    "countries and one series": (
        "diff XAA/CCPCJ 32 33 --countries EU", "two sessions of a body: tracker diff UNGA 70 71", "",
    ),
    "sessions in quotes": ("diff XAA/CCPCJ '32 33'", "two words: 32 33", "diff XAA/CCPCJ 32 33"),
    "sessions with a word between": ("diff XAA/CCPCJ '32 vs 33'", "two words: 32 33", ""),
    "a vocabulary that is not there": (
        "diff XAA/CCPCJ 32 33 --vocabulary no.toml", "no.toml: cannot be read", "",
    ),
    "a vocabulary that is a folder": (
        "list --topics --vocabulary folder", "a directory and no file; name a", "",
    ),
    "a share that is none": ("diff XAA/CCPCJ 32 33 --sure 95", "expected one of .9, .8, .7", ""),
    "a word for a number": ("timeline CCPCJ --jobs many", "'many' is not a whole number", ""),
    "a word for a figure": ("diff XAA/CCPCJ 32 33 --sure high", "'high' is not a number", ""),
    "bounds the wrong way round": (
        "timeline XAA/CCPCJ --from 33 --to 32", "--from 33 comes after --to 32", "",
    ),
    "a bound that is not there": ("timeline XAA/CCPCJ --from 40", "the archive holds sessions 32 to 33", ""),
    "a bound that is no session": ("trace XAA/CCPCJ rivers --from soon", "expected a label such as 31", ""),
    "a phrase before its series": (
        "trace 'the rivers' XAA/CCPCJ", "comes first: tracker trace XAA/CCPCJ 'the rivers'",
        "trace XAA/CCPCJ 'the rivers'",
    ),
    "a phrase before its body": (
        "trace 'the rivers' CCPCJ", "tracker trace CCPCJ 'the rivers'", "trace CCPCJ 'the rivers'",
    ),
    "nothing to trace": ("trace XAA/CCPCJ ''", "give a phrase or a sentence in quotation marks", ""),
    "a session before its body": ("timeline 33 CCPCJ", "a body comes before its session", ""),
    "a range backwards": (
        "timeline CCPCJ --sessions 33-32", "write 32..33", "timeline CCPCJ --sessions 32..33",
    ),
    "a range with one end": ("timeline CCPCJ --sessions 32-", "a range has two ends, as in 70-79", ""),
    "a range with no beginning": ("timeline CCPCJ --sessions=-32", "a range has two ends, as in 70-79", ""),
    "a range with a bad end": ("timeline CCPCJ --sessions 32-9999", "cannot read '9999' as a session", ""),
    "a range with a bad beginning": (
        "timeline CCPCJ --sessions next-33", "cannot read 'next' as a session", "",
    ),
    "sessions without a comma": ("timeline CCPCJ --sessions '32 33'", "cannot read '32 33' as a session", ""),
    "a page that is not there": ("search cybercrime --page 900", "2 passages found, the last page is 1", ""),
    "years that are not there": ("search cybercrime --from 2030", "of the years 2023 to 2024", ""),
    "a body for a country": ("add old.txt --as CCPCJ/34", "put a country before it: GBR/CCPCJ/34", ""),
    "a month that is not there": ("add old.txt --as XAA/CCPCJ/34 --date 2024-13-01", "write 2022-05-16", ""),
    "an address that is none": ("add old.txt --as XAA/CCPCJ/34 --url x.org", "begins with https:// or", ""),
    "a kind with a slip": ("add old.txt --as XAA/CCPCJ/34~verbtim", "did you mean verbatim?", ""),
    "a reference behind a file": ("add old.txt XAA/CCPCJ/34", "missing option '--as'; for example:", ""),
    "a file that is imported": (
        "import old.txt --body CCPCJ", "tracker add old.txt --as GBR/UNGA/79", "add old.txt --as GBR/UNGA/79",
    ),
    "a folder without files": ("import folder --body CCPCJ", "no files in the folder; name the one that", ""),
    "a kind for sessions backwards": (
        "import folder --body CCPCJ --kind verbatim:40-30", "write sessions as in verbatim:70-74,77", "",
    ),
    "a field with a slip": (
        "import folder --body CCPCJ --pattern {sesion}.txt", "expected one of country", "",
    ),
    "a verdict with a slip": ("judge abc1234 acept --by Ana", "expected accept, reject, relabel", ""),
    "a level with a slip": (
        "judge XAA/CCPCJ/33 --topic corruption --level high --by Ana", "is not one of 'declared'", "",
    ),
    "a topic without its level": (
        "judge XAA/CCPCJ/33 --topic corruption --by Ana", "--topic TOPIC --level", "",
    ),
    "a sheet that is none": (
        "judge --from old.txt --by Ana", "begin with: tracker decisions --format csv", "",
    ),
    "a group that nobody knows": ("list --groups EUU", "tracker list --groups shows all", "list --groups"),
    "a group that is not packaged": (
        "groups fill EUU", "tracker list --groups shows all", "list --groups",
    ),
    "a group left as it is": ("groups edit EU --by Ana", "use --add, --remove, --name or --source", ""),
    "a command of a group with a slip": ("groups edti", "did you mean tracker groups edit?\n", ""),
    "help for a command that there is not": (
        "help xyzzy", "'xyzzy'; tracker help all lists the commands\n", "help all",
    ),
    "a file for an archive": ("init --archive old.txt", "name a folder for the archive", ""),
    "a folder for output": ("list -o folder", "folder is a folder; name a file in it", ""),
    "a host for an address": (
        "sources add a.org --as XAA/CCPCJ/34", "did you mean https://a.org?",
        "sources add https://a.org --as XAA/CCPCJ/34",
    ),
    "a scheme with a slip": (
        "sources add htp://a.org --as XAA/CCPCJ/34", "begins with http:// or https://", "",
    ),
    "a source that is not there": ("sources check nowhere", "there is no watch list; begin one with", ""),
    "a review by a word": ("review abc", "'abc' is not a whole number", "review"),
    "a run that is not there": ("status 999", "tracker status --runs lists them", "status --runs"),
    "a time that is none": ("schedule cron --at 25:00", "write 04:30", "schedule cron --at 04:30"),
    "a mirror that is not there": ("mirror push nowhere", "does not appear to be a git repository", ""),
    "a file that is exported to": ("export warc old.txt", "exists already; choose another file", ""),
    "a word that goes on for ever": (f"list --archive {'x' * 5000}", "too long; choose another", ""),
}  # fmt: skip
"""What is typed, what the answer must hold, and what may be typed next, which must work."""

READ_AS_MEANT = {
    "lower case": "diff xaa/ccpcj 32 33",
    "Roman numerals": "diff XAA/CCPCJ XXXII XXXIII",
    "ordinals": "diff XAA/CCPCJ 32nd 33rd",
    "blanks around slashes": "diff 'XAA / CCPCJ / 32' 'XAA / CCPCJ / 33'",
    "a name in full": "diff 'XAA/Commission on Crime Prevention and Criminal Justice' 32 33",
    "words apart": "diff XAA CCPCJ 32 33",
    "sessions without a slash": "diff XAA/CCPCJ32 XAA/CCPCJ33",
    "a statement and a session": "diff XAA/CCPCJ/32 33",
    "sessions apart": "diff XAA/CCPCJ 32 XAA/CCPCJ 33",
}
"""Ways to write ``diff XAA/CCPCJ 32 33``."""


@pytest.fixture
def desk(archive: Callable[..., Ran], tmp_path: Path) -> Callable[[str], Ran]:
    """Run a line as it is typed, in a folder with an archive and with files that are not what they seem."""
    (tmp_path / "folder").mkdir()
    for name, data in {
        "empty.txt": b"",
        "list.txt": b"XAA\n",
        "noise.txt": bytes(range(256)) * 20,
        "text.pdf": b"We will act.\n",
        "page.docx": b"<!doctype html><html><body><p>Sign in</p></body></html>",
        "cut.docx": b"PK\x03\x04" + b"\x14\0\x06\0" * 20,
        "cut.pdf": b"%PDF-1.7\n1 0 obj",
    }.items():
        (tmp_path / name).write_bytes(data)
    return lambda line: archive(*shlex.split(line))


@pytest.mark.parametrize(("line", "leads", "then"), some(45, MISTAKES.values()), ids=some(45, MISTAKES))
def test_a_mistake_is_answered_by_one_line_that_leads_on(
    desk: Callable[[str], Ran], line: str, leads: str, then: str
) -> None:
    ran = desk(line)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("tracker: ")
    assert ran.err.count("\n") == 1
    assert leads in ran.err
    if then:
        after = desk(then)
        assert after.code in {0, 1}, after
        assert after.err == ""


@pytest.mark.parametrize("line", READ_AS_MEANT.values(), ids=READ_AS_MEANT)
def test_what_can_mean_one_thing_only_is_read_so(desk: Callable[[str], Ran], line: str) -> None:
    assert desk(line) == desk("diff XAA/CCPCJ 32 33")


@pytest.mark.parametrize(
    "line", ["show XAA/CCPCJ 33", "priorities XAA/CCPCJ 33", "log XAA/CCPCJ 33", "blame XAA/CCPCJ 33",
             "list XAA/CCPCJ 33", "decisions XAA/CCPCJ 33", "reextract XAA/CCPCJ 33 --dry-run",
             "expect XAA/CCPCJ 34 --none --by Ana", "expect XAA/CCPCJ 34 --by Ana"]
)  # fmt: skip
def test_a_series_and_a_session_are_two_words_or_one(desk: Callable[[str], Ran], line: str) -> None:
    apart, joined = desk(line), desk(line.replace("CCPCJ 3", "CCPCJ/3"))
    assert apart.code == 0, apart
    assert apart == joined


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("diff XAA/CCPCJ 33 32", "the old side is the later one"),
        ("diff XAA/CCPCJ/33 XAA/UNGA/79", "different bodies (CCPCJ; UNGA)"),
        ("diff XAA/CCPCJ 33 XAA/UNGA 79", "different bodies (CCPCJ; UNGA)"),
    ],
)
def test_what_is_compared_in_an_unusual_way_is_said(desk: Callable[[str], Ran], line: str, says: str) -> None:
    desk("add new.txt --as XAA/UNGA/79 --kind prepared")
    assert says in " ".join(desk(line).out.split())


def test_the_same_text_under_another_session_is_announced(desk: Callable[[str], Ran]) -> None:
    added = desk("add new.txt --as XAA/CCPCJ/34 --kind prepared")
    assert added.code == 0
    assert "other session, the same text as XAA/CCPCJ/33~prepared.en" in added.out
    assert "tracker withdraw XAA/CCPCJ/34~prepared.en@1 --reason TEXT --authority NAME" in added.out
    assert "same text" not in desk("add new.txt --as XAA/CCPCJ/34 --kind prepared").out


def test_the_same_text_under_another_session_is_announced_by_an_import(
    desk: Callable[[str], Ran], tmp_path: Path
) -> None:
    for session in ("33", "34"):
        (tmp_path / "folder" / f"{session}.txt").write_bytes((tmp_path / "old.txt").read_bytes())
    ran = desk("import folder --body HRC --country XAA --pattern {session}.txt")
    assert ran.out.splitlines()[:3] == [
        "2 files: 2 new, 0 changed, 0 unchanged, 0 skipped",
        "  33.txt has the same text as XAA/CCPCJ/32",
        "  34.txt has the same text as XAA/CCPCJ/32 and XAA/HRC/33",
    ]


def test_help_is_that_of_the_option(desk: Callable[[str], Ran]) -> None:
    assert desk("help diff") == desk("diff --help")
    assert desk("help mirror push") == desk("mirror push --help")
    assert desk("help") == desk("--help")
    assert "has no command 'me'" in desk("help show me").err


def test_a_list_may_be_of_a_country_or_of_a_body(desk: Callable[[str], Ran]) -> None:
    desk("add new.txt --as XAB/UNGA/79 --kind prepared")
    assert desk("list XAB") == desk("list XAB/UNGA")
    assert desk("list CCPCJ") == desk("list XAA/CCPCJ")


def test_the_words_of_the_reports_are_explained(desk: Callable[[str], Ran]) -> None:
    told = desk("help words").out
    assert "priority: a topic that is declared or substantive" in told
    assert "certainty: of a status: the share of careful readers" in told
    assert "|" not in told
    assert told.index("diverged:") < told.index("likely:")
    assert desk("help words likely").out.startswith("likely: before a status")
    assert desk("help words 'moved up'").out.startswith("status: ")


def test_each_word_that_a_page_explains_is_in_the_glossary() -> None:
    """A page looks for them in the whole of its text, a statement's own words included."""
    text = (ROOT / "tracker" / "docs" / "glossary.md").read_text(encoding="utf-8")
    words = re.findall(r"^\| (.+?) \|", text, re.MULTILINE)
    assert set(OF_REPORTS) <= set(words)
    said = "We lost rank, and who knows? (Nobody.) It is unclear, and less sure: likely moved up (.44)."
    assert [word for word, _ in explain_words(said)] == ["status", "likely", "certainty"]


@pytest.mark.parametrize("word", [*get_args(Operation), *AXES, *get_args(Status), "moved"])
def test_what_reports_call_a_change_a_shift_and_a_status_is_explained(word: str) -> None:
    assert word in render_words(word, width=2000)


def test_the_words_that_help_gives_as_examples_are_explained() -> None:
    asked = re.findall(r"tracker help words (.+?)(?: \||$)", str(ROOT_COMMAND.commands["help"].epilog))
    assert asked
    assert [word for word in asked if word not in render_words(word)] == []
