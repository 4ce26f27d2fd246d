"""Documents are read, declared and recorded: as snapshots of one statement, or by an import in batches."""

from __future__ import annotations

import shlex
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING, Generic, NamedTuple, TypeGuard, TypeVar, get_args

from tracker.archive import open_store
from tracker.capture.read.extract import extract
from tracker.capture.read.files import read_document
from tracker.errors import DocumentUnreadable, ReferenceInvalid, Withdrawn
from tracker.inputs.passwords import is_web_address
from tracker.model.facts import check_facts, read_facts
from tracker.model.preserving import ImportedCapture, ImportedFile, ImportedRevision
from tracker.model.record import Declaration
from tracker.model.texts import Language, TextKind
from tracker.model.watching import Arrival, Fetched, Source, Validators
from tracker.references import find_body, parse_reference
from tracker.text.detection import infer_kind
from tracker.text.identity import digest_bytes, digest_text
from tracker.text.reading import read_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from tracker.model.facts import Facts
    from tracker.model.record import Recorded
    from tracker.model.texts import Extraction, Reference, Version
    from tracker.model.watching import Admission
    from tracker.record.reading.ledger import Ledger
    from tracker.record.storing.store import Store

    Progress = Callable[[int, int], None]
    """Is told how many items are safe on disk, and how many there are."""


def is_kind(text: str) -> TypeGuard[TextKind]:
    """Return whether a word is one of the kinds of text."""
    return text in get_args(TextKind)


def check_kind(text: str) -> TextKind:
    """Return a kind of text, or raise ``ReferenceInvalid`` for another word."""
    if is_kind(text):
        return text
    raise ReferenceInvalid(f"unknown kind of text {text!r}; expected one of {', '.join(get_args(TextKind))}")


def declare(
    reference: str, facts: Facts, language: str | None = None, kind: TextKind | None = None
) -> Declaration:
    """Return the declaration of a statement, of which a user says facts as they were written.

    Raises ``ReferenceInvalid`` for a reference without a session or with a snapshot, a fact that is not what
    it should be, or a language or kind that contradicts the reference's own.
    """
    statement = parse_reference(reference)
    if statement.session is None:
        raise ReferenceInvalid(f"{statement} names no session; write {statement}/SESSION")
    if statement.snapshot is not None:
        raise ReferenceInvalid(
            f"{statement}: snapshots are numbered automatically; remove @{statement.snapshot}"
        )
    edition = replace(
        statement,
        kind=_one("kind", statement.kind, kind),
        language=_known(_one("language", statement.language, language)),
    )
    return Declaration(edition, **check_facts(read_facts(facts)))


Word = TypeVar("Word", bound=str)


def _one(name: str, in_reference: Word | None, in_option: Word | None) -> Word | None:
    if in_reference and in_option and in_reference != in_option:
        raise ReferenceInvalid(f"the reference says {name} {in_reference}, --{name} says {in_option}")
    return in_reference or in_option


def _known(language: str | None) -> str | None:
    if language not in {None, *get_args(Language)}:
        raise ReferenceInvalid(
            f"unknown language {language!r}; expected one of {', '.join(get_args(Language))}"
        )
    return language


def add(
    paths: Sequence[Path], declaration: Declaration, archive: Path, observed: str
) -> tuple[Recorded, ...]:
    """Record each file, in the order given, as the next snapshot of the statement declared.

    All are recorded, or none: a file that cannot be read raises ``DocumentUnreadable`` before anything
    is written. ``observed`` is the instant of the snapshots, ISO 8601 in UTC.
    """
    with open_store(archive, "add") as store, store.batch():
        return tuple(_add(store, path, declaration, observed) for path in paths)


def _add(store: Store, path: Path, declaration: Declaration, observed: str) -> Recorded:
    """Record one file that a person names, with what a night would have asked before it took it."""
    data = read_document(path)
    known = store.known(declaration, digest_bytes(data))
    if known:
        return known
    from tracker.capture.admit.meetings import find_meeting  # noqa: PLC0415 (what is known is not read)

    _refuse_rows(path, data, declaration.reference)
    document = read_bytes(data, str(path), declaration.reference.language)
    if shown := find_meeting(document.extraction.text):
        raise DocumentUnreadable(
            f"{path} is the record of a meeting ({shown}), and no statement of one country; save what"
            f" {declaration.reference.country} said in it as a file of its own, and add that"
        )
    doubt = _find_doubt(store.ledger, data, document, str(path), declaration.reference)
    return replace(record_read(store, data, document, declaration, observed, str(path)), doubt=doubt)


def _refuse_rows(path: Path, data: bytes, reference: Reference) -> None:
    """Raise ``DocumentUnreadable`` for a table, or JSON, which would be taken for one long text."""
    from tracker.capture.tables import find_table_format  # noqa: PLC0415 (as above)

    if find_table_format(path.name, data):
        named = shlex.quote(str(path))
        raise DocumentUnreadable(
            f"{path} is a table, and no statement of one country; each of its rows is one:"
            f" tracker import {named} --body {reference.body}"
        )
    if path.suffix.lower() == ".json" or _is_json(data):
        raise DocumentUnreadable(
            f"{path} is JSON, and no text; save the text in it as a file, or its rows as a table (.jsonl)"
        )


def _is_json(data: bytes) -> bool:
    """Tell whether bytes are an object or a list in JSON; a text may begin with a bracket too."""
    if data.lstrip()[:1] not in {b"{", b"["}:
        return False
    from tracker.inputs.formats import parse_json  # noqa: PLC0415 (as above)

    try:
        return isinstance(parse_json(data), (dict, list))
    except ValueError:
        return False


def _find_doubt(
    ledger: Ledger, data: bytes, document: ReadDocument, name: str, reference: Reference
) -> str | None:
    """Return why a night would put a document before a person; that it is short, its reader can see."""
    extraction, version = document
    sha256, language = digest_bytes(data), reference.language or version.language
    elsewhere = ledger.withdrawn_elsewhere(reference, sha256, digest_text(version.text))
    if elsewhere:
        return str(elsewhere)
    source = Source("", name, reference=replace(reference, language=language), min_words=0)
    fetched = Fetched("", name, data, extraction.media_type, (), Validators(), 0.0)
    found = judge_arrival(ledger, Arrival(source, fetched, extraction, version), sha256, is_named=True)
    return None if found.accepted or found.cause in _SEEN else f"{found.cause}, {found.detail}"


_SEEN = ("no statement",)
"""What pages are judged by, and whoever names a file has seen for themselves."""


def judge_arrival(ledger: Ledger, arrival: Arrival, sha256: str, *, is_named: bool = False) -> Admission:
    """Return whether a night would take a document, by what the archive has; ``is_named`` as in ``admit``."""
    from tracker.capture.admit.admission import admit  # noqa: PLC0415 (90 ms, not where bytes are known)

    reference, text = arrival.source.reference, digest_text(arrival.version.text)
    history = ledger.history(arrival.source.id, reference, sha256, text)
    return admit(arrival, history, is_named=is_named)


def record_bytes(
    store: Store, data: bytes, declaration: Declaration, observed: str, name: str, source: str
) -> Recorded:
    """Record bytes under a declaration, inferring the kind and language that it leaves open.

    ``name`` suggests their type. Bytes that are already the edition's latest snapshot are recognised by
    their digest, and not read.
    """
    known = store.known(declaration, digest_bytes(data))
    if known:
        return known
    document = read_bytes(data, name, declaration.reference.language)
    return record_read(store, data, document, declaration, observed, source)


class ReadDocument(NamedTuple):
    """What was read in a document's bytes."""

    extraction: Extraction
    version: Version


def read_bytes(data: bytes, name: str, language: str | None) -> ReadDocument:
    """Read a document. Raises ``DocumentUnreadable``."""
    extraction = extract(data, name)
    version = read_text(
        extraction.text,
        extractor=extraction.extractor,
        media_type=extraction.media_type,
        language=language,
    )
    return ReadDocument(extraction, version)


def record_read(
    store: Store, data: bytes, document: ReadDocument, declaration: Declaration, observed: str, source: str
) -> Recorded:
    """Record a document that was read, inferring what its declaration leaves open."""
    declaration = infer_details(declaration, *document)
    raw = document.extraction.text
    return store.record(declaration, data, document.version, observed, raw=raw, source=source)


def infer_details(said: Declaration, extraction: Extraction, version: Version) -> Declaration:
    """Return a declaration with the kind, language and title that it lacks, marked as inferred."""
    reference = said.reference
    return replace(
        said,
        reference=replace(
            reference,
            kind=reference.kind or infer_kind(version, extraction.text),
            language=reference.language or _infer_language(version, reference.body),
        ),
        kind_inferred=said.kind_inferred or reference.kind is None,
        language_inferred=said.language_inferred or reference.language is None,
        title=said.title or extraction.title,
        title_inferred=said.title_inferred or said.title is None,
    )


def _infer_language(version: Version, body: str) -> str:
    """Return the language of a text; where that is unknown, the only one in which its body's texts come."""
    languages = find_body(body).languages
    return languages[0] if version.language == "und" and len(languages) == 1 else version.language


def read_arrival(source: Source, fetched: Fetched) -> Arrival:
    """Read a document as its source asks for. Raises ``DocumentUnreadable``."""
    data = fetched.data or b""
    extraction = extract(
        data,
        source.address,
        selector=source.selector,
        remove=source.remove,
        content_type=fetched.media_type,
    )
    version = read_text(
        extraction.text,
        extractor=extraction.extractor,
        media_type=extraction.media_type,
        language=(source.reference.language if source.reference else None) or source.language,
    )
    return Arrival(source, fetched, extraction, version)


def declare_arrival(arrival: Arrival, reference: Reference) -> Declaration:
    """Return the declaration of a fetched document, from the watch list and from its text."""
    source = arrival.source
    url = source.address if is_web_address(source.address) else None
    declared = Declaration(replace(reference, language=reference.language or source.language), url=url)
    return infer_details(declared, arrival.extraction, arrival.version)


def record_arrival(
    store: Store, arrival: Arrival, declaration: Declaration, observed: str, source: str | None = None
) -> Recorded:
    """Record a fetched document; its source is the address that answered, if no other is named."""
    return store.record(
        declaration,
        arrival.fetched.data or b"",
        arrival.version,
        observed,
        raw=arrival.extraction.text,
        source=source or arrival.fetched.url,
    )


BATCH = 25
"""Items in a transaction: an interrupted run loses at most this much work.

The full-text index is written out with each. In those of 100 an import takes 3 percent less, and the index is
up to a tenth larger until SQLite has merged its parts.
"""

Entry = TypeVar("Entry", ImportedFile, ImportedRevision, ImportedCapture)


@dataclass(frozen=True, slots=True)
class Item(Generic[Entry]):
    """What a source yields: a line of the report, and how the item is written and its line completed."""

    entry: Entry
    write: Callable[[Store], Entry] | None = None
    """None where nothing is to be written: the entry says why. It is called once, after those before it."""


def show_nothing(_done: int, _total: int) -> None:
    """Show no progress."""


def import_items(
    items: Iterable[Item[Entry]],
    total: int,
    archive: Path,
    progress: Progress,
    *,
    started: str | None = None,
    dry_run: bool = False,
) -> tuple[Entry, ...]:
    """Write the items of a source, ``total`` in number, in their order, and return their entries.

    An item that cannot be read, or that was withdrawn, is *skipped*, and its note says why. With ``started``
    (ISO 8601 in UTC), the run begins at this instant if there is anything to write; otherwise it begins with
    the first thing that is written, and ``items`` may be an iterator. A ``dry_run`` writes nothing. An
    interrupted run is simply run again: it recognises what is recorded. Raises as ``open_store`` does.
    """
    if dry_run or (started and not any(item.write for item in items)):
        return tuple(item.entry for item in items)

    entries: list[Entry] = []
    with open_store(archive, "import") as store:
        if started:
            store.begin(started)
        remaining = iter(items)
        for done in range(0, total, BATCH):
            progress(done, total)
            with store.batch():
                entries += [_write(store, item) for item in islice(remaining, BATCH)]
    progress(total, total)
    return tuple(entries)


class _Undone(Exception):
    """Ends a transaction of which nothing is to stay."""


def rehearse_items(
    items: Iterable[Item[Entry]], total: int, archive: Path, progress: Progress
) -> tuple[Entry, ...]:
    """Write the items of a source as ``import_items`` does, and undo it: what each would have come to.

    What a document holds is known when it has been read, and what of it is new when all before it is kept.
    The archive is locked meanwhile. Raises as ``open_store`` does.
    """
    entries: list[Entry] = []
    with open_store(archive, "import") as store, suppress(_Undone), store.batch():
        for done, item in enumerate(items):
            progress(done, total)
            entries.append(_write(store, item))
        raise _Undone
    return tuple(entries)


def _write(store: Store, item: Item[Entry]) -> Entry:
    if item.write is None:
        return item.entry
    try:
        return item.write(store)
    except (DocumentUnreadable, ReferenceInvalid, Withdrawn) as error:
        return replace(item.entry, status="skipped", note=str(error))
