"""Score the first screen against what readers would put in an abstract, and what it names against codes.

Run as ``python -m tests.acceptance.abstracts [--list]``. The sheet ``coding/abstracts.csv`` holds what two
readers call the most telling changes of each of twenty pairs, by rank; of a pair the three that both name, by
the sum of their ranks, are looked for on the first screen of ``tracker diff`` on the whole corpus, as a user
types it. One counts as *told* where the screen says of its topic what became of it: a finding, one of the
largest moves, or a status that is likely; and as *named* also where the topic only stands among those that
kept their level. What a screen says and the page of the same comparison does not is counted too. One half of
the readers' pairs (M, N) was looked at while the screen was made, the other (O, P) was not. What the screens
name with a status is also held against ``coding/fresh.csv``: true where a reader of the whole speeches gave
or would allow that status.
"""

from __future__ import annotations

import csv
import json
import re
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, get_args

from tests.coded_sheets import CODING, read_sheet
from tests.pages import list_missing, read_page
from tests.shared_data import require
from tracker.coding.coded_pairs import allowed_statuses, pair_speeches
from tracker.model.topics import Status

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from tracker.coding.coded_pairs import CodedPair

Pair = tuple[str, str, str]

TOLD_FIRST = 3
HALVES = {"M": "looked at", "O": "not looked at"}
_HEADING = re.compile(r"[A-Z][A-Z ,]+(?=:|  |$| \()")
_EVIDENCE = re.compile(r"[“”]|¶|nothing close")
_STATUS_OF = {"back": "new", "more": "kept", "less": "kept"}
_WORDS: tuple[Status, ...] = get_args(Status)
_SAID = re.compile(rf"(?P<likely>likely )?\b(?P<status>{'|'.join(sorted(_WORDS, key=len, reverse=True))})\b")
_LEAD = re.compile(
    rf"(?P<status>{'|'.join(word.capitalize() for word in _WORDS)})(?: of the words)? (?:in|from) [^:]+:"
)
_REST = re.compile(r"\b(Likely|Claimed below): ")
_QUOTED = re.compile(r"“[^”]*”")


@dataclass(frozen=True, slots=True)
class Screen:
    """What a first screen says of topics, by label: its status, and whether it is claimed."""

    lines: int
    claimed: dict[str, str] = field(default_factory=dict)
    unsure: dict[str, str] = field(default_factory=dict)
    moved: frozenset[str] = frozenset()
    kept: frozenset[str] = frozenset()
    missing: tuple[str, ...] = ()
    """What its page does not say, or in another order."""


def main() -> None:
    """Print how many changes of the abstracts are on the screens, and how much of what they name is true."""
    wanted = dict(agree(CODING / "abstracts.csv"))
    coded = {(p.country, p.old, p.new): p for p in pair_speeches(read_sheet(CODING / "fresh.csv"))}
    told: Counter[tuple[str, str]] = Counter()
    with tempfile.TemporaryDirectory() as folder:
        fill(Path(folder))
        for pair, (half, topics) in wanted.items():
            labels, screen = look(Path(folder), pair)
            for topic in topics:
                verdict = find(labels.get(topic, topic), screen)
                told[half, verdict] += 1
                if "--list" in sys.argv:
                    print(f"{' '.join(pair)}  {verdict:8} {topic}")
            for kind, rows in (("claimed", screen.claimed), ("unsure", screen.unsure)):
                for label, status in rows.items():
                    topic = next((each for each, name in labels.items() if name == label), label)
                    told[half, f"{kind}, {'true' if is_true(coded[pair], topic, status) else 'false'}"] += 1
            told[half, "screens"] += 1
            told[half, "missing"] += len(screen.missing)
            told[half, "lines"] = max(told[half, "lines"], screen.lines)
    for half, name in HALVES.items():
        print_half(name, {what: number for (each, what), number in told.items() if each == half})


def print_half(name: str, told: Mapping[str, int]) -> None:
    """Print the figures of the pairs of one half."""
    of = sum(told.get(each, 0) for each in ("told", "named", "hidden"))
    print(f"pairs {name}: {told['screens']} screens of {told['lines']} lines at most")
    print(f"  of {of} changes of the abstracts {told.get('told', 0)} told, {told.get('named', 0)} only named")
    print(f"  {told.get('missing', 0)} things said that the pages do not say")
    for kind in ("claimed", "unsure"):
        true, false = (told.get(f"{kind}, {each}", 0) for each in ("true", "false"))
        print(f"  {kind}: {true} of {true + false} true to a reader")


def agree(sheet: Path) -> Iterator[tuple[Pair, tuple[str, list[str]]]]:
    """Yield by pair the half it belongs to, and the topics of the first changes that both readers name."""
    ranks: dict[Pair, dict[str, dict[str, int]]] = defaultdict(lambda: defaultdict(dict))
    with sheet.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            pair = (row["country"], row["old"], row["new"])
            ranks[pair][row["topic"]].setdefault(row["reader"], int(row["rank"]))
    for pair, topics in ranks.items():
        readers = sorted({reader for given in topics.values() for reader in given})
        both = [(sum(given.values()), topic) for topic, given in topics.items() if len(given) == len(readers)]
        yield pair, (readers[0], [topic for _, topic in sorted(both)[:TOLD_FIRST]])


def fill(folder: Path) -> None:
    """Import the corpus into an archive."""
    corpus, speakers = require("ungdc"), require("ungdc_speakers.csv")
    words = ("--body", "UNGA", "--pattern", "{country}/{session}_{year}.txt", "--metadata", str(speakers))
    run(folder, "import", str(corpus), *words)


def run(folder: Path, *words: str) -> str:
    """Return what ``tracker`` prints; a comparison that finds changes ends 1.

    Raises:
        RuntimeError: it ended otherwise.
    """
    command = (sys.executable, "-m", "tracker", *words)
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode > 1:
        raise RuntimeError(done.stderr)
    return done.stdout


def look(folder: Path, pair: Pair) -> tuple[dict[str, str], Screen]:
    """Return the labels of all topics of a pair by id, and what its first screen says of them."""
    country, old, new = pair
    operands = (f"{country}/UNGA", old, new)
    topics = json.loads(run(folder, "diff", *operands, "--format", "json"))["topics"]
    labels = {topic["topic"]: topic["label"] for topic in topics}
    screen = run(folder, "diff", *operands)
    missing = list_missing(screen, read_page(run(folder, "diff", *operands, "--format", "html")))
    return labels, replace(read_screen(screen, labels.values()), missing=tuple(missing))


def read_screen(text: str, labels: Iterable[str]) -> Screen:
    """Read a screen: its lead, and line by line its headings and the labels below each with what is said."""
    screen = Screen(len(text.splitlines()))
    claimed, unsure, moved, kept = screen.claimed, screen.unsure, set[str](), set[str]()
    lead = text.split("\n\n")[1].replace("\n", " ") if "\n\n" in text else ""
    for status, said in _read_lead(_QUOTED.sub("", lead)):
        claimed |= dict.fromkeys(_find_labels(labels, said), status)
    _, opening, rest = _split_lead(_QUOTED.sub("", lead))
    for said in rest.split(";"):
        if match := _SAID.search(said):
            told = unsure if opening == "Likely" else claimed
            told |= dict.fromkeys(_find_labels(labels, said), match["status"])
    heading = ""
    for line in _join(text):
        if not line.startswith(" ") and (match := _HEADING.match(line)):
            heading = match.group().strip()
        for part in [] if line.startswith("    ") else line.split(" · "):
            held, status = _place(heading, part, line)
            named = [*_find_labels(labels, part)]
            if heading == "LARGEST MOVES":
                moved.update(named)
            if held == "kept":
                kept.update(named)
            elif held:
                (claimed if held == "claimed" else unsure).update(dict.fromkeys(named, status))
    return Screen(screen.lines, claimed, unsure, frozenset(moved), frozenset(kept))


def _place(heading: str, part: str, line: str) -> tuple[str, str]:
    """Return whether a part of a line claims, or tells what is likely or kept; and the status."""
    match = _SAID.search(part if heading in {"LARGEST MOVES", "LIKELY"} else line)
    if heading.startswith("KEPT"):
        return "kept", "kept"
    if heading in {"LARGEST MOVES", "LIKELY"} and match:
        return "unsure" if match["likely"] or heading == "LIKELY" else "claimed", match["status"]
    return ("claimed", heading.lower()) if heading.lower() in _WORDS else ("", "")


def _read_lead(lead: str) -> Iterator[tuple[str, str]]:
    """Yield what each sentence of a lead claims, and the rest of it."""
    groups = _split_lead(lead)[0]
    places = [*_LEAD.finditer(groups)]
    ends = [*(match.start() for match in places[1:]), len(groups)]
    for match, end in zip(places, ends, strict=False):  # where nothing leads there are no places
        yield match["status"].lower(), groups[match.end() : end]


def _split_lead(lead: str) -> tuple[str, str, str]:
    """Return a lead up to its last sentence, on what does not lead; how that begins; and the rest of it."""
    match = _REST.search(lead)
    return (lead[: match.start()], match[1], lead[match.end() :]) if match else (lead, "", "")


def _join(text: str) -> Iterator[str]:
    """Yield lines, those that go on a list of names, or a label in a row, after a wrap joined to it."""
    held = ""
    for line in text.splitlines():
        if held.strip() and re.match(r" {4}\S", line) and not _EVIDENCE.search(f"{held}\n{line}"):
            label, *cells = re.split(r"(?<=\S)(?=\s{2,})", held, maxsplit=1)
            held = " ".join((label, line.strip(), *cells))
            continue
        if held:
            yield held
        held = line
    yield held


def _find_labels(labels: Iterable[str], line: str) -> Iterator[str]:
    """Yield the labels in a line, whole or cut with an ellipsis, and of those that overlap the longest."""
    left = line
    for label in sorted(labels, key=len, reverse=True):
        shown = re.compile(rf"(?<![\w-]){re.escape(label)}(?![\w-])")
        if shown.search(left):
            left = shown.sub("", left)
            yield label
    cut = re.match(r"\s*(.{12,}?)…", left)
    if cut:
        yield from (label for label in labels if label.startswith(cut.group(1)))


def find(label: str, screen: Screen) -> str:
    """Return whether what became of a topic is told, or it is only named, or hidden."""
    if label in screen.claimed or label in screen.unsure or label in screen.moved:
        return "told"
    return "named" if label in screen.kept else "hidden"


def is_true(pair: CodedPair, topic: str, status: str) -> bool:
    """Return whether a reader gave a status or would allow it."""
    plain = _STATUS_OF.get(status, status)
    return any(plain in allowed_statuses(codes, topic) for codes in pair.readers.values())


if __name__ == "__main__":
    main()
