"""The brief in Word of two sessions: what stands in it, in which order, and that it is a Word file."""

from __future__ import annotations

import re
from dataclasses import replace
from io import BytesIO
from typing import TYPE_CHECKING, Final

import docx
import pytest
from openxml_audit import OpenXmlValidator

from tests.comparisons import VOCABULARY, change, comparison, reading, revision, session, side, topic
from tests.redlined import W, open_part, write_brief
from tests.test_safe import ATTACKS
from tests.test_word import SEEDS
from tests.thorough import long
from tracker.report.comparison.brief import FINDINGS, LINE, build_brief
from tracker.report.comparison.build import build_report
from tracker.report.document import Quote
from tracker.report.layout import columns
from tracker.report.pictures.palette import LESS, MORE
from tracker.report.safe import visible

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from lxml import etree

    from tests.running import Ran
    from tracker.model.changes import Comparison
    from tracker.model.topics import Status, TopicChange

EDITS: Final = ("ins", "del", "moveFrom", "moveTo", "commentReference")


def read(data: bytes) -> list[tuple[str, str]]:
    """Return the paragraphs outside tables, each with its style."""
    return [
        (each.style.name if each.style else "", each.text) for each in docx.Document(BytesIO(data)).paragraphs
    ]


def made_of(number: int, *, claimed: bool = True) -> Comparison:
    """Return a comparison with so many new topics, each in a sentence of its own, and as many kept."""
    sentences = tuple(f"We act on subject {at} with all our strength." for at in range(2 * number))
    old, new = side("o", ("We spoke of other things.", *sentences)), side("n", sentences)
    news = [_change(f"Subject {at}", "new", at, claimed=claimed) for at in range(number)]
    kept = [_change(f"A subject that stays {at}", "kept", number + at) for at in range(number)]
    return comparison(
        old, new, change("dropped", (0,), (), ""), topics=(*news, *kept), aligned=0.0, genre="session"
    )


def _change(label: str, status: Status, at: int, *, claimed: bool = True) -> TopicChange:
    before = reading("substantive", (at + 1,), 0.01) if status == "kept" else None
    found = topic(label, status, before, reading("substantive", (at,), 0.02 + at / 100))
    return found if claimed else replace(found, claimed=False, outcome_certainty=0.6, measured=True)


def test_it_has_lead_findings_what_stays_and_the_figure_in_this_order_and_the_method_in_a_footnote() -> None:
    report = build_report(session(), VOCABULARY)
    data = write_brief(session(), VOCABULARY)
    (style, title), *rest = read(data)
    assert (style, title) == ("Heading 1", report.title)
    styles = [style for style, text in rest if text]
    order = [*dict.fromkeys(styles)]
    assert order[:3] == ["Body Text", "Heading 2", "List Paragraph"]
    assert styles.count("Body Text") == len(report.lead)
    assert rest[-2] == ("Heading 2", "Largest moves")
    (table,) = docx.Document(BytesIO(data)).tables
    assert table.rows[0].cells[2].text == "% of words"
    assert {row.cells[0].text for row in table.rows[1:]} <= {each.label for each in session().topics}
    notes = "".join(open_part(data, "footnotes").itertext())
    for told in (report.verdict, report.closing[-1], *(each.facts[0] for each in report.sides)):
        assert told in notes
    assert notes.endswith(report.closing[-1])


def test_its_footnote_is_one_of_word_to_which_the_title_refers() -> None:
    data = write_brief(session(), VOCABULARY)
    body, notes = open_part(data), open_part(data, "footnotes")
    (reference,) = body.iter(f"{W}footnoteReference")
    heading = next(reference.iterancestors(f"{W}p"))
    assert heading.find(f"{W}pPr/{W}pStyle").get(f"{W}val") == "Heading1"
    (note,) = (each for each in notes if each.get(f"{W}type") is None)
    assert note.get(f"{W}id") == reference.get(f"{W}id")
    assert note.find(f".//{W}footnoteRef") is not None


def test_it_has_no_edits_and_a_revision_has() -> None:
    assert not [tag for tag in EDITS if [*open_part(write_brief(session(), VOCABULARY)).iter(f"{W}{tag}")]]
    assert [*open_part(write_brief(revision(), VOCABULARY)).iter(f"{W}ins")]


@pytest.mark.parametrize("number", [2, 12])
def test_it_has_six_findings_with_a_quotation_each_that_the_lead_has_not(number: int) -> None:
    made = made_of(number)
    brief = build_brief(made, build_report(made, VOCABULARY))
    told = [entry for section in brief.sections for entry in section.entries if entry.evidence]
    assert len(told) == min(FINDINGS, number - 1)  # the lead quotes the first
    assert all(len(entry.evidence) == 1 for entry in told)
    led = {part.at for sentence in brief.lead for part in sentence.parts if isinstance(part, Quote)}
    assert not led & {each.at for entry in told for each in entry.evidence if isinstance(each, Quote)}


def test_where_little_is_claimed_what_is_likely_follows() -> None:
    made = made_of(4, claimed=False)
    brief = build_brief(made, build_report(made, VOCABULARY))
    (section,) = (each for each in brief.sections if any(entry.evidence for entry in each.entries))
    assert section.title == "likely"
    assert all("likely new (.60)" in "".join(run.text for run in entry.claim) for entry in section.entries)


def test_what_stays_is_one_line_which_counts_what_it_leaves_out() -> None:
    (line,) = (
        text
        for _, text in read(write_brief(made_of(12), VOCABULARY))
        if text.startswith("Kept, same level (12): ")
    )
    assert re.search(r" · (\d+) more$", line)
    assert columns(line.partition(": ")[2]) <= LINE


def test_a_bar_goes_from_the_share_before_to_that_now_in_the_colours_of_pictures() -> None:
    data = write_brief(session(), VOCABULARY)
    bars = [_measure(bar) for bar in open_part(data).iter(f"{W}pPr") if bar.find(f"{W}shd") is not None]
    assert {color for _, _, color in bars} <= {MORE[1:].upper(), LESS[1:].upper()}
    assert all(left >= 0 and right >= 0 for left, right, _ in bars)
    assert len(bars) == len(docx.Document(BytesIO(data)).tables[0].rows) - 1


def _measure(bar: etree._Element) -> tuple[int, int, str]:
    left, right = (int(bar.find(f"{W}ind").get(f"{W}{side}")) for side in ("left", "right"))
    return left, right, bar.find(f"{W}shd").get(f"{W}fill")


def test_what_is_written_from_right_to_left_is_marked_so_within_a_line_of_ours() -> None:
    old = side("o", ("نحن ندعم COVAX اليوم.",), language="ar")
    new = side("n", ("نكافح الفساد.",), language="ar")
    gone = topic("Health", "not repeated", reading("substantive", (0,), 1.0), None)
    made = comparison(old, new, change("dropped", (0,), (), ""), topics=(gone,), aligned=0.0, genre="session")
    body = open_part(write_brief(made, VOCABULARY))
    runs = [each for each in body.iter(f"{W}r") if "ندعم" in "".join(each.itertext())]
    assert runs
    assert all(each.find(f"{W}rPr/{W}rtl") is not None for each in runs)
    assert {each.find(f"{W}rPr/{W}lang").get(f"{W}bidi") for each in runs} == {"ar-SA"}
    (latin,) = (each for each in body.iter(f"{W}r") if "".join(each.itertext()) == "COVAX")
    assert latin.find(f"{W}rPr/{W}rtl") is None
    line = "".join(next(runs[0].iterancestors(f"{W}p")).itertext())
    assert re.search("\u202b“[^\u202c]*”\u202c", line)


@pytest.mark.parametrize("evil", [*ATTACKS.values(), "<w:t>x</w:t> &amp; ]]>", "\x00\x1b[31m\ufffe"])
def test_text_from_a_statement_stays_text(evil: str) -> None:
    words = evil.replace("\n", " ")
    old, new = side("o", ("We spoke.",)), side("n", (f"We act on {words} now.",))
    news = topic(f"A {words}", "new", None, reading("substantive", (0,), 1.0))
    made = comparison(old, new, change("dropped", (0,), (), ""), topics=(news,), aligned=0.0, genre="session")
    data = write_brief(replace(made, caveats=(words,)), VOCABULARY)
    for name in ("document", "footnotes"):
        told = "".join(open_part(data, name).itertext())
        assert visible(told) == told


@long
def test_it_is_valid_by_the_schemas_of_word_and_the_same_bytes_each_time(tmp_path: Path) -> None:
    for made in (session(), made_of(12), made_of(0)):
        data = write_brief(made, VOCABULARY)
        assert write_brief(made, VOCABULARY) == data
        (tmp_path / "made.docx").write_bytes(data)
        assert OpenXmlValidator().validate(tmp_path / "made.docx").errors == []


def test_the_command_writes_a_brief_and_with_all_both_texts(
    archive: Callable[..., Ran], tmp_path: Path
) -> None:
    sessions = [str(SEEDS / f"XAA_{name}.md") for name in ("32_2023", "33_2024")]
    for options, is_brief in (((), True), (("--all",), False)):
        answer = archive("diff", *sessions, "-o", "x.docx", "--overwrite", *options)
        assert (answer.code, answer.out, answer.err) == (1, "", "")
        body = open_part((tmp_path / "x.docx").read_bytes())
        assert bool([*body.iter(f"{W}footnoteReference")]) == is_brief
        assert bool([*body.iter(f"{W}ins")]) != is_brief
