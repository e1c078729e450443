// Beside the form and under it: what to read aloud, how to write the time, recent addresses, the price, what is still missing.

import { all, one, setText, show } from "./dom.js";
import { dealSpoken, priceShort, priceSpoken } from "./money.js";
import { numbersApart, readBack } from "./speech.js";
import { hoursMinutes, readWhen, wallClock, wordsOf } from "./when.js";

const ADDRESSES = new Set(["pickup", "stop", "destination"]);

/**
 * @typedef {object} Model
 * @property {import("./route.js").Typed} typed
 * @property {string[]} missing required fields that are empty
 * @property {import("./quote.js").Asked} asked
 * @property {number} now
 * @property {string} zone
 * @property {string} list the kind of list that is open
 * @property {string} field kind of the field that the operator is in
 * @property {boolean} filled
 * @property {string[]} wishes titles of those that are on
 * @property {boolean} recent the caller has recent addresses
 */

/**
 * Which help fits what the operator does: choosing an address, writing a time, or reading the order aloud. Pure.
 * @param {Pick<Model, "missing"|"list"|"field"|"filled">} model
 * @returns {"fill"|"time"|"read"}
 */
export function helpOf({ missing, list, field, filled }) {
  if (field === "when") return "time";
  if (list || missing.length || (ADDRESSES.has(field) && !filled)) return "fill";
  return "read";
}

/** The time that was asked for, in words. @param {Model} model @param {import("./strings.js").Strings} texts */
function timeOf({ typed, now, zone }, texts) {
  const wall = wallClock(now, zone);
  const moment = readWhen(typed.when, wall);
  return { wall, words: wordsOf(moment, wall, texts), later: moment.kind !== "now" };
}

/** @param {HTMLElement} host @param {Model} model @param {import("./strings.js").Strings} texts */
export function drawHelp(host, model, texts) {
  const { t, language } = texts;
  const { wall, words } = timeOf(model, texts);
  setText(one("[data-when-long]", host), words.long);
  setText(one("[data-service-clock]", host), t("when.there", { time: hoursMinutes(wall, language) }));
  const kind = helpOf(model);
  for (const part of all("[data-help]", host)) show(part, part.dataset.help === kind && (part.dataset.recent === undefined || model.recent));
  const deal = promised(model, texts);
  drawReadBack(host, model, words.spoken, deal.spoken, texts);
  drawDeal(host, model, deal, texts);
  drawMissing(host, model.missing, texts);
}

function drawReadBack(host, { typed, asked, wishes }, when, deal, texts) {
  const price = asked.quote?.price ? priceSpoken(asked.quote, texts) : "";
  say(one("[data-read]", host), readBack({ typed, when, wishes, price }, texts) || texts.t("read.empty"));
  say(one("[data-then]", host), texts.t("say.then", { deal: deal ? ` ${deal}` : "" }));
}

/**
 * What is promised with the order, on the label and in a sentence: it may stay on the strip when everything else is gone. Pure.
 * @param {Pick<Model, "typed"|"asked"|"now"|"zone">} model @param {import("./strings.js").Strings} texts
 */
export function promised(model, texts) {
  const { t, language } = texts;
  const { words, later } = timeOf(model, texts);
  const { quote } = model.asked;
  const minutes = quote?.minutes ? t("deal.minutes", { count: quote.minutes }) : "";
  return { price: quote?.price ? priceShort(quote, language) : "", car: later ? words.short : minutes, later, spoken: dealSpoken(quote, words.told, texts) };
}

/** Numbers stand out, since they are what is misheard. */
function say(box, text) {
  if (box.textContent === text) return;
  box.replaceChildren(...numbersApart(text).map(({ text: piece, bold }) => {
    const node = document.createElement(bold ? "b" : "span");
    node.textContent = piece;
    return node;
  }));
}

const GAPS = { none: "deal.none", asking: "deal.asking", known: "deal.unknown", unknown: "deal.unknown" };

function drawDeal(host, { asked }, { price, car, later }, { t }) {
  const gap = t(GAPS[asked.kind]);
  for (const [name, value] of [["price", price], ["car", car]]) {
    const box = one(`[data-${name}]`, host);
    setText(box, value || gap);
    box.classList.toggle("gap", !value);
  }
  setText(one("[data-car-label]", host), t(later ? "deal.at" : "deal.within"));
}

function drawMissing(host, missing, { t }) {
  const hint = one("[data-place-hint]", host);
  setText(hint, missing.length ? t("place.missing", { fields: missing.map((name) => t(`field.${name}`)).join(", ") }) : t("place.ready"));
  hint.classList.toggle("ok", missing.length === 0);
  one("[data-do=place]", host).setAttribute("aria-disabled", String(missing.length > 0));
}

/** @param {HTMLElement} host @param {{orders?: {number: string, progress: string}[], late?: boolean}} answer */
export function drawOrders(host, answer, { t }) {
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

/** @param {HTMLElement} host @param {import("./combobox.js").Hint[]} recent */
export function drawRecent(host, recent) {
  one("[data-recent-list]", host).replaceChildren(...recent.map(({ title }, index) => {
    const [item, button, cap] = ["li", "button", "kbd"].map((tag) => document.createElement(tag));
    Object.assign(button, { type: "button", tabIndex: -1 });
    Object.assign(button.dataset, { do: "pick", value: String(index + 1) });
    cap.textContent = String(index + 1);
    button.append(cap, title);
    item.append(button);
    return item;
  }));
}
