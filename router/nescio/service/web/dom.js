// Builds elements from text. Nothing here, or anywhere in the page, parses text as HTML.

const SVG = "http://www.w3.org/2000/svg";

/** An element with attributes and children; a string becomes a text node, null and false are left out. */
export function el(name, attributes = {}, ...children) {
  return fill(document.createElement(name), attributes, children);
}

/** The same for SVG. */
export function svg(name, attributes = {}, ...children) {
  return fill(document.createElementNS(SVG, name), attributes, children);
}

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/** An icon drawn with strokes. */
export function icon(path) {
  return svg("svg", { viewBox: "0 0 20 20", "aria-hidden": "true" }, svg("path", { d: path }));
}

/** A button that copies what `text` gives, and says so. */
export function copyButton(text, label) {
  const words = el("span", {}, "Copy");
  const button = el("button", { type: "button", class: "quiet copy", "aria-label": label }, icon(ICONS.copy), words);
  button.addEventListener("click", async () => {
    const done = await copy(text());
    words.textContent = done ? "Copied" : "Not copied";
    setTimeout(() => (words.textContent = "Copy"), 1600);
  });
  return button;
}

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}

export const ICONS = {
  copy: "M7 7V4h9v9h-3M4 7h9v9H4z",
  right: "M4 10.5l4 4 8-9",
  wrong: "M5 5l10 10M15 5L5 15",
};

/** A probability as a person reads it; what is neither 0 nor 1 never looks like it. */
export function percent(p) {
  if (p === null || p === undefined) return "unknown";
  const whole = Math.round(100 * p);
  if (whole === 100 && p < 1) return "> 99%";
  if (whole === 0 && p > 0) return "< 1%";
  return `${whole}%`;
}

/** `text` with its first letter in upper case. */
export function sentence(text) {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
