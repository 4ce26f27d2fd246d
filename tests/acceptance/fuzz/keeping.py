"""Findings kept in a folder, each once: the input, a smaller one where that shows it too, and a report."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from hashlib import sha256
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from tests.acceptance.fuzz.running import Finding, Workers
    from tests.acceptance.fuzz.target import Target

_TRIES, _SECONDS = 200, 20.0
_AS_IT_IS = frozenset({"hang", "abort", "slow", "memory", "unmade"})
"""Kinds that take too long to be tried again a hundred times, or have no input."""


@dataclass(slots=True)
class Kept:
    """The findings of a run by their signatures, with how often each was met."""

    folder: Path
    met: dict[str, int] = field(default_factory=dict)

    def note(self, finding: Finding) -> bool:
        """Count a finding, and tell whether it is a new one."""
        self.met[finding.signature] = self.met.get(finding.signature, 0) + 1
        return self.met[finding.signature] == 1

    def keep(self, target: Target, finding: Finding, origin: str, data: bytes, workers: Workers) -> Path:
        """Write a finding down; ``origin`` says which seed and number made its input."""
        place = self.folder / f"{target.name}-{sha256(finding.signature.encode()).hexdigest()[:8]}"
        place.mkdir(parents=True, exist_ok=True)
        (place / "input").write_bytes(data)
        again = f"python -m tests.acceptance.fuzz --target {target.name} --replay {place / 'input'}"
        (place / "report.txt").write_text(
            f"{finding.kind}: {finding.signature}\n{origin}\nagain: {again}\n\n{finding.text}\n",
            encoding="utf-8",
        )
        if finding.kind not in _AS_IT_IS:
            smaller = make_smaller(target, data, finding.signature, workers)
            if smaller != data:
                (place / "smaller").write_bytes(smaller)
        return place


def make_smaller(target: Target, data: bytes, signature: str, workers: Workers) -> bytes:
    """Return fewer bytes that show the same, by leaving out ever smaller parts, as long as that is cheap."""
    ends, tries = time.monotonic() + _SECONDS, 0
    length = len(data) // 2
    while length and tries < _TRIES:
        at = 0
        while at < len(data) and tries < _TRIES and time.monotonic() < ends:
            tries += 1
            less = data[:at] + data[at + length :]
            found = workers.run(target, less).finding
            if found and found.signature == signature:
                data = less
            else:
                at += length
        length //= 2
    return data
