// Draws one turn of the conversation: the person's, the pending one, an answer, or "I don't know".

import { copyButton, el, icon, ICONS, percent, sentence, svg } from "./dom.js";
import { gauge } from "./gauge.js";

const REASONS = {
  out_of_scope: "Outside my fields",
  low_routing_confidence: "Not sure whom to ask",
  low_answer_confidence: "Not sure enough",
  disagreement: "My attempts disagree",
  unanswerable: "Cannot be answered",
  declined: "The model does not know",
  tool_failed: "A tool failed",
  expert_unavailable: "Expert not available",
  policy: "Not answered by policy",
  budget: "Out of budget",
  uncalibrated: "Not calibrated",
};
const NEXT = {
  uncalibrated: (expert) => `nescio calibrate --expert ${expert}`,
  expert_unavailable: () => "nescio doctor",
  tool_failed: () => "nescio sandbox check",
};
const CALIBRATIONS = {
  own: "fitted on this expert’s own graded answers",
  pooled: "fitted on all experts’ graded answers together",
  none: "none; the chance of being right is unknown",
};

/** The person's turn. */
export function asked(text) {
  return el("li", { class: "turn asked" }, el("span", { class: "unseen" }, "You asked: "), el("p", {}, text));
}

/** A turn that is being worked on; `tell` shows what happens. */
export function pending() {
  const words = el("span", { class: "doing" }, "Sending");
  const clock = el("span", { class: "clock", "aria-hidden": "true" });
  const begun = performance.now();
  const tick = () => (clock.textContent = `${Math.round((performance.now() - begun) / 1000)} s`);
  const timer = setInterval(tick, 1000);
  const dots = el("span", { class: "dots", "aria-hidden": "true" }, el("i"), el("i"), el("i"));
  const node = el("li", { class: "turn pending" }, dots, words, clock);
  return {
    node,
    tell: (text) => (words.textContent = sentence(text)),
    end: () => clearInterval(timer),
  };
}

/** A turn that came to nothing, such as one that was stopped. */
export function note(text) {
  return el("li", { class: "turn note" }, text);
}

/** The decision: an answer or an abstention, with everything that stands behind it. */
export function decided(answer, { onGrade, onAnyway }) {
  const { nescio } = answer;
  return nescio.decision === "answered" ? answered(answer, onGrade) : abstained(nescio, onAnyway);
}

/** The decision in one sentence, for a screen reader. */
export function spoken({ content, nescio }) {
  if (nescio.decision !== "answered") return `I don’t know. ${sentence(nescio.message)}`;
  const sure = nescio.p === null ? "" : `, ${percent(nescio.p)} sure`;
  return `${nescio.expert ?? "nescio"} answers${sure}: ${content}`;
}

function answered({ content, nescio, id }, onGrade) {
  const evidence = nescio.evidence ?? {};
  return el(
    "li",
    { class: "turn answered" },
    el(
      "article",
      { "aria-label": `Answer of ${nescio.expert}` },
      el("header", {}, chip(nescio.expert), gauge(nescio.p, nescio.confidence_target ?? 0)),
      nescio.confidence_target === 0 && el("p", { class: "caution" }, "Answered without a gate: this may be a guess."),
      el("div", { class: "text" }, rich(content)),
      program(evidence),
      sources(evidence.citations ?? []),
      el("footer", {}, why(nescio), grades(id, onGrade), copyButton(() => content, "Copy the answer")),
    ),
  );
}

function abstained(nescio, onAnyway) {
  const asked = nescio.would_have_asked;
  return el(
    "li",
    { class: "turn abstained" },
    el(
      "article",
      { "aria-label": "I don’t know" },
      el(
        "header",
        {},
        el("p", { class: "headline" }, "I don’t know"),
        nescio.p !== null && gauge(nescio.p, nescio.confidence_target ?? 0),
      ),
      el("p", { class: "text" }, sentence(nescio.message)),
      el(
        "p",
        { class: "chips" },
        el("span", { class: "reason", title: nescio.reason }, REASONS[nescio.reason] ?? nescio.reason),
        asked && el("span", { class: "asked-of" }, "Would have asked ", el("b", {}, asked)),
      ),
      next(nescio),
      el(
        "footer",
        {},
        why(nescio),
        onAnyway && el("button", { type: "button", class: "quiet anyway", onclick: onAnyway }, "Answer anyway"),
      ),
    ),
  );
}

/** What whoever runs this server can type about it. */
function next({ reason, would_have_asked: expert }) {
  if (!NEXT[reason] || !expert) return null;
  return el("p", { class: "hint" }, "On the server: ", el("code", {}, NEXT[reason](expert)));
}

function chip(expert) {
  return el("p", { class: "expert" }, el("span", { class: "dot", "aria-hidden": "true" }), expert ?? "nescio");
}

function program({ code, stdout }) {
  if (!code) return null;
  return el(
    "details",
    { class: "program" },
    el("summary", {}, "The program and its output"),
    codeBlock(code, "Program"),
    stdout ? codeBlock(stdout.replace(/\n$/, ""), "Output") : null,
  );
}

function codeBlock(text, title) {
  return el(
    "div",
    { class: "code" },
    el("div", { class: "code-head" }, el("span", {}, title), copyButton(() => text, `Copy: ${title}`)),
    el("pre", { tabindex: "0", "aria-label": title }, el("code", {}, text)),
  );
}

function sources(citations) {
  if (!citations.length) return null;
  const items = citations.map((each) =>
    el(
      "li",
      {},
      el("cite", {}, link(each.title || each.source, each.url)),
      el("span", {}, origin(each)),
      each.text ? el("q", {}, each.text) : null,
    ),
  );
  return el("section", { class: "sources" }, el("h3", {}, citations.length > 1 ? "Sources" : "Source"), el("ul", {}, items));
}

/** Source and date; a date that the source names already is not said twice. */
function origin({ title, source, date }) {
  const named = title ? source : "";
  return [named, source.includes(date) ? "" : date].filter(Boolean).join(", ");
}

function link(text, url) {
  if (!/^https?:\/\//i.test(url ?? "")) return text;
  return el("a", { href: url, rel: "noopener noreferrer", target: "_blank" }, text);
}

function grades(id, onGrade) {
  const box = el("span", { class: "grades", role: "group", "aria-label": "Was this right?" });
  const told = el("span", { class: "told", role: "status" });
  const button = (grade, word, label, path) => {
    const made = el("button", { type: "button", class: "quiet", "aria-label": label }, icon(path), word);
    made.setAttribute("aria-pressed", "false");
    made.addEventListener("click", async () => {
      const kept = await onGrade(id, grade);
      if (!kept) return;
      for (const other of box.querySelectorAll("button")) other.setAttribute("aria-pressed", String(other === made));
      told.textContent = "Noted, thank you.";
    });
    return made;
  };
  box.append(button("right", "Right", "Right: grade this answer", ICONS.right), button("wrong", "Wrong", "Wrong: grade this answer", ICONS.wrong), told);
  return box;
}

function why(nescio) {
  const spent = [`${nescio.latency_s ?? "?"} s`];
  if (nescio.samples) spent.push(`${nescio.samples} sample${nescio.samples > 1 ? "s" : ""}`);
  const rows = [
    nescio.p_interval && ["Graded answers say", `${percent(nescio.p_interval[0])} to ${percent(nescio.p_interval[1])} right`],
    ["In scope", percent(nescio.scope)],
    ["Right expert", percent(nescio.p_route)],
    ["Calibration", CALIBRATIONS[nescio.calibration] ?? nescio.calibration],
    ["Took", spent.join(", ")],
    ["Trace", nescio.trace_id],
  ];
  return el(
    "details",
    { class: "why" },
    el("summary", {}, "Why?"),
    el(
      "div",
      { class: "panel" },
      el("dl", {}, rows.filter(Boolean).map(([name, value]) => [el("dt", {}, name), el("dd", {}, value)])),
      candidates(nescio.candidates, nescio.expert),
      features(nescio.evidence?.features ?? {}),
    ),
  );
}

function candidates(ranked, chosen) {
  if (!ranked.length) return null;
  const rows = ranked.map((each) =>
    el(
      "tr",
      { class: each.expert === chosen ? "chosen" : null },
      el("th", { scope: "row" }, each.expert),
      el("td", { class: "bar" }, bar(each.p_route ?? 0)),
      el("td", { class: "number" }, percent(each.p_route)),
    ),
  );
  return el("table", {}, el("caption", {}, "Who could answer: chance of being in scope and the right one"), el("tbody", {}, rows));
}

function bar(p) {
  return svg(
    "svg",
    { viewBox: "0 0 100 6", preserveAspectRatio: "none", "aria-hidden": "true" },
    svg("rect", { class: "track", width: 100, height: 6 }),
    svg("rect", { class: "level", width: 100 * p, height: 6 }),
  );
}

function features(named) {
  const rows = Object.entries(named).map(([name, value]) =>
    el("tr", {}, el("th", { scope: "row" }, name.replaceAll("_", " ")), el("td", { class: "number" }, number(value))),
  );
  if (!rows.length) return null;
  return el("table", { class: "features" }, el("caption", {}, "Evidence"), el("tbody", {}, rows));
}

function number(value) {
  return value === null ? "unknown" : String(Math.round(value * 1000) / 1000);
}

/** Paragraphs, fenced code and inline code; everything else stays text. */
function rich(text) {
  return text.split(/(```[\s\S]*?(?:```|$))/).flatMap((part) => {
    if (!part.startsWith("```")) {
      return part.split(/\n{2,}/).filter((each) => each.trim()).map((each) => el("p", {}, inline(each.trim())));
    }
    const [, language, body] = /^```([^\n]*)\n?([\s\S]*?)\n?(?:```)?$/.exec(part);
    return codeBlock(body, language.trim() || "Code");
  });
}

function inline(text) {
  return text.split(/(`[^`\n]+`)/).map((part) => (/^`.+`$/.test(part) ? el("code", {}, part.slice(1, -1)) : part));
}
