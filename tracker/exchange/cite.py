"""``tracker cite``: what a reference, or a change that a report has shown, cites of the archive."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from tracker.errors import NotInArchive, ReferenceInvalid
from tracker.model.citations import Citation, CitedPassage
from tracker.references import list_references, looks_like_reference, parse_reference
from tracker.references.change_ids import may_be_change
from tracker.text.identity import fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from tracker.archive import ArchiveSession
    from tracker.model.texts import Reference, Segment, Version

Pair = tuple[str, str]
_LISTED = 8


def cite(
    words: Sequence[str],
    archive: ArchiveSession,
    *,
    said: str | None = None,
    paragraph: int | None = None,
    pair: Pair | None = None,
) -> tuple[Citation, ...]:
    """Return one citation for each statement that is named, or for both sides of a change.

    ``said`` picks the one sentence that holds these words, in any case and with any quotes, ``paragraph``
    a whole paragraph. Raises ``ReferenceInvalid`` for what names neither, ``NotInArchive`` where the archive
    or the text lacks it, and ``DecisionInvalid`` where an id is of several changes.
    """
    if _names_change(words):
        if said or paragraph:
            raise ReferenceInvalid(
                f"{words[0]} is a change, whose words are cited; leave --words and --paragraph out"
            )
        return tuple(_cite_change(words[0], archive, pair))
    if pair:
        raise ReferenceInvalid(
            "--pair tells which comparison showed a change; name one by its id, as in #3f2a9c"
        )
    references = [parse_reference(each) for each in list_references(words)]
    return tuple(_cite_text(each, archive, said, paragraph) for each in references)


def _names_change(words: Sequence[str]) -> bool:
    return len(words) == 1 and not looks_like_reference(words[0]) and may_be_change(words[0])


def _cite_change(name: str, archive: ArchiveSession, pair: Pair | None) -> Iterator[Citation]:
    """Yield a citation for each side that a change has sentences on."""
    from tracker.coding.judge import find_comparison  # noqa: PLC0415 (comparing takes 60 ms to load)

    shown = find_comparison(name, archive, pair)
    if shown.change is None:
        raise NotInArchive(
            f"{name}: its sentences were taken apart by a decision; tracker decisions lists it"
        )
    sides = (
        (shown.old, shown.comparison.old, shown.change.old),
        (shown.new, shown.comparison.new, shown.change.new),
    )
    for reference, side, indexes in sides:
        if indexes:
            segments = [side.version.segments[each] for each in indexes]
            yield Citation(archive.reader.cited(reference), tuple(_join_passages(segments, side.version)))


def _cite_text(
    asked: Reference, archive: ArchiveSession, said: str | None, paragraph: int | None
) -> Citation:
    reference = archive.reader.resolve(asked)
    source = archive.reader.cited(reference)
    if said is None and paragraph is None:
        return Citation(source)
    version = archive.reader.side(reference).version
    segments = [each for each in version.segments if paragraph in {None, each.paragraph}]
    if not segments:
        raise NotInArchive(f"{reference} has {version.segments[-1].paragraph} paragraphs; no ¶{paragraph}")
    if said is not None:
        segments = [_find_sentence(segments, said, reference)]
    return Citation(source, tuple(_join_passages(segments, version)))


def _find_sentence(segments: Iterable[Segment], said: str, reference: Reference) -> Segment:
    wanted = fold(said)
    if not wanted:
        raise ReferenceInvalid("--words is empty; give some words of the sentence")
    found = [each for each in segments if wanted in fold(each.text)]
    if not found:
        raise NotInArchive(
            f"no sentence of {reference} has the words {said!r} together; tracker show {reference} shows it"
        )
    if len(found) > 1:
        places = [f"¶{number}" for number in dict.fromkeys(each.paragraph for each in found)]
        more = ", …" if len(places) > _LISTED else ""
        raise ReferenceInvalid(
            f"{len(found)} sentences of {reference} have the words {said!r}"
            f" ({', '.join(places[:_LISTED])}{more}); give more of them, or --paragraph as well"
        )
    return found[0]


def _join_passages(segments: Iterable[Segment], version: Version) -> Iterator[CitedPassage]:
    """Yield what stands together as it stands in the text: neighbours of one paragraph as one."""
    ordered = sorted(segments, key=lambda each: each.ordinal)
    runs = groupby(enumerate(ordered), key=lambda each: (each[1].paragraph, each[1].ordinal - each[0]))
    for (paragraph, _), run in runs:
        together = [segment for _, segment in run]
        yield CitedPassage(paragraph, version.text[together[0].start : together[-1].end])
