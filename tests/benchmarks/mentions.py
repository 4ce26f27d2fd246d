"""Measure how often a term that counts for a topic names that topic, on mentions judged by readers.

``coding/mentions.csv`` holds mentions of every topic of the shipped vocabulary in the UN General Debate,
drawn over all decades, at most one a speech and topic, and whether a reader who saw the sentence, and those
around it, says that its words name the topic. Speeches fall in two halves by a digest: terms were narrowed
on mentions of the ``work`` half and those of the ``report`` half were drawn with the terms as they then were,
and judged once. A row keeps the place and a digest of the sentence, no text.

Run as ``python -m tests.benchmarks.mentions`` in the root of the repository for the report half; ``work``
after it takes the other, and lists what was judged wrong and still counts; ``first`` and ``second`` are two
draws by seed, judged by who had mended the terms, the second after that. ``draw HALF NUMBER`` prints so
many mentions a topic for a reader to judge, with the sentence.

``fresh NUMBER FILE`` draws so many by seed over all topics, from speeches that no sheet has, prints them as
``coding/mentions_fresh.csv`` has them, without the term, and writes what readers are to see as JSON lines.
"""

from __future__ import annotations

import csv
import hashlib
import json
import re
import sys
from collections import Counter, defaultdict
from functools import cache, lru_cache
from itertools import chain, islice, zip_longest
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, NamedTuple

from tests.acceptance.draw_sheets import list_coded, list_speeches
from tests.coded_sheets import CODING, load_speech
from tests.shared_data import require
from tracker.comparing.pipeline import side_vocabulary
from tracker.comparing.topics.mentions import find_mentions as find_counted
from tracker.comparing.topics.vocabulary.load import load_vocabulary
from tracker.comparing.topics.vocabulary.matching import HINT
from tracker.references import own_names

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from tracker.model.topics import Mention

SHEET = Path(__file__).parent / "coding" / "mentions.csv"
COLUMNS = ("half", "topic", "country", "session", "place", "digest", "verdict")
_HALVES = ("work", "report")
_SESSIONS_IN_A_DECADE = 10
FRESH = SHEET.with_name("mentions_fresh.csv")
_SEED = 20261130
_AROUND = 1
"""Sentences shown to a reader before and after the one with the mention."""


class Found(NamedTuple):
    """A mention in a speech."""

    country: str
    session: str
    mention: Mention


@cache
def read_sentences(country: str, session: str) -> tuple[str, ...]:
    """Return the sentences of a speech as they are cut now."""
    return tuple(segment.text for segment in load_speech(country, session).version.segments)


@lru_cache(maxsize=256)
def find_mentions(country: str, session: str) -> tuple[Mention, ...]:
    """Return the mentions in a speech that count without further support: no hint, not the own country."""
    side = load_speech(country, session)
    rows = find_counted(side.version, side_vocabulary(side, load_vocabulary()), own_names(country))
    return tuple(mention for row in rows for mention in row if mention.confidence > HINT)


def list_half(half: str) -> Iterator[tuple[str, str]]:
    """Return country and session of the speeches of one half, in order."""
    for path in sorted(require("ungdc").glob("*/*.txt")):
        country, session = path.parent.name, path.name.split("_")[0]
        if _HALVES[_digest(country, session)[0] in "02468ace"] == half:
            yield country, session


def draw_mentions(half: str, number: int) -> Iterator[Found]:
    """Return so many mentions a topic, or all there are, its decades in turn and within each by digest."""
    met: dict[str, list[Found]] = defaultdict(list)
    for country, session in list_half(half):
        firsts: dict[str, Mention] = {}
        for mention in sorted(find_mentions(country, session), key=lambda found: _rank(country, found)):
            firsts.setdefault(mention.topic, mention)
        for topic, mention in firsts.items():
            met[topic].append(Found(country, session, mention))
    for topic in sorted(met):
        yield from _take_in_turn(met[topic], number)


def draw_fresh(number: int) -> list[Found]:
    """Return so many mentions from speeches that no sheet has, the topics in turn, by seed."""
    met: dict[str, list[Found]] = defaultdict(list)
    sheets = {*CODING.glob("*.csv"), *SHEET.parent.glob("*.csv")} - {FRESH}
    known = set(list_coded(sheet for sheet in sorted(sheets) if "country" in read_columns(sheet)))
    for country, session in sorted(list_speeches().keys() - known):
        for mention in find_mentions(country, str(session)):
            met[mention.topic].append(Found(country, str(session), mention))
    chance = Random(_SEED)  # noqa: S311 (a sample, no secret)
    topics = sorted(met)
    chance.shuffle(topics)
    rows = {topic: chance.sample(met[topic], min(number, len(met[topic]))) for topic in topics}
    turns = chain.from_iterable(zip_longest(*rows.values()))
    return sorted(islice(filter(None, turns), number), key=lambda each: (each.mention.topic, each[:2]))


def read_columns(sheet: Path) -> list[str]:
    """Return the names of a sheet's columns."""
    with sheet.open(encoding="utf-8", newline="") as file:
        return next(csv.reader(file))


def write_fresh(number: int, target: Path) -> None:
    """Print mentions drawn as a sheet, and write sentence, topic and its description for readers."""
    topics = {topic.id: topic for topic in load_vocabulary().topics}
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(("topic", "country", "session", "place", "digest", "verdict"))
    with target.open("w", encoding="utf-8") as file:
        for at, (country, session, mention) in enumerate(draw_fresh(number), 1):
            sentences, place = read_sentences(country, session), mention.segment
            writer.writerow((mention.topic, country, session, place, _digest(sentences[place])[:12], ""))
            topic = topics[mention.topic]
            above = topics[topic.broader].label if topic.broader else ""
            seen = {
                "number": at,
                "speech": f"{country} {session}",
                "before": " ".join(sentences[max(0, place - _AROUND) : place]),
                "sentence": sentences[place],
                "after": " ".join(sentences[place + 1 :][:_AROUND]),
                "topic": topic.label,
                "description": topic.scope_note or f"{topic.kind}, part of: {above or 'nothing'}",
            }
            file.write(json.dumps(seen, ensure_ascii=False) + "\n")


def _take_in_turn(met: Iterable[Found], number: int) -> Sequence[Found]:
    decades: dict[int, list[Found]] = defaultdict(list)
    for found in sorted(met, key=lambda item: _digest(item.country, item.session, item.mention.topic)):
        decades[int(found.session) // _SESSIONS_IN_A_DECADE].append(found)
    taken: list[Found] = []
    while len(taken) < number and any(decades.values()):
        taken += [row.pop(0) for _, row in sorted(decades.items()) if row]
    return taken[:number]


def _rank(country: str, mention: Mention) -> str:
    return _digest(country, mention.topic, str(mention.segment), str(mention.start))


def _digest(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def print_drawn(half: str, number: int) -> None:
    """Print mentions as CSV for a reader, the words that count between asterisks."""
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow((*COLUMNS, "term", "text"))
    for country, session, mention in draw_mentions(half, number):
        sentences = read_sentences(country, session)
        sentence, place = sentences[mention.segment], mention.segment
        marked = (
            f"{sentence[: mention.start]}**{sentence[mention.start : mention.end]}**{sentence[mention.end :]}"
        )
        shown = [*sentences[max(0, place - _AROUND) : place], marked, *sentences[place + 1 :][:_AROUND]]
        where = f"{place}:{mention.start}-{mention.end}"
        row = (half, mention.topic, country, session, where, _digest(sentence)[:12], "")
        writer.writerow((*row, mention.term, " | ".join(shown)))


def score(half: str) -> None:
    """Print how many of the judged mentions that still count are right, in all and by topic where not."""
    with SHEET.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["half"] == half]
    counted = [row for row in rows if _still_counts(row)]
    right, wrong = (
        Counter(row["topic"] for row in counted if row["verdict"] == v) for v in ("right", "wrong")
    )
    total = sum(right.values()) + sum(wrong.values())
    print(f"{half}: {len(rows)} judged, {total} of them count: {sum(right.values())} right", end="")
    print(
        f" ({sum(right.values()) / total:.3f}); of {len(right | wrong)} topics {len(wrong)} have a wrong one"
    )
    for topic, number in wrong.most_common():
        print(f"  {topic}: {number} of {number + right[topic]} wrong")
        if half == "work":
            for row in counted:
                if row["topic"] == topic and row["verdict"] == "wrong":
                    print(f"    {row['country']} {row['session']}: {_show(row)}")


def _still_counts(row: Mapping[str, str]) -> bool:
    """Whether the topic is still met where a judged mention stood. A sentence cut otherwise counts not."""
    _, start, end = _read_place(row)
    place = _find_sentence(row)
    return any(
        (mention.topic, mention.segment) == (row["topic"], place)
        and mention.start < end
        and start < mention.end
        for mention in find_mentions(row["country"], row["session"])
    )


def _find_sentence(row: Mapping[str, str]) -> int | None:
    """Return the place of the judged sentence, however those before it are cut now."""
    sentences = read_sentences(row["country"], row["session"])
    return next((at for at, each in enumerate(sentences) if _digest(each)[:12] == row["digest"]), None)


def _show(row: Mapping[str, str]) -> str:
    _, start, end = _read_place(row)
    sentence = read_sentences(row["country"], row["session"])[_find_sentence(row) or 0]
    return f"{sentence[max(0, start - 80) : start]}**{sentence[start:end]}**{sentence[end : end + 80]}"


def _read_place(row: Mapping[str, str]) -> tuple[int, int, int]:
    place, start, end = map(int, re.split("[:-]", row["place"]))
    return place, start, end


if __name__ == "__main__":
    if "fresh" in sys.argv:
        write_fresh(int(sys.argv[2]), Path(sys.argv[3]))
    elif "draw" in sys.argv:
        print_drawn(sys.argv[2], int(sys.argv[3]))
    else:
        score(sys.argv[1] if len(sys.argv) > 1 else "report")
