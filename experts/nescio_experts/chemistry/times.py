"""Whether a question is about another time than the table's: the past, the future, or any time at all.

A table tells what holds now. What it dates (a discovery, the origin of a name) may be asked in the past; a property may
not ("Was gold ever liquid?"). "What was the melting point of iron?" and "Will iron melt at 2000 °C?"
ask for what holds.
"""

from __future__ import annotations

import re

from nescio_experts.chemistry.found import Scan
from nescio_experts.chemistry.question import Ask
from nescio_experts.chemistry.sets import SET_PROPERTIES

_DATED = frozenset({"discovery_year", "discoverers", "discovery_location", "name_origin"})
"""Properties that are events of the past themselves."""
_ASKER = r"(?! (?:you|i|we|anyone|anybody|someone|somebody|it (?:iron|true|the case))\b)"
_CLAUSE = r"(?:^\s*|[,:;.!?]\s*)(?:(?:so|and|but|ok|okay|hey|hi|hello|well|please|also)\W+)?"
_PAST_OR_FUTURE = re.compile(
    rf"{_CLAUSE}(?:was|were|did|had)\b{_ASKER}|{_CLAUSE}used\b[^?.!]*? to be\b"
    rf"|{_CLAUSE}(?:has|have)\b{_ASKER}[^?.!]*? (?:been|become|turned|had|changed)\b"
    r"|(?<!you )(?<!i )(?<!we )(?<!you've )(?<!i've )\bever\b(?! (?:wonder|hear|heard|so\b))"
    r"|\b(?:use|used) to (?:be|have|boil|melt|freeze|weigh|count|belong|stand|sit)\b"
    r"|\b(?:formerly|previously|originally|historically|once (?:been|was|were|had)|yesterday|tomorrow|someday"
    r"|some day|one day|in the (?:past|future)|back then|long ago|(?:years|centuries|decades) (?:ago|from now)"
    r"|will (?:still|one day|soon|eventually|never|always)|going to (?:be|become|have|melt|boil|freeze)"
    r"|(?:is|are|does|do) (?:\w+ )?(?:still|no longer|not anymore)"
    r"|(?:last|next|this) (?:year|month|week|century|decade|winter|summer)"
    r"|antiquity|ancient (?:times|rome|greece|egypt)|middle ages)\b",
    re.IGNORECASE,
)

_FEW = 4


def _courteous(scan: Scan, found: re.Match[str]) -> bool:
    """Whether the words found are all of a courtesy or an aside ("for a presentation tomorrow")."""
    words = [i for i, word in enumerate(scan.reading.words) if word.end > found.start() and word.start < found.end()]
    return all(scan.claims.by.get(i) in {"x:courtesy", "aside"} for i in words)


def another_time(ask: Ask, scan: Scan) -> str:
    """The words by which `ask` is about another time, "" if it is not."""
    asked = {*ask.properties, *(SET_PROPERTIES[name.partition(":")[0]] for name in ask.sets)}
    if asked & _DATED and asked <= _DATED | {"series", "atomic_number", "group", "period", "block"}:
        return ""
    # "The largest ever" is no other time, only emphasis.
    text = scan.reading.text
    if ask.operation == "extreme":
        text = re.sub(r"(?i)\bever\b", "    ", text)
    found = next((match for match in _PAST_OR_FUTURE.finditer(text) if not _courteous(scan, match)), None)
    words = found[0].strip(" ,:;.!?").split() if found else []
    return " ".join(words if len(words) <= _FEW else words[-1:])
