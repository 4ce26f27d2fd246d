"""Golden files: what each command prints, the schema, and the names of a mirror's commits.

``python -m tests.goldens`` writes them again into ``tests/golden``; ``test_goldens.py`` makes them anew and
compares. They come of one story (``golden_story.py``), told in this process at a clock that stands still:
where modules move and nothing else changes, every byte comes out again. What nobody would read to its end is
shortened and has its digest below it: ``python -m tests.goldens --whole FOLDER`` writes all of it, to be
compared with what another commit writes.
"""

from __future__ import annotations

import datetime as dt
import io
import json
import os
import re
import shlex
import shutil
import socket
import sys
from contextlib import chdir, contextmanager, redirect_stderr, redirect_stdout
from functools import cache
from hashlib import sha256
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import pyarrow.parquet  # noqa: F401 (compiled for the clock that goes: loaded before it stands still)
import typer.main

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.nights import Site

ROOT = Path(__file__).parents[1]
GOLDEN = ROOT / "tests" / "golden"
OTHERS = {"revision.md", "session.txt"}
"""Golden files of other tests."""
GROUPS = ("groups", "mirror", "sources", "topics")
"""Commands that are commands of their own only with the next word."""
LONGEST = 150
"""Lines of an answer that is written out; of a longer one, its beginning and end, and the digest of all."""
LONGEST_JSON = 60
"""As many of JSON, of which a longer one keeps in each list an element of each kind."""
_BEGINNING, _END = 60, 20
"""Lines that are shown of a longer answer."""
_KINDS = 12
"""Elements of different kinds that are shown of a list in longer JSON."""

VARYING = (
    # The release of what reads Markdown or encodes sentences; texts and figures stay as they are.
    (re.compile(r"(markdown-it-py |use-multilingual-3/)\d[\w.]*"), r"\1RELEASE"),
    # SQLite lays out pages as its release does.
    (re.compile(r"(MB, checked; sha256 )[0-9a-f]{64}"), r"\1SHA256"),
    (re.compile(r'(\.db",\n  "size": )\d+(,\n  "sha256": ")[0-9a-f]{64}'), r"\1SIZE\2SHA256"),
    # Parquet is written as its library's release does.
    (re.compile(r"(?<=^tables: )(.*, )[\d,]+(?= bytes)", re.MULTILINE), r"\1SIZE"),
    (re.compile(r'("path": "tables-again",\n(?:.*\n)*?  "size": )\d+'), r"\1SIZE"),
    # What stands in files of its own, of which a page holds a copy, and the digests of it.
    (re.compile(r"<(style|script)>.*?</", re.DOTALL), r"<\1></"),
    (re.compile(r"(?<=-src &#39;sha256-)[\w+/=]+"), "SHA256"),
    # How much of a sandbox the system has.
    (re.compile(r'(?<=\bsandbox)("?: "?)(?:full|partial|none|unknown)[^"\n]*'), r"\1LEVEL"),
    # Where the program and the archive are that cron shall start.
    (re.compile(r"'?[^\s'=]*(?:/bin/tracker|/python[\d.]* -m tracker)'?(?= )"), "TRACKER"),
)
"""What is another on another machine, or with another release of a library, and what is shown for it."""

_READER = "import markdown_it\nmarkdown_it.__version__ = '0'\n"
"""For the process that reads documents: the record names who read a text, and commits rest on the record."""


class Still(dt.datetime):
    """A clock that stands still until it is told the next day."""

    day = 1

    @classmethod
    def now(cls, tz: dt.tzinfo | None = None) -> Still:
        return cls(2026, 3, cls.day, 2, 30, tzinfo=tz)


class _Resting:
    """``time`` for what is fetched: nothing lasts."""

    @staticmethod
    def monotonic() -> float:
        return 0.0

    @staticmethod
    def sleep(_seconds: float) -> None:
        pass


@contextmanager
def standing_still() -> Iterator[None]:
    """Work in an empty folder, where all that follows finds one instant, one release and 80 columns.

    To be entered before anything imports the program, and once in a process.
    """
    with TemporaryDirectory() as name:
        readers, work = Path(name, "readers"), Path(name, "work")
        readers.mkdir()
        work.mkdir()
        (readers / "sitecustomize.py").write_text(_READER, encoding="utf-8")
        sys.path.insert(0, str(readers))
        state = str(Path(name, "state"))
        os.environ |= {"COLUMNS": "80", "NO_COLOR": "1", "TZ": "UTC", "XDG_STATE_HOME": state}
        for own in ("TRACKER_ARCHIVE", "TRACKER_HEARTBEAT"):
            os.environ.pop(own, None)
        # Typer makes all commands anew for each call, which is 40 ms.
        typer.main.get_command = cache(typer.main.get_command)
        with (
            chdir(work),
            patch("datetime.datetime", Still),
            patch("tracker.__version__", "0.0.0"),
            patch("tracker.capture.web.pacing.time", _Resting),
        ):
            yield


def run(*arguments: str) -> tuple[int, str, str]:
    """Run a command in this process; return its exit code, and what it printed and said."""
    from tracker.cli.main import main  # noqa: PLC0415 - once the clock stands still

    sys.argv = ["tracker", *arguments]
    out, err = io.BytesIO(), io.BytesIO()
    code: Any = 0
    with (
        Path(os.devnull).open(encoding="utf-8") as sys.stdin,
        redirect_stdout(io.TextIOWrapper(out, "utf-8", write_through=True)),
        redirect_stderr(io.TextIOWrapper(err, "utf-8", write_through=True)),
    ):
        try:
            main()
        except SystemExit as ended:
            code = ended.code or 0
        # A wrapper closes what it wraps once nobody holds it.
        printed, said = out.getvalue().decode(), err.getvalue().decode()
    return code, printed, said


def settle(text: str) -> str:
    """Return an answer without what varies."""
    for pattern, word in VARYING:
        text = pattern.sub(word, text)
    return text.replace(str(Path.cwd()), "HERE")


def shorten(text: str) -> str:
    """Return an answer as it is read: a long one without what repeats, and with the digest of all of it."""
    lines = text.splitlines(keepends=True)
    is_json = text.startswith(("{\n", "[\n")) and text.endswith(("}\n", "]\n"))
    if len(lines) <= (LONGEST_JSON if is_json else LONGEST):
        return text
    if is_json:
        kept = json.dumps(_drop_alike(json.loads(text)), ensure_ascii=False, indent=2) + "\n"
    else:
        kept = "".join((*lines[:_BEGINNING], "...\n", *lines[-_END:]))
    if kept.count("\n") >= len(lines):
        return text
    return f"{kept}(shortened, of {len(lines):,} lines with SHA-256 {sha256(text.encode()).hexdigest()})\n"


def _drop_alike(value: Any) -> Any:  # noqa: ANN401 (any JSON)
    """Keep, of objects in a list that have the same names and types in them, the first; and not many."""
    if isinstance(value, dict):
        return {name: _drop_alike(inside) for name, inside in value.items()}
    if isinstance(value, list):
        first: dict[object, Any] = {}
        for at, inside in enumerate(value):
            first.setdefault(_find_kind(inside) if isinstance(inside, dict) else at, inside)
        return [_drop_alike(inside) for inside in [*first.values()][:_KINDS]]
    return value


def _find_kind(value: Any) -> object:  # noqa: ANN401 (any JSON)
    """Return what elements that are alike have in common."""
    if isinstance(value, dict):
        return tuple((name, _find_kind(inside)) for name, inside in value.items())
    return type(value)


class Story:
    """Commands in turn, and the golden files that they give."""

    run = staticmethod(run)

    def __init__(self, site: Site, *, is_whole: bool) -> None:
        self.site, self.is_whole = site, is_whole
        self.files: dict[str, str] = {}
        self._refs = ""
        self._files_of_refs: dict[Path, bytes] = {}

    def __call__(self, line: str) -> str:
        """Run a command and keep all that it shows; return what it printed."""
        words = shlex.split(line)
        code, out, err = self.run(*words)
        shown = out if self.is_whole else shorten(settle(out))
        told = [f"$ tracker {line}", *([f"(exit code {code})"] if code else []), shown]
        told += [f"(on standard error) {each}\n" for each in err.splitlines()]
        named = 0 if words[0].startswith("-") else 1 + (words[0] in GROUPS and not line.endswith("--help"))
        place = "-".join(words[:named]) or "tracker"
        self.keep(f"commands/{place}.txt", "\n".join([*told, ""]))
        self._follow_mirror(line)
        return out

    def in_forms(self, line: str, *forms: str) -> None:
        """Run a command as it is, and in each of its other forms; JSON where no other is named."""
        self(line)
        for form in forms or ("json",):
            self(f"{line} --format {form}")

    def wait(self) -> None:
        """Let a day pass."""
        Still.day += 1

    def keep(self, name: str, text: str) -> None:
        """Add to a golden file."""
        self.files[name] = self.files.get(name, "") + settle(text)

    def _follow_mirror(self, line: str) -> None:
        from tests.repositories import run_git  # noqa: PLC0415 - once the clock stands still

        mirror = Path("snapshots", "mirror.git")
        files = {path: path.read_bytes() for path in _list_files_of_refs(mirror)}
        if files == self._files_of_refs:
            return
        self._files_of_refs = files
        refs = run_git(mirror, "for-each-ref", "--format=%(refname) %(objectname)") if files else ""
        if refs != self._refs:
            self._refs = refs
            self.keep("mirror.txt", f"after tracker {line}:\n{refs}\n\n")


def _list_files_of_refs(mirror: Path) -> list[Path]:
    return [path for path in (*mirror.glob("packed-refs"), *mirror.glob("refs/**/*")) if path.is_file()]


@contextmanager
def serving(port: int) -> Iterator[Site]:
    """Serve pages that always come alike, on any port; whoever asks this one is led there."""
    from tests.nights import running_site  # noqa: PLC0415 - once the clock stands still

    connect = socket.create_connection
    with running_site() as site:

        def lead(address: tuple[str, int], *more: Any, **named: Any) -> socket.socket:  # noqa: ANN401 (theirs)
            return connect((address[0], site.port if address[1] == port else address[1]), *more, **named)

        with (
            patch("socket.create_connection", lead),
            patch.object(BaseHTTPRequestHandler, "version_string", lambda _: "made-up"),
        ):
            yield site


def make_goldens(*, is_whole: bool = False) -> dict[str, str]:
    """Tell the story; return the text of each golden file, by its place."""
    with standing_still(), serving(8034) as site:
        from tests.golden_story import tell_story  # noqa: PLC0415 - once the clock stands still
        from tests.kept import check_once  # noqa: PLC0415 - as above

        check_once()
        shutil.copytree(ROOT / "seeds", "seeds")
        story = Story(site, is_whole=is_whole)
        tell_story(story)
        return story.files


def main() -> None:
    """Write the golden files into the folder that is named, or where they are kept."""
    words = sys.argv[1:]
    is_whole = words[:1] == ["--whole"]
    if is_whole:
        del words[0]
    if len(words) > 1 or any(word.startswith("-") for word in words) or (is_whole and not words):
        sys.exit(f"{' '.join(sys.argv[1:])}: expected a folder, --whole and a folder, or nothing")
    folder = Path(words[0] if words else GOLDEN).absolute()
    files = make_goldens(is_whole=is_whole)
    for old in (GOLDEN / "commands").glob("*.txt") if folder == GOLDEN else ():
        old.unlink()
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
