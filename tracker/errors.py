"""The errors a user can meet, each with the exit code it ends in.

::

    TrackerError            2   anything expected that stops a command
    ├── ReferenceInvalid    2   a reference that cannot be read, or names nothing known
    │   └── BodyMissing     2   a country alone, where a series or a statement is needed
    ├── NotInArchive        2   a reference that reads well but has nothing behind it
    │   └── Withdrawn       2   what was withdrawn, and why
    ├── DocumentUnreadable  2   bytes that hold no statement: empty, damaged, encrypted, too large
    │   └── ReaderStopped   2   bytes at which a reader died, or was ended at its bounds
    ├── VocabularyInvalid   2   a vocabulary or another user's table with a fault in it
    ├── DecisionInvalid     2   a decision that does not fit what it is about
    ├── WatchListInvalid    2   a watch list with a fault in it, or none
    ├── BodiesInvalid       2   an archive's own table of bodies with a fault in it
    ├── ClockWrong          2   a clock before the last nightly run, or a day or more from the servers'
    ├── ArchiveUnusable     2   no archive there, a newer schema, a full or read-only disk
    ├── RepositoryUnusable  2   no git repository there, one that git refuses, or no git
    │   └── HistoriesApart  2   a mirror that has runs which the record has not
    ├── WarcUnusable        2   a web archive that is none, is damaged or cut off, or no warcio to read it
    ├── ArchiveLocked      75   another run holds the archive
    └── Interrupted       130   the user ended it, and something is kept to go on from

Each message is one line that names the thing and the next step. A traceback is a bug, and ends in 70.
"""

from __future__ import annotations


class TrackerError(Exception):
    """An expected failure; its text is printed on one line of standard error."""

    exit_code = 2


class ReferenceInvalid(TrackerError):
    """A reference that cannot be read, or that names an unknown country, body or session."""


class BodyMissing(ReferenceInvalid):
    """A country without a body, as it was written, and its code; an archive can tell which bodies it has."""

    def __init__(self, message: str, written: str, country: str) -> None:
        super().__init__(message)
        self.written = written
        self.country = country


class NotInArchive(TrackerError):
    """A well-formed reference that the archive has nothing for."""


class Withdrawn(NotInArchive):
    """Material that was withdrawn: the message says when, on whose authority and why."""


class DocumentUnreadable(TrackerError):
    """Bytes that hold no readable statement."""


class ReaderStopped(DocumentUnreadable):
    """Bytes at which a reader died, or was ended at its bounds of time or memory: what they hold is open.

    ``cause`` says what happened, without the name of the document and the next step.
    """

    def __init__(self, message: str, cause: str = "") -> None:
        super().__init__(message)
        self.cause = cause or message


class VocabularyInvalid(TrackerError):
    """A vocabulary file with a fault; the message gives file and place."""


class DecisionInvalid(TrackerError):
    """A decision that does not fit the change or topic it is about; the message says what would."""


class BodiesInvalid(TrackerError):
    """An archive's own table of bodies that cannot be read; the message gives file, line and key."""


class WatchListInvalid(TrackerError):
    """A watch list that cannot be read; the message gives file, line and key."""


class ClockWrong(TrackerError):
    """The machine's clock is before the last nightly run, or more than a day from the servers'."""


class ArchiveUnusable(TrackerError):
    """An archive that cannot be opened or written."""


class RepositoryUnusable(TrackerError):
    """A git repository that cannot be opened, read or written, or git itself missing."""


class HistoriesApart(RepositoryUnusable):
    """A mirror has runs that the record does not; the message names both sides and the way on."""


REQUIRE = "--require-sandbox"
REQUIRED = "TRACKER_REQUIRE_SANDBOX"
"""The option by which documents are read in a whole sandbox or not at all, and the variable that it sets."""


class SandboxIncomplete(TrackerError):
    """A whole sandbox is required, and this system has less."""

    def __init__(self, level: str) -> None:
        super().__init__(
            f"a whole sandbox is required, and here it is {level}; if you accept that, go without {REQUIRE}"
            f" and {REQUIRED}"
        )


class RecordEdited(RepositoryUnusable):
    """Another program changed rows that are mirrored; all else has been mirrored."""

    exit_code = 1


class WarcUnusable(TrackerError):
    """A WARC that cannot be read or written, with the place of its damage, or warcio missing."""


class ArchiveLocked(TrackerError):
    """Another process is writing to the archive (``EX_TEMPFAIL``)."""

    exit_code = 75


class Interrupted(TrackerError):
    """The user ended a command: the message says what is kept, and how it goes on."""

    exit_code = 130
