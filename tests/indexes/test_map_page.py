"""The map in a real Chromium: what a person sees with mouse, keyboard and phone, in light and dark."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from nescio_indexes.map import Point, draw
from tests.indexes.bag import BagOfWords, rows_of

pytestmark = pytest.mark.browser
HOSTILE = "</script><img src=x onerror=\"document.title='pwned'\"><script>document.title='pwned'</script>"
DENTIST = [f"dentist tooth ache drill {word}" for word in ("one", "two", "three")]
TOTAL = 14 * 3 + 14 + 1 + len(DENTIST) + 1
PHONE = {"width": 360, "height": 740}


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    points = [Point(row.text, "outside" if row.label is None else "exemplar", row.label) for row in rows_of()]
    points += [Point(HOSTILE, "exemplar", HOSTILE), *(Point(text, "refused") for text in [*DENTIST, HOSTILE])]
    path = tmp_path_factory.mktemp("map") / "map.html"
    path.write_text(draw(points, BagOfWords().encode([point.text for point in points])), encoding="utf-8")
    return path


@pytest.fixture
def open_map(browser: Any, drawn: Path) -> Iterator[Callable[..., Any]]:
    """Open the map; any complaint of the browser, and any request but for the page itself, fails the test."""
    contexts = []
    complaints: list[str] = []

    def open_(**options: object) -> Any:
        context = browser.new_context(**({"viewport": {"width": 1100, "height": 800}} | options))
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda message: complaints.append(message.text))
        page.on("request", lambda request: request.url == drawn.as_uri() or complaints.append(request.url))
        page.goto(drawn.as_uri())
        return page

    yield open_
    for context in contexts:
        context.close()
    assert complaints == []


def colours(page: Any) -> set[str]:
    """The colours of the pixels that are drawn on the map."""
    script = """() => {
      const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext("2d", { willReadFrequently: true });
      copy.drawImage(canvas, 0, 0);
      const d = copy.getImageData(0, 0, canvas.width, canvas.height).data, seen = new Set();
      for (let i = 0; i < d.length; i += 4) if (d[i + 3] > 200) seen.add(d.slice(i, i + 3).map((v) => v >> 4).join());
      return [...seen];
    }"""
    return set(page.evaluate(script))


def place(page: Any) -> list[float]:
    """Where the first point is on the screen."""
    script = "() => { const r = canvas.getBoundingClientRect(); return [r.x + screenX(0), r.y + screenY(0)]; }"
    return list(page.evaluate(script))


def painted(page: Any) -> None:
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")


def test_hover_shows_label_and_text(open_map: Callable[..., Any]) -> None:
    page = open_map()
    painted(page)
    at = page.evaluate(
        "() => { const r = canvas.getBoundingClientRect(); return [r.x + screenX(0), r.y + screenY(0)]; }"
    )
    page.mouse.move(*at)
    told = page.locator("#told")
    assert told.locator("strong").inner_text() == "fruit"
    first = page.evaluate("() => data.texts[chosen]")
    assert told.locator("p").inner_text() == first
    painted(page)
    assert first in page.locator("#tip").inner_text()


def test_counts_and_legend_name_every_kind_of_point(open_map: Callable[..., Any]) -> None:
    page = open_map()
    assert page.locator("#counts").inner_text() == "43 exemplars of 4 labels, 14 out of scope, 4 refused"
    legend = page.locator("#legend").inner_text()
    for line in ("refused (4)", "out of scope (14)", "fruit (14)", "metal (14)", "music (14)"):
        assert line in legend


def test_legend_takes_labels_off_the_map_and_brings_them_back(open_map: Callable[..., Any]) -> None:
    page = open_map()
    painted(page)
    whole = colours(page)
    page.get_by_role("button", name="None").click()
    painted(page)
    assert colours(page) == set()
    page.get_by_role("button", name="Show only fruit").click()
    painted(page)
    assert 0 < len(colours(page)) < len(whole)
    assert page.get_by_role("checkbox", checked=True).count() == 1
    page.get_by_role("button", name="All").click()
    painted(page)
    assert colours(page) == whole


def test_search_lists_what_it_finds_and_takes_one_there(open_map: Callable[..., Any]) -> None:
    page = open_map()
    page.get_by_label("Search").fill("DENTIST two")
    assert page.get_by_role("status").inner_text() == f"1 of {TOTAL}"
    page.locator("#hits button").click()
    told = page.locator("#told").inner_text()
    assert told.split("\n\n")[:2] == ["refused", "dentist tooth ache drill two"]
    assert "nearest exemplar at" in told
    page.get_by_label("Search").fill("no such words")
    assert page.get_by_role("status").inner_text() == f"0 of {TOTAL}"


def test_gathering_of_refused_queries_is_named(open_map: Callable[..., Any]) -> None:
    page = open_map()
    row = page.locator("#gatherings button")
    assert row.count() == 1
    assert "3 queries" in row.inner_text()
    row.click()
    assert page.locator("#told strong").inner_text() == "refused"


def test_keyboard_alone_reaches_points_and_zooms(open_map: Callable[..., Any]) -> None:
    page = open_map()
    page.locator("#map").focus()
    page.keyboard.press("ArrowRight")
    first = page.evaluate("() => chosen")
    page.keyboard.press("ArrowLeft")
    assert first >= 0
    assert page.evaluate("() => chosen") != first
    page.keyboard.press("+")
    assert page.evaluate("() => zoom") == 1.5
    page.keyboard.press("Escape")
    assert page.evaluate("() => chosen") == -1


def test_hostile_text_is_shown_and_not_run(open_map: Callable[..., Any]) -> None:
    page = open_map()
    page.get_by_label("Search").fill("onerror")
    assert page.locator("#hits button").count() == 2
    page.locator("#hits button").first.click()
    painted(page)
    assert HOSTILE in page.locator("#told").inner_text()
    assert page.title() == "Map of exemplars"
    assert page.locator("img").count() == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_phone_shows_all_without_sideways_scrolling_and_a_tap_shows_a_point(
    open_map: Callable[..., Any], scheme: str
) -> None:
    page = open_map(viewport=PHONE, color_scheme=scheme, has_touch=True)
    painted(page)
    assert page.evaluate("() => document.documentElement.scrollWidth") <= PHONE["width"]
    at = page.evaluate(
        "() => { const r = canvas.getBoundingClientRect(); return [r.x + screenX(0), r.y + screenY(0)]; }"
    )
    page.touchscreen.tap(*at)
    assert page.locator("#told strong").count() == 1
    small = "() => [...document.querySelectorAll('button')].filter((b) => b.offsetParent && b.offsetHeight < 24).length"
    assert page.evaluate(small) == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_and_marks_have_enough_contrast(open_map: Callable[..., Any], scheme: str) -> None:
    """Text 4.5, marks 3 to 1 against what is behind them (WCAG 2.2, 1.4.3 and 1.4.11)."""
    page = open_map(color_scheme=scheme)
    script = """() => {
      const brush = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
      const light = (colour) => { brush.fillStyle = colour; brush.fillRect(0, 0, 1, 1);
        const [r, g, b] = [...brush.getImageData(0, 0, 1, 1).data].map(
          (v) => (v /= 255) <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4);
        return .2126 * r + .7152 * g + .0722 * b; };
      const ratio = (a, b) => {
        const [x, y] = [light(a), light(b)].sort((p, q) => q - p); return (x + .05) / (y + .05); };
      const look = (name) => getComputedStyle(document.querySelector(name));
      const paper = look("body").backgroundColor, grounds = [paper, look("aside").backgroundColor];
      const marks = [-2, -1, ...Array(60).keys()].map((k) => ratio(colourOf(k), paper));
      const inks = [look(".soft").color, look("body").color];
      return { marks: Math.min(...marks), text: Math.min(...grounds.flatMap((g) => inks.map((i) => ratio(i, g)))) };
    }"""
    found = page.evaluate(script)
    assert found["text"] >= 4.5
    assert found["marks"] >= 3
