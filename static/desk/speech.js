// What to say now: one line, always in the same place. Pure.

import { isRefused } from "./state.js";

/**
 * @typedef {import("./route.js").Typed} Typed
 * @typedef {{field: string, label: string, typed: Typed, withheld: boolean, complete: boolean}} Form
 */

const VERDICTS = {
  sending: { tone: "", sign: "" },
  slow: { tone: "warn", sign: "▲" },
  unknown: { tone: "warn", sign: "?" },
  accepted: { tone: "ok", sign: "✓" },
  rejected: { tone: "bad", sign: "✕" },
  expired: { tone: "bad", sign: "✕" },
  left: { tone: "", sign: "–" },
  shut: { tone: "", sign: "–" },
};

/** Price and time stand on the strip as long as they may come true. */
const WITH_DEAL = new Set(["sending", "accepted"]);

/**
 * The line under the band.
 * @param {import("./state.js").View} shown @param {Form} form @param {import("./strings.js").Strings} texts
 * @returns {{who: string, line: string}}
 */
export function sayLine(shown, form, texts) {
  const { t, phrase } = texts;
  if (shown.sheet) return { who: t("who.say"), line: t("say.goodbye") };
  if (shown.screen === "status") return { who: t("who.now"), line: t("say.status") };
  if (shown.screen === "dialog") return sayInDialog(shown, form, texts);
  if (shown.kind === "shut") return { who: t("who.now"), line: t("say.shut") };
  const number = shown.order?.number ?? "";
  const usual = shown.kind === "accepted" && !number ? "say.accepted_unnumbered" : `say.${shown.kind}`;
  const deal = shown.kind === "accepted" && shown.deal?.spoken ? ` ${shown.deal.spoken}` : "";
  return { who: t("who.say"), line: t(phrase(phraseOf(shown)).say || usual, { number, deal }) };
}

/** What was said of the order that is shown; an order on its way carries no verdict yet. */
function phraseOf({ kind, order }) {
  return kind === "unknown" || kind === "rejected" || kind === "expired" ? (order?.phrase ?? "") : "";
}

function sayInDialog(shown, form, { t, has }) {
  if (form.field === "pickup" && !form.typed.pickup.trim() && !shown.over) return { who: t("who.say"), line: shown.call.service.greeting };
  if (form.field === "" && form.complete) return { who: t("who.now"), line: t("say.read") };
  const field = form.field.endsWith("_entrance") ? "entrance" : form.field || "pickup";
  if (field === "phone" && form.withheld) return { who: t("who.ask"), line: t("ask.phone_withheld") };
  return { who: t("who.ask"), line: has(`ask.${field}`) ? t(`ask.${field}`) : t("ask.more", { label: form.label }) };
}

/** Titles of a list begin with a capital; in a sentence only the first does. */
const inList = (title, index) => (index ? title.charAt(0).toLowerCase() + title.slice(1) : title);

/**
 * The order as it is read aloud, piece by piece.
 * @param {{typed: Typed, when: string, wishes: string[], price: string}} order `when` and `price` as they are spoken
 * @param {import("./strings.js").Strings} texts
 */
export function readBack({ typed, when, wishes, price }, texts) {
  const { t, language } = texts;
  const said = (key, value) => (value?.trim() ? t(key, { value: value.trim() }) : "");
  const place = (address, entrance) => (entrance?.trim() ? t("read.place", { address: address.trim(), entrance: entrance.trim() }) : address);
  if (!typed.pickup.trim()) return "";
  const list = new Intl.ListFormat(language, { type: "conjunction" }).format(wishes.map(inList));
  const pieces = [
    said("read.pickup", place(typed.pickup, typed.pickup_entrance)),
    ...(typed.stops ?? []).map(({ address, entrance }) => said("read.stop", place(address, entrance))),
    said("read.destination", typed.destination && place(typed.destination, typed.destination_entrance)),
    when, said("read.wishes", list), said("read.passenger", typed.passenger), said("read.phone", typed.phone), said("read.price", price), t("read.right"),
  ];
  return pieces.filter(Boolean).join(" ");
}

/** Cut a text so that numbers can be set in bold. @param {string} text @returns {{text: string, bold: boolean}[]} */
export function numbersApart(text) {
  return text.split(/(\d+(?:[:.,/-]\d+)*)/).map((piece, index) => ({ text: piece, bold: index % 2 === 1 })).filter((piece) => piece.text);
}

/**
 * The strip after F9.
 * @param {import("./state.js").View} shown @param {import("./strings.js").Strings} texts
 */
export function stripOf(shown, texts) {
  const { t, phrase } = texts;
  const refused = isRefused(shown.kind);
  const step = refused && !shown.open ? "step.refused_closed" : `step.${shown.kind}`;
  return {
    ...VERDICTS[shown.kind],
    spin: shown.kind === "sending",
    verdict: t(`verdict.${shown.kind}`),
    price: WITH_DEAL.has(shown.kind) ? (shown.deal?.price ?? "") : "",
    car: WITH_DEAL.has(shown.kind) ? (shown.deal?.car ?? "") : "",
    carLabel: t(shown.deal?.later ? "deal.at" : "deal.within"),
    number: shown.kind === "accepted" && shown.order?.number ? t("order.number", { number: shown.order.number }) : "",
    step: phrase(phraseOf(shown)).text || t(step),
    doors: refused && shown.open,
    correct: t(shown.kind === "expired" ? "door.again" : "door.correct"),
  };
}
