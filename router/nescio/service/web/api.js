// Talks to the server: one streamed question, one grade, and what the page needs to begin.

/** What the server objected to, in words. */
export class ApiError extends Error {
  constructor(detail, status) {
    super(detail.message);
    this.hint = detail.hint ?? "";
    this.code = detail.code ?? "";
    this.status = status;
  }
}

const KEY = "nescio.key";
let key = "";
try {
  key = sessionStorage.getItem(KEY) ?? "";
} catch {
  // Without storage the key lives as long as the page.
}

/** Use an API key from now on, until the tab is closed. */
export function useKey(value) {
  key = value;
  try {
    sessionStorage.setItem(KEY, value);
  } catch {
    // See above.
  }
}

/** A GET that gives JSON. */
export async function get(path) {
  return (await call(path, { method: "GET" })).json();
}

/** Keep a grade of an answer. */
export async function sendGrade(id, grade) {
  return (await call("/v1/feedback", post({ id, grade }))).json();
}

/**
 * Ask, and hear of progress.
 * @returns {Promise<{content: string, nescio: object, id: string}>}
 */
export async function ask({ messages, target, signal, onProgress }) {
  const body = { model: "nescio", messages, stream: true };
  if (target !== null) body.confidence_target = target;
  const response = await call("/v1/chat/completions", { ...post(body), signal });
  const answer = { content: "", nescio: null, id: "" };
  for await (const line of lines(response.body)) {
    if (line.startsWith(":")) onProgress(line.slice(1).trim());
    else if (line.startsWith("data: ") && line !== "data: [DONE]") take(answer, JSON.parse(line.slice(6)));
  }
  if (answer.nescio === null) {
    throw new ApiError({ message: "The answer broke off.", hint: "Ask again; the server may have restarted." }, 0);
  }
  return answer;
}

function take(answer, chunk) {
  if (chunk.error) throw new ApiError(chunk.error, 200);
  answer.id = chunk.id;
  answer.content += chunk.choices[0]?.delta?.content ?? "";
  answer.nescio = chunk.nescio ?? answer.nescio;
}

async function* lines(stream) {
  const reader = stream.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    const parts = (rest + value).split("\n");
    rest = parts.pop();
    yield* parts.filter(Boolean);
  }
}

function post(body) {
  return { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
}

async function call(path, options) {
  const headers = { ...options.headers };
  if (key) headers.Authorization = `Bearer ${key}`;
  let response;
  try {
    response = await fetch(path, { ...options, headers });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new ApiError({ message: "The server cannot be reached.", hint: "Is nescio serve still running?" }, 0);
  }
  if (response.ok) return response;
  const told = await response.json().catch(() => null);
  throw new ApiError(told?.error ?? { message: `The server answered with ${response.status}.` }, response.status);
}
