// Commands to the server: JSON, same origin, every refusal with a sentence.

const PATIENCE_MS = 8000;

/** The server said no; `sentence` is for the operator, `fields` has one sentence per wrong field. */
export class Refusal extends Error {
  /** @param {number} status @param {{code?: string, sentence?: string, fields?: Record<string, string>}} error */
  constructor(status, { code = "", sentence = "", fields = {} }) {
    super(code);
    this.status = status;
    this.code = code;
    this.sentence = sentence;
    this.fields = fields;
  }

  /** The server knows this browser no more: the seat is closed, or the cookies are gone and the page's token with them. */
  get unseated() {
    return this.status === 401 || this.code === "csrf";
  }

  /** The right to the call's data has ended. */
  get gone() {
    return this.status === 404 || this.status === 410;
  }
}

/** No answer: the command may or may not have arrived. */
export class Unreachable extends Error {}

/**
 * @param {{csrf: () => string, fetch?: typeof fetch, onSeatClosed: () => void, patience?: number}} options
 */
export function client({ csrf, fetch: send = globalThis.fetch.bind(globalThis), onSeatClosed, patience = PATIENCE_MS }) {
  /**
   * @param {string} method @param {string} path
   * @param {{body?: unknown, grant?: string, keepalive?: boolean, signal?: AbortSignal}} [options] `signal` gives the question up
   * @returns {Promise<any>}
   */
  async function command(method, path, { body, grant, keepalive = false, signal } = {}) {
    const headers = { Accept: "application/json", "X-CSRFToken": csrf() };
    if (grant) headers["X-Grant"] = grant;
    if (method !== "GET") headers["Content-Type"] = "application/json";
    const request = { method, headers, credentials: "same-origin", cache: "no-store", keepalive, signal: either(AbortSignal.timeout(patience), signal) };
    const answer = await reach(send, path, method === "GET" ? request : { ...request, body: JSON.stringify(body ?? {}) });
    if (answer.ok) return answer.status === 204 ? null : decoded(answer);
    const refusal = new Refusal(answer.status, (await decoded(answer))?.error ?? {});
    if (refusal.unseated) onSeatClosed();
    throw refusal;
  }
  return { command };
}

/** @param {AbortSignal} patience @param {AbortSignal} [given] */
const either = (patience, given) => (given ? AbortSignal.any([patience, given]) : patience);

/** @param {typeof fetch} send @param {string} path @param {RequestInit} request */
async function reach(send, path, request) {
  try {
    return await send(path, request);
  } catch (error) {
    throw new Unreachable(error instanceof Error ? error.name : "network");
  }
}

/** @param {Response} answer */
async function decoded(answer) {
  try {
    return await answer.json();
  } catch {
    return null;
  }
}
