"""An encoder that looks for its vectors in ``derived.db`` first."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

from tracker.text.identity import digest_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tracker.record.derived.answers import Derived
    from tracker.text.encoder import Encoder, Vectors

_KIND = "weights"
_NEAR = 1e-4
"""By how much the numbers of vectors may differ."""

_NAME_LENGTH = 16
"""Of an encoder in the file, where every vector repeats it."""


class CachedEncoder:
    """Another encoder, which is asked, and its model loaded, only for what it has not encoded yet."""

    def __init__(self, encoder: Encoder, derived: Derived, releases: str) -> None:
        self._encoder = encoder
        self._derived = derived
        self._releases = releases
        """Of the libraries that compute vectors: another one may give other last bits."""

    @property
    def name(self) -> str:
        """What the encoder is called, with its release."""
        return self._encoder.name

    @property
    def stamp(self) -> str:
        """What changes whenever the weights do."""
        return self._encoder.stamp

    @property
    def weights(self) -> str:
        """The weights of the alignment that were fitted with the encoder's vectors."""
        return self._encoder.weights

    @property
    def digest(self) -> str:
        """The SHA-256 of the weights, read again only where their stamp is another one."""
        key = f"{self.name} {self.stamp}"
        kept = self._derived.answer(_KIND, key)
        if kept is None:
            kept = self._encoder.digest
            self._derived.keep_answer(_KIND, key, self.name, kept)
        return kept

    def encode(self, sentences: Sequence[str]) -> Vectors:
        """Return one vector of length 1 for each sentence, as the rows of an array."""
        if not sentences:
            return self._encoder.encode(sentences)
        import numpy as np  # noqa: PLC0415 - start-up loads no numpy

        named = {_name(sentence): sentence for sentence in sentences}
        known = self._find(tuple(named))
        missing = [name for name in named if name not in known]
        if missing:
            vectors = self._encoder.encode([named[name] for name in missing])
            fresh = {
                name: vector.astype("<f4").tobytes() for name, vector in zip(missing, vectors, strict=True)
            }
            self._derived.keep_vectors(self._encoder_name(), fresh)
            known |= fresh
        rows = b"".join(known[_name(sentence)] for sentence in sentences)
        return np.frombuffer(rows, dtype="<f4").reshape(len(sentences), -1).astype(np.float32)

    def _find(self, names: Sequence[bytes]) -> dict[bytes, bytes]:
        encoder = self._encoder_name()
        found = {name: self._derived.vector(encoder, name) for name in names}
        return {name: vector for name, vector in found.items() if vector is not None}

    def _encoder_name(self) -> str:
        return digest_text(f"{self.name} {self.digest} {self._releases}")[:_NAME_LENGTH]


def are_near(one: bytes, other: bytes) -> bool:
    """Tell whether two vectors, as they are kept, are the same but for the last bits of another processor."""
    import numpy as np  # noqa: PLC0415 - start-up loads no numpy

    first, second = (np.frombuffer(each, dtype="<f4") for each in (one, other))
    return first.shape == second.shape and bool(np.allclose(first, second, rtol=0, atol=_NEAR))


def _name(sentence: str) -> bytes:
    return sha256(sentence.encode("utf-8", "surrogatepass")).digest()
