"""Where the numbers in what is read end: what lies just inside a bound, and just outside."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace

import pytest

from tracker.capture.admit.pages import page_of_markup
from tracker.capture.admit.shape import measure_similarity
from tracker.capture.admit.speaker import count_countries
from tracker.comparing.alignment.align import may_encode
from tracker.comparing.alignment.similarity import measure, read_unit, weigh_unit
from tracker.comparing.alignment.weights import LIKENESS_FEATURES
from tracker.comparing.changes import describe_changes
from tracker.comparing.edits import LONGEST, SHARE, split_windows, word_edits
from tracker.comparing.passages.rewording import content_words, is_readable, share_content
from tracker.comparing.shifts.axes import find_shifts
from tracker.comparing.shifts.counterparts import counterpart_shifts
from tracker.comparing.topics.certainty import Likelihood, load_certainty
from tracker.comparing.topics.mentions import find_speaker
from tracker.comparing.topics.reading import read_topics
from tracker.comparing.topics.vocabulary.load import load_vocabulary
from tracker.comparing.topics.vocabulary.stems import find_words
from tracker.follow.tracing.matching import match_phrase, read_phrase
from tracker.follow.tracing.origins import find_origins
from tracker.model.changes import Change, Edit, Link
from tracker.model.topics import Counterpart
from tracker.references.bodies import find_body
from tracker.references.names import closest, show
from tracker.references.sessions import match_session
from tracker.text.characters import Spelling
from tracker.text.detection import detect_language, infer_kind
from tracker.text.identity import fold
from tracker.text.joining import PARAGRAPH, SPACE, Layout, joint, pauses_with_ellipses, read_layout
from tracker.text.lines import (
    BLANK,
    BREAK,
    TextLine,
    ends_in_ellipsis,
    ends_something,
    is_heading,
    is_salutation,
    read_lines,
)
from tracker.text.reading import drop_numbering, read_text

RECORD = "It met at its sixtieth session (see A/78/PV.3). "
FILLED = RECORD + "Judges rest. " * 300


@pytest.mark.parametrize(
    ("inside", "outside"),
    [
        ("абв defghij", "аб cdefghij"),  # three letters in ten of a script
        ("the boats and nets", "the boats or nets"),  # two words of the language
        ("the and" + " boats" * 22, "the and" + " boats" * 23),  # in one word of twelve
        ("the and of des les", "the and of with des les cette"),  # half as often again as the next
        ("z" * 2391 + " the with", "z" * 2392 + " the with"),  # at the beginning
    ],
)
def test_the_language_is_said_from_so_much_evidence_on(inside: str, outside: str) -> None:
    assert detect_language(inside) in {"en", "ru"}
    assert detect_language(outside) == "und"


@pytest.mark.parametrize(
    ("kind", "inside", "outside"),
    [
        ("verbatim", FILLED[:1799] + ".", FILLED[:1798] + "."),
        ("prepared", "# Rivers\n\nJudges rest at 5%.", "# Rivers\n\nJudges rest."),
        ("prepared", "Judges rest on 5 per cent. Thank you.", "The sixtieth session: 5 per cent. Thank you."),
        ("verbatim", FILLED.replace("(see A/78/PV.3)", ""), "Judges rest. " * 300),
    ],
)
def test_the_kind_is_said_from_so_much_evidence_on(kind: str, inside: str, outside: str) -> None:
    assert (infer_kind(read_text(inside, language="en")), infer_kind(read_text(outside, language="en"))) == (
        kind,
        None,
    )


@pytest.mark.parametrize(
    ("inside", "outside"),
    [
        ("Excellencies, " + "x" * 136, "Excellencies, " + "x" * 137),
        ("Excellencies" + ", b" * 15, "Excellencies" + ", b" * 16),
    ],
)
def test_a_salutation_is_no_longer_than_that(inside: str, outside: str) -> None:
    assert (is_salutation(inside), is_salutation(outside)) == (True, False)


@pytest.mark.parametrize(("inside", "outside"), [("X" * 120, "X" * 121), ("B " * 17 + "B", "B " * 18 + "B")])
def test_a_heading_is_no_longer_than_that(inside: str, outside: str) -> None:
    assert (is_heading(inside), is_heading(outside)) == (True, False)


def test_so_much_may_stand_between_a_mark_and_the_end_of_its_line() -> None:
    assert (ends_something("Peace.”’)12"), ends_something("Peace.””’)12")) == (True, False)
    assert (ends_in_ellipsis("Peace. . .”’)"), ends_in_ellipsis("Peace. . .””’)")) == (True, False)


@pytest.mark.parametrize(
    ("inside", "outside"),
    [
        ("We act... " * 10, "We act... " * 9),
        ("We act... " * 10 + "No. " * 30, "We act... " * 10 + "No. " * 31),
    ],
)
def test_ellipses_are_pauses_where_they_are_many(inside: str, outside: str) -> None:
    assert (pauses_with_ellipses(inside), pauses_with_ellipses(outside)) == (True, False)


def _width(*lines: str) -> int:
    text = "\n".join(lines)
    return read_layout(text, read_lines(text)).width


def test_lines_are_wrapped_where_enough_run_on_and_none_is_too_wide() -> None:
    runs_on, stands = ("Boats rest on", "the coast."), "Nobody spoke there."
    assert (_width(*runs_on, *[stands] * 3), _width(*runs_on, *[stands] * 4)) == (19, 0)
    assert (_width("B" * 149 + "e", "the"), _width("B" * 150 + "e", "the")) == (150, 0)
    assert _width(*["Boats rest on the", "coast"] * 9, "X" * 40, "X" * 50) == 40


def _joint(old: str, new: str, width: int = 0, gap: int = BREAK) -> str:
    layout = Layout(width, pauses=False, capitals=False, spelling=Spelling(""))
    return joint(TextLine(0, 0, old, 0), TextLine(0, 0, new, gap), layout)[1]


def test_a_line_is_full_where_the_next_word_would_not_have_fitted() -> None:
    assert _joint("B" * 80, "Coastline", 100) == SPACE
    assert _joint("B" * 79, "Coastline", 100) == PARAGRAPH


def test_a_long_line_runs_on_in_lower_case_although_a_full_stop_ends_it() -> None:
    assert _joint("B" * 100 + ".", "coast", gap=BLANK) == SPACE
    assert _joint("B" * 99 + ".", "coast", gap=BLANK) == PARAGRAPH


def _number(*numbers: int, mark: str = ".", long: int = 0, width: int = 81) -> str:
    """Return numbered lines, and some long ones without a number."""
    return "\n".join([*(f"{n}{mark} Boats rest." for n in numbers), *["B" * width] * long])


@pytest.mark.parametrize(
    ("inside", "outside"),
    [
        (_number(10, 11), _number(9, 10)),  # a meeting's numbering is large
        (_number(10, 13), _number(10, 14)),  # and misses few
        (_number(10, 1, 30, 11), _number(10, 1, 30, 50, 11)),  # others may stand in between
        (_number(*range(1, 9), mark=""), _number(*range(1, 8), mark="")),  # other numbers are many
        (_number(*range(3, 11), mark=""), _number(*range(4, 12), mark="")),  # count from the beginning
        (_number(*range(1, 9), long=16), _number(*range(1, 9), long=17)),  # and count most that is long
        (_number(*range(1, 9), long=17, width=80), _number(*range(1, 9), long=17)),
    ],
)
def test_numbers_are_furniture_where_they_are_enough(inside: str, outside: str) -> None:
    assert list(drop_numbering(inside))
    assert not list(drop_numbering(outside))


@pytest.mark.parametrize(("head", "pages", "left"), [("B" * 110, 4, 1), ("B" * 111, 4, 4), ("B" * 110, 3, 3)])
def test_a_running_head_is_short_and_stands_on_three_pages(head: str, pages: int, left: int) -> None:
    text = "\n\f\n".join(f"{head}\nBoats rest on coast {number}." for number in range(pages))
    assert [line.text for line in read_lines(text)].count(head) == left


@pytest.mark.parametrize(
    ("one", "other"), [("we act on it", "we act on them"), ("我们支持联合国", "我们支持联合会")]
)
def test_texts_are_alike_by_runs_of_three_words_or_six_characters(one: str, other: str) -> None:
    assert measure_similarity(one, other) == 0.5


def test_a_country_speaks_where_that_is_said_near_by() -> None:
    inside, outside = (f"Greetings from {'and ' * number}France." for number in (31, 32))
    assert (count_countries((), inside).speaking["FRA"], count_countries((), outside).speaking["FRA"]) == (
        1,
        0,
    )


@pytest.mark.parametrize(
    ("text", "code", "times"),
    [("мир в Кении", "KEN", 1), ("мир в Чаде", "TCD", 0), ("мир в Чад", "TCD", 1)],
)
def test_the_endings_of_short_russian_names_are_not_guessed(text: str, code: str, times: int) -> None:
    assert count_countries((), text).named[code] == times


@pytest.mark.parametrize(
    ("word", "language", "stem"),
    [
        ("gas", "en", "gas"),
        ("realise", "en", "realize"),
        ("cities", "en", "city"),
        ("мира", "ru", "мир"),
        ("ее", "ru", "ее"),
    ],
)
def test_short_words_keep_their_endings(word: str, language: str, stem: str) -> None:
    assert find_words(word, language)[0].stem == stem


def test_a_name_in_a_title_speaks_from_two_sentences_on() -> None:
    title = "# Speech of Norway\n\nNorway will act. "
    assert find_speaker(read_text(f"{title}Norway will rest.", language="en")) == ("Norway",)
    assert find_speaker(read_text(f"{title}We will rest.", language="en")) == ()


def _levels(text: str) -> dict[str, str]:
    read = read_topics(read_text(text, language="en"), load_vocabulary())
    return {each.topic: each.rule for each in read if each.topic in {"piracy", "corruption", "terrorism"}}


def test_a_commitment_is_about_three_topics_and_four_are_a_list() -> None:
    acted = "commits, calls for, welcomes or condemns"
    assert _levels("We will fight piracy, corruption and terrorism.") == dict.fromkeys(
        ("piracy", "corruption", "terrorism"), acted
    )
    assert set(_levels("We will fight piracy, corruption, hunger and terrorism.").values()) == {"list"}


def test_five_words_are_a_quotation_and_four_are_a_term() -> None:
    assert _levels("They told us “we will all fight piracy”, and left.") == {"piracy": "quotation"}
    assert "quotation" not in _levels("They told us “we will fight piracy”, and left.").values()


def test_words_are_of_one_kind_by_their_first_five_letters() -> None:
    assert content_words("commitments committed commerce", "en") == {"commi", "comme"}


def test_figures_belong_together_where_the_passages_share_two_words_in_five() -> None:
    old = "We gave 5 million euros to forest schools, alpha bravo sugar delta"
    new = "We gave 8 million euros to forest schools, tango oscar hotel gamma"
    told = {}
    for one, other in ((f"{old}.", f"{new}."), (f"{old} whisky.", f"{new} victor.")):
        before, after = (read_text(side, language="en") for side in (one, other))
        found = counterpart_shifts(before, after, Counterpart("made-up", 0, 0))
        told[share_content(one, other, "en")] = len(found)
    assert told == {round(3 / 7, 4): 1, round(3 / 8, 4): 0}


@pytest.mark.parametrize(
    ("name", "letters", "named"),
    [("Organization of American States", "OAS", 0), ("Ocean Council", "OC", 0), ("Ocean Council", "OX", 1)],
)
def test_the_first_letters_of_a_name_stand_for_it_and_others_do_not(
    name: str, letters: str, named: int
) -> None:
    old, new = (
        read_text(f"We thank the {each} for all its help.", language="en") for each in (name, letters)
    )
    (change,) = describe_changes(old, new, [Link((0,), (0,), 0.9, "likeness")])
    assert len(find_shifts(old, new, change)) == named


@pytest.mark.parametrize(
    ("said", "likeness"),
    [
        ("nuclear weapon", [0.95]),
        ("nuclear, weapons", [0.9]),
        ("nuclear-weapons", [0.98]),
        ("nuclear bad weapons", [0.93]),
        ("nuclear arms weapons", [0.85]),
        ("nuclear and of the weapons", [0.8044]),
        ("nuclear and of the in weapons", []),
    ],
)
def test_a_phrase_is_less_alike_with_each_thing_that_differs(said: str, likeness: list[float]) -> None:
    found = match_phrase(read_phrase("nuclear weapons"), said, fold(said))
    assert [match.likeness for match in found] == likeness


@pytest.mark.parametrize(("between", "earlier"), [(9, 0), (10, None)])
def test_another_wording_is_looked_for_in_ten_texts(between: int, earlier: int | None) -> None:
    said = "We {} contribute {} million euros to the Technical Cooperation Fund of the region next year."
    others = ["Boats rest on the quiet coast."] * between
    texts = [said.format("will", "five"), *others, said.format("intend to", "eight")]
    (origin,) = find_origins([read_text(text, language="en") for text in texts])
    assert origin.earlier == earlier


@pytest.mark.parametrize("kept", ["to the", "on to the"])
def test_two_short_words_are_lost_between_larger_changes_and_three_are_not(kept: str) -> None:
    old, new = (
        f"{before} {kept} {after}"
        for before, after in (
            ("Boats rest quietly where nobody walks", "stone houses beside some empty harbour"),
            ("Farmers plant maize since spring began", "young trees around every larger village"),
        )
    )
    edits = word_edits(old, new, "en")
    assert ("kept" in {edit.kind for edit in edits if kept in edit.text}) == (kept == "on to the")


def test_two_in_a_thousand_are_as_good_as_none() -> None:
    absent = Likelihood(0.0, 0.0)
    sure, almost, less = (
        load_certainty().rate("new", absent, Likelihood(chance, 1.0)) for chance in (1.0, 0.998, 0.996)
    )
    assert less < almost == sure


def test_a_pair_of_texts_is_encoded_up_to_36_million_pairs_of_sentences() -> None:
    assert (may_encode(6000, 6000), may_encode(6000, 6001)) == (True, False)


def test_letters_and_stems_are_compared_up_to_a_bound() -> None:
    weights = defaultdict[str, float](lambda: 1.0)
    for word, most, feature in (("b", 20_000, "characters"), ("boats ", 4000, "order")):
        ends = [
            [weigh_unit(read_unit(word * times + end), weights) for end in ("coast", "stone")]
            for times in (most - 1, most)
        ]
        place = LIKENESS_FEATURES.index(feature)
        inside, outside = (measure(one, other, weights)[place] for one, other in ends)
        assert inside < outside == 1


def test_a_long_sentence_is_compared_at_once_and_a_longer_one_in_windows_that_hold_it_whole() -> None:
    words = [f"w{number}" for number in range(LONGEST)]
    half = words[: LONGEST // 2]
    assert len(list(split_windows(half, half))) == 1
    windows = list(split_windows(words, words))
    assert max(window.size for window in windows) <= SHARE
    assert [window.old_start for window in windows] == [0, *(window.old_end for window in windows[:-1])]
    assert (windows[-1].old_end, windows[-1].new_end) == (LONGEST, LONGEST)


def test_a_change_is_read_for_its_meaning_up_to_20000_characters() -> None:
    change = Change(
        "made-up", "reworded", moved=False, old=(0,), new=(0,), edits=(), confidence=0.9, method="none"
    )
    edits = [Edit("inserted", "b" * number) for number in (20_000, 20_001)]
    assert [is_readable(replace(change, edits=(edit,))) for edit in edits] == [True, False]


def test_figures_are_told_apart_up_to_two_hundred_in_a_sentence() -> None:
    told = []
    for number in (199, 200):
        others = ", ".join(f"{place} boats" for place in range(number))
        old, new = (
            read_text(f"We saw {others} and paid {paid} million euros for schools.", language="en")
            for paid in (5, 8)
        )
        told.append(len(counterpart_shifts(old, new, Counterpart("made-up", 0, 0))))
    assert told == [1, 0]


def test_a_chinese_quotation_inside_a_sentence_has_four_hundred_characters_at_most() -> None:
    counts = [
        len(read_text(f"我们「{'和' * number}。」这一主题", language="zh").segments) for number in (399, 400)
    ]
    assert counts == [1, 2]


def test_eight_words_may_stand_between_a_subject_and_its_being_a_priority() -> None:
    said = "Piracy {}is our priority."
    rules = [_levels(said.format("on the old quiet coast of stone " + "and " * more)) for more in (1, 2)]
    assert [found["piracy"] == "called a priority" for found in rules] == [True, False]


def test_of_a_page_without_text_the_first_200000_bytes_are_examined() -> None:
    assert [page_of_markup(b"boat " * number).words for number in (39_999, 40_000, 40_001)] == [
        39_999,
        40_000,
        40_000,
    ]


@pytest.mark.parametrize(
    ("slip", "meant", "found"),
    [
        ("abcxy", "abcde", False),
        ("abcdxy", "abcdef", True),
        ("abcdefghxyz", "abcdefghijk", False),
        ("abcdefghixyz", "abcdefghijkl", True),
    ],
)
def test_longer_names_are_found_with_more_slips(slip: str, meant: str, found: bool) -> None:
    assert closest(slip, [meant]) == (meant if found else None)


def test_sixty_characters_of_a_fault_are_shown() -> None:
    assert [len(show("b" * number)) for number in (60, 61, 62)] == [62, 62, 62]
    assert (show("b" * 60)[-2:], show("b" * 61)[-2:]) == ("b'", "…'")


def test_a_session_is_written_in_120_characters_at_most() -> None:
    body = find_body("UNGA")
    assert [match_session(body, "79".rjust(length)) is not None for length in (120, 121)] == [True, False]
