"""Strength, figures and deadlines in the six languages, as a person who reads them would judge them."""

from __future__ import annotations

import pytest

from tests.comparisons import version
from tests.test_deadlines import read_table
from tests.test_shifts import find
from tracker.comparing.passages.forms import read_forms
from tracker.comparing.passages.rewording import read_passage

LANGUAGES = ("en", "fr", "es", "ru", "ar", "zh")

PAIRS = [
    (
        "fr",
        "La banque se réserve le droit de changer ses tarifs.",
        "La banque change ses tarifs.",
        "stronger",
    ),
    (
        "fr",
        "Les Parties ferment leurs moulins.",
        "Les Parties s’efforcent de fermer leurs moulins.",
        "weaker",
    ),
    ("es", "Nos congratulamos del pacto.", "Nos adherimos plenamente al pacto.", "stronger"),
    ("ar", "يحظر التدخين في المرفأ.", "لا ينصح بالتدخين في المرفأ.", "weaker"),
    (
        "en",
        "No later than 31 March 2027 every miller shall file a return.",
        "Every miller may file a return by 30 June 2028.",
        "weaker",
    ),
    (
        "en",
        "The miller should pay the levy by 1 May.",
        "The miller must pay the levy not later than 1 June.",
        "stronger",
    ),
    ("en", "We will drain the fen by 2030.", "We could drain the fen no later than 2035.", "weaker"),
    (
        "fr",
        "Le meunier doit payer la taxe avant le 1er mai.",
        "Le meunier peut payer la taxe sans exception le 1er juin.",
        "weaker",
    ),
    (
        "es",
        "El molinero debe pagar antes del 1 de mayo.",
        "El molinero puede pagar no más tarde del 1 de junio.",
        "weaker",
    ),
    (
        "ru",
        "Мельник должен уплатить сбор к 1 мая.",
        "Мельник может уплатить сбор не позднее 1 июня.",
        "weaker",
    ),
    (
        "ar",
        "يجب على الطحان دفع الرسم بحلول 1 أيار/مايو.",
        "يجوز للطحان دفع الرسم في موعد لا يتجاوز 1 حزيران/يونيه.",
        "weaker",
    ),
    ("zh", "申请须于3月1日前提交。", "申请可于6月30日前提交。", "weaker"),
    (
        "fr",
        "La loi encourage les meuniers à louer leurs moulins.",
        "La loi oblige les meuniers à louer leurs moulins.",
        "stronger",
    ),
    (
        "fr",
        "Nous saluons le pacte du moulin.",
        "Nous souscrivons sans réserve au pacte du moulin.",
        "stronger",
    ),
    (
        "fr",
        "Les meuniers auront la faculté de louer.",
        "Les meuniers auront l’obligation de louer.",
        "stronger",
    ),
    ("fr", "Vous devez fermer l’écluse.", "Vous gagneriez à fermer l’écluse.", "weaker"),
    (
        "en",
        "The law encourages millers to let their mills.",
        "The law obliges millers to let their mills.",
        "stronger",
    ),
    (
        "es",
        "La ley alienta a los molineros a alquilar.",
        "La ley obliga a los molineros a alquilar.",
        "stronger",
    ),
    (
        "fr",
        "La France soutiendra la création du fonds.",
        "La France envisage de soutenir la création du fonds.",
        "weaker",
    ),
    (
        "fr",
        "Nous demandons instamment aux États de ratifier le traité.",
        "Nous invitons les États à ratifier le traité.",
        "weaker",
    ),
    ("zh", "渔船不得进入该区。", "渔船不宜进入该区。", "weaker"),
    ("zh", "我们保证修复堤坝。", "我们力求修复堤坝。", "weaker"),
    ("zh", "我们愿意出席年会。", "我们一定会出席年会。", "stronger"),
    ("zh", "各港口应尽力减少废油。", "各港口应减少废油。", "stronger"),
    ("zh", "理事会听取了财务报告。", "理事会核准了财务报告。", "stronger"),
    ("ar", "نعرب عن أسفنا لإغلاق المرفأ.", "نعرب عن سخطنا لإغلاق المرفأ.", "stronger"),
    ("ar", "إغلاق المرفأ غير مقبول.", "إغلاق المرفأ مثير للقلق.", "weaker"),
    ("ar", "سنبذل كل جهد ممكن لإنجاز الجسر.", "سننجز الجسر.", "stronger"),
    ("ar", "تقرر اللجنة إنشاء سجل للسفن.", "توصي اللجنة بإنشاء سجل للسفن.", "weaker"),
    ("fr", "Nous devons rouvrir les écoles.", "Nous devrions rouvrir les écoles.", "weaker"),
    ("fr", "Décide de créer un registre des navires.", "Suggère de créer un registre des navires.", "weaker"),
    ("fr", "La pêche de nuit est interdite.", "La pêche de nuit est déconseillée.", "weaker"),
    ("es", "Queda prohibida la caza nocturna.", "Se desaconseja la caza nocturna.", "weaker"),
    ("es", "Recomienda crear un registro de buques.", "Decide crear un registro de buques.", "stronger"),
    ("es", "Nos sumamos al acuerdo sobre el agua.", "Tomamos nota del acuerdo sobre el agua.", "weaker"),
    ("ru", "Запрещается ловить рыбу ночью.", "Не рекомендуется ловить рыбу ночью.", "weaker"),
    ("ru", "постановляет создать реестр судов;", "рекомендует создать реестр судов;", "weaker"),
    ("en", "We shall do our utmost to finish the dam.", "We shall finish the dam.", "stronger"),
    ("en", "Fishing at night is prohibited.", "Fishing at night is discouraged.", "weaker"),
    (
        "fr",
        "Nous avons l’intention de doubler notre contribution.",
        "Nous doublerons notre contribution.",
        "stronger",
    ),
    (
        "fr",
        "Nous appelons les parties à respecter la trêve.",
        "Nous exigeons des parties de respecter la trêve.",
        "stronger",
    ),
    (
        "fr",
        "Les États devraient respecter le droit humanitaire.",
        "Les États doivent respecter le droit humanitaire.",
        "stronger",
    ),
    ("fr", "Nous condamnons cette agression.", "Nous déplorons cette agression.", "weaker"),
    ("fr", "Nous soutiendrons pleinement cette initiative.", "Nous soutiendrons cette initiative.", "weaker"),
    (
        "fr",
        "Nous augmenterons notre aide.",
        "Nous augmenterons notre aide si les conditions budgétaires le permettent.",
        "weaker",
    ),
    (
        "fr",
        "Nous réclamons un cessez-le-feu dans la région.",
        "Nous réclamons un cessez-le-feu immédiat dans la région.",
        "stronger",
    ),
    (
        "es",
        "España apoyará la creación del fondo.",
        "España considera apoyar la creación del fondo.",
        "weaker",
    ),
    (
        "es",
        "Instamos a los Estados a ratificar el tratado.",
        "Invitamos a los Estados a ratificar el tratado.",
        "weaker",
    ),
    (
        "es",
        "Tenemos la intención de duplicar nuestra contribución.",
        "Duplicaremos nuestra contribución.",
        "stronger",
    ),
    (
        "es",
        "Los Estados deberían respetar el derecho humanitario.",
        "Los Estados deben respetar el derecho humanitario.",
        "stronger",
    ),
    ("es", "Condenamos enérgicamente esta agresión.", "Condenamos esta agresión.", "weaker"),
    ("es", "Lamentamos esta agresión.", "Condenamos esta agresión.", "stronger"),
    ("es", "Pedimos el cese de las hostilidades.", "Exigimos el cese de las hostilidades.", "stronger"),
    (
        "es",
        "Aumentaremos nuestra ayuda.",
        "Aumentaremos nuestra ayuda cuando las circunstancias lo permitan.",
        "weaker",
    ),
    (
        "en",
        "Invites the Secretary-General to submit a report on the matter.",
        "Requests the Secretary-General to submit a report on the matter without delay.",
        "stronger",
    ),
    (
        "en",
        "Kiribati is determined to phase out coal by 2030.",
        "Kiribati is exploring options to phase out coal by 2035.",
        "weaker",
    ),
    (
        "en",
        "We regret the recent missile launches.",
        "We condemn in the strongest terms the recent missile launches.",
        "stronger",
    ),
    (
        "en",
        "We reject any attempt to change borders by force.",
        "We have reservations about any attempt to change borders by force.",
        "weaker",
    ),
    (
        "en",
        "We welcome the initiative of the African Union.",
        "We fully endorse the initiative of the African Union and will fund it.",
        "stronger",
    ),
    (
        "en",
        "All States must refrain from the use of force.",
        "States should, as far as possible, refrain from the use of force.",
        "weaker",
    ),
    (
        "en",
        "It would be desirable to reform the Security Council.",
        "It is imperative to reform the Security Council.",
        "stronger",
    ),
    ("en", "Perpetrators will be held accountable.", "Perpetrators should be held accountable.", "weaker"),
    (
        "en",
        "We will contribute 20 million dollars to the fund.",
        "We will contribute 10 million dollars to the fund.",
        "weaker",
    ),
    (
        "en",
        "The treaty may be reviewed every five years.",
        "The treaty shall be reviewed every five years.",
        "stronger",
    ),
    (
        "en",
        "My Government has decided to join the Alliance.",
        "My Government is giving thought to joining the Alliance.",
        "weaker",
    ),
    ("en", "Some members need to do more.", "All members need to do more.", "stronger"),
    ("en", "We call for an immediate ceasefire in Gaza.", "We call for a ceasefire in Gaza.", "weaker"),
    (
        "en",
        "We insist on the full implementation of the agreement.",
        "We look forward to the implementation of the agreement.",
        "weaker",
    ),
    (
        "fr",
        "Nous condamnons avec fermeté ces violations du droit international.",
        "Nous sommes préoccupés par ces violations du droit international.",
        "weaker",
    ),
    (
        "fr",
        "Prend note du rapport du Secrétaire général.",
        "Se félicite du rapport du Secrétaire général et en approuve les conclusions.",
        "stronger",
    ),
    (
        "fr",
        "Les États parties sont tenus de présenter un rapport annuel.",
        "Les États parties sont invités à présenter un rapport annuel.",
        "weaker",
    ),
    (
        "fr",
        "Mon gouvernement envisage d'adhérer au Traité.",
        "Mon gouvernement adhérera au Traité.",
        "stronger",
    ),
    (
        "fr",
        "Décide de créer une commission d'enquête.",
        "Décide d'examiner la possibilité de créer une commission d'enquête.",
        "weaker",
    ),
    (
        "fr",
        "Il est impératif de réformer le Conseil de sécurité.",
        "Il serait souhaitable de réformer le Conseil de sécurité.",
        "weaker",
    ),
    (
        "fr",
        "Nous espérons que les parties cesseront les hostilités.",
        "Nous exhortons les parties à cesser les hostilités.",
        "stronger",
    ),
    (
        "fr",
        "Les pays développés fourniront des ressources financières.",
        "Les pays développés fourniront, selon qu'il conviendra, des ressources financières.",
        "weaker",
    ),
    (
        "fr",
        "La plupart des États membres doivent verser leurs contributions.",
        "Tous les États Membres doivent verser leurs contributions.",
        "stronger",
    ),
    (
        "es",
        "Los Estados podrán presentar informes periódicos.",
        "Los Estados deberán presentar informes periódicos.",
        "stronger",
    ),
    ("es", "Exigimos la retirada inmediata de las tropas.", "Pedimos la retirada de las tropas.", "weaker"),
    (
        "es",
        "Condenamos los ataques contra la población civil.",
        "Nos preocupan los ataques contra la población civil.",
        "weaker",
    ),
    (
        "es",
        "Toma nota de las recomendaciones del Comité.",
        "Hace suyas las recomendaciones del Comité.",
        "stronger",
    ),
    (
        "es",
        "Ratificaremos el Tratado antes de fin de año.",
        "Tenemos la intención de ratificar el Tratado cuando las condiciones lo permitan.",
        "weaker",
    ),
    (
        "es",
        "Es indispensable reformar la arquitectura financiera.",
        "Sería conveniente reformar la arquitectura financiera.",
        "weaker",
    ),
    (
        "es",
        "Alienta a los Estados a que cooperen con el Tribunal.",
        "Insta encarecidamente a los Estados a que cooperen con el Tribunal.",
        "stronger",
    ),
    (
        "es",
        "Decide convocar una conferencia internacional.",
        "Decide estudiar la posibilidad de convocar una conferencia internacional.",
        "weaker",
    ),
    ("es", "Quisiéramos contribuir al fondo.", "Nos comprometemos a contribuir al fondo.", "stronger"),
    (
        "ru",
        "Мы решительно осуждаем нападения на гражданских лиц.",
        "Мы выражаем озабоченность в связи с нападениями на гражданских лиц.",
        "weaker",
    ),
    (
        "ru",
        "Просит Генерального секретаря представить доклад.",
        "Настоятельно призывает Генерального секретаря безотлагательно представить доклад.",
        "stronger",
    ),
    (
        "ru",
        "Государства-участники должны представлять доклады ежегодно.",
        "Государства-участники могут представлять доклады ежегодно.",
        "weaker",
    ),
    ("ru", "Принимает к сведению доклад Комитета.", "Одобряет доклад Комитета.", "stronger"),
    (
        "ru",
        "Россия ратифицирует Договор.",
        "Россия рассматривает возможность ратификации Договора.",
        "weaker",
    ),
    ("ru", "Мы надеемся увеличить взнос в фонд.", "Мы обязуемся увеличить взнос в фонд.", "stronger"),
    (
        "ru",
        "Необходимо реформировать Совет Безопасности.",
        "Было бы желательно реформировать Совет Безопасности.",
        "weaker",
    ),
    (
        "ru",
        "Все государства должны соблюдать санкции.",
        "Большинство государств должны соблюдать санкции.",
        "weaker",
    ),
    (
        "ru",
        "Постановляет создать трибунал.",
        "Постановляет изучить возможность создания трибунала.",
        "weaker",
    ),
    (
        "ru",
        "Приветствует усилия Африканского союза.",
        "Полностью поддерживает усилия Африканского союза.",
        "stronger",
    ),
    ("ru", "Призываем к немедленному прекращению огня.", "Призываем к прекращению огня.", "weaker"),
    ("ru", "Следует уважать права человека.", "Необходимо уважать права человека.", "stronger"),
    ("ar", "ندين بشدة الهجمات على المدنيين.", "نعرب عن قلقنا إزاء الهجمات على المدنيين.", "weaker"),
    ("ar", "تشجع الدول الأعضاء على تقديم مساهمات.", "تحث الدول الأعضاء على تقديم مساهمات.", "stronger"),
    ("ar", "يجب على الدول احترام القانون الدولي.", "ينبغي للدول احترام القانون الدولي.", "weaker"),
    ("ar", "تحيط علما بتقرير الأمين العام.", "تؤيد تقرير الأمين العام.", "stronger"),
    ("ar", "تقرر إنشاء لجنة تحقيق.", "تقرر النظر في إمكانية إنشاء لجنة تحقيق.", "weaker"),
    ("ar", "نأمل في زيادة مساهمتنا في الصندوق.", "نتعهد بزيادة مساهمتنا في الصندوق.", "stronger"),
    ("ar", "نطالب بوقف فوري لإطلاق النار.", "ندعو إلى وقف إطلاق النار.", "weaker"),
    (
        "ar",
        "تقدم الدول المتقدمة الموارد المالية.",
        "تقدم الدول المتقدمة الموارد المالية عند الاقتضاء.",
        "weaker",
    ),
    (
        "ar",
        "تطلب إلى الأمين العام تقديم تقرير.",
        "تطلب إلى الأمين العام تقديم تقرير على وجه السرعة.",
        "stronger",
    ),
    ("ar", "نرفض أي تدخل في شؤوننا الداخلية.", "نأسف لأي تدخل في شؤوننا الداخلية.", "weaker"),
    (
        "ar",
        "من المستصوب أن تنضم جميع الدول إلى المعاهدة.",
        "من الضروري أن تنضم جميع الدول إلى المعاهدة.",
        "stronger",
    ),
    ("zh", "强烈谴责对平民的袭击。", "对平民遭受袭击表示关切。", "weaker"),
    ("zh", "鼓励会员国提供自愿捐款。", "敦促会员国提供捐款。", "stronger"),
    ("zh", "各国必须遵守国际法。", "各国应遵守国际法。", "weaker"),
    ("zh", "注意到秘书长的报告。", "欢迎并核可秘书长的报告。", "stronger"),
    ("zh", "我国将批准该条约。", "我国正在考虑批准该条约。", "weaker"),
    ("zh", "决定设立调查委员会。", "决定研究设立调查委员会的可能性。", "weaker"),
    ("zh", "中国希望增加对基金的捐款。", "中国承诺增加对基金的捐款。", "stronger"),
    ("zh", "发达国家应提供资金支持。", "发达国家应在可行情况下提供资金支持。", "weaker"),
    ("zh", "我们坚决反对任何干涉内政的行为。", "我们对干涉内政的行为表示遗憾。", "weaker"),
    ("zh", "最好改革安全理事会。", "必须改革安全理事会。", "stronger"),
    ("zh", "邀请各国参加会议。", "请各国参加会议。", "stronger"),
    ("zh", "所有国家都必须履行义务。", "有些国家必须履行义务。", "weaker"),
    ("zh", "支持立即停火。", "支持逐步停火。", "weaker"),
    (
        "ru",
        "Россия не признает и никогда не признает эти санкции.",
        "Россия выражает сожаление по поводу этих санкций.",
        "weaker",
    ),
    (
        "ru",
        "Предлагает государствам-членам представить свои мнения.",
        "Просит государства-члены представить свои мнения.",
        "stronger",
    ),
    (
        "ar",
        "تدين مصر هذا العدوان وتطالب بوقفه فورا.",
        "تعرب مصر عن أسفها لهذا العدوان وتدعو إلى وقفه.",
        "weaker",
    ),
    ("ar", "ينبغي للأطراف أن تقدم تقارير سنوية.", "يجب على الأطراف أن تقدم تقارير سنوية.", "stronger"),
    (
        "ar",
        "تدعو الدول الأعضاء إلى تنفيذ القرار.",
        "تطالب الدول الأعضاء بتنفيذ القرار تنفيذا كاملا.",
        "stronger",
    ),
    ("zh", "中国坚决反对单边制裁。", "中国对单边制裁表示关切。", "weaker"),
]


@pytest.mark.parametrize(("language", "old", "new", "direction"), PAIRS)
def test_the_direction_is_found_either_way(language: str, old: str, new: str, direction: str) -> None:
    other = {"weaker": "stronger", "stronger": "weaker"}[direction]
    assert _directions(old, new, language) == {direction}
    assert _directions(new, old, language) == {other}


@pytest.mark.parametrize(
    ("language", "old", "new"),
    [
        ("fr", "Nous espérons que la paix reviendra.", "Nous croyons que la paix reviendra."),
        ("fr", "Nous soutiendrons ce fonds.", "Nous ne soutiendrons pas ce fonds."),
        ("fr", "Nous exhortons le Nord à ratifier le traité.", "Nous invitons le Sud à ratifier le traité."),
        ("es", "Esperamos que vuelva la paz.", "Creemos que volverá la paz."),
        ("es", "Apoyaremos este fondo.", "No apoyaremos este fondo."),
        ("es", "Instamos al Norte a ratificar el tratado.", "Invitamos al Sur a ratificar el tratado."),
        (
            "en",
            "The President said that sanctions must end.",
            "The President said that sanctions should end.",
        ),
        ("en", "We thank the Council for its full report.", "We thank the Council for its report."),
        ("en", "I wish to stress that we support peace.", "Let me stress that we support peace."),
        ("en", "We must build the bridge.", "We must not build the bridge."),
        ("en", "Growing cities need water.", "Cities need water urgently."),
        ("ru", "Мы поддержим этот фонд.", "Мы не поддержим этот фонд."),
        ("ru", "Сообщил, что стороны должны разоружиться.", "Сообщил, что сторонам следует разоружиться."),
        ("ar", "وأفاد التقرير بأن على الدول أن تنضم.", "وأفاد التقرير بأن الدول قد تنضم."),
        ("zh", "各方必须参加会议。", "各方不得参加会议。"),
        ("zh", "据报道，各方必须撤军。", "据报道，各方可以撤军。"),
    ],
)
def test_nothing_is_said_where_it_does_not_compare(language: str, old: str, new: str) -> None:
    assert _directions(old, new, language) == set()


@pytest.mark.parametrize(
    ("language", "old", "new", "expected"),
    [
        (
            "fr",
            "Nous verserons 5 millions d’euros.",
            "Nous verserons 3 millions d’euros.",
            ("figure", "lowered", "-2 millions d’euros (-40%)"),
        ),
        (
            "es",
            "Aportaremos 3 millones de euros.",
            "Aportaremos 5 millones de euros.",
            ("figure", "raised", "+2 millones de euros (+67%)"),
        ),
        (
            "fr",
            "Nous atteindrons cet objectif avant 2030.",
            "Nous atteindrons cet objectif dès que possible.",
            ("date", "loosened", None),
        ),
        (
            "es",
            "Alcanzaremos este objetivo antes de 2030.",
            "Alcanzaremos este objetivo lo antes posible.",
            ("date", "loosened", None),
        ),
    ],
)
def test_figures_and_deadlines(
    language: str, old: str, new: str, expected: tuple[str, str, str | None]
) -> None:
    assert [(shift.axis, shift.direction, shift.amount) for shift in find(old, new, language)] == [expected]


@pytest.mark.parametrize("row", read_table("forms.tsv"), ids=lambda row: row["en"])
def test_what_english_says_has_a_form_of_like_force_in_each_language(row: dict[str, str]) -> None:
    english = _list_forces(row["en"], "en", row["kind"])
    assert english
    lacking = {
        language: row[language]
        for language in LANGUAGES
        if all(abs(force - english[0]) > 1 for force in _list_forces(row[language], language, row["kind"]))
    }
    assert not lacking


def _list_forces(text: str, language: str, kind: str) -> list[int]:
    passage = read_passage(version([text], language=language).segments, language)
    return [form.force for form in read_forms(passage) if form.kind == kind]


def _directions(old: str, new: str, language: str) -> set[str]:
    return {shift.direction for shift in find(old, new, language) if shift.axis == "strength"}
