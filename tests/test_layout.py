"""Running heads are found by keys, which must tell what comparing each line with each other would."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tracker.capture.read.running_lines import PlacedLine, count_recurrences, recurs

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
