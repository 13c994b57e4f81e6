"""Tells the courtesies around an English query from the query: greetings, "could you tell me", "please", "thanks".

It takes away what is at the ends alone, and nothing where too little would be left: "thanks" is a query of its own.
"""

from __future__ import annotations

import re

_ASKS = r"(?:what|who|whose|whom|where|when|why|which|how|if|whether)(?:'s|'re)?\b"
_TELL = r"(?:tell|show|explain(?: to)?|let) (?:me|us)(?: know)?(?: about)?"
_COULD = r"(?:can|could|would|will) (?:you|u)(?: (?:please|kindly|pls|maybe|possibly))?"
_POLITE = r"(?:please|pls|plz|kindly)"
_THANKS = r"(?:(?:many )?thanks|thank (?:you|u)|thankyou|thx|ty|cheers|much appreciated|(?:i )?appreciate (?:it|that))"
_DAY = r"(?:morning|afternoon|evening|day)"
_HELLO = rf"(?:hi|hiya|hello|hey|howdy|greetings|good {_DAY})(?: (?:there|again|all|everyone))?"
_STARTS = (
    r"(?:what|who|whose|where|when|why|which|how|is|are|am|was|were|do|does|did|can|could|would|will|should|"
    r"please|pls|tell|show|give|help|find|i|i'm|i'd|my)\b"
)
"""Words that a query begins with: a greeting before one of them is a greeting, and no part of a name."""
_OPENER = re.compile(
    rf"(?:{_HELLO}(?:\s*[,!.:;-]+\s*|\s+(?={_STARTS}))"
    rf"|{_POLITE}[,:]?\s+"
    rf"|(?:excuse me|pardon me|sorry(?: to bother you)?|ok|okay|so|well|also|(?:one )?quick question|(?:just )?one "
    rf"(?:more )?(?:thing|question)|i have a question|question)\s*[,:;!.-]+\s+"
    rf"|so\s+(?={_ASKS})"
    rf"|{_COULD} (?:{_TELL}|help me(?: to)?(?: (?:understand|find out|know))?)[,:]?\s+(?={_ASKS})"
    rf"|{_COULD} help(?: me)?(?: out)?(?: with (?:this|that|something))?\s*[?,:;!.-]+\s+"
    rf"|(?:can|could|would|will) (?:you|u) {_POLITE}\s+"
    rf"|would you mind (?:telling|showing) me\s+(?={_ASKS})"
    rf"|{_TELL}[,:]?\s+(?={_ASKS})"
    rf"|do you (?:happen to )?know\s+(?={_ASKS})"
    rf"|i(?:'m| am| was) (?:just )?(?:wondering|curious)(?:\s*[,:]\s+|\s+(?={_ASKS}))"
    rf"|i(?:'d| would)? (?:like|love|want|need) to know[,:]?\s+(?={_ASKS}))",
    re.IGNORECASE,
)
_WISHES = (
    r"if (?:possible|you (?:can|could|please|don't mind)|that's ok(?:ay)?)|"
    r"have a (?:nice|good|great|lovely) (?:day|one|evening|night|weekend)"
)
_MORE = r"(?: (?:so much|very much|a lot|a bunch|a million|again|all|in advance|for (?:the|your|any) help))*"
_CLOSER = re.compile(
    r"(?<!say)(?<!spell)(?<!mean)(?<!word)(?<!write)(?<![\s,.;:!?-])[\s,.;:!?-]++"
    rf"(?:and )?(?:{_POLITE}|{_THANKS}{_MORE}|{_WISHES})[\s.!?]*+$",
    re.IGNORECASE,
)
_QUOTING = ("say", "saying", "spell", "mean", "means", "word", "write")
"""Words after which a courtesy is what is asked about."""
_LONGEST = 80
"""Characters at the end among which a closing courtesy is looked for."""
_CONTENT = 2
"""Words that must be left for a courtesy to count as one: "hello there" and "thanks" are queries."""


def without_courtesy(text: str) -> str:
    """`text` without the courtesies that it opens and closes with."""
    while (shorter := _closed(_opened(text))) != text:
        text = shorter
    return text


def _opened(text: str) -> str:
    found = _OPENER.match(text)
    return _left(text, text[found.end() :]) if found else text


def _closed(text: str) -> str:
    found = _CLOSER.search(text, max(0, len(text) - _LONGEST))
    if found is None or text[: found.start()].lower().endswith(_QUOTING):
        return text
    return _left(text, text[: found.start()])


def _left(text: str, without: str) -> str:
    return without if len(without.split(None, _CONTENT - 1)) >= _CONTENT else text
