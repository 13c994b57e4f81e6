"""``nescio index``: build the router of the installed experts, or say what is in it."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from nescio.cli import index_audit, index_map
from nescio.cli.terminal import console, print_json

app = typer.Typer(add_completion=False, help="Build the router's index, or describe it.")
app.command("audit")(index_audit.command)
app.command("map")(index_map.command)
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command()
def build(
    force: Annotated[bool, typer.Option(help="Build even if nothing has changed.")] = False, json: AsJson = False
) -> None:
    """Build the router of the installed experts and the indexes of their own, unless they are fresh."""
    import asyncio

    from nescio.assembly import warm_up
    from nescio.registry import discover
    from nescio.settings import load_settings
    from nescio_indexes.build import build_default_router
    from nescio_indexes.encoder import load_encoder

    settings = load_settings()
    registry = discover(settings.experts)
    encoder = load_encoder(settings.models_dir, settings.loaded_profile.encoder)
    with console(stderr=True).status("building") as status:
        fitted = build_default_router(registry.cards, encoder, settings.router_dir, status.update, force=force)
        asyncio.run(warm_up(registry.experts, encoder.encode, settings, status.update))
    _show({"router": str(settings.router_dir), **fitted.facts()}, json)


@app.command()
def info(json: AsJson = False) -> None:
    """Describe the router that is in force: exemplars, figures, threshold, and whether it is fresh."""
    from nescio.registry import discover
    from nescio.settings import load_settings
    from nescio_indexes.build import content_key, exemplar_rows, outside_rows
    from nescio_indexes.fitted import read_facts

    settings = load_settings()
    facts = read_facts(settings.router_dir)
    rows = (*exemplar_rows(discover(settings.experts).cards), *outside_rows())
    fresh = facts.get("extra", {}).get("content") == content_key(rows, str(facts.get("encoder")))
    _show({"router": str(settings.router_dir), "fresh": fresh, **facts}, json)


def _show(facts: dict[str, Any], as_json: bool) -> None:
    if as_json:
        print_json(facts)
        return
    report, rule, extra = facts["report"], facts["rule"], facts.get("extra", {})
    printer = console()
    printer.print(f"router   {facts['router']}", markup=False)
    printer.print(f"encoder  {facts['encoder']}", markup=False)
    if "fresh" in facts:
        printer.print(f"fresh    {'yes' if facts['fresh'] else 'no: nescio index build'}", markup=False)
    for name, count in extra.get("exemplars", {}).items():
        printer.print(f"  {name:<14}{count} exemplars", markup=False)
    printer.print(f"  {'out of scope':<14}{report['outside']} exemplars", markup=False)
    for name in ("accuracy", "auroc", "ece", "kept", "refused", "harmonic"):
        shown = "not measurable" if report[name] is None else f"{report[name]:.4f}"
        printer.print(f"{name:<9}{shown}", markup=False)
    printer.print(f"rule     {rule['name']}: answer if {rule['cut']} > {rule['threshold']:.4f}", markup=False)
