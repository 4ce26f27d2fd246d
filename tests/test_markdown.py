"""The Markdown report: the terminal's wording in tables, and nothing in a statement becomes markup."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from tests.comparisons import VOCABULARY, change, comparison, edits, reading, revision, session, side, topic
from tests.reports import render_markdown
from tracker.model.changes import Edit
from tracker.report.comparison.passages import read_edits
from tracker.report.comparison.words import NO_DIFFERENCE
from tracker.report.render.markdown import escape_markdown, mark_runs
from tracker.report.safe import one_line

GOLDEN = Path(__file__).parent / "golden" / "revision.md"
GUARD = "<!-- -->"
PARSER = MarkdownIt("commonmark").enable(["table", "strikethrough"])

EVIL = [
    "a | b | c",
    "<script>alert(1)</script> <b>x</b> <!-- y -->",
    "[link](https://evil.example) ![image](x) [^1] <https://evil.example>",
    "**bold** __bold__ *it* _it_ ~~gone~~ `code` ``",
    "&lt; &amp; &#64; \\ \\\\ $x$ ^y^",
    "https://evil.example www.evil.example someone@evil.example @someone #12 :smile:",
    "# heading\n\n- item\n1. item\n> quote\n\n---\n    code",
    "trailing \\",
]


def inline_kinds(markdown: str) -> set[str]:
    return {
        child.type
        for token in PARSER.parse(markdown)
        for child in token.children or ()
        if not (child.type == "html_inline" and child.content == GUARD)
    }


def plain_text(markdown: str) -> str:
    return "".join(
        child.content
        for token in PARSER.parse(markdown)
        for child in token.children or ()
        if child.type in {"text", "text_special", "code_inline"}
    )


def test_a_revision_reads_as_its_golden_file() -> None:
    assert render_markdown(revision(), VOCABULARY) == GOLDEN.read_text(encoding="utf-8")


@pytest.mark.parametrize("evil", EVIL)
def test_text_from_a_statement_is_never_markup(evil: str) -> None:
    cell = f"x {escape_markdown(evil)}"
    assert inline_kinds(cell) <= {"text", "text_special"}
    assert plain_text(cell) == f"x {one_line(evil)}"
    assert "https:" not in cell
    assert "www." not in cell


@given(st.text())
def test_no_text_at_all_is_markup(text: str) -> None:
    line = f"x {escape_markdown(text)}"
    assert inline_kinds(line) <= {"text", "text_special"}
    assert plain_text(line) == f"x {one_line(text)}".rstrip()


@pytest.mark.parametrize("evil", EVIL)
def test_a_whole_report_keeps_its_form(evil: str) -> None:
    old, new = side(f"o{evil}", (f"Old {evil}.",)), side(f"n{evil}", (f"New {evil}.",))
    report = comparison(
        old,
        new,
        change("dropped", (0,), (), f"-Old {evil.replace('|', ' ')}."),
        change("new", (), (0,), f"+New {evil.replace('|', ' ')}."),
        caveats=(evil,),
        topics=(topic(evil, "new", None, reading("declared", (0,), 0.5)),),
    )
    tokens = PARSER.parse(render_markdown(report, VOCABULARY, everything=True))
    assert sum(token.type == "td_open" for token in tokens) == 4
    assert [token.tag for token in tokens if token.type == "heading_open"] == ["h1", "h2", "h2", "h2"]
    assert not any(token.type in {"html_block", "fence", "code_block", "hr"} for token in tokens)
    kinds = {child.type for token in tokens for child in token.children or ()}
    assert not kinds & {"link_open", "image", "em_open"}


WORDS = st.sampled_from(["word", " and ", ", ", ".", "中文", "“", "(", "*", "~", " ", "a b"])


@given(
    st.lists(
        st.builds(
            Edit, st.sampled_from(["kept", "deleted", "inserted"]), st.lists(WORDS, min_size=1).map("".join)
        )
    )
)
@example(list(edits("word|-, and|+; or|s 中|-文|+国|。")))
def test_every_edit_is_marked_wherever_it_touches_a_word(parts: list[Edit]) -> None:
    pieces = read_edits(parts)
    marked = {"deleted": "", "inserted": ""}
    inside = None
    for token in PARSER.parseInline(f"x {mark_runs(pieces)} x")[0].children or ():
        if token.type in {"s_open", "strong_open"}:
            inside = "deleted" if token.type == "s_open" else "inserted"
        elif token.type in {"s_close", "strong_close"}:
            inside = None
        elif inside and token.type in {"text", "text_special"}:
            marked[inside] += token.content
    for kind, text in marked.items():
        expected = "".join(part.text for part in parts if part.kind == kind)
        assert "".join(text.split()) == "".join(expected.split())


def test_two_different_texts_are_compared_by_topic() -> None:
    text = render_markdown(session(), VOCABULARY)
    assert "**None of 5 sentences has a counterpart among 4: compared by topic.**" in text
    assert "## Sentences" not in text
    assert "## Not repeated: a priority before, absent now" in text
    assert "new ¶1, closest (0.23) “We propose a global dialogue on it.”" in text
    assert "## Sentences" in render_markdown(session(), VOCABULARY, everything=True)


def test_it_can_be_narrowed() -> None:
    text = render_markdown(revision(), VOCABULARY, only=frozenset({"date"}))
    assert "“2025” → “2027”, +2 years" in text
    assert "##" not in text.replace("## Figures, dates and names", "")


def test_what_is_the_same_is_said_to_be() -> None:
    same = side("a", ("We will pay.",))
    text = render_markdown(
        comparison(same, same, change("kept", (0,), (0,), "We will pay."), aligned=1), VOCABULARY
    )
    assert f"**{NO_DIFFERENCE}**" in text
