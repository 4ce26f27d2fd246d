"""The report on a terminal: what it says first, how much, how wide; and what reading commands answer."""

from __future__ import annotations

import json
import re
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from tests.comparisons import (
    VOCABULARY,
    change,
    comparison,
    evidence,
    reading,
    revision,
    session,
    shift,
    side,
    topic,
)
from tests.reports import render
from tests.thorough import examples, some
from tracker.comparing.topics.certainty import find_threshold
from tracker.comparing.topics.shares import find_least
from tracker.model.changes import Edit
from tracker.model.record import Hit, SearchPage, SnapshotEntry, StatementEntry
from tracker.model.texts import Reference
from tracker.model.topics import SURE, Topic, Vocabulary
from tracker.report.answers.listing import (
    hits_json,
    list_json,
    log_json,
    render_hits,
    render_list,
    render_log,
)
from tracker.report.answers.statement import render_statement
from tracker.report.comparison.build import render_stat
from tracker.report.comparison.findings import FINDINGS, show_moves, show_topics
from tracker.report.comparison.passages import cite_words, quote_topic, read_edits
from tracker.report.comparison.sentences import FILTERS, cite_changes
from tracker.report.comparison.words import NO_DIFFERENCE, status_mark
from tracker.report.document import Column, Document, Entry, Quote, Section, Span, Tick
from tracker.report.layout import excerpt, mark_edits, shorten, wrap
from tracker.report.render.terminal import LINES, render_terminal
from tracker.report.safe import visible

if TYPE_CHECKING:
    from tracker.model.changes import Comparison

GOLDEN = Path(__file__).parent / "golden" / "session.txt"
COLOUR = re.compile(r"\x1b\[[\d;]*m")
TEXTS = st.text(st.characters(codec="utf-8"), min_size=1, max_size=300)


def large(genre: str) -> Comparison:
    """Return a comparison with far more of everything than a screen holds."""
    sentences = [f"Sentence number {n} says that we will act on what is before us all." for n in range(60)]
    old, new = side("old.txt", sentences), side("new.txt", sentences)
    changes = [
        change(
            "reworded",
            (n,),
            (n,),
            f"Sentence |-{n}|+{n + 1}| says",
            shift("strength", "weaker", evidence(old, n, "will"), evidence(new, n, "act")),
            shift("figure", "raised", evidence(old, n, str(n)), evidence(new, n, str(n)), "+1"),
        )
        for n in range(60)
    ]
    topics = [
        topic(
            f"Topic {status} {n}", status, reading("declared", (n,), n / 100), reading("declared", (n,), 0.1)
        )
        for status in ("more", "kept", "less")
        for n in range(20)
    ]
    report = comparison(old, new, *changes, topics=topics)
    return replace(report, genre="session") if genre == "session" else report


def test_however_much_there_is_each_kind_of_finding_is_shown() -> None:
    report = large("session")
    declared = reading("declared", (1,), 0.3)
    found = [
        topic(f"Topic {status} {n}", status, declared, declared) for status in FINDINGS for n in range(9)
    ]
    text = render(replace(report, topics=(*found, *report.topics)), VOCABULARY)
    for status in FINDINGS:
        assert re.search(rf"^{status.upper()}(: |.*\n  )Topic {status} \d", text, re.MULTILINE)


def test_a_session_reads_as_its_golden_file() -> None:
    assert render(session(), VOCABULARY) == GOLDEN.read_text(encoding="utf-8")


def test_the_first_line_names_the_texts_and_the_last_say_how_they_were_compared() -> None:
    lines = render(revision(), VOCABULARY).splitlines()
    assert lines[0] == "XAA/CCPCJ/31~prepared.en@1 → XAA/CCPCJ/31~delivered.en@1"
    at = lines.index("  old  A. Person, Minister of Justice · 2022-05-16 · 42 words · prepared")
    assert at > lines.index(next(each for each in lines if each.startswith("SENTENCES")))
    assert lines[at + 1] == "  new  2022-05-16 · 42 words · delivered (inferred)"
    assert "on behalf of the group of made-up States" in lines[at + 2]
    assert lines[at + 3] == "Compared sentence by sentence: 80% of the sentences correspond."
    assert lines[at + 4].startswith("!  different kinds of text")


def test_sections_come_in_the_agreed_order() -> None:
    text = render(revision(), VOCABULARY)
    edits_first = [
        "SENTENCES",
        "PRIORITIES THAT CHANGED",
        "KEPT",
        "More:",
        "Cite:",
    ]
    topics_first = ["LARGEST MOVES", "MOVED UP", "NEW:", "NOT REPEATED", "WORDING", "More:", "Cite:"]
    for report, order in ((text, edits_first), (render(session(), VOCABULARY), topics_first)):
        assert [report.index(word) for word in order] == sorted(report.index(word) for word in order)


@pytest.mark.parametrize("claimed", range(10))
def test_a_third_of_the_rows_of_the_largest_moves_is_likely_and_the_others_are_named(claimed: int) -> None:
    known = next(topic for topic in session().topics if topic.outcome == "moved up")
    topics = [
        replace(
            known,
            topic=f"t{number}",
            label=f"Topic {number}.",
            outcome="not repeated",
            claimed=number % 2 == 1 and number < 2 * claimed,
            outcome_certainty=0.5,
            measured=True,
            new=None,
            old=known.old and replace(known.old, share=round(0.4 - 0.02 * number, 2)),
        )
        for number in range(18)
    ]
    report = replace(session(), topics=tuple(topics), counterparts=())
    rows = [entry for section in show_moves(report, everything=False) for entry in section.entries]
    likely = [entry for entry in rows if "likely" in entry.cells[2]]
    assert 3 * len(likely) <= len(rows) <= 8
    shares = [row.shares or (0.0, 0.0) for row in rows]
    assert shares == sorted(shares, reverse=True)
    # None is lost: what has no row is named with its certainty, or by what is claimed of it.
    named = render(report, VOCABULARY, only=frozenset({"not repeated"}))
    assert all(topic.label in named for topic in topics)


def test_an_absent_topic_is_not_repeated_and_shows_the_closest_passage() -> None:
    text = render(session(), VOCABULARY)
    assert "NOT REPEATED: a priority before, absent now\n  Ukraine, substantive" in text
    assert "new ¶1, closest (0.23) “We propose a global dialogue on it.”" in text
    assert "withdrawn" not in text
    assert "dropped" not in text


def test_counterparts_are_quoted_on_both_sides_and_never_called_reworded() -> None:
    text = render(session(), VOCABULARY, everything=True)
    assert "old ¶1 “Climate change is the defining challenge" in text
    assert "new ¶3 “We should consider what more we could do about the climate.”" in text
    assert "reworded" not in text


def test_different_texts_hide_their_sentences_until_asked() -> None:
    assert "SENTENCES" not in render(session(), VOCABULARY)
    assert "--all (9 sentences)" in render(session(), VOCABULARY)
    assert "SENTENCES" in render(session(), VOCABULARY, everything=True)
    assert "SENTENCES" not in render(session(), VOCABULARY, only=frozenset({"new"}))


def test_where_little_aligns_only_sentences_with_a_partner_are_listed() -> None:
    report = replace(revision(), aligned=0.2)
    text = render(report, VOCABULARY)
    assert "[-will-]" in text
    assert "dropped ¶3" not in text
    assert "--all (2 sentences)" in text
    assert text.index("PRIORITIES" if "PRIORITIES" in text else "LARGEST MOVES") < text.index("SENTENCES")
    assert "dropped ¶3" in render(report, VOCABULARY, everything=True)


def test_edits_show_without_colour() -> None:
    text = render(revision(), VOCABULARY)
    said = " ".join(text.split())
    assert "We [-will-]{+intend to+} contribute [-5 million euros-]{+8 million euros+}" in said
    assert "\x1b" not in text


def test_colour_adds_nothing_but_colour() -> None:
    assert COLOUR.sub("", render(revision(), VOCABULARY, color=True)) == render(revision(), VOCABULARY)


def test_every_change_shown_can_be_cited() -> None:
    report = revision()
    text = render(report, VOCABULARY)
    for identifier, cited in cite_changes(report).items():
        assert cited in text
        assert identifier.startswith(cited[1:])


def test_ids_that_begin_alike_are_cited_in_full() -> None:
    one = change("new", (), (0,), "+a")
    other = replace(one, id=one.id[:-1] + "!")
    assert len(set(cite_changes(comparison(side("a"), side("b", ("a",)), one, other)).values())) == 2


def test_where_all_is_asked_for_both_sides_of_what_is_unsure_are_quoted_and_its_figures_stand_once() -> None:
    unsure = topic("Oceans", "more", reading("substantive", (2,), 0.05), reading("substantive", (2,), 0.24))
    unsure = replace(unsure, claimed=False, outcome_certainty=0.5)
    report = replace(session(), topics=(unsure,), counterparts=())
    shown = render(report, VOCABULARY, everything=True)
    section = shown.split("LIKELY")[1].split("SENTENCES")[0]
    assert re.findall(r"^    (old|new) ¶2 “", section, re.MULTILINE) == ["old", "new"]
    assert shown.count("5 → 24") == 1


def test_a_quote_marks_the_words_that_name_the_topic_where_they_stand_in_it() -> None:
    report = session()
    words = evidence(report.new, 2, "The oceans")
    for leading, marked in ((2, ["The oceans"]), (3, [])):
        found = replace(reading("declared", (2, 3), 0.3), leading=leading, term=words)
        (quoted,) = quote_topic(report, topic("Oceans", "new", None, found))
        assert [quoted.text[start:end] for start, end in quoted.marks] == marked


@pytest.mark.parametrize("genre", ["revision", "session"])
def test_a_screen_is_enough_and_the_rest_is_counted(genre: str) -> None:
    text = render(large(genre), VOCABULARY)
    assert LINES - 6 <= len(text.splitlines()) <= LINES
    assert re.search(r"\d+ more: --all$", text, re.MULTILINE)
    everything = render(large(genre), VOCABULARY, everything=True)
    assert "more: --all" not in everything
    assert all(f"Topic more {n}," in everything for n in range(20))


@pytest.mark.parametrize(
    ("only", "there", "absent"),
    [
        (
            "not repeated",
            ["Women in prison, substantive", "“Women in prison must be protected.”"],
            ["Cybercrime,"],
        ),
        (
            "figure",
            ["+3 million euros (+60%)", "new ¶2 “We intend to"],
            ["2027”,", "PRIORITIES", "SENTENCES"],
        ),
        ("strength", ["“will” → “intend to”", "“firmly” → nothing"], ["FIGURES", "PRIORITIES"]),
        ("reworded", ["[-firmly-]", "[-will-]"], ["merged, moved", "SHIFTS"]),
        ("moved", ["merged, moved"], ["[-firmly-]"]),
        ("moved up", ["None of these: moved up."], ["PRIORITIES", "SENTENCES"]),
        ("likely", ["None of these: likely."], ["PRIORITIES", "SENTENCES", "NEW"]),
        ("phrases", ["None of these: phrases."], ["PRIORITIES", "SENTENCES", "NEW"]),
    ],
)
def test_it_can_be_narrowed(only: str, there: list[str], absent: list[str]) -> None:
    assert only in FILTERS
    text = render(revision(), VOCABULARY, only=frozenset({only}))
    assert all(words in text for words in there), text
    assert not any(words in text for words in absent), text


def test_what_is_the_same_is_said_in_one_line() -> None:
    same = side("a", ("We will pay.",))
    kept = change("kept", (0,), (0,), "We will pay.")
    text = render(comparison(same, same, kept, aligned=1), VOCABULARY)
    assert text.splitlines()[2:4] == [NO_DIFFERENCE, ""]
    assert "SENTENCES" not in text


def test_a_claimed_change_of_share_says_how_sure_it_is_and_from_where_on_it_is_claimed() -> None:
    sides = reading("declared", (0,), 0.1), reading("declared", (0,), 0.4)
    up = replace(topic("Oceans", "more", *sides), outcome_certainty=0.91, share_certainty=0.77)
    report = comparison(side("a", ("Old.",)), side("b", ("New.",)), topics=(up,), genre="session", aligned=0)
    text = " ".join(render(report, VOCABULARY, everything=True).split())
    levels, share = find_threshold("more", SURE), find_least("more", SURE)
    assert f"certainty of its levels 0.91, claimed from {levels:.2f};" in text
    assert f"of the change of share 0.77, claimed from {share:.2f}" in text


@settings(max_examples=examples(60), deadline=None)
@given(TEXTS, TEXTS, st.integers(60, 120))
def test_no_line_is_wider_than_asked(one: str, other: str, width: int) -> None:
    old, new = side(one, (one, "x")), side(other, (other, "y"))
    report = comparison(
        replace(old, speaker=other),
        new,
        replace(change("reworded", (0,), (0,), ""), edits=(Edit("deleted", one), Edit("inserted", other))),
        topics=(topic(one, "moved up", reading("mentioned", (0,), 0.1), reading("declared", (0,), 0.2)),),
        caveats=(other,),
    )
    for text in (
        render(report, VOCABULARY, width=width, everything=True),
        render(replace(report, genre="session"), VOCABULARY, width=width),
        render_statement(old, width=width),
    ):
        assert max(map(cell_len, text.split("\n"))) <= width


@pytest.mark.parametrize(
    ("text", "width", "shown"),
    [
        ("We will act.", 20, "We will act."),
        ("We will act on climate.", 12, "We will act…"),
        ("We will, as ever, act.", 10, "We will…"),
        ("internationalization", 8, "interna…"),
        ("我们将继续支持联合国。", 10, "我们将继…"),
    ],
)
def test_quotes_are_cut_between_words(text: str, width: int, shown: str) -> None:
    assert shorten(text, width) == shown
    assert cell_len(shown) <= max(width, 1)


LONG = "Trafficking in persons and self-determination of Indigenous peoples of small islands"


@pytest.mark.parametrize("width", [60, 80])
@pytest.mark.parametrize("ticks", [0, 5, 40])
def test_what_a_row_is_called_is_wrapped_and_never_cut(width: int, ticks: int) -> None:
    marks = tuple(Span("D") for _ in range(ticks))
    columns = (Column("% of words"), Column("", right=False))
    rows = tuple(
        Entry((Span(label),), ("12.6 → 0", "not repeated? (.48)")[: 1 if ticks else 2], marks)
        for label in (LONG, "Trade")
    )
    heads = tuple(Tick(f"A{number:02}") for number in range(ticks))
    section = Section("Moves", rows, columns=columns[: 1 if ticks else 2], ticks=heads, first=2)
    text = render_terminal(Document("", (), (), "", (section,)), width=width)
    assert "…" not in text
    assert max(map(cell_len, text.split("\n"))) <= width
    told = [line for line in text.split("\n") if line.startswith("  ") and "A0" not in line]
    words = [word for line in told for word in line.split() if word in LONG.split()]
    assert [*dict.fromkeys(words)] == [*dict.fromkeys(LONG.split())]


def test_an_excerpt_holds_the_words_it_is_about() -> None:
    text = "one two three four five six seven eight nine ten eleven twelve thirteen"
    assert "eleven" in excerpt(text, text.index("eleven"), 30)
    assert excerpt(text, text.index("eleven"), 30).startswith("…")
    assert excerpt(text, text.index("two"), 30).startswith("one two")


LONG = (
    "As we said here last year, we support the financing of African-led peace-support operations, and more."
)


@pytest.mark.parametrize("width", [60, 80, 120])
@pytest.mark.parametrize("lead", ["74 ¶9", "75 ¶19, closest (0.29)"])
@pytest.mark.parametrize("marked", ["As we", "peace-support operations", "Africa", "more", LONG[30:95]])
def test_the_words_that_a_quotation_rests_on_are_shown_whole(width: int, lead: str, marked: str) -> None:
    start = LONG.index(marked)
    for text in (LONG, f"{LONG} {LONG} {LONG}"):
        quote = Quote(lead, text, ((start, start + len(marked)),))
        section = Section("new", (Entry((Span("Topic"),), evidence=(quote,)),), rows=1)
        shown = render_terminal(Document("title", (), (), "verdict", (section,)), width=width)
        assert f"*{marked}*" in " ".join(shown.split()), shown
        assert all(cell_len(line) <= width for line in shown.splitlines())


def test_a_mark_ends_within_no_name() -> None:
    said = "We joined the Paris Agreement on Climate Change early."
    assert cite_words("", said, (14, 40)).marks == ((14, 47),)
    assert cite_words("", said, (14, 29)).marks == ((14, 29),)
    assert cite_words("", said.upper(), (14, 40)).marks == ((14, 40),)


@given(st.lists(TEXTS, max_size=4), st.integers(20, 60))
def test_wrapping_loses_no_word(texts: list[str], width: int) -> None:
    lines = wrap([Span(text) for text in texts], width, "- ", "  ")
    printed = "".join(
        span.text for spans in lines for span in spans[(bool(spans) and spans[0].text in {"- ", "  "}) :]
    )
    assert "".join(printed.split()) == "".join("".join(map(visible, texts)).split())


@pytest.mark.parametrize("word", some(1, ["é\U0001f1ac" + "a" * 200_000, "\u0301" * 200_000, "主a" * 50_000]))
def test_a_word_of_any_length_is_wrapped_in_a_moment(word: str) -> None:
    # Measured whole for each line, 3,000 characters took 3.7 s and 200,000 hours.
    began = time.process_time()
    lines = wrap([Span(word)], 76)
    assert time.process_time() - began < 5
    assert "".join(span.text for spans in lines for span in spans) == word
    assert all(cell_len("".join(span.text for span in spans)) <= 76 for spans in lines)


def test_an_excerpt_of_a_whole_session_on_one_line_takes_a_moment() -> None:
    text = "we agree é主 " * 50_000
    began = time.process_time()
    shown = excerpt(f"{text}corruption {text}", len(text), 76)
    assert time.process_time() - began < 10
    assert "corruption" in shown


def test_long_kept_stretches_are_cut_beside_edits_only() -> None:
    words = " ".join(f"w{n}" for n in range(40))
    pieces = read_edits((Edit("kept", f"{words} "), Edit("deleted", "gone "), Edit("kept", words)), context=3)
    assert "".join(span.text for span in mark_edits(pieces)) == "… w37 w38 w39 [-gone-] w0 w1 w2 …"
    assert read_edits((Edit("kept", words),), context=3)[0].text == words


def test_stat_counts() -> None:
    assert render_stat(revision()).splitlines() == [
        "compared      XAA/CCPCJ/31~prepared.en@1 → XAA/CCPCJ/31~delivered.en@1",
        "length        42 words → 42 words",
        "sentences     5 → 4",
        "aligned       80%",
        "  reworded        2",
        "  merged          1",
        "  new             1",
        "  dropped         1",
        "  moved           1",
        "priorities        3",
        "  new             1",
        "  kept            1",
        "  not repeated    1",
        "shifts            4",
        "  strength        2  2 weaker",
        "  figure          1  1 raised",
        "  date            1  1 later",
    ]


def test_what_is_likely_is_counted_behind_what_is_claimed() -> None:
    told = revision()
    unsure = [
        replace(each, claimed=False, share_unsure=True, share_certainty=0.6, outcome_certainty=0.9)
        if each.outcome == "kept"
        else each
        for each in told.topics
    ]
    assert [status_mark(each) for each in unsure if each.outcome == "kept"] == [
        "likely kept (.54), same level"
    ]
    rows = render_stat(replace(told, topics=tuple(unsure))).splitlines()
    assert "priorities        2" in rows
    assert "  likely          1" in rows
    assert not any(row.startswith("  kept") for row in rows)


STATEMENT = StatementEntry(
    Reference("XAA", "CCPCJ", "33", kind="prepared", language="en"),
    kind_inferred=True,
    delivered="2024-05-14",
    title="A statement",
    speaker="A. Person",
    post="Minister of Justice and of much besides in a very long title",
    words=1204,
    snapshots=2,
    observed="2024-05-20T02:00:00Z",
)
SNAPSHOT = SnapshotEntry(
    Reference("XAA", "CCPCJ", "33", kind="prepared", language="en", snapshot=2),
    "2024-05-20T02:00:00Z",
    "ab" * 32,
    40960,
    "application/pdf",
    "pypdfium2 5.15.2",
    "en",
    1204,
    "https://un.example/33.pdf",
)
HIT = Hit(STATEMENT.reference, "2024-05-14", 4, 9, "We will fight \x02cybercrime\x03 and *all* its forms.")


def test_statements_are_listed_one_a_line() -> None:
    head, row, note = render_list([STATEMENT]).splitlines()
    assert head.split() == ["statement", "date", "words", "snapshots", "speaker", "or", "title"]
    assert row.startswith("XAA/CCPCJ/33~prepared.en?  2024-05-14  1,204          2  A. Person, Minister of…")
    assert note == "?: the kind was inferred from the text"
    assert render_list([]).startswith("No statement here")
    assert json.loads(list_json([STATEMENT]))["statements"][0]["reference"] == "XAA/CCPCJ/33~prepared.en"


def test_the_log_gives_digest_and_source() -> None:
    text = render_log([SNAPSHOT])
    assert text.splitlines()[0] == "XAA/CCPCJ/33~prepared.en@2  observed 2024-05-20T02:00:00Z"
    assert "sha256 abababababab · 40,960 bytes" in text
    assert json.loads(log_json([SNAPSHOT]))["snapshots"][0]["sha256"] == "ab" * 32


def test_matches_are_marked_with_and_without_colour() -> None:
    page = SearchPage((HIT,), 1, 20, 1, 1, 1)
    text = render_hits(page)
    assert text.splitlines() == [
        "1 passage in 1 statement by 1 country",
        "",
        "XAA/CCPCJ/33~prepared.en ¶4  2024-05-14",
        "  We will fight *cybercrime* and *all* its forms.",
    ]
    assert "\x1b[1;33m*cybercrime*\x1b[0m" in render_hits(page, color=True)
    assert render_hits(SearchPage((), 1, 20, 0, 0, 0)) == "Nothing found.\n"
    found = json.loads(hits_json(page))["passages"][0]
    assert (found["number"], found["of"]) == (1, 1)
    assert [found["text"][start:end] for start, end in found["matches"]] == ["cybercrime"]


@pytest.mark.parametrize(
    ("first", "hits", "line"),
    [
        (1, 20, "2,140 passages in 90 statements by 12 countries: 1 to 20; more: --page 2"),
        (2121, 20, "2,140 passages in 90 statements by 12 countries: 2,121 to 2,140"),
    ],
)
def test_a_page_says_of_how_much_it_is_one(first: int, hits: int, line: str) -> None:
    page = SearchPage((HIT,) * hits, first, 20, 2140, 90, 12)
    assert render_hits(page).splitlines()[0] == line
    assert [hit["number"] for hit in json.loads(hits_json(page))["passages"]] == [*range(first, first + hits)]


def test_a_statement_is_shown_in_numbered_paragraphs() -> None:
    shown = render_statement(replace(side("f.txt", ("One. " * 30,), ("Two.",)), kind="prepared"), width=60)
    lines = shown.splitlines()
    assert lines[0] == "f.txt · 31 words · prepared · English"
    assert lines[2].startswith("1  One. One.")
    assert lines[3].startswith("   One.")
    assert lines[-1] == "2  Two."


def test_an_explanation_tells_the_levels_that_the_claim_tells() -> None:
    """Both sides are settled together: alone, a text may be read otherwise."""
    old, new = (side(f"XAA/UNGA/{session}~prepared.en@1", ("We protect bats.",)) for session in (78, 79))
    readings = [
        replace(reading(level, (0,), 0.1), priority=0.4, presence=0.9)
        for level in ("mentioned", "substantive")
    ]
    changed = topic("Bats", "moved up", *readings)
    named = Topic(changed.topic, changed.label, terms={"en": ("bats",)})
    compared = comparison(old, new, genre="session", topics=[changed])
    reasons = [((replace(readings[0], level="substantive"), ()), (readings[1], ()))]
    shown = show_topics(compared, [named], Vocabulary("one", (named,)), reasons, explain=True)
    titles = [each.title for each in shown]
    assert [title.rpartition(": ")[2] for title in titles[1:3]] == ["mentioned", "substantive"]
