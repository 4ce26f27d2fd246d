"""``tracker export replication``: comparisons and all that is needed to compute them again, as a zip file."""

from __future__ import annotations

import json
import re
import shlex
from contextlib import nullcontext
from dataclasses import asdict, dataclass, replace
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from platform import python_version
from typing import TYPE_CHECKING, Any, Final

from tracker.capture.read.files import read_document
from tracker.capture.watch_list import WATCH_FILE, read_watch_list
from tracker.comparing.decisions.rulings import UNDECIDED
from tracker.comparing.topics.vocabulary.load import list_shipped, load_vocabulary
from tracker.comparing.topics.vocabulary.taught import model_path
from tracker.diff.reproduce import find_kept, read_comparison, read_written_side, recompute
from tracker.diff.sides import load_decided
from tracker.diff.withheld import withhold
from tracker.errors import DocumentUnreadable, NotInArchive
from tracker.exchange.bag import document_name, text_name
from tracker.exchange.exports import new_target
from tracker.exchange.pins import list_pins, name_libraries
from tracker.files import write_file
from tracker.inputs.zips import write_zip
from tracker.model.citations import Citation
from tracker.model.facts import NAMES
from tracker.model.plain import to_row
from tracker.model.preserving import Exported
from tracker.record.access.handing_on import is_closed
from tracker.record.reading.holdings import open_holdings
from tracker.report.answers import citing
from tracker.report.comparison.provenance import render_methods
from tracker.report.safe import one_line
from tracker.text.identity import digest_bytes

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from tracker.archive import ArchiveSession
    from tracker.comparing.decisions.rulings import Decided
    from tracker.diff.reproduce import WrittenSide
    from tracker.model.changes import Comparison, Provenance
    from tracker.model.citations import CitedText
    from tracker.model.texts import Side
    from tracker.model.topics import Vocabulary
    from tracker.record.reading.holdings import Holdings

    Members = dict[str, bytes]


MANIFEST: Final = "manifest-sha256.txt"
REPORTS, DECISIONS = "reports/", "decisions/"
"""Where the comparisons are, and under the same names what people decided about their texts."""
VOCABULARY, SHIPPED = "vocabulary/", "vocabulary/shipped/"
"""Where a user's vocabulary is, with what was learned for it, and the one that comes with the program."""
CITED: Final = "citations/statements.json"
"""What is cited of each text; the other files of citations say it in the forms of other programs."""
RIGHTS: Final = "rights.json"
_NOT_OPEN: Final[Mapping[str, Any]] = dict.fromkeys(name for name in NAMES if name != "delivered")
"""What a citation of a closed text leaves out: it is told by name, date and digest."""
_WITHHELD: Final = """
Of these texts only digests are here, since they may not be handed on. Comparisons with them have a digest in
place of each text, keyed by the two whole texts; to compute them again, name an archive that has the texts:
tracker reproduce FILE.zip --archive FOLDER
"""


@dataclass(frozen=True, slots=True)
class _Report:
    """A comparison that comes out the same."""

    data: bytes
    written: dict[str, Any]
    comparison: Comparison
    told: tuple[WrittenSide, WrittenSide]

    @property
    def sides(self) -> tuple[tuple[WrittenSide, Side], ...]:
        """Both sides, each with what names it."""
        return (self.told[0], self.comparison.old), (self.told[1], self.comparison.new)

    def has(self, texts: frozenset[str]) -> bool:
        """Return whether it has any of some texts, by digest."""
        return any(each.text in texts for each in self.told)


def export_replication(
    target: Path,
    paths: Sequence[Path],
    archive: ArchiveSession,
    vocabulary: Path | None = None,
    *,
    private: bool = False,
) -> Exported:
    """Write a replication zip of comparisons as JSON, whole or not at all.

    Each is computed again, with the vocabulary of the shipped or a user's file, and must come out the same.
    What is closed is in it by digests alone, in the comparisons too; unless ``private``, and what is
    withdrawn in any case. The same input gives the same bytes. Raises ``DocumentUnreadable`` where a
    comparison cannot be read or does not come out the same, and as ``new_target`` does.
    """
    with new_target(target, archive.folder, private=private) as permissions:
        loaded = load_vocabulary(vocabulary)
        if vocabulary:
            loaded = replace(loaded, name=_name_packed(vocabulary))
        reports = [_read(path, archive, loaded) for path in paths]
        has_archive = archive.folder.exists()
        with open_holdings(archive.folder, private=private) if has_archive else nullcontext() as holdings:
            closed = frozenset(_find_closed(reports, holdings))
        members = dict(_list(reports, archive, closed, loaded, vocabulary))
        data = write_zip({**members, MANIFEST: list_digests(members)})
        write_file(target, data, permissions)
    contents = {"comparison": len(reports), "file": len(members)}
    return Exported(str(target), contents, len(data), digest_bytes(data), len(closed))


def list_digests(members: Mapping[str, bytes]) -> bytes:
    """Return the manifest of files, as ``sha256sum -c`` reads it."""
    return "".join(f"{sha256(data).hexdigest()}  {name}\n" for name, data in members.items()).encode()


def write_decided(decided: Decided) -> bytes:
    """Return decisions as ``read_decided`` reads them."""
    return json.dumps(decided, default=to_row, ensure_ascii=False, indent=1).encode()


def list_citations(
    cited: Sequence[Citation], written: Mapping[str, Sequence[str]] | None = None
) -> Iterator[tuple[str, bytes]]:
    """Yield the files that say what is cited, each in another form; none where nothing is.

    ``written`` has the names of what a zip says of a text, by its reference: one of an older release lacks
    facts that could not be declared then, and says the same where nobody has declared them.
    """
    if cited:
        names = written or {}
        rows = [_order(asdict(each.source), names.get(each.source.reference)) for each in cited]
        yield CITED, write_json(rows)
        yield "citations/statements.bib", citing.render_bibtex(cited).encode()
        yield "citations/statements.csl.json", citing.citations_csl(cited).encode()
        yield "citations/statements.ris", citing.render_ris(cited).encode()


def _order(row: dict[str, Any], names: Sequence[str] | None) -> dict[str, Any]:
    """Return a row with these names first, and of the others what is not null."""
    if names is None:
        return row
    said = {name: value for name, value in row.items() if value is not None}
    return {name: row[name] for name in names if name in row} | said


def cite_kept(
    sides: Iterable[WrittenSide], archive: ArchiveSession, closed: frozenset[str]
) -> Iterator[CitedText]:
    """Yield what is cited of texts that the archive keeps, of ``closed`` ones only what names them."""
    for told in sides:
        reference = find_kept(told, archive)
        if reference is None:
            continue
        try:
            found = archive.reader.cited(reference)
        except NotInArchive:
            continue
        yield replace(found, **_NOT_OPEN) if told.text in closed else found


def list_rights(sides: Sequence[WrittenSide], archive: ArchiveSession) -> dict[str, str]:
    """Return what the watch list says of the rights in each text, by its name."""
    watch = archive.folder / WATCH_FILE
    said = {each.id: each.rights for each in read_watch_list(watch).sources} if watch.exists() else {}
    found: dict[str, str] = {}
    for told in sides if any(said.values()) else ():
        reference = find_kept(told, archive)
        for capture in archive.versions.captures(reference) if reference else ():
            givers = archive.versions.origins(capture.id)
            noted = [said.get(each.source.partition(":")[0]) for each in givers]
            found |= {told.name: "; ".join(dict.fromkeys(filter(None, noted)))} if any(noted) else {}
    return found


def describe(reports: Sequence[tuple[WrittenSide, WrittenSide]], closed: frozenset[str], python: str) -> str:
    """Return the page to read first; of ``closed`` texts, by digest, it says that they are not there."""
    page = files(__package__).joinpath("replication_readme.txt").read_text("utf-8")
    lines = [
        f"{REPORTS}{number}.json  {' and '.join(one_line(told.name) for told in report)}"
        for number, report in enumerate(reports, 1)
    ]
    held_back = dict.fromkeys(told for report in reports for told in report if told.text in closed)
    if held_back:
        lines += [
            _WITHHELD,
            *(f"{one_line(told.name)}  document {told.document}, text {told.text}" for told in held_back),
        ]
    return page.format(python=python, reports="\n".join(lines))


def write_requirements(release: str, comparisons: Iterable[Comparison]) -> bytes:
    """Return the file of what the program needs to compute comparisons again, as pip reads it."""
    return "".join(f"{line}\n" for line in list_pins(release, name_libraries(comparisons))).encode()


def write_versions(source: Provenance, python: str) -> bytes:
    """Return the file of the releases and digests that a comparison rests on, with the release of Python."""
    return write_json(
        {
            "tracker": source.release,
            "python": python,
            "encoder": source.encoder,
            "prior": source.prior,
            "vocabulary": source.vocabulary,
        }
    )


def write_json(value: object) -> bytes:
    """Return a file of a zip in JSON."""
    return (json.dumps(value, indent=2, ensure_ascii=False) + "\n").encode()


def _read(path: Path, archive: ArchiveSession, vocabulary: Vocabulary) -> _Report:
    data = read_document(path)
    written = read_comparison(data, str(path))
    told = read_written_side(written, "old"), read_written_side(written, "new")
    comparison, found = recompute(written, str(path), archive, vocabulary)
    if found.differences:
        first = " \u00b7 ".join(found.differences[0].place)
        named = shlex.quote(str(path))
        raise DocumentUnreadable(
            f"{path} does not come out the same ({first}); tracker reproduce {named} names what differs"
        )
    return _Report(data, written, comparison, told)


def _find_closed(reports: Sequence[_Report], holdings: Holdings | None) -> Iterator[str]:
    """Yield the digests of the texts that may not be handed on."""
    for told in {told for report in reports for told in report.told}:
        if holdings and is_closed(holdings.connection, holdings.access, told.document, told.text):
            yield told.text


def _list(
    reports: Sequence[_Report],
    archive: ArchiveSession,
    closed: frozenset[str],
    vocabulary: Vocabulary,
    path: Path | None,
) -> Iterator[tuple[str, bytes]]:
    """Yield the files by their names, in their order."""
    yield "README.txt", describe([each.told for each in reports], closed, python_version()).encode()
    for number, report in enumerate(reports, 1):
        yield f"{REPORTS}{number}.json", _withhold(report, closed)
        if not report.has(closed) and (decided := _find_decided(report, archive)) != UNDECIDED:
            yield f"{DECISIONS}{number}.json", write_decided(decided)
    for number, report in enumerate(reports, 1):
        yield f"methods/{number}.txt", render_methods(report.comparison, vocabulary).encode()
    sides = dict(each for report in reports for each in report.sides)
    if rights := list_rights(list(sides), archive):
        yield RIGHTS, write_json(rights)
    yield from _list_texts({told: side for told, side in sides.items() if told.text not in closed}, archive)
    yield from list_citations([Citation(each) for each in cite_kept(sides, archive, closed)])
    yield from _list_vocabulary(path)
    source = reports[0].comparison.provenance
    yield "versions.json", write_versions(source, python_version())
    yield "requirements.txt", write_requirements(source.release, [each.comparison for each in reports])


def _withhold(report: _Report, closed: frozenset[str]) -> bytes:
    if not report.has(closed):
        return report.data
    return write_json(withhold(report.written))


def _find_decided(report: _Report, archive: ArchiveSession) -> Decided:
    old, new = (find_kept(told, archive) for told in report.told)
    return load_decided(old, new, archive) if old and new else UNDECIDED


def _list_texts(sides: Mapping[WrittenSide, Side], archive: ArchiveSession) -> Iterator[tuple[str, bytes]]:
    found = {told: data for told in sides if (data := _find_document(told, archive)) is not None}
    documents = {
        document_name(str(told.document), sides[told].version.media_type): data
        for told, data in found.items()
    }
    yield from sorted(documents.items())
    yield from sorted(
        {text_name(told.text): side.version.text.encode() for told, side in sides.items()}.items()
    )


def _find_document(told: WrittenSide, archive: ArchiveSession) -> bytes | None:
    """Return the bytes of a document, from the archive or the file that was compared, if that is still it."""
    if archive.folder.exists() and told.document and (data := archive.versions.document(told.document)):
        return data
    try:
        data = read_document(Path(told.name))
    except DocumentUnreadable:
        return None
    return data if digest_bytes(data) == told.document else None


def _list_vocabulary(path: Path | None) -> Iterator[tuple[str, bytes]]:
    if path is None:
        yield from ((f"{SHIPPED}{each.name}", each.read_bytes()) for each in list_shipped())
        return
    packed = Path(_name_packed(path) + path.suffix.lower())
    for name, file in ((packed, path), (model_path(packed), model_path(path))):
        if file.exists():
            yield f"{VOCABULARY}{name}", file.read_bytes()


def _name_packed(vocabulary: Path) -> str:
    """Return what a user's vocabulary is called in a zip: as its file, of what all systems allow in names."""
    return re.sub(r"[^\w-]+", "-", vocabulary.stem, flags=re.ASCII).strip("-") or "vocabulary"
