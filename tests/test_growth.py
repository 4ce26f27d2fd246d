"""Statements that nobody would make, through the commands: each is read, judged and compared in a moment."""

from __future__ import annotations

import random
import sys
from itertools import cycle, islice
from typing import TYPE_CHECKING, Final

import pytest

from tests.benchmarks.growth import Growth, measure
from tests.benchmarks.growth_stages import STAGES
from tests.benchmarks.growth_texts import edit, revise, write
from tests.limits import run_limited
from tests.thorough import IS_THOROUGH, few, long, size, some
from tracker.comparing.changes import describe_changes
from tracker.comparing.edits import LONGEST, SHARE, split_windows, word_edits
from tracker.comparing.passages import terms
from tracker.comparing.shifts.axes import find_shifts
from tracker.model.changes import Link
from tracker.text.encoder import DEFAULT
from tracker.text.reading import read_text

if TYPE_CHECKING:
    from pathlib import Path
    from types import FrameType

    from _typeshed import TraceFunction

SPEECHES: Final = {
    "one acronym": "SDG " * size(10_000),
    "quotation marks": '"' * size(200_000),
    "a word without an end": "a" * size(200_000),
    "topics side by side": write("terms side by side", size(40_000)),
    "priorities": write("priorities enumerated", size(40_000)),
    "commitments": write("commitments", size(40_000)),
    "countries": write("situations", size(40_000)),
    "a session in one sentence": write("one long sentence", size(200_000)),
    "figures": write("figures", size(40_000)),
    "names": write("names", size(40_000)),
    "Chinese in one sentence": write("Chinese without a stop", size(40_000)),
    "hyphens before a topic": f"We agree in {'a-' * 60}a_SDG, such as {'a-' * 60}a_SDG, and on peace.",
}


@pytest.mark.parametrize("name", some(2, SPEECHES))
def test_a_speech_is_compared_in_a_moment_whatever_it_says(name: str, tmp_path: Path) -> None:
    for file, text in (("old.txt", SPEECHES[name]), ("new.txt", edit(SPEECHES[name]))):
        (tmp_path / file).write_text(f"We had come from far away to speak.\n\n{text}\n")
    ran = run_limited(tmp_path, "diff", "old.txt", "new.txt", "--all")
    assert (ran.code, ran.err) == (1, "")
    # What a comparison reads of each side.
    if IS_THOROUGH or name == "priorities":
        ran = run_limited(tmp_path, "priorities", "./old.txt")
        assert (ran.code, ran.err) == (0, "")


def test_a_million_words_are_one_statement(tmp_path: Path) -> None:
    (tmp_path / "old.txt").write_text("We agree on peace and security, and on rivers too. " * 100_000)
    ran = run_limited(tmp_path, "show", "./old.txt", "--raw")
    assert (ran.code, ran.err) == (0, "")


@long
@pytest.mark.parametrize(
    "kind", ["one sentence of names, English", "one sentence of numbers, English", "overlapping terms"]
)
def test_no_stage_takes_much_longer_for_ten_times_as_much(kind: str) -> None:
    # Each process that measures has it then, and need not load it.
    DEFAULT.encode(["We agree."])
    grown = list(measure(size(10_000), steps=2, only=[f"{kind}:"]))
    assert len(grown) == len(STAGES)
    # At so small sizes what is done once weighs much, so nothing is taken off; quadratic would be 100 times.
    slow = [each for each in grown if not each.ended and each.seconds[-1] > 20 * max(each.seconds[-2], 0.01)]
    assert [each for each in grown if each.ended] + slow == []


def test_what_grows_too_fast_or_dies_fails() -> None:
    assert Growth("a", "b", (0.0, 0.1, 1.0, 20.0)).fails
    assert not Growth("a", "b", (0.0, 0.1, 1.0, 10.0)).fails
    assert not Growth("a", "b", (0.0, 0.0, 0.001, 0.09)).fails
    assert not Growth("a", "b", (5.0, 5.1, 6.0, 15.0)).fails
    assert Growth("a", "b", (), "killed").fails


# What is parted to be bounded --------------------------------------------------------------------------


@pytest.mark.parametrize("what", few(1, "names", "numbers", "dates", "quotations"))
def test_a_sentence_of_which_nothing_stayed_is_compared_in_a_moment(what: str, tmp_path: Path) -> None:
    kind = f"one sentence of {what}, English"
    length = max(40_000, size(160_000))
    for file, text in (("old.txt", write(kind, length)), ("new.txt", revise(kind, length))):
        (tmp_path / file).write_text(f"We had come from far away to speak.\n\n{text}.\n")
    ran = run_limited(tmp_path, "diff", "old.txt", "new.txt", "--all")
    assert (ran.code, ran.err) == (1, "")


@pytest.mark.parametrize(("words", "changed"), few(1, (3000, 0.1), (3000, 0.9), (20_000, 0.3)))
def test_long_runs_of_words_are_compared_in_parts_and_nothing_is_lost(words: int, changed: float) -> None:
    chance = random.Random(5)  # noqa: S311 - the same texts every time
    old = [f"w{chance.randrange(words)}" for _ in range(words)]
    new = [word if chance.random() > changed else f"x{chance.randrange(99)}" for word in old][words // 7 :]
    edits = word_edits(" ".join(old), " ".join(new), "en")
    assert "".join(edit.text for edit in edits if edit.kind != "inserted") == " ".join(old)
    assert "".join(edit.text for edit in edits if edit.kind != "deleted") == " ".join(new)
    kept = sum(len(edit.text.split()) for edit in edits if edit.kind == "kept")
    assert kept > 0.8 * (1 - changed) * len(new)
    assert len(old) + len(new) > LONGEST
    assert max(stretch.size for stretch in split_windows(old, new)) <= SHARE + 2
    assert len(list(split_windows(old[:600], new[:600]))) == 1


WORDS: Final = (
    "we",
    "will",
    "may",
    "not",
    "all",
    "most",
    "by 2030",
    "5 million euros",
    "Kenya and",
    "fully",
    "W{n}",
)


@pytest.mark.parametrize(
    "changed", few(1, "if we can", "revised", "not", "6 million euros", "Revised", "must")
)
@long
def test_what_the_edits_of_a_long_sentence_mean_is_read_in_steps_that_grow_with_it(changed: str) -> None:
    _count_steps(100, changed)  # the tables are read once
    steps = [_count_steps(words, changed) for words in ((400, 800) if IS_THOROUGH else (200, 400))]
    assert steps[1] < 2.4 * steps[0]


def _count_steps(words: int, changed: str) -> int:
    """Count the steps of the interpreter, and the characters in which terms are looked for."""
    old = [word.replace("{n}", str(n)) for n, word in enumerate(islice(cycle(WORDS), words))]
    new = [changed if n % 10 == 5 else word for n, word in enumerate(old)]
    before, after = (read_text(f"{' '.join(side)}.", language="en") for side in (old, new))
    (change,) = describe_changes(before, after, [Link((0,), (0,), 1.0, "likeness")])
    assert len(change.edits) > words // 10
    count = 0

    def trace(frame: FrameType, event: str, _: object) -> TraceFunction:
        nonlocal count
        count += event == "opcode"
        if event == "call" and frame.f_code is terms.find_terms.__code__:
            count += len(frame.f_locals["text"])
        frame.f_trace_lines, frame.f_trace_opcodes = False, "tracker" in frame.f_code.co_filename
        return trace

    traced = sys.gettrace()
    sys.settrace(trace)
    try:
        find_shifts(before, after, change)
    finally:
        sys.settrace(traced)
    return count


def test_a_long_sentence_has_one_vector_of_length_one() -> None:
    long = write("one long sentence", 25_000)
    vectors = DEFAULT.encode([long, "We agree.", long])
    assert vectors[0].tolist() == vectors[2].tolist()
    assert float(vectors[0] @ vectors[0]) == pytest.approx(1.0, abs=1e-5)
    assert float(vectors[0] @ DEFAULT.encode([long[:9000]])[0]) > 0.7
