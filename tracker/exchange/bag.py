"""``tracker export bag``: documents, texts and metadata as a BagIt folder, to be read without us."""

from __future__ import annotations

from contextlib import contextmanager
from hashlib import sha256
from importlib.resources import files
from operator import attrgetter
from typing import TYPE_CHECKING

from tracker import __version__
from tracker.capture.read.readers import find_ending
from tracker.capture.tables import find_table_ending
from tracker.errors import NotInArchive
from tracker.exchange.exports import new_target
from tracker.files import BY_UMASK, draft_folder, new_file, new_folder
from tracker.inputs.files import read_file
from tracker.model.facts import NAMES
from tracker.model.preserving import Exported
from tracker.model.texts import Reference
from tracker.preservation.mirror.redaction import list_lines
from tracker.record.reading.holdings import open_holdings
from tracker.record.schema.descriptions import Column, read_descriptions
from tracker.references import OWN_FILE
from tracker.report.records import write_csv

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from tracker.files import Permissions
    from tracker.model.preserving import Holding

_DECLARATION = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
MANIFEST, TAG_MANIFEST = "manifest-sha256.txt", "tagmanifest-sha256.txt"
_DATA = "data"


@contextmanager
def make_bag(target: Path, info: Mapping[str, str], permissions: Permissions = BY_UMASK) -> Iterator[Bag]:
    """Yield a bag to be filled, which stands at its place once the block has ended, or not at all.

    ``info`` is what ``bag-info.txt`` says beside the size. Raises ``OSError``.
    """
    with draft_folder(target, permissions) as part:
        bag = Bag(part, permissions)
        yield bag
        bag.finish(info)


class Bag:
    """A bag that is being filled."""

    def __init__(self, folder: Path, permissions: Permissions) -> None:
        self.files = 0
        self.size = 0
        self._folder = folder
        self._permissions = permissions
        self._folders = {folder}
        self._digests: dict[str, str] = {}

    def add(self, name: str, pieces: Iterable[bytes]) -> None:
        """Write a file of the payload, once; its name has letters, digits, slashes, dots and hyphens only."""
        path = f"{_DATA}/{name}"
        if path in self._digests:
            return
        digest = sha256()
        place = self._folder / path
        self._make(place.parent)
        with new_file(place, self._permissions) as file:
            for piece in pieces:
                digest.update(piece)
                self.size += file.write(piece)
        self.files += 1
        self._digests[path] = digest.hexdigest()

    def finish(self, info: Mapping[str, str]) -> None:
        """Write the tag files: what the bag is, what is in it, and the digests of both."""
        self._make(self._folder / _DATA)
        parts = {**info, "Payload-Oxum": f"{self.size}.{self.files}"}
        tags = {
            "bagit.txt": _DECLARATION,
            "bag-info.txt": "".join(f"{name}: {value}\n" for name, value in parts.items()).encode(),
            MANIFEST: _list_digests(self._digests),
        }
        tags[TAG_MANIFEST] = _list_digests({name: sha256(data).hexdigest() for name, data in tags.items()})
        for name, data in tags.items():
            with new_file(self._folder / name, self._permissions) as file:
                file.write(data)

    def _make(self, folder: Path) -> None:
        if folder not in self._folders:
            self._make(folder.parent)
            new_folder(folder, self._permissions)
            self._folders.add(folder)


def _list_digests(digests: Mapping[str, str]) -> bytes:
    return "".join(f"{digest}  {name}\n" for name, digest in sorted(digests.items())).encode()


_NAME, _SAID = "declaration.reference.", "declaration."
_COLUMNS: Mapping[str, str] = {
    "reference": "declaration.reference",
    **{name: _NAME + name for name in ("country", "body", "session", "item", "kind")},
    "kind_inferred": _SAID + "kind_inferred",
    "language": _NAME + "language",
    "language_inferred": _SAID + "language_inferred",
    "snapshot": _NAME + "snapshot",
    "observed": "observed",
    **{name: _SAID + name for name in NAMES},
    "source": "source",
    "document": "sha256",
    "media_type": "media_type",
    "size": "size",
    "text": "text_sha256",
    "extractor": "extractor",
    "words": "words",
}
"""Where each column of the table of snapshots stands in what is known of one."""

_FACTS = "{facts}"
"""Stands in the page to read first for the names of facts."""

_OPEN, _PRIVATE = "open material; of the rest digests", "everything, save what was withdrawn"


def export_bag(archive: Path, target: Path, day: str, *, private: bool = False) -> Exported:
    """Write what may leave the archive into a new folder, whole or not at all; ``day`` is today, ISO.

    Open material only, unless ``private``. Raises ``NotInArchive`` where there is nothing that may leave, and
    as ``new_target`` does.
    """
    info = {
        "Bag-Software-Agent": f"tracker {__version__}",
        "Bagging-Date": day,
        "External-Description": "Snapshots of national statements at UN bodies, with texts and metadata",
        "Access": _PRIVATE if private else _OPEN,
    }
    with (
        new_target(target, archive, private=private, what="folder") as permissions,
        open_holdings(archive, private=private) as holdings,
    ):
        chosen, closed = holdings.list()
        documents = {sha256: document_name(sha256, kind) for sha256, kind in holdings.documents()}
        if not (documents or chosen):
            raise NotInArchive("the archive holds nothing that may be exported")
        with make_bag(target, info, permissions) as bag:
            bag.add("README.txt", [_read_page("bag_readme.txt").replace(_FACTS, ", ".join(NAMES)).encode()])
            bag.add("crosswalk.csv", [_read_page("crosswalk.csv").encode()])
            for sha256, name in documents.items():
                bag.add(name, [holdings.document(sha256)])
            for holding in chosen:
                for sha256 in holdings.texts(holding):
                    bag.add(text_name(sha256), [holdings.text(sha256)])
            bag.add("statements.csv", [_list_statements(chosen, documents).encode()])
            bag.add("record.jsonl", list_lines(holdings))
            bag.add("descriptions.csv", [_list_descriptions().encode()])
            bag.add("schema.sql", [holdings.schema()])
            if (archive / OWN_FILE).is_file():
                bag.add(OWN_FILE, [read_file(archive / OWN_FILE)])
    contents = {"snapshot": len(chosen), "document": len(documents), "file": bag.files}
    return Exported(str(target), contents, bag.size, None, closed)


def _read_page(name: str) -> str:
    """Return a file that is the same in every bag."""
    return files(__package__).joinpath(name).read_text("utf-8")


def _list_statements(chosen: Sequence[Holding], documents: Mapping[str, str]) -> str:
    files_of = {**documents, **{each.text_sha256: text_name(each.text_sha256) for each in chosen}}
    rows = [[_describe(attrgetter(path)(each), files_of) for path in _COLUMNS.values()] for each in chosen]
    return write_csv(tuple(_COLUMNS), rows)


def _list_descriptions() -> str:
    rows = [
        (each.table, column.name, column.meaning, column.unit)
        for each in read_descriptions()
        for column in (Column("", each.meaning), *each.columns)
    ]
    return write_csv(("table", "column", "meaning", "unit"), rows)


def _describe(value: object, files_of: Mapping[str, str]) -> object:
    """Return a value as the table has it: a file for its digest, 1 and 0, a reference as text."""
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, str):
        return files_of.get(value, value)
    return str(value) if isinstance(value, Reference) else value


def document_name(sha256: str, media_type: str) -> str:
    """Return the name of a document's file."""
    return f"documents/{sha256}.{find_table_ending(media_type) or find_ending(media_type)}"


def text_name(sha256: str) -> str:
    """Return the name of a text's file."""
    return f"texts/{sha256}.txt"
