"""The processes in which documents are read: what they may do, how they end, and that they change nothing."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, get_args

import pytest

from tests.builders import build_docx, build_pdf, typeset
from tests.hostile import DEADLY, ENDLESS, HALF_CHARACTERS
from tests.running import ROOT
from tests.test_extract import MARKDOWN, PAGE, PARAGRAPHS
from tests.thorough import IS_THOROUGH
from tracker.capture.read.extract import extract, naming
from tracker.capture.sandbox import process
from tracker.capture.sandbox.limits import NEW_DOCUMENT, Limits
from tracker.capture.sandbox.wire import NOTHING, decode, encode, receive, send
from tracker.capture.serve import parse
from tracker.capture.watch.discovery import find_links
from tracker.capture.watch.links import read_links
from tracker.errors import DocumentUnreadable, ReaderStopped, TrackerError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PDF = build_pdf(typeset(PARAGRAPHS, head="A/XAA/PV.11"), title="Statement")
DOCUMENTS = {
    "pdf": PDF,
    "docx": build_docx(paragraphs=PARAGRAPHS, title="Statement"),
    "page": (PAGE % "<meta charset='iso-8859-1'>").encode("latin-1", "xmlcharrefreplace"),
    "short page": b"<html><body><h1>Rivers</h1><p id=a>We agree.</p><p>caf\xe9</p></body></html>",
    "Markdown": MARKDOWN.encode(),
    "text": "\n\n".join(PARAGRAPHS).encode("utf-8-sig"),
    "wide text": "\n\n".join(PARAGRAPHS).encode("utf-16"),
    "text in a guessed encoding": "Мы против коррупции.\n".encode("koi8-r") * 9,
    "broken UTF-8": "Nous sommes tous là, à côté de l’été.".encode() * 9 + b"\xff",
    "nothing": b"",
    "blanks": b" \n",
    "a picture": b"\x89PNG\r\n\x1a\n" + b"\0" * 50,
    "binary data": bytes(range(256)) * 20,
    "a damaged PDF": b"%PDF-1.7\n" + b"a" * 500,
    "a damaged ZIP": b"PK\x03\x04" + b"a" * 500,
}
SMALL = Limits(processor=1, memory=2**30)


def read_here(data: bytes, name: str, **settings: str | tuple[str, ...]) -> object:
    with naming(name):
        return parse(data, name, **settings)  # type: ignore[arg-type]


def tell(read: Callable[..., object], *arguments: object, **settings: object) -> object:
    """Return what is read, or why it is not."""
    try:
        return read(*arguments, **settings)
    except DocumentUnreadable as error:
        return str(error)


@pytest.fixture
def fresh() -> Iterator[None]:
    """Begin without a process that reads."""
    process.get_reader.cache_clear()
    yield
    for kind in get_args(process.ReaderKind):
        for bounds in (NEW_DOCUMENT, SMALL):
            process.get_reader(kind, bounds).end()
    process.get_reader.cache_clear()


# What is read ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", DOCUMENTS)
@pytest.mark.parametrize(
    "settings",
    [{}, {"selector": "#a"}, {"remove": ("#a", "h1")}, {"content_type": "text/plain; charset=cp1251"}],
    ids=str,
)
def test_what_is_read_in_a_sandbox_is_what_is_read_here(name: str, settings: dict[str, str]) -> None:
    data = DOCUMENTS[name]
    assert tell(extract, data, "a\nb", **settings) == tell(read_here, data, "a\nb", **settings)


def test_links_are_those_that_are_found_here() -> None:
    page = b'<html><base href="/a/"><a href="b">79th \xc3\xa9</a><a href="c#d"></a>'
    sitemaps = b"<sitemapindex><sitemap><loc>https://a.org/b</loc></sitemap></sitemapindex>"
    for data in (page, HALF_CHARACTERS, sitemaps):
        assert find_links(data, "https://a.org/") == read_links(data, "https://a.org/")
    assert find_links(sitemaps, "https://a.org/") == (("https://a.org/b", "", True),)
    with pytest.raises(DocumentUnreadable, match="neither a page"):
        find_links(b"We agree.", "https://a.org/")


@pytest.mark.usefixtures("fresh")
def test_plain_text_starts_no_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "_start", lambda *_: 1 / 0)
    for name in ("text", "wide text", "broken UTF-8"):
        assert extract(DOCUMENTS[name], "a.txt").media_type == "text/plain"
    told = extract("Мы против.".encode("cp1251"), "a", content_type="text/plain; charset=windows-1251")
    assert told.extractor == "text cp1251"


@pytest.mark.usefixtures("fresh")
def test_one_process_reads_many_documents() -> None:
    extract(PDF)
    desk = process.get_reader("pdf", NEW_DOCUMENT)
    assert desk.process
    first = desk.process.pid
    for _ in range(20):
        extract(PDF)
    assert desk.process.pid == first


# What it may not --------------------------------------------------------------------------------------------

FORBIDDEN = {
    "connect": "socket.socket()",
    "send": "socket.socket(socket.AF_INET, socket.SOCK_DGRAM)",
    "ask a local service": "socket.socket(socket.AF_UNIX)",
    "write": "open('new', 'w')",
    "write to what is there": "open('there', 'r+')",
    "remove": "os.unlink('there')",
    "cut off": "os.truncate('there', 0)",
    "move": "os.rename('there', 'new')",
    "open to others": "os.chmod('there', 0o777)",
    "make a folder": "os.mkdir('new')",
    "run a program": "os.execv('/bin/true', ['true'])",
    "start a process": "os.fork()",
    "end another process": "os.kill(os.getppid(), 0)",
}


@pytest.mark.skipif(sys.platform != "linux", reason="by means of Linux")
def test_what_a_document_has_taken_over_can_do_nothing_outside(tmp_path: Path) -> None:
    (tmp_path / "there").write_text("there", encoding="utf-8")
    tries = "".join(
        f"try:\n    {code}\nexcept PermissionError:\n    pass\nelse:\n    done.append({name!r})\n"
        for name, code in FORBIDDEN.items()
    )
    code = (
        "import os, socket\nfrom tracker.capture.sandbox.limits import NEW_DOCUMENT\n"
        "from tracker.capture.sandbox.confine import confine\n"
        f"confine(NEW_DOCUMENT, os.getppid())\ndone = []\n{tries}print(done, open('there').read())"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert ran.stdout == "[] there\n", ran
    assert [path.name for path in tmp_path.iterdir()] == ["there"]


@pytest.mark.skipif(sys.platform != "linux", reason="by means of Linux")
@pytest.mark.usefixtures("fresh")
def test_it_has_no_file_and_no_word_of_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRACKER_HEARTBEAT", "https://me:secret@example.org")
    with (tmp_path / "lock").open("w") as lock:
        os.set_inheritable(lock.fileno(), True)  # noqa: FBT003 (it takes no keyword)
        extract(PDF)
        desk = process.get_reader("pdf", NEW_DOCUMENT)
        assert desk.process
        proc = Path(f"/proc/{desk.process.pid}")
        opened = {str(each.readlink()) for each in (proc / "fd").iterdir()}
        # ctypes has libffi open its own file, to map it.
        others = {
            each for each in opened if not each.startswith(("pipe:", "/dev/null")) and "/libffi." not in each
        }
        assert others == set()
        assert b"secret" not in (proc / "environ").read_bytes()


# How it ends ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ENDLESS)
def test_what_takes_too_long_or_too_much_is_ended(name: str) -> None:
    with pytest.raises(
        ReaderStopped, match=r"^a\?b: (reading it takes over|its reader broke off)"
    ) as stopped:
        extract(ENDLESS[name](), "a\nb", limits=SMALL)
    assert str(stopped.value).endswith(f"; {process.NEXT}")
    assert extract(PDF, limits=SMALL).media_type == "application/pdf"


@pytest.mark.usefixtures("fresh")
def test_what_kills_its_reader_kills_nothing_else() -> None:
    limits = NEW_DOCUMENT if IS_THOROUGH else replace(NEW_DOCUMENT, memory=2**28)
    extract(PDF, limits=limits)
    for data in DEADLY.values():
        with pytest.raises(ReaderStopped, match=rf"broke off \(SIG.*over {limits.memory_words}"):
            extract(data, limits=limits)
    assert extract(PDF, limits=limits).media_type == "application/pdf"
    process.get_reader("pdf", limits).end()


@pytest.mark.usefixtures("fresh")
def test_a_process_that_died_in_between_is_replaced() -> None:
    extract(PDF)
    desk = process.get_reader("pdf", NEW_DOCUMENT)
    assert desk.process
    os.kill(desk.process.pid, signal.SIGKILL)
    assert extract(PDF).media_type == "application/pdf"


@pytest.mark.usefixtures("fresh")
def test_a_reader_that_sleeps_is_ended_by_the_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Limits, "wall", 0.5)
    monkeypatch.setattr(process, "_start", lambda *_: _start_other("import time; time.sleep(60)"))
    with pytest.raises(TrackerError, match=r"does not start \(SIGKILL\)"):
        extract(PDF, limits=SMALL)


@pytest.mark.usefixtures("fresh")
@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (b"\xff" * 8, "broke off"),
        ((100).to_bytes(8, "big") + b"a", "broke off"),
        ((10).to_bytes(8, "big") + b"\xff" * 10, "broke off"),
        ((0).to_bytes(8, "big"), "broke off"),
        (b"\0" * 7 + b"\x0c" + b"\0" * 7 + b"\x04read", "no answer"),
        (b"", "broke off"),
    ],
)
def test_what_a_reader_answers_is_not_trusted(
    answer: bytes, told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    ready = b"\0" * 7 + b"\x0d" + b"\0" * 7 + b"\x05ready"
    # It takes the whole request, since who writes to a process that has ended meets another error.
    taking = "import sys; given = sys.stdin.buffer; given.read(int.from_bytes(given.read(8), 'big'))"
    code = f"{taking}; sys.stdout.buffer.write({ready + answer!r})"
    monkeypatch.setattr(process, "_start", lambda *_: _start_other(code))
    with pytest.raises(ReaderStopped, match=told):
        extract(PDF, limits=SMALL)


@pytest.mark.usefixtures("fresh")
def test_a_reader_that_cannot_start_ends_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "_PROGRAM", "tracker.no_such_module")
    with pytest.raises(TrackerError, match=r"does not start \(exit code 1\); to see why: ") as error:
        extract(PDF)
    assert not isinstance(error.value, DocumentUnreadable)


def _start_other(code: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE)


def _readers_of(pid: int) -> list[int]:
    """Return the processes that read for a command and are still there."""
    found = []
    for each in Path("/proc").iterdir():
        try:
            words = (each / "cmdline").read_bytes().split(b"\0") if each.name.isdigit() else []
        except OSError:
            continue
        if b"tracker.capture.serve" in words and str(pid).encode() in words:
            found.append(int(each.name))
    return found


def _await(holds: Callable[[], object], seconds: float = 30) -> bool:
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        if holds():
            return True
        time.sleep(0.05)
    return False


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_no_reader_outlives_its_command(how: signal.Signals, tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(next(iter(ENDLESS.values()))())
    # What a shell runs in the background ignores interrupts, and would hand that on to the command.
    handler = signal.signal(signal.SIGINT, signal.default_int_handler)
    command = subprocess.Popen(
        [sys.executable, "-m", "tracker", "show", "./a.pdf"],
        cwd=tmp_path, stderr=subprocess.PIPE, start_new_session=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    signal.signal(signal.SIGINT, handler)
    assert _await(lambda: _readers_of(command.pid))
    (reader,) = _readers_of(command.pid)
    status = Path(f"/proc/{reader}/stat")
    # Busy in the library, where it looks at no pipe.
    assert _await(lambda: int(status.read_text().rpartition(") ")[2].split()[11]) > 50)
    os.killpg(command.pid, how)
    _, said = command.communicate(timeout=20)
    assert _await(lambda: not _readers_of(command.pid), 5)
    if how == signal.SIGINT:
        assert command.returncode == 130
        assert b"Traceback" not in said


# Messages ---------------------------------------------------------------------------------------------------


def test_messages_arrive_as_they_were_sent() -> None:
    fields = (b"", b"a" * 70_000, NOTHING, encode("é\ud800"), encode(None), encode(""))
    there, back = os.pipe()
    with os.fdopen(there, "rb") as reading, os.fdopen(back, "wb", buffering=1_000_000) as writing:
        send(writing, b"a", b"")
        assert receive(reading, 1000) == (b"a", b"")
        send(writing, *fields[:1], *fields[2:])
        assert receive(reading, 1000) == (*fields[:1], *fields[2:])
        send(writing, b"a" * 100)
        with pytest.raises(ValueError, match="108 bytes"):
            receive(reading, 100)
    assert [decode(field) for field in fields[2:]] == [None, "é\ud800", None, ""]
