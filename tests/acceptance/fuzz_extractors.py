"""Feeds the readers of documents with damaged ones for so many minutes, and keeps what breaks a law.

Run as ``python -m tests.acceptance.fuzz_extractors --minutes 40`` in the root of the repository. Documents
are taken apart and put together again: bytes, the marks of their format, the members of a Word file. The work
is done by a process that dies where a library does, or where it takes too long; what it was reading then is a
finding too, if it shows again. Findings are written to ``--keep``, a folder, each as the bytes that show it.
"""

from __future__ import annotations

import argparse
import faulthandler
import os
import resource
import subprocess
import sys
import tempfile
import time
import unicodedata
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING
from zipfile import ZipFile

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from tests.builders import build_docx, build_pdf, build_zip, typeset
from tests.test_extract import MARKDOWN, PAGE, PARAGRAPHS
from tracker.capture.extract import GAVE_UP, naming
from tracker.capture.links import GAVE_UP as INDEX_GAVE_UP
from tracker.capture.links import nested_sitemaps, read_links
from tracker.capture.parse import parse
from tracker.errors import DocumentUnreadable
from tracker.text.reading import read_text

if TYPE_CHECKING:
    from collections.abc import Callable

    from tracker.model.texts import Extraction

EXAMPLES = 500
LONGEST = 200_000
SECONDS = 20
MEMORY = 3 * 1024**3
NAMES = ("statement", "statement.md", "statement.pdf", "https://www.example.org/79")
FEED = """<?xml version="1.0"?><rss version="2.0"><channel><title>Rivers</title><item><title>79th</title>
<link>https://www.example.org/79</link></item></channel></rss>"""
SITEMAP = """<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><sitemap><loc>
https://www.example.org/a.xml</loc></sitemap></sitemapindex>"""
TABLE = "<w:tbl><w:tr><w:tc><w:p><w:r><w:t>2023</w:t></w:r></w:p></w:tc></w:tr></w:tbl>"
TRACKED = (
    "<w:p><w:del><w:r><w:delText>old</w:delText></w:r></w:del><w:ins><w:r><w:t>new</w:t></w:r></w:ins></w:p>"
)
SEEDS = (
    build_pdf(typeset(PARAGRAPHS, head="A/XAA/PV.11"), title="Statement"),
    build_pdf(typeset(PARAGRAPHS, columns=2, indent=3), rotate=90),
    build_docx(paragraphs=PARAGRAPHS, title="Statement", body=(TABLE, TRACKED)),
    (PAGE % "<meta charset='iso-8859-1'>").encode("latin-1", "xmlcharrefreplace"),
    PAGE.replace("%s", "").encode("utf-16"),
    MARKDOWN.encode(),
    "\n\n".join(PARAGRAPHS).encode("utf-8-sig"),
    "Глубокоуважаемый господин Председатель! Мы против коррупции.\n".encode("koi8-r") * 9,
    "主席先生，我们支持联合国。\n".encode("gb18030") * 9,
    FEED.encode(),
    SITEMAP.encode(),
)
MARKS = (
    b"<p>", b"</p>", b"<div>", b"<table><tr><td>", b"<li>", b"<h1>", b"<br><br>", b"<script>", b"<!--",
    b"-->", b"<![CDATA[", b"]]>", b"&#0;", b"&#xD800;", b"&#x10FFFF;", b"&amp;", b"<svg>", b"<template>",
    b"<math>", b"<meta charset=utf-7>", b"<meta charset='x-user-defined'>",
    b"<?xml version='1.0' encoding='utf-16'?>", b"<!DOCTYPE html [<!ENTITY a 'b'><!ENTITY c '&a;&a;'>]>",
    b"&c;", b"<base href='http://[::1'>", b"<a href='", b"obj", b"endobj", b"stream\n", b"endstream",
    b"xref", b"trailer", b"startxref", b"/Kids [2 0 R]", b"/Prev 0", b"/Parent 2 0 R", b"/Rotate 45",
    b"/Length -1", b"/Count 99999999", b"/Filter /FlateDecode", b"/MediaBox [0 0 0 0]", b"<w:p>", b"</w:p>",
    b"<w:r><w:t>", b"<w:tbl>", b"<w:sdt>", b"<w:del>", b"<w:numId w:val='0'/>", b"<w:br/>", b"# ", b"* ",
    b"> ", b"```\n", b"[a]: b\n", b"[a](", b"![", b"|---|", b"1. ", b"---\n", b"`", b"&", b"\\", b"\x00",
    b"\xff", b"\xfe\xff", b"\xff\xfe\x00\x00", b"\xef\xbb\xbf", b"\x1b$B", b"\x0c", b"\r", b"\r\n\r\n",
    b"\xc2\xad", b"\xed\xa0\x80", b"\xe2\x80\xa8", b"\xe2\x80\xae", b"\xcc\x81", b"\xef\xbf\xbe",
    b"\xf0\x9f\x87\xac", b"%PDF-1.7\n", b"PK\x03\x04", b"a", b" ", b"\n", b"...", b"<", b"<title",
    b"<script", b"-1", b"0", b"4294967296", b"1e999", b"%s", b"../../etc/passwd", b"'", b'"', b"<", b">",
)  # fmt: skip


@st.composite
def documents(draw: st.DrawFn) -> bytes:
    """Draw a document that was damaged in a few places; of a Word file mostly its members are."""
    data = draw(st.sampled_from(SEEDS))
    if data.startswith(b"PK") and draw(st.integers(0, 3)):
        return _damage_members(draw, data)
    return _damage(draw, data)


def _damage_members(draw: st.DrawFn, data: bytes) -> bytes:
    with ZipFile(BytesIO(data)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    for _ in range(draw(st.integers(1, 3))):
        name = draw(st.sampled_from(["word/document.xml", *sorted(members)]))
        if draw(st.integers(0, 9)):
            members[name] = _damage(draw, members.get(name, b""))
        else:
            members.pop(name, None)
    return build_zip({**members})


def _damage(draw: st.DrawFn, data: bytes) -> bytes:
    for _ in range(draw(st.integers(1, 6))):
        data = draw(st.sampled_from(DAMAGES))(draw, data)[:LONGEST]
    return data


def _put(draw: st.DrawFn, data: bytes) -> bytes:
    at = draw(st.integers(0, len(data)))
    return data[:at] + draw(st.sampled_from(MARKS)) + data[at:]


def _put_often(draw: st.DrawFn, data: bytes) -> bytes:
    """Nest or repeat a mark as deep as no document does."""
    at = draw(st.integers(0, len(data)))
    return data[:at] + draw(st.sampled_from(MARKS)) * draw(st.integers(2, 5000)) + data[at:]


def _replace(draw: st.DrawFn, data: bytes) -> bytes:
    at = draw(st.integers(0, len(data)))
    return data[:at] + draw(st.binary(max_size=12)) + data[at + draw(st.integers(0, 40)) :]


def _double(draw: st.DrawFn, data: bytes) -> bytes:
    at, end = sorted([draw(st.integers(0, len(data))), draw(st.integers(0, len(data)))])
    return data[:end] + data[at:end] * draw(st.integers(1, 20)) + data[end:]


def _cut(draw: st.DrawFn, data: bytes) -> bytes:
    at, end = sorted([draw(st.integers(0, len(data))), draw(st.integers(0, len(data)))])
    return data[:at] + data[end:]


def _join(draw: st.DrawFn, data: bytes) -> bytes:
    other = draw(st.sampled_from(SEEDS))
    return data[: draw(st.integers(0, len(data)))] + other[draw(st.integers(0, len(other))) :]


DAMAGES: tuple[Callable[[st.DrawFn, bytes], bytes], ...] = (_put, _put_often, _replace, _double, _cut, _join)


def extract(data: bytes, name: str) -> Extraction:
    """Read a document here: this process is itself one that may die."""
    with naming(name):
        return parse(data, name)


def check(data: bytes, name: str) -> None:
    """Assert what holds for any bytes: a reason in one line, or a text that can be kept and cited."""
    try:
        extraction = extract(data, name)
    except DocumentUnreadable as error:
        reason = str(error)
    else:
        check_extraction(data, name, extraction)
        return
    assert reason.startswith(f"{name}: ")
    assert reason.isprintable(), reason
    assert GAVE_UP not in reason, reason


def check_extraction(data: bytes, name: str, extraction: Extraction) -> None:
    """Assert that a text is the same each time, can be written down, and leads back to what was read."""
    assert extraction == extract(data, name)
    assert (extraction.title or "a").strip()
    assert not any(unicodedata.category(char) == "Cs" for char in extraction.text + (extraction.title or ""))
    version = read_text(extraction.text)
    for segment in version.segments[:100]:
        assert version.text[segment.start : segment.end] == segment.text
        assert version.spans.to_raw(segment.start, segment.end)


def check_index(data: bytes) -> None:
    """Assert that an index gives absolute addresses, or the reason why it is none."""
    reason = ""
    try:
        links = [link.address for link in read_links(data, NAMES[-1])]
    except DocumentUnreadable as error:
        links, reason = [], str(error)
    assert INDEX_GAVE_UP not in reason, reason
    if reason:
        return
    for address in (*links, *nested_sitemaps(data, NAMES[-1])):
        assert address.startswith(("http://", "https://"))
        assert address.isprintable()


def work(number: int, last: Path) -> None:
    """Try some documents; the one at hand is in a file, for whoever finds this process dead."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))

    @seed(number)
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
    )
    @given(documents(), st.sampled_from(NAMES))
    def read(data: bytes, name: str) -> None:
        last.write_bytes(data)
        faulthandler.dump_traceback_later(SECONDS, exit=True)
        check(data, name)
        check_index(data)
        faulthandler.cancel_dump_traceback_later()

    read()


def read_alone(data: bytes) -> None:
    """Try one document by itself, with more time: that the machine was busy elsewhere is no finding."""
    faulthandler.dump_traceback_later(3 * SECONDS, exit=True)
    for name in NAMES:
        check(data, name)
    check_index(data)


def run(number: int, kept: Path) -> bool:
    """Let a process try the documents of one number, and tell whether it ended well."""
    with tempfile.TemporaryDirectory() as folder:
        last = Path(folder) / "last"
        done = _start("--work", str(number), "--keep", str(last))
        alone = _start("--read", str(last)) if done.returncode else done
        if not alone.returncode:
            return True
        data = last.read_bytes()
    name = kept / sha256(data).hexdigest()[:12]
    name.write_bytes(data)
    name.with_suffix(".txt").write_text(f"number {number}\n{done.stderr}\nby itself\n{alone.stderr}")
    print(f"{name}: exit code {alone.returncode}", flush=True)
    return False


def _start(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tests.acceptance.fuzz_extractors", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def main() -> None:
    """Print each finding, and exit 1 if there is one."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--minutes", type=float, default=1.0)
    parser.add_argument("--first", type=int, default=1, help="the same number draws the same documents")
    parser.add_argument("--keep", type=Path, default=Path(tempfile.gettempdir()) / "fuzz")
    parser.add_argument("--work", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--read", type=Path, help="try one document, such as one that was kept")
    options = parser.parse_args()
    if options.read is not None:
        read_alone(options.read.read_bytes())
        return
    if options.work is not None:
        work(options.work, options.keep)
        return
    options.keep.mkdir(parents=True, exist_ok=True)
    os.nice(10)
    ends, number, found = time.monotonic() + 60 * options.minutes, options.first, 0
    while time.monotonic() < ends:
        found += not run(number, options.keep)
        number += 1
    print(f"{(number - options.first) * EXAMPLES:,} documents at most, {found} findings in {options.keep}")
    sys.exit(bool(found))


if __name__ == "__main__":
    main()
