"""Whether a question wants yes or no, politeness and tags ("could you tell me", ", right?") set aside."""

from __future__ import annotations

import re

from nescio_experts.grounded import Reading

_POLITE = re.compile(
    r"^\W*(?:(?:hey|hi|hello|please|ok|okay|so|well|and|but|um|quick question|question)\b[\s,:!.-]*)*"
    r"(?:(?:do|would|does) (?:you|u|anyone|anybody|someone) (?:happen to |also |by chance |perhaps )?"
    r"(?:know|remember|recall|mind|have|tell)\b|(?:can|could|would|will) (?:you|u|someone|anyone|anybody)\b[^?]*?\b"
    r"(?:tell|say|give|name|list|explain|help|find|look|remind|let|provide|identify|check|confirm|clarify|show)\b|"
    r"is (?:there )?(?:any|some)(?:one|body) who)",
    re.IGNORECASE,
)

_OPINION = re.compile(r"\W*(?:would you (?:say|agree)|do you (?:think|believe|reckon)|am i right)\b", re.IGNORECASE)
_OPENERS = frozenset(
    {"is", "are", "does", "do", "has", "have", "isn", "doesn", "aren", "don", "was", "am", "can", "will"}
)
_TAGS = re.compile(
    r"(?:,|\?|–|-|\.)\s*(?:right|correct|true|yes|no|is that (?:right|correct|true)|isn'?t it|doesn'?t it|"
    r"true or false)\s*[?.]*\s*$",
    re.I,
)
_WHETHER = re.compile(
    r"^\W*(?:is it (?:true|correct|right|so|the case)|true or false|whether)\b|\b(?:if|whether) (?!any|you)", re.I
)
_WH = re.compile(r"\b(?:what|which|how|who|where|whose|name|list|tell me the|whats)\b", re.I)


def wants_yes_or_no(reading: Reading) -> bool:
    """Whether the question is to be answered with yes or no."""
    text = reading.text.strip()
    if _OPINION.match(text):
        return not _WH.search(text)
    rest = _POLITE.sub("", text, count=1)
    if rest != text and re.search(r"\b(?:confirm|check|verify)\b", text, re.I) and re.match(r"\s*that\b", rest):
        return True
    if rest != text:
        return bool(re.search(r"\b(?:if|whether)\b", rest, re.I)) and not _WH.search(rest)
    if _TAGS.search(text) or re.match(r"\W*(?:is it (?:true|correct|so)|true or false)", text, re.I):
        return True
    clauses = [part for part in re.split(r"[.!;:]\s+|,\s+", text) if part.strip()]
    words = Reading.of(clauses[-1]).folded() if clauses else ()
    first = reading.folded()[:1]
    if _WHETHER.search(text) and not _WH.search(text):
        return True
    opened = (words[:1] and words[0] in _OPENERS) or (first and first[0] in _OPENERS)
    return bool(opened) and not _WH.search(text)
