"""Tells whether a query is written in another language than English, cheaply enough for every query.

By script and by small words. It does not name the language, and in doubt it says no: one borrowed word, a place name or
a quoted phrase does not make a query foreign.
"""

from __future__ import annotations

import re
import unicodedata

from nescio_indexes.text import clip

_ENGLISH = frozenset(
    """a about all also am an and any are as at be been but by can could did do does doesn't don't each every find for
    from get give had has have he her here his how i i'm if in into is isn't it it's its just know like list made make
    many me more most much my need new no not of off on one only or other our out over please she should show so some
    tell than that the their them then there these they this those to too up us use want was we were what what's when
    where which who whose why will with would you your""".split()
)

_FOREIGN = {
    "spanish": """el la los las un una unos unas de del en es son está están que qué cuál cuáles cuándo dónde cómo
    cuánto cuántos cuanta cuantos quién por para con sin se su sus mi mis tu y o pero más muy al lo les como donde
    cuando cual quien hay tiene fue era yo puedo puedes quiero hola gracias favor hoy ayer mañana""",
    "french": """le la les un une des du de au aux et est sont que qui quoi quel quelle quels quelles où quand
    comment pourquoi combien je tu il elle nous vous ils elles mon ma mes ton ta ses son dans sur avec sans pour par
    ne pas plus ce cette ces c'est j'ai qu'est est-ce s'il d'un d'une bonjour merci y en suis peux faire fait
    très""",
    "german": """der die das den dem des ein eine einen einem einer und ist sind war wie wo wann warum wer wen wem
    welche welcher welches wieviel viele ich du er sie es wir ihr mein meine dein deine mit von zu zum zur im am auf
    für bei nach aus nicht kein keine auch noch oder aber hat haben hast kann kannst bitte danke hallo heißt gibt
    mir mich dir dich uns heute morgen gestern""",
    "italian": """il lo la gli le un uno una di del della dello dei delle da nel nella e è sono che chi cosa quale
    quali quanto quanti quanta dove quando come perché io tu lui lei noi voi mio mia tuo tua con per su tra fra non
    più si ho hai ha al alla ai sei era questo questa ciao grazie oggi ieri domani qual""",
    "portuguese": """o os as um uma uns umas do da dos das em no na nos nas é são que qual quais quando onde como
    quanto quantos quem por para com sem se seu sua meu minha eu tu você ele ela nós e ou mas mais muito ao à não há
    tem foi olá obrigado hoje ontem amanhã""",
    "dutch": """de het een en is zijn was wat wie waar wanneer waarom hoe welke hoeveel ik jij je hij zij wij jullie
    mijn jouw met van naar op voor bij uit niet geen ook nog maar heeft hebben kan kun mag wil dit dat deze die
    aan""",
    "scandinavian": """och det att en ett den de som är på av för med till inte hur vad var när varför vem jag du
    han hon vi min mitt din og er til ikke hvad hvor hvornår hvorfor hvem jeg hun af hvordan hva heter i""",
    "polish": """jest są i w na z do nie się co kto gdzie kiedy jak dlaczego ile jaki jaka jakie który która czy ja
    ty on ona my mój moja dla od po przez""",
    "turkish": """bir ve bu ne nasıl nerede kim neden kaç mı mi mu mü için ile değil var yok ben sen biz olan nedir
    hangi zaman""",
    "indonesian": """apa yang di ke dari dan ini itu adalah tidak saya kamu dengan untuk pada berapa siapa mana
    kapan bagaimana mengapa ibu kota""",
    "finnish": """mikä mitä missä milloin miksi kuka miten kuinka on ei ja minä sinä hän se että olen ovat oli
    monta""",
    "romanian": """care este sunt cine unde când cum cât câți ce din pentru și nu eu tu el ea mai în la de""",
    "latin": """quid quis est et in non sed cum ad ex ubi quando cur qui quae quod sunt esse dolor ipsum sit
    amet""",
}
_WORDS = {name: frozenset(words.split()) - _ENGLISH for name, words in _FOREIGN.items()}
_MARKS = re.compile(r"[\u00df-\u024f\u1e00-\u1eff]")
"""Letters that English does not have."""
_LATEX = re.compile(r"\\[A-Za-z]+")
_TOKEN = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")

_OPENERS = frozenset(
    """wer wo wann warum wieviel welche welcher welches hallo quien quién donde dónde cuando cuándo cuanto cuánto
    cuántos cómo qué cuál hola gracias quel quelle quels quelles combien pourquoi qui où bonjour merci dove
    quanto quanti quale perché ciao grazie onde quantos qual quem olá obrigado hoeveel waarom wanneer welke
    hvad hvor hvem mikä kuka missä milloin gdzie kto kiedy dlaczego kde kdo proč nerede nedir berapa siapa
    bagaimana""".split()
)
"""Words that open a question or a greeting, and that no English sentence opens with."""
_GREEK_WORDS = 5

SCRIPT_SHARE = 0.4
"""From this share of letters outside the Latin script on, a text with at least two of them is foreign."""


def looks_foreign(text: str) -> bool:
    """Whether `text` looks written in another language than English; False for text without words."""
    shown = clip(text)
    return _other_script(shown) or _other_words(shown)


def _other_script(text: str) -> bool:
    letters = [unicodedata.name(char, "") for char in text if char.isalpha() and ord(char) > 0x24F]
    greek = sum(name.startswith("GREEK") for name in letters)
    other = sum(not name.startswith(("LATIN", "GREEK", "MATHEMATICAL")) for name in letters)
    # A few Greek letters are symbols of a formula, not Greek.
    other += greek if greek >= _GREEK_WORDS else 0
    return other >= 2 and other >= SCRIPT_SHARE * sum(char.isalpha() for char in text)


def _other_words(text: str) -> bool:
    tokens = _TOKEN.findall(_LATEX.sub(" ", text))
    # A capital inside a sentence marks a name ("El Paso and La Paz"), and names are in every language.
    words = [word.lower().replace("’", "'") for i, word in enumerate(tokens) if i == 0 or word[0].islower()]
    if not words:
        return False
    english = sum(word in _ENGLISH for word in words)
    found = max(_WORDS.values(), key=lambda vocabulary: len(vocabulary.intersection(words)))
    distinct = len(found.intersection(words))
    hits = sum(word in found for word in words)
    if words[0] in _OPENERS and (len(words) <= 2 or english <= 1):
        return True
    marked = sum(bool(_MARKS.search(word)) for word in words) + ("¿" in text or "¡" in text)
    if english == 0 and marked and marked + hits >= 2:
        return True
    return distinct >= 2 and hits > 1.5 * english and hits >= 0.25 * len(words)
