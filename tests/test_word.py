"""Both texts as DOCX with tracked changes and as TEI: either text comes back exactly, whatever is in it."""

from __future__ import annotations

import json
import re
import time
import zipfile
from collections import Counter
from dataclasses import replace
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Final

import docx
import pytest
from lxml import etree
from openxml_audit import OpenXmlValidator

from tests.comparisons import VOCABULARY, change, comparison, revision, session, side
from tests.redlined import (
    ID,
    OBSERVED,
    SIDES,
    TEI,
    W,
    open_part,
    revise,
    settle_tei,
    settle_word,
    write_tei,
    write_word,
)
from tests.thorough import some
from tracker.diff.notebook import compare
from tracker.report.comparison.both_texts import tell_lost
from tracker.report.document import Column, Document, Entry, Section, Span
from tracker.report.render.word import summarize

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.running import Ran
    from tracker.model.changes import Comparison

SEEDS: Final = Path(__file__).parents[1] / "seeds" / "xaa"
XML: Final = "{http://www.w3.org/XML/1998/namespace}"
HOSTILE: Final = (
    "<w:del>We pay</w:del> &amp; ]]> <!-- gone --> &#8238; <script>alert(1)</script>.",
    '=HYPERLINK("https://evil.example") +1 -1 @SUM(A1) \t{ MACROBUTTON } javascript:alert(1).',
    "We \u202ereverse\u202c it, \u200bunseen\u00ad, \u2028 and 👩\u200d🚀 too.",
)
REVISION: Final = (
    comparison(
        side("o", HOSTILE[:2], HOSTILE[2:]),
        side("n", HOSTILE[1:], HOSTILE[:1]),
        change("kept", (0,), (2,), HOSTILE[0], moved=True),
        change("kept", (1,), (0,), HOSTILE[1]),
        change("kept", (2,), (1,), HOSTILE[2]),
    )
)  # fmt: skip


@cache
def revised(seed: int) -> Comparison:
    text = (SEEDS / f"XAA_{29 + seed % 5}_{2020 + seed % 5}.md").read_text(encoding="utf-8")
    old = text.partition("\n\n")[2]
    return compare(old, revise(old, seed), language="en", encoder=None)


MADE: Final = {
    "revision": revision(),
    "session": session(),
    "hostile": REVISION,
    "empty": compare("", "We pay.", encoder=None),
}


def made(name: str) -> Comparison:
    return MADE[name] if name in MADE else revised(int(name))


@pytest.mark.parametrize("name", some(5, [*MADE, *"01234567"]))
def test_either_text_comes_back_exactly(name: str) -> None:
    found = made(name)
    document, written = write_word(found, VOCABULARY), write_tei(found, VOCABULARY)
    for which, whole in zip(SIDES, (found.old, found.new), strict=True):
        assert settle_word(document, which) == whole.version.text
        assert settle_tei(written, which) == whole.version.text


@pytest.mark.parametrize("name", ["revision", "hostile", "3", "5"])
def test_ids_are_unique_and_moves_are_paired(name: str) -> None:
    found = made(name)
    body = open_part(write_word(found, VOCABULARY))
    ends = {f"{W}moveFromRangeEnd", f"{W}moveToRangeEnd", f"{W}commentRangeEnd", f"{W}commentReference"}
    marks = [each for each in body.iter() if each.get(f"{W}id") and each.tag not in ends]
    assert len({each.get(f"{W}id") for each in marks}) == len(marks)
    names = {
        tag: [each.get(f"{W}name") for each in body.iter(f"{W}{tag}RangeStart")]
        for tag in ("moveFrom", "moveTo")
    }
    assert sorted(names["moveFrom"]) == sorted(names["moveTo"])
    assert len(set(names["moveTo"])) == len(names["moveTo"]) > 0
    for tag in ("moveFrom", "moveTo", "comment"):
        opened = [each.get(f"{W}id") for each in body.iter(f"{W}{tag}RangeStart")]
        assert Counter(opened) == Counter(each.get(f"{W}id") for each in body.iter(f"{W}{tag}RangeEnd"))


def test_nothing_inserted_stands_on_both_sides_of_a_kept_end_of_a_paragraph() -> None:
    found = comparison(
        side("o", ("We pay.",), ("We go.",)),
        side("n", ("We pay.", "We sing."), ("We dance.",), ("We stay.", "We go.")),
        change("kept", (0,), (0,), "We pay."),
        *(
            change("new", (), (at,), f"+{text}")
            for at, text in ((1, "We sing."), (2, "We dance."), (3, "We stay."))
        ),
        change("kept", (1,), (4,), "We go."),
    )
    data = write_word(found, VOCABULARY)
    marks = [each.find(f"{W}pPr/{W}rPr") for each in open_part(data).iter(f"{W}p")]
    assert [mark is not None and mark[0].tag.removeprefix(W) for mark in marks] == [
        "del",
        "ins",
        "ins",
        False,
    ]
    for which, whole in zip(SIDES, (found.old, found.new), strict=True):
        assert settle_word(data, which) == whole.version.text


def test_a_passage_that_moved_is_the_same_at_both_places_and_its_edits_are_told_apart() -> None:
    body = open_part(write_word(revision(), VOCABULARY))
    texts = {
        tag: "".join("".join(each.itertext()) for each in body.iter(f"{W}{tag}"))
        for tag in ("moveFrom", "moveTo")
    }
    same = "We condemn the trade in cultural property support the work of the Office."
    assert texts == {"moveFrom": same, "moveTo": same}


def test_the_same_comparison_gives_the_same_bytes_at_any_time(monkeypatch: pytest.MonkeyPatch) -> None:
    first = write_word(revision(), VOCABULARY)
    later = time.time() + 86_400
    monkeypatch.setattr(time, "time", lambda: later)
    assert write_word(revision(), VOCABULARY) == first
    with zipfile.ZipFile(BytesIO(first)) as package:
        assert {each.date_time for each in package.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        held = b"".join(package.read(name) for name in package.namelist() if name.endswith(".xml"))
    dates = set(re.findall(rb"\d{4}-\d\d-\d\dT[0-9:]+Z", held))
    assert dates == {OBSERVED.encode()}


@pytest.mark.parametrize("name", some(2, [*MADE, "3"]))
def test_word_files_are_valid_by_the_schemas_of_word(name: str, tmp_path: Path) -> None:
    (tmp_path / "made.docx").write_bytes(write_word(made(name), VOCABULARY))
    assert OpenXmlValidator().validate(tmp_path / "made.docx").errors == []


def test_what_the_report_says_is_in_comments_and_not_in_the_texts() -> None:
    data = write_word(revision(), VOCABULARY)
    opened = docx.Document(BytesIO(data))
    comments = [comment.text for comment in opened.comments]
    assert comments[0].startswith("XAA/CCPCJ/31")
    assert "Cite: " in comments[0]
    assert any("strength weaker: “will” → “intend to”" in text for text in comments[1:])
    assert any(text.startswith("Cybercrime: substantive, new") for text in comments)
    assert not any(text.startswith("Cultural property") for text in comments)  # it kept its level
    assert opened.core_properties.title == "XAA/CCPCJ/31~prepared.en@1 → XAA/CCPCJ/31~delivered.en@1"
    assert opened.core_properties.language == "en-GB"
    assert {comment.author for comment in opened.comments} == {"tracker"}


def test_each_comment_hangs_on_a_stretch_of_the_text() -> None:
    opened = docx.Document(BytesIO(write_word(revision(), VOCABULARY)))
    known = [str(comment.comment_id) for comment in opened.comments]
    assert len(known) > 3
    for tag in ("commentRangeStart", "commentRangeEnd", "commentReference"):
        assert sorted(opened.element.body.xpath(f".//w:{tag}/@w:id")) == sorted(known), tag


def test_the_first_comment_counts_what_it_leaves_out() -> None:
    entries = tuple(Entry((Span(f"Topic {number}"),), cells=("0 → 2.0",)) for number in range(7))
    section = Section("new", entries, columns=(Column("", unit="% of words"),))
    report = Document("A title", (), (), "A verdict.", (section,), closing=("More: --all", "Cite: this"))
    lines = list(summarize(report))
    assert lines[:4] == ["A title", "A verdict.", "New", "– Topic 0; 0 → 2.0 % of words"]
    assert lines[-2:] == ["– 2 more: --all", "Cite: this"]
    assert len(list(summarize(report._replace(whole=True)))) == 3 + len(entries) + 2


def test_what_xml_cannot_hold_is_shown_by_name_and_told_and_the_rest_is_there() -> None:
    found = comparison(
        side("o", ("We \x07pay\x00 \ufffe\x1b[31mnow\r.",)),
        side("n", ("We \x07pay\x00 \ufffe\x1b[31mthen\r.",)),
        change("reworded", (0,), (0,), "We \x07pay\x00 \ufffe\x1b[31m|-now|+then|\r."),
    )
    shown = "We ␇pay␀ <U+FFFE>␛[31mthen␍."
    assert settle_word(write_word(found, VOCABULARY), "new") == shown
    assert settle_tei(write_tei(found, VOCABULARY), "new") == shown
    assert "U+0007 as ␇ (2×), U+000D as ␍ (2×), U+001B as ␛ (2×)" in tell_lost(found)
    assert tell_lost(revision()) == ""


def test_text_from_right_to_left_is_marked_so_and_latin_words_in_it_are_not() -> None:
    found = comparison(
        side("o", ("نحن ندعم COVAX اليوم.",), language="ar"),
        side("n", ("نحن ندعم COVAX غدا.",), language="ar"),
        change("reworded", (0,), (0,), "نحن ندعم COVAX |-اليوم|+غدا|."),
    )
    data = write_word(found, VOCABULARY)
    (paragraph,) = open_part(data).iter(f"{W}p")
    assert paragraph.find(f"{W}pPr/{W}bidi") is not None
    runs = [each for each in paragraph.iter(f"{W}r") if each.find(f"{W}commentReference") is None]
    turned = {"".join(each.itertext()): each.find(f"{W}rPr/{W}rtl") is not None for each in runs}
    assert turned == {"نحن ندعم ": True, "COVAX": False, " ": True, "اليوم": True, "غدا": True, ".": True}
    assert {each.find(f"{W}rPr/{W}lang").get(f"{W}bidi") for each in runs} == {"ar-SA"}
    assert settle_word(data, "new") == found.new.version.text


def test_a_text_in_another_language_has_its_own() -> None:
    found = comparison(
        side("o", ("Nous paierons.",), language="fr"),
        side("n", ("We will pay.",)),
        change("dropped", (0,), (), "-Nous paierons."),
        change("new", (), (0,), "+We will pay."),
    )
    languages = [each.get(f"{W}val") for each in open_part(write_word(found, VOCABULARY)).iter(f"{W}lang")]
    assert languages == ["fr-FR"]
    root = etree.fromstring(write_tei(found, VOCABULARY).encode())
    readings = {each.get("wit"): each.get(f"{XML}lang") for each in root.iter(f"{TEI}rdg")}
    assert readings == {"#old": "fr", "#new": None}


def test_headings_are_headings() -> None:
    found = side("o", ("Our priorities",), ("We pay.",))
    first, *rest = found.version.segments
    found = replace(found, version=replace(found.version, segments=(replace(first, kind="heading"), *rest)))
    same = comparison(
        found, found, change("kept", (0,), (0,), first.text), change("kept", (1,), (1,), "We pay.")
    )
    styles = [
        paragraph.style and paragraph.style.name
        for paragraph in docx.Document(BytesIO(write_word(same, VOCABULARY))).paragraphs
    ]
    assert styles == ["Heading 2", "Normal"]


HELD: Final = {
    "TEI": ("teiHeader text", ""),
    "teiHeader": ("fileDesc encodingDesc", ""),
    "fileDesc": ("titleStmt publicationStmt notesStmt sourceDesc", ""),
    "titleStmt": ("title", ""),
    "publicationStmt": ("p( p)*", ""),
    "notesStmt": ("note( note)*", ""),
    "sourceDesc": ("listWit", ""),
    "listWit": ("witness witness", ""),
    "witness": ("", "xml:id"),
    "title": ("", ""),
    "encodingDesc": ("editorialDecl variantEncoding", ""),
    "editorialDecl": ("p", ""),
    "variantEncoding": ("", "location method"),
    "text": ("body( back)?", ""),
    "body": ("div", ""),
    "back": ("div", ""),
    "div": ("note( note)*|((p|app)( (p|app))*)", "type xml:lang xml:space"),
    "note": ("", "target type"),
    "p": ("((app|anchor|lb|seg)( (app|anchor|lb|seg))*)?", ""),
    "app": ("rdg rdg", "corresp n type xml:id"),
    "rdg": ("((seg|lb|milestone)( (seg|lb|milestone))*)?|p( p)*", "wit xml:lang"),
    "seg": ("((seg|lb)( (seg|lb))*)?", "corresp n type xml:id"),
    "anchor": ("", "xml:id"),
    "milestone": ("", "unit"),
    "lb": ("", ""),
}
"""Of what the Guidelines (P5) let these elements hold and bear, the part that we use."""


@pytest.mark.parametrize("name", [*MADE, *"0123"])
def test_tei_is_valid_by_its_guidelines(name: str) -> None:
    root = etree.fromstring(write_tei(made(name), VOCABULARY).encode())
    for each in root.iter():
        held, borne = HELD[each.tag.removeprefix(TEI)]
        assert re.fullmatch(held, " ".join(child.tag.removeprefix(TEI) for child in each)), each.tag
        names = {key.replace(XML, "xml:") for key in dict(each.attrib)}
        assert names <= {*borne.split(), *(["xml:lang"] if each.tag == f"{TEI}TEI" else [])}, each.tag
        assert " " not in each.get("type", "")


def test_paragraphs_of_one_text_stand_in_its_reading() -> None:
    root = etree.fromstring(write_tei(session(), VOCABULARY).encode())
    (entry,) = root.iter(f"{TEI}app")
    assert [len(reading) for reading in entry] == [3, 3]  # as many paragraphs as either text has


def test_every_pointer_of_tei_has_its_target() -> None:
    root = etree.fromstring(write_tei(revised(3)).encode())
    names = [each.get(ID) for each in root.iter() if each.get(ID)]
    assert len(names) == len(set(names))
    pointers = {
        each.get(name, "#").removeprefix("#") for each in root.iter() for name in ("wit", "corresp", "target")
    }
    assert pointers - {""} <= set(names)
    assert {"moved", "reworded", "paragraph"} <= {each.get("type") for each in root.iter(f"{TEI}app")}
    assert any(each.get("type") == "topic" for each in root.iter(f"{TEI}note"))


def test_the_command_writes_both(archive: Callable[..., Ran], tmp_path: Path) -> None:
    answer = archive("diff", "XAA/CCPCJ", "--format", "docx", "-o", "redline.docx")
    assert (answer.code, answer.out, answer.err) == (1, "", "")
    texts = json.loads(archive("diff", "XAA/CCPCJ", "--format", "json").out)
    data = (tmp_path / "redline.docx").read_bytes()
    written = archive("diff", "XAA/CCPCJ", "--format", "tei").out
    for which in SIDES:
        assert settle_word(data, which) == settle_tei(written, which) == texts[which]["version"]["text"]
    assert archive("diff", "redline.docx", "XAA/CCPCJ/33").code == 0  # we read it as accepted
    archive("diff", "XAA/CCPCJ", "--format", "docx", "-o", "again.docx")
    assert (tmp_path / "again.docx").read_bytes() == data


REFUSED = [
    (("--format", "docx"), "name it with -o FILE"),
    (("--format", "docx", "-o", "none/x.docx"), "there is no folder none; make it first"),
    (("--format", "docx", "-o", "."), "is a folder; name a file in it"),
    (("--format", "tei", "--only", "new"), "--format tei holds both texts whole, and takes no --only"),
    (("--format", "tei", "--explain", "corruption"), "takes no --explain"),
    (("--format", "docx", "-o", "x.docx", "--topic", "corruption"), "whole comparison, and takes no --topic"),
    (("--format", "docx", "-o", "x.docx", "--countries", "EU"), "takes no --countries"),
    (("--format", "docx", "-o", "x.docx", "--stat"), "--stat has no docx format"),
]


@pytest.mark.parametrize(("options", "said"), some(4, REFUSED))
def test_what_cannot_be_written_is_refused(
    archive: Callable[..., Ran], options: tuple[str, ...], said: str
) -> None:
    answer = archive("diff", "XAA/CCPCJ", *options)
    assert (answer.code, answer.out) == (2, "")
    assert said in answer.err
