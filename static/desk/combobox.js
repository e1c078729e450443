// The list under an address field: hints of the service while typing, the caller's recent addresses on F2. Focus stays in the field.

import { all, one, setText, show } from "./dom.js";
import { newest } from "./newest.js";
import { marked } from "./route.js";

const QUIET_MS = 120;
const FEWEST_LETTERS = 2;
const MOST_SHOWN = 6;
const MOST_RECENT = 3;

/**
 * @typedef {{title: string, note?: string, stop?: import("./route.js").Stop | null}} Hint
 *
 * @param {object} desk
 * @param {HTMLTemplateElement} desk.template
 * @param {import("./strings.js").Strings} desk.texts
 * @param {(text: string, signal: AbortSignal) => Promise<{hints?: Hint[], source?: string, late?: boolean}>} desk.ask
 * @param {(field: HTMLInputElement, hint: Hint) => void} desk.taken
 * @param {(words: string) => void} desk.changed opened, closed or found something: the words are for those who do not see the list
 */
export function addressList({ template, texts, ask, taken, changed }) {
  const { t, plural } = texts;
  const box = /** @type {HTMLElement} */ (template.content.firstElementChild.cloneNode(true));
  const rows = one("[role=listbox]", box);
  const question = newest({ delay: QUIET_MS, ask: ({ text }, signal) => ask(text, signal), told });
  let field = null;
  let mode = "";
  let hints = [];
  let selected = 0;
  let recent = [];

  /** @param {HTMLInputElement} input */
  function typed(input) {
    const text = input.value.trim();
    if (mode) shut();
    if (text.length < FEWEST_LETTERS) return question.drop();
    waits(input, true);
    return question.put({ text, input });
  }

  function told(answer, { text, input }) {
    waits(input, false);
    if (document.activeElement !== input || input.value.trim() !== text) return;
    const found = answer?.hints ?? [];
    const source = answer && !answer.late ? sourceOf(answer.source) : "";
    open(input, "hints", found.slice(0, MOST_SHOWN), source, answer && !answer.late ? t("hints.none") : t("hints.late"));
  }

  const sourceOf = (source) => (source ? t("hints.source_named", { source }) : t("hints.source"));

  function waits(input, waiting) {
    input.parentElement?.classList.toggle("waiting", waiting);
  }

  function open(input, how, found, source, nothing) {
    [field, mode, hints, selected] = [input, how, found, 0];
    box.dataset.mode = how;
    rows.replaceChildren(...found.map((hint, index) => row(hint, index)));
    show(rows, found.length > 0);
    setText(one("[data-hints-none]", box), found.length ? "" : nothing);
    show(one("[data-hints-none]", box), !found.length);
    show(one("[data-hints-keys]", box), found.length > 0);
    setText(one("[data-hints-source]", box), source);
    input.parentElement.append(box);
    input.setAttribute("aria-expanded", "true");
    select(0);
    changed(found.length ? plural("hints.count", found.length) : nothing);
  }

  function row(hint, index) {
    const option = document.createElement("div");
    const [sign, words, cap] = ["span", "span", "kbd"].map((tag) => document.createElement(tag));
    const note = document.createElement("small");
    Object.assign(option, { id: `hint-${index}` });
    option.setAttribute("role", "option");
    option.dataset.hint = String(index);
    sign.setAttribute("aria-hidden", "true");
    sign.textContent = hint.stop ? "◆" : "●";
    words.append(...marked(hint.title, mode === "hints" ? field.value : "").map(({ text, bold }) => piece(text, bold)));
    note.textContent = hint.note ?? "";
    if (hint.note) words.append(note);
    cap.textContent = mode === "recent" ? String(index + 1) : "Enter";
    option.append(sign, words, cap);
    return option;
  }

  function piece(text, bold) {
    const node = document.createElement(bold ? "mark" : "span");
    node.textContent = text;
    return node;
  }

  function select(index) {
    selected = index;
    for (const [position, option] of all("[role=option]", rows).entries()) option.setAttribute("aria-selected", String(position === index));
    if (hints.length) field.setAttribute("aria-activedescendant", `hint-${index}`);
  }

  /** @param {number} step */
  function choose(step) {
    if (hints.length) select((selected + step + hints.length) % hints.length);
  }

  /** @param {number} [index] @returns {boolean} whether there was something to take */
  function take(index = selected) {
    const [hint, input] = [hints[index], field];
    if (!hint) return false;
    shut();
    taken(input, hint);
    return true;
  }

  function shut() {
    question.drop();
    if (field) {
      waits(field, false);
      field.setAttribute("aria-expanded", "false");
      field.removeAttribute("aria-activedescendant");
    }
    box.remove();
    rows.replaceChildren();
    const was = mode;
    [field, mode, hints] = [null, "", []];
    if (was) changed("");
  }

  /** @param {HTMLInputElement} input */
  function left(input) {
    question.drop();
    waits(input, false);
    if (mode) shut();
  }

  return {
    typed, choose, take, shut, left,
    get mode() { return mode; },
    get recent() { return recent; },
    /** @param {HTMLInputElement} input */
    showRecent: (input) => recent.length > 0 && open(input, "recent", recent, t("hints.recent"), ""),
    /** @param {Hint[]} found */
    remember(found) { recent = found.slice(0, MOST_RECENT); },
    wipe() {
      shut();
      recent = [];
    },
  };
}
