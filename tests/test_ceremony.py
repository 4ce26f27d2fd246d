"""What statements repeat beside their substance makes no revision of them, and is told in one line."""

from __future__ import annotations

import pytest

import tracker
from tests.comparisons import version
from tracker.comparing.topics.mentions import find_ceremony
from tracker.comparing.topics.vocabulary.load import load_vocabulary
from tracker.report.comparison.build import build_report
from tracker.report.render.terminal import render_terminal

FORMULAS = {
    "en": [
        "Distinguished guests, esteemed members of the Bureau,",
        "We are pleased to see you presiding over our work, Sir.",
        "My delegation is grateful to the Government of Lomar for its warm hospitality.",
        "Allow me to pay tribute to your predecessor for his skilful stewardship.",
        "We thank the panellists for their insightful presentations.",
        "We extend our deepest condolences to the families of the victims.",
        "Good afternoon to all of you.",
        "I shall be brief in the interest of time.",
        "Thank you, Mr. Chairman, for giving me the floor.",
        "At the outset, I join previous speakers in congratulating you on your election.",
        "We are confident that under your able leadership this session will be a success.",
        "You can count on the full support of my delegation.",
        "We fully endorse the statement delivered by Egypt on behalf of the African Group.",
        "My country expresses its appreciation to the Executive Director for the report.",
        "We also thank the Secretariat for the preparation of this meeting.",
        "Finally, we look forward to productive discussions over the coming days.",
        "My delegation reaffirms its readiness to work with all Member States.",
        "I have the honour to speak on behalf of the Republic of Lomar.",
        "We reiterate our firm commitment to multilateralism and international cooperation.",
        "We wish all participants a fruitful session.",
        "It is my great pleasure to take part in this important session.",
        "In conclusion, let me assure you of our continued cooperation.",
        "Thank you for your kind attention.",
        "Your Excellencies, dear colleagues,",
    ],
    "fr": [
        "Je rends hommage à votre prédécesseur pour son dévouement.",
        "Nous sommes heureux de vous voir diriger nos débats.",
        "Soyez assuré du concours de ma délégation.",
        "Nous adressons nos condoléances au peuple du Lomar.",
        "Je vous remercie, Monsieur le Président, de me donner la parole.",
        "Permettez-moi tout d’abord de vous féliciter pour votre élection à la présidence.",
        "Ma délégation vous assure de son plein soutien.",
        "Le Lomar s’associe à la déclaration prononcée au nom du Groupe africain.",
        "Nous remercions le Secrétariat pour la qualité des documents.",
        "Notre pays réaffirme son attachement au multilatéralisme.",
        "Nous souhaitons plein succès à nos travaux.",
        "Nous attendons avec intérêt les débats à venir.",
        "Excellences, Mesdames et Messieurs,",
        "Je vous remercie de votre attention.",
        "Nous restons disposés à coopérer avec tous les États Membres.",
    ],
    "es": [
        "Rindo homenaje a su predecesor por su labor.",
        "Nos alegra verla dirigir nuestros debates.",
        "Agradecemos a los panelistas sus valiosas ponencias.",
        "Buenas tardes a todos.",
        "Gracias, señor Presidente, por concederme la palabra.",
        "Permítame ante todo felicitarla por su elección a la Presidencia.",
        "Cuente usted con el pleno apoyo de mi delegación.",
        "Mi país se adhiere a la declaración formulada en nombre del GRULAC.",
        "Agradecemos a la Oficina sus valiosos informes.",
        "Reiteramos nuestro compromiso con el multilateralismo.",
        "Deseamos mucho éxito a esta Comisión.",
        "Esperamos con interés los debates de estos días.",
        "Excelencias, señoras y señores delegados,",
        "Muchas gracias por su atención.",
        "Estamos dispuestos a trabajar con todas las delegaciones.",
    ],
    "ru": [
        "Хотел бы воздать должное Вашему предшественнику.",
        "Мы рады видеть Вас на этом посту.",
        "Благодарим докладчиков за их сообщения.",
        "Выражаем соболезнования семьям погибших.",
        "Благодарю Вас, господин Председатель, за предоставленное слово.",
        "Прежде всего позвольте поздравить Вас с избранием.",
        "Вы можете рассчитывать на поддержку нашей делегации.",
        "Мы присоединяемся к заявлению, сделанному от имени группы.",
        "Мы признательны Секретариату за подготовку документов.",
        "Наша страна подтверждает приверженность многостороннему сотрудничеству.",
        "Желаем Комиссии успешной работы.",
        "Рассчитываем на конструктивный диалог.",
        "Уважаемые коллеги, дамы и господа,",
        "Спасибо за внимание.",
        "Мы готовы сотрудничать со всеми государствами.",
    ],
    "ar": [
        "يسعدنا أن نراكم تديرون هذه الجلسة.",
        "نشكر المتحدثين على إحاطاتهم.",
        "نتقدم بخالص التعازي إلى أسر الضحايا.",
        "صباح الخير جميعا.",
        "شكرا السيد الرئيس على إعطائي الكلمة.",
        "أود في البداية أن أهنئكم على انتخابكم لرئاسة اللجنة.",
        "ونؤكد لكم دعمنا الكامل.",
        "يؤيد وفد بلادي البيان الذي ألقي باسم المجموعة الأفريقية.",
        "نشكر الأمانة على إعداد الوثائق.",
        "نؤكد التزامنا بالعمل المتعدد الأطراف.",
        "نتمنى للجنة كل النجاح.",
        "نتطلع إلى مناقشات مثمرة.",
        "أصحاب السعادة، السيدات والسادة،",
        "وشكرا على حسن استماعكم.",
        "بلادي مستعدة للتعاون مع جميع الدول.",
    ],
    "zh": [
        "我们很高兴看到你主持会议。",
        "感谢各位通报人的介绍。",
        "我们对东道国的款待深表谢意。",
        "各位上午好。",
        "感谢主席先生给我发言的机会。",
        "首先，我谨祝贺你当选主席。",
        "我国代表团将全力支持你的工作。",
        "我国赞同非洲集团代表所作的发言。",
        "我们感谢秘书处为会议所做的筹备工作。",
        "我们重申对多边主义的承诺。",
        "预祝本届会议取得圆满成功。",
        "我们期待富有成果的讨论。",
        "各位代表，女士们，先生们，",
        "谢谢大家。",
        "我国愿与各国加强合作。",
    ],
}
SUBSTANCE = {
    "en": [
        "We look forward to the opening of the new prison hospital in May.",
        "We thank the fishermen who pulled our children from the river.",
        "We welcome the convening of a conference on sunken tankers next spring.",
        "The Secretariat should publish the reports in six languages.",
        "We call on all States to ratify the Convention against corruption.",
        "We thank the Office for training four hundred judges on asset recovery last year.",
        "We stand ready to host a conference on cybercrime in Lomar next May.",
        "Our commitment to end child marriage by 2030 is written in law.",
        "We support the victims of trafficking with shelters.",
        "Corruption is our first priority.",
        "We welcome the report on cybercrime and urge States to act on its findings.",
        "We will work with the Commission to draft a protocol on firearms.",
        "The government of Lomar has opened nine shelters for women.",
    ],
    "fr": [
        "Nous saluons la libération des deux journalistes arrêtés en avril.",
        "Nous appelons tous les États à ratifier la Convention.",
        "Nous remercions l’Office d’avoir formé quatre cents juges à la lutte contre la corruption.",
        "Notre pays réaffirme son engagement à abolir la peine de mort.",
        "La corruption est notre priorité.",
    ],
    "es": [
        "Celebramos la liberación de los dos periodistas detenidos en abril.",
        "Reiteramos nuestro compromiso de abolir la pena de muerte.",
        "La corrupción es nuestra prioridad.",
        "Estamos dispuestos a acoger una conferencia sobre la ciberdelincuencia.",
    ],
    "ru": [
        "Мы приветствуем освобождение двух журналистов, арестованных в апреле.",
        "Мы подтверждаем приверженность борьбе с коррупцией.",
        "Мы готовы принять конференцию по киберпреступности.",
        "Мы поддерживаем создание нового фонда.",
    ],
    "ar": [
        "نرحب بالإفراج عن الصحفيين اللذين اعتقلا في نيسان.",
        "نؤكد التزامنا بإلغاء عقوبة الإعدام.",
        "الفساد أولويتنا الأولى.",
        "نؤيد إنشاء صندوق جديد.",
    ],
    "zh": [
        "我们欢迎四月被捕的两名记者获释。",
        "我们重申打击腐败的决心。",
        "我们支持设立新的基金。",
        "腐败是我们的首要问题。",
    ],
}


@pytest.mark.parametrize("language", FORMULAS)
def test_formulas_are_known_in_six_languages(language: str) -> None:
    said = FORMULAS[language]
    found = find_ceremony(version(said, language=language), range(len(said)))
    assert [said[at] for at in range(len(said)) if at not in found] == []


@pytest.mark.parametrize("language", SUBSTANCE)
def test_substance_in_the_words_of_formulas_is_none(language: str) -> None:
    said = SUBSTANCE[language]
    assert [said[at] for at in find_ceremony(version(said, language=language), range(len(said)))] == []


GREETING = (
    "Madam Chair, I congratulate you on your election, and my delegation assures you of its full support."
)
CLOSING = "We thank the Secretariat for its tireless work. We stand ready to cooperate with all. Thank you."
BOATS = "Pirates took four of our boats in March. Their crews must be freed. We ask for patrols off the reef."
MINES = "Illegal mines poison the Orle. Gold should be traced to its pit. We have closed sixty shafts."


def test_two_statements_in_one_frame_are_compared_by_topics() -> None:
    old, new = (f"{GREETING}\n\n{said}\n\n{CLOSING}" for said in (BOATS, MINES))
    comparison = tracker.compare(old, new)
    assert comparison.genre == "session"
    assert comparison.aligned == 0
    assert comparison.highlights == ()
    screen = " ".join(render_terminal(build_report(comparison, load_vocabulary())).split())
    assert "Greetings and formulas: 4 sentences kept." in screen
    assert "SENTENCES" not in screen


def test_one_statement_corrected_is_a_revision_with_its_greeting_at_the_end() -> None:
    old = f"{GREETING}\n\n{BOATS}\n\n{CLOSING}"
    new = old.replace("four of our boats", "nine of our boats").replace(
        "Madam Chair", "Excellencies, Madam Chair"
    )
    comparison = tracker.compare(old, new)
    assert comparison.genre == "revision"
    first, last = comparison.highlights
    changes = {change.id: change for change in comparison.changes}
    assert changes[first.changes[0]].shifts
    assert changes[last.changes[0]].new == (0,)


def test_two_texts_of_ceremony_alone_are_what_their_sentences_are() -> None:
    assert tracker.compare(CLOSING, CLOSING.replace("tireless", "excellent")).genre == "revision"
