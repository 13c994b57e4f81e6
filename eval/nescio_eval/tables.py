"""Tables as Markdown and as HTML, for the pages that show figures. Cells are text already; nothing is computed."""

from __future__ import annotations

import html
from collections.abc import Sequence

Cells = Sequence[str]


def markdown_table(head: Cells, body: Sequence[Cells]) -> str:
    """`body` under `head` in Markdown."""
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    cells = ([cell.replace("|", "\\|").replace("\n", " ") for cell in row] for row in body)
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in cells])


def html_table(head: Cells, body: Sequence[Cells]) -> str:
    """`body` under `head` in HTML, inside a box that scrolls where it is too wide; the first column heads its row."""
    titles = "".join(f"<th scope=col>{html.escape(title)}</th>" for title in head)
    lines = "".join(
        f"<tr><th scope=row>{html.escape(row[0])}</th>"
        + "".join(f"<td>{html.escape(cell)}</td>" for cell in row[1:])
        + "</tr>"
        for row in body
    )
    return f"<div class=wide><table><thead><tr>{titles}</tr></thead><tbody>{lines}</tbody></table></div>"
