import json
import re

import pytest

from nescio.backends import FakeBackend
from nescio.card import read_exemplars
from nescio.errors import BackendUnavailable, CardError, DataError, InvalidRequest
from nescio.routing import Router
from nescio.synth import Proposal, append, describe_card, propose, screen
from nescio_indexes.described import Description
from nescio_indexes.fitting import fit_router
from tests.indexes.bag import BagOfWords, rows_of

TEA = Description("tea", "Kinds of tea, and how to brew them.")


@pytest.fixture(scope="module")
def router():
    return Router.of(fit_router(rows_of(), BagOfWords()), BagOfWords())


def screened(texts, known=(), router=None, count=20):
    return screen(texts, "tea", known, BagOfWords().encode, router, count)


async def test_model_is_asked_about_every_part_of_the_description():
    backend = FakeBackend("how long does green tea steep\nwhich tea is strongest")
    texts = await propose(TEA, backend, 12)
    asked = [call.messages[-1].content for call in backend.calls]
    assert len(texts) == 2 * len(asked)
    for part in ("Kinds of tea", "how to brew them"):
        assert any(f"about: {part}" in content for content in asked)
    assert len({call.seed for call in backend.calls}) == len(asked)


async def test_only_messages_are_read_from_what_the_model_says():
    said = (
        'Sure! Here are some:\n1. "How hot is the water?"\n- which tea is black\n\nHere is another:\n2) x\n' + "y" * 300
    )
    texts = await propose(Description("tea", "Tea"), FakeBackend(said), 3)
    assert texts == ("How hot is the water?", "which tea is black")


async def test_model_that_is_not_there_is_a_typed_error():
    with pytest.raises(BackendUnavailable):
        await propose(TEA, FakeBackend(BackendUnavailable("gone")), 5)


@pytest.mark.parametrize("count", [0, -1, 501])
async def test_count_out_of_range_is_told(count):
    with pytest.raises(InvalidRequest, match="--count"):
        await propose(TEA, FakeBackend(), count)


def test_repetitions_of_what_is_known_and_of_one_another_are_left_out():
    kept = screened(
        ["How do I brew tea?", "how do i brew TEA", "brew how do i tea", "which cup is best", ""], ["Which tea?"]
    )
    assert [proposal.text for proposal in kept] == ["How do I brew tea?", "which cup is best"]
    assert screened(["which TEA"], ["Which tea?"]) == ()


def test_no_more_than_asked_for_are_proposed():
    assert len(screened([f"word{i} other{i} third{i}" for i in range(10)], count=4)) == 4


def test_what_another_expert_clearly_answers_is_flagged(router):
    kept = screened(["a ripe banana or a melon and a grape", "zyx wvu"], router=router)
    assert [proposal.other for proposal in kept] == ["fruit", None]
    own = screen(["a ripe banana or a melon and a grape"], "fruit", (), BagOfWords().encode, router, 5)
    assert own[0].other is None


def test_only_unflagged_proposals_are_added_and_are_marked(tmp_path):
    path = tmp_path / "exemplars.jsonl"
    path.write_text('{"text": "first"}', "utf-8")
    assert append(path, [Proposal("second"), Proposal("third", "fruit")]) == 1
    assert read_exemplars(path) == ("first", "second")
    assert json.loads(path.read_text("utf-8").splitlines()[1]) == {"text": "second", "synthetic": True}
    with pytest.raises(DataError, match="cannot write"):
        append(tmp_path, [Proposal("x")])


def test_description_is_read_from_a_card_without_exemplars(tmp_path):
    path = tmp_path / "card.toml"
    path.write_text('name = "tea"\ndescription = "Tea."', "utf-8")
    assert describe_card(path) == Description("tea", "Tea.")


@pytest.mark.parametrize("body", ["name = ", 'name = "tea"', 'name = 3\ndescription = "x"'])
def test_broken_card_is_told(tmp_path, body):
    path = tmp_path / "card.toml"
    path.write_text(body, "utf-8")
    with pytest.raises(CardError):
        describe_card(path)
    with pytest.raises(CardError, match="cannot read"):
        describe_card(tmp_path / "none.toml")


@pytest.mark.slow
def test_command_proposes_with_a_real_model_and_writes_only_what_it_is_told(
    with_models, smol, tmp_path, monkeypatch, capsys
):
    from nescio.cli import main

    monkeypatch.setenv("NESCIO_PROFILE", str(smol))
    card = tmp_path / "card.toml"
    card.write_text('name = "tea"\ndescription = "Kinds of tea, where they come from, and how to brew them."', "utf-8")
    out = tmp_path / "out.jsonl"
    monkeypatch.setattr(
        "sys.argv", ["nescio", "index", "synth", "--card", str(card), "--count", "5", "--out", str(out)]
    )
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code in {0, None}
    rows = [json.loads(line) for line in out.read_text("utf-8").splitlines()]
    assert 1 <= len(rows) <= 5
    assert all(row["synthetic"] and row["label"] == "tea" for row in rows)
    assert not card.with_name("exemplars.jsonl").exists()
    assert re.search(r"\d synthetic exemplars proposed for tea", capsys.readouterr().out)
