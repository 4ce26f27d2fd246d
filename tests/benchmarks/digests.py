"""What the commands say of real statements, by digest: no text of the data is kept here.

Run as ``python -m tests.benchmarks.digests``: it fails where an answer is not what it was. Where the
development data is not beside the repository, it ends with 77 and says so, and in CI (``CI=true``) with 1. It
asks for one answer in three, always the same, and with ``--whole`` for all of them, in half a minute. Where a
difference is meant, ``--write`` writes all digests again; ``floors.py`` tells whether it is for the better.
Golden files hold the rest (``tests/goldens.py``).
"""

from __future__ import annotations

import json
import shlex
import shutil
import sys
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from tests.goldens import run, settle, standing_still
from tests.shared_data import find_or_leave, require

if TYPE_CHECKING:
    from collections.abc import Iterator

DIGESTS = Path(__file__).with_suffix(".txt")
PAIRS = {
    # neighbouring sessions: countries. 75 and 79 are mostly prepared texts, the others verbatim records.
    "45 46": "USA",
    "56 57": "GBR JPN",
    "61 62": "BRA",
    "62 63": "FRA",
    "65 66": "IND",
    "70 71": "CHL HND SYC COL LVA NZL",
    "72 73": "CZE ROU CHE MLT SEN DZA",
    "74 75": "DNK NLD GHA UKR PRT IND",
    "78 79": "RWA URY IDN AUT PAN LUX",
}
RUNS = ("GBR", 55, 59)
"""A country with all of its sessions from one to another, to follow."""
OTHERS = (
    "trace GBR/UNGA 'climate change' --format json",
    "trace GBR/UNGA 'We must act together.' --format json",
    "blame GBR/UNGA/59 --format json",
    "timeline GBR/UNGA --format json",
    "timeline GBR/UNGA --phrases --format json",
    "priorities PAN/UNGA/79",
    "priorities GHA/UNGA/75",
    "timeline UNGA 79 --format json",
)
REVISED = {"argrewrite2": 4, "tetra_derived": 2, "aesop": 2}
"""Sets of revised texts, and how many of their pairs are compared as files."""
_EVERY = 3


def main() -> None:
    """Compare the digests with those that are kept, or write them."""
    find_or_leave("the same answers on real statements")
    ungdc, align, is_to_write = require("ungdc"), require("align"), sys.argv[1:] == ["--write"]
    every = 1 if is_to_write or sys.argv[1:] == ["--whole"] else _EVERY
    with standing_still():
        found = "".join(f"{digest}  {line}\n" for line, digest in digest_answers(ungdc, align, every))
    if is_to_write:
        DIGESTS.write_text(found, encoding="utf-8")
    kept = DIGESTS.read_text(encoding="utf-8").splitlines()
    other = [line for line in found.splitlines() if line not in kept]
    print(f"digests: {len(found.splitlines())} answers on real statements, {len(other)} not as they were")
    if other or (every == 1 and len(kept) != len(found.splitlines())):
        sys.exit("\n".join(["not as they were, or not kept:", *other]))


def digest_answers(ungdc: Path, align: Path, every: int) -> Iterator[tuple[str, str]]:
    """Yield one command line in so many, with the digest of what it prints; the data's first."""
    pairs = [(name, *sessions.split()) for sessions, names in PAIRS.items() for name in names.split()]
    yield "data", _copy_data(ungdc, align, pairs)
    for line in ("init", "import texts --body UNGA --pattern {country}/{session}_{year}.txt"):
        code, _, err = run(*shlex.split(line))
        assert code == 0, err
    lines = [f"diff {country}/UNGA {old} {new} --format json" for country, old, new in pairs]
    files = sorted(Path("revised").glob("*.old"))
    lines += [f"diff {old} {old.with_suffix('.new')} --format json" for old in files]
    for line in (*lines, *OTHERS)[::every]:
        code, out, err = run(*shlex.split(line))
        assert not err, err
        yield line, sha256(f"{code} {settle(out)}".encode()).hexdigest()[:16]


def _copy_data(ungdc: Path, align: Path, pairs: list[tuple[str, ...]]) -> str:
    """Copy what is read into the working folder; return its digest."""
    spoken = {(country, session) for country, *sessions in pairs for session in sessions}
    spoken |= {(RUNS[0], str(session)) for session in range(RUNS[1], RUNS[2] + 1)}
    for country, session in spoken:
        (path,) = (ungdc / country).glob(f"{session}_*.txt")
        copy = Path("texts", country, path.name)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, copy)
    Path("revised").mkdir()
    for name, number in REVISED.items():
        with (align / name / "dev.jsonl").open(encoding="utf-8") as file:
            for place, line in zip(range(number), file, strict=False):
                for side in ("old", "new"):
                    text = "\n\n".join(json.loads(line)[side])
                    Path("revised", f"{name}-{place}.{side}").write_text(text, encoding="utf-8")
    read = sorted(path for path in Path().rglob("*") if path.is_file())
    return sha256(b"".join(sha256(path.read_bytes()).digest() for path in read)).hexdigest()[:16]


if __name__ == "__main__":
    main()
