"""Every output that may show what stands in a statement: each command, in each format, printed or in a file.

Formats are those that a command offers. A command that stands in neither table here fails the tests.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final, NamedTuple

from tests.printing import walk_commands
from tests.thorough import few, some
from tracker.report.formats import FORMATS, REPORTS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

WHERE: Final = "XAA/UNGA/78"
"""The statement that the tests are about; its series has others at 77 and 79."""

PRINTED: Final = tuple(form for form in REPORTS["comparison"] if not FORMATS[form].needs_file)
"""The formats of a comparison that need no file."""

READING: Final[Mapping[str, tuple[str, ...]]] = {
    "diff": (
        f"{WHERE} XAA/UNGA/79 --all --encoder none", "XAA/UNGA 77 79 --encoder none",
        "UNGA 78 79 --countries XAA",
    ),
    "priorities": (WHERE,),
    "reproduce": ("report.json",),
    "trace": ("XAA/UNGA corruption", "XAA/UNGA --topic corruption", "UNGA corruption"),
    "blame": (WHERE, "XAA/UNGA/79"),
    "timeline": ("XAA/UNGA", "UNGA/78", "XAA/UNGA/78 --phrases", "UNGA --sessions 77-79 --jobs 1"),
    "list": ("",),
    "log": (WHERE, f"{WHERE} --versions"),
    "show": (WHERE, f"{WHERE} --raw"),
    "search": ("corruption",),
    "cite": (WHERE, f"{WHERE} --paragraph 6"),
    "decisions": ("",),
    "review": ("", "--decided"),
    "status": ("", "--runs", "1", "4", "--year 2026"),
    "expect": ("",),
    "sources list": ("",),
    "reextract": ("--dry-run",),
    "verify": ("",),
    "export": (
        "warc out/statements.warc", "bag out/bag", "replication out/paper.zip report.json",
        "corpus out/corpus.csv", "corpus out/corpus.jsonl", "corpus out/corpus.parquet",
        "sentences out/sentences.csv", "sentences out/sentences.jsonl", "sentences out/sentences.parquet",
        "tables out/tables", "datasette", "datasette out/metadata.json",
    ),
    "site": few(1, "out/pages --base https://example.org/", "out/pages"),
}  # fmt: skip
"""Commands that read the archive, or what was written of it, and ways to run each."""

SILENT: Final = {
    "demo", "help", "init", "add", "import", "groups edit", "groups fill",
    "topics check", "topics learn", "snapshot", "schedule",
    "sources add", "sources check", "sources close", "sources accept", "withdraw", "rebuild",
    "backup", "mirror update", "mirror push", "judge", "agreement", "serve",
}  # fmt: skip
"""Those that write into the archive, copy it for its owner, or know nothing of any statement; and ``serve``,
which gives the pages that ``site`` writes."""


class Output(NamedTuple):
    """One way to run a command, as it is typed, in one of its formats."""

    line: str
    form: str
    file: str | None
    """Where it is written to; None for standard output."""

    @property
    def arguments(self) -> tuple[str, ...]:
        """What is typed."""
        named = {"text": (), "-": ()}.get(self.form, ("--format", self.form))
        return (*self.line.split(), *named, *(("-o", self.file) if self.file else ()))


@cache
def list_commands() -> Mapping[str, Any]:
    """Return every command that is none of a group's, by its name."""
    return {" ".join(path): each for path, each in walk_commands() if not hasattr(each, "commands")}


def choose_outputs(number: int) -> list[Output]:
    """Return every output, but of those in a file that are printed too only so many; the long checks, all."""
    every = list(list_outputs())
    printed = {(each.line, each.form) for each in every if not each.file}
    again = [each for each in every if each.file and (each.line, each.form) in printed]
    left_out = {*again} - {*some(number, again)}
    return [each for each in every if each not in left_out]


def list_outputs() -> Iterator[Output]:
    """Yield every output of the commands that read."""
    for name, ways in READING.items():
        command = list_commands().get(name)
        if command is None:
            continue
        options = {option for each in command.params for option in each.opts}
        forms = next((each.type.choices for each in command.params if "--format" in each.opts), ("-",))
        for way in ways:
            for form in forms:
                if form not in {"docx", "parquet"}:
                    yield Output(f"{name} {way}", form, None)
                if "--output" in options and name != "review":
                    yield Output(f"{name} {way}", form, f"out/answer.{form}")
            if "--plot" in options:
                yield Output(f"{name} {way} --plot out/answer.svg", "text", None)
