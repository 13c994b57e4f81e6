import json
import textwrap
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from nescio.card import load_card
from nescio.conformance import check_expert
from nescio.errors import CardError, DataError, InvalidRequest
from nescio.known import read_known_questions
from nescio.registry import discover
from nescio.scaffold import scaffold
from nescio.types import Answer, Candidate, Evidence, Route
from tests.doubles import DoubleExpert, card, context, expert

CARD = 'name = "{name}"\ndomain = "d"\ndescription = "x"\n[prompt]\nsystem = "Answer."\n'


def write_card(folder: Path, text: str, exemplars: int = 3) -> Path:
    folder.mkdir(parents=True)
    (folder / "card.toml").write_text(text, encoding="utf-8")
    rows = [json.dumps({"text": f"question {i}"}) for i in range(exemplars)]
    (folder / "exemplars.jsonl").write_text("\n".join(rows), encoding="utf-8")
    return folder


def test_a_folder_with_a_card_is_an_expert_without_python(tmp_path: Path):
    write_card(tmp_path / "law", CARD.format(name="law"))
    registry = discover([tmp_path], points=[])
    assert list(registry.experts) == ["law"]
    assert registry.problems == ()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("name = ", "not TOML"),
        (CARD.format(name="Bad Name"), "name"),
        (CARD.format(name="nescio"), "reserved"),
        ('name = "x"\ndomain = "d"\ndescription = "x"\nfeatures = ["f"]\n', "no code"),
        ('name = "x"\ndomain = "d"\ndescription = "x"\ncolour = "red"\n', "colour"),
    ],
)
def test_a_broken_card_is_reported_and_the_others_still_load(tmp_path: Path, text: str, told: str):
    write_card(tmp_path / "broken", text)
    write_card(tmp_path / "sound", CARD.format(name="sound"))
    registry = discover([tmp_path], points=[])
    assert list(registry.experts) == ["sound"]
    assert [told in problem.message for problem in registry.problems] == [True]


def test_a_card_without_exemplars_is_reported(tmp_path: Path):
    write_card(tmp_path / "empty", CARD.format(name="empty"), exemplars=0)
    assert "exemplars" in discover([tmp_path], points=[]).problems[0].message


def test_a_second_expert_of_the_same_name_is_reported(tmp_path: Path):
    for place in ("one", "two"):
        write_card(tmp_path / place, CARD.format(name="law"))
    registry = discover([tmp_path], points=[])
    assert len(registry.experts) == 1
    assert "taken" in registry.problems[0].message


@pytest.mark.parametrize(
    "body",
    [
        "raise RuntimeError('boom')",
        "import no_such_module",
        "create = lambda: 1 / 0",
        "create = lambda: object()",
        "x = 1",
    ],
)
def test_a_broken_plugin_is_reported_and_skipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, body: str):
    name = f"plugin_{abs(hash(body))}"
    (tmp_path / f"{name}.py").write_text(textwrap.dedent(body), encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    registry = discover(points=[EntryPoint("broken", f"{name}:create", "nescio.experts")])
    assert registry.experts == {}
    assert [problem.name for problem in registry.problems] == ["broken"]


def test_a_missing_folder_is_reported(tmp_path: Path):
    assert "not a folder" in discover([tmp_path / "none"], points=[]).problems[0].message


def test_exemplars_are_stripped_and_unique_and_a_bad_line_is_named(tmp_path: Path):
    folder = write_card(tmp_path / "law", CARD.format(name="law"))
    (folder / "exemplars.jsonl").write_text('{"text": " a  b "}\n\n{"text": "a b"}\n', encoding="utf-8")
    assert load_card(folder).exemplars == ("a b",)
    (folder / "exemplars.jsonl").write_text('{"text": "a"}\nnonsense\n', encoding="utf-8")
    with pytest.raises(CardError, match=r"exemplars\.jsonl:2"):
        load_card(folder)


@pytest.mark.parametrize("kind", ["card", "package"])
def test_a_scaffold_has_a_card_that_loads(tmp_path: Path, kind):
    files = scaffold("my-law", tmp_path, kind)
    folder = next(path.parent for path in files if path.name == "card.toml")
    assert load_card(folder).name == "my-law"
    assert any(known.golds is None for known in read_known_questions(folder / "questions.jsonl"))
    with pytest.raises(InvalidRequest, match="exists"):
        scaffold("my-law", tmp_path, kind)


def test_a_scaffold_refuses_a_name_that_is_none(tmp_path: Path):
    with pytest.raises(InvalidRequest, match="name"):
        scaffold("../x", tmp_path, "card")


def test_a_bad_questions_line_is_named(tmp_path: Path):
    (tmp_path / "questions.jsonl").write_text('{"question": "x"}\n', encoding="utf-8")
    with pytest.raises(DataError, match=r"questions\.jsonl:1"):
        read_known_questions(tmp_path / "questions.jsonl")


async def findings(subject: DoubleExpert) -> dict[str, list[str]]:
    route = Route("q", (Candidate("double", 1.0, 1.0),), 1.0)
    there = await context("double", None, route, lambda _: None)
    levels: dict[str, list[str]] = {}
    async for finding in check_expert(subject, there):
        levels.setdefault(finding.level, []).append(finding.message)
    return levels


async def test_a_sound_expert_has_no_fault():
    assert "fault" not in await findings(expert())


@pytest.mark.parametrize(
    ("reply", "told"),
    [
        (RuntimeError("boom"), "RuntimeError"),
        (Answer("x", "other", "m", Evidence({"f": 1.0})), "names 'other'"),
        (Answer(" ", "double", "m", Evidence({"f": 1.0})), "empty"),
        (Answer("x", "double", "m", Evidence({"f": float("nan")})), "not finite: f"),
        (Answer("x", "double", "m", Evidence({})), "missing or not finite: f"),
    ],
)
async def test_conformance_says_what_is_wrong(reply, told: str):
    faults = (await findings(DoubleExpert(card(), reply)))["fault"]
    assert any(told in fault for fault in faults)


def test_files_that_are_not_utf8_are_named_and_cost_the_other_experts_nothing(tmp_path: Path):
    scaffold("moon", tmp_path, "card")
    scaffold("tea", tmp_path, "card")
    (tmp_path / "tea" / "exemplars.jsonl").write_bytes(b'{"text": "\xe9"}\n')
    (tmp_path / "moon" / "questions.jsonl").write_bytes(b'{"question": "\xe9", "answer": "x"}\n')
    found = discover((tmp_path,))
    assert "moon" in found.experts
    (problem,) = found.problems
    assert (problem.name, "not UTF-8" in problem.message) == ("tea", True)
    with pytest.raises(DataError, match=r"questions\.jsonl is not UTF-8"):
        read_known_questions(tmp_path / "moon" / "questions.jsonl")
