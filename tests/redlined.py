"""Reads either text back out of a redline, as Word and readers of TEI do, and makes drafts to compare."""

from __future__ import annotations

import json
import random
import re
import zipfile
from io import BytesIO
from typing import TYPE_CHECKING, Final, Literal

from lxml import etree

from tracker.comparing.topics.vocabulary.load import load_vocabulary
from tracker.report.comparison.sentences import is_revision
from tracker.report.formats import Asked, render_comparison

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tracker.model.changes import Comparison
    from tracker.model.topics import Vocabulary

Side = Literal["old", "new"]
SIDES: Final[tuple[Side, Side]] = ("old", "new")
W: Final = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
TEI: Final = "{http://www.tei-c.org/ns/1.0}"
ID: Final = "{http://www.w3.org/XML/1998/namespace}id"
OBSERVED: Final = "2024-09-26T10:00:00Z"
_LOST: Final = {"new": {f"{W}del", f"{W}moveFrom"}, "old": {f"{W}ins", f"{W}moveTo"}}
"""What goes when all changes are accepted, or rejected."""


def write_word(comparison: Comparison, vocabulary: Vocabulary | None = None) -> bytes:
    """Return both texts with tracked changes, for which all is asked for where they do not correspond."""
    return _write_word(comparison, vocabulary, everything=not is_revision(comparison))


def write_brief(comparison: Comparison, vocabulary: Vocabulary | None = None) -> bytes:
    return _write_word(comparison, vocabulary, everything=False)


def _write_word(comparison: Comparison, vocabulary: Vocabulary | None, *, everything: bool) -> bytes:
    asked = Asked(comparison, vocabulary or load_vocabulary(), everything, observed=lambda: OBSERVED)
    written = render_comparison(asked, "docx")
    assert isinstance(written, bytes)
    return written


def write_tei(comparison: Comparison, vocabulary: Vocabulary | None = None) -> str:
    written = render_comparison(Asked(comparison, vocabulary or load_vocabulary(), everything=True), "tei")
    assert isinstance(written, str)
    return written


def open_part(data: bytes, name: str = "document") -> etree._Element:
    with zipfile.ZipFile(BytesIO(data)) as package:
        return etree.fromstring(package.read(f"word/{name}.xml"))


def settle_json(written: str, side: Side) -> str:
    """Put what the edits of each change leave in the places of its sentences, whose edits one blank parts."""
    told = json.loads(written)
    segments = told[side]["version"]["segments"]
    whole: str = told[side]["version"]["text"]
    lost = "inserted" if side == "old" else "deleted"
    said: dict[int, str] = {}
    for change in told["changes"]:
        left = "".join(edit["text"] for edit in change["edits"] if edit["kind"] != lost)
        for at in change[side]:
            size = segments[at]["end"] - segments[at]["start"]
            said[at], left = left[:size], left[size + 1 :]
        assert not left
    text, end = "", 0
    for at, segment in enumerate(segments):
        text += whole[end : segment["start"]] + said[at]
        end = segment["end"]
    return text + whole[end:]


def settle_word(data: bytes, side: Side) -> str:
    """Accept or reject all: a paragraph whose end goes runs into the next one."""
    text, parts = "", open_part(data).iterchildren(f"{W}body")
    for paragraph in next(parts).iterchildren(f"{W}p"):
        text += "".join(_say(paragraph, side))
        mark = paragraph.find(f"{W}pPr/{W}rPr")
        goes = mark is not None and any(each.tag in _LOST[side] for each in mark)
        text += "" if goes else "\n\n"
    return text.removesuffix("\n\n")


def _say(element: etree._Element, side: Side) -> Iterator[str]:
    if element.tag in _LOST[side]:
        return
    if element.tag in {f"{W}t", f"{W}delText"}:
        assert (element.tag == f"{W}delText") == (element.getparent().getparent().tag == f"{W}del")
        yield element.text or ""
    elif element.tag in {f"{W}br", f"{W}tab"}:
        yield "\n" if element.tag == f"{W}br" else "\t"
    for child in element:
        yield from _say(child, side)


def settle_tei(written: str, side: Side) -> str:
    """Read the paragraphs outside the apparatus and in a text's readings, one after the other."""
    body = etree.fromstring(written.encode()).find(f"{TEI}text/{TEI}body/{TEI}div")
    assert body is not None
    found: list[etree._Element] = []
    for each in body:
        readings = each.findall(f"{TEI}rdg[@wit='#{side}']") if each.tag == f"{TEI}app" else [[each]]
        found += [paragraph for reading in readings for paragraph in reading]
    return "\n\n".join("".join(_read(paragraph, f"#{side}")) for paragraph in found)


def _read(element: etree._Element, witness: str) -> Iterator[str]:
    if element.get("wit", witness) != witness:
        return
    if element.tag in {f"{TEI}lb", f"{TEI}milestone"}:
        yield "\n" if element.tag == f"{TEI}lb" else "\n\n"
    yield element.text or ""
    for child in element:
        yield from _read(child, witness)
        yield child.tail or ""


def revise(text: str, seed: int) -> str:
    """Return a text as its next draft may be: words edited, sentences moved, dropped, split and joined."""
    chance = random.Random(seed)  # noqa: S311 (drafts, not keys)
    paragraphs = [re.split(r"(?<=[.!?。؟])\s*", each.strip()) for each in text.split("\n\n")]
    sentences = [[each for each in paragraph if each] for paragraph in paragraphs if paragraph]
    for paragraph in sentences:
        paragraph[:] = [each for sentence in paragraph for each in _revise(sentence, chance)]
    for _ in range(3):
        source, target = chance.choice(sentences), chance.choice(sentences)
        if source:
            target.insert(chance.randrange(len(target) + 1), source.pop(chance.randrange(len(source))))
    sentences.insert(chance.randrange(len(sentences) + 1), sentences.pop(chance.randrange(len(sentences))))
    blank = "" if re.search("[\u4e00-\u9fff]", text) else " "
    gaps = (chance.choice(["\n\n", "\n\n", "\n\n", blank or "\n\n"]) for _ in sentences)
    joined = "".join(f"{blank.join(each)}{gap}" for each, gap in zip(sentences, gaps, strict=True) if each)
    return joined.strip()


def _revise(sentence: str, chance: random.Random) -> Iterable[str]:
    what, words = chance.random(), sentence.split(" ")
    if what < 0.1:
        return ()
    if what < 0.3:
        words[chance.randrange(len(words))] = chance.choice(["will", "", "8 million", "وقف", "各国"])
        return (" ".join(words),)
    if what < 0.4 and len(words) > 12:
        return (" ".join(words[:6]) + ".", " ".join(words[6:]))
    if what < 0.5:
        return (sentence.rstrip(".") + " and",)
    return (sentence,)
