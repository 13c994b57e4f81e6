import json
import shutil

import pytest
from typer.testing import CliRunner

from nescio import diagnosis
from nescio.cli import doctor, models
from nescio.diagnosis import diagnose
from nescio.settings import load_settings


@pytest.fixture
def smol(with_models, tmp_path):
    profile = tmp_path / "smol.toml"
    profile.write_text('name = "smol"\n[models.general]\nruntime = "llamacpp"\nmodel = "smollm2-135m-instruct-q4_1"\n')
    return load_settings(profile=str(profile))


def by_part(findings):
    return {finding.part: finding for finding in findings}


async def test_a_machine_with_its_models_can_serve(smol):
    findings = await diagnose(smol)
    assert not [finding for finding in findings if finding.blocks]
    found = by_part(findings)
    assert (found["encoder"].state, found["model general"].state) == ("ok", "ok")
    assert found["router index"].fix == "nescio index build"


async def test_what_is_missing_is_said_with_what_then_fails_and_what_to_type(monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda _: None)
    found = by_part(await diagnose(load_settings()))
    assert found["encoder"].blocks
    assert found["encoder"].fix == "nescio models pull all-minilm-l6-v2-int8"
    assert (found["model general"].state, found["model general"].blocks) == ("missing", False)
    assert "math abstains" in found["sandbox"].without
    assert "apt-get install -y bubblewrap" in found["sandbox"].fix
    assert found["chromium"].state == "optional"


async def test_a_model_that_does_not_fit_is_broken(smol, monkeypatch):
    monkeypatch.setattr("nescio.models.worker.free_memory", lambda: 10)
    assert by_part(await diagnose(smol))["model general"].state == "broken"


async def test_a_profile_that_does_not_exist_blocks():
    found = by_part(await diagnose(load_settings(profile="nowhere")))
    assert found["profile"].blocks
    assert "encoder" not in found


async def test_remote_models_are_named_with_their_address(with_models, monkeypatch):
    monkeypatch.setenv("NESCIO_EXPERTS_URL", "http://gpu:8000/v1")
    found = by_part(await diagnose(load_settings(profile="gpu")))
    assert "http://gpu:8000/v1" in found["model general"].detail


def test_a_full_disk_is_reported(tmp_path, monkeypatch):
    monkeypatch.setattr(diagnosis.shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(10, 10, 0))
    assert diagnosis._disk(load_settings()).state == "broken"


def test_a_runtime_that_does_not_load_is_told_with_what_it_lacks(tmp_path, monkeypatch):
    (tmp_path / "lacking.py").write_text("raise ImportError('libgomp.so.1: cannot open shared object file')\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    assert "libgomp.so.1" in diagnosis._loading_problem("lacking")
    assert diagnosis._loading_problem("json") == ""


def test_the_command_exits_with_1_where_nothing_can_be_served():
    shown = CliRunner().invoke(doctor.app, ["--json"])
    assert shown.exit_code == 1
    assert json.loads(shown.stdout)["serves"] is False
    assert "cannot serve" in CliRunner().invoke(doctor.app, []).stdout


def test_the_command_exits_with_0_where_it_can_serve(with_models):
    shown = CliRunner().invoke(doctor.app, ["--json"])
    assert shown.exit_code == 0
    assert json.loads(shown.stdout)["serves"] is True


def test_models_are_listed_with_their_state(with_models):
    rows = json.loads(CliRunner().invoke(models.app, ["list", "--json"]).stdout)
    states = {row["name"]: (row["state"], row["used"]) for row in rows}
    assert states["all-minilm-l6-v2-int8"] == ("present", True)
    assert states["smollm2-135m-instruct-q4_1"] == ("present", False)
    assert "smollm2-135m-instruct-q4_1" in CliRunner().invoke(models.app, ["list"]).stdout


def test_checking_a_missing_model_exits_with_1():
    shown = CliRunner().invoke(models.app, ["check", "smollm2-135m-instruct-q4_1", "--json"])
    assert shown.exit_code == 1
    files = json.loads(shown.stdout)["smollm2-135m-instruct-q4_1"]
    assert set(files.values()) == {"missing"}


def test_models_are_pulled_from_a_local_folder_checked_and_removed(models_dir, monkeypatch):
    monkeypatch.setenv("NESCIO_MODEL_SOURCE", str(models_dir))
    name = "all-minilm-l6-v2-int8"
    run = CliRunner().invoke
    assert f"{name}: fetched" in run(models.app, ["pull", name]).stdout
    assert f"{name}: here" in run(models.app, ["pull", name]).stdout
    assert run(models.app, ["check", name]).exit_code == 0
    assert json.loads(run(models.app, ["rm", name, "--json"]).stdout)[name]["freed_bytes"] > 20e6
    assert json.loads(run(models.app, ["pull", name, "--json"]).stdout)[name].endswith(name)


def test_removing_a_model_that_nobody_knows_is_an_error():
    assert CliRunner().invoke(models.app, ["rm", "gpt-7"]).exception.code == "model_missing"
