"""Builders of comparisons by hand: what a test says is what the report gets."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256
from typing import TYPE_CHECKING

from tracker.comparing.highlights import find_highlights
from tracker.model.changes import Change, Comparison, Edit, Evidence, Provenance, Shift
from tracker.model.texts import Segment, Side, SpanMap, Version
from tracker.model.topics import Counterpart, Passage, Topic, TopicChange, TopicReading, Vocabulary

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tracker.model.changes import Axis, Direction, EditKind, Genre, LinkMethod, Operation
    from tracker.model.topics import Level, Status

VOCABULARY = Vocabulary("made-up", (Topic("climate", "Climate change"),))


def version(*paragraphs: Sequence[str], language: str = "en") -> Version:
    """Return a version of paragraphs of sentences."""
    segments: list[Segment] = []
    text = ""
    for number, sentences in enumerate(paragraphs, start=1):
        for at, sentence in enumerate(sentences):
            text += ("" if not text else " " if at else "\n\n") + sentence
            start = len(text) - len(sentence)
            segments.append(Segment(len(segments), "sentence", number, start, len(text), sentence))
    return Version(text, language, tuple(segments), SpanMap(()), "text", "text/plain")


def side(name: str, *paragraphs: Sequence[str], language: str = "en") -> Side:
    return Side(name=name, version=version(*paragraphs, language=language))


def edits(marked: str) -> tuple[Edit, ...]:
    """Read ``kept|-deleted|+inserted|kept``."""
    kinds: dict[str, EditKind] = {"-": "deleted", "+": "inserted"}
    return tuple(
        Edit(kinds[part[0]], part[1:]) if part[0] in kinds else Edit("kept", part)
        for part in marked.split("|")
        if part
    )


def change(
    operation: Operation,
    old: Sequence[int],
    new: Sequence[int],
    marked: str,
    *shifts: Shift,
    moved: bool = False,
) -> Change:
    name = sha256(f"{operation}{old}{new}{marked}".encode(errors="backslashreplace")).hexdigest()[:16]
    method: LinkMethod = "equal" if operation == "kept" else "likeness" if old and new else "none"
    return Change(name, operation, moved, tuple(old), tuple(new), edits(marked), 0.97, method, shifts)


def shift(
    axis: Axis, direction: Direction, old: Evidence | None, new: Evidence | None, amount: str | None = None
) -> Shift:
    return Shift(axis, direction, old, new, f"{axis}: a rule", amount)


def evidence(where: Side, segment: int, words: str) -> Evidence:
    start = where.version.segments[segment].text.index(words)
    return Evidence(segment, start, start + len(words), words)


def reading(level: Level, segments: Sequence[int], share: float) -> TopicReading:
    return TopicReading(
        "", level, tuple(segments), 20 * len(segments), share, segments[0], f"{level}: a rule"
    )


def topic(
    label: str,
    status: Status,
    old: TopicReading | None,
    new: TopicReading | None,
    *,
    closest: Passage | None = None,
) -> TopicChange:
    name = label.lower().replace(" ", "-")
    old, new = (read and replace(read, topic=name) for read in (old, new))
    return TopicChange(name, label, "theme", status, old, new, closest)


def comparison(
    old: Side,
    new: Side,
    *changes: Change,
    genre: Genre = "revision",
    aligned: float = 0.8,
    caveats: Sequence[str] = (),
    topics: Sequence[TopicChange] = (),
    counterparts: Sequence[Counterpart] = (),
) -> Comparison:
    source = Provenance("0.1.0", "1" * 64, "2" * 64, VOCABULARY.digest, "none")
    highlights = find_highlights(old.version, new.version, changes) if genre == "revision" else ()
    return Comparison(
        old,
        new,
        genre,
        aligned,
        tuple(caveats),
        tuple(changes),
        tuple(topics),
        tuple(counterparts),
        source,
        highlights=highlights,
    )


def revision() -> Comparison:
    """Return a draft of the made-up country's statement against the text as delivered."""
    old = replace(
        side(
            "XAA/CCPCJ/31~prepared.en@1",
            (
                "We remain firmly committed to the full implementation of the Convention.",
                "We will contribute 5 million euros to the Fund by 2025.",
            ),
            ("We condemn the trade in cultural property.", "We support the work of the Office."),
            ("Women in prison must be protected.",),
        ),
        kind="prepared",
        delivered="2022-05-16",
        speaker="A. Person",
        post="Minister of Justice",
    )
    new = replace(
        side(
            "XAA/CCPCJ/31~delivered.en@1",
            (
                "We condemn the trade in cultural property and support the work of the Office.",
                "We remain committed to the implementation of the Convention.",
            ),
            ("We intend to contribute 8 million euros to the Fund by 2027.",),
            ("Cybercrime needs an answer of all States.",),
        ),
        kind="delivered",
        kind_inferred=True,
        delivered="2022-05-16",
        on_behalf_of="the group of made-up States",
    )
    return comparison(
        old,
        new,
        change(
            "merged",
            (2, 3),
            (0,),
            "We condemn the trade in cultural property|-. We|+ and| support the work of the Office.",
            moved=True,
        ),
        change(
            "reworded",
            (0,),
            (1,),
            "We remain |-firmly |committed to the |-full |implementation of the Convention.",
            shift("strength", "weaker", evidence(old, 0, "firmly"), None),
        ),
        change(
            "reworded",
            (1,),
            (2,),
            "We |-will|+intend to| contribute |-5 million euros|+8 million euros| to the Fund by "
            "|-2025|+2027|.",
            shift("strength", "weaker", evidence(old, 1, "will"), evidence(new, 2, "intend to")),
            shift(
                "figure",
                "raised",
                evidence(old, 1, "5 million euros"),
                evidence(new, 2, "8 million euros"),
                "+3 million euros (+60%)",
            ),
            shift("date", "later", evidence(old, 1, "2025"), evidence(new, 2, "2027"), "+2 years"),
        ),
        change("new", (), (3,), "+Cybercrime needs an answer of all States."),
        change("dropped", (4,), (), "-Women in prison must be protected."),
        aligned=0.8,
        caveats=(
            "different kinds of text (prepared; delivered, inferred): no change of strength is claimed",
        ),
        topics=(
            topic("Cybercrime", "new", None, reading("substantive", (3,), 0.16)),
            topic(
                "Cultural property", "kept", reading("declared", (2,), 0.2), reading("declared", (0,), 0.31)
            ),
            topic(
                "Women in prison",
                "not repeated",
                reading("substantive", (4,), 0.12),
                None,
                closest=Passage(2, 0.2113),
            ),
        ),
    )


def session() -> Comparison:
    """Return the made-up country's statements at two neighbouring sessions: different texts."""
    old = replace(
        side(
            "XAA/UNGA/78~verbatim.en@1",
            ("Climate change is the defining challenge of our time, and we will act on it.",),
            ("We call for a just peace in Ukraine.", "Our support will not waver."),
            ("Migration must be orderly.", "We note the work on oceans."),
        ),
        kind="verbatim",
        kind_inferred=True,
        delivered="2023-09-22",
        speaker="Ms. Example",
        post="Minister for Foreign Affairs",
    )
    new = replace(
        side(
            "XAA/UNGA/79~prepared.en@1",
            ("Artificial intelligence will change every country.", "We propose a global dialogue on it."),
            ("The oceans are our common home, and we commit to protect a third of them.",),
            ("We should consider what more we could do about the climate.",),
        ),
        kind="prepared",
        delivered="2024-09-26",
    )
    return comparison(
        old,
        new,
        *(change("dropped", (s.ordinal,), (), f"-{s.text}") for s in old.version.segments),
        *(change("new", (), (s.ordinal,), f"+{s.text}") for s in new.version.segments),
        genre="session",
        aligned=0.0,
        caveats=("different kinds of text (verbatim, inferred; prepared)",),
        topics=(
            topic("Artificial intelligence", "new", None, reading("declared", (0, 1), 0.31)),
            topic("Oceans", "moved up", reading("mentioned", (4,), 0.08), reading("substantive", (2,), 0.33)),
            topic(
                "Climate change",
                "kept",
                reading("substantive", (0,), 0.34),
                reading("substantive", (3,), 0.24),
            ),
            topic(
                "Ukraine",
                "not repeated",
                reading("substantive", (1, 2), 0.29),
                None,
                closest=Passage(1, 0.2304),
            ),
            topic("Migration", "not repeated", reading("substantive", (3,), 0.1), None),
        ),
        counterparts=(
            Counterpart(
                "climate-change",
                0,
                3,
                (shift("strength", "weaker", evidence(old, 0, "will"), evidence(new, 3, "should consider")),),
            ),
        ),
    )
