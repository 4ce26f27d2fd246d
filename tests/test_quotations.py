"""Which sentence is quoted for a topic, and how it is cut."""

from __future__ import annotations

import pytest

import tracker
from tracker.report.document import Quote
from tracker.report.quoting import cut_quote, least_width

LONG = " and in the many provinces that lie behind the mountains along the northern border of the country"


def cut(text: str, words: str, width: int) -> str:
    """Return what is shown of a text that is quoted for some words."""
    start = text.index(words)
    return "".join(span.text for span in cut_quote(Quote("", text, ((start, start + len(words)),)), width))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (f"We do not believe{LONG} that the fight against corruption is over.", "not believe…"),
        (f"Nobody who has ever seen it{LONG} would say; and never again will corruption win.", "never again"),
        (
            f"Unless all of us act now{LONG}, we will go on with corruption as it is.",
            "Unless all of us act now… we will",
        ),
        (
            f"If the others disarm first{LONG}, we will end our programme on corruption.",
            "If the others disarm first… we will",
        ),
        (f"Without a treaty{LONG} there is little hope that corruption ends.", "Without a treaty"),
        (f"We can’t say{LONG} that corruption has been beaten.", "can’t say…"),
    ],
)
def test_what_denies_or_limits_an_excerpt_stands_in_it(text: str, shown: str) -> None:
    assert shown in cut(text, "corruption", 70)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (f"We will fight corruption{LONG}, if others do so too.", "if others do so too."),
        (f"We will fight corruption{LONG} unless the vote is lost.", "unless the vote is lost."),
        (f"We will fight corruption{LONG} only if we are paid.", "only if we are paid."),
    ],
)
def test_a_condition_behind_an_excerpt_stands_in_it(text: str, shown: str) -> None:
    assert cut(text, "corruption", 70).endswith(f" {shown}”")


@pytest.mark.parametrize("width", range(30, 90))
@pytest.mark.parametrize("words", ["corruption", "the fight against"])
def test_an_excerpt_ends_in_no_word_that_needs_what_follows(words: str, width: int) -> None:
    shown = cut(f"We join the fight against corruption{LONG}.", words, width)
    assert words in shown
    assert not shown.endswith((" in…”", " the…”", " that…”", " and…”", " of…”"))


def test_what_another_sentence_denies_is_not_taken_for_this_one() -> None:
    shown = cut(f"We do not fear anybody{LONG}. We fight corruption{LONG}.", "corruption", 70)
    assert shown.startswith("“…We fight corruption")


def test_an_excerpt_begins_where_a_clause_does() -> None:
    text = f"As we have said{LONG}, we urge all States to ratify the treaty on corruption{LONG}."
    assert cut(text, "corruption", 80).startswith("“…we urge all States to ratify the treaty on corruption")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            f"Sandland supports the reform of all courts{LONG[:30]} and the fight against corruption.",
            "corruption",
        ),
        ("We call on every port of the two coasts to end the trade in eels before the year is over.", "eels"),
    ],
)
def test_a_sentence_is_shown_whole_where_a_quarter_more_suffices(text: str, words: str) -> None:
    start = text.index(words)
    quote = Quote("", text, ((start, start + len(words)),))
    width = 4 * len(text) // 5 + 3
    assert "…" in "".join(span.text for span in cut_quote(quote, width))
    assert "".join(span.text for span in cut_quote(quote, width, width // 4)) == f"“{text}”"


INDEX = (
    "We urge the banks to use the index as a tool against corruption, ensuring that small islands are heard"
    " when the loans of the next ten years are shared out."
)
PORTS = (
    "We thank the harbour masters of both coasts for their report, and we will fight corruption in every"
    " port, as we have done since the days of the first republic."
)
BELIEF = (
    "We believe that Sandland must fight corruption in every port, however small, as the neighbours have done"
    " since the days of the first republic."
)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (INDEX, "We urge the banks to use the index as a tool against corruption…"),
        (PORTS, "…we will fight corruption in every port…"),
        (BELIEF, "We believe that Sandland must fight corruption in every port…"),
    ],
)
def test_a_cut_lies_where_a_clause_begins_or_ends(text: str, shown: str) -> None:
    assert cut(text, "corruption", 76) == f"“{shown}”"


ENSURED = (
    "We call on all members of this house, large and small, to ensure that the war on corruption does not"
    " result in our failing to honour what we signed."
)
CONCEDED = (
    "Even if the talk of corruption sometimes gives rise to some controversy among the learned, it is a fact"
    " that everybody knows."
)


@pytest.mark.parametrize(
    ("text", "never"),
    [
        # What is to be ensured is no statement that it is so.
        (ENSURED, "“…the war on corruption does not"),
        # What only comes before a main clause is no sentence.
        (CONCEDED, "learned…”"),
        # A figure says as much as the words before it.
        (
            "By the year 2030 we want to free more than 600 villages of corruption and of debt for ever.",
            "“…600",
        ),
    ],
)
@pytest.mark.parametrize("width", range(106, 125))
def test_no_cut_makes_another_claim(text: str, never: str, width: int) -> None:
    assert never not in cut(text, "corruption", width)


def test_what_denies_stands_with_its_subject() -> None:
    text = f"Sandland will not be able{LONG} to save its eels without the support of the fight on corruption."
    assert cut(text, "corruption", 100).startswith("“Sandland will not be able… ")


@pytest.mark.parametrize("width", range(40, 200, 3))
def test_no_denial_or_condition_stands_alone_between_two_cuts(width: int) -> None:
    text = (
        "The rich do not recognize that we came here not to speak of corruption, but to be protected from"
        " it as long as they go on, and that no harbour will be left if we do not act at once and together."
    )
    pieces = cut(text, "corruption", width).strip("“”").split("…")
    assert all(len(piece.split()) > 3 for piece in pieces[1:-1])


SPANISH = f"Pedimos a los puertos{' grandes' * 9}, que firmen el tratado contra las anguilas, por favor."
FRENCH = (
    "Nous demandons à tous les ports, grands et petits, de ratifier le traité sur les anguilles, car sans"
    " elles les îles ne peuvent vivre."
)


@pytest.mark.parametrize(
    ("text", "words", "shown"),
    [
        (SPANISH, "anguilas", "“…que firmen el tratado contra las anguilas, por favor.”"),
        (FRENCH, "anguilles", "“…de ratifier le traité sur les anguilles…”"),
    ],
)
def test_where_words_are_not_known_a_mark_is_the_best_place(text: str, words: str, shown: str) -> None:
    assert cut(text, words, 60) == shown


def test_dots_of_a_text_are_no_second_ellipsis() -> None:
    assert "……" not in cut(
        f"The eels are gone from Sandland... and from corruption...{LONG}.", "corruption", 70
    )


@pytest.mark.parametrize("width", [100, 110, 120])
def test_behind_a_gap_stands_no_subject_of_which_nothing_is_said(width: int) -> None:
    text = (
        "A single storm can strike an entire island, as it was in the year of the long winds in the north"
        " with an estimated damage of 226 per cent of the budget."
    )
    assert "… an estimated damage" not in cut(text, "226 per cent", width)


def test_of_two_clauses_the_denial_of_the_one_is_not_the_others() -> None:
    text = (
        "No one has a monopoly of wisdom in these matters, and we should fight corruption in all its forms."
    )
    assert cut(text, "corruption", 60) == "“…we should fight corruption in all its forms.”"


@pytest.mark.parametrize("width", range(20, 120, 7))
def test_the_words_it_rests_on_are_shown_whole_at_any_width(width: int) -> None:
    text = f"We do not believe{LONG} that the fight against corruption{LONG} is over, unless all agree{LONG}."
    quote = Quote("", text, ((text.index("corruption"), text.index("corruption") + 10),))
    shown = "".join(span.text for span in cut_quote(quote, width))
    assert "corruption" in shown
    assert len(shown) <= max(width, least_width(quote)) + 60  # what denies and limits it is shown besides


def test_a_word_without_end_is_cut_at_once() -> None:
    text = f"{'n' * 100_000} not {'t' * 100_000} corruption {'.' * 100_000} if {'x' * 100_000}"
    assert "corruption" in cut(text, "corruption", 70)


def leading(*sentences: str) -> str:
    """Return the sentence that is quoted for corruption."""
    said = " ".join(sentences)
    (topic,) = (
        each for each in tracker.compare("We greet you all.", said).topics if each.topic == "corruption"
    )
    assert topic.new
    return sentences[topic.new.leading]


def test_what_leans_on_another_sentence_is_not_quoted_where_one_stands_alone() -> None:
    plain = "We call on all States to join the fight against corruption."
    leaning = "They must therefore do what they can in the fight against corruption."
    assert leading(leaning, plain) == plain
    assert leading(plain, leaning) == plain


def test_what_comes_to_its_subject_late_is_not_quoted_where_another_does_not() -> None:
    late = (
        "We welcome the work of the ministers, the mayors, the harbour masters, the teachers and the doctors"
        " of the islands and of the coast, who met for a week in spring, and their report on corruption."
    )
    plain = "We support a strong convention against corruption."
    assert leading(late, plain) == plain


def test_a_long_sentence_is_not_quoted_where_a_short_one_can_be() -> None:
    long = f"We call on all States to join{LONG} the fight against corruption{LONG}."
    plain = "We will join the fight against corruption in the ports."
    assert leading(long, plain) == plain
