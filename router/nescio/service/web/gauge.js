// Draws p against the confidence target: a bar, and a mark that it has to pass.

import { el, percent, svg } from "./dom.js";

const WIDTH = 132;
const X = 2;
const SPAN = WIDTH - 2 * X;

/** A small picture with a text alternative, and the same in words beneath it. */
export function gauge(p, target) {
  const passed = p !== null && (p > target || target === 0);
  const mark = X + SPAN * target;
  const said = alternative(p, target);
  const picture = svg(
    "svg",
    { viewBox: `0 0 ${WIDTH} 20`, role: "img", "aria-label": said, class: "dial" },
    svg("rect", { class: p === null ? "track unknown" : "track", x: X, y: 9, width: SPAN, height: 7, rx: 3.5 }),
    p === null ? null : svg("rect", { class: "level", x: X, y: 9, width: Math.max(7, SPAN * p), height: 7, rx: 3.5 }),
    target > 0 && svg("path", { class: "mark", d: `M${mark} 6v13` }),
    target > 0 && svg("path", { class: "head", d: `M${mark - 3.4} 1.5h6.8l-3.4 4.8z` }),
  );
  const wanted = target > 0 ? `target ${percent(target)}` : "no target";
  return el(
    "div",
    { class: `gauge ${passed ? "passed" : "short"}`, title: said },
    picture,
    el(
      "span",
      { class: "reading", "aria-hidden": "true" },
      el("b", {}, p === null ? "no estimate" : `${percent(p)} sure`),
      el("span", {}, wanted),
    ),
  );
}

function alternative(p, target) {
  const aim = target > 0 ? `the target is ${percent(target)}` : "no target applies";
  if (p === null) return `Chance of being right: no estimate; ${aim}.`;
  const relation = target === 0 ? "" : p > target ? ", which it exceeds" : ", which it does not exceed";
  return `Chance of being right: ${percent(p)}; ${aim}${relation}.`;
}
