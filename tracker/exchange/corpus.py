"""``tracker export corpus`` and ``sentences``: statements as rows of one table, for programs of analysis."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from dataclasses import dataclass, fields
from functools import partial
from typing import TYPE_CHECKING, get_args

from tracker.comparing.decisions.rulings import select_levels, settle_rulings
from tracker.comparing.pipeline import side_names, side_vocabulary
from tracker.comparing.topics.decided import ABSENT, find_absences, place_levels
from tracker.comparing.topics.mentions import find_mentions, find_term
from tracker.diff.compare import side_topics
from tracker.errors import TrackerError
from tracker.exchange.exports import choose_current, new_target
from tracker.files import draft_file
from tracker.follow.panel import SAVED_EVERY
from tracker.model.corpus_rows import CorpusRow, SentenceRow, StatementRow, StatementTopicRow
from tracker.model.facts import read_facts
from tracker.model.preserving import Exported
from tracker.model.texts import Side
from tracker.record.reading.holdings import read_holdings
from tracker.references import read_year
from tracker.report.records import RecordForm, refuse_parquet, stream_records

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path
    from typing import Any

    from tracker.archive import ArchiveSession
    from tracker.exchange.exports import Wanted
    from tracker.model.decisions import Decision
    from tracker.model.preserving import Holding
    from tracker.model.topics import TopicReading, Vocabulary
    from tracker.record.reading.holdings import Holdings

    Progress = Callable[[int, int], None]

    Read = Callable[[Holdings, Holding], Iterator[Any]]


def export_corpus(
    archive: ArchiveSession,
    target: Path,
    wanted: Wanted,
    progress: Progress = lambda _done, _total: None,
) -> Exported:
    """Write the current texts of statements into a new table, whole or not at all; see ``choose_current``.

    The target's ending names the form. The same record gives the same bytes. Raises ``TrackerError`` for
    another ending, and as ``new_target`` and ``choose_current`` do.
    """

    def read(holdings: Holdings, holding: Holding) -> Iterator[CorpusRow]:
        yield _corpus_row(holding, holdings.text(holding.text_sha256).decode())

    return _export(archive, target, CorpusRow, read, wanted, progress)


def export_sentences(
    archive: ArchiveSession,
    target: Path,
    wanted: Wanted,
    vocabulary: Vocabulary,
    progress: Progress = lambda _done, _total: None,
) -> Exported:
    """Write the sentences of the same texts, with their topics; as ``export_corpus`` does.

    What was read before is not read again, and what is read stays.
    """
    reader = StatementReader(archive, vocabulary)

    def read(holdings: Holdings, holding: Holding) -> Iterator[SentenceRow]:
        return sentence_rows(reader.read(holdings, holding), vocabulary)

    return _export(archive, target, SentenceRow, read, wanted, progress)


def _export(
    archive: ArchiveSession,
    target: Path,
    kind: type,
    read: Read,
    wanted: Wanted,
    progress: Progress,
) -> Exported:
    form = _read_form(target)
    with new_target(target, archive.folder, private=wanted.private) as permissions:
        holdings = read_holdings(archive.reader, archive.folder, private=wanted.private)
        chosen, closed = choose_current(archive.folder, holdings, wanted)

        def read_all() -> Iterator[Any]:
            for done, holding in enumerate(chosen):
                progress(done, len(chosen))
                yield from read(holdings, holding)

        with draft_file(target, permissions) as file:
            rows = stream_records(kind, read_all(), form, file)
            size = file.tell()
            file.seek(0)
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    contents = {"statement": len(chosen)} | ({"sentence": rows} if kind is SentenceRow else {})
    return Exported(str(target), contents, size, sha256, closed)


def _read_form(target: Path) -> RecordForm:
    """Return the form that a file's ending names, where this installation can write it."""
    form: RecordForm
    for form in get_args(RecordForm):
        if target.suffix.lower() == f".{form}":
            if form == "parquet":
                refuse_parquet(target)
            return form
    raise TrackerError(f"{target}: the ending names the format; end it in .csv, .jsonl or .parquet")


SEPARATOR = ";"


@dataclass(frozen=True, slots=True)
class ReadStatement:
    """A text with its topics, and those that somebody decided to be absent."""

    side: Side
    """It is named by the full reference."""
    readings: tuple[TopicReading, ...]
    absent: Mapping[str, Decision]


class StatementReader:
    """Reads the topics of statements as ``tracker priorities`` does, and keeps what it read."""

    def __init__(self, archive: ArchiveSession, vocabulary: Vocabulary) -> None:
        self._archive = archive
        self._vocabulary = vocabulary
        self._rulings = settle_rulings(archive.reader.rulings())
        self._read = 0

    def read(self, holdings: Holdings, holding: Holding) -> ReadStatement:
        """Return a snapshot's text and topics, with people's decisions."""
        self._read += 1
        if self._read % SAVED_EVERY == 0:
            self._archive.derived.save()
        said, version = holding.declaration, holdings.version(holding)
        side = Side(str(said.reference), version, country=said.reference.country)
        rulings = place_levels(select_levels(self._rulings, said.reference), version)
        readings = side_topics(side, self._vocabulary, self._archive.derived, rulings)
        return ReadStatement(side, readings, find_absences(rulings))


def _corpus_row(holding: Holding, text: str) -> CorpusRow:
    """Return a statement with its text."""
    said, reference = holding.declaration, holding.declaration.reference
    session = str(reference.session)
    return CorpusRow(
        doc_id=str(reference),
        text=text,
        country=reference.country,
        body=reference.body,
        session=session,
        year=read_year(reference.body, session, [said.delivered]),
        kind=reference.kind,
        language=str(reference.language),
        **read_facts(said),
    )


def statement_row(holding: Holding, text: str) -> StatementRow:
    """Return a statement with its text and all that is known of it."""
    corpus, said = _corpus_row(holding, text), holding.declaration
    return StatementRow(
        **{each.name: getattr(corpus, each.name) for each in fields(corpus)},
        item=said.reference.item,
        kind_inferred=said.kind_inferred,
        words=holding.words,
        observed=holding.observed,
        sha256=holding.sha256,
    )


def sentence_rows(read: ReadStatement, vocabulary: Vocabulary) -> Iterator[SentenceRow]:
    """Yield the sentences of a statement, headings and items among them, with the topics they count for."""
    version = read.side.version
    mentions = find_mentions(version, side_vocabulary(read.side, vocabulary), side_names(read.side))
    about: dict[int, list[TopicReading]] = defaultdict(list)
    for reading in read.readings:
        for place in reading.segments:
            about[place].append(reading)
    for place, segment in enumerate(version.segments):
        found = about[place]
        terms = [find_term(each.topic, mentions[place]) for each in found]
        yield SentenceRow(
            doc_id=read.side.name,
            paragraph=segment.paragraph,
            sentence=place + 1,
            unit=segment.kind,
            text=segment.text,
            topics=_join(each.topic for each in found),
            terms=_join(each.text if each else "" for each in terms),
            levels=_join(each.level for each in found),
        )


def topic_rows(read: ReadStatement, vocabulary: Vocabulary) -> Iterator[StatementTopicRow]:
    """Yield the topics of a statement in the vocabulary's order, and those that somebody found absent."""
    readings = {each.topic: each for each in read.readings}
    for topic in vocabulary.topics:
        row = partial(
            StatementTopicRow, doc_id=read.side.name, topic=topic.id, label=topic.label, kind=topic.kind
        )
        reading, absent = readings.get(topic.id), read.absent.get(topic.id)
        if reading:
            leading = read.side.version.segments[reading.leading] if reading.is_shown else None
            yield row(
                level=reading.level,
                sentences=len(reading.segments),
                words=reading.words,
                share=reading.share,
                rule=reading.rule,
                priority=reading.priority,
                presence=reading.presence,
                measured=reading.measured,
                paragraph=leading.paragraph if leading else None,
                quote=leading.text if leading else None,
                decided_by=reading.decided.person if reading.decided else None,
            )
        elif absent:
            yield row(level=ABSENT, sentences=0, words=0, share=0.0, measured=False, decided_by=absent.person)


def _join(values: Iterable[str]) -> str | None:
    parts = [each.replace(SEPARATOR, ",") for each in values]
    return SEPARATOR.join(parts) if parts else None
