"""Pages of offices that are no statement, and statements that sound least like a speech.

``draw_halves`` divides the pages by a seed: rules are chosen on one half, and the other is only measured.
"""

from __future__ import annotations

import html
import random
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

Half = Literal["chosen", "reported"]

_DATA: Final = Path(__file__).parent / "data"
_SEED: Final = 20261129
# By language: menu, line of cookies, heading beside the text, links there, foot.
_AROUND: Final = {
    "en": (
        "Home|The Mission|Statements|News|Documents|Careers|Contact",
        "This website uses cookies to improve your experience. Accept",
        "Latest news",
        "Minister receives ambassadors|Call for papers|Consular days in spring",
        "Privacy policy|Terms of use|Accessibility|Site map|© 2026 Republic of Tavoria. All rights reserved.",
    ),
    "fr": (
        "Accueil|La Mission|Déclarations|Actualités|Documents|Emploi|Contact",
        "Ce site utilise des cookies. Accepter",
        "À la une",
        "La Ministre reçoit les ambassadeurs|Appel à contributions|Journées consulaires",
        "Mentions légales|Données personnelles|Plan du site|© 2026 République de Tavorie",
    ),
    "es": (
        "Inicio|La Misión|Intervenciones|Noticias|Documentos|Empleo|Contacto",
        "Este sitio utiliza cookies. Aceptar",
        "Últimas noticias",
        "La Ministra recibe a embajadores|Convocatoria de artículos|Jornadas consulares",
        "Aviso legal|Privacidad|Mapa del sitio|© 2026 República de Tavoria",
    ),
    "ru": (
        "Главная|О Представительстве|Выступления|Новости|Документы|Вакансии|Контакты",
        "Сайт использует файлы cookie. Принять",
        "Последние новости",
        "Министр принял послов|Прием статей|Консульские дни",
        "Политика конфиденциальности|Карта сайта|© 2026 Республика Тавория",
    ),
    "ar": (
        "الرئيسية|البعثة|البيانات|الأخبار|الوثائق|الوظائف|اتصل بنا",
        "يستخدم هذا الموقع ملفات تعريف الارتباط. موافق",
        "آخر الأخبار",
        "الوزير يستقبل السفراء|دعوة لتقديم أبحاث|الأيام القنصلية",
        "سياسة الخصوصية|شروط الاستخدام|خريطة الموقع|© 2026 جمهورية تافوريا",
    ),
    "zh": (
        "首页|代表团|发言|新闻|文件|招聘|联系我们",
        "本网站使用cookie。接受",
        "最新消息",
        "外长会见各国大使|征稿启事|领事服务日",
        "隐私政策|使用条款|网站地图|© 2026 塔沃里亚共和国",
    ),
}


@dataclass(frozen=True, slots=True)
class OtherPage:
    """A page that is no statement: what it is, its language, and its bytes with all that stands around."""

    name: str
    kind: str
    language: str
    data: bytes


@dataclass(frozen=True, slots=True)
class OtherStatement:
    """A statement that hardly sounds like one; ``kind`` is its edition's, empty where none is declared."""

    name: str
    language: str
    kind: str
    text: str

    @property
    def reference(self) -> str:
        return f"XAA/UNGA/80~{self.kind}.{self.language}" if self.kind else "XAA/UNGA/80"


def load_other_pages(name: str = "other_pages") -> tuple[OtherPage, ...]:
    """Return the pages of a file in ``data``, in its order."""
    rows = tomllib.loads((_DATA / f"{name}.toml").read_text(encoding="utf-8"))["page"]
    return tuple(
        OtherPage(
            f"{number}, {row['kind']}, {row['language']}",
            row["kind"],
            row["language"],
            _surround(row, number),
        )
        for number, row in enumerate(rows, 1)
    )


def load_other_statements(name: str = "other_statements") -> tuple[OtherStatement, ...]:
    """Return the statements of a file in ``data``, in its order."""
    rows = tomllib.loads((_DATA / f"{name}.toml").read_text(encoding="utf-8"))["statement"]
    return tuple(
        OtherStatement(
            f"{number}, {row['type']}, {row['language']}", row["language"], row["kind"], row["text"]
        )
        for number, row in enumerate(rows, 1)
    )


def draw_halves(pages: Sequence[OtherPage]) -> dict[Half, tuple[OtherPage, ...]]:
    """Divide pages in halves by a seed, those of each kind alike."""
    chance = random.Random(_SEED)  # noqa: S311 (the same halves every time)
    shuffled = sorted(chance.sample(pages, len(pages)), key=lambda page: page.kind)
    return {"chosen": tuple(shuffled[::2]), "reported": tuple(shuffled[1::2])}


def _surround(row: dict[str, str], number: int) -> bytes:
    """Return a web page with menu, foot and the like; one in two has no markup that tells the text."""
    menu, cookies, beside, links, foot = _AROUND[row["language"]]
    body = "\n".join(_mark_up(row["text"]))
    title = html.escape(row["title"])
    main = ("main", "div class='content'")[number % 2]
    banner = f"<div class='cookie-banner'><p>{cookies}</p></div>" if number % 3 == 0 else ""
    return (
        f"<!doctype html><html lang='{row['language']}'><head><meta charset='utf-8'><title>{title}</title>"
        f"</head><body>{banner}<nav><ul>{_list(menu)}</ul></nav><{main}>{body}</{main.split()[0]}>"
        f"<aside><h3>{beside}</h3><ul>{_list(links)}</ul></aside><footer><ul>{_list(foot)}</ul></footer>"
        "</body></html>"
    ).encode()


def _list(parts: str) -> str:
    return "".join(
        f"<li><a href='/{n}'>{html.escape(each)}</a></li>" for n, each in enumerate(parts.split("|"))
    )


def _mark_up(text: str) -> Iterator[str]:
    for line in filter(None, text.strip().split("\n")):
        mark, _, rest = line.partition(" ")
        if mark == "#":
            yield f"<h2>{html.escape(rest)}</h2>"
        elif mark == "-":
            yield f"<ul><li>{html.escape(rest)}</li></ul>"
        elif mark == "|":
            cells = (f"<td>{html.escape(cell.strip())}</td>" for cell in rest.strip(" |").split("|"))
            yield f"<table><tr>{''.join(cells)}</tr></table>"
        else:
            yield f"<p>{html.escape(line)}</p>"
