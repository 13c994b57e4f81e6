"""Decides what text of a conversation is routed: the last user message, with the turn before it when it needs one.

Pure. It joins texts; it does not rewrite them, so an expert still sees the person's own words.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from nescio.types import Message

_OPENERS = re.compile(
    r"^\s*(and|but|or|so|also|then|what about|how about|same (for|question)|and for|now (for|do|with)|"
    r"why( is that| not)?\s*\??$|how so|really\??$|are you sure|"
    r"in (kelvin|celsius|fahrenheit|miles|euros?)\s*\??$)(?!\w)",
    re.IGNORECASE,
)
_POINTERS = re.compile(
    r"\b(it|its|it's|they|them|their|theirs|he|him|his|she|her|hers|that one|this one|the (same|latter|former))\b",
    re.IGNORECASE,
)
_NAME = re.compile(r"(?<!^)(?<![.?!]\s)\b[A-Z][\w'’-]+")


def stands_alone(text: str) -> bool:
    """Whether `text` can be understood without the turn before it.

    It cannot when it opens like a continuation ("and …", "what about …"), or is short and points back ("its
    population?") without naming anything itself.
    """
    if _OPENERS.match(text):
        return False
    points_back = _POINTERS.search(text) is not None
    return not (points_back and len(text.split()) <= 14 and _NAME.search(text) is None)


def routed_text(messages: Sequence[Message]) -> str:
    """The text to route: the last user message, prefixed by the user message before it if it does not stand alone.

    A chain of follow-ups reaches back to the last message that stood alone.
    """
    turns = [message.content.strip() for message in messages if message.role == "user"]
    if not turns:
        return ""
    needed = [turns[-1]]
    for earlier in reversed(turns[:-1]):
        if stands_alone(needed[0]):
            break
        needed.insert(0, earlier)
    return needed[0] if len(needed) == 1 else f"{needed[0]} {needed[-1]}"
