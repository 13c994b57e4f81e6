import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from nescio.cli import doctor
from nescio.diagnosis import diagnose
from nescio.errors import ConfigError
from nescio.in_force import settings_in_force, strangers, without_credentials
from nescio.settings import Settings, load_settings


def told(settings: Settings, **environment: str) -> dict[str, tuple[str, str]]:
    return {row.name: (row.value, row.source) for row in settings_in_force(settings, environment)}


def test_every_setting_is_shown_with_where_it_comes_from(tmp_path: Path) -> None:
    shown = told(load_settings(port=1234), NESCIO_PORT="1234", NESCIO_HOME="x")
    assert {f"NESCIO_{field.upper()}" for field in Settings.model_fields} <= shown.keys()
    assert shown["NESCIO_PORT"] == ("1234", "environment")
    assert shown["NESCIO_CONFIDENCE_TARGET"] == ("0.75", "default")
    assert shown["NESCIO_LOG_QUERIES"] == ("true", "default")
    assert shown["NESCIO_EXPERTS"] == ("–", "default")


def test_what_the_profile_says_is_shown_with_its_file() -> None:
    shown = told(load_settings())
    assert shown["profile encoder"][1].endswith("cpu.toml")
    assert "llamacpp" in shown["profile model general"][0]


def test_secrets_are_told_of_and_not_told(tmp_path: Path) -> None:
    profile = tmp_path / "remote.toml"
    profile.write_text(
        'name = "remote"\n[models.general]\nruntime = "openai"\nmodel = "m"\n'
        'base_url = "http://user:hunter2@gpu:8000/v1"\napi_key_env = "GPU_KEY"\n',
        encoding="utf-8",
    )
    settings = load_settings(api_key="hunter2", profile=str(profile))
    shown = told(settings, NESCIO_API_KEY="hunter2", GPU_KEY="hunter2")
    assert "hunter2" not in str(shown)
    assert shown["NESCIO_API_KEY"] == ("set, not shown", "environment")
    assert shown["profile key general"] == ("set, not shown", "environment (GPU_KEY)")
    assert told(load_settings(profile=str(profile)))["profile key general"][0] == "–"


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("http://a:b@host/v1", "http://…@host/v1"),
        ("http://token@host:1", "http://…@host:1"),
        ("http://host/a@b", "http://host/a@b"),
    ],
)
def test_an_address_is_shown_without_its_credentials(address: str, shown: str) -> None:
    assert without_credentials(address) == shown


async def test_no_finding_holds_the_password_of_an_address(tmp_path: Path) -> None:
    profile = tmp_path / "remote.toml"
    model = 'runtime = "openai"\nmodel = "m"\nbase_url = "http://user:hunter2@gpu/v1"\n'
    profile.write_text(f'name = "remote"\n[models.general]\n{model}', encoding="utf-8")
    assert "hunter2" not in str(await diagnose(load_settings(profile=str(profile))))


def test_what_the_policy_says_is_shown_with_its_file(tmp_path: Path) -> None:
    policy = tmp_path / "policy.toml"
    policy.write_text("target = 0.9\n[experts.math]\nrefer = true\n", encoding="utf-8")
    shown = told(load_settings(policy=policy))
    assert shown["policy target"] == ("0.9", str(policy))
    assert shown["policy math"] == ("referred elsewhere", str(policy))


def test_a_variable_that_is_no_setting_is_found_with_what_was_meant() -> None:
    assert strangers(load_settings(), {"NESCIO_PROT": "1", "NESCIO_PORT": "1"}) == {"NESCIO_PROT": "NESCIO_PORT"}
    assert strangers(load_settings(profile="gpu"), {"NESCIO_EXPERTS_URL": "http://gpu"}) == {}


async def test_a_variable_that_is_no_setting_is_a_finding_that_blocks_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NESCIO_CONFIDENCE_TARGTE", "0.5")
    (finding,) = [one for one in await diagnose(load_settings()) if one.part == "settings"]
    assert "NESCIO_CONFIDENCE_TARGET" in finding.fix
    assert not finding.blocks


async def test_a_policy_that_cannot_be_read_blocks(tmp_path: Path) -> None:
    settings = load_settings(policy=tmp_path / "none.toml")
    (finding,) = [one for one in await diagnose(settings) if one.part == "policy"]
    assert finding.blocks
    with pytest.raises(ConfigError):
        settings_in_force(settings)


def test_doctor_shows_the_settings_even_if_a_file_is_broken(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("NESCIO_POLICY", str(tmp_path / "none.toml"))
    shown = json.loads(CliRunner().invoke(doctor.app, ["--json"]).stdout)
    sources = {row["name"]: row["source"] for row in shown["settings"]}
    assert (sources["NESCIO_POLICY"], sources["NESCIO_PORT"]) == ("environment", "default")
    assert "NESCIO_PORT" in CliRunner().invoke(doctor.app, []).stdout
