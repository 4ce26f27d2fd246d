"""Hostile streams: time and memory grow no faster than what comes, and all that unpacks is counted."""

from __future__ import annotations

import gzip
import io
import json
import time
import tracemalloc
import zipfile
import zlib
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import pytest

from tests.builders import build_docx
from tests.fault_server import answer, running
from tests.here import runner
from tests.nights import make_archive, source
from tests.test_judgement import speech
from tests.thorough import IS_THOROUGH, long, some
from tests.warcs import Made, write_warc
from tracker.capture.causes import FetchFault
from tracker.capture.links import read_links
from tracker.capture.read.docx import read_docx
from tracker.capture.warc.reading import open_warc, read_payload
from tracker.capture.web.payload import unpack
from tracker.errors import DocumentUnreadable, WarcUnusable
from tracker.inputs.inflate import FREE_MEMBERS, Meter, NotInflated, inflate

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from tests.running import Ran

MEGABYTE = 1024 * 1024
LIMIT = 50 * MEGABYTE
EMPTY = gzip.compress(b"", mtime=0)
NAMED = b"\x1f\x8b\x08\x08" + bytes(6)
"""How a member with a name begins."""
EXTRA = b"\x1f\x8b\x08\x04" + bytes(6)
"""How one with an extra field begins; two bytes with its length follow."""
NOISE = b"".join(b"%x" % (number * 2654435761 % 2**32) for number in range(20_000))


def squeeze(start: bytes, filling: bytes, times: int = 1) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    return b"".join(
        [packer.compress(start), *(packer.compress(filling) for _ in range(times)), packer.flush()]
    )


def member(data: bytes) -> bytes:
    return gzip.compress(data, 1, mtime=0)


# Time ----------------------------------------------------------------------------------------------

GROWTH, SLOPE = 10, 30
LEAST = 0.02
"""Seconds; what takes less is noise."""
LONGEST = 20.0


def read_body(encoding: str) -> Callable[[bytes, Path], object]:
    return lambda data, _folder: unpack([data], encoding, LIMIT)


def read_pieces(encoding: str) -> Callable[[bytes, Path], object]:
    """Take a body in chunks of a byte."""
    return lambda data, _folder: unpack((data[at : at + 1] for at in range(len(data))), encoding, LIMIT)


def read_index(data: bytes, _folder: Path) -> object:
    return read_links(data, "https://example.org/sitemap.xml.gz")


def read_warc(data: bytes, folder: Path) -> object:
    (folder / "a.warc").write_bytes(data)
    with open_warc(folder / "a.warc") as warc:
        return [read_payload(record, content) for record, content in warc.records(lambda _record: True)]


def block(content: bytes, fields: bytes = b"", kind: bytes = b"response") -> bytes:
    """Return a record that holds just these bytes."""
    head = (
        b"WARC/1.0\r\nWARC-Type: %s\r\nWARC-Record-ID: <urn:a>\r\nWARC-Target-URI: http://a.b/79\r\n" % kind
    )
    return b"%s%sContent-Length: %d\r\n\r\n%s\r\n\r\n" % (head, fields, len(content), content)


def response(body: bytes, *headers: bytes) -> bytes:
    return block(b"\r\n".join([b"HTTP/1.1 200 OK", *headers, b"", body]))


GZIPPED, CHUNKED = b"Content-Encoding: gzip", b"Transfer-Encoding: chunked"


@dataclass(frozen=True, slots=True)
class Stream:
    """A stream that is hostile in one way, as long as one likes."""

    name: str
    make: Callable[[int], bytes]
    size: int
    """How long it is made at first; ten times that comes after."""
    read: Callable[[bytes, Path], object]


STREAMS = (
    Stream("empty members", lambda n: EMPTY * n, 20_000, read_body("gzip")),
    Stream("members of a byte", lambda n: member(b"a") * n, 20_000, read_body("gzip")),
    Stream("members of a hundred bytes", lambda n: member(NOISE[:100]) * n, 3_000, read_body("gzip")),
    Stream("members with extra fields", lambda n: (EXTRA + b"\xff\xff" + bytes(65535) + EMPTY[10:]) * n, 20,
           read_body("gzip")),
    Stream("a name without end", lambda n: NAMED + b"a" * n, 2_000_000, read_body("gzip")),
    Stream("blocks of deflate that are empty", lambda n: EMPTY[:10] + b"\0\0\0\xff\xff" * n, 300_000,
           read_body("gzip")),
    Stream("bytes behind the end", lambda n: member(b"a") + b"\0" * n, 1_000_000, read_body("gzip")),
    Stream("zeros, as far as they go", lambda n: squeeze(b"", bytes(n)), 2_000_000, read_body("gzip")),
    Stream("a text cut short", lambda n: squeeze(b"", NOISE, n)[:-9], 4, read_body("gzip")),
    Stream("raw deflate", lambda n: zlib.compress(NOISE * n)[2:-4], 4, read_body("deflate")),
    Stream("noise", lambda n: NOISE * n, 4, read_body("deflate")),
    Stream("empty members, packed", lambda n: squeeze(b"", EMPTY * n), 100_000, read_body("gzip, gzip")),
    Stream("a name without end, packed",
           lambda n: squeeze(NAMED, b"a" * n), 4_000_000, read_body("gzip, gzip")),
    Stream("chunks of a byte", lambda n: squeeze(b"", NOISE[:n]), 12_000, read_pieces("gzip")),
    Stream("chunks of a byte, not packed", bytes, 50_000, read_pieces("")),
    Stream("codings without end", lambda n: b"gzip, " * n, 100_000,
           lambda data, _folder: unpack([b""], data.decode(), LIMIT)),
    Stream("an index of empty members", lambda n: EMPTY * n, 20_000, read_index),
    Stream("a WARC of empty members", lambda n: member(block(b"")) + EMPTY * n, 20_000, read_warc),
    Stream("a WARC in members of a byte",
           lambda n: b"".join(member(b"%c" % each) for each in block(bytes(n))), 10_000, read_warc),
    Stream("a WARC of empty members, packed",
           lambda n: squeeze(member(block(b"")), EMPTY, n), 50_000, read_warc),
    Stream("a WARC whose body is empty members",
           lambda n: member(response(EMPTY * n, GZIPPED)), 20_000, read_warc),
    Stream("a WARC with a name without end", lambda n: NAMED + b"a" * n, 2_000_000, read_warc),
    Stream("blank lines before a record", lambda n: block(b"") + b"\r\n" * n + block(b""), 40_000, read_warc),
    Stream("a head of many fields", lambda n: block(b"", b"A: b\r\n" * n), 10_000, read_warc),
    Stream("a head of one folded field",
           lambda n: block(b"", b"A: b\r\n" + b" c\r\n" * n), 10_000, read_warc),
    Stream("a head of one line", lambda n: block(b"", b"A: " + b"a" * n + b"\r\n"), 1_000_000, read_warc),
    Stream("a message of many fields", lambda n: response(b"", *[b"A: b"] * n), 100_000, read_warc),
    Stream("a message of one folded field",
           lambda n: response(b"", b"A: b", *[b" c"] * n), 100_000, read_warc),
    Stream("a message of one line", lambda n: response(b"", b"A: " + b"a" * n), 2_000_000, read_warc),
    Stream("many records", lambda n: member(block(b"")) * n, 300, read_warc),
    Stream("many heads of a thousand lines",
           lambda n: member(response(b"", *[b"A: b"] * 900)) * n, 20, read_warc),
    Stream("a WARC of chunks of a byte",
           lambda n: response(b"1\r\na\r\n" * n + b"0\r\n\r\n", CHUNKED), 40_000, read_warc),
    Stream("a chunk with an extension without end", lambda n: response(b"1;" + b"a" * n, CHUNKED), 1_000_000,
           read_warc),
    Stream("trailers without end", lambda n: response(b"1\r\na\r\n0\r\n" + b"a:\r\n" * n, CHUNKED), 200_000,
           read_warc),
)  # fmt: skip


def measure(stream: Stream, size: int, folder: Path) -> float:
    """Return the least processor time of three that it takes to read a stream, whatever comes of it."""
    data, taken = stream.make(size), []
    for _ in range(3):
        began = time.process_time()
        with suppress(FetchFault, DocumentUnreadable, WarcUnusable):
            stream.read(data, folder)
        taken.append(time.process_time() - began)
    return min(taken)


@pytest.mark.parametrize("stream", some(14, STREAMS), ids=lambda stream: stream.name)
def test_what_is_ten_times_as_long_takes_ten_times_as_long(stream: Stream, tmp_path: Path) -> None:
    least = stream.size if IS_THOROUGH else stream.size // 4
    nothing, short, long = (measure(stream, size, tmp_path) for size in (0, least, GROWTH * least))
    assert long - nothing < SLOPE * max(short - nothing, LEAST)
    assert long < LONGEST


# Counting ------------------------------------------------------------------------------------------


def peak_of(run: Callable[[], object]) -> int:
    tracemalloc.start()
    try:
        run()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@cache
def make_hollow() -> bytes:
    """Return what packed again would unpack to 256 MB, and these to nothing."""
    return squeeze(NAMED, b"a" * MEGABYTE, 256)


def pack_hollow() -> bytes:
    return squeeze(b"", make_hollow())


@pytest.mark.parametrize(
    ("data", "encoding", "why"),
    [
        (make_hollow, "gzip, gzip", r"bomb: 260,\d+ bytes unpack to 52,\d+,\d+ and more"),
        (
            pack_hollow,
            "gzip, gzip, gzip",
            "undecodable: Content-Encoding: gzip, gzip, gzip",
        ),
        (squeeze(b"", zlib.compress(bytes(9 * MEGABYTE))), "deflate, gzip", "bomb"),
        (EMPTY * 2000, "gzip", "bomb: 1,001 members of it hold 0 bytes"),
        (EMPTY * 2000, "x-gzip", "bomb: 1,001 members of it hold 0 bytes"),
        (squeeze(b"", EMPTY * 2000), "gzip, gzip", "bomb: 1,001 members of it hold 0 bytes"),
        (member(b"a") * 2000, "gzip", "bomb: 1,011 members of it hold 1,010 bytes"),
        (NAMED + b"a" * 99, "gzip", "truncated: the gzip data ends before its end"),
        (EXTRA + b"\xff\xff" + bytes(9), "gzip", "truncated"),
        (member(NOISE) + b"\n", "gzip", "undecodable: what follows the gzip data is no part of it"),
        (member(NOISE) + bytes(512), "gzip", "undecodable: what follows the gzip data"),
        (member(NOISE) + NOISE, "gzip", "undecodable: what follows the gzip data"),
        (member(NOISE) + member(b"a")[:3], "gzip", "truncated"),
        (
            zlib.compress(NOISE) + zlib.compress(NOISE),
            "deflate",
            "undecodable: what follows the deflate data",
        ),
        (b"a" * 3 * MEGABYTE, "", "too large: over 2,097,152 bytes"),
        (squeeze(b"", NOISE, 20), "gzip", "too large: over 2,097,152 bytes unpacked"),
    ],
)
def test_each_stage_is_counted_and_what_is_refused_says_why(
    data: bytes | Callable[[], bytes], encoding: str, why: str
) -> None:
    body = data() if callable(data) else data

    def refuse() -> None:
        limit = LIMIT if encoding == "gzip, gzip" else 2 * MEGABYTE
        with pytest.raises(FetchFault, match=why):
            unpack([body], encoding, limit)

    assert peak_of(refuse) < 8 * MEGABYTE


def test_members_are_free_up_to_a_thousand_and_then_hold_something() -> None:
    assert unpack([EMPTY * FREE_MEMBERS], "gzip", LIMIT) == b""
    data = [NOISE[number : number + 100] for number in range(3 * FREE_MEMBERS)]
    assert unpack([b"".join(map(member, data))], "gzip", LIMIT) == b"".join(data)


def test_a_piece_is_small_and_names_its_member() -> None:
    first, second = member(NOISE * 4), member(NOISE)
    pieces = list(inflate([first + second], "gzip", Meter(LIMIT)))
    assert max(len(piece.data) for piece in pieces) <= 64 * 1024
    assert b"".join(piece.data for piece in pieces if not piece.start) == NOISE * 4
    assert b"".join(piece.data for piece in pieces if piece.start == len(first)) == NOISE
    with pytest.raises(NotInflated) as raised:
        list(inflate([first + second[:-1]], "gzip", Meter(LIMIT)))
    assert (raised.value.cause, raised.value.start) == ("truncated", len(first))


@long
def test_a_body_in_the_smallest_chunks_takes_little_more_than_its_length() -> None:
    # A list of them would take forty times as much.
    assert peak_of(lambda: unpack((bytes(2) for _ in range(MEGABYTE)), "", LIMIT)) < 6 * MEGABYTE


def test_a_member_of_a_word_file_gives_no_more_than_is_declared() -> None:
    packed = zlib.compress(bytes(64 * MEGABYTE), 9, -15)
    sound = build_docx(paragraphs=["We will act."])
    with zipfile.ZipFile(io.BytesIO(sound)) as package:
        plain = package.read("docProps/thumbnail.jpeg")
    told = zlib.crc32(bytes(len(plain)))
    data = spoil(sound, "docProps/thumbnail.jpeg", packed, told)
    assert peak_of(lambda: read_docx(data)) < 16 * MEGABYTE
    assert read_docx(data).text == "We will act.\n"


def spoil(data: bytes, name: str, packed: bytes, crc: int) -> bytes:
    """Return a ZIP archive one member of which holds other packed bytes, of the size that was declared."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        for member_ in old.infolist():
            size = member_.file_size
            new.writestr(member_.filename, packed if member_.filename == name else old.read(member_))
            if member_.filename == name:
                written = new.getinfo(name)
                written.compress_type, written.file_size, written.CRC = zipfile.ZIP_DEFLATED, size, crc
                position = out.tell()
                out.seek(written.header_offset)
                out.write(written.FileHeader(zip64=False))
                out.seek(position)
    return out.getvalue()


# Through the commands ------------------------------------------------------------------------------

PLAIN = ("Content-Type", "text/plain")


@pytest.fixture
def tracker(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., Ran]:
    run = runner(tmp_path, monkeypatch, capsys)
    assert run("init").code == 0
    return run


HOSTILE = {
    "bomb: 1,001 members": EMPTY * 200_000,
    "truncated: the gzip data": NAMED + b"a" * 4 * MEGABYTE,
    "undecodable: what follows": member(b"a") + b"\0" * MEGABYTE,
    "malformed: its head has no end": b"",
}


def hostile_records() -> Iterable[Made]:
    for number, (why, body) in enumerate(HOSTILE.items()):
        headers = (PLAIN, ("Content-Encoding", "gzip"))
        if not body:
            headers = (("A", "b" * 2 * MEGABYTE), PLAIN)
        yield Made(body, date=f"2024-09-2{number}T10:00:00Z", headers=headers, name=f"urn:test:{why[:5]}")


@pytest.mark.parametrize("packed", [True, False])
def test_hostile_records_are_skipped_with_their_reason_and_those_around_are_kept(
    tracker: Callable[..., Ran], tmp_path: Path, packed: bool
) -> None:
    good = [Made(speech(number), date=f"2024-09-0{number}T10:00:00Z") for number in (1, 2)]
    records = [good[0], *hostile_records(), good[1]]
    write_warc(tmp_path / "a.warc", records, packed=packed)
    assert not packed or (tmp_path / "a.warc").stat().st_size < 100_000
    began = time.process_time()
    ran = tracker("import", "a.warc", "--as", "XAA/UNGA/79", "--unjudged")
    assert time.process_time() - began < LONGEST
    assert (ran.code, ran.err) == (1, "")
    assert ran.out.splitlines()[0] == "6 captures: 1 new, 1 changed, 0 unchanged, 0 known, 4 skipped"
    skipped = "\n".join(line for line in ran.out.splitlines() if line.startswith("skipped"))
    assert [why for why in HOSTILE if why not in skipped] == []


@pytest.mark.parametrize(
    ("make", "why"),
    some(
        4,
        [
            (lambda: member(block(b"")) + EMPTY * 2000, "members of it hold"),
            (lambda: squeeze(member(block(b"")), EMPTY, 300_000), "its head is damaged"),
            (lambda: NAMED + b"a" * 4 * MEGABYTE, "it is cut off"),
            (lambda: member(block(b"")) + b"\0" * 512, "what follows the gzip data"),
            (
                lambda: member(block(b"", b"A: b\r\n" * 300_000)),
                "no end within 1,048,576 bytes and 1,000 lines",
            ),
            (lambda: block(b"") + b"\r\n" * MEGABYTE, "nothing follows it within 1,048,576 bytes"),
            (lambda: squeeze(block(bytes(300 * MEGABYTE))[:-4], b"\r\n"), "unpack to 268,"),
        ],
    ),
)
def test_a_warc_whose_records_have_no_certain_end_is_refused_in_a_moment(
    tracker: Callable[..., Ran], tmp_path: Path, make: Callable[[], bytes], why: str
) -> None:
    (tmp_path / "a.warc").write_bytes(make())
    began = time.process_time()
    ran = tracker("import", "a.warc", "--as", "XAA/UNGA/79")
    assert time.process_time() - began < LONGEST
    assert (ran.code, ran.out, ran.err.count("\n"), why in ran.err) == (2, "", 1, True), ran.err


INDEX = """
[sources.xaa-speeches]
kind = "index"
url = "{}"
links = "/79"
"""
INDEXES: dict[str, tuple[bytes | Callable[[], bytes], str, str]] = {
    "of empty members": (EMPTY * 200_000, "", "1,001 members of it hold 0 bytes"),
    "with a name without end": (NAMED + b"a" * 4 * MEGABYTE, "", "the gzip data ends before its end"),
    "packed twice, and hollow": (pack_hollow, "Content-Encoding: gzip, gzip\r\n", "bomb"),
}


@pytest.mark.parametrize("name", INDEXES)
def test_an_index_that_does_not_unpack_is_told_and_costs_a_night_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    made, header, why = INDEXES[name]
    body = made() if callable(made) else made
    routes = {
        "/robots.txt": answer("404 Not Found"),
        "/sitemap.xml.gz": answer(body=body, headers=header),
        "/79": answer(body=speech(1).encode(), headers="Content-Type: text/plain; charset=utf-8\r\n"),
    }
    tracker = runner(tmp_path, monkeypatch, capsys)
    with running(routes) as server:
        watched = source("xaa-79", "XAA/UNGA/79~prepared.en", server.url("/79"))
        make_archive(
            tmp_path / "snapshots", watched + INDEX.format(server.url("/sitemap.xml.gz")), server.port
        )
        began = time.process_time()
        ran = tracker("snapshot", "--json")
        assert time.process_time() - began < LONGEST
    assert ran.code == 1
    checks = {check["source"]: check for check in json.loads(ran.out)["checks"]}
    assert checks["xaa-79"]["outcome"] == "new"
    assert why in json.dumps(checks["xaa-speeches"])
