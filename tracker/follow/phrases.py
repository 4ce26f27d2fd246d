"""``tracker timeline --phrases``: what sets sessions of a series apart in words that no topic may cover."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any

from tracker.comparing.topics.emerging import compare_uses, name_prior
from tracker.comparing.topics.phrasing import drop_rare, join_uses, read_uses
from tracker.follow.series import list_editions, parse_series
from tracker.model.phrases import SERIES, DistinctivePhrase
from tracker.model.series import PhraseSeries, PhraseSession, PhraseUse
from tracker.model.topics import VocabularyName
from tracker.references import find_body, own_names, read_year, resolve_session

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tracker.archive import ArchiveSession
    from tracker.comparing.topics.phrasing import Uses
    from tracker.model.phrases import PhraseChange
    from tracker.model.texts import Side
    from tracker.model.topics import Vocabulary

    Progress = Callable[[int, int], None]


def find_series_phrases(
    archive: ArchiveSession,
    series: str,
    session: str | None,
    vocabulary: Vocabulary,
    progress: Progress = lambda _done, _total: None,
) -> PhraseSeries:
    """Compare the words of each session of a series, or of one, with those of all its other sessions.

    Statements in another language than the asked, or latest, session are left out. Raises as
    ``follow_topics`` does, and ``NotInArchive`` for a session at which the country made no statement.
    """
    reference = parse_series(series)
    asked = None if session is None else resolve_session(find_body(reference.body), session).label
    reader = archive.reader
    held = list_editions(reader, reference)
    if asked is not None and asked not in held:
        raise reader.missing(replace(reference, session=asked))
    sides = {label: [reader.side(edition) for edition in editions] for label, editions in held.items()}
    language = sides[asked or list(held)[-1]][0].version.language
    read = tuple(
        (label, side) for label, some in sides.items() for side in some if side.version.language == language
    )
    names = own_names(reference.country)
    uses = drop_rare(
        [read_uses({number: side.version}, names) for number, (_, side) in enumerate(read)], SERIES
    )
    labels = tuple(dict.fromkeys(label for label, _ in read))
    wanted, found = [asked] if asked else labels, []
    for done, label in enumerate(wanted):
        progress(done, len(wanted))
        found.append(_compare(label, read, uses, vocabulary))
    return PhraseSeries(
        series=str(reference),
        language=language,
        read=labels,
        prior=name_prior(language),
        threshold=SERIES.score,
        least_uses=SERIES.uses,
        vocabulary=VocabularyName(vocabulary.name, vocabulary.digest),
        sessions=tuple(found),
    )


def _compare(
    label: str, read: Sequence[tuple[str, Side]], uses: Sequence[Uses], vocabulary: Vocabulary
) -> PhraseSession:
    here, elsewhere = (
        join_uses(each for (other, _), each in zip(read, uses, strict=True) if (other == label) == inside)
        for inside in (True, False)
    )
    texts = [side.version for _, side in read]
    changes = compare_uses(elsewhere, here, texts, vocabulary, SERIES)
    now = [side for other, side in read if other == label]
    return PhraseSession(
        label,
        read_year(str(now[0].body), label, (side.delivered for side in now)),
        tuple(side.name for side in now),
        tuple(_quote(change, read[change.text][1]) for change in changes),
    )


def _quote(change: PhraseChange, side: Side) -> PhraseUse:
    segment = side.version.segments[change.segment]
    same: dict[str, Any] = {field.name: getattr(change, field.name) for field in fields(DistinctivePhrase)}
    return PhraseUse(**same, reference=side.name, paragraph=segment.paragraph, quote=segment.text)
