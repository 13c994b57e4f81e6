"""Quantities in text: numbers as digits or words, with a multiplier and a unit, and when two of them are equal."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

EXACT = 1e-9
DEFAULT_TOLERANCE = 1e-4
"""Relative difference within which two numbers that are not whole count as equal."""

_SMALL = {word: value for value, word in enumerate(
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen".split()
)}  # fmt: skip
_TENS = {word: 10 * (place + 2) for place, word in enumerate(
    "twenty thirty forty fifty sixty seventy eighty ninety".split()
)}  # fmt: skip
_SCALE = {"hundred": 100, "thousand": 1_000, "million": 1_000_000, "billion": 10**9, "trillion": 10**12}
_SUFFIX = {**{word: float(value) for word, value in _SCALE.items()}, "mn": 1e6, "bn": 1e9, "dozen": 12.0}
_ORDINAL = {
    "first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8, "ninth": 9,
    "tenth": 10, "eleventh": 11, "twelfth": 12,
}  # fmt: skip

# Each unit: dimension, factor and offset to the dimension's base unit.
_UNITS: dict[str, tuple[str, float, float]] = {}
for _names, _dimension, _factor, _offset in (
    ("k kelvin kelvins", "temperature", 1.0, 0.0),
    ("c celsius centigrade", "temperature", 1.0, 273.15),
    ("f fahrenheit", "temperature", 5.0 / 9.0, 459.67 * 5.0 / 9.0),
    ("m metre metres meter meters", "length", 1.0, 0.0),
    ("km kms kilometre kilometres kilometer kilometers", "length", 1e3, 0.0),
    ("cm centimetre centimetres centimeter centimeters", "length", 1e-2, 0.0),
    ("mm millimetre millimetres millimeter millimeters", "length", 1e-3, 0.0),
    ("nm nanometre nanometres nanometer nanometers", "length", 1e-9, 0.0),
    ("pm picometre picometres picometer picometers", "length", 1e-12, 0.0),
    ("mi mile miles", "length", 1609.344, 0.0),
    ("ft foot feet", "length", 0.3048, 0.0),
    ("in inch inches", "length", 0.0254, 0.0),
    ("yd yard yards", "length", 0.9144, 0.0),
    ("km2 km² sqkm", "area", 1e6, 0.0),
    ("m2 m²", "area", 1.0, 0.0),
    ("mi2 sqmi", "area", 2589988.110336, 0.0),
    ("ha hectare hectares", "area", 1e4, 0.0),
    ("kg kilogram kilograms kilo kilos", "mass", 1.0, 0.0),
    ("g gram grams", "mass", 1e-3, 0.0),
    ("kg/m3 g/l", "density", 1.0, 0.0),
    ("g/cm3 kg/l", "density", 1e3, 0.0),
    ("mg milligram milligrams", "mass", 1e-6, 0.0),
    ("t tonne tonnes", "mass", 1e3, 0.0),
    ("lb lbs pound pounds", "mass", 0.45359237, 0.0),
    ("oz ounce ounces", "mass", 0.028349523125, 0.0),
    ("s sec secs second seconds", "time", 1.0, 0.0),
    ("min mins minute minutes", "time", 60.0, 0.0),
    ("h hr hrs hour hours", "time", 3600.0, 0.0),
    ("day days", "time", 86400.0, 0.0),
    ("week weeks", "time", 604800.0, 0.0),
    ("l litre litres liter liters", "volume", 1.0, 0.0),
    ("ml millilitre millilitres milliliter milliliters", "volume", 1e-3, 0.0),
    ("% percent", "share", 1.0, 0.0),
    ("$ usd dollar dollars", "dollars", 1.0, 0.0),
    ("¢ cent cents", "dollars", 0.01, 0.0),
    ("€ eur euro euros", "euros", 1.0, 0.0),
    ("£ gbp", "pounds", 1.0, 0.0),
    ("u amu dalton daltons", "atomic mass", 1.0, 0.0),
    ("ev", "energy", 1.0, 0.0),
    ("gb gigabyte gigabytes", "bytes", 1.0, 0.0),
    ("mb megabyte megabytes", "bytes", 1e-3, 0.0),
):
    for _name in _names.split():
        _UNITS[_name] = (_dimension, _factor, _offset)

_QUANTITY = re.compile(
    r"(?P<money>[$€£]\s?)?"
    r"(?<![^\W_])(?<![\d.])(?P<sign>-)?(?P<digits>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+)"
    r"(?P<power>(?:e|\s?[x*]\s?10\s?\^\s?)[-+]?\d+)?"
    r"(?P<over>\s?/\s?\d+(?![\d/]))?(?P<ordinal>st|nd|rd|th)?"
    r"(?:[\s-]?(?P<scale>hundred|thousand|million|billion|trillion|mn|bn|dozen)\b)?"
    r"\s?(?P<unit>°\s?[cfk]\b|per\s?cent|sq(?:uare)?\.?\s?(?:kilomet(?:re|er)s?|km|miles?|mi|met(?:re|er)s?|m)\b"
    r"|k?m[²2]\b|k?g\s?/\s?(?:c?m\^?3|l\b)|[%¢]|[a-z]+)?"
)
_SQUARE = re.compile(r"sq(?:uare)?\.?\s?(kilo|km|mile|mi|m)")
_WORD_RUN = re.compile(r"[a-z]+(?:[\s-]+[a-z]+)*")


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number in a text.

    Attributes:
        value: The number, multiplier included.
        decimals: Digits given after the decimal point (negative for a multiplier: "1.5 million" is −5).
        unit: A name in the table of units, or "" for none that is known.
    """

    value: float
    decimals: int = 0
    unit: str = ""


def quantities(text: str) -> tuple[Quantity, ...]:
    """Every number in `text`, in order; words like "twenty-one" count, a range gives its two ends."""
    plain = digits_for_words(_plain(text))
    return tuple(found for match in _QUANTITY.finditer(plain) if (found := _read(match)) is not None)


def equal(gold: Quantity, given: Quantity, tolerance: float = DEFAULT_TOLERANCE) -> bool:
    """Whether `given` states `gold`: same dimension, and the same number within `tolerance` or within rounding.

    Whole numbers below a million must be equal exactly. A number that is given with at least three significant digits
    and fewer decimals than the gold may be its rounding. A missing unit on either side is no contradiction.
    """
    value = given.value
    if gold.unit and given.unit and gold.unit != given.unit:
        converted = _convert(given, gold.unit)
        if converted is None:
            return False
        # A conversion is rounded by whoever made it.
        return math.isclose(converted, gold.value, rel_tol=max(tolerance, 1e-3), abs_tol=EXACT)
    if math.isclose(value, gold.value, rel_tol=EXACT, abs_tol=EXACT * EXACT):
        return True
    whole = gold.value == round(gold.value) and value == round(value)
    if not (whole and abs(gold.value) < 1e6) and math.isclose(value, gold.value, rel_tol=tolerance):
        return True
    return _rounds_to(gold, given) or (gold.decimals < 0 and _rounds_to(given, gold))


def is_quantity(text: str) -> bool:
    """Whether `text` is a number and at most a unit and a few words that do not change it ("about 5,828 K")."""
    plain = digits_for_words(_plain(text))
    rest = _QUANTITY.sub(" ", plain, count=1)
    return _QUANTITY.search(plain) is not None and not re.sub(
        r"\b(?:about|around|approximately|approx|roughly|circa|nearly|almost|over|a|an|the|of|it|is)\b|[^\w]", "", rest
    )


def digits_for_words(text: str) -> str:
    """`text` (lower case) with number words written as digits: "twenty-one" → "21", "fifth" → "5th"."""
    return _WORD_RUN.sub(lambda run: _run_to_digits(run.group()), text)


def _plain(text: str) -> str:
    text = re.sub(r"(?<=\d)[\u2009\u202f\u00a0 ](?=\d{3}(?!\d))", "", text)
    text = unicodedata.normalize("NFKC", text.replace("²", "2")).casefold()
    return text.replace("−", "-").replace("–", "-").replace("⁄", "/").replace("×", "x").replace("\\%", "%")


def _read(match: re.Match[str]) -> Quantity | None:
    digits = match["digits"].replace(",", "")
    decimals = len(digits.partition(".")[2])
    # "12 - 5" subtracts; "1984-1985" is a range, which the pattern's start rules out.
    signed = match["sign"] and not re.search(r"[\d%)]\s?$", match.string[: match.start("sign")])
    value = -float(digits) if signed else float(digits)
    if match["power"]:
        exponent = int(re.sub(r".*(?:e|\^)\s?", "", match["power"]))
        if abs(exponent) > 300:
            return None
        value, decimals = value * 10.0**exponent, decimals - exponent
    if match["over"]:
        below = float(match["over"].strip(" /"))
        if below == 0:
            return None
        value, decimals = value / below, 12
    if match["scale"]:
        factor = _SUFFIX[match["scale"]]
        value, decimals = value * factor, decimals - round(math.log10(factor))
    return Quantity(value, decimals, _unit(match)) if math.isfinite(value) else None


def _unit(match: re.Match[str]) -> str:
    raw = re.sub(r"[\s°.^]", "", match["unit"] or "")
    squared = _SQUARE.match(match["unit"] or "")
    if squared:
        raw = {"kilo": "km2", "km": "km2", "mile": "mi2", "mi": "mi2", "m": "m2"}[squared[1]]
    if not raw and match["money"]:
        raw = match["money"].strip()
    if raw == "in" and "°" not in (match["unit"] or ""):
        # "1938 in France" is no length.
        following = match.string[match.end() :].lstrip()
        raw = "" if following[:1].isalpha() else raw
    return raw if raw in _UNITS else ("" if not match["money"] else match["money"].strip())


def _convert(given: Quantity, unit: str) -> float | None:
    source, target = _UNITS[given.unit], _UNITS[unit]
    if source[0] != target[0]:
        return None
    return (given.value * source[1] + source[2] - target[2]) / target[1]


def _rounds_to(exact: Quantity, rounded: Quantity) -> bool:
    step = 10.0**-rounded.decimals
    significant = abs(rounded.value) / step >= 99.5
    return significant and rounded.decimals < exact.decimals and abs(exact.value - rounded.value) <= step / 2 * 1.000001


def _run_to_digits(run: str) -> str:
    pieces = re.split(r"([\s-]+)", run)
    words, gaps = pieces[0::2], pieces[1::2]
    out: list[str] = []
    i = 0
    while i < len(words):
        used, value = _number_at(words, i)
        if used:
            out.append(value)
        else:
            used = 1
            out.append(words[i])
        i += used
        if i <= len(gaps):
            out.append(gaps[i - 1])
    return "".join(out)


def _number_at(words: Sequence[str], start: int) -> tuple[int, str]:
    """How many words from `start` make a number, and its digits; 0 words if none do."""
    if words[start] in _ORDINAL:
        return 1, f"{_ORDINAL[words[start]]}th"
    total, group, used = 0, 0, 0
    for place in range(start, len(words)):
        word = words[place]
        if word in _SMALL or word in _TENS:
            group += _SMALL.get(word, 0) + _TENS.get(word, 0)
        elif word == "hundred" and group:
            group *= 100
        elif word in _SCALE and word != "hundred" and group:
            total, group = total + group * _SCALE[word], 0
        elif (
            word == "and" and used and place + 1 < len(words) and (words[place + 1] in _SMALL | _TENS) and group >= 100
        ):
            continue
        else:
            break
        used = place + 1 - start
    if used == 1 and words[start] == "one" and start + 1 < len(words) and words[start + 1] == "of":
        return 0, ""
    return used, str(total + group)
