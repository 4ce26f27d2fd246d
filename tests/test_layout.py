"""Paragraphs are found by the places of lines; running heads by keys, as comparing all lines would."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.capture.read.layout import PlacedLine, count_recurrences, lay_out, recurs

HEIGHTS = (10.0, 11.0, 12.5, 13.0, 13.0000001, 16.0)


@st.composite
def alike(draw: st.DrawFn) -> list[tuple[int, PlacedLine]]:
    """Draw lines of one text but for its numbers, with their pages."""
    numbers = st.lists(st.integers(0, 5), min_size=(count := draw(st.integers(0, 5))), max_size=count)
    texts = numbers.map(lambda drawn: " ".join(["page", *map(str, drawn)]))
    lines = st.builds(
        PlacedLine, texts, st.just(0.0), st.just(1.0), st.sampled_from(HEIGHTS), st.just(1.0), st.just(1.0)
    )
    return draw(st.lists(st.tuples(st.integers(0, 6), lines), min_size=1, max_size=15))


@given(alike())
def test_lines_recur_as_often_as_comparing_all_of_them_tells(places: list[tuple[int, PlacedLine]]) -> None:
    in_pairs = [sum(recurs(line, other, page - at) for page, other in places) for at, line in places]
    assert count_recurrences(places) == in_pairs


FULL = PlacedLine("and so we go on with words", 0, 400, 0, 10, 20)


def read_lines(*lines: PlacedLine) -> list[str]:
    """Return the paragraphs of a page of six full lines, twelve points apart, and of lines below them."""
    full = [FULL._replace(baseline=700 - 12 * row) for row in range(6)]
    below = [line._replace(baseline=640 + line.baseline) for line in lines]
    return lay_out([[*full, *below]]).strip().split("\n\n")


NEXT = FULL._replace(baseline=-12.0)


@pytest.mark.parametrize(
    ("within", "beyond"),
    [
        # In steps of twelve, a fifth more separates.
        (NEXT._replace(baseline=-14.0), NEXT._replace(baseline=-14.3)),
        (NEXT._replace(size=11.4), NEXT._replace(size=11.6)),
        (NEXT._replace(left=5.9), NEXT._replace(left=6.1)),
    ],
)
def test_a_line_begins_a_paragraph_where_its_place_differs_by_so_much(
    within: PlacedLine, beyond: PlacedLine
) -> None:
    assert len(read_lines(within)) == 1
    assert len(read_lines(beyond)) == 2


@pytest.mark.parametrize(("right", "paragraphs"), [(373.5, 1), (372.5, 2)])
def test_a_line_with_room_for_a_blank_and_the_next_word_ends_a_paragraph(
    right: float, paragraphs: int
) -> None:
    last = NEXT._replace(right=right)
    assert len(read_lines(last, FULL._replace(text="We go on", baseline=-24.0))) == paragraphs


@pytest.mark.parametrize(
    ("left", "baseline", "joined"),
    [
        (51.1, -12.0, "One.Two"),
        (51.3, -12.0, "One. Two"),
        (69.9, -12.0, "One. Two"),
        (70.1, -12.0, None),
        (55.0, -14.4, "One. Two"),
        (55.0, -14.6, None),
    ],
)
def test_pieces_of_a_line_are_joined_up_to_a_gap_and_a_height(
    left: float, baseline: float, joined: str | None
) -> None:
    first = FULL._replace(text="One.", right=50.0, baseline=-12.0)
    second = FULL._replace(text="Two", left=left, right=left + 40, baseline=baseline)
    *_, last = read_lines(first, second)
    assert last.endswith(joined or "Two")
    assert ("One" in last) == bool(joined)


@pytest.mark.parametrize(("right", "paragraphs"), [(399, 1), (391, 2)])
def test_the_edge_of_ragged_text_is_that_of_its_longest_lines_but_one_in_ten(
    right: float, paragraphs: int
) -> None:
    rights = [300, 310, 320, 330, 340, 350, 360, 370, 500, right, 420]
    lines = [FULL._replace(right=edge, baseline=700 - 12 * row) for row, edge in enumerate(rights)]
    text = lay_out([[*lines[:-1], lines[-1]._replace(text="We go on")]])
    assert len(text.strip().split("\n\n")) == paragraphs


@pytest.mark.parametrize(
    ("text", "following", "joined"),
    [
        ("우리 국가", "가장 큰 과제", "우리 국가 가장 큰 과제"),
        ("我国代表团", "感谢你", "我国代表团感谢你"),
        ("私たちは", "海を守る", "私たちは海を守る"),
    ],
)
def test_lines_of_korean_are_joined_with_a_blank_and_of_chinese_without(
    text: str, following: str, joined: str
) -> None:
    lines = (FULL._replace(text=each, baseline=-12.0 * row) for row, each in enumerate((text, following), 1))
    assert read_lines(*lines)[-1].endswith(joined)
