// Joins the page's parts: the composer, the conversation and the server. Drawing is in view.js, talking in api.js.

import { ApiError, ask, get, sendGrade, useKey } from "./api.js";
import { el, sentence } from "./dom.js";
import { asked, decided, note, pending, spoken } from "./view.js";

const at = (id) => document.getElementById(id);
const parts = {
  banner: at("banner"),
  composer: at("composer"),
  query: at("query"),
  send: at("send"),
  status: at("status"),
  stop: at("stop"),
  target: at("target"),
  turns: at("turns"),
  welcome: at("welcome"),
};
const HARD_ONE = "What did I dream last night?";
const FALLBACK = ["How much is 17% of 2,340?", "What is the boiling point of tungsten?"];
const EXAMPLES = 4;

let messages = [];
let running = null;
let chosenTarget = /^\d{1,2}$/.test(remembered("target") ?? "") ? remembered("target") : null;

function remembered(name) {
  try {
    return localStorage.getItem(`nescio.${name}`);
  } catch {
    return null;
  }
}

function remember(name, value) {
  try {
    localStorage.setItem(`nescio.${name}`, value);
  } catch {
    // Nothing is remembered then.
  }
}

function announce(text) {
  parts.status.textContent = text;
}

// The conversation

async function submit(text, target = null) {
  if (running || !text.trim()) return;
  hideBanner();
  parts.welcome.hidden = true;
  const turn = asked(text);
  const waiting = pending();
  parts.turns.append(turn, waiting.node);
  follow(waiting.node);
  running = new AbortController();
  busy(true);
  announce("Asked.");
  try {
    const sent = [...messages, { role: "user", content: text }];
    const wanted = target ?? (chosenTarget === null ? null : Number(chosenTarget) / 100);
    const answer = await ask({ messages: sent, target: wanted, signal: running.signal, onProgress: progress(waiting) });
    messages = [...sent, { role: "assistant", content: answer.content }];
    show(waiting, decided(answer, actions(text, answer)));
    announce(spoken(answer));
  } catch (error) {
    failed(error, waiting, turn, text);
  } finally {
    waiting.end();
    running = null;
    busy(false);
  }
}

function progress(waiting) {
  return (text) => {
    if (!text) return;
    waiting.tell(text);
    announce(sentence(text));
  };
}

function actions(text, { nescio }) {
  const again = nescio.confidence_target > 0 && nescio.reason !== "policy";
  return { onGrade: grade, onAnyway: again ? () => askAnyway(text) : null };
}

/** The same question without a gate; if it was the last one, it takes the place of the abstention. */
function askAnyway(text) {
  if (running) return;
  const last = messages.at(-2);
  if (last?.content === text) messages = messages.slice(0, -2);
  submit(text, 0);
}

function show(waiting, node) {
  waiting.node.replaceWith(node);
  follow(node);
}

function failed(error, waiting, turn, text) {
  if (!waiting.node.isConnected) return;
  if (error.name === "AbortError") {
    show(waiting, note("Stopped."));
    announce("Stopped.");
  } else {
    waiting.node.remove();
    turn.remove();
    parts.welcome.hidden = parts.turns.children.length > 0;
    complain(error, () => submit(text));
  }
  if (!parts.query.value) write(text);
}

async function grade(id, value) {
  try {
    await sendGrade(id, value);
    return true;
  } catch (error) {
    complain(error, null);
    return false;
  }
}

function newChat() {
  running?.abort();
  messages = [];
  parts.turns.replaceChildren();
  parts.welcome.hidden = false;
  hideBanner();
  write("");
  announce("A new conversation.");
  window.scrollTo(0, 0);
}

function follow(node) {
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  node.scrollIntoView({ block: "end", behavior: calm ? "auto" : "smooth" });
}

// The composer

function busy(yes) {
  parts.send.hidden = yes;
  parts.stop.hidden = !yes;
  parts.composer.toggleAttribute("aria-busy", yes);
  parts.query.focus();
}

function write(text) {
  parts.query.value = text;
  grow();
  parts.query.focus();
}

function grow() {
  parts.query.style.height = "auto";
  parts.query.style.height = `${Math.min(parts.query.scrollHeight, 200)}px`;
}

function sendWritten() {
  const text = parts.query.value;
  if (running || !text.trim()) return;
  write("");
  submit(text);
}

function showTarget() {
  const whole = Number(parts.target.value);
  const odds = whole / (100 - whole);
  at("target-label").textContent = whole ? "Answer only if more than" : "Give any answer,";
  at("target-value").textContent = whole ? `${whole}% sure` : "even a guess";
  parts.target.setAttribute("aria-valuetext", whole ? `more than ${whole} percent sure` : "any answer, even a guess");
  at("target-meaning").textContent = whole
    ? `A wrong answer then costs ${odds < 10 ? Number(odds.toPrecision(2)) : Math.round(odds)} right ones.`
    : "No answer is held back.";
  parts.target.style.setProperty("--level", `${(100 * whole) / 99}%`);
}

// Trouble

function complain(error, retry) {
  const ours = error instanceof ApiError;
  const words = el("p", {}, el("b", {}, ours ? error.message : "Something went wrong in this page."));
  if (ours && error.hint) words.append(el("span", {}, ` ${sentence(error.hint)}.`.replace(/([.?!])\.$/, "$1")));
  const again = retry && el("button", { type: "button", onclick: () => { hideBanner(); retry(); } }, "Try again");
  const close = el("button", { type: "button", class: "quiet", onclick: hideBanner }, "Dismiss");
  const content = error.status === 401 ? [words, keyForm(retry)] : [words, again, close];
  parts.banner.replaceChildren(...content.filter(Boolean));
  parts.banner.hidden = false;
}

function keyForm(retry) {
  const input = el("input", { type: "password", id: "key", autocomplete: "off", required: true });
  const submitKey = (event) => {
    event.preventDefault();
    useKey(input.value);
    hideBanner();
    parts.query.value = "";
    if (retry) retry();
    welcome();
  };
  return el(
    "form",
    { onsubmit: submitKey, class: "key" },
    el("label", { for: "key" }, "API key"),
    input,
    el("button", { type: "submit" }, "Use it"),
  );
}

function hideBanner() {
  parts.banner.hidden = true;
  parts.banner.replaceChildren();
}

// The beginning

async function welcome() {
  const config = await get("/page/config.json").catch(() => null);
  if (chosenTarget === null && config) parts.target.value = Math.round(100 * config.confidence_target);
  showTarget();
  const experts = await get("/v1/experts").then((all) => all.data, () => []);
  const questions = experts.filter((each) => each.cost_s < 60).map((each) => each.examples[0]).filter(Boolean);
  offer([...(questions.length ? questions.slice(0, EXAMPLES) : FALLBACK), HARD_ONE]);
  if (experts.length) {
    at("experts").textContent = `Experts at hand: ${experts.map((each) => each.name).join(" · ")}`;
    at("experts").hidden = false;
  }
}

function offer(questions) {
  const items = questions.map((text) =>
    el("li", {}, el("button", { type: "button", class: "example", onclick: () => submit(text) }, text)),
  );
  at("examples").replaceChildren(...items);
}

function isDark() {
  const theme = document.documentElement.dataset.theme;
  return theme ? theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
}

function toggleTheme() {
  const theme = isDark() ? "light" : "dark";
  document.documentElement.dataset.theme = theme;
  remember("theme", theme);
  at("theme").setAttribute("aria-pressed", String(isDark()));
}

parts.composer.addEventListener("submit", (event) => {
  event.preventDefault();
  sendWritten();
});
parts.query.addEventListener("input", grow);
parts.query.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    sendWritten();
  }
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") running?.abort();
});
parts.stop.addEventListener("click", () => running?.abort());
parts.target.addEventListener("input", () => {
  chosenTarget = parts.target.value;
  remember("target", chosenTarget);
  showTarget();
});
at("new-chat").addEventListener("click", newChat);
at("theme").addEventListener("click", toggleTheme);
at("theme").setAttribute("aria-pressed", String(isDark()));
if (chosenTarget !== null) parts.target.value = chosenTarget;
showTarget();
offer([...FALLBACK, HARD_ONE]);
welcome();
