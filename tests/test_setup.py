"""The set-up tool, without installing anything: steps, stamps, and how it judges a build of torch."""

import importlib.util
import sys
from pathlib import Path

import pytest


@pytest.fixture
def tool(tmp_path, monkeypatch):
    path = Path(__file__).parents[1] / "tools" / "setup.py"
    spec = importlib.util.spec_from_file_location("nescio_setup_tool", path)
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, spec.name, module)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "STAMPS", tmp_path / "stamps")
    return module


def test_a_finished_step_is_not_done_again_until_its_key_changes(tool, capsys):
    runs = []
    for key in ("a", "a", "b"):
        tool.Step("work", lambda: runs.append(1) or "note", key=key).perform()
    assert len(runs) == 2
    assert "work: note" in capsys.readouterr().out


def test_an_interrupted_step_is_done_again(tool):
    def interrupted():
        raise KeyboardInterrupt

    tool.Step("work", lambda: "", key="a").perform()
    with pytest.raises(KeyboardInterrupt):
        tool.Step("work", interrupted, key="b").perform()
    assert not tool.Step("work", lambda: "", key="a").finished()
    assert not tool.Step("work", lambda: "", key="b").finished()


def test_a_step_whose_outcome_is_gone_is_done_again(tool):
    tool.Step("work", lambda: "", key="a").perform()
    assert not tool.Step("work", lambda: "", key="a", done=lambda: False).finished()


def test_a_step_without_a_key_is_always_asked(tool):
    runs = []
    for _ in range(2):
        tool.Step("work", lambda: runs.append(1) or "", key=None).perform()
    assert len(runs) == 2


@pytest.mark.parametrize(
    ("metadata", "cpu"),
    [
        (None, False),
        ({"version": "2.13.0+cpu", "requires_dist": []}, True),
        ({"version": "2.13.0", "requires_dist": ["filelock", "sympy>=1.13"]}, True),
        ({"version": "2.13.0", "requires_dist": ["nvidia-cublas==13; platform_system == 'Linux'"]}, False),
        ({"version": "2.13.0"}, True),
    ],
)
def test_only_a_torch_without_cuda_counts_as_a_cpu_build(tool, metadata, cpu):
    assert tool.is_cpu_build(metadata) is cpu


def test_where_no_cpu_build_can_be_had_it_is_left_out_with_a_note(tool, monkeypatch):
    monkeypatch.setattr(tool, "imports", lambda _: False)
    monkeypatch.setattr(tool, "offer", lambda _: None)
    monkeypatch.setattr(tool, "pip", lambda *_: pytest.fail("installed something"))
    assert "make setup TORCH=1" in tool.install_torch(force=False)


def test_without_root_and_sudo_it_says_what_to_type(tool, monkeypatch):
    monkeypatch.setattr(tool.os, "geteuid", lambda: 1000)
    monkeypatch.setattr(tool.shutil, "which", lambda name: "/usr/bin/apt-get" if name == "apt-get" else None)
    monkeypatch.setattr(tool, "run", lambda *_, **__: pytest.fail("ran something"))
    assert "sudo apt-get install -y bubblewrap" in tool.install_bubblewrap()
    monkeypatch.setattr(tool, "OPENMP", "libnescio-has-none.so.1")
    assert "sudo apt-get install -y libgomp1" in tool.install_openmp()


def test_a_library_that_the_system_has_is_not_installed(tool, monkeypatch):
    monkeypatch.setattr(tool, "install_debian", lambda _: pytest.fail("installed something"))
    monkeypatch.setattr(tool, "OPENMP", "libc.so.6")
    assert tool.install_openmp() == ""


def test_a_debian_package_that_could_not_be_installed_is_asked_for_again(tool, monkeypatch, capsys):
    monkeypatch.setattr(tool, "OPENMP", "libnescio-has-none.so.1")
    monkeypatch.setattr(tool, "install_debian", lambda _: False)
    for _ in range(2):
        next(step for step in tool.steps("serve", torch=False) if step.name == "libgomp").perform()
    assert capsys.readouterr().out.count("no model can start") == 2


def test_a_finished_line_covers_the_running_one(tool, monkeypatch, capsys):
    monkeypatch.setattr(tool.sys.stdout, "isatty", lambda: True)
    tool.Step("work", lambda: "", key=None).perform()
    running, finished = capsys.readouterr().out.rstrip("\n").split("\r")
    assert len(finished) == len(running)


def test_each_purpose_takes_only_the_steps_it_needs(tool):
    names = {purpose: [step.name for step in tool.steps(purpose, torch=False)] for purpose in ("serve", "test", "lint")}
    assert names["lint"] == ["environment", "packages", "tools for development"]
    assert "models" not in names["test"]
    assert names["serve"][-1] == names["test"][-1] == "indexes"
    assert "tools for development" not in names["serve"]


def test_a_failing_command_says_what_it_said(tool):
    with pytest.raises(tool.SetupError, match="boom"):
        tool.run([sys.executable, "-c", "raise SystemExit('boom')"])
    assert tool.run(["/no/such/program"], check=False)[0] == 127


def test_the_home_folder_is_the_one_that_settings_use(tool, monkeypatch):
    from nescio.settings import load_settings

    assert tool.router_dir() == load_settings().router_dir
    monkeypatch.delenv("NESCIO_HOME")
    assert tool.router_dir() == load_settings().router_dir
