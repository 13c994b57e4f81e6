// Shows /openapi.json for a person: each endpoint, what it takes and what it gives. No library, nothing fetched else.

import { copyButton, el } from "./dom.js";

const place = document.getElementById("reference");

function name(reference) {
  return reference.split("/").pop();
}

function kind(schema, known) {
  if (!schema) return "";
  if (schema.$ref) return name(schema.$ref);
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum) return schema.enum.map((each) => JSON.stringify(each)).join(" | ");
  if (schema.anyOf) return schema.anyOf.map((each) => kind(each, known)).join(" | ");
  if (schema.type === "array") return `${kind(schema.items, known)}[]`;
  return schema.type ?? "any";
}

function bounds(schema) {
  const inner = [schema, ...(schema.anyOf ?? [])];
  const found = (key) => inner.find((each) => each[key] !== undefined)?.[key];
  const told = [
    ["minimum", "≥"],
    ["exclusiveMinimum", ">"],
    ["maximum", "≤"],
    ["exclusiveMaximum", "<"],
  ].filter(([key]) => found(key) !== undefined);
  return told.map(([key, sign]) => `${sign} ${found(key)}`).join(", ");
}

function fields(schema, schemas) {
  const required = new Set(schema.required ?? []);
  const rows = Object.entries(schema.properties ?? {}).map(([field, each]) =>
    el(
      "tr",
      {},
      el("th", { scope: "row" }, field, required.has(field) ? " *" : ""),
      el("td", {}, kind(each, schemas)),
      el("td", {}, [bounds(each), each.description].filter(Boolean).join(". ")),
    ),
  );
  return el("div", { class: "scroll", tabindex: "0" }, el("table", { class: "fields" }, el("tbody", {}, rows)));
}

function body(content, title, schemas) {
  const schema = content?.["application/json"]?.schema;
  if (!schema?.$ref) return null;
  return el("details", {}, el("summary", {}, `${title}: ${name(schema.$ref)}`), fields(schemas[name(schema.$ref)], schemas));
}

function operation(path, method, told, schemas) {
  const codes = Object.entries(told.responses).filter(([code]) => code !== "200");
  return el(
    "section",
    { class: "operation", "aria-label": `${method} ${path}` },
    el("h3", {}, el("span", { class: "method" }, method.toUpperCase()), path),
    told.description ? el("p", {}, told.description) : null,
    body(told.requestBody?.content, "Takes", schemas),
    body(told.responses["200"]?.content, "Gives", schemas),
    el(
      "details",
      {},
      el("summary", {}, "Errors"),
      el("dl", {}, codes.map(([code, each]) => [el("dt", {}, code), el("dd", {}, each.description)])),
    ),
  );
}

function example(address) {
  const text = `from openai import OpenAI

client = OpenAI(base_url="${address}/v1", api_key="none")
completion = client.chat.completions.create(
    model="nescio",
    messages=[{"role": "user", "content": "What is the boiling point of tungsten?"}],
    extra_body={"confidence_target": 0.9},
)
print(completion.choices[0].message.content)
print(completion.nescio["decision"], completion.nescio["p"])`;
  return el(
    "div",
    { class: "code" },
    el("div", { class: "code-head" }, el("span", {}, "Python"), copyButton(() => text, "Copy the example")),
    el("pre", { tabindex: "0", "aria-label": "Example" }, el("code", {}, text)),
  );
}

function shapes(schemas) {
  return Object.entries(schemas).map(([title, schema]) =>
    el(
      "details",
      { class: "operation", id: title },
      el("summary", {}, title),
      schema.description ? el("p", {}, schema.description) : null,
      fields(schema, schemas),
    ),
  );
}

try {
  const api = await (await fetch("/openapi.json")).json();
  const { schemas } = api.components;
  const operations = Object.entries(api.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, told]) => operation(path, method, told, schemas)),
  );
  place.replaceChildren(
    el("h2", {}, "The API"),
    el("p", {}, api.info.description),
    el("p", {}, "Any OpenAI client speaks it; what nescio adds travels in the nescio object and in extra parameters."),
    example(location.origin),
    el("h2", {}, "Endpoints"),
    ...operations,
    el("h2", {}, "Shapes"),
    ...shapes(schemas),
  );
} catch {
  place.replaceChildren(el("p", { role: "alert" }, "The description could not be read. Is nescio serve still running?"));
}
