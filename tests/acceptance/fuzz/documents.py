"""Documents of every format that is read, taken apart and put together again."""

from __future__ import annotations

import unicodedata
from functools import cache
from io import BytesIO
from typing import TYPE_CHECKING, Final
from zipfile import ZipFile

from tests.acceptance.fuzz.archive import put_archive
from tests.acceptance.fuzz.calling import call
from tests.acceptance.fuzz.damage import WIDE, damage
from tests.acceptance.fuzz.target import GIGABYTE, Found, Target
from tests.builders import build_docx, build_pdf, build_zip, typeset
from tests.hostile import BOMBS, DEADLY, LOOPS, SLOW
from tests.running import OLD
from tests.spans import find_raw
from tests.test_extract import MARKDOWN, PAGE, PARAGRAPHS, TEXTS
from tracker.capture.read.extract import GAVE_UP, extract
from tracker.errors import DocumentUnreadable
from tracker.text.reading import read_text

if TYPE_CHECKING:
    from pathlib import Path
    from random import Random

    from tracker.model.texts import Extraction

NAMES: Final = ("statement", "statement.md", "statement.pdf", "https://www.example.org/79")
_TABLE: Final = "<w:tbl><w:tr><w:tc><w:p><w:r><w:t>2023</w:t></w:r></w:p></w:tc></w:tr></w:tbl>"
_TRACKED: Final = (
    "<w:p><w:del><w:r><w:delText>old</w:delText></w:r></w:del><w:ins><w:r><w:t>new</w:t></w:r></w:ins></w:p>"
)
_ENCODINGS: Final = {
    "en": ("ascii", "utf-16", "utf-32-le", "cp1252", "utf-7", "cp037"),
    "fr": ("latin-1", "mac-roman", "cp850"), "es": ("iso8859-15", "utf-16-be"),
    "ru": ("koi8-r", "cp1251", "iso8859-5", "cp866"), "ar": ("cp1256", "iso8859-6"),
    "zh": ("gb18030", "gbk", "hz"), "zh-Hant": ("big5", "big5hkscs"),
}  # fmt: skip
_MARKS: Final = (
    b"<p>", b"</p>", b"<div>", b"<table><tr><td>", b"<li>", b"<h1>", b"<br><br>", b"<script>", b"<!--",
    b"-->", b"<![CDATA[", b"]]>", b"&#0;", b"&#xD800;", b"&#x10FFFF;", b"&amp;", b"<svg>", b"<template>",
    b"<math>", b"<meta charset=utf-7>", b"<meta charset='x-user-defined'>", b"<title", b"<script",
    b"<article>", b"<?xml version='1.0' encoding='utf-16'?>",
    b"<!DOCTYPE html [<!ENTITY a 'b'><!ENTITY c '&a;&a;'>]>",
    b"<!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]>", b"&e;", b"&c;", b"<base href='http://[::1'>",
    b"<a href='", b"<iframe srcdoc='", b"<style>@import 'http://127.0.0.1:9/x'", b"obj", b"endobj",
    b"stream\n", b"endstream", b"xref", b"trailer", b"startxref", b"/Kids [2 0 R]", b"/Prev 0",
    b"/Parent 2 0 R", b"/Rotate 45", b"/Length -1", b"/Count 99999999", b"/Filter /FlateDecode",
    b"/MediaBox [0 0 0 0]", b"/Filter [/FlateDecode /FlateDecode /LZWDecode /ASCII85Decode]",
    b"/OpenAction << /S /Launch /F (touch) >>", b"/ObjStm", b"/Encrypt 3 0 R", b"<w:p>", b"</w:p>",
    b"<w:r><w:t>", b"<w:tbl>", b"<w:sdt>", b"<w:del>", b"<w:numId w:val='0'/>", b"<w:br/>",
    b"<w:hyperlink r:id='rId1'>", b"<mc:AlternateContent>", b"# ", b"* ", b"> ", b"```\n", b"[a]: b\n",
    b"[a](", b"![", b"|---|", b"1. ", b"---\n", b"`", b"%PDF-1.7\n", b"PK\x03\x04", b"\xc2\xa0", b"-\n",
    b"SDG ", b'" ', "« ".encode(), b"A/78/PV.9\n", b"12. ", b"(see A/PV.707)", b"2030 ",
)  # fmt: skip


@cache
def seeds() -> tuple[bytes, ...]:
    """Return sound documents of every format and encoding, and hostile ones that are small."""
    hostile = (*LOOPS.values(), *DEADLY.values(), *BOMBS.values(), *SLOW.values())
    return (
        build_pdf(typeset(PARAGRAPHS, head="A/XAA/PV.11"), title="Statement"),
        build_pdf(typeset(PARAGRAPHS, columns=2, indent=3), rotate=90),
        build_pdf(typeset(PARAGRAPHS), lock="secret"),
        build_docx(paragraphs=PARAGRAPHS, title="Statement", body=(_TABLE, _TRACKED)),
        (PAGE % "<meta charset='iso-8859-1'>").encode("latin-1", "xmlcharrefreplace"),
        PAGE.replace("%s", "").encode("utf-16"),
        MARKDOWN.encode(),
        "\n\n".join(PARAGRAPHS).encode("utf-8-sig"),
        *(
            (f"{TEXTS[language]}\n\n" * 5).encode(encoding, "replace")
            for language, encodings in _ENCODINGS.items()
            for encoding in ("utf-8", *encodings)
        ),
        *(data for data in hostile if len(data) < 100_000),
    )


def make(random: Random) -> bytes:
    """Return a document that was damaged in a few places; of a Word file mostly its members are."""
    data = random.choice(seeds())
    if data.startswith(b"PK") and random.randrange(4):
        return _damage_members(random, data)
    return _damage(random, data)


def _damage(random: Random, data: bytes) -> bytes:
    return damage(random, data, (*_MARKS, *WIDE), seeds())


def _damage_members(random: Random, data: bytes) -> bytes:
    with ZipFile(BytesIO(data)) as archive:
        small = [entry for entry in archive.infolist() if entry.file_size < 1_000_000]
        members = {entry.filename: archive.read(entry) for entry in small[:50]}
    for _ in range(random.randint(1, 3)):
        name = random.choice(["word/document.xml", *sorted(members)])
        if random.randrange(10):
            members[name] = _damage(random, members.get(name, b""))
        else:
            members.pop(name, None)
    return build_zip({**members})


def read_document(data: bytes, _folder: Path) -> str:
    """Read a document as a night does, and check what holds for any bytes."""
    name = NAMES[len(data) % len(NAMES)]
    try:
        extraction = extract(data, name)
    except DocumentUnreadable as error:
        _check_reason(str(error), name)
        # Where its reader was ended, the error is of a kind of its own.
        return "refused" if type(error) is DocumentUnreadable else "stopped"
    _check_extraction(extraction, data, name)
    return "read"


def _check_reason(reason: str, name: str) -> None:
    """A reason is one line with the name; that a library met what it did not expect is a finding."""
    if not reason.startswith(f"{name}: ") or not reason.isprintable():
        raise Found(f"reason: {reason!r}")
    if GAVE_UP in reason:
        raise Found(f"gave up: {reason.removeprefix(name)}")


def _check_extraction(extraction: Extraction, data: bytes, name: str) -> None:
    """A text is the same each time, can be written down, and leads back to what was read."""
    if extraction != extract(data, name):
        raise Found("another text the second time")
    if not (extraction.title or "a").strip():
        raise Found("title: blank")
    if any(unicodedata.category(char) == "Cs" for char in extraction.text + (extraction.title or "")):
        raise Found("surrogates in a text")
    version = read_text(extraction.text)
    for segment in version.segments[:100]:
        if version.text[segment.start : segment.end] != segment.text:
            raise Found("offsets: a segment is not what lies between them")
        find_raw(version.spans, segment.start, segment.end)


def use_document(data: bytes, folder: Path) -> str:
    """Give a document to the commands that take one, beside statements of an archive."""
    put_archive(folder)
    (folder / "given").write_bytes(data)
    (folder / "old.txt").write_text(OLD, encoding="utf-8")
    shown = call("show", "./given")
    added = call("add", "given", "--as", "XAA/CCPCJ/34")
    call("diff", "old.txt", "./given")
    if added.code != shown.code:
        raise Found(f"show ended with {shown.code}, and add with {added.code}: {added.err}")
    if added.code:
        return "refused"
    for command in (("diff", "XAA/CCPCJ", "33", "34", "--all"), ("priorities", "XAA/CCPCJ/34"), ("verify",)):
        ran = call(*command)
        if ran.code == 2 or (command == ("verify",) and ran.code):
            raise Found(f"after it was kept, {command[0]} ends with {ran.code}: {ran.out[-500:]}{ran.err}")
    return "kept"


def make_text(random: Random) -> bytes:
    """Return a document for the commands: mostly a text, since what they do with any text is looked at."""
    texts = tuple(data for data in seeds() if not data.startswith((b"PK", b"%PDF")))
    if random.randrange(5):
        return damage(random, random.choice(texts), (*_MARKS, *WIDE), texts)
    return make(random)


TARGETS: Final = (
    # Two readings, each of which may be ended after a minute of processor time.
    Target("documents", make, read_document, seconds=130.0, memory=5 * GIGABYTE // 2),
    Target("document-commands", make_text, use_document, seconds=200.0, memory=5 * GIGABYTE // 2),
)
