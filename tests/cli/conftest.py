import sys

import pytest

from nescio.cli import main


@pytest.fixture
def nescio(monkeypatch, capsys):
    """Run a command line; its exit code, output and error."""

    def run(*words):
        monkeypatch.setattr(sys, "argv", ["nescio", *map(str, words)])
        capsys.readouterr()
        try:
            main()
            code = 0
        except SystemExit as stop:
            code = stop.code or 0
        return (code, *capsys.readouterr())

    return run
