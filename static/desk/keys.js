// From a key to what it does. Codes, not letters: the layout may be Russian or English, NumLock on or off. Pure.

/** @typedef {{caps: string[], label: string, value?: string}} Cap */

/** How a key is drawn in the bottom bar; `label` is a key of the page's texts, `space` stands for the translated name of the space bar. */
export const CAPS = {
  state: { caps: ["1–3"], label: "key.state" },
  finish: { caps: ["4"], label: "key.finish" },
  nextcall: { caps: ["space"], label: "key.nextcall" },
  next: { caps: ["Enter"], label: "key.next" },
  back: { caps: ["Shift+Enter"], label: "key.back" },
  place: { caps: ["F9"], label: "key.place" },
  leave: { caps: ["Esc"], label: "key.leave" },
  reason: { caps: ["1–9"], label: "key.reason" },
  stay: { caps: ["Esc"], label: "key.stay" },
  correct: { caps: ["Enter"], label: "key.correct" },
};

/** What has no sense as a click: a digit must be chosen. */
export const KEYBOARD_ONLY = new Set(["state", "reason"]);

const STATES = ["ready", "break", "off"];

/** @param {string} code @returns {number} the digit of the key, 0 for any other key */
export function digitOf(code) {
  return Number(/^(?:Digit|Numpad)([1-9])$/.exec(code)?.[1] ?? 0);
}

/**
 * @param {{key: string, code: string, shiftKey: boolean, ctrlKey: boolean, altKey: boolean, metaKey: boolean, isComposing?: boolean}} event
 * @param {string[]} working the keys that work now
 * @param {"field"|"button"|"place"|""} on what has the focus
 * @returns {{action: string, value?: string} | null} null leaves the key to the browser
 */
export function read(event, working, on) {
  if (event.isComposing || event.ctrlKey || event.altKey || event.metaKey) return null;
  const works = (action) => working.includes(action);
  const act = (action, value) => (works(action) ? { action, value } : null);
  if (event.key === "Enter") return readEnter(event.shiftKey, works, on);
  if (event.key === "F9" && !event.shiftKey) return act("place") ?? { action: "nothing" };
  if (event.key === "Escape") return act("stay") ?? act("leave");
  if (event.code === "Space") return on === "" ? act("nextcall") : null;
  const digit = event.shiftKey || on === "field" ? 0 : digitOf(event.code);
  if (!digit) return null;
  if (works("reason")) return { action: "reason", value: String(digit) };
  if (digit === 4) return act("finish", "key");
  return digit < 4 ? act("state", STATES[digit - 1]) : null;
}

/** Enter moves on and never places: on the button that places, it does nothing. */
function readEnter(shift, works, on) {
  if (works("back") && shift) return { action: "back" };
  if (on === "place") return { action: "nothing" };
  if (works("next") && on !== "button") return { action: "next" };
  return works("correct") && on !== "button" ? { action: "correct" } : null;
}
