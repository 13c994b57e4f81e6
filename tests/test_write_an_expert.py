"""docs/write-an-expert.md, followed to the letter: its commands are run and its files are written, read from the page.

A tiny model stands in for the profile's own, and answers a part of the questions, so that this takes a minute.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import site
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from nescio.calibration import fingerprint
from nescio.card import PROMPT_FEATURES, load_card
from tests.serving import NESCIO

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "write-an-expert.md").read_text(encoding="utf-8")
EXAMPLE = ROOT / "examples" / "tea"
QUESTIONS = 12


def blocks(section: str, language: str) -> list[str]:
    """The code blocks of `language` in the section whose title holds `section`."""
    (text,) = [part for part in re.split(r"^## ", PAGE, flags=re.MULTILINE) if section in part.splitlines()[0]]
    return re.findall(rf"^```{language}\n(.*?)^```$", text, flags=re.MULTILINE | re.DOTALL)


def steps(section: str) -> Iterator[tuple[str, list[str]]]:
    """Each command of the section's console, with the lines that the page says it prints."""
    for block in blocks(section, "console"):
        for step in block.split("$ ")[1:]:
            command, *printed = step.splitlines()
            yield command, printed


@dataclass
class Reader:
    """Somebody who types what the page says into one shell."""

    folder: Path
    environment: dict[str, str]
    typed: list[str] = field(default_factory=list)

    def type(self, command: str) -> str:
        """Run `command`; what it printed."""
        self.typed.append(command)
        if command.startswith("export "):
            name, value = command.removeprefix("export ").split("=", 1)
            self.environment[name] = value.replace("$PWD", str(self.folder))
            return ""
        run = subprocess.run(
            shlex.split(command),
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=280,
            check=False,
        )
        assert run.returncode == 0, f"{command}\n{run.stdout}\n{run.stderr}"
        return run.stdout

    def ask(self, command: str) -> dict[str, Any]:
        """Run `command` with ``--json`` added."""
        found: dict[str, Any] = json.loads(self.type(f"{command} --json"))
        return found


@pytest.fixture(scope="module")
def reader(fitted_home: Path, smol: Path, tmp_path_factory: pytest.TempPathFactory) -> Reader:
    """At an empty folder, with nescio on the PATH."""
    folder = tmp_path_factory.mktemp("reader")
    shutil.copytree(fitted_home, folder / "home", symlinks=True, ignore=shutil.ignore_patterns("*.sqlite*"))
    environment = {
        **os.environ,
        "PATH": f"{NESCIO.parent}{os.pathsep}{os.environ['PATH']}",
        "NESCIO_HOME": str(folder / "home"),
        "NESCIO_PROFILE": str(smol),
    }
    return Reader(folder, environment)


def test_page_and_example_agree() -> None:
    (card,) = blocks("2.", "toml")
    assert (EXAMPLE / "card.toml").read_text(encoding="utf-8") == card
    for section, name in (("3.", "exemplars.jsonl"), ("4.", "questions.jsonl")):
        rows = (EXAMPLE / name).read_text(encoding="utf-8").splitlines()
        (shown,) = blocks(section, "json")
        assert set(shown.splitlines()) <= set(rows)
        assert len(rows) == len(set(rows)) == 60
    questions = {json.loads(row)["question"] for row in (EXAMPLE / "questions.jsonl").read_text("utf-8").splitlines()}
    assert not questions & set(load_card(EXAMPLE).exemplars)


def test_every_field_of_a_card_is_in_the_table() -> None:
    from nescio.card import _CardFile, _Prompt

    told = set(re.findall(r"`([a-z_.]+)`", "".join(re.findall(r"^\|.*$", PAGE, flags=re.MULTILINE))))
    fields = set(_CardFile.model_fields) - {"prompt"} | {f"prompt.{name}" for name in _Prompt.model_fields}
    assert fields <= told


def test_page_leads_from_nothing_to_an_expert_that_answers_and_abstains(reader: Reader) -> None:
    ((command, printed),) = steps("1.")
    assert printed == reader.type(command).splitlines()[: len(printed)]
    folder = reader.folder / "my-experts" / "tea"
    assert sorted(path.name for path in folder.iterdir()) == ["card.toml", "exemplars.jsonl", "questions.jsonl"]
    shutil.copy(EXAMPLE / "card.toml", folder)
    shutil.copy(EXAMPLE / "exemplars.jsonl", folder)
    rows = (EXAMPLE / "questions.jsonl").read_text(encoding="utf-8").splitlines(keepends=True)
    (folder / "questions.jsonl").write_text("".join(rows[:QUESTIONS]), encoding="utf-8")

    export, check, build, calibrate, known, unknowable = (command for command, _ in steps("5."))
    reader.type(export)
    reader.type(build)
    before = reader.ask(known)["nescio"]
    assert (before["reason"], before["would_have_asked"]) == ("uncalibrated", "tea")
    findings = reader.ask(check)["findings"]
    assert {finding["level"] for finding in findings} <= {"ok", "warning"}
    (report,) = reader.ask(calibrate)
    assert (report["expert"], report["status"]) == ("tea", "pooled")
    after = reader.ask(known)["nescio"]
    assert after["calibration"] == "pooled"
    assert after["reason"] in (None, "low_answer_confidence", "low_routing_confidence", "declined")
    assert (after["expert"] or after["would_have_asked"]) == "tea"
    assert reader.ask(unknowable)["nescio"]["decision"] == "abstained"

    card = folder / "card.toml"
    card.write_text(card.read_text(encoding="utf-8").replace("shortest correct phrase", "shortest phrase"), "utf-8")
    changed = reader.ask(known)["nescio"]
    assert (changed["reason"], changed["would_have_asked"]) == ("uncalibrated", "tea")


def test_more_exemplars_do_not_make_an_expert_uncalibrated_but_another_prompt_does(tmp_path: Path) -> None:
    shutil.copytree(EXAMPLE, tmp_path / "tea")
    before = fingerprint(load_card(tmp_path / "tea"), "encoder", "model")
    assert load_card(tmp_path / "tea").features == PROMPT_FEATURES
    with (tmp_path / "tea" / "exemplars.jsonl").open("a", encoding="utf-8") as file:
        file.write('{"text": "Is nettle tea a tea?"}\n')
    assert fingerprint(load_card(tmp_path / "tea"), "encoder", "model") == before
    card = tmp_path / "tea" / "card.toml"
    card.write_text(card.read_text(encoding="utf-8").replace("samples = 4", "samples = 5"), encoding="utf-8")
    assert fingerprint(load_card(tmp_path / "tea"), "encoder", "model").changed(before.parts) == ("card",)


def test_expert_with_code_is_scaffolded_installed_and_listed(reader: Reader, tmp_path: Path) -> None:
    here = Reader(tmp_path, _apart(reader.environment, tmp_path / "venv"))
    for command, _ in steps("With code"):
        here.type(command)
    listed = json.loads(here.type("nescio experts list --json"))
    assert "moon" in {row["name"] for row in listed["experts"]}
    assert listed["problems"] == []
    shown = json.loads(here.type("nescio experts show moon --json"))
    assert Path(shown["folder"]) == tmp_path / "moon" / "nescio_moon"


def _apart(environment: dict[str, str], venv: Path) -> dict[str, str]:
    """An environment that sees all that is installed here, into which a reader may install without leaving a trace."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(venv)], check=True, timeout=60)
    python = venv / "bin" / "python"
    (inside,) = venv.glob("lib/python*/site-packages")
    (folder,) = site.getsitepackages()
    (inside / "around.pth").write_text(f"import site; site.addsitedir({folder!r})\n", encoding="utf-8")
    # The page's `pip install -e moon`, without a network.
    pip = 'command=$1; shift; exec "$python" -m pip -q "$command" --no-deps --no-build-isolation --no-index "$@"'
    for name, script in (("nescio", f'exec "$python" {shlex.quote(str(NESCIO))} "$@"'), ("pip", pip)):
        path = venv / "bin" / name
        path.write_text(f"#!/bin/sh\npython={shlex.quote(str(python))}\n{script}\n", encoding="utf-8")
        path.chmod(0o755)
    return {**environment, "PATH": f"{venv / 'bin'}{os.pathsep}{environment['PATH']}", "NESCIO_EXPERTS": ""}
