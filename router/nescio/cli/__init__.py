"""The command line ``nescio``: a table of commands, each loaded only when it is used.

Nothing heavy is imported here, so that ``nescio --help`` and shell completion answer at once. Command groups of other
packages join through the entry point ``nescio.commands``.
"""

from __future__ import annotations

import errno
import os
import sys
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points, version
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

COMMANDS: dict[str, tuple[str, str]] = {
    "serve": ("nescio.cli.serve:app", "Serve the API and the chat page."),
    "ask": ("nescio.cli.ask:app", "Ask one question."),
    "chat": ("nescio.cli.chat:app", "Talk in the terminal."),
    "route": ("nescio.cli.route:app", "Show where a query would go, or route a file of queries."),
    "fit": ("nescio.cli.fit:app", "Fit a router on labelled queries, or on descriptions of its routes."),
    "calibrate": ("nescio.cli.calibrate:app", "Fit the calibration of an expert on graded answers."),
    "experts": ("nescio.cli.experts:app", "List, show, scaffold and check experts."),
    "models": ("nescio.cli.models:app", "List, fetch, check and remove models."),
    "index": ("nescio.cli.index:app", "Build the router's index, or describe it."),
    "policy": ("nescio.cli.policy:app", "Try a policy on what was asked."),
    "sandbox": ("nescio.cli.sandbox:app", "Run an untrusted program, or check the sandbox."),
    "doctor": ("nescio.cli.doctor:app", "Say what is missing, and what then does not work."),
}
"""Command → (where its Typer app is, one line of help). Order is the order of the help page."""


INTERRUPTED = 130
"""Exit code after Ctrl-C, as shells have it."""


class LazyGroup(TyperGroup):
    """A group whose commands are stand-ins with a line of help until one is called."""

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        lines = {name: line for name, (_, line) in COMMANDS.items()}
        lines |= {point.name: f"The command group of {point.value.partition('.')[0]}." for point in _foreign()}
        lines |= {"eval": "Compare the router with one monolith: run, score, report."} if "eval" in lines else {}
        self.commands = {name: TyperCommand(name, help=line) for name, line in lines.items()}
        _without_boxes_when_piped(self)

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Nothing typed is a wish for help, and no error."""
        return super().parse_args(ctx, args or ["--help"])

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[str | None, Any, list[str]]:
        """Import the command that was called; a group that is told no command of its own shows its help."""
        command = _load(args[0])
        if command is None:
            return super().resolve_command(ctx, args)
        bare = len(args) == 1 and isinstance(command, TyperGroup)
        return args[0], command, ["--help"] if bare else args[1:]


def _foreign() -> list[EntryPoint]:
    return sorted(entry_points(group="nescio.commands"), key=lambda point: point.name)


def _load(name: str) -> Any:
    if name in COMMANDS:
        module, _, attribute = COMMANDS[name][0].partition(":")
        found = getattr(import_module(module), attribute)
    else:
        point = next((point for point in _foreign() if point.name == name), None)
        if point is None:
            return None
        found = point.load()
    command = typer.main.get_command(found)
    command.name = name
    _without_boxes_when_piped(command)
    return command


def _without_boxes_when_piped(command: Any) -> None:
    """Have help and usage errors of `command` drawn with boxes on a terminal alone."""
    if sys.stdout.isatty() and sys.stderr.isatty():
        return
    command.rich_markup_mode = None
    for inner in getattr(command, "commands", {}).values():
        _without_boxes_when_piped(inner)


app = typer.Typer(
    name="nescio",
    cls=LazyGroup,
    pretty_exceptions_enable=False,
    help='A domain-expert router that would rather say "I don\'t know" than guess.',
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _print_version(value: bool) -> None:
    if value:
        typer.echo(f"nescio {version('nescio')}")
        raise typer.Exit


@app.callback()
def root(
    show_version: bool = typer.Option(False, "--version", callback=_print_version, is_eager=True, help="Print it."),
) -> None:
    """A domain-expert router that would rather say "I don't know" than guess."""


def main() -> None:
    """Entry point: run the command line; whatever goes wrong becomes one clear line, a hint and an exit code."""
    from nescio.cli.streams import say_what_can_be_said
    from nescio.errors import NescioError

    say_what_can_be_said()
    try:
        try:
            app()
        finally:
            sys.stdout.flush()
    except NescioError as error:
        _fail(error.code, error.message, error.hint, error.exit_code)
    except BrokenPipeError:
        # Whoever read has gone, as `| head` does: the rest goes nowhere, and the interpreter's last flush is quiet.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(1) from None
    except KeyboardInterrupt:
        raise SystemExit(INTERRUPTED) from None
    except OSError as error:
        _fail_at_a_file(error)
    except Exception as error:
        if os.environ.get("NESCIO_LOG_LEVEL") == "debug":
            raise
        hint = "a defect of nescio; NESCIO_LOG_LEVEL=debug shows where"
        _fail("internal_error", f"{type(error).__name__}: {error}", hint, 1)


def _fail_at_a_file(error: OSError) -> None:
    message = f"{error.filename}: {error.strerror}" if error.filename else str(error.strerror or error)
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        _fail("out_of_disk", message, "free some room", 1)
    _fail("data_error", message, "name a place that can be read and written", 2)


def _fail(code: str, message: str, hint: str, exit_code: int) -> None:
    told = f"\n  hint: {hint}" if hint else ""
    sys.stderr.write(f"error[{code}]: {message}{told}\n")
    raise SystemExit(exit_code) from None
