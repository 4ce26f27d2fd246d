"""What a text goes through, one stage at a time, each given what the stages before it made."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from functools import cached_property, partial
from typing import TYPE_CHECKING, Final

from tests.benchmarks.growth_texts import revise, write
from tests.reports import render, render_markdown
from tracker.comparing.alignment.align import align
from tracker.comparing.changes import describe_changes
from tracker.comparing.edits import word_edits
from tracker.comparing.names.texts import compare_names
from tracker.comparing.pipeline import Basis, text_side
from tracker.comparing.shifts.counterparts import counterpart_shifts
from tracker.comparing.topics.emerging import compare_phrases
from tracker.comparing.topics.reading import read_topics
from tracker.comparing.topics.statuses import ReadText, compare_topics
from tracker.comparing.topics.vocabulary.load import load_vocabulary
from tracker.comparing.topics.vocabulary.matching import match_topics
from tracker.diff.compare import compare_sides
from tracker.follow.tracing.search import read_query, trace
from tracker.model.changes import Link
from tracker.model.topics import Counterpart
from tracker.record.statements.search import fold_for_search
from tracker.report.answers.statement import render_priorities
from tracker.report.comparison.build import render_json
from tracker.text.detection import detect_language, infer_kind
from tracker.text.encoder import DEFAULT
from tracker.text.identity import fold
from tracker.text.reading import cut, normalize, read_text
from tracker.text.tokens import tokenize

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from tracker.model.changes import Comparison
    from tracker.model.texts import Side, Version
    from tracker.model.topics import TopicReading, Vocabulary

    Run = Callable[[], object]


@dataclass
class Subject:
    """A text of a kind and size, with what it became, read as far as a stage needs them."""

    kind: str
    size: int

    @cached_property
    def raw(self) -> str:
        return write(self.kind, self.size)

    @cached_property
    def clean(self) -> str:
        return normalize(self.raw)[0]

    @cached_property
    def old(self) -> Version:
        return read_text(self.raw)

    @cached_property
    def new(self) -> Version:
        return read_text(revise(self.kind, self.size))

    @cached_property
    def readings(self) -> tuple[tuple[TopicReading, ...], tuple[TopicReading, ...]]:
        return read_topics(self.old, _vocabulary()), read_topics(self.new, _vocabulary())

    @cached_property
    def comparison(self) -> Comparison:
        return compare_sides(
            text_side("old", self.old), text_side("new", self.new), Basis(_vocabulary(), encoder=None)
        )

    @property
    def sentences(self) -> tuple[list[str], list[str]]:
        return [each.text for each in self.old.segments], [each.text for each in self.new.segments]

    @property
    def linked(self) -> tuple[Link, ...]:
        """The first segment beside the first, the second beside the second, whatever they say."""
        pairs = range(min(len(self.old.segments), len(self.new.segments)))
        return tuple(Link((n,), (n,), 1.0, "likeness") for n in pairs)


def _vocabulary() -> Vocabulary:
    return load_vocabulary()


def _index(sentences: Sequence[str]) -> None:
    record = sqlite3.connect(":memory:")
    record.execute("CREATE VIRTUAL TABLE f USING fts5 (text, tokenize = 'unicode61 remove_diacritics 2')")
    record.executemany("INSERT INTO f VALUES (?)", ((fold_for_search(text),) for text in sentences))
    record.close()


def _compare_first(old: Version, new: Version) -> object:
    """Return what is said of the first sentences where they are about one topic, and not the same."""
    if not (old.segments and new.segments):
        return ()
    return counterpart_shifts(old, new, Counterpart("a", 0, 0))


def _show(comparison: Comparison) -> str:
    return render(comparison, _vocabulary(), width=100, everything=True)


def _mark(comparison: Comparison) -> str:
    return render_markdown(comparison, _vocabulary(), everything=True)


def _list(side: Side, readings: Sequence[TopicReading]) -> str:
    return render_priorities(side, readings, _vocabulary(), {}, width=100, color=False)


def _read_levels(version: Version) -> object:
    return read_topics(version, _vocabulary(), own_names=("Kenya",))


def _meet(version: Version) -> object:
    texts = [segment.text for segment in version.segments]
    return match_topics(texts, _vocabulary(), language=version.language)


def _follow(
    old: Version, new: Version, before: Sequence[TopicReading], after: Sequence[TopicReading]
) -> object:
    return compare_topics(ReadText(old, before), ReadText(new, after), _vocabulary())


def _weigh(old: Version, new: Version) -> object:
    return compare_phrases(old, new, _vocabulary())


def _trace(text: str, version: Version) -> object:
    return trace(read_query(text), [version])


PHRASE: Final = 200
"""Characters that are traced."""

STAGES: Final[Mapping[str, Callable[[Subject], Run]]] = {
    "normalize": lambda s: partial(normalize, s.raw),
    "fold": lambda s: partial(fold, s.raw),
    "language": lambda s: partial(detect_language, s.clean),
    "segment": lambda s: partial(cut, s.clean, "en"),
    "segment, Chinese": lambda s: partial(cut, s.clean, "zh"),
    "tokens": lambda s: partial(tokenize, s.clean),
    "tokens, French": lambda s: partial(tokenize, s.clean, "fr"),
    "kind": lambda s: partial(infer_kind, s.old),
    "mentions": lambda s: partial(_meet, s.old),
    "levels": lambda s: partial(_read_levels, s.old),
    "statuses": lambda s: partial(_follow, s.old, s.new, *s.readings),
    "phrases": lambda s: partial(_weigh, s.old, s.new),
    "encoder": lambda s: partial(DEFAULT.encode, s.sentences[0]),
    "align": lambda s: partial(align, *s.sentences, None),
    "edits": lambda s: partial(word_edits, s.old.text, s.new.text, s.old.language),
    "changes and shifts": lambda s: partial(describe_changes, s.old, s.new, s.linked),
    "counterparts": lambda s: partial(_compare_first, s.old, s.new),
    "names": lambda s: partial(compare_names, s.old, s.new),
    "trace": lambda s: partial(_trace, s.old.text[:PHRASE], s.new),
    "search index": lambda s: partial(_index, s.sentences[0]),
    "report": lambda s: partial(_show, s.comparison),
    "report, Markdown": lambda s: partial(_mark, s.comparison),
    "report, JSON": lambda s: partial(render_json, s.comparison),
    "report of priorities": lambda s: partial(_list, text_side("old", s.old), s.readings[0]),
}
