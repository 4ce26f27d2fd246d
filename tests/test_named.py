"""Names that one whole statement has, and the other in no form; what may be a form of one is none."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.comparisons import VOCABULARY, session, version
from tests.reports import render, render_markdown
from tracker.comparing.names.texts import compare_names
from tracker.model.changes import Evidence, NameChange


def gone(old: str, new: str, own: tuple[str, ...] = ()) -> list[str]:
    """Return what is no longer named."""
    names = compare_names(version((old,)), version((new,)), own)
    return [name.name for name in names if name.status == "no longer named"]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("We thank Qatar for its help.", ["Qatar"]),
        ("Qatar has helped.", ["Qatar"]),
        ("We met in Aleppo and in Idlib.", ["Aleppo", "Idlib"]),
        ("We thank President Petro Poroshenko of Ukraine.", ["Petro Poroshenko"]),
        ("We welcome the Treaty of Tlatelolco.", ["Treaty of Tlatelolco"]),
        ("We went to the International Court of Justice.", ["International Court of Justice"]),
        ("Boko Haram struck, and Boko Haram fled.", ["Boko Haram"]),
        ("The fate of the Rohingya is ours.", ["Rohingya"]),
        ("We pay tribute to Nelson Mandela. For Mandela was free.", ["Nelson Mandela"]),
        ("We spoke in Trinidad and Tobago.", ["Trinidad and Tobago"]),
        ("The people of the Lake Chad Basin suffer.", []),
        ("We thank Tiirkiye.", ["Türkiye"]),
        ("We were helped by the U.S. and Canada.", ["Canada", "U.S."]),
        ("We met. Tuia ki runga, Tuia ki raro, ka Rongo to po ka rongo te ao.", []),
    ],
)
def test_real_names_are_told(text: str, names: list[str]) -> None:
    assert sorted(gone(text, "We met nobody.")) == sorted(names)


@pytest.mark.parametrize(
    "text",
    [
        "As we said. Is it true? Moving on, we act.",
        "We back Peace, Humanity and the Rule of Law.",
        "Your Majesties, Excellencies, Ladies and Gentlemen, we come in Peace.",
        "It cost $US 300 billion, and the theme is #WeToo.",
        "We work with African countries, in French, and with Alpine regions.",
        "We help NGOs and LDCs since Monday.",
        "The United Nations and the General Assembly met.",
        "Thank you, Mr. President, on behalf of the Government.",
        "COVID-19 and the Internet changed Ramadan.",
    ],
)
def test_what_is_no_name_is_not_told(text: str) -> None:
    assert gone(text, "We met nobody.") == []


@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("Syria", "the Syrian people"),
        ("Syria", "the Syrian Arab Republic"),
        ("Iran", "the Islamic Republic of Iran"),
        ("the Islamic Republic of Iran", "Iranians"),
        ("Serbia", "the Serbs"),
        ("Russia", "what the Kremlin wants"),
        ("Myanmar", "Burma"),
        ("Turkey", "Türkiye"),
        ("Tiirkiye", "Turkey"),
        ("Viet Nam", "Vietnam"),
        ("Viet Nam", "Viet-\nnam"),
        ("Côte d’Ivoire", "Cote d'Ivoire"),
        ("North Korea", "the Korean peninsula"),
        ("the DPRK", "the Democratic People's Republic of Korea"),
        ("Afghanistan", "Afghan- istan"),
        ("the European Union", "the EU"),
        ("the EU", "the European Union"),
        ("the Group of 77", "the G-77"),
        ("the African Union", "the OAU"),
        ("the Security Council", "reform of the Council"),
        ("the International Monetary Fund", "the IMF"),
        ("the NPT", "the Treaty on the Non-Proliferation of Nuclear Weapons"),
        ("ISIL", "Da'esh"),
        ("the Paris Agreement", "what was agreed in Paris"),
        ("President Vladimir Putin", "Mr. Putin"),
        ("Mr. António Guterres", "Mr. Antonio Guterres"),
        ("Muammar Qaddafi", "Colonel Gaddafi"),
        ("Miroslav Lajčák", "Mr. Lajcak"),
        ("Jews", "the Jewish people"),
        ("the Donbas", "the Donbass"),
        ("the Sahel", "Sahelian states"),
        ("Al-Shabaab", "Al Shabab"),
        ("Kosovo", "KOSOVO"),
        ("the Organization of the Islamic Conference", "the OIC"),
    ],
)
def test_a_name_in_another_form_is_still_named(name: str, form: str) -> None:
    assert gone(f"We spoke of {name} today.", f"We spoke of {form} today.") == []


def test_a_word_that_either_text_writes_small_is_no_name() -> None:
    assert gone("We trust in Zorbing today.", "We like zorbing.") == []
    assert gone("We trust in Zorbal today.", "We like a zorbal.") == []
    assert gone("We trust in Zorbal today.", "We like it.") == ["Zorbal"]


def test_who_speaks_is_left_out() -> None:
    assert gone("We met in Kenya and in Nairobi.", "We met.", own=("Kenya", "Kenyan")) == ["Nairobi"]


def test_headings_prove_no_name() -> None:
    old, new = version(("Zorbal Rising",), ("We met.",)), version(("We met.",))
    first, *rest = old.segments
    old = replace(old, segments=(replace(first, kind="heading"), *rest))
    assert compare_names(old, new) == ()


@pytest.mark.parametrize("language", ["fr", "es", "ru", "ar", "zh", "de"])
def test_only_english_is_told(language: str) -> None:
    sides = version(("Qatar.",), language=language), version(("Chad.",), language=language)
    assert compare_names(*sides) == ()
    assert compare_names(version(("Qatar.",)), sides[1]) == ()


def test_both_sides_the_most_often_named_first() -> None:
    old = version(("We thank Kenya.", "We thank Chad, and Chad again."))
    names = compare_names(old, version(("We thank Qatar.",)))
    assert [(each.name, each.status, each.uses) for each in names] == [
        ("Chad", "no longer named", 2),
        ("Kenya", "no longer named", 1),
        ("Qatar", "named now", 1),
    ]
    place = names[0].evidence
    assert old.segments[place.segment].text[place.start : place.end] == place.text == "Chad"
    assert {each.scope for each in names} == {"whole statement"}


def test_the_report_names_them_in_a_line_each_and_all_where_asked() -> None:
    many = tuple(
        NameChange(f"Name{n}\x1b[1m", "named now", n, Evidence(0, 0, 7, "Climate")) for n in range(40)
    )
    one = NameChange("Qatar", "no longer named", 3, Evidence(0, 0, 7, "Climate"))
    comparison = replace(session(), names=(one, *many))
    shown = render(comparison, VOCABULARY)
    lines = [line for line in shown.splitlines() if "NAMED" in line]
    assert lines[0].startswith("NAMED NOW: Name0")
    assert lines[0].endswith("more: --all")
    assert lines[1:] == ["NO LONGER NAMED: Qatar"]
    whole = render(comparison, VOCABULARY, everything=True)
    assert "Name39" in whole
    assert "Qatar 3×" in whole
    assert "\x1b[1m" not in shown + whole
    assert "Qatar" in render_markdown(comparison, VOCABULARY)
