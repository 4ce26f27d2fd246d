"""What ``tracker topics`` prints: a vocabulary as a tree, one topic, findings, and what was learned."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from tracker.report.layout import DIGEST, Line, columns, counted, draw, line, wrap
from tracker.report.records import encode_json, write_csv
from tracker.report.safe import one_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from tracker.comparing.topics.learning import Lesson, Tally
    from tracker.comparing.topics.vocabulary.check import Flaw
    from tracker.model.topics import Topic, TopicWeights, Vocabulary

_INDENT = "  "
_HEAVIEST = 12


def render_topics(vocabulary: Vocabulary, *, width: int = 80, color: bool = False) -> str:
    """Return the topics as a tree, narrower under broader: id, how many terms in all languages, and label."""
    rows = [(_INDENT * depth + one_line(topic.id), topic) for depth, topic in _walk(vocabulary.topics)]
    size = max((columns(name) for name, _ in rows), default=0)
    facts = (
        f"{vocabulary.name}: {counted(len(rows), 'topic')}",
        "taught" if vocabulary.model else "",
        f"digest {vocabulary.digest[:DIGEST]}",
    )
    head = line(one_line(" · ".join(filter(None, facts))), "bold")
    legend = line(f"{'topic':<{size}}  terms  label", "dim")
    return draw(
        [head, legend, *(each for row in rows for each in _topic_row(*row, size, width))], color=color
    )


def _walk(topics: Sequence[Topic]) -> Iterator[tuple[int, Topic]]:
    below: dict[str | None, list[Topic]] = defaultdict(list)
    for topic in topics:
        below[topic.broader].append(topic)
    waiting = [(0, topic) for topic in reversed(below[None])]
    while waiting:
        depth, topic = waiting.pop()
        yield depth, topic
        waiting += [(depth + 1, narrower) for narrower in reversed(below[topic.id])]


def _topic_row(name: str, topic: Topic, size: int, width: int) -> Iterable[Line]:
    count = sum(map(len, topic.terms.values()))
    start = f"{name}{' ' * (size - columns(name))}  {count or '-':>5}  "
    return wrap(one_line(topic.label), width, start, " " * columns(start))


def topics_csv(vocabulary: Vocabulary) -> str:
    """Return the topics as CSV, as vocabularies are read, with the terms of English and of any language."""
    rows = [
        (
            topic.id,
            topic.label,
            "; ".join((*topic.terms.get("en", ()), *topic.terms.get("und", ()))),
            topic.broader,
        )
        for topic in vocabulary.topics
    ]
    return write_csv(("id", "label", "terms", "broader"), rows)


def render_topic(topic: Topic, vocabulary: Vocabulary, *, width: int = 80, color: bool = False) -> str:
    """Return all that is known of a topic: its place, note, terms by language, and what it was taught."""
    head = [line(f"{one_line(topic.id)}{_INDENT}{one_line(topic.label)}", "bold")]
    place = wrap(one_line(" · ".join(_place(topic, vocabulary))), width)
    note = wrap(one_line(topic.scope_note), width) if topic.scope_note else ()
    tables = (("terms", topic.terms), ("hints", topic.hints), ("near misses", topic.near_misses))
    body = (row for name, table in tables for row in _phrases(name, table, width))
    return draw([*head, *place, *note, *body, *_taught(topic, vocabulary, width)], color=color)


def _place(topic: Topic, vocabulary: Vocabulary) -> Iterator[str]:
    yield topic.kind
    if topic.broader:
        yield f"broader: {topic.broader}"
    narrower = [other.id for other in vocabulary.topics if other.broader == topic.id]
    if narrower:
        yield f"narrower: {', '.join(narrower)}"
    if topic.since:
        yield f"since {topic.since}"
    if topic.sdgs:
        yield f"Sustainable Development Goals: {', '.join(topic.sdgs)}"


def _phrases(name: str, table: Mapping[str, Sequence[str]], width: int) -> Iterator[Line]:
    if any(table.values()):
        yield line(name, "bold")
    for language, phrases in table.items():
        text = one_line("; ".join(phrases))
        yield from wrap(text, width, f"{_INDENT}{language:<3}  ", f"{_INDENT}     ")


def _taught(topic: Topic, vocabulary: Vocabulary, width: int) -> Iterator[Line]:
    model = vocabulary.model
    weights = next((row for row in model.topics if row.topic == topic.id), None) if model else None
    if weights is None:
        return
    yield line("taught", "bold")
    for name, sign in (("for", 1), ("against", -1)):
        words = "; ".join(_heaviest(weights, sign)) or "nothing"
        yield from wrap(one_line(words), width, f"{_INDENT}{name:<8}", f"{_INDENT}{'':<8}")


def _heaviest(weights: TopicWeights, sign: int) -> list[str]:
    every = {**{f"terms of {name}": weight for name, weight in weights.terms.items()}, **weights.words}
    chosen = sorted((item for item in every.items() if item[1] * sign > 0), key=lambda item: -abs(item[1]))
    return [f"{name} {weight:+.2f}" for name, weight in chosen[:_HEAVIEST]]


def render_findings(findings: Sequence[Flaw], topics: int, *, color: bool = False) -> str:
    """Return the findings, one a line with its place; or that there are none."""
    if not findings:
        return draw([line(f"{counted(topics, 'topic')}, nothing found")], color=color)
    return draw((line(one_line(f"{finding.place}: {finding.message}")) for finding in findings), color=color)


def render_lesson(lesson: Lesson, *, width: int = 80, color: bool = False) -> str:
    """Return what was learned: for each topic precision and recall by terms alone, and as taught."""
    head = (
        f"{counted(lesson.units, 'unit')}, {counted(len(lesson.topics), 'topic')} taught;"
        f" cross-validated in {lesson.folds} folds, named from a probability of {lesson.model.threshold}"
    )
    legend = "coded  precision  recall   precision  recall"
    above = f"{'':<5}  {'by terms alone':<17}   as taught"
    rows = [("all topics together", lesson.terms, lesson.taught)]
    rows += [(topic.label, topic.terms, topic.taught) for topic in lesson.topics]
    table = (each for row in rows for each in _lesson_row(*row, width))
    return draw([*wrap(head, width), line(above, "dim"), line(legend, "bold"), *table], color=color)


def _lesson_row(label: str, terms: Tally, taught: Tally, width: int) -> Iterable[Line]:
    start = (
        f"{taught.coded:>5}  {_figure(terms.precision):>9}  {_figure(terms.recall):>6}"
        f"   {_figure(taught.precision):>9}  {_figure(taught.recall):>6}  "
    )
    return wrap(one_line(label), width, start, " " * columns(start))


def _figure(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}".removeprefix("0") if value < 1 else "1.00"


def lesson_json(lesson: Lesson) -> str:
    """Return the figures of a lesson as a JSON object; shares that nothing is known of are null."""
    topics = [
        {"topic": topic.topic, "label": topic.label, **_figures(topic.terms, topic.taught)}
        for topic in lesson.topics
    ]
    content = {
        "units": lesson.units,
        "folds": lesson.folds,
        "threshold": lesson.model.threshold,
        "all": _figures(lesson.terms, lesson.taught),
        "topics": topics,
    }
    return encode_json(content)


def _figures(terms: Tally, taught: Tally) -> dict[str, object]:
    by = {
        name: {"precision": tally.precision, "recall": tally.recall, "f1": tally.f1}
        for name, tally in (("terms", terms), ("taught", taught))
    }
    return {"coded": taught.coded, **by}
