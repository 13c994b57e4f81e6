"""What the model is told, and what its replies mean. The prompts are part of the expert's fingerprint.

Four prompts, because a small model does four things well: recalling a name, picking one out of excerpts, writing a
short program that shows something, and writing a function. Recalling with excerpts in sight does worse than either: it
copies the nearest name.
"""

from __future__ import annotations

from collections.abc import Sequence

from nescio.types import Message

RECALLING = """\
You answer questions about Python 3 and its standard library.
Reply with one line: the answer alone, as short as it can be: a name, a value, or one sentence.
If Python has no such thing, or you are not sure, reply only: I don't know."""

LOOKING_UP = """\
You answer questions about Python 3 from excerpts of its documentation; ignore excerpts that do not help.
Reply with one line: the answer alone, as short as it can be: a name, a value, or one sentence.
If Python has no such thing, or you are not sure, reply only: I don't know."""

SHOWING = """\
You show how to do things in Python 3 with its standard library. Reply in this form:
1. One short block, fenced with ```python, that runs on its own on example data and ends by printing the result.
2. One line that names what does the work.
If Python has no such thing, or you are not sure, reply only: I don't know."""

WRITING = """\
You write functions in Python 3 with its standard library. Reply with one block, fenced with ```python, that holds:
1. The function that is asked for, and what it needs.
2. Below it three asserts of your own that show what it does, each of the form: assert name(arguments) == value
If Python has no way to do it, or you are not sure, reply only: I don't know."""

CONFIRMING = "You check answers to questions about Python 3 and its standard library. Reply with one word, Yes or No."

LINE_TOKENS = 80
PRINTED_CHARACTERS = 300
SHOWN_TOKENS = 200
WRITTEN_TOKENS = 400
SAMPLES = 3
TEMPERATURE = 0.8
HISTORY = 2
HISTORY_CHARACTERS = 800

_RECALLED = (
    ("Which str method turns text into capital letters?", "str.upper()"),
    ("Which module of the standard library brews coffee?", "I don't know"),
    ("What is the type of 2 / 1?", "float"),
)
_LOOKED_UP = (
    "Documentation:\n- str.upper(self, /): Return a copy of the string converted to uppercase.\n\n"
    "Question: Which str method turns text into capital letters?",
    "str.upper()",
)
_SHOWN = (
    "How do I turn text into capital letters?",
    '```python\ntext = "hello"\nprint(text.upper())\n```\nUse str.upper(): text.upper()',
)
_WRITTEN = (
    "Write a function that returns the middle item of a list, or None if the list is empty. Call it middle.",
    "```python\ndef middle(items):\n    return items[len(items) // 2] if items else None\n\n"
    "assert middle([1, 2, 3]) == 2\nassert middle(['a']) == 'a'\nassert middle([]) == None\n```",
)


def recall(question: str, before: Sequence[Message]) -> list[Message]:
    """The conversation that asks for an answer from memory."""
    return _conversation(RECALLING, _RECALLED, before, question)


def look_up(question: str, passages: Sequence[str]) -> list[Message]:
    """The conversation that asks for an answer from `passages`."""
    excerpts = "\n".join(f"- {passage}" for passage in passages)
    return _conversation(LOOKING_UP, [_LOOKED_UP], (), f"Documentation:\n{excerpts}\n\nQuestion: {question}")


def show(question: str, before: Sequence[Message]) -> list[Message]:
    """The conversation that asks for a short program."""
    return _conversation(SHOWING, [_SHOWN], before, question)


def show_otherwise(question: str, before: Sequence[Message], code: str, error: str) -> list[Message]:
    """The same after `code` failed: asked anew, since a small model that sees its own reply repeats it."""
    return show(f"{question}\n{_note(code, error)}", before)


def write(question: str, before: Sequence[Message]) -> list[Message]:
    """The conversation that asks for a function and examples of what it does."""
    return _conversation(WRITING, [_WRITTEN], before, question)


def write_otherwise(question: str, before: Sequence[Message], code: str, error: str) -> list[Message]:
    """The same after `code` failed, asked anew as in `show_otherwise`."""
    return write(f"{question}\n{_note(code, error)}", before)


def confirm(question: str, answer: str, printed: str | None = None) -> list[Message]:
    """The conversation that asks whether `answer` is right; `printed` is what its program printed, if it has one."""
    run = f"\n\nRunning it printed:\n{printed[:PRINTED_CHARACTERS]}" if printed is not None else ""
    asked = f"Question: {question}\n\nAnswer: {answer}{run}\n\nDoes this answer the question correctly?"
    return [Message("system", CONFIRMING), Message("user", asked)]


def declines(text: str) -> bool:
    """Whether the model itself says that it does not know."""
    head = text.strip().lower().replace("’", "'")[:60]
    return head.startswith(("i don't know", "i do not know", "i'm not sure", "i am not sure"))


def history(messages: Sequence[Message]) -> tuple[Message, ...]:
    """The turns before the question that are sent with it: the last ones, cut to what a small model needs of them."""
    turns = [message for message in messages[:-1] if message.role != "system"][-HISTORY:]
    return tuple(Message(turn.role, turn.content[:HISTORY_CHARACTERS]) for turn in turns)


def _note(code: str, error: str) -> str:
    return f"Note that this fails with {error}, so do it in another way:\n```python\n{code}\n```"


def _conversation(
    system: str, examples: Sequence[tuple[str, str]], before: Sequence[Message], question: str
) -> list[Message]:
    shown = [turn for asked, said in examples for turn in (Message("user", asked), Message("assistant", said))]
    return [Message("system", system), *shown, *before, Message("user", question)]
