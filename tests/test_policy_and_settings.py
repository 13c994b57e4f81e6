from pathlib import Path

import pytest

from nescio.errors import ConfigError
from nescio.policy import load_policy
from nescio.settings import load_profile, load_settings


def write(folder: Path, text: str) -> Path:
    path = folder / "policy.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_policy_file_says_targets_referrals_and_wording(tmp_path: Path):
    policy = load_policy(
        write(
            tmp_path,
            "target = 0.6\nminimum_target = 0.5\n[experts.general]\ntarget = 0.9\n"
            '[experts.math]\nrefer = true\nmessage = "ask a mathematician."\n',
        )
    )
    assert (policy.target, policy.minimum_target, policy.targets) == (0.6, 0.5, {"general": 0.9})
    assert policy.refer == {"math"}
    assert policy.wording == {"math": "ask a mathematician."}


def test_a_policy_file_says_bounds_and_who_may_answer(tmp_path: Path):
    policy = load_policy(
        write(
            tmp_path,
            'max_risk = 0.1\nallowed = ["general", "math"]\n'
            "[experts.general]\nmax_risk = 0.2\nmax_hallucination_rate = 0.05\n",
        )
    )
    assert [policy.bound("max_risk", name) for name in ("math", "general", None)] == [0.1, 0.2, 0.1]
    assert policy.bound("max_hallucination_rate", "general") == 0.05
    assert policy.bound("max_hallucination_rate", "math") is None
    assert [policy.refers(name) for name in ("math", "chemistry")] == [False, True]


def test_without_a_file_the_settings_target_applies():
    assert load_policy(None, 0.8).target == 0.8


@pytest.mark.parametrize(
    "text",
    [
        "target = 1.0",
        "target = 'high'",
        "unknown = 1",
        "target =",
        "max_risk = 0",
        "max_hallucination_rate = 1",
        "allowed = []",
    ],
)
def test_a_wrong_rule_is_a_config_error_that_names_the_file(tmp_path: Path, text: str):
    with pytest.raises(ConfigError, match=r"policy\.toml"):
        load_policy(write(tmp_path, text))


def test_a_missing_policy_file_is_a_config_error(tmp_path: Path):
    with pytest.raises(ConfigError, match="No such file"):
        load_policy(tmp_path / "none.toml")


def test_settings_come_from_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setenv("NESCIO_HOME", str(tmp_path))
    monkeypatch.setenv("NESCIO_EXPERTS", "/a:/b")
    monkeypatch.setenv("NESCIO_API_KEY", "sesame")
    settings = load_settings()
    assert settings.models_dir == tmp_path / "models"
    assert settings.experts == (Path("/a"), Path("/b"))
    assert "sesame" not in repr(settings)


@pytest.mark.parametrize(
    ("name", "value"), [("NESCIO_PORT", "99999"), ("NESCIO_CONFIDENCE_TARGET", "1"), ("NESCIO_LOG_LEVEL", "loud")]
)
def test_a_setting_out_of_range_is_named_in_the_error(monkeypatch: pytest.MonkeyPatch, name: str, value: str):
    monkeypatch.setenv(name, value)
    with pytest.raises(ConfigError, match=name):
        load_settings()


def test_the_cpu_profile_serves_every_model_role_it_names():
    profile = load_profile("cpu")
    assert {profile.monolith, *profile.experts.values()} <= set(profile.models)


def test_an_unknown_profile_and_a_broken_one_are_config_errors(tmp_path: Path):
    with pytest.raises(ConfigError, match="nowhere"):
        load_profile("nowhere")
    broken = tmp_path / "p.toml"
    broken.write_text("name = 'x'\n[models.a]\nruntime = 'abacus'\nmodel = 'm'\n", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"abacus|runtime"):
        load_profile(str(broken))


@pytest.mark.parametrize("key", ["", "  "])
def test_a_key_set_to_nothing_is_no_key(monkeypatch: pytest.MonkeyPatch, key: str):
    monkeypatch.setenv("NESCIO_API_KEY", key)
    assert load_settings().api_key is None
