"""``nescio eval routing``: the figures against their definitions, the pages, and the command as a user calls it."""

import json
import math
import re
from html.parser import HTMLParser

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from nescio.errors import DataError
from nescio.metrics import auroc, ece
from nescio.routing import Router
from nescio_eval import commands, routing_page, routing_report
from nescio_eval.routing_report import FIGURES, MEANING, Asked, Table, p_at_share, thinned
from nescio_indexes.fitting import fit_router
from nescio_indexes.rows import Row
from tests.indexes.bag import BagOfWords, rows_of


@pytest.fixture(scope="module")
def fitted():
    return fit_router(rows_of(), BagOfWords())


@pytest.fixture(scope="module")
def router(fitted):
    return Router.of(fitted, BagOfWords())


@pytest.fixture(scope="module")
def rows():
    return [*rows_of(6, 10), Row("apple pear banana", "metal"), Row("apple pear", "fruits"), Row("", "fruit")]


@pytest.fixture(scope="module")
def found(router, rows):
    return routing_report.report(router, rows)


@st.composite
def tables(draw):
    n = draw(st.integers(4, 30))
    unit = st.lists(st.floats(0.01, 0.99), min_size=n, max_size=n).map(np.array)
    flags = st.lists(st.booleans(), min_size=n, max_size=n).map(lambda drawn: np.array(drawn, bool))
    scope, share, inside = draw(unit), draw(unit), draw(flags)
    return Table(scope, scope * share, inside, inside & draw(flags), draw(flags), draw(st.floats(0.01, 0.9)))


def test_figures_are_what_they_are_said_to_be(router, rows):
    routes = router.route_many([row.text for row in rows])
    right = [route.candidates[0].expert == row.label for row, route in zip(rows, routes, strict=True)]
    answers = [router.answers(route) for route in routes]
    inside = [row.label in router.labels for row in rows]
    figures = routing_report.figures(routing_report.ask(router, rows))
    kept = sum(r and a for r, a in zip(right, answers, strict=True)) / sum(inside)
    refused = sum(not a and not i for a, i in zip(answers, inside, strict=True)) / (len(rows) - sum(inside))
    assert figures["accuracy"] == pytest.approx(sum(right) / sum(inside))
    assert figures["kept"] == pytest.approx(kept)
    assert figures["refused"] == pytest.approx(refused)
    assert figures["harmonic"] == pytest.approx(2 * kept * refused / (kept + refused))
    assert figures["auroc"] == pytest.approx(auroc([route.scope for route in routes], inside))
    assert figures["ece"] == pytest.approx(ece([r.candidates[0].p_route for r in routes], right, debiased=True))


def test_labels_that_the_router_lacks_count_as_out_of_scope_and_are_named(found):
    assert found["unknown_labels"] == {"fruits": 1}
    assert (found["n"], found["inside"], found["outside"]) == (31, 20, 11)
    assert any("fruits (1)" in sentence for sentence in routing_page.sentences(found))


def test_every_row_is_counted_once_among_the_labels(found):
    lines = found["by_label"]
    assert sum(line["n"] for line in lines) == found["n"]
    for line in lines:
        assert line["right"] + line["wrong"] + line["abstained"] == line["n"]
        assert sum(other["n"] for other in line["taken_for"]) == line["wrong"]
    named = {line["label"]: line for line in lines}
    assert named["metal"]["taken_for"] == [{"label": "fruit", "n": 1}]
    assert named[None]["right"] == 0
    assert lines[0]["wrong"] / lines[0]["n"] == max(line["wrong"] / line["n"] for line in lines)


def test_the_bins_of_the_reliability_diagram_hold_every_row(found):
    assert sum(b["n"] for b in found["reliability"]) == found["n"]
    assert all(b["low"] <= b["right"] <= b["high"] for b in found["reliability"])
    assert found["risk_coverage"][-1]["coverage"] == 1.0


def test_every_figure_lies_in_its_interval_and_has_a_meaning(found):
    assert set(found["figures"]) == set(FIGURES) == set(MEANING)
    for name in ("accuracy", "kept", "refused", "harmonic", "coverage"):
        low, high = found["figures"][name]["interval"]
        assert low <= found["figures"][name]["value"] <= high


@given(tables())
def test_p_told_the_share_that_it_assumes_stays_as_it_is(table):
    share = float((~table.inside).mean())
    same = Table(table.scope, table.p, table.inside, table.right, table.answered, min(max(share, 0.01), 0.99))
    assert p_at_share(same) == pytest.approx(table.p)


@given(tables())
def test_p_told_of_more_rows_in_scope_than_it_assumes_never_falls(table):
    share = min(max(float((~table.inside).mean()), 0.01), 0.99)
    moved = p_at_share(table)
    assert np.all((moved >= table.p - 1e-12) if share <= table.oos_prior else (moved <= table.p + 1e-12))


@given(tables(), st.integers(0, 3))
def test_thinned_rows_have_the_assumed_share_as_nearly_as_can_be(table, seed):
    drawn = thinned(table, seed)
    inside, outside = int(drawn.inside.sum()), int((~drawn.inside).sum())
    if not table.inside.any() or table.inside.all():
        assert len(drawn.p) == len(table.p)
        return
    wished = table.oos_prior / (1 - table.oos_prior)
    assert abs(outside - wished * inside) <= max(0.5, 0.5 * wished) + 1e-9 or 1 in (inside, outside)
    assert inside == table.inside.sum() or outside == (~table.inside).sum()


def test_without_rows_out_of_scope_what_needs_them_is_unknown_and_shown_as_such(router):
    found = routing_report.report(router, [row for row in rows_of(4, 0) if row.label])
    assert math.isnan(found["figures"]["auroc"]["value"])
    assert math.isnan(found["figures"]["refused"]["value"])
    harmonic = found["figures"]["harmonic"]
    assert all(math.isnan(figure) for figure in (harmonic["value"], *harmonic["interval"]))
    for shown in (routing_page.text(found, 80), routing_page.markdown(found), routing_page.page(found)):
        assert "nan" not in shown.lower()


def test_rows_without_one_known_label_are_an_error_that_names_both_sides(router):
    with pytest.raises(DataError, match=r"none of the labels of these rows \(Fruit") as caught:
        routing_report.ask(router, [Row("apple", "Fruit"), Row("x", None)])
    assert "fruit, metal, music" in str(caught.value.hint)
    with pytest.raises(DataError, match="no rows"):
        routing_report.ask(router, [])


class _Tags(HTMLParser):
    """Checks that tags are closed, and collects what a page would fetch."""

    def __init__(self):
        super().__init__()
        self.open, self.fetched = [], []

    def handle_starttag(self, tag, attributes):
        self.fetched += [value for name, value in attributes if name in ("src", "href")]
        if tag != "meta":
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        """An element of a drawing, which closes itself."""

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def test_the_page_is_whole_and_fetches_nothing(found):
    page = routing_page.page(found)
    tags = _Tags()
    tags.feed(page)
    assert (tags.open, tags.fetched) == ([], [])
    assert "http" not in page
    assert "width=device-width" in page
    assert page.count("<svg") == 2
    assert page.count("<circle") >= len(found["reliability"])


def test_drawn_points_stay_inside_the_chart(found):
    for x, y in re.findall(r"<circle cx=([\d.]+) cy=([\d.]+)", routing_page.page(found)):
        assert 56 <= float(x) <= 356
        assert 16 <= float(y) <= 316


def test_a_label_cannot_break_the_pages(found):
    evil = [{**found["by_label"][0], "label": "<b>|\ud800"}]
    changed = {**found, "by_label": evil}
    assert "<b>" not in routing_page.page(changed)
    assert "<b>\\|" in routing_page.markdown(changed)
    assert routing_page.markdown(changed).encode()


@pytest.mark.parametrize("width", [60, 80, 160])
def test_text_fits_the_terminal(found, width):
    assert max(map(len, routing_page.text(found, width).splitlines())) <= width


@pytest.fixture
def files(fitted, rows, tmp_path, monkeypatch):
    monkeypatch.setattr("nescio_indexes.encoder.load_encoder", lambda models_dir, name, **_: BagOfWords())
    fitted.save(tmp_path / "router")
    test = tmp_path / "test.jsonl"
    test.write_text("".join(json.dumps({"text": row.text, "label": row.label}) + "\n" for row in rows))
    return str(tmp_path / "router"), str(test)


def test_the_command_writes_its_three_files_and_prints_the_figures(files, tmp_path):
    out = tmp_path / "out"
    done = CliRunner().invoke(commands.app, ["routing", *files, "--out", str(out)], catch_exceptions=False)
    assert done.exit_code == 0
    assert "in-scope rows right and answered" in " ".join(done.stdout.split())
    assert sorted(path.name for path in out.iterdir()) == ["report.html", "report.json", "report.md"]
    asked = CliRunner().invoke(commands.app, ["routing", *files, "--out", str(out), "--json"], catch_exceptions=False)
    assert json.loads(asked.stdout) == json.loads((out / "report.json").read_text())
    assert json.loads(asked.stdout)["figures"]["accuracy"]["value"] >= 0.9


def test_measuring_again_gives_the_same_report(router, rows, found):
    again = routing_report.report(router, rows)
    assert json.dumps(again) == json.dumps(found)


def test_asked_rows_keep_twins_together(router):
    asked = routing_report.ask(router, [Row("apple pear", "fruit"), Row("Apple pear!", "fruit"), Row("tin", "metal")])
    assert isinstance(asked, Asked)
    assert asked.groups[0] == asked.groups[1] != asked.groups[2]
