// The event stream: one nudge brings the whole state, so a lost connection needs nothing replayed, only to be opened again.

export const SILENCE_MS = 25_000;
const LONGEST_WAIT_MS = 10_000;

/** How long to wait before the given attempt; jitter keeps hundreds of pages from returning in the same instant. */
export function waitBefore(attempt, random) {
  return attempt === 0 ? 100 + random() * 900 : Math.min(LONGEST_WAIT_MS, 1000 * 2 ** (attempt - 1)) * (0.5 + random() / 2);
}

/**
 * Follow the stream until the seat is closed.
 * @param {string} url
 * @param {object} hooks
 * @param {(snapshot: import("./state.js").Snapshot) => void} hooks.onState
 * @param {(beat: {now: string, link: "live"|"polling"}) => void} hooks.onBeat
 * @param {(lost: boolean) => void} hooks.onLost
 * @param {() => void} hooks.onRefused the server knows no seat for this browser
 * @param {{EventSource?: any, fetch?: any, random?: () => number, setTimeout?: any, clearTimeout?: any}} [world]
 */
export function follow(url, hooks, world = {}) {
  const { EventSource: Source = globalThis.EventSource, fetch: ask = globalThis.fetch?.bind(globalThis), random = Math.random } = world;
  const later = world.setTimeout ?? globalThis.setTimeout.bind(globalThis);
  const cancel = world.clearTimeout ?? globalThis.clearTimeout.bind(globalThis);
  let source = null;
  let [watchdog, retry] = [0, 0];
  let attempt = 0;
  let ended = false;

  function heard() {
    attempt = 0;
    hooks.onLost(false);
    watch();
  }

  function watch() {
    cancel(watchdog);
    watchdog = later(() => again({ lost: true }), SILENCE_MS);
  }

  function open() {
    source = new Source(url);
    watch();
    source.addEventListener("state", (event) => { heard(); hooks.onState(JSON.parse(event.data)); });
    source.addEventListener("beat", (event) => { heard(); hooks.onBeat(JSON.parse(event.data)); });
    source.addEventListener("restart", () => again({ lost: false }));
    source.addEventListener("end", stop);
    source.addEventListener("error", failed);
  }

  /** A stream that the server refused is closed for good by the browser, without a word why: ask for the status. */
  async function failed() {
    const refused = source.readyState === Source.CLOSED;
    source.close();
    if (refused && (await statusOf(ask, url)) === 401) return end();
    again({ lost: attempt > 0 });
  }

  function end() {
    stop();
    hooks.onRefused();
  }

  function again({ lost }) {
    if (ended) return;
    source.close();
    cancel(watchdog);
    cancel(retry);
    if (lost) hooks.onLost(true);
    retry = later(open, waitBefore(attempt, random));
    attempt += 1;
  }

  function stop() {
    ended = true;
    source?.close();
    cancel(watchdog);
    cancel(retry);
  }

  function reopen() {
    attempt = 0;
    again({ lost: false });
  }

  open();
  return { stop, reopen };
}

async function statusOf(ask, url) {
  const question = new AbortController();
  try {
    return (await ask(url, { signal: question.signal, cache: "no-store" })).status;
  } catch {
    return 0;
  } finally {
    question.abort();
  }
}
