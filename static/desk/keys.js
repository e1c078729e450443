// From a key to what it does. Codes, not letters: the layout may be Russian or English, NumLock on or off. Pure.

/** @typedef {{caps: string[], label: string}} Cap */

/** How a key is drawn in the bottom bar; `label` is a key of the page's texts, `space` stands for the translated name of the space bar. */
export const CAPS = {
  state: { caps: ["1–3"], label: "key.state" },
  finish: { caps: ["4"], label: "key.finish" },
  nextcall: { caps: ["space"], label: "key.nextcall" },
  longer: { caps: ["F8"], label: "key.longer" },
  next: { caps: ["Enter"], label: "key.next" },
  back: { caps: ["Shift+Enter"], label: "key.back" },
  recent: { caps: ["F2"], label: "key.recent" },
  stop: { caps: ["Insert"], label: "key.stop" },
  drop: { caps: ["Backspace"], label: "key.drop" },
  time: { caps: ["F8"], label: "key.time" },
  wish: { caps: ["1–9"], label: "key.wish" },
  choose: { caps: ["↑", "↓"], label: "key.choose" },
  take: { caps: ["Enter"], label: "key.take" },
  pick: { caps: ["1–3"], label: "key.pick" },
  shut: { caps: ["Esc"], label: "key.shut" },
  place: { caps: ["F9"], label: "key.place" },
  leave: { caps: ["Esc"], label: "key.leave" },
  reason: { caps: ["1–9"], label: "key.reason" },
  stay: { caps: ["Esc"], label: "key.stay" },
  correct: { caps: ["Enter"], label: "key.correct" },
  told: { caps: ["Enter"], label: "key.told" },
  again: { caps: ["1"], label: "key.again" },
  order: { caps: ["2"], label: "key.order" },
};

/** What has no sense as a click: a digit or a direction must be chosen. */
export const KEYBOARD_ONLY = new Set(["state", "reason", "wish", "choose", "pick"]);

const STATES = ["ready", "break", "off"];
const ARROWS = { ArrowUp: "-1", ArrowDown: "1" };

/** @param {string} code @returns {number} the digit of the key, 0 for any other key */
export function digitOf(code) {
  return Number(/^(?:Digit|Numpad)([1-9])$/.exec(code)?.[1] ?? 0);
}

/** @typedef {"field"|"address"|"empty address"|"empty stop"|"button"|"place"|""} On what has the focus */

/** @param {Element | null} element @returns {On} */
export function focusKind(element) {
  if (element?.matches("[role=combobox]")) return /** @type {HTMLInputElement} */ (element).value ? "address" : emptyKind(element);
  if (element?.matches("input, textarea, select")) return "field";
  if (element?.matches("[data-do=place]")) return "place";
  return element?.matches("button, a") ? "button" : "";
}

const emptyKind = (element) => (element.closest("[data-stop]") ? "empty stop" : "empty address");

/**
 * @param {{key: string, code: string, shiftKey: boolean, ctrlKey: boolean, altKey: boolean, metaKey: boolean, isComposing?: boolean}} event
 * @param {string[]} working the keys that work now
 * @param {On} on
 * @returns {{action: string, value?: string} | null} null leaves the key to the browser
 */
export function read(event, working, on) {
  if (event.isComposing || event.ctrlKey || event.altKey || event.metaKey) return null;
  const act = (action, value) => (working.includes(action) ? { action, value } : null);
  if (event.key === "Enter") return readEnter(event.shiftKey, act, on);
  if (!event.shiftKey && isNamed(event)) return readNamed(event, act, on);
  if (event.key === "+" && on.startsWith("empty")) return act("stop");
  if (event.code === "Space") return on === "" ? act("nextcall") : null;
  return event.shiftKey ? null : readDigit(digitOf(event.code), act, on);
}

const NAMED = new Set(["F2", "F8", "F9", "Escape", "ArrowUp", "ArrowDown", "Backspace"]);

/** Insert is told by its place: the keypad's zero is called "Insert" too when NumLock is off. */
const isNamed = ({ key, code }) => NAMED.has(key) || code === "Insert";

function readNamed({ key, code }, act, on) {
  if (code === "Insert") return act("stop");
  if (key === "F9") return act("place") ?? { action: "nothing" };
  if (key === "F2") return act("recent");
  if (key === "F8") return act("time") ?? act("longer");
  if (key === "Escape") return act("shut") ?? act("stay") ?? act("leave");
  if (key === "Backspace") return on === "empty stop" ? act("drop") : null;
  return act("choose", ARROWS[key]);
}

/** Enter moves on and never places: on the button that places, it does nothing. */
function readEnter(shift, act, on) {
  if (shift && act("back")) return act("back");
  if (on === "place") return { action: "nothing" };
  if (on === "button") return null;
  return act("take") ?? act("next") ?? act("correct") ?? act("told");
}

/** A digit is a character in a field, unless a list is open there that it chooses from. */
function readDigit(digit, act, on) {
  const inField = on !== "" && on !== "button" && on !== "place";
  if (!digit) return null;
  if (act("pick")) return act("pick", String(digit));
  if (inField) return null;
  if (act("reason")) return act("reason", String(digit));
  if (act("again")) return { 1: act("again"), 2: act("order") }[digit] ?? null;
  if (digit === 4) return act("finish", "key");
  return digit < 4 ? act("state", STATES[digit - 1]) : null;
}
