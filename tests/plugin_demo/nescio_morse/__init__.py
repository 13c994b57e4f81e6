"""A plugin expert: International Morse code (ITU-R M.1677-1), from a table."""

from __future__ import annotations

import re
from pathlib import Path

from nescio.card import load_card
from nescio.types import Abstained, Answer, Card, Citation, Context, Evidence, Query, Reason

_LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789"
_SIGNS = (
    ".- -... -.-. -.. . ..-. --. .... .. .--- -.- .-.. -- -. --- .--. --.- .-. ... - ..- ...- .-- -..- -.-- --.. "
    "----- .---- ..--- ...-- ....- ..... -.... --... ---.. ----."
)
CODE = dict(zip(_LETTERS, _SIGNS.split(), strict=True))
LETTER = {code: letter for letter, code in CODE.items()}
SOURCE = Citation("International Morse code", "Recommendation ITU-R M.1677-1", "2009")
_WANTED = re.compile(r"(?:for|is|of|spell|write|encode|letter|word|digit|number)\s+['\"“]?(\w+)['\"”]?", re.I)
_SIGNALS = re.compile(r"(?<!\S)[.\-]+(?:\s+[.\-]+)*(?=[\s?]|$)")


class Morse:
    """Reads signals into letters, and letters into signals."""

    def __init__(self, card: Card) -> None:
        self.card = card

    async def answer(self, query: Query, context: Context) -> Answer | Abstained:
        """Translate the one thing that is asked for."""
        text, whole = _translate(query.text)
        attempt = Answer(text, self.card.name, "table", Evidence({"whole": float(whole)}), citations=(SOURCE,))
        if whole:
            return attempt
        return Abstained(Reason.UNANSWERABLE, f"{text}", withheld=attempt)


def _translate(text: str) -> tuple[str, bool]:
    signals = _SIGNALS.search(text)
    if signals:
        letters = [LETTER.get(code, "?") for code in signals.group().split()]
        return f"{signals.group().strip()} reads {''.join(letters).upper()}.", "?" not in letters
    if "morse" not in text.lower() and "dots and dashes" not in text.lower():
        return "this is not a question about Morse code.", False
    for word in reversed(_WANTED.findall(text)):
        if word.lower() in {"the", "letter", "word", "digit", "number", "morse", "code", "in"}:
            continue
        if all(char in CODE for char in word.lower()):
            return f"{word.upper()} is {' '.join(CODE[char] for char in word.lower())} in Morse code.", True
        return f"the code has no signal for all of {word!r}.", False
    return "I do not see which letter or word is meant.", False


def create() -> Morse:
    """What the entry point names."""
    return Morse(load_card(Path(__file__).parent))
