"""Checks of the mirror's objects by ``git fsck``, reported by the files and commits that they belong to."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from tracker.preservation.git.program import git_version
from tracker.preservation.verify.findings import REPAIR, START_OVER, Fix

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tracker.preservation.git.program import GitResult
    from tracker.preservation.git.repository import Repository
    from tracker.preservation.verify.findings import Findings

_FSCK = ("fsck", "--full", "--strict", "--no-dangling", "--no-progress")
_CHECKS_REFERENCES = (2, 50)
"""From this release on git checks references too, and from 2.53 on it takes the link to them for damage."""

_REMEDY = f"{REPAIR}, which writes it again if the record still has it; otherwise {START_OVER}"


class FsckMessage(NamedTuple):
    """A kind of line that ``git fsck`` writes, with what it is about and what it means."""

    pattern: re.Pattern[str]
    subject: str
    meaning: str


_ID = r"(?P<id>[0-9a-f]{40})"
_DIGEST = re.compile(r"([0-9a-f]{12})[0-9a-f]{52}")
_IS_ID = re.compile(r"[0-9a-f]{40}")

# The first that matches explains a line; a line that none matches is shown in git's own words.
FSCK_MESSAGES = (
    FsckMessage(
        re.compile(rf"missing (?P<kind>commit|tree|blob) {_ID}"), "{id}",
        "this {kind} is not there, or cannot be read",
    ),
    FsckMessage(re.compile(rf"{_ID}: object corrupt or missing"), "{id}", "its file is damaged"),
    FsckMessage(
        re.compile(rf"(?:cannot unpack|packed|index CRC mismatch for object) {_ID} from"), "{id}",
        "it is damaged in its pack",
    ),
    FsckMessage(re.compile(rf"error in \w+ {_ID}: (?P<why>.*)"), "{id}", "git says: {why}"),
    FsckMessage(
        re.compile(r".*objects/(?P<head>[0-9a-f]{2})/(?P<tail>[0-9a-f]{38})\b.*"),
        "{head}{tail}", "its file is damaged, or holds something else",
    ),
    FsckMessage(
        re.compile(r".*?(?P<file>pack-[0-9a-f]{40}\.(?:pack|idx|rev))\b.*"), "{file}", "the file is damaged"
    ),
    FsckMessage(
        re.compile(r"(?P<branch>refs/\S+): invalid sha1 pointer"), "{branch}", "it is at no commit"
    ),
    FsckMessage(re.compile(r".*commit-graph.*"), "commit-graph", "the index of commits is damaged"),
)  # fmt: skip

_ECHOES = re.compile(
    r"broken link from|\s+to |inflate: |unable to (?:unpack|mmap|load)|corrupt loose object|HEAD: "
    r"|invalid HEAD|notice: |object file \S+ is empty|Could not read|garbage at end of loose"
    r"|failed to parse commit"
)
"""Lines that repeat or introduce another line about the same object."""


def run_fsck(repository: Repository) -> GitResult:
    """Return what ``git fsck`` says of the objects; the references are compared with the record elsewhere."""
    checks_references = git_version() >= _CHECKS_REFERENCES
    # Nothing else reads the indexes of commits and of packs, but writing does.
    indexes = ("-c", "core.commitGraph=true", "-c", "core.multiPackIndex=true")
    return repository.attempt(*indexes, *_FSCK, *(["--no-references"] if checks_references else []))


def check_objects(repository: Repository, base: str | None, findings: Findings) -> None:
    """Have git check every object; one is named by where it is in the commit ``base``."""
    findings.count("objects", _count_objects(repository))
    answer = run_fsck(repository)
    # Standard error explains what is wrong with an object; standard output then says that it is missing.
    found = dict(_translate(f"{answer.complaints}\n{answer.output.decode('utf-8', 'replace')}"))
    if answer.status and not found:
        found["the mirror"] = f"git fsck ends with {answer.status}: {answer.complaint}"
    names = _name_objects(repository, base) if found and base else {}
    for subject, meaning in found.items():
        what = subject
        if _IS_ID.fullmatch(subject):
            what = f"object {subject[:12]} ({names.get(subject, 'of the history')})"
        findings.fault("objects", what, "mirror.git", meaning, _REMEDY, Fix("objects"))


def _name_objects(repository: Repository, base: str) -> dict[str, str]:
    """Return the paths of the objects of a commit, as far as its folders can be read."""
    listed = repository.attempt("ls-tree", "-r", "-t", "-z", base).output.decode()
    entries = (entry.partition("\t") for entry in listed.split("\0")[:-1])
    places = {described.split()[2]: _DIGEST.sub(r"\1...", path) for described, _, path in entries}
    return places | {base: "the latest commit"}


def _translate(output: str) -> Iterator[tuple[str, str]]:
    """Yield the subject of each line of git, an object by its name, and what the line means."""
    known: set[str] = set()
    for line in output.splitlines():
        text = line.removeprefix("error: ").removeprefix("fatal: ").removeprefix("warning: ")
        if not text.strip() or _ECHOES.match(text):
            continue
        subject, meaning = _read_line(text)
        if subject not in known:
            known.add(subject)
            yield subject, meaning


def _read_line(line: str) -> tuple[str, str]:
    for pattern, subject, meaning in FSCK_MESSAGES:
        if match := pattern.match(line):
            groups = match.groupdict()
            return subject.format(**groups), meaning.format(**groups)
    return line, "git fsck says so"


def _count_objects(repository: Repository) -> int:
    """Return how many objects there are, in packs and loose."""
    lines = repository.attempt("count-objects", "-v").output.decode().splitlines()
    counts = dict(line.split(": ") for line in lines)
    return int(counts.get("count", 0)) + int(counts.get("in-pack", 0))
