"""What the model is told, and how its reply is read. The prompt is part of the expert's fingerprint."""

from __future__ import annotations

from collections.abc import Sequence

from nescio.types import Message

SYSTEM = """\
You answer questions about Python 3 and its standard library. Documentation excerpts may help; ignore those that do not.
Reply in this form:
1. One line with the answer alone, as short as it can be: a name, a value, or one sentence.
2. If code shows it, one short block that runs on its own, fenced with ```python, that ends by printing the result.
If Python has no such thing, or you are not sure, reply only: I don't know."""

MAX_TOKENS = 160
SAMPLES = 3
TEMPERATURE = 0.7

_EXAMPLE_QUESTION = "Documentation:\n- str.upper(self, /): Return a copy of the string converted to uppercase.\n\n\
Question: How do I turn text into capital letters?"
_EXAMPLE_ANSWER = 'Use str.upper(): text.upper()\n```python\ntext = "hello"\nprint(text.upper())\n```'


def messages(question: str, passages: Sequence[str]) -> list[Message]:
    """The conversation that is sent: instructions, one example, and the question with its excerpts."""
    excerpts = "\n".join(f"- {passage}" for passage in passages)
    return [
        Message("system", SYSTEM),
        Message("user", _EXAMPLE_QUESTION),
        Message("assistant", _EXAMPLE_ANSWER),
        Message("user", f"Documentation:\n{excerpts}\n\nQuestion: {question}"),
    ]


def declines(text: str) -> bool:
    """Whether the model itself says that it does not know."""
    head = text.strip().lower().replace("’", "'")[:60]
    return head.startswith(("i don't know", "i do not know", "i'm not sure", "i am not sure"))
