"""What single sentences do with a topic in the languages of the UN beside English, cue by cue."""

from __future__ import annotations

import pytest

from tracker.text.reading import read_text
from tracker.topics.reading import read_topics
from tracker.topics.vocabulary.load import load_vocabulary

UN = load_vocabulary()


def read(text: str, language: str) -> dict[str, str]:
    version = read_text(text, language=language)
    return {reading.topic: reading.level for reading in read_topics(version, UN)}


DECLARED = (
    (
        "fr",
        "Nos priorités sont la corruption, l’aide juridictionnelle et la piraterie.",
        ["corruption", "legal-aid", "piracy"],
    ),
    (
        "fr",
        "Je concentrerai mon propos sur trois questions : la corruption, la piraterie et l’aide juridictionnelle.",
        ["corruption", "legal-aid", "piracy"],
    ),
    ("fr", "La lutte contre la corruption demeure notre priorité absolue.", ["corruption"]),
    ("fr", "Nous accordons la plus haute priorité à l’aide juridictionnelle.", ["legal-aid"]),
    ("fr", "Notre première tâche est de combattre le blanchiment d’argent.", ["money-laundering"]),
    (
        "fr",
        "Nous avons trois priorités. Premièrement, nous lutterons contre la corruption. Deuxièmement, nous développerons l’aide juridictionnelle.",
        ["corruption", "legal-aid"],
    ),
    ("fr", "La piraterie compte parmi nos priorités.", ["piracy"]),
    ("fr", "Mon pays fait de la lutte contre la piraterie une priorité nationale.", ["piracy"]),
    (
        "es",
        "Nuestras prioridades son la corrupción, la asistencia jurídica gratuita y la piratería.",
        ["corruption", "legal-aid", "piracy"],
    ),
    (
        "es",
        "Me concentraré en tres cuestiones: la corrupción, la piratería y la asistencia jurídica gratuita.",
        ["corruption", "legal-aid", "piracy"],
    ),
    ("es", "La lucha contra la corrupción sigue siendo nuestra máxima prioridad.", ["corruption"]),
    ("es", "Otorgamos la máxima prioridad a la asistencia jurídica gratuita.", ["legal-aid"]),
    ("es", "Nuestra primera tarea es combatir el blanqueo de dinero.", ["money-laundering"]),
    (
        "es",
        "Tenemos tres prioridades. En primer lugar, lucharemos contra la corrupción. En segundo lugar, ampliaremos la asistencia jurídica gratuita.",
        ["corruption", "legal-aid"],
    ),
    ("es", "La piratería figura entre nuestras prioridades.", ["piracy"]),
    ("es", "Mi país ha hecho de la lucha contra la piratería una prioridad nacional.", ["piracy"]),
    (
        "ru",
        "Наши приоритеты — борьба с коррупцией, юридическая помощь и борьба с пиратством.",
        ["corruption", "legal-aid", "piracy"],
    ),
    ("ru", "Нашими приоритетами являются искоренение коррупции и пиратства.", ["corruption", "piracy"]),
    (
        "ru",
        "Я остановлюсь на трёх вопросах: коррупции, пиратстве и юридической помощи.",
        ["corruption", "legal-aid", "piracy"],
    ),
    ("ru", "Борьба с коррупцией остаётся нашим главным приоритетом.", ["corruption"]),
    ("ru", "Мы уделяем первоочередное внимание юридической помощи.", ["legal-aid"]),
    ("ru", "Наша первая задача — покончить с отмыванием денег.", ["money-laundering"]),
    (
        "ru",
        "У нас три приоритета. Во-первых, мы будем бороться с коррупцией. Во-вторых, мы расширим юридическую помощь.",
        ["corruption", "legal-aid"],
    ),
    ("ru", "Пиратство входит в число наших приоритетов.", ["piracy"]),
    ("ru", "Приоритетом нашей внешней политики является борьба с пиратством.", ["piracy"]),
    ("ru", "Мы придаём приоритетное значение борьбе с пиратством.", ["piracy"]),
    (
        "ar",
        "إن أولوياتنا هي مكافحة الفساد والمساعدة القانونية والقرصنة.",
        ["corruption", "legal-aid", "piracy"],
    ),
    ("ar", "وتتمثل أولوياتنا في مكافحة الفساد والقضاء على القرصنة.", ["corruption", "piracy"]),
    (
        "ar",
        "سأركز على ثلاث مسائل: الفساد والقرصنة والمساعدة القانونية.",
        ["corruption", "legal-aid", "piracy"],
    ),
    ("ar", "وتظل مكافحة الفساد أولويتنا القصوى.", ["corruption"]),
    ("ar", "ونولي أولوية قصوى للمساعدة القانونية.", ["legal-aid"]),
    ("ar", "ومهمتنا الأولى هي التصدي لغسل الأموال.", ["money-laundering"]),
    (
        "ar",
        "لدينا ثلاث أولويات. أولا، سنكافح الفساد. ثانيا، سنوسع نطاق المساعدة القانونية.",
        ["corruption", "legal-aid"],
    ),
    ("ar", "وتأتي مكافحة القرصنة في مقدمة أولوياتنا.", ["piracy"]),
    ("ar", "وتضع حكومة بلدي مكافحة القرصنة على رأس أولوياتها.", ["piracy"]),
    ("ar", "ومن أهم أولوياتنا مكافحة القرصنة.", ["piracy"]),
    ("zh", "我们的优先事项是打击腐败、法律援助和打击海盗。", ["corruption", "legal-aid", "piracy"]),
    ("zh", "我将着重谈三个问题：腐败、海盗和法律援助。", ["corruption", "legal-aid", "piracy"]),
    ("zh", "打击腐败仍然是我们的首要优先事项。", ["corruption"]),
    ("zh", "我们高度优先重视法律援助。", ["legal-aid"]),
    ("zh", "我们的首要任务是打击洗钱。", ["money-laundering"]),
    (
        "zh",
        "我们有三个优先事项。第一，我们将打击腐败。第二，我们将扩大法律援助。",
        ["corruption", "legal-aid"],
    ),
    ("zh", "打击海盗是我国外交政策的重中之重。", ["piracy"]),
    ("zh", "我国政府把打击海盗作为首要任务。", ["piracy"]),
    ("zh", "我们将打击海盗列为优先事项。", ["piracy"]),
)


@pytest.mark.parametrize(("language", "text", "topics"), DECLARED)
def test_what_the_speaker_names_as_a_priority_is_declared(
    language: str, text: str, topics: list[str]
) -> None:
    assert sorted(topic for topic, level in read(text, language).items() if level == "declared") == topics


LEVELS = (
    ("fr", "Nous formerons deux cents juges à la lutte contre la corruption.", "corruption", "substantive"),
    ("fr", "Nous nous félicitons de la convention contre la corruption.", "corruption", "substantive"),
    ("fr", "Les avoirs volés doivent être restitués.", "asset-recovery", "substantive"),
    ("fr", "Il faut mettre fin à la piraterie.", "piracy", "substantive"),
    ("fr", "S’agissant de la piraterie, nous préconisons une flotte unique.", "piracy", "substantive"),
    ("fr", "La piraterie ne saurait être tolérée.", "piracy", "substantive"),
    ("fr", "Ma délégation appuie sans réserve la réforme pénitentiaire.", "prisons", "substantive"),
    ("fr", "Mon gouvernement a interdit la torture.", "torture", "substantive"),
    ("fr", "Nous combattrons de nombreux crimes, tels que la corruption.", "corruption", "mentioned"),
    ("fr", "Il nous a dit que la corruption avait disparu.", "corruption", "mentioned"),
    (
        "fr",
        "Comme l’a dit le poète, « la corruption est un fleuve qui se jette dans la mer ».",
        "corruption",
        "mentioned",
    ),
    ("fr", "Pendant la pandémie, nos tribunaux étaient fermés.", "pandemics", "mentioned"),
    ("fr", "D’après le rapport, la piraterie recule.", "piracy", "mentioned"),
    (
        "fr",
        "Avant d’aborder nos priorités, permettez-moi de dire quelques mots de la guerre en Ukraine.",
        "situation-ukraine",
        "acknowledged",
    ),
    ("fr", "Je ne m’étendrai pas sur la piraterie.", "piracy", "acknowledged"),
    ("fr", "La piraterie n’est pas notre priorité.", "piracy", "acknowledged"),
    (
        "es",
        "Capacitaremos a doscientos jueces en la lucha contra la corrupción.",
        "corruption",
        "substantive",
    ),
    ("es", "Acogemos con beneplácito la convención contra la corrupción.", "corruption", "substantive"),
    ("es", "Los activos robados deben ser devueltos.", "asset-recovery", "substantive"),
    ("es", "Hay que poner fin a la piratería.", "piracy", "substantive"),
    ("es", "En cuanto a la piratería, proponemos una flota única.", "piracy", "substantive"),
    ("es", "Mi delegación apoya sin reservas la reforma penitenciaria.", "prisons", "substantive"),
    ("es", "Mi Gobierno prohibió la tortura.", "torture", "substantive"),
    ("es", "Rechazamos la piratería en todas sus formas.", "piracy", "substantive"),
    ("es", "Lucharemos contra muchos delitos, como la corrupción.", "corruption", "mentioned"),
    ("es", "Nos dijo que la corrupción había desaparecido.", "corruption", "mentioned"),
    (
        "es",
        "Como dijo el poeta, «la corrupción es un río que desemboca en el mar».",
        "corruption",
        "mentioned",
    ),
    ("es", "Durante la pandemia nuestros tribunales estaban cerrados.", "pandemics", "mentioned"),
    ("es", "Según el informe, la piratería retrocede.", "piracy", "mentioned"),
    (
        "es",
        "Antes de abordar nuestras prioridades, permítanme decir unas palabras sobre la guerra en Ucrania.",
        "situation-ukraine",
        "acknowledged",
    ),
    ("es", "No me detendré en la piratería.", "piracy", "acknowledged"),
    ("es", "La piratería no es nuestra prioridad.", "piracy", "acknowledged"),
    ("ru", "Мы обучим двести судей борьбе с коррупцией.", "corruption", "substantive"),
    ("ru", "Мы приветствуем конвенцию против коррупции.", "corruption", "substantive"),
    ("ru", "Похищенные активы должны быть возвращены.", "asset-recovery", "substantive"),
    ("ru", "Необходимо положить конец пиратству.", "piracy", "substantive"),
    ("ru", "Что касается пиратства, то мы предлагаем создать единый флот.", "piracy", "substantive"),
    ("ru", "Наша делегация полностью поддерживает тюремную реформу.", "prisons", "substantive"),
    ("ru", "Наше правительство запретило пытки.", "torture", "substantive"),
    ("ru", "Мы решительно выступаем против пыток.", "torture", "substantive"),
    ("ru", "Нет оправдания пиратству.", "piracy", "substantive"),
    (
        "ru",
        "Мы настоятельно призываем все стороны конфликта в Судане сложить оружие.",
        "situation-sudan",
        "substantive",
    ),
    ("ru", "Мы будем бороться со многими преступлениями, такими как коррупция.", "corruption", "mentioned"),
    ("ru", "Он сказал нам, что коррупция исчезла.", "corruption", "mentioned"),
    ("ru", "Как сказал поэт, «коррупция есть река, которая впадает в море».", "corruption", "mentioned"),
    ("ru", "Во время пандемии наши суды были закрыты.", "pandemics", "mentioned"),
    ("ru", "По данным доклада, пиратство отступает.", "piracy", "mentioned"),
    (
        "ru",
        "Прежде чем обратиться к нашим приоритетам, скажу несколько слов о войне в Украине.",
        "situation-ukraine",
        "acknowledged",
    ),
    ("ru", "Не буду подробно говорить о пиратстве.", "piracy", "acknowledged"),
    ("ru", "Пиратство не является нашим приоритетом.", "piracy", "acknowledged"),
    ("ar", "وسندرب مائتي قاض على مكافحة الفساد.", "corruption", "substantive"),
    ("ar", "ونرحب باتفاقية مكافحة الفساد.", "corruption", "substantive"),
    ("ar", "ويجب إعادة الأصول المسروقة.", "asset-recovery", "substantive"),
    ("ar", "ولا بد من وضع حد للقرصنة.", "piracy", "substantive"),
    ("ar", "وفيما يتعلق بالقرصنة، نقترح إنشاء أسطول موحد.", "piracy", "substantive"),
    ("ar", "ويؤيد وفد بلدي إصلاح السجون تأييدا تاما.", "prisons", "substantive"),
    ("ar", "ونرفض القرصنة بجميع أشكالها.", "piracy", "substantive"),
    ("ar", "ونؤكد من جديد التزامنا بمكافحة الإرهاب.", "terrorism", "substantive"),
    ("ar", "وندعو أطراف النزاع في السودان إلى إلقاء السلاح.", "situation-sudan", "substantive"),
    ("ar", "فالتعذيب أمر غير مقبول على الإطلاق.", "torture", "substantive"),
    ("ar", "وسنتصدى لجرائم كثيرة، مثل الفساد.", "corruption", "mentioned"),
    ("ar", "وقال لنا إن الفساد قد زال.", "corruption", "mentioned"),
    ("ar", "وكما قال الشاعر، «إن الفساد نهر يصب في البحر».", "corruption", "mentioned"),
    ("ar", "وخلال الجائحة كانت محاكمنا مغلقة.", "pandemics", "mentioned"),
    ("ar", "ووفقا لتقرير الأمين العام، تراجعت القرصنة.", "piracy", "mentioned"),
    (
        "ar",
        "وقبل أن أتناول أولوياتنا، أود أن أقول كلمة قصيرة عن الحرب في أوكرانيا.",
        "situation-ukraine",
        "acknowledged",
    ),
    ("ar", "ولن أطيل الحديث عن القرصنة.", "piracy", "acknowledged"),
    ("ar", "وليست القرصنة من أولوياتنا.", "piracy", "acknowledged"),
    ("zh", "我们将培训二百名法官打击腐败。", "corruption", "substantive"),
    ("zh", "我们欢迎打击腐败公约。", "corruption", "substantive"),
    ("zh", "被盗资产必须归还。", "asset-recovery", "substantive"),
    ("zh", "必须制止海盗行为。", "piracy", "substantive"),
    ("zh", "关于海盗问题，我们建议建立一支统一的舰队。", "piracy", "substantive"),
    ("zh", "我国代表团完全支持监狱改革。", "prisons", "substantive"),
    ("zh", "我国政府禁止了酷刑。", "torture", "substantive"),
    ("zh", "我们反对一切形式的海盗行为。", "piracy", "substantive"),
    ("zh", "酷刑是不可接受的。", "torture", "substantive"),
    ("zh", "我们呼吁苏丹冲突各方放下武器。", "situation-sudan", "substantive"),
    ("zh", "中国坚决反对恐怖主义。", "terrorism", "substantive"),
    ("zh", "我们将打击许多犯罪，例如腐败。", "corruption", "mentioned"),
    ("zh", "他对我们说，腐败已经消失。", "corruption", "mentioned"),
    ("zh", "正如诗人所说，“腐败是一条流向大海的河”。", "corruption", "mentioned"),
    ("zh", "在大流行病期间，我们的法院关闭了。", "pandemics", "mentioned"),
    ("zh", "据报告估计，海盗活动正在减少。", "piracy", "mentioned"),
    ("zh", "这是很重要的，海盗不多。", "piracy", "mentioned"),
    ("zh", "在谈我们的优先事项之前，我想简单谈谈乌克兰战争。", "situation-ukraine", "acknowledged"),
    ("zh", "关于海盗问题，我不再详述。", "piracy", "acknowledged"),
    ("zh", "海盗问题不是我们的优先事项。", "piracy", "acknowledged"),
    ("en", "Piracy is not among our priorities.", "piracy", "acknowledged"),
    ("en", "Corruption is no longer our priority.", "corruption", "acknowledged"),
)


@pytest.mark.parametrize(("language", "text", "topic", "level"), LEVELS)
def test_a_topic_has_the_level_that_a_sentence_gives_it(
    language: str, text: str, topic: str, level: str
) -> None:
    assert read(text, language)[topic] == level
