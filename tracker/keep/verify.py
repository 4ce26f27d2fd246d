"""``tracker verify``: both copies checked, and a sample of kept answers; what is damaged is repaired."""

from __future__ import annotations

import re
import time
from contextlib import suppress
from dataclasses import replace
from functools import partial
from itertools import pairwise
from random import Random
from typing import TYPE_CHECKING, Final

from tracker.archive import ArchiveSession
from tracker.capture.read.extract import extract
from tracker.capture.read.extractors import read_extractor
from tracker.capture.row_texts import is_table_extractor, read_table_text
from tracker.capture.sandbox.process import tell_level
from tracker.capture.sandbox.protocol import KEPT_DOCUMENT
from tracker.comparing.decisions.rulings import name_statement
from tracker.comparing.topics.vocabulary.load import load_vocabulary
from tracker.diff.diff import diff
from tracker.errors import DocumentUnreadable, ReaderStopped, TrackerError
from tracker.model.verifying import Checked, Finding
from tracker.preservation.repair.repair import repair_archive
from tracker.preservation.verify.findings import Hooks, NotReadable
from tracker.preservation.verify.verify import verify_archive
from tracker.record.derived.answers import open_derived
from tracker.record.derived.vectors import are_near
from tracker.record.lock import read_clock
from tracker.references import parse_reference
from tracker.text.encoder import check_model
from tracker.text.kept_arrays import Damaged, cache_folder

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from tracker.model.verifying import FindingStanding, Repaired, Verified
    from tracker.preservation.verify.findings import Progress
    from tracker.record.derived.answers import Derived

    Pair = tuple[str, str]


CLEAR_CACHE = "tracker --clear-cache; the next comparison keeps it again"
_OPEN = "whether it reads the same in the document cannot be told"
_SETTINGS = re.compile(r"(?: selector=(?P<selector>.*?))?(?P<remove>(?: remove=.*)?)", re.DOTALL)
_GUESSED = re.compile(r" by \S+ \S+")
_NAMES = {"text/markdown": "statement.md"}
"""What a document has to be called to be read as this media type, where the bytes leave that open."""


def verify(archive: Path, instant: str, progress: Progress, *, is_alone: bool = False) -> Verified:
    """Return what is found in the archive in a folder, at an instant; nothing is written.

    Where the record ``is_alone``, a mirror is neither looked at nor missed. Raises ``ArchiveUnusable``
    where there is no archive, or it cannot be opened for another reason than damage, and ``ArchiveLocked``
    where a run keeps writing to both copies.
    """
    hooks = replace(_gather_hooks(archive, instant, progress), is_alone=is_alone)
    verified, _ = verify_archive(archive, hooks)
    return verified if is_alone else _with_encoder(verified)


def _with_encoder(verified: Verified) -> Verified:
    """Return what is found of the encoder's model, as it may be kept on this machine, beside all else."""
    standing: FindingStanding
    try:
        check_model()
    except Damaged as error:
        standing, meaning = "fault", f"{error}: it is not what the encoder's package gave"
    except OSError as error:
        standing, meaning = "unverifiable", f"it is not read: {error.strerror or error}"
    else:
        return replace(verified, checks=(*verified.checks, Checked("encoder", 1, {})))
    where = str(cache_folder())
    found = Finding(standing, "encoder", "the encoder's model as it is kept", where, meaning, CLEAR_CACHE)
    before = [each for each in verified.findings if each.standing == "fault" or standing != "fault"]
    return replace(
        verified,
        checks=(*verified.checks, Checked("encoder", 1, {standing: 1})),
        findings=(*before, found, *verified.findings[len(before) :]),
    )


def repair(archive: Path, instant: str, progress: Progress) -> Repaired:
    """Repair what can be repaired, under the archive's lock, and return what was found before and after.

    Raises as ``verify`` does.
    """
    return repair_archive(archive, _gather_hooks(archive, instant, progress), read_clock)


def _gather_hooks(archive: Path, instant: str, progress: Progress) -> Hooks:
    recompute = partial(recompute_kept, archive)
    return Hooks(read_again, recompute, instant, progress, tell_level())


def read_again(data: bytes, extractor: str, media_type: str) -> str | NotReadable:
    """Return what an extractor reads in a document; why not, where another is installed, or reading fails.

    ``extractor`` is the name under which a version was kept, with the selectors of its source.
    """
    if is_table_extractor(extractor):
        try:
            return read_table_text(data, extractor)
        except DocumentUnreadable as error:
            return NotReadable(f"{error}: {_OPEN}", is_own=True)
    library = " ".join(extractor.split()[:2])
    other = NotReadable(f"they were read by {library}, which is not what is installed: {_OPEN}")
    selector, remove = read_settings(extractor)
    encoding = read_extractor(extractor).encoding
    try:
        extraction = extract(
            data,
            _NAMES.get(media_type),
            selector=selector,
            remove=remove,
            content_type=f"{media_type}; charset={encoding}" if encoding else None,
            limits=KEPT_DOCUMENT,
        )
    except ReaderStopped as error:
        return NotReadable(f"{error.cause}: {_OPEN}", is_own=True)
    except DocumentUnreadable:
        return other
    # An encoding that was guessed then is given now.
    is_same = extraction.extractor == _GUESSED.sub("", extractor)
    return extraction.text if is_same else other


def read_settings(extractor: str) -> tuple[str | None, tuple[str, ...]]:
    """Return the selectors in an extractor's name: of what was read, and of what was taken out before."""
    start = re.search(r" (?:selector|remove)=", extractor)
    match = _SETTINGS.fullmatch(extractor[start.start() :] if start else "")
    if match is None:
        return None, ()
    return match["selector"], tuple(match["remove"].split(" remove=")[1:])


_MOST: Final = 4
"""Pairs of those whose changes were shown, and as many of all neighbours: the batch compares these."""
_SECONDS: Final = 5.0
"""Of a processor; when they are over no other pair is begun."""


def recompute_kept(folder: Path, state: str) -> tuple[int, tuple[str, ...]]:
    """Return how many kept answers and vectors of this user were computed again, and which differ.

    What is drawn depends on the archive's ``state`` alone, so that it is the same for who looks again, and
    another one after the next run.
    """
    random, ends = Random(state), time.process_time() + _SECONDS  # noqa: S311 (no secret)
    number, wrong = 0, list[str]()
    with open_derived(folder) as kept, ArchiveSession(folder, trusts_derived=False) as archive:
        if not kept.has_own():
            return 0, ()
        vocabulary = load_vocabulary()
        for pair in _draw(archive, kept, random):
            if time.process_time() > ends:
                break
            known = archive.derived.answers.keys()
            with suppress(TrackerError):
                diff(list(pair), archive, vocabulary)
            for name in archive.derived.answers.keys() - known:
                then, now = kept.answer(*name), archive.derived.answer(*name)
                number += then is not None
                wrong += [f"{name[0]} of {pair[0]} and {pair[1]}"] if then not in {None, now} else []
        vectors = list(_compare_vectors(kept, archive.derived))
    wrong += [f"vectors of {vectors.count(False)} sentences"] if False in vectors else []
    return number + len(vectors), tuple(sorted(set(wrong)))


def _draw(archive: ArchiveSession, kept: Derived, random: Random) -> Iterator[Pair]:
    """Yield pairs, each once: as people named them, and as a batch does."""
    shown = [(_shorten(old), _shorten(new)) for old, new in kept.list_shown_pairs()]
    spoken = dict.fromkeys(name_statement(each.reference) for each in archive.reader.statements())
    neighbours = [
        (str(old), str(new))
        for old, new in pairwise(spoken)
        if (old.country, old.body) == (new.country, new.body)
    ]
    yield from dict.fromkeys((*_take(shown, random), *_take(neighbours, random)))


def _take(pairs: Sequence[Pair], random: Random) -> list[Pair]:
    some = sorted(set(pairs))
    return random.sample(some, min(_MOST, len(some)))


def _shorten(name: str) -> str:
    return str(name_statement(parse_reference(name)))


def _compare_vectors(kept: Derived, fresh: Derived) -> Iterator[bool]:
    """Yield of each vector that is kept, and was computed again, whether it is the same."""
    for (encoder, sentence), now in fresh.vectors.items():
        if (then := kept.vector(encoder, sentence)) is not None:
            yield are_near(then, now)
