"""Stories with an exception: "17 sheep, all but 9 die", "everyone except 4 of 30 passed", "no one but 3 came".

The number after the exception counts those to whom the rest of the clause does *not* happen. Which of the two groups is
asked for must be said by the clause's own verb, or by "left" after a loss; otherwise nothing is read.
"""

from __future__ import annotations

import re

from nescio_experts.math.rules.template import Written
from nescio_experts.math.rules.text import Reading

_NOBODY = r"none|no one|no 1|nobody|nothing|not one|not 1|no"
_EVERYBODY = r"all|every|each|everyone|everybody|everything|any"
_BUT = r"but|except(?:ing)?(?: for)?|save(?: for)?|bar|apart from|aside from|other than|excluding|with the exception of"
_EXCEPTION = re.compile(
    rf"\b(?P<who>{_NOBODY}|{_EVERYBODY})(?P<group>(?: [\w']+){{0,7}}?),? (?:{_BUT}) (?:for )?(?:the |his |her |my |their )?"
    r"(?P<n>\d+)\b(?!\.\d|/|%)(?P<clause>[^.,;:?!]*)"
)
_STORY = re.compile(rf"(?P<before>.*?){_EXCEPTION.pattern}[.,;:?! ]*(?:and |so |then )*how many (?P<asked>[^.,;:?!]+)")
_LOSS = re.compile(
    r"\b(?:die[ds]?|r[au]ns? (?:away|off)|escaped?|fl(?:y|ew|ies|own) (?:away|off)|(?:went|gone|go|goes) (?:away|home|off)|"
    r"eaten|ate|eats?|sold|sells?|g[ai]ve(?:n|s)? away|lost|loses?|broke(?:n)?|breaks?|burst|popped|stolen|melt(?:ed)?|"
    r"rot(?:ted)?|spoil(?:ed)?|wither(?:ed)?|fell|fallen|falls?|disappear(?:ed)?|vanish(?:ed)?|drown(?:ed)?|killed|used|"
    r"spent|thrown|taken|removed|sank|sunk|destroyed|donated|perish(?:ed)?|resign(?:ed)?|quit|depart(?:ed)?|drunk|"
    r"burn(?:ed|t)?|stray(?:ed)?|got off|get off|cut down|lent out|handed out)\b"
)
_REST = re.compile(
    r"\b(?:left|remain(?:s|ing|ed)?|still|surviv(?:e|es|ed|ing)|alive|over)\b|\b(?:does|do|did) [a-z ]{1,20} have\b"
)
_NOT = re.compile(r"\b(?:not|never|neither|nor|without)\b|n't\b")
_MORE_HAPPENS = re.compile(
    r"\b(?:half|twice|double|triple|per|times|again|more|fewer|less|third|quarter|average|other|another)\b"
)
_IDLE = frozenset("of them are is was were be been do does did have has had there the a an in it they he she".split())


def holds_exception(text: str) -> bool:
    """Whether the plain `text` excepts a number of things from what it says of all or none."""
    return _EXCEPTION.search(text) is not None


def read(reading: Reading) -> Written | None:
    """A program for a story with one exception, or None."""
    match = _STORY.fullmatch(reading.text)
    if match is None or _MORE_HAPPENS.search(reading.text) or _NOT.search(match["clause"]):
        return None
    happens = _asks_whom_it_happens_to(match["clause"], match["asked"])
    others = re.findall(r"\d+(?:\.\d+)?", f"{match['before']} {match['group']} {match['clause']} {match['asked']}")
    if happens is None or len(others) > 1 or any("." in number for number in others):
        return None
    excepted = int(match["n"])
    if happens == (match["who"] in _NOBODY.split("|")):
        return Written(f"print({excepted})\n", "exceptive")
    if not others or int(others[0]) < excepted:
        return None
    return Written(f"print({others[0]} - {excepted})\n", "exceptive")


def _asks_whom_it_happens_to(clause: str, asked: str) -> bool | None:
    """Whether those are counted to whom `clause` happens; None where that cannot be told."""
    words = asked.split()
    thing = words[0] if len(words) > 1 and words[0] not in _IDLE else ""
    same = _stems(clause, thing) & _stems(asked, thing)
    if same:
        return _NOT.search(asked) is None
    if _LOSS.search(clause) and _REST.search(asked) and not _NOT.search(asked):
        return False
    return None


def _stems(text: str, thing: str) -> frozenset[str]:
    words = [word for word in re.findall(r"[a-z']+", text) if word != thing and word not in _IDLE]
    return frozenset(re.sub(r"(?:ed|es|ing|en|(?<!s)s|d|e)$", "", word) for word in words)
