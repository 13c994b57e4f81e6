"""Writes a question's abbreviations out in words, before it is cut into words: units, symbols, spelled numbers.

Only spellings that can mean nothing else are touched; what the words mean is found later (`scan`).
"""

from __future__ import annotations

import re
import unicodedata

_TEMPERATURE = re.compile(
    r"(?i)\b(melt|boil|freez|temperature|temp\b|bp\b|mp\b|conden|liqu|solid|vapo|gas\b|hot\b|phase|state\b)"
)
_LONE_SYMBOL = r"^\s*([A-HJ-Z]|(?!As|At|Be|He|In|La|Mo|No|Os|Pa|Re|Am)[A-Z][a-z])\s*\?\s*$"
_BARE_STATE = r"(?i)(?:(?<=have )|(?<=\bbe )|(?<=form )|(?<=show ))(?:an? )?[+−–-]\d(?=\s*\??\s*$)"
_NUMBERED_SET = r"(?i)\b(groups?|columns?|families|periods?|rows?|elements?|numbers?) (\d{1,3})\s*[-–—−]\s*(\d{1,3})\b"


def _either_block(match: re.Match[str]) -> str:
    one, other = (match[1], match[2]) if match[1] else (match[3], match[4])
    return f"{one} block or {other} block"


_REWRITES = (
    (re.compile(_NUMBERED_SET), r"\1 \2 to \3"),
    (re.compile(r"(?i)\bs\W{1,3}p\W{1,3}d\W{1,3}(?:(?:or|and)\W{1,3})?f\b(?:\W{0,2}blocks?\b)?"), "spdf block"),
    (re.compile(r"(?i)\bas well as\b"), "and also"),
    (
        re.compile(r"(?i)\b([spdf])[- ]or ([spdf])[- ]block\b|\b([spdf])-? or (?:in )?(?:the )?([spdf])[- ]block\b"),
        _either_block,
    ),
    (re.compile(r"(?i)\bw/(?!\w)"), "with"),
    (re.compile(r"(?i)\bT/F\b"), "true or false"),
    (re.compile(r"(?i),? (?:is|are|does|do|has|have)n['’]?t (?:it|they)\s*\?*\s*$"), ", right?"),
    (re.compile(r"(?i)\bfirst (?:chemical )?element (?=(?:of|in|on) the periodic table)"), "element 1 "),
    (re.compile(r"(?i)\blast (?:chemical )?element (?=(?:of|in|on) the periodic table)"), "element 118 "),
    (re.compile(r"(?i)\bearths\b"), "earth's"),
    (re.compile(r"(?i)\bat\.? ?no\b\.?"), "atomic number"),
    (re.compile(r"(?<=\d) u\b"), " amu"),
    (re.compile(r"(?i)\b(?:wich|whcih|whihc|whch)\b"), "which"),
    (re.compile(r"(?i)\b(?:waht|wht|wat|whta)\b"), "what"),
    (re.compile(r"(?i)\b(?:teh|hte)\b"), "the"),
    (re.compile(r"%"), " percent "),
    (re.compile(r"(?i)['’]s (?=block\b)"), " "),
    (re.compile(r"(?i)\b1\s*[-–—−]\s*(?=(?:7|18|118)\b)"), "1 to "),
    (re.compile(r"\((?:Z|EN|IE1?|A_?r)\)"), " "),
    (re.compile(r"(?<=number )[ZN](?= (?:of|for|does|has)\b)"), ""),
    (re.compile(r"\bEN\b"), "electronegativity"),
    (re.compile(r"[ρϱ]"), " density "),
    (re.compile(r"\bM\((?=[A-Z][a-z]?\))"), "molar mass of ("),
    (re.compile(r"\bZ\((?=[A-Z][a-z]?\))"), "atomic number of ("),
    (re.compile(r"^\s*([A-Z][a-z]?)\s*=\s*\??\s*$"), r"Which element has the symbol \1?"),
    (re.compile(_LONE_SYMBOL), r"Which element has the symbol \1?"),
    (re.compile(_BARE_STATE), r"\g<0> oxidation state"),
    (re.compile(r"[⁰¹²³⁴-⁹]+(?=[A-Z])"), lambda m: unicodedata.normalize("NFKC", m[0])),
    (re.compile(r"(?i)\bhalf (?:an? |of an? )?(?=mol(?:e|es|s)?\b)"), "0.5 "),
    (re.compile(r"(?i)\b(?:a|one) dozen (?=mol(?:e|es|s)?\b)"), "12 "),
    (re.compile(r"°\s*C\b|℃|\bdeg\.?\s*C\b|\bdegrees? C\b"), " celsius "),
    (re.compile(r"°\s*F\b|℉|\bdeg\.?\s*F\b|\bdegrees? F\b"), " fahrenheit "),
    (re.compile(r"°\s*K\b|\bdeg\.?\s*K\b|\bdegrees? K\b"), " kelvin "),
    (re.compile(r"(?i)\bg\s*/\s*(cm3|cm³|cm\^3|cc|ml)|\bg\s+cm-3|\bg·cm-3"), " gcm3 "),
    (re.compile(r"(?i)\bkg\s*/\s*(m3|m³|m\^3)"), " kgm3 "),
    (re.compile(r"(?i)\bkj\s*/\s*mol"), " kilojoules per mole "),
    (re.compile(r"(?i)\bg\s*/\s*mol"), " grams per mole "),
    (re.compile(r"\bJ\s*/?\s*\(?g[ ·*/⋅]*(K|°?C)\)?"), " jgk "),
    (re.compile(r"\bW\s*/?\s*\(?m[ ·*/⋅]*K\)?"), " wmk "),
    (re.compile(r"\bg\s*/\s*[lL]\b"), " grams per liter "),
    (re.compile(r"(?i)e-?configuration"), "electron configuration"),
    (re.compile(r"[−–](?=\d)"), "-"),
    (re.compile(r"\bT[_ ]?b(?= (?:of|for)\b)|\bT_b\b|\b[Bb]\.[Pp]\."), "boiling point"),
    (re.compile(r"\bT[_ ]?m(?= (?:of|for)\b)|\bT_m\b|\b[Mm]\.[Pp]\."), "melting point"),
)
_UNITS = "one two three four five six seven eight nine".split()
_TEENS = "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split()
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_BELOW_HUNDRED = rf"(?:(?:{'|'.join(_TENS)})(?:[ -](?:{'|'.join(_UNITS)}))?|{'|'.join(_TEENS)}|{'|'.join(_UNITS)})"
_SPELLED = re.compile(
    r"(?i)(?<=element |.number |.period |..group |.column |....row )"
    rf"((?:one hundred(?: and)?|a hundred(?: and)?)?[ -]?{_BELOW_HUNDRED}?)\b"
)
"""A number in words after "element", "number", "period" or the like."""
_COUNTED = re.compile(rf"(?i)\b({_BELOW_HUNDRED})(?=[ -](?:mol|mols|moles|elements|periods|groups)\b)")
"""A number in words before what it counts."""
_UNIT_LETTERS = {"C": "celsius", "F": "fahrenheit", "K": "kelvin"}
_LONE_UNIT = re.compile(r"(?<=\d)\s*([CFK])\b|(?<=\bin )([CFK])\b(?!')|(?<=\bto )([CFK])\b(?!')")


def rewrite(text: str) -> str:
    """`text` with its abbreviations written out."""
    text = _COUNTED.sub(_as_digits, _SPELLED.sub(_as_digits, f"    {text}"))
    for pattern, replacement in _REWRITES:
        text = pattern.sub(replacement, text)
    if _TEMPERATURE.search(text):
        text = _LONE_UNIT.sub(lambda m: f" {_UNIT_LETTERS[m[1] or m[2] or m[3]]} ", text)
    return text


def _as_digits(match: re.Match[str]) -> str:
    words = match[1].casefold().replace("-", " ").split()
    value = 100 if "hundred" in words else 0
    for word in words[1:] if value else words:
        for offset, names, step in ((1, _UNITS, 1), (10, _TEENS, 1), (20, _TENS, 10)):
            value += offset + step * names.index(word) if word in names else 0
    return str(value) if value else match[1]
