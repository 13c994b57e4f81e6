"""Keeps writing when the terminal cannot show a character: it is spelt otherwise, and never an error."""

from __future__ import annotations

import codecs
import io
import sys

_SPELT = str.maketrans(
    {"–": "-", "−": "-", "—": "-", "…": "...", "→": "->", "·": "-", "’": "'", "“": '"', "”": '"', "×": "x", "≤": "<="}
)
_HANDLER = "nescio.spelt"


def say_what_can_be_said() -> None:
    """Have standard output and standard error spell what their encoding lacks."""
    codecs.register_error(_HANDLER, _spell)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors=_HANDLER)


def _spell(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    spelt = error.object[error.start : error.end].translate(_SPELT)
    return spelt.encode("ascii", "replace").decode("ascii"), error.end
