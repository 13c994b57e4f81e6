import json
import random
from pathlib import Path

import pytest
from rapidfuzz.distance import DamerauLevenshtein

from benchmarks.invented import FARTHEST, WORDINGS, asked, invented, known_words, real_names
from nescio.engine import Engine
from nescio.settings import load_settings
from nescio.types import Abstained

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("expert", WORDINGS)
def test_invented_names_are_like_no_real_one(expert):
    known = known_words()[expert]
    names = invented(real_names()[expert], known, 50, random.Random(7))
    assert len(set(names)) == 50
    assert all(DamerauLevenshtein.distance(name.casefold(), one) >= FARTHEST for name in names for one in known)


async def test_an_expert_does_not_answer_about_what_does_not_exist(served_home):
    rng = random.Random(11)
    async with await Engine.start(load_settings(home=served_home), models=False) as engine:
        for expert, real in real_names().items():
            for name in invented(real, known_words()[expert], 10, rng):
                decision = await asked(engine, expert, rng.choice(WORDINGS[expert]).format(name), 0.75)
                assert isinstance(decision, Abstained), name


def test_the_figures_in_the_docs_are_those_measured():
    lines = (ROOT / "benchmarks/results.jsonl").read_text(encoding="utf-8").splitlines()
    figures = [row for row in map(json.loads, lines) if row["bench"] == "invented"][-1]["figures"]
    at = {(one["expert"], one["target"]): (one["answered"], one["did_you_mean"]) for one in figures}
    page = (ROOT / "docs/results.md").read_text(encoding="utf-8")
    for expert in WORDINGS:
        answered, offered = at[expert, 0.75]
        attempted, _ = at[expert, 0.0]
        assert f"| {expert} | {answered} | {offered} | {attempted} |" in page
