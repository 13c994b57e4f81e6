"""Tables as plain text: aligned with spaces, no wider than asked, without boxes and colours. Prints nothing itself."""

from __future__ import annotations

import shutil
import sys
import textwrap
from collections.abc import Collection, Sequence

GAP = "  "
NARROWEST = 20
"""Columns that a wrapped text gets at the least."""

Cells = Sequence[str]


def width_of_output() -> int:
    """Columns of the terminal, or what COLUMNS says; 80 where neither is known."""
    return shutil.get_terminal_size((80, 24)).columns


def wrap_width() -> int | None:
    """Where running text is wrapped: at the terminal's edge; None when piped, since whoever reads then cuts lines."""
    return width_of_output() if sys.stdout.isatty() else None


def wrapped(text: str, width: int | None, indent: str = "") -> str:
    """`text` in lines of at most `width`, those after the first led by `indent`."""
    if width is None:
        return text
    room = max(width, NARROWEST)
    return textwrap.fill(text, room, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)


def aligned(head: Cells, rows: Sequence[Cells], width: int, *, left: Collection[int] = (0,)) -> str:
    """`rows` under `head`; columns that do not fit into `width` follow below, led by the first column again.

    Args:
        head: Titles; one with line breaks is stacked.
        rows: Cells, as many in each row as there are titles.
        width: Columns of the terminal; a single column that is wider is shown whole.
        left: Columns that are set to the left; the others are set to the right.
    """
    tables = [_table(head, rows, columns, left) for columns in _split(_widths(head, rows), width)]
    return "\n\n".join(tables)


def fits(head: Cells, rows: Sequence[Cells], width: int) -> bool:
    """Whether `aligned` would make one table of them."""
    return len(_split(_widths(head, rows), width)) == 1


def listed(head: Cells, rows: Sequence[Cells], width: int | None) -> str:
    """`rows` under `head`, set to the left; the last column is running text and wrapped within itself.

    Where too little room would be left for it, it stands in lines of its own.
    """
    widths = _widths(head, rows)
    before = sum(widths[:-1]) + len(GAP) * (len(widths) - 1)
    lines = []
    for row in (head, *rows):
        start = GAP.join(cell.ljust(size) for cell, size in zip(row[:-1], widths, strict=False)) + GAP
        if width is None:
            lines.append((start + row[-1]).rstrip())
        elif width - before >= NARROWEST:
            lines.append(wrapped(start + row[-1], width, " " * before).rstrip() if row[-1] else start.rstrip())
        else:
            lines += [start.rstrip(), *([wrapped(f"    {row[-1]}", width, "    ")] if row[-1] else [])]
    return "\n".join(lines)


def _widths(head: Cells, rows: Sequence[Cells]) -> list[int]:
    columns = zip(head, *rows, strict=True)
    return [max(len(line) for cell in column for line in cell.split("\n")) for column in columns]


def _split(widths: Sequence[int], width: int) -> list[list[int]]:
    """Columns, table by table; each begins with the first column."""
    tables: list[list[int]] = [[0]]
    for column in range(1, len(widths)):
        so_far = sum(widths[other] + len(GAP) for other in tables[-1])
        if len(tables[-1]) > 1 and so_far + widths[column] > width:
            tables.append([0])
        tables[-1].append(column)
    return tables


def _table(head: Cells, rows: Sequence[Cells], columns: Sequence[int], left: Collection[int]) -> str:
    stacks = [head[column].split("\n") for column in columns]
    depth = max(len(stack) for stack in stacks)
    titles = [[""] * (depth - len(stack)) + stack for stack in stacks]
    chosen = [list(line) for line in zip(*titles, strict=True)] + [[row[column] for column in columns] for row in rows]
    sizes = [max(len(row[place]) for row in chosen) for place in range(len(columns))]
    sides = [str.ljust if column in left else str.rjust for column in columns]
    lines = (GAP.join(side(cell, size) for cell, size, side in zip(row, sizes, sides, strict=True)) for row in chosen)
    return "\n".join(line.rstrip() for line in lines)
