"""How much there is to remember: the commands, their options, and those that go with every command."""

from __future__ import annotations

import gzip
import re
from typing import TYPE_CHECKING

import pytest
from typer.main import get_command

from tests.conftest import run_apart
from tests.repositories import Made, make_repository
from tests.running import NEW, OLD
from tests.test_formats import BEGINS
from tracker.cli.click import Context
from tracker.cli.commands import COMMANDS as HEADINGS
from tracker.cli.commands import TEN
from tracker.cli.everywhere import EVERYWHERE
from tracker.cli.main import app
from tracker.report.formats import FORMATS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.running import Ran
    from tracker.cli.click import Command

COMMANDS, OPTIONS = 43, 239
"""The most that there may be: commands that do something, and options that all help lists together."""


def _walk(command: Command, *path: str) -> Iterator[tuple[str, Command]]:
    """Yield each command that does something, with its name, and the program itself."""
    under = getattr(command, "commands", {})
    if not path or not under:
        yield " ".join(path), command
    for name, each in under.items():
        yield from _walk(each, *path, name)


def _list_options(command: Command) -> list[str]:
    context = Context(command)
    return [
        each.opts[0]
        for each in command.params
        if each.param_type_name == "option" and each.get_help_record(context)
    ]


def test_commands_and_options_are_few() -> None:
    listed = {name: _list_options(command) for name, command in _walk(get_command(app))}
    assert (len(listed) - 1, sum(map(len, listed.values()))) == (COMMANDS, OPTIONS)


def test_what_goes_with_every_command_is_listed_by_the_program_alone() -> None:
    for name, command in _walk(get_command(app)):
        taken = {option for each in command.params for option in each.opts}
        assert set(EVERYWHERE) <= taken, name
        assert set(EVERYWHERE) & set(_list_options(command)) == (set() if name else set(EVERYWHERE)), name


@pytest.mark.parametrize(
    "line",
    [
        "--archive snapshots log XAA/CCPCJ/32",
        "log --archive snapshots XAA/CCPCJ/32",
        "log XAA/CCPCJ/32 --archive=snapshots",
        "--archive nowhere log XAA/CCPCJ/32 --archive snapshots",
    ],
)
def test_the_archive_is_named_before_or_behind(archive: Callable[..., Ran], line: str) -> None:
    assert archive(*line.split(), TRACKER_ARCHIVE="elsewhere") == archive("log", "XAA/CCPCJ/32")


def test_colour_is_asked_for_before_or_behind(archive: Callable[..., Ran]) -> None:
    plain, before, behind = (
        archive(*line.split())
        for line in ("diff XAA/CCPCJ", "--color always diff XAA/CCPCJ", "diff XAA/CCPCJ --color always")
    )
    assert "\x1b[" not in plain.out
    assert "\x1b[" in before.out
    assert before == behind


def test_what_another_option_takes_is_none_of_them(archive: Callable[..., Ran]) -> None:
    """A value that looks like an option, and what stands behind two dashes, stay what they are."""
    assert archive("expect", "XAA/CCPCJ/34", "--by", "Ana", "--note", "--private").code == 0
    assert "--private" in archive("expect").out
    assert archive("show", "--", "--no-pager").code == 2


def test_what_is_imported_is_seen_by_looking(archive: Callable[..., Ran], tmp_path: Path) -> None:
    (tmp_path / "speeches").mkdir()
    (tmp_path / "speeches" / "30.txt").write_text(OLD, encoding="utf-8")
    make_repository(tmp_path / "repo", [Made("one", {"29.txt": NEW})])
    assert archive("export", "warc", "all.warc").code == 0
    (tmp_path / "web").write_bytes(gzip.compress((tmp_path / "all.warc").read_bytes()))
    (tmp_path / "all.warc").unlink()
    folder = archive(
        "import", "speeches", "--body", "CCPCJ", "--country", "XAA", "--pattern", "{session}.txt"
    )
    git = archive("import", "repo", "--path", "29.txt", "--as", "XAA/CCPCJ/29")
    warc = archive("import", "web", "--archive", "again")
    assert [each.code for each in (folder, git)] == [0, 0], (folder, git)
    assert "other records are packed with it" in warc.err
    listed = archive("list", "XAA").out
    assert all(f"XAA/CCPCJ/{session}" in listed for session in (29, 30))


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("import repo", "repo is a git repository; name its files with --path"),
        ("import repo --path a --body CCPCJ", "repo is a git repository, and its import takes no --body"),
        ("import speeches", "missing option --body; for example: tracker import speeches --body UNGA"),
        ("trace climate", "a body or a series comes first: tracker trace UNGA climate"),
        ("sources add https://a.org/1", "missing option --as, the statement there"),
        ("import speeches --body CCPCJ --watched", "speeches is a folder, and its import takes no --watched"),
        ("import a.warc --pattern x", "a.warc is a WARC, and its import takes no --pattern"),
        ("import old.txt --as XAA/CCPCJ/31", "old.txt is a file; to record it: tracker add old.txt --as"),
        ("import none", "none: no such directory"),
        ("status 1 --year 2026", "RUN and --year are two questions"),
        ("status --format csv", "status has no csv format"),
        ("status --runs -o runs.txt", "-o goes with --year"),
        ("status -o status.txt", "-o goes with --year"),
        ("status --runs --format markdown", "--runs has no markdown format"),
        ("list --bodies XAA", "list --bodies takes no REF"),
        ("list --bodies --groups", "list --bodies takes no --groups"),
        ("list --at 2015", "list takes no --at"),
        ("list --topics --groups", "list --groups takes no --topics"),
        ("list --topics rivers --format csv", "one topic has no csv format"),
        ("timeline XAA/CCPCJ/33", "XAA/CCPCJ/33 is one statement; its topics: tracker priorities"),
        ("timeline CCPCJ/33 --sure .8", "timeline of one session takes no --sure"),
        ("timeline CCPCJ 33 --from 32", "timeline of one session takes no --from"),
        ("timeline XAA/CCPCJ --jobs 2", "timeline of a series takes no --jobs"),
        ("timeline CCPCJ 33 --sentences", "timeline of one session takes no --sentences"),
        ("timeline XAA/CCPCJ --countries XAA", "timeline of a series takes no --countries"),
        ("timeline XAA/CCPCJ --phrases --topic rivers", "timeline of phrases takes no --topic"),
        ("timeline XAA/CCPCJ --phrases --format csv", "--phrases has no csv format"),
        ("expect --none --by Ana", "--none takes a statement"),
        ("expect XAA/CCPCJ/34 --none --withdraw --by Ana", "--none takes no --withdraw"),
        ("export bag", "missing FILE; for example: tracker export bag bag"),
        ("export bag out XAA", "export bag takes no REF"),
        ("export corpus out.csv --sure .8", "export corpus takes no --sure"),
        ("export replication paper.zip", "missing REPORT"),
    ],
)
def test_what_does_not_go_together_is_told(
    archive: Callable[..., Ran], tmp_path: Path, line: str, told: str
) -> None:
    (tmp_path / "speeches").mkdir()
    (tmp_path / "a.warc").write_bytes(b"WARC/1.1\r\n")
    make_repository(tmp_path / "repo", [Made("one", {"29.txt": NEW})])
    ran = archive(*line.split())
    assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1)
    assert ran.err.startswith(f"tracker: {told}")


def test_a_place_is_followed_as_what_it_is(archive: Callable[..., Ran]) -> None:
    found = {
        line: archive(*line.split(), "--format", "json")
        for line in (
            "timeline XAA/CCPCJ", "timeline CCPCJ/33", "timeline CCPCJ 33", "timeline CCPCJ",
            "timeline CCPCJ --sessions 32-33", "timeline XAA/CCPCJ/33 --phrases",
            "timeline XAA/CCPCJ 33 --phrases",
        )
    }  # fmt: skip
    assert {ran.code for ran in found.values()} == {0}
    assert found["timeline CCPCJ/33"] == found["timeline CCPCJ 33"]
    assert found["timeline CCPCJ"] == found["timeline CCPCJ --sessions 32-33"]
    assert found["timeline XAA/CCPCJ/33 --phrases"] == found["timeline XAA/CCPCJ 33 --phrases"]
    assert len({ran.out for ran in found.values()}) == 4


@pytest.mark.parametrize(
    "line",
    [
        "timeline XAA/CCPCJ", "timeline CCPCJ", "trace XAA/CCPCJ corruption", "trace CCPCJ corruption",
        "search rivers --body CCPCJ",
    ],
)  # fmt: skip
@pytest.mark.parametrize("option", ["--from", "--to"])
def test_a_bound_is_a_year_or_a_session_in_every_command(
    archive: Callable[..., Ran], line: str, option: str
) -> None:
    """The sessions 32 and 33 were in 2023 and 2024."""
    words = (*line.split(), "--format", "json")
    of = {bound: archive(*words, option, bound) for bound in ("32", "2023", "33", "2024")}
    assert {ran.code for ran in of.values()} == {0}, of
    assert (of["32"].out, of["33"].out) == (of["2023"].out, of["2024"].out)
    assert of["32"].out != of["33"].out
    outside = archive(*words, option, {"--from": "2025", "--to": "2022"}[option])
    assert outside.code == 2
    assert outside.err.count("\n") == 1
    wrong = archive(*words, "--from", "2024", "--to", "2023")
    assert wrong.code == 2


ENDINGS = {
    "txt": "XAA at",
    **{ending[1:]: BEGINS[form] for form, each in FORMATS.items() if each.compare for ending in each.endings},
}


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_file_has_the_format_that_its_ending_means(
    archive: Callable[..., Ran], tmp_path: Path, ending: str
) -> None:
    assert archive("diff", "XAA/CCPCJ", "32", "33", "-o", f"a.{ending}").code == 1
    begins = ENDINGS[ending]
    written = begins if isinstance(begins, bytes) else begins.encode()
    assert (tmp_path / f"a.{ending}").read_bytes().lower().startswith(written.lower())


@pytest.mark.parametrize(
    ("line", "begins"),
    [
        ("cite XAA/CCPCJ/33 -o a.bib", "@misc{"),
        ("cite XAA/CCPCJ/33 -o a.json", "[\n"),
        ("cite XAA/CCPCJ/33 -o a.ris", "TY  - "),
        ("list -o a.csv", "reference,"),
        ("show XAA/CCPCJ/33 -o a.JSON", "{\n"),
        ("timeline XAA/CCPCJ --format text -o a.map", "XAA at"),
    ],
)
def test_so_it_has_of_other_commands(
    archive: Callable[..., Ran], tmp_path: Path, line: str, begins: str
) -> None:
    assert archive(*line.split()).code == 0
    assert (tmp_path / line.rsplit(maxsplit=1)[-1]).read_text(encoding="utf-8").startswith(begins)


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (
            "show XAA/CCPCJ/33 -o a.docx",
            "the ending is that of docx, which tracker show does not write; say which",
        ),
        (
            "timeline XAA/CCPCJ -o a.svg",
            "the ending is that of a picture (--plot), which tracker timeline does",
        ),
        (
            "show XAA/CCPCJ/33 -o a.xyz",
            "the ending means no format; say which with --format: text, csv, json\n",
        ),
        (
            "diff XAA/CCPCJ 32 33 --format csv -o a.docx",
            "the ending is that of docx, and the format is csv; leave",
        ),
    ],
)
def test_an_ending_that_means_another_format_or_none_is_told(
    archive: Callable[..., Ran], tmp_path: Path, line: str, told: str
) -> None:
    ran = archive(*line.split())
    name = line.rsplit(maxsplit=1)[-1]
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith(f"tracker: {name}: {told}")
    assert not (tmp_path / name).exists()


@pytest.mark.parametrize(
    "line",
    [
        "diff XAA/CCPCJ 32 33 -o kept.html", "list -o kept.csv", "cite XAA/CCPCJ/33 -o kept.txt",
        "status --year 2026 -o kept.md", "timeline XAA/CCPCJ -o kept.json", "export datasette kept.json",
        "decisions -o kept.txt", "blame XAA/CCPCJ/33 -o kept.txt", "trace XAA/CCPCJ rivers -o kept.txt",
        "show XAA/CCPCJ/33 -o kept.txt", "priorities XAA/CCPCJ/33 -o kept.txt", "review -o kept.txt",
        "timeline XAA/CCPCJ --plot kept.svg",
    ],
)  # fmt: skip
def test_a_file_that_is_there_is_replaced_where_that_is_asked_for(
    archive: Callable[..., Ran], tmp_path: Path, line: str
) -> None:
    kept = tmp_path / line.rsplit(maxsplit=1)[-1]
    kept.write_text("mine", encoding="utf-8")
    refused = archive(*line.split())
    assert (refused.code, refused.out) == (2, "")
    assert refused.err == f"tracker: {kept.name} is there already; to replace it: --overwrite\n"
    assert kept.read_text(encoding="utf-8") == "mine"
    assert archive(*line.split(), "--overwrite").code in {0, 1}
    assert kept.read_text(encoding="utf-8") != "mine"
    kept.write_bytes(b"")  # as mktemp makes it
    assert archive("--overwrite", *line.split()).code in {0, 1}


def test_a_link_is_written_through_and_stays(archive: Callable[..., Ran], tmp_path: Path) -> None:
    """So does ``/dev/stdout``, which is one, and which leads to a file where the output goes into one."""
    (tmp_path / "empty.txt").touch()
    (tmp_path / "link").symlink_to("empty.txt")
    assert archive("list", "-o", "link").code == 0
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "empty.txt").read_text(encoding="utf-8") == archive("list").out
    assert run_apart(tmp_path, "list", "-o", "/proc/self/fd/1").out == archive("list").out


def test_ten_commands_are_shown_and_all_are_found(tracker: Callable[..., Ran]) -> None:
    shown, every = tracker("--help").out, tracker("help", "all").out
    assert len(TEN) == 10
    assert all(f"\n  {name} " in shown and f"\n  {name} " in every for name in TEN)
    assert "tracker help all" in shown
    names = [name for part in HEADINGS.values() for name in part]
    assert re.findall(r"^  (\S+)", every, re.MULTILINE) == names
    assert "..." not in every
    assert max(map(len, shown.splitlines())) <= 80
