"""Brings a question into the plain form that the rules read: lower case, digits for words, no courtesies.

It drops only what cannot change the answer. What the asker wants of the answer's form (rounding, a fraction) is taken
out of the text and kept beside it.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace

_SIGNS = {
    "×": " * ", "·": " * ", "∙": " * ", "⋅": " * ", "÷": " / ", "−": "-", "–": "-", "—": " - ", "⁄": "/", "√": " sqrt ",
    "π": " pi ", "²": "^2", "³": "^3", "⁴": "^4", "’": "'", "‘": "'", "“": '"', "”": '"', "\u00a0": " ",
    "\u202f": "", "\u2009": "", "º": "°", "\\times": " * ", "\\div": " / ", "≠": " != ",
    "½": " 1/2", "¼": " 1/4", "¾": " 3/4", "⅓": " 1/3", "⅔": " 2/3", "⅛": " 1/8", "⅕": " 1/5", "⅖": " 2/5",
}  # fmt: skip
_UNITS = {
    word: value
    for value, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
        "seventeen eighteen nineteen".split()
    )
}
_TENS = {
    word: 10 * place
    for place, word in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split(), start=2)
}
_SCALES = {"thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12}
_PARTS = {
    "half": 2, "halves": 2, "third": 3, "quarter": 4, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8,
    "ninth": 9, "tenth": 10, "twelfth": 12, "twentieth": 20, "hundredth": 100, "thousandth": 1000,
}  # fmt: skip
_LATEX = (
    (re.compile(r"\$([^$]+)\$(?!\d)"), r" \1 "),
    (re.compile(r"\\[dt]?frac\{([^{}]+)\}\{([^{}]+)\}"), r"(\1)/(\2)"),
    (re.compile(r"\\sqrt\{([^{}]+)\}"), r"sqrt(\1)"),
    (re.compile(r"\\(?:left|right|[,;!()\[\] ])"), " "),
    (re.compile(r"\\cdot"), " * "),
    (re.compile(r"\\pi\b"), " pi "),
    (re.compile(r"\\%"), "%"),
)
"""The few marks of LaTeX that questions carry."""
_ORDINALS = {
    word: value
    for value, word in enumerate(
        "third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth sixteenth "
        "seventeenth eighteenth nineteenth twentieth".split(),
        start=3,
    )
}
_ORDINAL = re.compile(
    r"\b("
    + "|".join(_ORDINALS)
    + r")\b(?= (?:power|root|prime|fibonacci|triangular|day|of (?:jan|feb|mar|apr|may|jun|jul|"
    r"aug|sep|oct|nov|dec)|(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)))"
)
_NUMBER_WORD = re.compile(r"\b(?:" + "|".join((*_UNITS, *_TENS)) + r")\b")
_LEADS = re.compile(
    r"^(?:please|kindly|hey|hi|hello|ok|okay|so|well|now|nescio|quick (?:maths? )?question|question|maths?|"
    r"(?:can|could|would|will) (?:you|anyone|somebody|someone)(?: please| kindly| quickly)?|(?:tell|show|give) me|"
    r"i(?:'d| would) (?:like|love) to know|i (?:want|need|wish|have) to (?:know|find out|work out|calculate)|do you know|"
    r"let me know|(?:can you )?help me(?: to)?|i(?:'m| am| was)? (?:wonder(?:ing)?|curious)(?: about)?|"
    r"i need|exactly|quickly|just|any idea|for me|and|calculate|compute|evaluate|work out|figure out|determine|"
    r"find(?: out)?|state|what(?:'s| is|s| are| was| were| would be| will be)(?: exactly)?|"
    r"what (?:do|does|would|will) (?:you|i|we|one) get (?:if|when) (?:you|i|we|one)|what do you get by|"
    r"what is the result (?:if|when) you|what happens (?:if|when) (?:you|i)|"
    r"how (?:much|many) (?:is|are|does|do|would be|will be|makes?)(?! (?:you|i|we|it|they|he|she|there)\b)|i have to (?:compute|calculate|work out)|i(?:'d| would) like|give(?: me)?(?= the )|what do(?:es)?(?= [^a-z])|"
    r"(?:the )?(?:exact )?(?:value|result|answer|total value) (?:of|to|for))(?:[,:;.!-]+ ?| )",
)
_TAILS = re.compile(
    r"(?:[\s?.=,:]+|(?<![\d)!])!+|(?<=[\s\d)%])(?:please|thanks|thank you|cheers|for me|exactly|equal to|equals?|come to|comes to|"
    r"(?:in|as) (?:a )?decimals?(?: form)?|as a number|in total|altogether|worth|amount to|work out to|approximately|"
    r"(?:is|are|equals|makes|gives) (?:what|how much)|make|makes|give|gives))$"
)
_ROUNDINGS = (
    (re.compile(r",? ?\(?(?:please )?(?:round(?:ed)?(?: off)?|give (?:it|the answer|your answer)|correct|to)(?: your answer| it| the answer| the result)?(?: to)? (?:the )?(\d+) (?:decimals?(?: places?)?|d\.?p\.?)\)?"), None),
    (re.compile(r",? ?\(?(?:please )?round(?:ed)?(?: off)?(?: your answer| it| the answer| the result)? to (?:the )?nearest (?:whole number|integer|whole|unit|one)\)?"), 0),
    (re.compile(r",? ?\(?(?:please )?round(?:ed)?(?: off)?(?: your answer| it| the answer| the result)? to (?:the )?nearest tenth\)?"), 1),
    (re.compile(r",? ?\(?(?:please )?round(?:ed)?(?: off)?(?: your answer| it| the answer| the result)? to (?:the )?nearest (?:hundredth|cent|penny)\)?"), 2),
)  # fmt: skip
_FRACTION = re.compile(r",? ?(?:as|in|give (?:it|the answer) as) (?:a |an )?(?:(?:simplified|exact|reduced|common) )?fraction"
                       r"(?: in (?:its )?(?:simplest form|lowest terms))?|,? ?in (?:its )?(?:simplest form|lowest terms)")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Reading:
    """A question in plain form.

    Attributes:
        text: Lower case, single blanks, digits, without courtesies and closing marks.
        currency: The one currency sign that stood before its numbers, or "".
        decimals: Decimal places asked for, or None.
        fraction: Whether a fraction is asked for.
    """

    text: str
    currency: str = ""
    decimals: int | None = None
    fraction: bool = False


def read_text(question: str) -> Reading:
    """The plain form of `question`."""
    text = plain(question)
    signs = set(re.findall(r"[$€£]", text))
    currency = next(iter(signs)) if len(signs) == 1 else ""
    if currency:
        text = re.sub(r"[$€£] ?(?=[\d.])|(?<=\d) ?[$€£]", "", text)
    text, decimals = _take_rounding(text)
    if decimals is not None:
        text = re.sub(r"^(?:(?:please )?round(?: off)?|(?:what(?:'s| is) )?(?=[\d-]))\s*", "", text).removesuffix(
            " rounded"
        )
    fraction = _FRACTION.search(text) is not None
    return Reading(_strip(_FRACTION.sub("", text)), currency, decimals, fraction)


def plain(text: str) -> str:
    """Lower case, ASCII signs, single blanks, number words as digits, no separators inside numbers."""
    for pattern, written in _LATEX:
        text = pattern.sub(written, text)
    for sign, written in _SIGNS.items():
        text = text.replace(sign, written)
    text = unicodedata.normalize("NFKC", text).lower()
    text = re.sub(r"\b(what|it|that|there|who|how|where|when|he|she|today)'s\b(?! date)", r"\1 is", text)
    text = re.sub(r"(?<=\d),(?=\d{3}(?!\d))", "", text)
    text = re.sub(r"(?<=\d)'(?=\d{3}(?!\d))", "", text)
    text = re.sub(r"\b(?:per ?cent|percentage|pct)\b", "%", text)
    text = re.sub(r"(?<=[a-z])-(?=[a-z])", " ", text) if _NUMBER_WORD.search(text) else text
    text = re.sub(r" +(?=[,;?](?!\w))", "", re.sub(r"\s+", " ", text).strip())
    text = re.sub(
        r"(?<!have )(?<!has )(?<!with )\b(?:exactly|precisely) (?=\d|[a-z]+ (?:days|weeks|months|years))|,? or not(?=[?.]?$)",
        "",
        text,
    )
    return re.sub(r"(?<=\d) %", "%", _fractions(digits_for_words(text))) if text else text


def digits_for_words(text: str) -> str:
    """`text` with number words as digits: "two hundred and five" → "205", "a dozen" → "12", "3.5 million" → "3500000"."""
    text = _ORDINAL.sub(lambda match: f"{_ORDINALS[match[1]]}th", text)
    text = re.sub(r"\ba (?=hundred\b|thousand\b|million\b|billion\b|dozen\b)", "one ", text)
    words = text.split(" ")
    out: list[str] = []
    place = 0
    while place < len(words):
        used, number = _number_at(words, place)
        out.append(number if used else words[place])
        place += used or 1
    text = " ".join(out)
    text = re.sub(r"(\d+) point ((?:\d )*\d)\b", lambda m: f"{m[1]}.{m[2].replace(' ', '')}", text)
    text = re.sub(r"\b(\d+(?:\.\d+)?) (dozen|thousand|million|billion|trillion)\b", _scaled, text)
    if "=" in text:
        return text
    return re.sub(r"\b(\d+(?:\.\d+)?)k\b(?! ?[a-z])", lambda m: _times(m[1], 1000), text)


def _number_at(words: list[str], start: int) -> tuple[int, str]:
    total = group = used = 0
    last = 10**15
    mark = ""
    for place in range(start, len(words)):
        word = words[place].rstrip("?,.;:!)")
        mark = words[place][len(word) :]
        step = _step(word, group, last)
        if step is None:
            if word == "and" and used and group >= 100 and place + 1 < len(words) and _is_small(words[place + 1]):
                continue
            break
        if word in _SCALES:
            total, group, last = total + group * _SCALES[word], 0, _SCALES[word]
        else:
            group, last = step, (10 if word in _TENS else 100 if word == "hundred" else 1)
        used = place + 1 - start
        if mark:
            break
    closing = words[start + used - 1][len(words[start + used - 1].rstrip("?,.;:!)")) :] if used else ""
    return used, f"{total + group}{closing}"


def _step(word: str, group: int, last: int) -> int | None:
    """The group's value with `word` added, or None where the word does not continue the number."""
    if word in _UNITS:
        fits = last > 19 or last == 10**15 or (last == 10 and 0 < _UNITS[word] < 10)
        return group + _UNITS[word] if fits else None
    if word in _TENS:
        return group + _TENS[word] if last >= 100 else None
    if word == "hundred":
        return group * 100 if 0 < group < 100 else None
    return group if word in _SCALES and 0 < group < 1000 else None


def _is_small(word: str) -> bool:
    return word.rstrip("?,.;:!)") in _UNITS or word.rstrip("?,.;:!)") in _TENS


def _scaled(match: re.Match[str]) -> str:
    return _times(match[1], 12 if match[2] == "dozen" else _SCALES[match[2]])


def _times(number: str, factor: int) -> str:
    whole, _, decimals = number.partition(".")
    scaled = int(whole + decimals) * factor
    zeros = 10 ** len(decimals)
    return str(scaled // zeros) if scaled % zeros == 0 else f"{scaled / zeros}"


def _fractions(text: str) -> str:
    """Fractions in words: "two thirds of" → "2/3 of", "a quarter of" → "1/4 of", "3 and a half" → "3.5"."""
    names = "|".join(_PARTS)
    text = re.sub(r"\b(\d+) and (?:a|one|1) half\b", r"\1.5", text)
    text = re.sub(r"\b(\d+) and (?:a|one|1) quarter\b", r"\1.25", text)
    text = re.sub(r"\b(\d+) and (?:3 quarters|3/4)\b", r"\1.75", text)
    text = re.sub(rf"\b(\d+)[ -]({names})s?(?= of\b)", lambda m: f"{m[1]}/{_PARTS[m[2]]}", text)
    return re.sub(rf"\b(?:an? |one |1 )?({names})(?= of\b)", lambda m: f"1/{_PARTS[m[1]]}", text)


def without_currency_words(reading: Reading) -> Reading:
    """The reading with "80 dollars" as 80 in dollars; for rules that know no units."""
    text = reading.text
    for sign, words in (("$", "dollars?|bucks|usd"), ("€", "euros?|eur")):
        shorter = re.sub(rf"(?<=\d) (?:{words})\b", "", text)
        if shorter != text:
            return replace(reading, text=shorter, currency=reading.currency or sign)
    return reading


def _take_rounding(text: str) -> tuple[str, int | None]:
    for pattern, places in _ROUNDINGS:
        match = pattern.search(text)
        if match is not None:
            found = int(match[1]) if places is None else places
            return (text[: match.start()] + text[match.end() :]).strip(), found
    return text, None


_FRAMES = tuple(
    re.compile(pattern)
    for pattern in (
        r"(?:if|when|suppose|say) (?:you|i|we|one) (?P<inner>.+?)[,.;]? (?:and )?(?:then )?what(?: number)? (?:do|will|would|does|did) (?:you|i|we|one) (?:get|have|end up with|obtain|end with)(?: left)?",
        r"(?:if|when|suppose) (?:you|i|we|one) (?P<inner>.+?)[,.;]? (?:what(?:'s| is| will be| would be)|how much is)(?: the)? (?:result|answer|left|total|outcome|product|quotient|difference|sum|it|that|remainder left|value)",
        r"what(?: number)? (?:do|will|would|does) (?:you|i|we|one) (?:get|have|obtain)(?: left)? (?:if|when|by|after)(?: you| i| we)? (?P<inner>.+)",
        r"(?:what is |what's )?(?:left|the result)(?: over)? (?:if|when|of|after)(?: you| i| we)? (?P<inner>.+)",
        r"(?P<inner>[-(\d].*?)[.,;:] ?(?:what(?:'s| is)|give me|find|compute|calculate)(?: the| its)? (?:result|answer|value|total|it|that)",
        r"(?:what|how much) (?P<inner>[-(\d].*?) (?:is|are|makes?)",
        r"(?P<inner>[-(\d][^a-z]*(?:plus|minus|times|multiplied by|divided by)? ?[^a-z]*) (?:is|are|makes?|gives?|equals?)(?: what| how much)?",
    )
)
_LEFT_OVER = re.compile(r"\b(?:left|remainder)\b")
_DIVIDES = re.compile(r"\b(?:divid|shar|split)|[/÷]")
_PASSIVE = (
    (re.compile(r"(\S+) (?:is|are|gets) ((?:divided|multiplied|increased|decreased|reduced) by|raised to|added to|subtracted from|taken(?: away)? from)"), r"\1 \2"),
)  # fmt: skip


def unframed(reading: Reading) -> Reading:
    """The reading without a frame such as "if you …, what do you get"; itself where there is none."""
    for frame in _FRAMES:
        match = frame.fullmatch(reading.text)
        if match is not None:
            inner = match["inner"]
            if _DIVIDES.search(inner) and _LEFT_OVER.search(reading.text.replace(inner, "")):
                return reading  # What a division leaves is its remainder, not its quotient.
            for pattern, active in _PASSIVE:
                inner = pattern.sub(active, inner)
            return replace(reading, text=_strip(inner))
    return reading


def _strip(text: str) -> str:
    while True:
        shorter = _LEADS.sub("", _TAILS.sub("", text.strip())).strip(" \"'")
        if shorter == text:
            return text
        text = shorter
