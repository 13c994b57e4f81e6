import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from nescio.errors import DataError
from nescio.types import Card
from nescio_indexes.build import OUTSIDE, build_default_router, exemplar_rows, outside_rows
from nescio_indexes.fitted import FittedRouter
from tests.indexes.bag import BagOfWords, rows_of


def card(name, texts, tmp_path):
    return Card(name, name, name, ("agreement",), tuple(texts), tmp_path)


@pytest.fixture
def cards(tmp_path):
    rows = rows_of()
    return [card(n, [r.text for r in rows if r.label == n], tmp_path) for n in ("fruit", "metal")]


def test_router_is_built_once_and_again_when_an_exemplar_changes(cards, tmp_path):
    encoder, told, out = BagOfWords(), [], tmp_path / "router"
    first = build_default_router(cards, encoder, out, told.append)
    assert first.model.labels == ("fruit", "metal")
    assert first.model.inside.labels() == {"fruit": 14, "metal": 14}
    calls = encoder.calls
    again = build_default_router(cards, encoder, out)
    assert encoder.calls == calls
    assert again.facts() == json.loads(json.dumps(first.facts()))
    grown = [*cards[:1], replace(cards[1], exemplars=(*cards[1].exemplars, "a new alloy"))]
    assert build_default_router(grown, encoder, out).report.rows == first.report.rows + 1
    assert encoder.calls > calls


def test_damaged_router_is_built_anew(cards, tmp_path):
    out = tmp_path / "router"
    build_default_router(cards, BagOfWords(), out)
    next(out.glob("v-*/model.npz")).write_bytes(b"broken")
    told = []
    build_default_router(cards, BagOfWords(), out, told.append)
    assert FittedRouter.load(out, BagOfWords().fingerprint).model.labels == ("fruit", "metal")


def test_two_cards_of_one_name_are_refused(cards):
    with pytest.raises(DataError, match="two experts"):
        exemplar_rows([cards[0], cards[0]])


def test_outside_exemplars_are_many_and_of_many_kinds(tmp_path):
    kinds = {json.loads(line)["kind"] for line in OUTSIDE.read_text(encoding="utf-8").splitlines()}
    assert len(outside_rows()) >= 350
    assert len(kinds) >= 12
    with pytest.raises(DataError, match="cannot be used"):
        outside_rows(tmp_path / "none")


def test_killed_build_leaves_the_old_router_in_force(cards, tmp_path):
    out = tmp_path / "router"
    old = build_default_router(cards, BagOfWords(), out)
    code = (
        "import sys, time; from pathlib import Path; from nescio_indexes import artefact\n"
        "def fill(folder):\n"
        "    (folder / 'model.npz').write_bytes(b'half'); print('half', flush=True); time.sleep(60)\n"
        "artefact.write_version(Path(sys.argv[1]), kind='router', version=1, facts={}, fill=fill)"
    )
    with subprocess.Popen([sys.executable, "-c", code, str(out)], stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout.readline() == "half\n"
        os.kill(writer.pid, signal.SIGKILL)
    assert FittedRouter.load(out, old.encoder).data == old.data
    started = time.monotonic()
    assert build_default_router(cards, BagOfWords(), out).data == old.data
    assert time.monotonic() - started < 30
    assert Path(out / "CURRENT").is_file()
