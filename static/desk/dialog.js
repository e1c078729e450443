// The order form. It is built when the right to a call opens and removed, not hidden, when that right ends.

import { addressList } from "./combobox.js";
import { all, one, setText } from "./dom.js";
import { draftSaver } from "./draft.js";
import { fieldErrors } from "./errors.js";
import { drawHelp, drawOrders, drawRecent, promised } from "./help.js";
import { quoting } from "./quote.js";
import { knownOf, knownPlaces } from "./route.js";
import { MOST_STOPS, stopRows } from "./stops.js";
import { wishRow } from "./wishes.js";

const OWN = ["pickup", "pickup_entrance", "destination", "destination_entrance", "when", "phone", "passenger", "note"];

/**
 * @param {HTMLElement} host
 * @param {{dialog: HTMLTemplateElement, stop: HTMLTemplateElement, hints: HTMLTemplateElement}} templates
 * @param {import("./strings.js").Strings} texts
 * @param {object} hooks
 * @param {() => number} hooks.now
 * @param {(typed: import("./route.js").Typed, keepalive: boolean) => void} hooks.save
 * @param {() => void} hooks.changed
 * @param {(words: string) => void} hooks.heard
 * @param {(text: string, signal: AbortSignal) => Promise<any>} hooks.hints
 * @param {(body: object, signal: AbortSignal) => Promise<any>} hooks.quote
 */
export function orderForm(host, templates, texts, hooks) {
  const { t } = texts;
  const plain = [...OWN, ...all("[data-more]", templates.dialog.content).map(({ id }) => id)];
  const places = knownPlaces();
  const stops = stopRows(() => one("[data-stops]", host), templates.stop, texts);
  const list = addressList({ template: templates.hints, texts, ask: hooks.hints, taken, changed: listChanged });
  const price = quoting(hooks.quote, () => isMounted() && help());
  const draft = draftSaver((leaving) => hooks.save(typed(), leaving));
  const wishes = wishRow(host, typing);
  const errors = fieldErrors(host, () => inputs());
  let dialog = null; // what the server told when the right was redeemed
  let last = ""; // id of the field that the operator worked in last
  let touched = false; // somebody has typed since the form was built

  const input = (name) => /** @type {HTMLInputElement} */ (host.querySelector(`#${name}`));
  const inputs = () => all("input[data-field]", host).filter((field) => !field.closest("[hidden]"));
  const rows = () => all("[data-point]", host);
  const isMounted = () => host.firstElementChild !== null;
  const isWithheld = () => dialog !== null && !dialog.phone_masked;
  const isFilled = (name) => input(name).value.trim() !== "";
  const required = () => (isWithheld() ? ["pickup", "phone"] : ["pickup"]);
  const missing = () => required().filter((name) => !isFilled(name));
  const fieldOf = (element) => element?.dataset?.field ?? "";

  function points() {
    return rows().map((row) => places.point(...all("input", row).map(({ value }) => value)));
  }

  /** @returns {import("./route.js").Typed} */
  function typed() {
    const value = (name) => (isMounted() ? input(name).value : "");
    const route = isMounted() ? points() : [];
    const between = route.slice(1, -1).filter(({ address }) => address);
    return {
      ...Object.fromEntries(plain.map((name) => [name, value(name)])),
      stops: between.map(({ address, entrance }) => ({ address, entrance })),
      wishes: wishes.ids(),
      known: knownOf(route),
    };
  }

  function open() {
    if (isMounted()) return;
    host.append(templates.dialog.content.cloneNode(true));
    input("when").value = t("when.now");
    input("phone").placeholder = t("phone.caller");
    setText(one("[data-orders-note]", host), t("orders.asking"));
    one("form", host).addEventListener("submit", (event) => event.preventDefault());
    refresh();
  }

  /** What the server knows arrives after the form is there: it fills only what nobody has typed in yet. */
  function fill(opened) {
    dialog = opened;
    price.wipe(); // nobody was there to ask before
    if (touched) draft.later();
    const kept = opened.draft ?? {};
    for (const place of kept.known ?? []) places.add(place);
    for (const name of plain) {
      const untouched = name === "when" ? input(name).value === t("when.now") : !isFilled(name);
      if (untouched && kept[name]) input(name).value = kept[name];
    }
    if (!stops.rows().length) for (const stop of kept.stops ?? []) addStop(stop);
    wishes.offer(opened.wishes ?? [], kept.wishes ?? []);
    if (isWithheld()) {
      input("phone").placeholder = t("phone.withheld");
      input("phone").setAttribute("aria-required", "true");
    }
    if (!touched && isFilled("pickup")) focusFirstEmpty();
    refresh();
  }

  /** @param {{address?: string, entrance?: string}} [stop] */
  function addStop({ address = "", entrance = "" } = {}) {
    const field = stops.add();
    if (field) [field.value, all("input", field.closest("[data-stop]"))[1].value] = [address, entrance];
    return field;
  }

  // --- typing

  function typing() {
    touched = true;
    draft.later();
    refresh();
  }

  function onInput(event) {
    const field = event.target;
    errors.correct(field);
    if (field.matches("[role=combobox]")) list.typed(field);
    typing();
  }

  function onBeforeInput(event) {
    if (event.target.id === "wishes") wishes.typed(event);
  }

  function onClick(event) {
    const [option, chip] = ["[data-hint]", "[data-wish]"].map((selector) => event.target.closest(selector));
    if (option) list.take(Number(option.dataset.hint));
    if (chip) wishes.press(chip.dataset.digit);
  }

  function taken(field, hint) {
    const row = field.closest("[data-point]");
    errors.correct(field);
    field.value = hint.stop?.address ?? `${hint.title}, `;
    if (hint.stop) places.add(hint.stop);
    if (hint.stop?.entrance) all("input", row)[1].value = hint.stop.entrance;
    last = field.id;
    typing();
    if (hint.stop) move(1);
    else field.focus();
  }

  function listChanged(words) {
    if (words) hooks.heard(words);
    if (isMounted()) help();
    hooks.changed();
  }

  // --- moving about

  function onFocus(event) {
    if (!fieldOf(event.target)) return;
    last = event.target.id;
    if (last === "when") event.target.select();
    help();
    hooks.changed();
  }

  function onFocusOut(event) {
    if (event.target.matches("[role=combobox]")) list.left(event.target);
    draft.flush(false);
  }

  function move(step) {
    const order = inputs();
    const index = order.findIndex((field) => field.id === last) + step;
    if (index < 0) return;
    (order[index] ?? one("[data-do=place]", host)).focus();
  }

  function focusFirstEmpty() {
    const name = ["pickup", "destination", "note"].find((field) => !isFilled(field)) ?? "note";
    input(name).focus();
  }

  function back() {
    if (document.activeElement?.matches("[data-do=place]")) return inputs().at(-1).focus();
    return move(-1);
  }

  function addressField() {
    if (document.activeElement?.matches("[role=combobox]")) return document.activeElement;
    return rows().map((row) => one("input", row)).find((field) => !field.value) ?? input("pickup");
  }

  function showRecent() {
    const field = addressField();
    field.focus();
    list.showRecent(field);
  }

  function dropStop() {
    const row = document.activeElement?.closest("[data-stop]");
    if (!row) return;
    move(-1);
    stops.drop(row);
    typing();
  }

  const refuseMissing = () => errors.refuse(Object.fromEntries(missing().map((name) => [name, t(`error.${name}`)])));

  // --- everything that follows from what is typed and from the time

  function refresh() {
    if (!isMounted()) return;
    for (const field of all("input[data-field]", host)) field.classList.toggle("done", field.value.trim() !== "");
    price.consider(points(), input("when").value, wishes.ids());
    help();
    hooks.changed();
  }

  const model = () => ({
    typed: typed(), missing: missing(), asked: price.asked, now: hooks.now(), zone: dialog?.time_zone ?? "UTC", list: list.mode,
    field: fieldOf(input(last || "pickup")), filled: Boolean(input(last || "pickup")?.value.trim()), wishes: wishes.titles(),
    recent: list.recent.length > 0,
  });

  function help() {
    drawHelp(host, model(), texts);
  }

  /** @param {{hints?: import("./combobox.js").Hint[]}} answer */
  function remember(answer) {
    if (!isMounted()) return;
    list.remember(answer.hints ?? []);
    drawRecent(host, list.recent);
    help();
    hooks.changed();
  }

  /** @param {number} index */
  function takeRecent(index) {
    if (list.mode !== "recent") showRecent();
    list.take(index);
  }

  /** Nothing of the call stays: not in the fields, not in the document, not in a variable. */
  function wipe() {
    draft.cancel();
    list.wipe();
    price.wipe();
    places.wipe();
    wishes.wipe();
    [dialog, last, touched] = [null, "", false];
    for (const field of all("input", host)) /** @type {HTMLInputElement} */ (field).value = "";
    host.querySelector("form")?.reset();
    host.replaceChildren();
  }

  host.addEventListener("input", onInput);
  host.addEventListener("beforeinput", onBeforeInput);
  host.addEventListener("click", onClick);
  host.addEventListener("mousedown", (event) => event.target.closest(".sug, .wish") && event.preventDefault());
  host.addEventListener("focusin", onFocus);
  host.addEventListener("focusout", onFocusOut);
  return {
    open, fill, wipe, back, refuseMissing, refresh, focusFirstEmpty, typed, isMounted, remember, showRecent, dropStop,
    takeRecent, list, refuse: errors.refuse, save: draft.flush, cancelDraft: draft.cancel,
    showOrders: (answer) => isMounted() && drawOrders(host, answer, texts),
    isUntouched: () => !touched && !isFilled("pickup"),
    addStop: () => addStop()?.focus(),
    next: () => move(1),
    time: () => input("when").focus(),
    focusLast: () => (input(last) ?? input("pickup")).focus(),
    key: () => dialog?.idempotency_key ?? "",
    deal: () => promised(model(), texts),
    keys: () => {
      const on = document.activeElement;
      const emptyStop = on?.matches("[data-field=stop]") && !on.value;
      return {
        list: list.mode, found: Boolean(host.querySelector("[role=option]")), recent: list.recent.length > 0, stop: stops.rows().length < MOST_STOPS,
        wish: on?.id === "wishes", drop: Boolean(emptyStop),
      };
    },
    form: () => ({
      field: document.activeElement?.matches("[data-do=place]") ? "" : fieldOf(input(last || "pickup")) || "pickup",
      label: host.querySelector(`label[for="${last}"]`)?.textContent ?? "", typed: typed(), withheld: isWithheld(), complete: isMounted() && missing().length === 0,
    }),
  };
}
