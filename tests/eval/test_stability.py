"""``nescio eval stability``: what counts as a change, and the command as a user calls it."""

import json

import pytest
from typer.testing import CliRunner

from nescio.errors import DataError
from nescio.routing import Router
from nescio_eval import commands
from nescio_eval.stability import Decided, Pair, compare, decide, report, text
from nescio_indexes.fitting import fit_router
from nescio_indexes.threshold import Rule
from nescio_indexes.variants import VARIANTS
from tests.indexes.bag import BagOfWords, rows_of

TEXTS = ["what about apple and pear?", "gold, silver and tin", "the piano and the violin", "stapler candle wrench"]
FAMILIES = {variant.family for variant in VARIANTS}


@pytest.fixture(scope="module")
def fitted():
    return fit_router(rows_of(), BagOfWords())


@pytest.fixture(scope="module")
def router(fitted):
    return Router.of(fitted, BagOfWords())


@pytest.fixture(scope="module")
def found(router):
    return report(router, TEXTS)


def pair(before, after, p=(0.9, 0.8)):
    return Pair("a", "v", "f", "b", Decided(before, p[0], 0.9), Decided(after, p[1], 0.9))


def test_only_the_label_or_the_abstention_counts_as_the_decision():
    assert pair("x", "x", (0.9, 0.1)).same
    assert pair(None, None).same
    assert not pair("x", "y").same
    assert not pair("x", "y").flips
    assert pair("x", None).flips
    assert pair(None, "x").flips


def test_two_confident_labels_are_worse_than_any_flip_and_a_large_move_worse_than_a_small_one():
    assert pair("x", "y", (0.6, 0.6)).gap > pair("x", None, (1.0, 0.0)).gap > pair("x", None, (0.5, 0.4)).gap


def test_shares_add_up_over_variants_families_and_overall(found):
    for group in (found["families"], found["variants"]):
        assert sum(line["n"] for line in group) == found["overall"]["n"]
        for name in ("to_abstained", "to_answered", "relabelled"):
            assert sum(line[name] for line in group) == found["overall"][name]
    whole = found["overall"]
    changed = whole["to_abstained"] + whole["to_answered"] + whole["relabelled"]
    assert whole["same"] == pytest.approx(1 - changed / whole["n"])
    assert whole["same_interval"][0] <= whole["same"] <= whole["same_interval"][1]
    assert {line["name"] for line in found["families"]} <= FAMILIES


def test_what_is_normalised_away_changes_no_decision(found):
    shares = {line["name"]: line["same"] for line in found["families"]}
    assert [shares[name] for name in ("case", "punctuation", "blanks", "courtesy", "characters")] == [1.0] * 5


def test_a_slip_that_changes_the_decision_is_counted_and_shown(router):
    words = "banana cherry violin"
    strict = Rule("target", "p", router.route(words).candidates[0].p_route - 1e-6)
    found = report(Router(router.scorer, router.calibration, strict, router.encoder), [words])
    typos = next(line for line in found["families"] if line["name"] == "typo")
    assert typos["flips"] > 0
    assert typos["to_abstained"] == typos["n"] * typos["flips"]
    assert {example["after"]["label"] for example in found["worst"]} == {None}
    assert "abstained" in text(found, 100)


def test_decisions_are_those_of_the_router(router):
    for shown, decided in zip(TEXTS, decide(router, TEXTS), strict=True):
        route = router.route(shown)
        assert decided.label == (route.candidates[0].expert if router.answers(route) else None)
        assert decided.scope == pytest.approx(route.scope)


def test_repeated_and_empty_texts_are_left_out_and_seeds_repeat(router):
    once = compare(router, TEXTS, seed=3)
    assert compare(router, [*TEXTS, TEXTS[0], "", " \n"], seed=3) == once
    assert [p.written for p in compare(router, TEXTS, seed=4)] != [p.written for p in once]
    with pytest.raises(DataError, match="no texts"):
        compare(router, ["", "  "])


@pytest.mark.parametrize("width", [60, 100])
def test_the_table_fits_the_terminal(found, width):
    table = text(found, width).partition("The worst changes")[0]
    assert max(map(len, table.splitlines())) <= width
    assert "letters-swapped" in table


def test_the_command_reads_texts_alone(fitted, tmp_path, monkeypatch):
    monkeypatch.setattr("nescio_indexes.encoder.load_encoder", lambda models_dir, name, **_: BagOfWords())
    fitted.save(tmp_path / "router")
    rows = tmp_path / "texts.jsonl"
    rows.write_text("".join(json.dumps({"text": t, "label": 7}) + "\n" for t in TEXTS))
    words = ["stability", str(rows), "--router", str(tmp_path / "router")]
    shown = CliRunner().invoke(commands.app, words, catch_exceptions=False).stdout
    assert "overall" in shown
    asked = json.loads(CliRunner().invoke(commands.app, [*words, "--json"], catch_exceptions=False).stdout)
    assert asked["overall"]["n"] > 50
    rows.write_text('{"label": "a"}\n')
    broken = CliRunner().invoke(commands.app, words)
    assert isinstance(broken.exception, DataError)
    assert "texts.jsonl:1" in broken.exception.message
