"""The laws of the alignment, and what it must find and must leave alone."""

from __future__ import annotations

import itertools
import math
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tracker.comparing.alignment.align import align, choose_in_order, score_links, score_moves
from tracker.comparing.alignment.candidates import match_equals
from tracker.comparing.alignment.chains import ChainBlock, find_heaviest_chain, weigh_blocks
from tracker.comparing.alignment.context import measure_anchors, measure_links
from tracker.comparing.alignment.groups import Group, propose_groups
from tracker.comparing.alignment.pairing import pair_texts
from tracker.comparing.alignment.weights import load_weights
from tracker.text.encoder import DEFAULT
from tracker.text.identity import fold
from tracker.text.reading import segment

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tracker.comparing.alignment.pairing import Pairing
    from tracker.text.encoder import Encoder, Vectors

FUND = "We will contribute 5 million euros to the Technical Cooperation Fund in 2023."
FUND_NOW = "We intend to contribute 8 million euros to the Technical Cooperation Fund in 2024."
WATER = "Access to clean water remains out of reach for a third of our rural population."
OCEAN = "The warming of the ocean already empties the nets of our fishermen."
THANKS = "Thank you."

Sentences = st.lists(
    st.sampled_from([FUND, FUND_NOW, WATER, OCEAN, THANKS, "", "Peace.", "我们支持联合国。"]), max_size=9
)


def pairs(old: list[str], new: list[str]) -> list[tuple[tuple[int, ...], tuple[int, ...], str]]:
    return [(link.old, link.new, link.method) for link in align(old, new)]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ([], [], []),
        ([FUND], [], []),
        ([], [FUND], []),
        ([FUND], ["  " + FUND.replace(" in ", "  in ")], [((0,), (0,), "equal")]),
        (["“Peace” – now."], ['"peace" - Now.'], [((0,), (0,), "typographic")]),
        ([FUND, WATER], [FUND_NOW, WATER], [((0,), (0,), "likeness"), ((1,), (1,), "equal")]),
        (
            [FUND, WATER, OCEAN],
            [OCEAN, FUND, WATER],
            [((2,), (0,), "equal"), ((0,), (1,), "equal"), ((1,), (2,), "equal")],
        ),
        ([WATER], [OCEAN], []),
    ],
)
def test_links(
    old: list[str], new: list[str], expected: list[tuple[tuple[int, ...], tuple[int, ...], str]]
) -> None:
    assert pairs(old, new) == expected


def test_a_split_and_a_merge_become_one_link_each() -> None:
    whole = (
        "Climate change is the defining challenge of our time, and small island developing States are on its "
        "front line, which is why we support a loss and damage fund."
    )
    parts = [
        "Climate change is the defining challenge of our time.",
        "Small island developing States are on its front line.",
        "That is why we support a loss and damage fund.",
    ]
    assert pairs([WATER, whole, OCEAN], [WATER, *parts, OCEAN])[1][:2] == ((1,), (1, 2, 3))
    assert pairs([WATER, *parts, OCEAN], [WATER, whole, OCEAN])[1][:2] == ((1, 2, 3), (1,))


LOANS = "Members may borrow ten books for three weeks and may renew them twice unless another reader waits."
CANAL = "The committee closed the canal in winter, repaired both locks and told the boatmen in May to return."


@pytest.mark.parametrize("encoder", [None, DEFAULT])
@pytest.mark.parametrize(
    ("whole", "parts"),
    [
        (
            LOANS,
            [
                "You can borrow ten books.",
                "You may keep them for three weeks.",
                "If no other reader waits, you can renew them twice.",
            ],
        ),
        (
            CANAL,
            [
                "For the winter the canal was closed.",
                "Both of its locks were repaired.",
                "In May the boatmen heard that they could return.",
            ],
        ),
    ],
)
def test_a_sentence_told_in_other_words_is_linked_with_all_its_parts(
    whole: str, parts: list[str], encoder: Encoder | None
) -> None:
    first = "Forty thousand girls in the mountain districts can now go to school."
    last = "In the north it did not rain, and two harvests failed."
    shorter, longer = [SCHOOLS, whole, HARVEST], [first, *parts, last]
    assert _sides(shorter, longer, encoder) == [((0,), (0,)), ((1,), (1, 2, 3)), ((2,), (4,))]
    assert _sides(longer, shorter, encoder) == [((0,), (0,)), ((1, 2, 3), (1,)), ((4,), (2,))]


@pytest.mark.parametrize("encoder", [None, DEFAULT])
@pytest.mark.parametrize(
    ("form", "of", "does", "when"),
    [
        (
            "The {} lock will {} at {}.",
            ("northern", "southern"),
            ("close", "open"),
            ("dusk", "noon"),
        ),
        ("Le quai {} sera {} en {}.", ("nord", "sud"), ("fermé", "ouvert"), ("mai", "juin")),
        ("{} причал {} на ремонт в {}.", ("Северный", "Южный"), ("закрыт", "остановлен"), ("мае", "июне")),
    ],
)
def test_sentences_as_alike_crosswise_keep_their_order(
    form: str, of: tuple[str, str], does: tuple[str, str], when: tuple[str, str], encoder: Encoder | None
) -> None:
    old = [form.format(one, verb, date) for one, verb, date in zip(of, does, when, strict=True)]
    new = [form.format(one, verb, date) for one, verb, date in zip(of, does[::-1], when[::-1], strict=True)]
    assert _sides(old, new, encoder) == [((0,), (0,)), ((1,), (1,))]


@pytest.mark.parametrize("encoder", [None, DEFAULT])
def test_a_short_half_that_would_be_linked_by_itself_joins(encoder: Encoder | None) -> None:
    parts = ["The dike broke in March.", "The valley was flooded within the hour."]
    whole = ["When the dike broke in March, the whole valley was under water."]
    assert _sides(parts, whole, encoder) == [((0, 1), (0,))]
    assert _sides(whole, parts, encoder) == [((0,), (0, 1))]


def test_what_a_later_speech_says_again_in_other_words_is_linked_where_texts_keep_no_order() -> None:
    said = "Whoever arms a militia shares the guilt for what that militia does to a village."
    again = "Guilt for what a militia does is shared by whoever gave it arms."
    old, new = (_read_seed(name) for name in ("XAA_32_2023", "XAA_33_2024"))
    old.insert(5, said)
    new.insert(28, again)
    weights, group = load_weights(), Group((5,), (28,))
    scored = score_links(_pair(old, new), weights)
    assert scored.chances[group] < weights.accept
    assert scored.moves[group] < weights.accept_move
    assert scored.reuse[group] >= weights.accept
    assert group in scored.found
    # A revision keeps its order: what is left over there was dropped, or is new.
    revised = [*old[:20], again, *old[20:]]
    revised.remove(said)
    assert not score_links(_pair(old, [f"Today {text}" for text in revised]), weights).reuse


def _read_seed(name: str) -> list[str]:
    text = (Path(__file__).parents[1] / "seeds" / "xaa" / f"{name}.md").read_text("utf-8")
    return [one.text for one in segment(text.rpartition("---")[2])]


def _pair(old: list[str], new: list[str]) -> Pairing:
    folded = [fold(text) for text in old], [fold(text) for text in new]
    return pair_texts(*folded, match_equals(*folded), load_weights().likeness)


@pytest.mark.parametrize("encoder", [None, DEFAULT])
def test_an_unrelated_neighbour_does_not_join(encoder: Encoder | None) -> None:
    old = [FUND, SCHOOLS, WATER]
    new = [FUND_NOW, PORT, SCHOOLS_NOW, OCEAN]
    assert _sides(old, new, encoder) == [((0,), (0,)), ((1,), (2,))]


def _sides(
    old: list[str], new: list[str], encoder: Encoder | None
) -> list[tuple[tuple[int, ...], tuple[int, ...]]]:
    return [(link.old, link.new) for link in align(old, new, encoder)]


def test_an_edited_sentence_that_moved_is_still_linked() -> None:
    found = pairs([FUND, WATER, OCEAN, THANKS], [WATER, OCEAN, THANKS, FUND_NOW])
    assert ((0,), (3,), "likeness") in found


def test_repeated_sentences_keep_their_neighbours() -> None:
    old = [THANKS, FUND, THANKS, WATER, THANKS]
    new = [FUND, THANKS, WATER, THANKS]
    assert pairs(old, new) == [
        ((1,), (0,), "equal"),
        ((2,), (1,), "equal"),
        ((3,), (2,), "equal"),
        ((4,), (3,), "equal"),
    ]


VERSES = [line for n in range(40) for line in (f"Verse {n} is sung.", "The river flows.", THANKS)]


@pytest.mark.parametrize("at", [1, 50, 61, 119])
def test_one_of_many_repeated_sentences_is_dropped_and_none_moves(at: int) -> None:
    found = match_equals(VERSES, VERSES[:at] + VERSES[at + 1 :])
    assert found == tuple((i, i - (i > at)) for i in range(len(VERSES)) if i != at)


def test_many_repeated_sentences_move_with_the_verse_before_them() -> None:
    new = VERSES[60:75] + VERSES[:60] + VERSES[75:]
    expected = [(i, i - 60) if 60 <= i < 75 else (i, i + 15 * (i < 60)) for i in range(len(VERSES))]
    assert list(match_equals(VERSES, new)) == expected


def test_what_repeats_without_end_is_put_in_order_in_a_moment() -> None:
    lines = ["The river flows.", "We sing.", THANKS] * 10_000
    at = 15_001
    found = match_equals(lines, lines[:at] + lines[at + 1 :])
    assert found == tuple((i, i - (i > at)) for i in range(len(lines)) if i != at)


def test_unlike_speeches_are_not_forced_together() -> None:
    old = [WATER, "Our harvests failed twice in three years.", "The peace talks in the north have resumed."]
    new = [
        OCEAN,
        "Digital trade widens the gap between us.",
        "Our young people ask for schools and for work.",
    ]
    assert pairs(old, new) == []


@given(Sentences)
def test_a_text_beside_itself_is_equal_throughout(text: list[str]) -> None:
    assert pairs(text, text) == [((i,), (i,), "equal") for i in range(len(text))]


@settings(deadline=None)
@given(Sentences, Sentences)
def test_each_sentence_is_in_one_link_at_most(old: list[str], new: list[str]) -> None:
    links = align(old, new)
    for side, size in (("old", len(old)), ("new", len(new))):
        places = [place for link in links for place in getattr(link, side)]
        assert len(places) == len(set(places))
        assert all(0 <= place < size for place in places)
    assert all(
        0.5 <= link.confidence <= 1 == (link.confidence == round(link.confidence, 4)) for link in links
    )
    assert links == align(old, new)


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5), st.integers(1, 9)), max_size=8))
def test_no_chain_is_heavier_than_the_one_found(cells: list[tuple[int, int, int]]) -> None:
    blocks = [ChainBlock(i, i, j, j, float(gain)) for i, j, gain in cells]

    def heaviest(old: int, new: int) -> float:
        later = (b for b in blocks if b.old_first > old and b.new_first > new)
        return max((b.gain + heaviest(b.old_last, b.new_last) for b in later), default=0.0)

    chain = [blocks[index] for index in find_heaviest_chain(blocks)]
    assert sum(block.gain for block in chain) == heaviest(-1, -1)
    assert all(a.old_last < b.old_first and a.new_last < b.new_first for a, b in itertools.pairwise(chain))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("我们将在2023年向技术合作基金捐款五百万欧元。", "我们打算在2024年向技术合作基金捐款八百万欧元。"),
        (
            "Мы внесём в Фонд технического сотрудничества пять миллионов евро в 2023 году.",
            "Мы намерены внести в Фонд технического сотрудничества восемь миллионов евро в 2024 году.",
        ),
        (
            "سنساهم بخمسة ملايين يورو في صندوق التعاون التقني في عام 2023.",
            "نعتزم أن نساهم بثمانية ملايين يورو في صندوق التعاون التقني في عام 2024.",
        ),
    ],
)
@pytest.mark.parametrize("encoder", [None, DEFAULT])
def test_an_edit_is_found_in_every_script(old: str, new: str, encoder: Encoder | None) -> None:
    links = align([WATER, old, OCEAN], [WATER, new, OCEAN], encoder)
    assert [(link.old, link.new) for link in links] == [((0,), (0,)), ((1,), (1,)), ((2,), (2,))]


def test_equal_texts_never_load_the_encoder() -> None:
    class Refusing:
        name = digest = stamp = "none"
        weights = DEFAULT.weights

        def encode(self, sentences: Sequence[str]) -> Vectors:
            raise AssertionError(sentences)

    assert len(align([FUND, WATER], [WATER], Refusing())) == 1


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4), st.integers(-3, 3)), max_size=6))
def test_a_links_part_in_all_chains_is_what_counting_them_gives(cells: list[tuple[int, int, int]]) -> None:
    blocks = [ChainBlock(i, i, j, j, float(gain)) for i, j, gain in cells]
    weights = [0.0] * len(blocks)
    whole = 0.0
    for chosen in itertools.product((False, True), repeat=len(blocks)):
        chain = sorted((b for b, used in zip(blocks, chosen, strict=True) if used), key=lambda b: b.old_first)
        if all(a.old_last < b.old_first and a.new_last < b.new_first for a, b in itertools.pairwise(chain)):
            weight = math.exp(sum(block.gain for block in chain))
            whole += weight
            weights = [w + weight * used for w, used in zip(weights, chosen, strict=True)]
    assert weigh_blocks(blocks, 5, 5) == pytest.approx([weight / whole for weight in weights], abs=1e-6)


SCHOOLS = "Our schools opened their doors to forty thousand girls in the mountain districts."
SCHOOLS_NOW = "Our schools have opened their doors to fifty thousand girls in the mountain districts."
HARVEST = "Two harvests in a row have failed in the northern provinces for want of rain."
HARVEST_NOW = "Three harvests in a row have failed in the northern provinces for want of any rain."
PORT = "The port of the capital was rebuilt with the help of our neighbours."


def judge_move_of(old: list[str], new: list[str], group: Group) -> float:
    weights = load_weights()
    folded_old, folded_new = [fold(text) for text in old], [fold(text) for text in new]
    pairing = pair_texts(folded_old, folded_new, match_equals(folded_old, folded_new), weights.likeness)
    groups = propose_groups(pairing)
    measured = dict(zip(groups, measure_links(pairing, groups, weights.place), strict=True))
    return score_moves(pairing, measured, (), weights.move)[group]


def test_a_move_needs_more_evidence_where_much_is_free_and_less_where_sentences_moved_unchanged() -> None:
    kept = [WATER, OCEAN, HARVEST, PORT]
    free = ["A new museum has opened its gates.", "Our athletes won seven medals abroad."]
    alone = judge_move_of([SCHOOLS, *kept], [*kept, SCHOOLS_NOW], Group((0,), (4,)))
    among = judge_move_of([SCHOOLS, *kept, FUND, THANKS], [*kept, *free, SCHOOLS_NOW], Group((0,), (6,)))
    beside = judge_move_of([SCHOOLS, FUND, *kept], [*kept, FUND, SCHOOLS_NOW], Group((0,), (5,)))
    assert among < alone < beside


@pytest.mark.parametrize("encoder", [None, DEFAULT])
def test_an_edited_sentence_that_moved_is_found_among_unrelated_ones(encoder: Encoder | None) -> None:
    gone = [f"The {name} fair closed its doors after {name} rain." for name in ("spring", "autumn", "winter")]
    come = [f"A {name} choir sang before the {name} gate." for name in ("northern", "southern", "eastern")]
    kept = [WATER, OCEAN, HARVEST, PORT, FUND]
    old, new = [SCHOOLS, *gone, *kept], [*come, *kept, SCHOOLS_NOW]
    assert ((0,), (8,)) in [(link.old, link.new) for link in align(old, new, encoder)]


def test_a_weak_link_in_order_gives_way_to_a_sure_move_that_it_blocks() -> None:
    weak, apart, sure = Group((0,), (0,)), Group((2,), (1,)), Group((0,), (3,))
    chances = {weak: 0.6, apart: 0.7, sure: 0.0}
    weights = load_weights()
    blocked = choose_in_order(chances, {weak: 0.0, apart: 0.0, sure: 0.99}, [], weights)
    free = choose_in_order(chances, {weak: 0.0, apart: 0.0, sure: 0.2}, [], weights)
    assert (list(blocked), list(free)) == ([apart], [weak, apart])


def test_two_parts_of_a_split_do_not_block_each_other() -> None:
    first, second = Group((0,), (0,)), Group((0,), (1,))
    moves = {first: 0.99, second: 0.98}
    assert list(choose_in_order({first: 0.9, second: 0.8}, moves, [], load_weights())) == [first]


def test_a_few_equal_sentences_that_moved_do_not_carry_the_order_away_from_the_reworded_ones() -> None:
    old = [PORT, SCHOOLS, HARVEST, FUND]
    new = [SCHOOLS_NOW, HARVEST_NOW, FUND_NOW, PORT]
    folded_old, folded_new = [fold(text) for text in old], [fold(text) for text in new]
    equal = match_equals(folded_old, folded_new)
    pairing = pair_texts(folded_old, folded_new, equal, load_weights().likeness)
    assert (pairing.in_order, pairing.moved) == ((), ((0, 3),))
    assert [(link.old, link.new) for link in align(old, new)] == [
        ((1,), (0,)),
        ((2,), (1,)),
        ((3,), (2,)),
        ((0,), (3,)),
    ]


def test_room_is_what_the_certain_links_leave_to_a_group() -> None:
    inside, crossing = Group((1,), (2,)), Group((1,), (5,))
    chances = {inside: 0.2, crossing: 0.1}
    anchored = measure_anchors(chances, [(0, 0), (3, 4)], (6, 7))
    assert anchored[0] == pytest.approx((math.log(2 * 3), 0.0, 0.25), abs=1e-4)
    assert anchored[1] == pytest.approx((math.log(6 * 7), 1.0, 0.0), abs=1e-4)
