"""The chat page in a real Chromium: what a person sees, with mouse, keyboard, phone and screen reader."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tests.service.conftest import Server

pytestmark = pytest.mark.browser
PATIENCE_MS = 30_000
PHONE = {"width": 360, "height": 740}


@pytest.fixture
def open_page(browser: Any, shared: Server) -> Iterator[Callable[..., Any]]:
    """Open pages of the shared server; any complaint of the browser fails the test."""
    contexts = []
    complaints: list[str] = []

    def open_(path: str = "/", server: Server = shared, **options: object) -> Any:
        context = browser.new_context(
            **({"viewport": {"width": 1000, "height": 800}, "reduced_motion": "reduce"} | options)
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda message: message.type == "warning" and complaints.append(message.text))
        page.on("console", lambda message: "Security Policy" in message.text and complaints.append(message.text))
        page.on("request", lambda request: request.url.startswith(server.url) or complaints.append(request.url))
        page.goto(server.url + path)
        return page

    yield open_
    for context in contexts:
        context.close()
    assert complaints == []


def ask(page: Any, text: str, kind: str = "answered") -> Any:
    """Ask by keyboard, and return the turn that follows."""
    turns = page.locator(f".turn.{kind}")
    before = turns.count()
    page.get_by_label("Your question").fill(text)
    page.keyboard.press("Enter")
    turns.nth(before).wait_for()
    return turns.nth(before)


@contextmanager
def released(server: Server) -> Iterator[None]:
    try:
        yield
    finally:
        server.engine.released.set()


def test_answer_shows_who_how_sure_and_the_program(open_page: Callable[..., Any]) -> None:
    page = open_page()
    turn = ask(page, "math: how much is 17% of 2,340?")
    assert turn.locator(".text").inner_text() == "17% of 2,340 is 397.8."
    assert turn.locator(".expert").inner_text() == "math"
    picture = turn.get_by_role("img")
    assert picture.get_attribute("aria-label") == ("Chance of being right: 96%; the target is 75%, which it exceeds.")
    program = turn.locator(".program")
    assert not program.locator("pre").first.is_visible()
    program.locator("summary").click()
    assert "print(price * share / 100)" in program.locator("pre").first.inner_text()
    assert program.locator("pre").nth(1).inner_text() == "397.8"


def test_fact_shows_its_source(open_page: Callable[..., Any]) -> None:
    turn = ask(open_page(), "chemistry: what is the boiling point of tungsten?")
    source = turn.locator(".sources").inner_text()
    assert "mendeleev 1.3.0" in source
    assert "2025-05-01" in source


def test_abstention_looks_different_and_says_why(open_page: Callable[..., Any]) -> None:
    page = open_page()
    turn = ask(page, "unsure: who painted that?", "abstained")
    assert turn.locator(".headline").inner_text() == "I don’t know"
    assert turn.locator(".reason").inner_text() == "Not sure enough"
    assert "Would have asked general" in turn.inner_text()
    assert turn.get_by_role("img").get_attribute("aria-label").endswith("which it does not exceed.")
    assert "WITHHELD" not in page.content()
    assert turn.get_by_role("button", name="Right").count() == 0
    assert page.locator(".turn.answered").count() == 0


def test_answer_anyway_asks_again_without_a_gate(open_page: Callable[..., Any], shared: Server) -> None:
    page = open_page()
    turn = ask(page, "nonsense", "abstained")
    turn.get_by_role("button", name="Answer anyway").click()
    page.locator(".turn.abstained").nth(1).wait_for()
    query, _ = shared.engine.asked[-1]
    assert query.confidence_target == 0
    assert [message.content for message in query.messages] == ["nonsense"]


def test_why_panel_shows_candidates_scope_and_evidence(open_page: Callable[..., Any]) -> None:
    turn = ask(open_page(), "math: 17%")
    panel = turn.locator(".why .panel")
    assert not panel.is_visible()
    turn.get_by_text("Why?").click()
    shown = panel.inner_text()
    for part in (
        "93% to 98% right",
        "In scope",
        "97%",
        "94%",
        "general",
        "3%",
        "fitted on this expert’s own",
        "mean logprob",
        "chatcmpl-",
    ):
        assert part in shown


def test_hostile_text_stays_text(open_page: Callable[..., Any]) -> None:
    page = open_page()
    turn = ask(page, "hostile <img src=x onerror=document.title='pwned'>")
    for summary in turn.locator("summary").all():
        summary.click()
    assert page.title() == "nescio"
    assert page.locator("img, #turns script").count() == 0
    assert page.locator("#turns a").count() == 0
    assert "<script>" in turn.inner_text()


def test_grade_is_sent_and_shown(open_page: Callable[..., Any], shared: Server) -> None:
    turn = ask(open_page(), "math: 17%")
    turn.get_by_role("button", name="Wrong").click()
    turn.get_by_text("Noted, thank you.").wait_for()
    assert turn.get_by_role("button", name="Wrong").get_attribute("aria-pressed") == "true"
    assert shared.engine.grades[-1][1] == "wrong"


def test_conversation_is_sent_whole_and_forgotten_by_a_new_chat(open_page: Callable[..., Any], shared: Server) -> None:
    page = open_page()
    ask(page, "chemistry: tungsten?")
    ask(page, "math: and 17%?")
    assert [message.role for message in shared.engine.asked[-1][0].messages] == ["user", "assistant", "user"]
    page.get_by_role("button", name="New chat").click()
    assert page.locator(".turn").count() == 0
    assert page.locator("#welcome").is_visible()
    ask(page, "math: 17%")
    assert len(shared.engine.asked[-1][0].messages) == 1


def test_target_is_the_servers_until_moved_and_then_remembered(open_page: Callable[..., Any], shared: Server) -> None:
    page = open_page()
    ask(page, "math: 17%")
    assert shared.engine.asked[-1][0].confidence_target is None
    slider = page.get_by_role("slider")
    slider.focus()
    for _ in range(15):
        page.keyboard.press("ArrowRight")
    assert page.locator("#target-value").inner_text() == "90% sure"
    ask(page, "math: 17%")
    assert shared.engine.asked[-1][0].confidence_target == 0.9
    page.reload()
    assert page.locator("#target-value").inner_text() == "90% sure"
    slider.focus()
    page.keyboard.press("Home")
    assert slider.get_attribute("aria-valuetext") == "any answer, even a guess"
    ask(page, "math: 17%")
    assert shared.engine.asked[-1][0].confidence_target == 0
    page.keyboard.press("End")


def test_whole_path_by_keyboard(open_page: Callable[..., Any]) -> None:
    page = open_page()
    field = page.get_by_label("Your question")
    assert field.evaluate("node => node === document.activeElement")
    page.keyboard.type("math: 17%")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("of 2,340?")
    assert field.input_value() == "math: 17%\nof 2,340?"
    page.keyboard.press("Enter")
    page.locator(".turn.answered").wait_for()
    assert field.input_value() == ""
    assert field.evaluate("node => node === document.activeElement")
    page.keyboard.press("Shift+Tab")
    assert page.evaluate("document.activeElement.closest('.answered') !== null")


def test_skip_link_leads_to_the_question(open_page: Callable[..., Any]) -> None:
    page = open_page()
    page.evaluate("document.activeElement.blur()")
    link = page.get_by_text("Skip to the question field")
    link.focus()
    assert link.bounding_box()["y"] >= 0
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "query"


def test_screen_reader_hears_progress_and_decision(open_page: Callable[..., Any]) -> None:
    page = open_page()
    ask(page, "math: 17%")
    status = page.locator("#status")
    assert status.get_attribute("role") == "status"
    assert status.inner_text() == "math answers, 96% sure: 17% of 2,340 is 397.8."
    ask(page, "unsure", "abstained")
    assert status.inner_text().startswith("I don’t know. The chance that I would be right (41%)")


def test_escape_stops_the_answer_and_gives_the_question_back(
    open_page: Callable[..., Any], serve: Callable[..., Server]
) -> None:
    server = serve()
    page = open_page(server=server)
    with released(server):
        page.get_by_label("Your question").fill("wait for me")
        page.keyboard.press("Enter")
        page.locator(".doing", has_text="Asking general").wait_for()
        assert page.get_by_role("button", name="Stop").is_visible()
        page.keyboard.press("Escape")
        page.get_by_text("Stopped.").first.wait_for()
        assert server.engine.cancelled.wait(10)
        assert page.get_by_label("Your question").input_value() == "wait for me"
        assert page.get_by_role("button", name="Send").is_visible()


def test_error_is_told_with_its_hint_and_loses_nothing(open_page: Callable[..., Any]) -> None:
    page = open_page()
    page.get_by_label("Your question").fill("boom")
    page.keyboard.press("Enter")
    banner = page.get_by_role("alert")
    banner.wait_for()
    assert "Something went wrong inside nescio." in banner.inner_text()
    assert "log" in banner.inner_text()
    assert page.get_by_label("Your question").input_value() == "boom"
    banner.get_by_role("button", name="Dismiss").click()
    assert not page.locator("#banner").is_visible()


def test_page_asks_for_the_key_where_one_is_needed(open_page: Callable[..., Any], serve: Callable[..., Server]) -> None:
    page = open_page(server=serve(api_key="open-sesame"))
    page.get_by_label("Your question").fill("math: 17%")
    page.keyboard.press("Enter")
    page.get_by_label("API key").fill("open-sesame")
    page.keyboard.press("Enter")
    page.locator(".turn.answered").wait_for()
    assert "open-sesame" not in page.content()


@pytest.mark.parametrize("path", ["/", "/docs"])
def test_phone_never_scrolls_sideways(open_page: Callable[..., Any], path: str) -> None:
    page = open_page(path, viewport=PHONE, has_touch=True, is_mobile=True)
    if path == "/":
        for question, kind in (("math", "answered"), ("hostile", "answered"), ("unsure", "abstained")):
            ask(page, f"{question} {'x' * 300}", kind)
    else:
        page.locator(".operation").first.wait_for()
    for summary in page.locator("summary:visible").all():
        summary.click()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def luminance(page: Any) -> float:
    rgb = page.evaluate(
        "(() => { const c = document.createElement('canvas').getContext('2d');"
        "c.fillStyle = getComputedStyle(document.body).backgroundColor; c.fillRect(0, 0, 1, 1);"
        "return [...c.getImageData(0, 0, 1, 1).data]; })()"
    )
    return sum(rgb[:3]) / 3


def test_colours_follow_the_system_and_the_button(open_page: Callable[..., Any]) -> None:
    assert luminance(open_page(color_scheme="light")) > 200
    page = open_page(color_scheme="dark")
    assert luminance(page) < 60
    button = page.get_by_role("button", name="Dark colours")
    assert button.get_attribute("aria-pressed") == "true"
    button.click()
    assert luminance(page) > 200
    page.reload()
    assert luminance(page) > 200


CONTRAST = """
() => {
  const canvas = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
  const rgb = (colour, under) => {
    canvas.fillStyle = `rgb(${under})`; canvas.fillRect(0, 0, 1, 1);
    canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3);
  };
  const light = (c) => c.map((v) => v / 255).map((v) => v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [.2126, .7152, .0722][i], 0);
  const ground = (node) => {
    const path = []; for (let n = node; n; n = n.parentElement) path.unshift(n);
    return path.reduce((under, n) => rgb(getComputedStyle(n).backgroundColor, under), [255, 255, 255]);
  };
  const poor = [];
  for (const node of document.querySelectorAll('body *')) {
    const own = [...node.childNodes].some((c) => c.nodeType === 3 && c.textContent.trim());
    if (!own || !node.checkVisibility() || node.closest('.unseen, .skip, noscript')) continue;
    const under = ground(node);
    const [a, b] = [light(rgb(getComputedStyle(node).color, under)), light(under)];
    const ratio = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
    if (ratio < 4.5) poor.push(`${node.className} ${ratio.toFixed(2)}: ${node.textContent.slice(0, 30)}`);
  }
  return poor;
}
"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_all_text_has_enough_contrast(open_page: Callable[..., Any], scheme: str) -> None:
    page = open_page(color_scheme=scheme)
    page.locator("#experts").wait_for()
    assert page.evaluate(CONTRAST) == []
    page.evaluate("document.querySelector('.promise').style.color = '#777'")
    assert len(page.evaluate(CONTRAST)) == 1, "the measure itself must notice grey on its ground"
    page.evaluate("document.querySelector('.promise').style.color = ''")
    ask(page, "math: 17%")
    ask(page, "chemistry: tungsten?")
    ask(page, "unsure", "abstained")
    for summary in page.locator("summary:visible").all():
        summary.click()
    assert page.evaluate(CONTRAST) == []


def test_every_control_has_a_name(open_page: Callable[..., Any]) -> None:
    page = open_page()
    ask(page, "math: 17%")
    ask(page, "unsure", "abstained")
    for control in page.locator("button, a, input, textarea").all():
        name = control.get_attribute("aria-label") or control.inner_text()
        labelled = control.evaluate("node => Boolean(node.labels?.length)")
        assert name.strip() or labelled, control.evaluate("node => node.outerHTML")


def test_api_page_describes_every_endpoint(open_page: Callable[..., Any]) -> None:
    page = open_page("/docs")
    page.locator(".operation").first.wait_for()
    shown = page.locator("#reference").inner_text()
    for path in (
        "/v1/chat/completions",
        "/v1/route",
        "/v1/feedback",
        "/v1/models",
        "/v1/experts",
        "/readyz",
        "/metrics",
    ):
        assert path in shown
    page.get_by_text("Takes: ChatRequest").click()
    assert "confidence_target" in page.locator("#reference").inner_text()
    assert "[object" not in page.content()
