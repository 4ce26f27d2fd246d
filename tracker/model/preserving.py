"""What is brought in from git and web archives, mirrored, rebuilt, backed up and handed on."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tracker.model.record import Declaration
    from tracker.model.texts import Reference


FileStatus = Literal["new", "changed", "unchanged", "passed", "skipped"]


@dataclass(frozen=True, slots=True)
class ImportedFile:
    """What became of one file of a folder; *skipped* is a file to import that could not be read."""

    status: FileStatus
    path: str
    note: str = ""
    elsewhere: tuple[str, ...] = ()
    """Other statements that have the same text."""
    reference: Reference | None = None
    """The edition it was recorded in."""
    is_kind_inferred: bool = False


@dataclass(frozen=True, slots=True)
class TableUse:
    """What an import took from a table of metadata."""

    path: str
    rows: int
    used: int
    elsewhere: int
    """Rows about statements that are not in the import."""
    without: int
    """Statements of the import that have no row."""
    skipped: tuple[tuple[int, str], ...]
    """The lines that could not be read, and why."""


@dataclass(frozen=True, slots=True)
class FolderImport:
    """The result of an import: an entry for each file, the pattern, and what was read in the table."""

    entries: tuple[ImportedFile, ...]
    pattern: str
    fits: int
    """The files whose path fits the pattern."""
    is_found: bool = False
    """Whether nobody gave the pattern."""
    table: TableUse | None = None

    @property
    def counts(self) -> Counter[FileStatus]:
        """How many files there are of each status."""
        return Counter(entry.status for entry in self.entries)


@dataclass(frozen=True, slots=True)
class TableImport:
    """The result of importing a table of texts: an entry for each row, and the column of each field."""

    path: str
    columns: dict[str, str]
    entries: tuple[ImportedFile, ...]

    @property
    def counts(self) -> Counter[FileStatus]:
        """How many rows there are of each status."""
        return Counter(entry.status for entry in self.entries)


RevisionStatus = Literal["new", "changed", "known", "rewritten", "removed", "passed", "skipped"]


@dataclass(frozen=True, slots=True)
class ImportedRevision:
    """What became of one revision of a file that a git repository held, or of its removal.

    *Known* was recorded before from this very commit, *rewritten* from another that held the same bytes;
    *passed* has the bytes of the revision before it. Only *skipped* was meant to be read and could not be.
    """

    status: RevisionStatus
    commit: str
    path: str
    observed: str | None
    subject: str
    reference: Reference | None = None
    note: str = ""
    """Why, or what was taken for granted."""


@dataclass(frozen=True, slots=True)
class GitImportReport:
    """What came of reading a repository's history, oldest first, and what it no longer holds."""

    entries: tuple[ImportedRevision, ...]
    gone: tuple[str, ...]
    """Sources of snapshots that are in the record and no longer in the repository: it was rewritten."""
    remarks: tuple[str, ...]
    """What is to be known about the repository itself, a sentence each."""


@dataclass(frozen=True, slots=True)
class Mirrored:
    """The result of bringing the mirror up to date."""

    path: str
    commits: int
    tip: str | None
    """The commit that holds everything; none where there is nothing yet."""
    closed: int
    """Snapshots of which the public branch has no more than the digest."""
    is_cut: bool
    """The public branch held what is closed now, and was started again, without its history."""
    is_restored: bool = False
    """The mirror was gone, and was written again from the record, under the same names."""


@dataclass(frozen=True, slots=True)
class Pushed:
    """A push of the mirror: what went where, and the commit that is there now."""

    remote: str
    private: bool
    tip: str
    closed: int


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What a record holds that was made out of a mirror."""

    commit: str
    rows: Mapping[str, int]
    """Rows by table."""
    closed: int
    """Rows of which the mirror, a public one, has no more than the digest; they are not in the record."""
    watch_list: str | None = None
    """The file into which its watch list was put; None where it has none, or there was one."""


@dataclass(frozen=True, slots=True)
class Backup:
    """A copy of the record that was checked."""

    path: str
    size: int
    sha256: str
    rows: Mapping[str, int]
    """Rows by table."""


@dataclass(frozen=True, slots=True)
class Holding:
    """A snapshot that may leave the archive, with what is known of it; its bytes are read apart."""

    id: int
    """Of the snapshot, in this record."""
    declaration: Declaration
    """What the record says of statement and edition; its reference names the snapshot."""
    sha256: str
    size: int
    media_type: str
    observed: str
    source: str | None
    """The file or address that was read, as it was given."""
    text_sha256: str
    extractor: str
    words: int


@dataclass(frozen=True, slots=True)
class Exported:
    """A file or folder that was made of the archive's material to be handed on."""

    path: str
    contents: Mapping[str, int]
    """How many there are of each kind of record or file."""
    size: int
    sha256: str | None
    """Of the file; a folder has its manifests."""
    closed: int
    """Snapshots that may not leave, and did not."""


CaptureStatus = Literal["new", "changed", "unchanged", "known", "skipped"]


@dataclass(frozen=True, slots=True)
class ImportedCapture:
    """What became of one capture in a web archive.

    *Unchanged* found what the edition held already, *known* was recorded before. Only *skipped* was meant
    to be read and could not be.
    """

    status: CaptureStatus
    offset: int
    """Where its record begins in the file."""
    record: str
    """Its WARC-Record-ID."""
    url: str
    observed: str
    reference: Reference | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class WarcImportReport:
    """What came of reading a web archive, oldest first, and how many records were passed over, and why."""

    entries: tuple[ImportedCapture, ...]
    passed: Mapping[str, int]
