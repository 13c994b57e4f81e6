import json

import pytest
from typer.testing import CliRunner

from nescio.backends import FakeBackend
from nescio.cli import index
from nescio.errors import InvalidRequest, NotFound
from nescio.models.manager import ModelManager
from nescio_indexes import encoder
from tests.indexes.bag import BagOfWords

SAID = "how long does green tea steep\nwhich tea is the strongest\nHOW LONG does green tea steep?"


@pytest.fixture
def card(tmp_path, monkeypatch):
    """A card without exemplars, and a model that says `SAID` whatever it is asked."""
    monkeypatch.setattr(ModelManager, "monolith", lambda _: FakeBackend(SAID))
    monkeypatch.setattr(encoder, "load_encoder", lambda *_: BagOfWords())
    path = tmp_path / "card.toml"
    path.write_text('name = "tea"\ndescription = "Kinds of tea, and how to brew them."', "utf-8")
    return path


def run(*words):
    return CliRunner().invoke(index.app, ["synth", *map(str, words)], catch_exceptions=False)


def test_proposals_are_shown_and_nothing_is_written(card):
    done = run("--card", card)
    assert done.exit_code == 0
    assert "   how long does green tea steep\n" in done.stdout
    assert "2 synthetic exemplars proposed for tea, 0 flagged (!)" in done.stdout
    assert [path.name for path in card.parent.iterdir() if path.is_file()] == ["card.toml"]


def test_proposals_are_written_where_they_are_wanted_and_marked(card, tmp_path):
    done = run("--card", card, "--out", tmp_path / "p.jsonl", "--accept", "--json")
    told = json.loads(done.stdout)
    rows = [json.loads(line) for line in (tmp_path / "p.jsonl").read_text("utf-8").splitlines()]
    assert told == {"expert": "tea", "proposals": rows, "added": 2}
    assert rows[0] == {"text": "how long does green tea steep", "label": "tea", "synthetic": True, "other": None}
    kept = [json.loads(line) for line in card.with_name("exemplars.jsonl").read_text("utf-8").splitlines()]
    assert kept == [{"text": row["text"], "synthetic": True} for row in rows]
    assert "0 synthetic exemplars" in run("--card", card).stdout


def test_expert_or_card_is_wanted_and_not_both(card):
    for words in ((), ("tea", "--card", card)):
        with pytest.raises(InvalidRequest, match="either an expert or --card"):
            run(*words)


def test_expert_that_is_not_installed_is_told():
    with pytest.raises(NotFound, match="no expert called 'nobody'"):
        run("nobody")
