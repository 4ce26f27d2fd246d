"""``tracker reproduce``: the comparisons in a file computed again, and a zip checked file by file.

A zip's files are made again from its comparisons, as they were made when it was written, and compared byte by
byte. What only an archive knows is taken from there, or else as the zip has it, and said to be so.
"""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, Final

from tracker.capture.read.files import read_document
from tracker.comparing.decisions.rulings import UNDECIDED, Decided
from tracker.comparing.topics.vocabulary.load import list_shipped, load_vocabulary
from tracker.comparing.topics.vocabulary.taught import MODEL_ENDING
from tracker.diff.reproduce import find_kept, read_comparison, read_written_side, recompute
from tracker.diff.sides import load_decided
from tracker.diff.withheld import MARK
from tracker.errors import DocumentUnreadable
from tracker.exchange.bag import document_name, text_name
from tracker.exchange.pins import find_wrong_pins, name_libraries
from tracker.exchange.replication import (
    CITED,
    DECISIONS,
    MANIFEST,
    REPORTS,
    RIGHTS,
    SHIPPED,
    VOCABULARY,
    cite_kept,
    describe,
    list_citations,
    list_digests,
    list_rights,
    write_decided,
    write_json,
    write_versions,
)
from tracker.files import temporary_folder
from tracker.inputs.formats import parse_report
from tracker.inputs.zips import BEGINNING, find_beside, read_zip
from tracker.model.citations import Citation, CitedText
from tracker.model.facts import OF_SIDE
from tracker.model.reproduced import CheckedFiles, Difference, Reproduction
from tracker.model.strict import NotAsTyped, read_typed
from tracker.report.comparison.provenance import render_methods
from tracker.text.identity import digest_bytes

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tracker.archive import ArchiveSession
    from tracker.diff.reproduce import WrittenSide
    from tracker.model.changes import Comparison
    from tracker.model.reproduced import Reproduced
    from tracker.model.topics import Vocabulary

    Members = Mapping[str, bytes]

_SIDES: Final = ("old", "new")
_PYTHON: Final = re.compile(r"\d+\.\d+\.\d+\S{0,10}", re.ASCII)
_OF_SIDES: Final = ("country", "body", "session", "kind", "sha256", *OF_SIDE)
"""What a citation says that the comparison says as well."""
_OF_ARCHIVE: Final = "address, symbol and time of capture in citations, rights"
_OF_MACHINE: Final = "the releases of Python and of libraries that no comparison names, within their bounds"
_LONGEST: Final = 12
REQUIREMENTS: Final = "requirements.txt"
_DECIDED: Final = frozenset({"decided", "decision", "decisions"})
"""What a comparison calls the decisions that it has."""


class _Read:
    """A comparison in a zip as it was read, and as it was computed again."""

    def __init__(
        self, number: str, written: dict[str, Any], again: Comparison, found: Reproduced, decided: Decided
    ) -> None:
        self.number = number
        self.written = written
        self.comparison = replace(again, caveats=tuple(written["caveats"])) if not found.archive else again
        self.found = found
        self.decided = decided
        self.told: tuple[WrittenSide, WrittenSide] = (
            read_written_side(written, "old"),
            read_written_side(written, "new"),
        )
        self.is_closed = MARK in written


def reproduce(path: Path, archive: ArchiveSession, vocabulary: Path | None) -> Reproduction:
    """Compute again what ``tracker diff --format json`` wrote, by either schema, or a replication zip has.

    A zip is computed with the vocabulary in it, unless one is named. Raises ``DocumentUnreadable`` for what
    is no such file, and as ``recompute`` does.
    """
    data = read_document(path)
    if not data.startswith(BEGINNING):
        written = read_comparison(data, str(path))
        return Reproduction((recompute(written, str(path), archive, load_vocabulary(vocabulary))[1],), None)
    members = _read_package(data, str(path))
    asked = load_vocabulary(vocabulary) if vocabulary else _load_packed(members)
    names = sorted(_list_reports(members), key=lambda name: (len(name), name))
    reports = [_read_report(name, members, path, archive, asked) for name in names]
    files = _check_files(members, reports, archive, asked)
    beside = tuple(Difference("file", (name,), _name(told), None) for name, told in find_beside(data).items())
    files = replace(files, differences=(*files.differences, *beside))
    return Reproduction(tuple(each.found for each in reports), files)


def _read_package(data: bytes, place: str) -> dict[str, bytes]:
    """Return the files of a replication zip by their names.

    Raises ``DocumentUnreadable`` where it is damaged, may lead elsewhere, or has no comparison.
    """
    try:
        members = read_zip(data)
    except ValueError as error:
        raise DocumentUnreadable(f"{place}: {error}; get it again from where it came from") from None
    if MANIFEST not in members or not _list_reports(members):
        raise DocumentUnreadable(f"{place} is no replication zip; tracker export replication writes one")
    return members


def _list_reports(members: Mapping[str, bytes]) -> list[str]:
    """Return the names of the comparisons, in their order."""
    return [name for name in members if name.startswith(REPORTS)]


def _load_packed(members: Mapping[str, bytes]) -> Vocabulary:
    """Return the vocabulary that a zip has of a user's, or the one that comes with this release."""
    own = _list_own(members)
    if not own:
        return load_vocabulary()
    with temporary_folder("package") as folder:
        for name in own:
            Path(folder, PurePosixPath(name).name).write_bytes(members[name])
        return load_vocabulary(Path(folder, PurePosixPath(own[0]).name))


def _list_own(members: Mapping[str, bytes]) -> list[str]:
    """Return the names of a user's vocabulary, first its own file, and then what was learned for it."""
    own = [name for name in members if name.startswith(VOCABULARY) and not name.startswith(SHIPPED)]
    return sorted(own, key=lambda name: (name.endswith(MODEL_ENDING), name))


def _read_report(
    name: str, members: Members, path: Path, archive: ArchiveSession, vocabulary: Vocabulary
) -> _Read:
    written = read_comparison(members[name], f"{path}: {name}")
    decided = _read_decided(members, name, str(path))
    again, found = recompute(written, f"{path}: {name}", archive, vocabulary, decided)
    return _Read(name.removeprefix(REPORTS).removesuffix(".json"), written, again, found, decided)


def _read_decided(members: Mapping[str, bytes], report: str, place: str) -> Decided:
    """Return what people decided about the texts of a comparison; raises ``DocumentUnreadable``."""
    data = members.get(report.replace(REPORTS, DECISIONS, 1))
    try:
        return read_typed(Decided, parse_report(data)) if data else UNDECIDED
    except ValueError as error:
        raise DocumentUnreadable(f"{place}: the decisions for {report} cannot be read: {error}") from None


def _check_files(
    members: Members, reports: Sequence[_Read], archive: ArchiveSession, vocabulary: Vocabulary
) -> CheckedFiles:
    found = {name: data for name, data in members.items() if name != MANIFEST}
    expected = dict(_make_again(found, reports, archive, vocabulary))
    differences = [*_check_manifest(found, members[MANIFEST])]
    for name in sorted({*found, *expected}):
        then, now = found.get(name), expected.get(name)
        if then != now:
            differences.append(Difference("file", (name,), _name(then), _name(now)))
    differences += (*_check_requirements(found, reports), *_check_decisions(found, reports))
    is_known = all(each.found.archive for each in reports)
    left_out = (_OF_MACHINE,) if is_known else (_OF_ARCHIVE, _OF_MACHINE)
    return CheckedFiles(len(found), left_out, tuple(differences))


def _check_requirements(found: Members, reports: Sequence[_Read]) -> Iterator[Difference]:
    comparisons = [each.comparison for each in reports]
    release, named = comparisons[0].provenance.release, name_libraries(comparisons)
    for name, then, now in find_wrong_pins(found.get(REQUIREMENTS, b""), release, named):
        yield Difference("file", (REQUIREMENTS, name), then, now)


def _check_decisions(found: Members, reports: Sequence[_Read]) -> Iterator[Difference]:
    """Yield the decisions in a zip that are not those of its comparison: by them it was computed again."""
    for each in reports:
        name = f"{DECISIONS}{each.number}.json"
        is_other = any(_DECIDED.intersection(told.place) for told in each.found.differences)
        if is_other and not each.found.archive and name in found:
            of_report = f"not those of {REPORTS}{each.number}.json"
            yield Difference("file", (name,), _name(found[name]), of_report)


def _check_manifest(found: Members, manifest: bytes) -> Iterator[Difference]:
    """Yield each file whose digest is not told once, and each line that is of no file."""
    told: dict[bytes, list[bytes]] = {}
    for line in manifest.removesuffix(b"\n").split(b"\n"):
        digest, _, name = line.partition(b"  ")
        told.setdefault(name, []).append(digest)
    for line in list_digests(found).splitlines():
        digest, _, name = line.partition(b"  ")
        if (then := told.pop(name, [])) != [digest]:
            yield Difference(
                "file", (MANIFEST, name.decode()), _show(b", ".join(then) or None), _show(digest)
            )
    for name, digests in told.items():
        shown = name.decode("utf-8", "replace") or "a line without a name"
        yield Difference("file", (MANIFEST, shown), _show(b", ".join(digests)), None)


def _show(digest: bytes | None) -> str | None:
    return None if digest is None else digest.decode("utf-8", "replace")


def _name(data: bytes | None) -> str | None:
    return None if data is None else f"sha256 {digest_bytes(data)[:_LONGEST]}"


def _make_again(
    found: Members, reports: Sequence[_Read], archive: ArchiveSession, vocabulary: Vocabulary
) -> Iterator[tuple[str, bytes]]:
    """Yield the files that a zip of these comparisons has, and only those of its own that they confirm."""
    closed = frozenset(
        told.text
        for each in reports
        if each.is_closed
        for told in each.told
        if text_name(told.text) not in found
    )
    told = list(dict.fromkeys(told for each in reports for told in each.told))
    for each in reports:
        yield f"{REPORTS}{each.number}.json", found[f"{REPORTS}{each.number}.json"]
        yield f"methods/{each.number}.txt", render_methods(each.comparison, vocabulary).encode()
        decided = _find_decided(each, archive)
        if decided != UNDECIDED:
            yield f"{DECISIONS}{each.number}.json", write_decided(decided)
    yield from _list_texts(found, reports)
    yield from _list_vocabulary(found)
    if cited := _find_cited(found, told, reports, archive, closed):
        yield from list_citations([Citation(each) for each in cited], _read_names(found.get(CITED, b"")))
    if rights := _find_rights(found, told, archive):
        yield RIGHTS, write_json(rights)
    source = reports[0].comparison.provenance
    python = _read_python(found.get("versions.json", b""))
    yield "versions.json", write_versions(source, python)
    yield "README.txt", describe([each.told for each in reports], closed, python).encode()
    # What it asks for is looked at line by line.
    yield REQUIREMENTS, found.get(REQUIREMENTS, b"")


def _find_decided(report: _Read, archive: ArchiveSession) -> Decided:
    """Return what was decided by what the archive knows, or else by what the zip says and was applied."""
    old, new = (find_kept(told, archive) for told in report.told)
    if report.is_closed:
        return UNDECIDED
    return load_decided(old, new, archive) if old and new else report.decided


def _list_texts(found: Members, reports: Sequence[_Read]) -> Iterator[tuple[str, bytes]]:
    """Yield the texts that were compared, and those of their documents that are there."""
    for each in reports:
        for side, told in zip(_SIDES, each.told, strict=True):
            version = each.written[side]["version"]
            name = text_name(told.text)
            if not each.is_closed:
                yield name, version["text"].encode()
            elif digest_bytes(found.get(name, b"")) == told.text:
                yield name, found[name]
            document = document_name(str(told.document), version["media_type"])
            if digest_bytes(found.get(document, b"")) == told.document:
                yield document, found[document]


def _list_vocabulary(found: Members) -> Iterator[tuple[str, bytes]]:
    """Yield the shipped vocabulary, or a user's, whose digest the comparisons have, as it is."""
    own = _list_own(found)
    used = {own[0], f"{PurePosixPath(own[0]).with_suffix(MODEL_ENDING)}"} if own else ()
    yield from ((name, found[name]) for name in own if name in used)
    if not own:
        yield from ((f"{SHIPPED}{each.name}", each.read_bytes()) for each in list_shipped())


def _find_cited(
    found: Members,
    told: Sequence[WrittenSide],
    reports: Sequence[_Read],
    archive: ArchiveSession,
    closed: frozenset[str],
) -> list[CitedText]:
    """Return what is cited of each text, from the archive, or as the zip says where that is of this text."""
    claimed = {each.reference: each for each in _read_cited(found.get(CITED, b""))}
    sides = {
        text: side
        for each in reports
        for text, side in zip(each.told, (each.comparison.old, each.comparison.new), strict=True)
    }
    cited: list[CitedText] = []
    for each in told:
        if find_kept(each, archive):
            cited += cite_kept([each], archive, closed)
            continue
        side = sides[each]
        facts = {name: getattr(side, name) for name in _OF_SIDES} | {"language": side.version.language}
        cited += [
            claim
            for claim in claimed.values()
            if all(getattr(claim, name) == value for name, value in facts.items())
        ][:1]
    return cited


def _read_cited(data: bytes) -> tuple[CitedText, ...]:
    try:
        return read_typed(tuple[CitedText, ...], parse_report(data))
    except (ValueError, NotAsTyped):
        return ()


def _read_names(data: bytes) -> dict[str, tuple[str, ...]]:
    """Return the names of what is said of each text, by its reference, in their order."""
    try:
        rows = read_typed(tuple[dict[str, Any], ...], parse_report(data))
    except (ValueError, NotAsTyped):
        return {}
    return {str(row.get("reference")): tuple(row) for row in rows}


def _find_rights(found: Members, told: Sequence[WrittenSide], archive: ArchiveSession) -> dict[str, str]:
    """Return what is noted of the rights in each text: by the archive, or else by the zip."""
    known = list_rights([each for each in told if find_kept(each, archive)], archive)
    names = {each.name for each in told if not find_kept(each, archive)}
    try:
        claimed = read_typed(dict[str, str], parse_report(found.get(RIGHTS, b"")))
    except (ValueError, NotAsTyped):
        claimed = {}
    both = {**known, **{name: text for name, text in claimed.items() if name in names}}
    return {each.name: both[each.name] for each in told if each.name in both}


def _read_python(versions: bytes) -> str:
    try:
        python = json.loads(versions)["python"]
    except (ValueError, TypeError, KeyError, RecursionError):
        python = None
    return python if isinstance(python, str) and _PYTHON.fullmatch(python) else "3"
