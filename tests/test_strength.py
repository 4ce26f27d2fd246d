"""How much a request asks, which of two asks more, and conditions, promises and verdicts on a scale."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.test_shifts import brief, find
from tracker.comparing import passages as tables
from tracker.comparing.shifts.requests import compare_grades, grade_request
from tracker.diff.notebook import compare


@pytest.mark.parametrize(
    ("text", "language", "grade", "words"),
    [
        ("Seek technical assistance for the courts", "en", 1, "Seek"),
        ("Continue its efforts to combat corruption", "en", 2, "Continue"),
        ("Consider ratifying the Statute of the Court", "en", 3, "Consider ratifying"),
        ("Strengthen the rights of children", "en", 4, "Strengthen"),
        ("Ratify the Statute of the Court", "en", 5, "Ratify"),
        ("In line with its promise, ratify the Statute", "en", 5, "ratify"),
        ("Immediately abolish the death penalty", "en", 5, "abolish"),
        ("We urge all States to ratify the Statute.", "en", 5, "ratify"),
        ("Calls upon all parties to consider signing the Statute.", "en", 3, "consider signing"),
        ("My delegation invites Alandia to continue its reforms.", "en", 2, "continue"),
        ("Poursuivre les efforts contre la corruption", "fr", 2, "Poursuivre"),
        ("Nous exhortons tous les États à ratifier le Statut.", "fr", 5, "ratifier"),
        ("Nous invitons Alandia à envisager de signer le Statut.", "fr", 3, "envisager"),
        ("Prendre toutes les mesures nécessaires", "fr", 4, "Prendre toutes les mesures"),
        ("Considerar la posibilidad de ratificar el Estatuto", "es", 3, "Considerar"),
        ("Instamos a todos los Estados a que ratifiquen el Estatuto.", "es", 5, "ratifiquen"),
    ],
)
def test_a_request_has_a_grade(text: str, language: str, grade: int, words: str) -> None:
    found = grade_request(text, language)
    assert found is not None
    assert found.grade == grade
    assert text[found.start : found.end].startswith(words)
    assert sum(found.chances) == pytest.approx(1)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("We support the Court.", "en"),
        ("Peace will come.", "en"),
        ("Progress has been made.", "en"),
        ("The centre opened in May.", "en"),
        ("", "en"),
        ("…", "en"),
        ("Nous soutenons la Cour.", "fr"),
        ("Apoyamos a la Corte.", "es"),
        ("我们支持法院。", "zh"),
    ],
)
def test_what_asks_nothing_has_none(text: str, language: str) -> None:
    assert grade_request(text, language) is None


@pytest.mark.parametrize(
    ("old", "new", "answer"),
    [
        ("Consider ratifying the Statute", "Ratify the Statute", "stronger"),
        ("Ratify the Statute", "Continue its efforts to ratify the Statute", "weaker"),
        ("Ratify the Statute", "Accede to the Statute", "same"),
        ("Eliminate discrimination", "Create conditions for dialogue", None),  # coders differ
    ],
)
def test_two_grades_are_compared(old: str, new: str, answer: str | None) -> None:
    one, other = grade_request(old), grade_request(new)
    assert one is not None
    assert other is not None
    assert compare_grades(one, other) == answer


@pytest.mark.parametrize(
    ("old", "new", "language", "expected"),
    [
        (
            "We urge all States to ratify the Forest Treaty.",
            "We urge all States to take steps towards ratifying the Forest Treaty.",
            "en",
            ("weaker", "request: specific action"),
        ),
        (
            "Consider signing and ratifying the Statute of the Court soon and as soon as possible.",
            "Ratify the Statute of the Court soon.",
            "en",
            ("stronger", "request: specific action"),
        ),
        (
            "Nous exhortons tous les États à ratifier le Traité.",
            "Nous exhortons tous les États à envisager de ratifier le Traité.",
            "fr",
            ("weaker", "request: specific action"),
        ),
        (
            "We will raise our aid.",
            "We will raise our aid when fiscal circumstances allow.",
            "en",
            ("weaker", "condition: when fiscal circumstances allow"),
        ),
        (
            "We will raise our aid, subject to available resources.",
            "We will raise our aid.",
            "en",
            ("stronger", "condition: subject to available resources"),
        ),
        (
            "Nous augmenterons l'aide.",
            "Nous augmenterons l'aide dans la mesure du possible.",
            "fr",
            ("weaker", "condition: dans la mesure du possible"),
        ),
        (
            "Aumentaremos la ayuda.",
            "Aumentaremos la ayuda cuando las circunstancias lo permitan.",
            "es",
            ("weaker", "condition: cuando las circunstancias lo permitan"),
        ),
        (
            "We are deeply concerned about the attacks.",
            "We are concerned about the attacks.",
            "en",
            ("weaker", "modifier: deeply"),
        ),
        (
            "We deplore the attacks on the port.",
            "We condemn the attacks on the port.",
            "en",
            ("stronger", "evaluation: condemn > deplore"),
        ),
        (
            "Lamentamos los ataques contra el puerto.",
            "Condenamos los ataques contra el puerto.",
            "es",
            ("stronger", "evaluation: condenamos > lamentamos"),
        ),
        (
            "Les États devraient agir ensemble.",
            "Les États doivent agir ensemble.",
            "fr",
            ("stronger", "modality: doivent > devraient"),
        ),
        (
            "We hope to double our share of the fund.",
            "We intend to double our share of the fund.",
            "en",
            ("stronger", "modality: intend to > hope to"),
        ),
        # a duty of the same actor, whatever it is about
        (
            "The Council must act on hunger.",
            "The Council should act on drought.",
            "en",
            ("weaker", "modality: must > should"),
        ),
        # a pledge that can be tested: by a day, or by a document
        (
            "We support reaching this goal on 4 May 2030.",
            "We will reach this goal on 4 May 2030.",
            "en",
            ("stronger", "pledge: will > support"),
        ),
        (
            "We support following A/RES/78/1 in this.",
            "We will follow A/RES/78/1 in this.",
            "en",
            ("stronger", "pledge: will > support"),
        ),
    ],
)
def test_one_shift_of_strength(old: str, new: str, language: str, expected: tuple[str, str]) -> None:
    shifts = [brief(shift) for shift in find(old, new, language) if shift.axis == "strength"]
    assert [(direction, rule) for _, direction, rule, _ in shifts] == [expected]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        # a pledge that nothing can be held against
        ("We support reaching this goal soon.", "We will reach this goal soon."),
        # scales disagree: alarmed is more than condemned for one and less for another
        ("We condemned the attacks on the port.", "We alarmed the attacks on the port."),
        # another addressee, another object
        ("We urge Alandia to ratify the Treaty.", "We urge Belandia to consider ratifying the Treaty."),
        (
            "We urge all States to ratify the Forest Treaty.",
            "We urge all States to consider lower tariffs on timber from the south.",
        ),
        # the condition only changed its place
        ("Where possible, we will raise our aid.", "We will raise our aid where possible."),
        ("We will fund the centre.", "We will not fund the centre."),
    ],
)
def test_no_strength_where_it_does_not_compare(old: str, new: str) -> None:
    assert [shift for shift in find(old, new) if shift.axis == "strength"] == []


@pytest.mark.parametrize(
    ("old", "new", "number"),
    [
        # no scale orders these two; what neither side changes needs no grade; what has a direction has one
        (
            "We urge all States to sign the Treaty.",
            "We call on all States to sign the Treaty.",
            "1 reworded sentence",
        ),
        (
            "We urge all States to sign the Treaty. We urge the Board to meet in May.",
            "We call on all States to sign the Treaty. We call on the Board to meet in May.",
            "2 reworded sentences",
        ),
        ("We urge all States to sign the Treaty.", "We urge every State to sign the Treaty.", None),
        ("We urge all States to sign the Treaty.", "We invite all States to sign the Treaty.", None),
    ],
)
def test_a_comparison_says_of_how_many_sentences_it_does_not_tell_the_strength(
    old: str, new: str, number: str | None
) -> None:
    caveats = compare(old, new, encoder=None).caveats
    told = f"it is not told whether {number} became stronger or weaker: ¶1 of the new text"
    assert [caveat for caveat in caveats if "stronger or weaker" in caveat] == ([told] if number else [])


TABLES = sorted(Path(tables.__file__).parent.glob("*.toml"))


@pytest.mark.parametrize("path", TABLES, ids=lambda path: path.stem)
def test_the_tables_are_sound(path: Path) -> None:
    """Terms are looked up in small letters; a ladder has each form once; learned rows have five grades."""
    table = tomllib.loads(path.read_text("utf-8"))
    for ladder in table.get("ladder", ()):
        forms = [form for level in ladder.get("levels", ()) for form in level]
        assert len(forms) == len(set(forms)), ladder["source"]
        assert ladder.get("source") or path.stem == "scope"
        assert len({len(rungs) for rungs in ladder.get("rungs", {"": ()}).values()}) == 1
        assert [form for form in forms if form != form.lower()] == []
    for name, entries in table.items():
        if name in {"first", "near"}:
            assert {len(row) for row in entries.values()} == {5}
        elif isinstance(entries, dict):
            terms = [term for listed in entries.values() for term in listed]
            assert name == "conditions" or [term for term in terms if term != term.lower()] == []
    for pattern in (entry for listed in table.get("conditions", {}).values() for entry in listed):
        re.compile(pattern)


@pytest.mark.parametrize("language", ["en", "fr", "es", "ru", "ar", "zh"])
def test_the_forms_of_a_language_are_sound(language: str) -> None:
    """Every kind of form is there for each language, and none is found in two kinds."""
    table = tomllib.loads((Path(tables.__file__).parent / "force.toml").read_text("utf-8"))
    kinds = table["force"][language]
    assert kinds.keys() == table["force"]["en"].keys()
    forms = [form for kind in kinds.values() for listed in kind.values() for form in listed]
    assert sorted({form for form in forms if forms.count(form) > 1}) == []
    for form in forms:
        re.compile(form)


WORDS = st.sampled_from(
    [
        *("We", "will", "may", "not", "urge", "all", "States", "Alandia", "to", "consider", "ratify"),
        *("the", "Treaty", "by", "2030", "2035", "as soon as possible", "5 million euros", "firmly"),
        *(",", ".", "and", "resolution", "1325", "where possible", "(see A/PV.7)"),
    ]
)


@given(st.lists(WORDS, min_size=1, max_size=14), st.lists(WORDS, min_size=1, max_size=14))
def test_evidence_of_any_edit_stands_where_it_says(old: list[str], new: list[str]) -> None:
    texts = " ".join(old), " ".join(new)
    for shift in find(*texts):
        assert shift.old or shift.new
        for text, evidence in zip(texts, (shift.old, shift.new), strict=True):
            assert evidence is None or text[evidence.start : evidence.end] == evidence.text


@given(st.lists(WORDS, min_size=1, max_size=14))
def test_the_same_words_never_shift(words: list[str]) -> None:
    assert find(" ".join(words), " ".join(words)) == ()
