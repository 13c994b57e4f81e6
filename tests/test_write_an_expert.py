"""docs/write-an-expert.md, followed to the letter: its commands are run and its files are written, read from the page.

A tiny model stands in for the profile's own, and answers a part of the questions, so that this takes a minute. It is
too small to find anything in notes; the whole of the questions is put to a double that finds what is in them.
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
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

import pytest

from nescio.calibration import MINIMUM, fingerprint
from nescio.card import PROMPT_FEATURES, load_card
from nescio.grading import role_of
from nescio.known import read_known_questions
from tests.serving import NESCIO

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "write-an-expert.md").read_text(encoding="utf-8")
EXAMPLE = ROOT / "examples" / "tea"
QUESTIONS = 4
"""For the tiny model, which has each of them of role ``fit``."""


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
    roomy = folder / "roomy.toml"  # The notes take more room than other prompts of the suite.
    roomy.write_text(smol.read_text(encoding="utf-8").replace("context = 2048", "context = 4096"), encoding="utf-8")
    environment = {
        **os.environ,
        "PATH": f"{NESCIO.parent}{os.pathsep}{os.environ['PATH']}",
        "NESCIO_HOME": str(folder / "home"),
        "NESCIO_PROFILE": str(roomy),
    }
    return Reader(folder, environment)


def test_page_and_example_agree() -> None:
    (card,) = blocks("2.", "toml")
    assert (EXAMPLE / "card.toml").read_text(encoding="utf-8") == card
    for section, name in (("3.", "exemplars.jsonl"), ("4.", "questions.jsonl")):
        rows = (EXAMPLE / name).read_text(encoding="utf-8").splitlines()
        (shown,) = blocks(section, "json")
        assert set(shown.splitlines()) <= set(rows)
        assert len(rows) == len(set(rows)) >= 60
    questions = {known.question for known in read_known_questions(EXAMPLE / "questions.jsonl")}
    assert f"this example has {len(questions)}" in PAGE
    asked = {shlex.split(command)[2] for command, _ in steps("5.") if command.startswith("nescio ask")}
    assert len(asked) == 2
    assert not questions & (asked | set(load_card(EXAMPLE).exemplars))


def test_example_has_questions_enough_for_a_calibration_of_its_own() -> None:
    known = read_known_questions(EXAMPLE / "questions.jsonl")
    fitted = [one for one in known if one.golds is not None and role_of(one.cluster) == "fit"]
    # A quarter more than are needed, since the model declines some.
    assert len(fitted) >= 1.25 * MINIMUM
    assert sum(one.golds is None for one in known) >= 10


def test_every_field_of_a_card_is_in_the_table() -> None:
    from nescio.card import _CardFile, _Prompt

    told = set(re.findall(r"`([a-z_.]+)`", "".join(re.findall(r"^\|.*$", PAGE, flags=re.MULTILINE))))
    fields = set(_CardFile.model_fields) - {"prompt"} | {f"prompt.{name}" for name in _Prompt.model_fields}
    assert fields <= told


@pytest.mark.timeout(600)
def test_page_leads_from_nothing_to_an_expert_that_answers_and_abstains(reader: Reader) -> None:
    ((command, printed),) = steps("1.")
    assert printed == reader.type(command).splitlines()[: len(printed)]
    folder = reader.folder / "my-experts" / "tea"
    assert sorted(path.name for path in folder.iterdir()) == ["card.toml", "exemplars.jsonl", "questions.jsonl"]
    shutil.copy(EXAMPLE / "card.toml", folder)
    shutil.copy(EXAMPLE / "exemplars.jsonl", folder)
    rows = (EXAMPLE / "questions.jsonl").read_text(encoding="utf-8").splitlines(keepends=True)
    known = read_known_questions(EXAMPLE / "questions.jsonl")
    fitted = [row for row, one in zip(rows, known, strict=True) if one.golds and role_of(one.cluster) == "fit"]
    (folder / "questions.jsonl").write_text("".join(fitted[:QUESTIONS]), encoding="utf-8")

    export, check, build, calibrate, ask, unknowable = (command for command, _ in steps("5."))
    reader.type(export)
    reader.type(build)
    before = reader.ask(ask)["nescio"]
    assert (before["reason"], before["would_have_asked"]) == ("uncalibrated", "tea")
    findings = reader.ask(check)["findings"]
    assert {finding["level"] for finding in findings} <= {"ok", "warning"}
    (report,) = reader.ask(calibrate)
    assert (report["expert"], report["status"]) == ("tea", "pooled")
    after = reader.ask(ask)["nescio"]
    assert after["calibration"] == "pooled"
    assert after["reason"] in (None, "low_answer_confidence", "low_routing_confidence", "declined")
    assert (after["expert"] or after["would_have_asked"]) == "tea"
    assert reader.ask(unknowable)["nescio"]["decision"] == "abstained"

    card = folder / "card.toml"
    card.write_text(card.read_text(encoding="utf-8").replace("shortest correct phrase", "shortest phrase"), "utf-8")
    changed = reader.ask(ask)["nescio"]
    assert (changed["reason"], changed["would_have_asked"]) == ("uncalibrated", "tea")


def told(answer: str) -> bool:
    """Whether the example's notes have a word of `answer`."""
    return any(word in (load_card(EXAMPLE).prompt or "").lower() for word in answer.lower().split())


class NoteReader(BaseHTTPRequestHandler):
    """A model that finds what the notes say, wherever they say it, and says that it does not know where they do not."""

    found: ClassVar[dict[str, str]] = {
        "What scents Earl Grey tea?": "bergamot",
        **{
            known.question: ", ".join(known.golds) if known.every else known.golds[0]
            for known in read_known_questions(EXAMPLE / "questions.jsonl")
            if known.golds and (known.golds[0] in ("yes", "no") or told(known.golds[0]))
        },
    }

    def do_POST(self) -> None:
        """Answer a request as an OpenAI-style server does."""
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        text = self.found.get(asked["messages"][-1]["content"], "I don't know.")
        choice = {
            "finish_reason": "stop",
            "message": {"role": "assistant", "content": text},
            "logprobs": {"content": [{"token": text, "logprob": -0.05, "bytes": None, "top_logprobs": []}]},
        }
        usage = {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}
        choices = [{"index": index, **choice} for index in range(asked.get("n") or 1)]
        about = {"id": "1", "object": "chat.completion", "created": 0, "model": "reader"}
        body = json.dumps({**about, "choices": choices, "usage": usage}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing on standard error."""


@pytest.fixture
def note_reader(tmp_path: Path) -> Iterator[Path]:
    """The profile of a server on loopback whose model reads notes."""
    with ThreadingHTTPServer(("127.0.0.1", 0), NoteReader) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        profile = tmp_path / "reader.toml"
        url = f"http://127.0.0.1:{server.server_address[1]}/v1"
        model = f'[models.general]\nruntime = "openai"\nmodel = "reader"\nbase_url = "{url}"\n'
        profile.write_text(f'name = "reader"\n{model}', encoding="utf-8")
        yield profile
        server.shutdown()
        thread.join()


def test_a_model_that_reads_the_notes_gets_a_calibration_of_its_own_and_answers(
    fitted_home: Path, note_reader: Path, tmp_path: Path
) -> None:
    shutil.copytree(fitted_home, tmp_path / "home", symlinks=True, ignore=shutil.ignore_patterns("*.sqlite*"))
    shutil.copytree(EXAMPLE, tmp_path / "my-experts" / "tea")
    environment = {
        **os.environ,
        "PATH": f"{NESCIO.parent}{os.pathsep}{os.environ['PATH']}",
        "NESCIO_HOME": str(tmp_path / "home"),
        "NESCIO_PROFILE": str(note_reader),
    }
    here = Reader(tmp_path, environment)
    export, check, build, calibrate, known, unknowable = (command for command, _ in steps("5."))
    here.type(export)
    here.type(build)
    (questions,) = [one for one in here.ask(check)["findings"] if one["check"] == "questions"]
    assert questions["level"] == "ok"
    (report,) = here.ask(calibrate)
    assert (report["expert"], report["status"]) == ("tea", "own")
    answered = here.ask(known)
    assert (answered["answer"], answered["nescio"]["expert"]) == ("bergamot", "tea")
    assert answered["nescio"]["calibration"] == "own"
    assert here.ask(unknowable)["nescio"]["decision"] == "abstained"


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
