"""Whether twins of a pair of statements are read alike in the six languages of the UN.

Each set in ``tests/twins`` holds a made-up statement and its successor in English, French, Spanish, Russian,
Arabic and Chinese, and a table of the topics that a reader expects of both, with their statuses. The first
set was worked on; the second is for reporting alone. Printed are, by language, how many of the five topics
that English puts first in each statement are first there too, and of the topics that are a priority in
English or there, how many have the same levels, and the same status; beside them how much of the expected
table is met. Run as ``python -m tests.benchmarks.languages [SET] [--differences]`` in the root of the
repository.
"""

from __future__ import annotations

import sys
import tomllib
from dataclasses import dataclass
from functools import cache
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tracker.comparing.topics.reading import LIKELY, read_topics
from tracker.comparing.topics.statuses import ReadText, compare_topics
from tracker.comparing.topics.vocabulary.load import load_vocabulary
from tracker.model.topics import PRIORITIES
from tracker.text.reading import read_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tracker.model.topics import TopicReading

LANGUAGES: Final = ("en", "fr", "es", "ru", "ar", "zh")
SETS: Final = ("first", "second")
_TWINS: Final = Path(__file__).parents[1] / "twins"
_FIRST: Final = 5


@dataclass(frozen=True, slots=True)
class Judged:
    """What a pair in one language comes to: levels on both sides and statuses, and what is put first."""

    rows: Mapping[str, tuple[str, str, str]]
    first: tuple[frozenset[str], frozenset[str]]

    def levels(self, topic: str) -> tuple[str, str]:
        """Return the levels of a topic, empty where it is absent; a narrower topic alone does not count."""
        old, new, _ = self.rows.get(topic, ("", "", ""))
        return old, new

    def status(self, topic: str) -> str:
        """Return the status of a topic, empty where it is a priority on neither side."""
        return self.rows.get(topic, ("", "", ""))[2]


@cache
def judge(chosen: str, language: str) -> Judged:
    """Return what the pair of a set comes to in a language, read as two files are."""
    before, after = (
        read_text((_TWINS / chosen / f"{side}.{language}.txt").read_text(encoding="utf-8"))
        for side in ("old", "new")
    )
    assert before.language == after.language == language
    old, new = (read_topics(version, load_vocabulary()) for version in (before, after))
    changes, _ = compare_topics(ReadText(before, old), ReadText(after, new), load_vocabulary())
    sides = [
        {each.topic: _read_level(each) for each in side if each.rule != "a narrower topic is named"}
        for side in (old, new)
    ]
    statuses = {change.topic: change.outcome for change in changes}
    topics = sorted({*sides[0], *sides[1]})
    rows = {
        topic: (sides[0].get(topic, ""), sides[1].get(topic, ""), statuses.get(topic, "")) for topic in topics
    }
    return Judged(rows, (_put_first(old), _put_first(new)))


def _read_level(reading: TopicReading) -> str:
    """Return the level that the rules give: in English alone a probability may make more of a mention."""
    return "mentioned" if reading.rule.startswith(LIKELY) else reading.level


def _put_first(readings: tuple[TopicReading, ...]) -> frozenset[str]:
    """Return the topics put first: declared before substantive, then by share."""
    priorities = [each for each in readings if each.level in PRIORITIES]
    ranked = sorted(priorities, key=lambda each: (each.level != "declared", -each.share))
    return frozenset(each.topic for each in ranked[:_FIRST])


@cache
def read_expected(chosen: str) -> dict[str, tuple[str, str, str]]:
    """Return the levels and the status that a reader expects of each topic."""
    table = tomllib.loads((_TWINS / chosen / "expected.toml").read_text(encoding="utf-8"))
    return {topic: (old, new, status) for topic, (old, new, status) in table.items()}


def find_priorities(chosen: str, language: str) -> set[str]:
    """Return the topics that are a priority on a side in English or in the language."""
    both = judge(chosen, "en"), judge(chosen, language)
    return {topic for judged in both for topic in judged.rows if PRIORITIES & {*judged.levels(topic)}}


def _describe(chosen: str, language: str) -> str:
    english, judged, expected = judge(chosen, "en"), judge(chosen, language), read_expected(chosen)
    topics = find_priorities(chosen, language)
    first = sum(len(mine & others) for mine, others in zip(judged.first, english.first, strict=True))
    levels = sum(judged.levels(topic) == english.levels(topic) for topic in topics)
    statuses = sum(judged.status(topic) == english.status(topic) for topic in topics)
    table = [
        sum(judged.levels(topic) == row[:2] for topic, row in expected.items()),
        sum(judged.status(topic) == row[2] for topic, row in expected.items()),
    ]
    return (
        f"{chosen:8}{language:4}{first:3} of {sum(map(len, english.first))}"
        f"{levels:8} of {len(topics)}{statuses:8} of {len(topics)}"
        f"{table[0]:8} of {len(expected)}{table[1]:8} of {len(expected)}"
    )


def _differences(chosen: str, language: str) -> Iterator[str]:
    judged, expected = judge(chosen, language), read_expected(chosen)
    for topic in sorted({*expected, *find_priorities(chosen, language)}):
        mine, wanted = judged.rows.get(topic, ("", "", "")), expected.get(topic, ("", "", ""))
        if mine != wanted and (topic in expected or PRIORITIES & {*mine}):
            yield f"  {topic}: {' | '.join(mine)}; expected {' | '.join(wanted)}"


def main() -> None:
    """Print the figures of the sets that are named, or of both."""
    sets = [name for name in SETS if name in sys.argv] or SETS
    print("set     lang  first five    levels        statuses      levels as     statuses as expected")
    for chosen, language in chain.from_iterable(((name, each) for each in LANGUAGES) for name in sets):
        print(_describe(chosen, language))
        if "--differences" in sys.argv:
            print(*_differences(chosen, language), sep="\n")


if __name__ == "__main__":
    main()
