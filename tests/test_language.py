"""Which language a text is in, and when that cannot be said."""

from __future__ import annotations

import pytest

from tracker.text.detection import detect_language

TEXTS = (
    ("en", "We welcome the report of the Commission and its work on crime."),
    (
        "fr",
        "Nous saluons le rapport de la Commission et son action pour les victimes.",
    ),
    ("es", "Acogemos con satisfacción el informe de la Comisión y su labor en la lucha contra el delito."),
    ("ru", "Мы приветствуем доклад Комиссии и её работу."),
    ("ar", "نرحب بتقرير اللجنة وعملها."),
    ("zh", "我们欢迎委员会的报告。"),
    ("en", "The resolution « Unir les forces » was adopted, and we welcome it with the other Members."),
    ("ru", "Мы приветствуем доклад UNODC и его выводы."),
    ("und", ""),
    ("und", "12 345"),
    ("und", "UNODC CCPCJ"),
    ("und", "Ni muhimu sana kwa watu wote."),
    ("und", "Wir begrüßen den Bericht der Kommission und ihre Arbeit."),
)


@pytest.mark.parametrize(("expected", "text"), TEXTS)
def test_language_of_a_text(expected: str, text: str) -> None:
    assert detect_language(text) == expected
