"""``nescio index``: build the router of the installed experts, or say what is in it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from nescio.cli import index_audit, index_change, index_map, index_synth
from nescio.cli.index_change import told_growth
from nescio.cli.terminal import console, print_json

if TYPE_CHECKING:
    from nescio.settings import Settings
    from nescio_indexes.fitted import FittedRouter

app = typer.Typer(add_completion=False, help="Build the router's index, describe it, or change it.")
app.command("add")(index_change.add)
app.command("remove")(index_change.remove)
app.command("audit")(index_audit.command)
app.command("map")(index_map.command)
app.command("synth")(index_synth.command)
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
    _show({"router": str(settings.router_dir), **_counts(fitted), **fitted.facts()}, json)


@app.command()
def info(
    router: Annotated[
        Path | None, typer.Option(help="A router made by nescio fit; the experts' own without it.")
    ] = None,
    json: AsJson = False,
) -> None:
    """Describe the router that is in force: exemplars, figures, threshold, and whether it is fresh."""
    from nescio.settings import load_settings
    from nescio_indexes.fitted import FittedRouter, read_facts
    from nescio_indexes.online import growth_of

    settings = load_settings()
    place = router or settings.router_dir
    fitted = FittedRouter.load(place, str(read_facts(place)["encoder"]))
    facts = fitted.facts()
    fresh = {} if router is not None else {"fresh": _is_fresh(facts, settings)}
    _show({"router": str(place), **fresh, "growth": growth_of(facts), **_counts(fitted), **facts}, json)


def _counts(fitted: FittedRouter) -> dict[str, Any]:
    """How many exemplars there are now: of each label, and out of scope."""
    inside = fitted.model.inside.labels()
    return {
        "exemplars": {label: inside.get(label, 0) for label in fitted.model.labels},
        "outside": len(fitted.model.outside),
    }


def _is_fresh(facts: dict[str, Any], settings: Settings) -> bool:
    from nescio.registry import discover
    from nescio_indexes.build import content_key, exemplar_rows, outside_rows

    rows = (*exemplar_rows(discover(settings.experts).cards), *outside_rows())
    return bool(facts.get("extra", {}).get("content") == content_key(rows, str(facts.get("encoder"))))


def _show(facts: dict[str, Any], as_json: bool) -> None:
    if as_json:
        print_json(facts)
        return
    from nescio_indexes.text import clean

    # Names are points of the index as exemplars are.
    what = "names and exemplars" if facts["described"] else "exemplars"
    report, rule, extra = facts["report"], facts["rule"], facts.get("extra", {})
    printer = console()
    printer.print(f"router   {facts['router']}", markup=False)
    printer.print(f"encoder  {facts['encoder']}", markup=False)
    if "fresh" in facts:
        printer.print(f"fresh    {'yes' if facts['fresh'] else 'no: nescio index build'}", markup=False)
    counts = [(clean(name), count) for name, count in facts["exemplars"].items()] + [("out of scope", facts["outside"])]
    wide = max(len(name) for name, _ in counts)
    for name, count in counts:
        printer.print(f"  {name:<{wide}}  {count} {what}", markup=False)
    if extra.get("added") or extra.get("removed"):
        printer.print(f"since    {extra['added']} added, {extra['removed']} removed since the fit", markup=False)
        printer.print(f"growth   {told_growth(facts['growth'])}", markup=False)
    for name in ("accuracy", "auroc", "ece", "kept", "refused", "harmonic"):
        shown = "not measurable" if report[name] is None else f"{report[name]:.4f}"
        printer.print(f"{name:<9}{shown}", markup=False)
    printer.print(f"rule     {rule['name']}: answer if {rule['cut']} > {rule['threshold']:.4f}", markup=False)
