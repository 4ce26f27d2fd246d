"""The processes in which documents are read: what they may do, how they end, and that they change nothing."""

from __future__ import annotations

import json
import os
import signal
import struct
import subprocess
import sys
import time
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, get_args

import pytest

from tests.builders import build_docx, build_pdf, typeset
from tests.conftest import run_tracker
from tests.hostile import DEADLY, ENDLESS, HALF_CHARACTERS
from tests.running import LACKING, ROOT
from tests.test_extract import MARKDOWN, PAGE, PARAGRAPHS
from tests.thorough import IS_THOROUGH, few, long, some
from tracker.capture.links import find_links, read_links
from tracker.capture.read.extract import extract, naming
from tracker.capture.sandbox import process
from tracker.capture.sandbox.confine import ALLOW, CONDITIONS, KILL, MACHINES, REFUSE, UNKNOWN, compile_filter
from tracker.capture.sandbox.protocol import NEW_DOCUMENT, NOTHING, Limits, decode, encode, receive, send
from tracker.capture.serve import list_libraries, parse
from tracker.errors import DocumentUnreadable, ReaderStopped, TrackerError

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterator

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


@pytest.mark.parametrize("name", some(12, DOCUMENTS))
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
@pytest.mark.parametrize("kind", ["text", "html", "zip", "index"])
def test_what_reads_another_format_is_not_there_to_be_attacked(kind: str) -> None:
    assert "pypdfium2" in list_libraries("pdf")
    assert "pypdfium2" not in list_libraries(kind)


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
    "limit another process": "resource.prlimit(os.getppid(), resource.RLIMIT_CPU)",
    "write to what was open": "os.ftruncate(opened, 0)",
    "lock": "fcntl.flock(opened, fcntl.LOCK_EX)",
    "lock a part": "fcntl.lockf(opened, fcntl.LOCK_EX)",
    "have signals sent": "fcntl.fcntl(opened, fcntl.F_SETOWN, os.getppid())",
    "type in a terminal": "fcntl.ioctl(opened, 0x5412, b'a')",
    "be last in line": "os.setpriority(os.PRIO_PROCESS, os.getppid(), 19)",
    "hold another process's processors": "os.sched_setaffinity(os.getppid(), {0})",
}


BY_NUMBER = {
    "end another process, by its thread": ("tgkill", "os.getppid(), os.getppid(), 0"),
    "end another process, by a file": ("pidfd_send_signal", "1, 0, 0, 0"),
    "open another process": ("pidfd_open", "os.getppid(), 0"),
    "trace another process": ("ptrace", "16, os.getppid(), 0, 0"),
    "read another process": ("process_vm_readv", "os.getppid(), 0, 0, 0, 0, 0"),
    "write into another process": ("process_vm_writev", "os.getppid(), 0, 0, 0, 0, 0"),
    "open in a new way": ("openat2", "-100, b'there', bytes(24), 24"),
    "open by a ring": ("io_uring_setup", "1, bytes(120)"),
    "outlive the command": ("prctl", "1, 0, 0, 0, 0"),
    "break memory": ("madvise", "0, 0, 100"),
}
"""What Python has no function for, with its arguments."""
NUMBERS = {
    "x86_64": (234, 424, 434, 101, 310, 311, 437, 425, 157, 28),
    "aarch64": (131, 424, 434, 117, 270, 271, 437, 425, 167, 233),
}

_CALLING = """
library = ctypes.CDLL(None, use_errno=True)
def call(*arguments):
    if library.syscall(*arguments) == -1:
        raise OSError(ctypes.get_errno(), "")
"""


def list_tries() -> dict[str, str]:
    """Return the code of all that is forbidden."""
    numbers = NUMBERS[os.uname().machine]
    rare = {
        name: f"call({number}, {arguments})"
        for number, (name, (_, arguments)) in zip(numbers, BY_NUMBER.items(), strict=True)
    }
    return FORBIDDEN | rare


def run_confined(
    folder: Path, lacking: str = "", tried: Container[str] | None = None
) -> tuple[str, list[str], str]:
    """Return the level of a confined process, what it could do of what is forbidden, and what it read."""
    (folder / "there").write_text("there", encoding="utf-8")
    tries = "".join(
        f"try:\n    {code}\nexcept OSError as error:\n"
        f"    done += [{name!r}] * (error.errno not in (errno.EPERM, errno.EACCES, errno.ENOSYS))\n"
        f"else:\n    done.append({name!r})\n"
        for name, code in list_tries().items()
        if tried is None or name in tried
    )
    code = (
        "import ctypes, errno, fcntl, json, os, resource, socket\n"
        "from tracker.capture.sandbox.protocol import NEW_DOCUMENT\n"
        "from tracker.capture.sandbox.confine import confine\n"
        f"{_CALLING}opened = os.open('there', os.O_RDWR)\nlevel = confine(NEW_DOCUMENT, os.getppid())\n"
        f"done = []\n{tries}print(json.dumps([level, done, open('there').read()]))"
    )
    ran = subprocess.run(
        [sys.executable, "-m", "tests.old_kernel", lacking, sys.executable, "-c", code],
        cwd=folder, capture_output=True, text=True, check=False, env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert not ran.returncode, ran
    level, done, there = json.loads(ran.stdout)
    return level, done, there


@pytest.mark.skipif(sys.platform != "linux", reason="by means of Linux")
def test_what_a_document_has_taken_over_can_do_nothing_outside(tmp_path: Path) -> None:
    assert run_confined(tmp_path) == ("full", [], "there")
    assert [path.name for path in tmp_path.iterdir()] == ["there"]


@pytest.mark.skipif(sys.platform != "linux", reason="by means of Linux")
def test_without_landlock_it_can_do_nothing_outside_either(tmp_path: Path) -> None:
    # So that what a release of Landlock lacks, such as truncation before 6.2, is missed on none.
    level, done, there = run_confined(tmp_path, "landlock")
    assert (level.partition(" (")[0], done, there) == ("partial: without Landlock", [], "there")


@pytest.mark.skipif(sys.platform != "linux", reason="by means of Linux")
def test_it_sees_nothing_of_the_command_even_where_root_reads(tmp_path: Path) -> None:
    """Passwords are in the environment; CAP_PERFMON lets root read it past Landlock, since Linux 6.13."""
    code = (
        "import os\n"
        "from tracker.capture.sandbox.protocol import NEW_DOCUMENT\n"
        "from tracker.capture.sandbox.confine import confine\n"
        "print(confine(NEW_DOCUMENT, os.getppid()))\n"
        "for name in ('environ', 'maps', 'mem', 'auxv'):\n"
        "    try:\n        open(f'/proc/{os.getppid()}/{name}', 'rb').read(1)\n"
        "    except OSError:\n        continue\n"
        "    print('can read', name)\n"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path, capture_output=True, text=True, check=True, env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert ran.stdout == "full\n"


@pytest.mark.skipif(sys.platform != "linux", reason="by means of Linux")
@pytest.mark.parametrize(
    ("lacking", "told", "done"),
    [
        (
            "seccomp",
            "partial: without a filter of system calls",
            ["connect", "open to others", "limit another process"],
        ),
        (
            "landlock,seccomp",
            "none: without a filter of system calls and Landlock",
            ["connect", "write", "open to others", "make a folder", "limit another process"],
        ),
    ],
    ids=["no filter", "neither"],
)
def test_a_lower_level_is_told(tmp_path: Path, lacking: str, told: str, done: list[str]) -> None:
    level, could, _ = run_confined(tmp_path, lacking, {"write", *done, "make a folder"})
    assert level.startswith(told)
    assert could == done


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


def answer_call(code: bytes, machine: int, number: int, *arguments: int) -> int:
    """Return what a filter answers to a call, as the kernel would run it."""
    call = struct.pack("<IIQ6Q", number, machine, 0, *(*arguments, 0, 0, 0, 0, 0, 0)[:6])
    held = at = 0
    steps = list(struct.iter_unpack("<HBBI", code))
    while True:
        what, yes, no, value = steps[at]
        at += 1
        if what == 0x06:
            return int(value)
        if what == 0x20:
            (held,) = struct.unpack_from("<I", call, value)
        elif what == 0x54:
            held &= value
        else:
            at += yes if (held == value if what == 0x15 else held >= value) else no


@pytest.mark.parametrize("name", MACHINES)
def test_a_filter_answers_as_the_table_says_on_every_machine(name: str) -> None:
    machine = MACHINES[name]
    code = compile_filter(machine, 4711)
    ask = partial(answer_call, code, machine.number)
    calls = machine.calls
    named = {number: key for key, number in calls.items()}
    assert len(named) == len(calls)
    assert answer_call(code, 1, calls["read"]) == KILL
    for number in range(1000):
        key = named.get(number, "")
        told = ALLOW if key else UNKNOWN if number >= 424 else REFUSE
        # No condition holds of these arguments.
        assert ask(number, *[0x70000041] * 6) == (REFUSE if key in CONDITIONS else told)
        assert ask(0x40000000 + number) == UNKNOWN
    assert ask(calls["openat"], 5, 0, os.O_RDONLY | os.O_CLOEXEC | os.O_DIRECTORY) == ALLOW
    for flags in (os.O_WRONLY, os.O_RDWR, os.O_CREAT, os.O_TRUNC, os.O_TMPFILE & ~os.O_DIRECTORY):
        assert ask(calls["openat"], 5, 0, flags) == REFUSE
    assert [ask(calls["prlimit64"], pid) for pid in (0, 1, 4711)] == [ALLOW, REFUSE, REFUSE]
    assert [ask(calls["tgkill"], pid, pid, 6) for pid in (4711, 1, 0)] == [ALLOW, REFUSE, REFUSE]


LEVELS = {
    "": "full",
    "landlock": "partial: without Landlock (Linux 5.13)",
    "seccomp": "partial: without a filter of system calls",
    "landlock,seccomp": "none: without a filter of system calls and Landlock",
}


@pytest.mark.skipif(sys.platform != "linux", reason="by means of Linux")
@pytest.mark.parametrize("lacking", some(2, LEVELS))
def test_the_level_is_told_and_may_be_required(tmp_path: Path, lacking: str) -> None:
    (tmp_path / "a.pdf").write_bytes(PDF)
    (tmp_path / "b.txt").write_text(PARAGRAPHS[0], encoding="utf-8")
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "XAA_79_2024.pdf").write_bytes(PDF)

    def run(*words: str, **variables: str) -> tuple[int, str, str]:
        ran = run_tracker(tmp_path, *words, stdin=b"", **{LACKING: lacking, "COLUMNS": "300", **variables})
        return ran.code, ran.out, ran.err

    assert run("init")[0] == 0
    (tmp_path / "snapshots" / "watch.toml").write_text("", encoding="utf-8")
    for command in ("status", "verify"):
        _, printed, said = run(command)
        assert [LEVELS[lacking] in line for line in printed.splitlines() if "sandbox: " in line] == [True], (
            said
        )
    reading = [
        ("show", "./a.pdf"),
        ("add", "a.pdf", "--as", "XAA/UNGA/78"),
        ("import", "folder", "--body", "UNGA"),
    ]
    for number, words in enumerate(reading):
        required = [*words, "--require-sandbox"], ["--require-sandbox", *words]
        code, _, said = run(*required[number % 2])
        assert code == (2 if lacking else 0), said
        assert said.count("\n") <= 1
        if lacking:
            assert f"here it is {LEVELS[lacking]}" in said
    assert run("show", "./a.pdf", TRACKER_REQUIRE_SANDBOX="1")[0] == (2 if lacking else 0)
    assert run("show", "./b.txt", "--require-sandbox")[0] == 0
    assert run("show", "./a.pdf")[0] == 0


# How it ends ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", some(1, ENDLESS))
@long
def test_what_takes_too_long_or_too_much_is_ended(name: str) -> None:
    with pytest.raises(
        ReaderStopped, match=r"^a\?b: (reading it takes over|its reader broke off)"
    ) as stopped:
        extract(ENDLESS[name](), "a\nb", limits=SMALL)
    assert str(stopped.value).endswith(f"; {process.NEXT}")
    assert extract(PDF, limits=SMALL).media_type == "application/pdf"


@pytest.mark.usefixtures("fresh")
@long
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
    ready = b"\0" * 7 + b"\x19" + b"\0" * 7 + b"\x05ready" + b"\0" * 7 + b"\x04full"
    # It takes the whole request, since who writes to a process that has ended meets another error.
    taking = "given = sys.stdin.buffer; given.read(int.from_bytes(given.read(8), 'big'))"
    giving = f"give = sys.stdout.buffer; give.write({ready!r}); give.flush()"
    code = f"import sys; {giving}; {taking}; give.write({answer!r})"
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
@pytest.mark.parametrize("how", few(1, signal.SIGKILL, signal.SIGINT, signal.SIGTERM))
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
    fields = (b"", b"a" * 70_000, NOTHING, encode("é"), encode(None), encode(""))
    there, back = os.pipe()
    with os.fdopen(there, "rb") as reading, os.fdopen(back, "wb", buffering=1_000_000) as writing:
        send(writing, b"a", b"")
        assert receive(reading, 1000) == (b"a", b"")
        send(writing, *fields[:1], *fields[2:])
        assert receive(reading, 1000) == (*fields[:1], *fields[2:])
        send(writing, b"a" * 100)
        with pytest.raises(ValueError, match="108 bytes"):
            receive(reading, 100)
    assert [decode(field) for field in fields[2:]] == [None, "é", None, ""]


def test_half_a_character_is_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    """A document that took its reader over sends it: no record could keep it, and the night ended there."""
    for number in range(1, 5):
        fields = [b"read", b"We agree.", b"text/html", b"html", b"A title"]
        fields[number] = encode("a\ud800")
        code = (
            "from tracker.capture.sandbox.protocol import READY, receive, send\nimport sys\n"
            "send(sys.stdout.buffer, READY, b'full')\nreceive(sys.stdin.buffer, sys.maxsize)\n"
            f"send(sys.stdout.buffer, *{fields!r})\n"
        )
        process.get_reader.cache_clear()
        monkeypatch.setattr(process, "_start", lambda *_, code=code: _start_other(code))
        with pytest.raises(ReaderStopped, match="no answer that can be"):
            extract(DOCUMENTS["page"])
        process.get_reader("html", NEW_DOCUMENT).end()
    process.get_reader.cache_clear()
