// The order form. It is built when the right to a call opens and removed, not hidden, when that right ends.

import { all, one, setText, show } from "./dom.js";
import { numbersApart, readBack } from "./speech.js";
import { hoursMinutes, readWhen, wallClock, wordsOf } from "./when.js";

export const FIELDS = ["pickup", "destination", "when", "phone", "note"];
const DRAFT_DELAY_MS = 400;

/**
 * @param {HTMLElement} host @param {HTMLTemplateElement} template @param {import("./strings.js").Strings} texts
 * @param {{now: () => number, save: (typed: import("./speech.js").Typed, keepalive: boolean) => void, changed: () => void}} hooks
 */
export function orderForm(host, template, texts, hooks) {
  const { t } = texts;
  let dialog = null; // what the server told when the right was redeemed
  let last = ""; // the field that the operator worked in last
  let draft = 0;
  let touched = false; // somebody has typed since the form was built

  const input = (name) => /** @type {HTMLInputElement} */ (host.querySelector(`#${name}`));
  const isMounted = () => host.firstElementChild !== null;
  const isWithheld = () => dialog !== null && !dialog.phone_masked;
  const isFilled = (name) => input(name).value.trim() !== "";
  const required = () => (isWithheld() ? ["pickup", "phone"] : ["pickup"]);
  const missing = () => required().filter((name) => !isFilled(name));
  const typed = () => Object.fromEntries(FIELDS.map((name) => [name, isMounted() ? input(name).value : ""]));

  function open() {
    if (isMounted()) return;
    host.append(template.content.cloneNode(true));
    input("when").value = t("when.now");
    input("phone").placeholder = t("phone.caller");
    setText(one("[data-orders-note]", host), t("orders.asking"));
    one("form", host).addEventListener("submit", (event) => event.preventDefault());
    refresh();
  }

  /** What the server knows arrives after the form is there: it fills only what nobody has typed in yet. */
  function fill(opened) {
    dialog = opened;
    if (touched) saveLater();
    for (const [name, value] of Object.entries(opened.draft ?? {})) {
      const untouched = name === "when" ? input(name).value === t("when.now") : !isFilled(name);
      if (untouched && value) input(name).value = value;
    }
    if (isWithheld()) {
      input("phone").placeholder = t("phone.withheld");
      input("phone").setAttribute("aria-required", "true");
    }
    if (!touched && isFilled("pickup")) focusFirstEmpty();
    refresh();
  }

  function onInput(event) {
    touched = true;
    correct(event.target);
    saveLater();
    refresh();
  }

  function saveLater() {
    clearTimeout(draft);
    draft = setTimeout(flush, DRAFT_DELAY_MS);
  }

  function onFocus(event) {
    if (!FIELDS.includes(event.target.id)) return;
    last = event.target.id;
    if (last === "when") event.target.select();
    hooks.changed();
  }

  function flush() {
    save(false);
  }

  /** @param {boolean} leaving the page is being left: nobody waits for the answer */
  function save(leaving) {
    if (!draft) return;
    cancelDraft();
    hooks.save(typed(), leaving);
  }

  function cancelDraft() {
    clearTimeout(draft);
    draft = 0;
  }

  function move(step) {
    const index = FIELDS.indexOf(last) + step;
    if (index < 0) return;
    (FIELDS[index] ? input(FIELDS[index]) : one("[data-do=place]", host)).focus();
  }

  function focusFirstEmpty() {
    const name = ["pickup", "destination", "note"].find((field) => !isFilled(field)) ?? "note";
    input(name).focus();
  }

  function back() {
    if (document.activeElement?.matches("[data-do=place]")) return input(FIELDS.at(-1)).focus();
    return move(-1);
  }

  /** @param {Record<string, string>} sentences one per wrong field @returns {boolean} whether any field was wrong */
  function refuse(sentences) {
    const wrong = FIELDS.filter((name) => sentences[name]);
    for (const name of wrong) {
      const error = one(`#${name}-error`, host);
      setText(error, sentences[name]);
      show(error, true);
      input(name).setAttribute("aria-invalid", "true");
      input(name).setAttribute("aria-describedby", error.id);
    }
    if (wrong.length) input(wrong[0]).focus();
    return wrong.length > 0;
  }

  function correct(field) {
    if (field.getAttribute("aria-invalid") !== "true") return;
    field.removeAttribute("aria-invalid");
    field.name === "when" ? field.setAttribute("aria-describedby", "when-echo") : field.removeAttribute("aria-describedby");
    show(one(`#${field.id}-error`, host), false);
  }

  const refuseMissing = () => refuse(Object.fromEntries(missing().map((name) => [name, t(`error.${name}`)])));

  /** Everything that follows from what is typed and from the time. */
  function refresh() {
    if (!isMounted()) return;
    for (const name of FIELDS) input(name).classList.toggle("done", isFilled(name));
    const wall = wallClock(hooks.now(), dialog?.time_zone ?? "UTC");
    const words = wordsOf(readWhen(input("when").value, wall), wall, texts);
    setText(one("[data-when-long]", host), words.long);
    setText(one("[data-when-short]", host), words.short);
    setText(one("[data-service-clock]", host), dialog ? hoursMinutes(wall, texts.language) : "–");
    showReadBack(words.spoken);
    const todo = missing();
    setText(one("[data-place-hint]", host), todo.length ? t("place.missing", { fields: todo.map((name) => t(`field.${name}`)).join(", ") }) : t("place.ready"));
    one("[data-place-hint]", host).classList.toggle("ok", todo.length === 0);
    one("[data-do=place]", host).setAttribute("aria-disabled", String(todo.length > 0));
    hooks.changed();
  }

  function showReadBack(spokenWhen) {
    const box = one("[data-read]", host);
    const order = readBack(typed(), spokenWhen, texts);
    const text = order || t("read.empty");
    if (box.textContent === text) return;
    box.classList.toggle("muted", !order);
    box.replaceChildren(...numbersApart(text).map(({ text: piece, bold }) => {
      const node = document.createElement(bold ? "b" : "span");
      node.textContent = piece;
      return node;
    }));
  }

  /** @param {{orders?: {number: string, progress: string}[], late?: boolean}} answer */
  function showOrders(answer) {
    if (!isMounted()) return;
    const orders = answer.orders ?? [];
    const list = one("[data-orders]", host);
    list.replaceChildren(...orders.map(({ number, progress }) => {
      const item = document.createElement("li");
      item.textContent = t("orders.one", { number, progress: t(`progress.${progress}`) });
      return item;
    }));
    show(list, orders.length > 0);
    show(one("[data-orders-note]", host), orders.length === 0);
    setText(one("[data-orders-note]", host), t(answer.late ? "orders.late" : "orders.none"));
  }

  /** Nothing of the call stays: not in the fields, not in the document, not in a variable. */
  function wipe() {
    cancelDraft();
    dialog = null;
    last = "";
    touched = false;
    for (const field of all("input", host)) /** @type {HTMLInputElement} */ (field).value = "";
    host.querySelector("form")?.reset();
    host.replaceChildren();
  }

  host.addEventListener("input", onInput);
  host.addEventListener("focusin", onFocus);
  host.addEventListener("focusout", flush);
  return {
    open, fill, wipe, save, cancelDraft, back, refuse, refuseMissing, refresh, showOrders, focusFirstEmpty, typed, isMounted,
    next: () => move(1),
    focusLast: () => (last ? input(last) : input("pickup")).focus(),
    key: () => dialog?.idempotency_key ?? "",
    form: () => ({ field: document.activeElement?.matches("[data-do=place]") ? "" : last, typed: typed(), withheld: isWithheld(), complete: isMounted() && missing().length === 0 }),
  };
}
