"""A statement and its twins in other languages put the same topics first, at the same levels."""

from __future__ import annotations

import pytest

from tests.benchmarks.languages import LANGUAGES, find_priorities, judge, read_expected
from tracker.comparing.topics.reading import read_topics
from tracker.comparing.topics.vocabulary.load import load_vocabulary
from tracker.text.reading import read_text

TWINS = {
    "en": """Mr. President, I thank you for your leadership.
Our two priorities are the fight against corruption and the protection of the oceans.
We call on all States to ratify the Convention against Corruption.
Corruption robs our children of their schools.
Tavoria will protect a third of its waters by 2030.
Climate change threatens our coasts.
We will cut our greenhouse gas emissions by half.
We condemn terrorism in all its forms. Terrorism has no excuse.
We will strengthen food security and double our support for small farmers.
We support gender equality and will open our police to women.
Human trafficking must be prosecuted, and its victims protected.""",
    "fr": """Monsieur le Président, je vous remercie de votre conduite des débats.
Nos deux priorités sont la lutte contre la corruption et la protection des océans.
Nous appelons tous les États à ratifier la Convention contre la corruption.
La corruption prive nos enfants de leurs écoles.
La Tavorie protégera un tiers de ses eaux d’ici à 2030.
Les changements climatiques menacent nos côtes.
Nous réduirons de moitié nos émissions de gaz à effet de serre.
Nous condamnons le terrorisme sous toutes ses formes. Le terrorisme n’a pas d’excuse.
Nous renforcerons la sécurité alimentaire et doublerons notre appui aux petits agriculteurs.
Nous appuyons l’égalité des sexes et ouvrirons notre police aux femmes.
La traite des êtres humains doit être poursuivie, et ses victimes protégées.""",
    "es": """Señor Presidente, le agradezco su dirección de los debates.
Nuestras dos prioridades son la lucha contra la corrupción y la protección de los océanos.
Instamos a todos los Estados a ratificar la Convención contra la Corrupción.
La corrupción priva a nuestros niños de sus escuelas.
Tavoria protegerá un tercio de sus aguas para 2030.
El cambio climático amenaza nuestras costas.
Reduciremos a la mitad nuestras emisiones de gases de efecto invernadero.
Condenamos el terrorismo en todas sus formas. El terrorismo no tiene excusa.
Fortaleceremos la seguridad alimentaria y duplicaremos nuestro apoyo a los pequeños agricultores.
Apoyamos la igualdad de género y abriremos nuestra policía a las mujeres.
La trata de personas debe ser perseguida, y sus víctimas protegidas.""",
}  # fmt: skip


def priorities(language: str) -> dict[str, str]:
    version = read_text(TWINS[language])
    assert version.language == language
    readings = read_topics(version, load_vocabulary())
    return {reading.topic: reading.level for reading in readings if reading.level != "mentioned"}


def test_the_english_text_puts_first_what_it_should() -> None:
    assert priorities("en") == {
        "climate-change": "substantive", "oceans": "declared", "food-security": "substantive",
        "agriculture": "substantive", "human-trafficking": "substantive", "corruption": "declared",
        "terrorism": "substantive", "gender-equality": "substantive",
    }  # fmt: skip


@pytest.mark.parametrize("language", ["fr", "es"])
def test_its_twins_put_the_same_first(language: str) -> None:
    assert priorities(language) == priorities("en")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_pair_has_the_levels_that_a_reader_expects_and_no_other_priority_than_english(
    language: str,
) -> None:
    expected, judged, english = read_expected("first"), judge("first", language), judge("first", "en")
    assert {topic: judged.levels(topic) for topic in expected} == {
        topic: (old, new) for topic, (old, new, _) in expected.items()
    }
    for topic in find_priorities("first", language):
        assert judged.levels(topic) == english.levels(topic), topic


@pytest.mark.parametrize("language", LANGUAGES)
def test_its_statuses_are_as_expected_where_they_do_not_hang_on_a_mention(language: str) -> None:
    sure = {topic: row for topic, row in read_expected("first").items() if "mentioned" not in row}
    judged = judge("first", language)
    # The table says *kept* of what keeps its level, whatever its share.
    kept = dict.fromkeys(("more", "less"), "kept")
    told = {topic: kept.get(judged.status(topic), judged.status(topic)) for topic in sure}
    assert told == {topic: row[2] for topic, row in sure.items()}
