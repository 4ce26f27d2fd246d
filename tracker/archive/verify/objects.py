"""The objects of the mirror: what ``git fsck`` finds, told by the files and commits it is about."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from tracker.archive.verify.notes import BEGIN_ANEW, REPAIR, Cure, fault

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tracker.archive.git.repository import Repository
    from tracker.archive.verify.notes import Notes

FSCK = ("fsck", "--full", "--strict", "--no-dangling", "--no-progress")
_REMEDY = f"{REPAIR} writes it again if the record still has it; otherwise {BEGIN_ANEW}"


class Complaint(NamedTuple):
    """A kind of line that ``git fsck`` writes; what it is about and means, in the groups of its pattern."""

    pattern: re.Pattern[str]
    subject: str
    meaning: str


_ID = r"(?P<id>[0-9a-f]{40})"
_DIGEST = re.compile(r"([0-9a-f]{12})[0-9a-f]{52}")
_IS_ID = re.compile(r"[0-9a-f]{40}")

# The first that fits tells what a line means; what none fits is passed on in git's own words.
COMPLAINTS = (
    Complaint(
        re.compile(rf"missing (?P<kind>commit|tree|blob) {_ID}"), "{id}",
        "this {kind} is not there, or cannot be read",
    ),
    Complaint(re.compile(rf"{_ID}: object corrupt or missing"), "{id}", "its file is damaged"),
    Complaint(
        re.compile(rf"(?:cannot unpack|packed|index CRC mismatch for object) {_ID} from"), "{id}",
        "it is damaged in its pack",
    ),
    Complaint(re.compile(rf"error in \w+ {_ID}: (?P<why>.*)"), "{id}", "git says: {why}"),
    Complaint(
        re.compile(r".*objects/(?P<head>[0-9a-f]{2})/(?P<tail>[0-9a-f]{38})\b.*"),
        "{head}{tail}", "its file is damaged, or holds something else",
    ),
    Complaint(
        re.compile(r".*?(?P<file>pack-[0-9a-f]{40}\.(?:pack|idx|rev))\b.*"), "{file}", "the file is damaged"
    ),
    Complaint(
        re.compile(r"(?P<branch>refs/\S+): invalid sha1 pointer"), "{branch}", "it stands at no commit"
    ),
    Complaint(re.compile(r".*commit-graph.*"), "commit-graph", "the index of commits is damaged"),
)  # fmt: skip

_ECHOES = re.compile(
    r"broken link from|\s+to |inflate: |unable to (?:unpack|mmap|load)|corrupt loose object|HEAD: "
    r"|invalid HEAD|notice: |object file \S+ is empty|Could not read|garbage at end of loose"
    r"|failed to parse commit"
)
"""What only repeats, or leads up to, what another line says of the same object."""


def check_objects(repository: Repository, base: str | None, notes: Notes) -> None:
    """Have git check every object; people know one by where it stands at the commit ``base``."""
    notes.look("objects", _count_objects(repository))
    answer = repository.attempt(*FSCK)
    # On standard error it tells what is wrong with an object, and then on the other that it has none.
    told = f"{answer.complaints}\n{answer.output.decode('utf-8', 'replace')}"
    found = dict(_translate(told))
    if answer.status and not found:
        found["the mirror"] = f"git fsck ends with {answer.status}: {answer.complaint}"
    names = _name_objects(repository, base) if found and base else {}
    for subject, meaning in found.items():
        what = subject
        if _IS_ID.fullmatch(subject):
            what = f"object {subject[:12]} ({names.get(subject, 'of the history')})"
        notes.find(fault("objects", what, "mirror.git", meaning, _REMEDY), Cure("objects"))


def _name_objects(repository: Repository, base: str) -> dict[str, str]:
    """Return where the objects of a commit stand, as far as its folders can be read."""
    listed = repository.attempt("ls-tree", "-r", "-t", "-z", base).output.decode()
    entries = (entry.partition("\t") for entry in listed.split("\0")[:-1])
    places = {described.split()[2]: _DIGEST.sub(r"\1...", path) for described, _, path in entries}
    return places | {base: "the latest commit"}


def _translate(told: str) -> Iterator[tuple[str, str]]:
    """Yield what each line of git is about, an object by its name, and what it means."""
    known: set[str] = set()
    for line in told.splitlines():
        text = line.removeprefix("error: ").removeprefix("fatal: ").removeprefix("warning: ")
        if not text.strip() or _ECHOES.match(text):
            continue
        subject, meaning = _read_line(text)
        if subject not in known:
            known.add(subject)
            yield subject, meaning


def _read_line(line: str) -> tuple[str, str]:
    for pattern, subject, meaning in COMPLAINTS:
        if match := pattern.match(line):
            groups = match.groupdict()
            return subject.format(**groups), meaning.format(**groups)
    return line, "git fsck says so"


def _count_objects(repository: Repository) -> int:
    """Return how many objects there are, in packs and loose."""
    told = dict(
        line.split(": ") for line in repository.attempt("count-objects", "-v").output.decode().splitlines()
    )
    return int(told.get("count", 0)) + int(told.get("in-pack", 0))
