"""What docs/routing-evaluation.md says of figures, variants and readings is so."""

import re
from collections import defaultdict
from pathlib import Path

import pytest
import typer

from nescio.scorers import EmbeddingScorer
from nescio_eval.commands import app
from nescio_eval.routing_report import MEANING
from nescio_indexes.fitting import fit_router
from nescio_indexes.variants import VARIANTS
from tests.indexes.bag import BagOfWords, rows_of

PAGE = (Path(__file__).parents[2] / "docs/routing-evaluation.md").read_text(encoding="utf-8")


def test_every_figure_is_documented_in_its_own_words():
    assert dict(re.findall(r"^\| `(\w+)` \| ([^`]+) \|$", PAGE, re.MULTILINE)) == MEANING


def test_every_variant_is_documented_under_its_family():
    families = defaultdict(list)
    for variant in VARIANTS:
        families[variant.family].append(variant.name)
    told = {
        family: re.findall(r"`([\w-]+)`", names) for family, names in re.findall(r"^\| (\w+) \| (`.+) \|$", PAGE, re.M)
    }
    assert {family: told.get(family) for family in families} == families


@pytest.mark.parametrize(("written", "read"), re.findall(r"^\| `(.+?)` \| `(.+?)` \|$", PAGE, re.MULTILINE))
def test_queries_are_read_as_the_page_says(written, read):
    encoder = BagOfWords()
    encoder.words = {word: rank for rank, word in enumerate("what is the capital of norway".split())}
    assert EmbeddingScorer(encoder, fit_router(rows_of(4, 4), encoder).model).read(written) == read


def test_the_options_shown_exist():
    commands = typer.main.get_command(app).commands
    for name in ("routing", "stability"):
        known = {option for parameter in commands[name].params for option in parameter.opts}
        shown = {option for line in re.findall(rf"^nescio eval {name}.*", PAGE, re.M) for option in line.split()}
        assert {word for word in shown if word.startswith("--")} <= known
        assert any(f"nescio eval {name} " in line for line in PAGE.splitlines())
