// What to say now: one line, always in the same place. Pure.

import { isRefused } from "./state.js";

/**
 * @typedef {{pickup: string, destination: string, when: string, phone: string, note: string}} Typed
 * @typedef {{field: string, typed: Typed, withheld: boolean, complete: boolean}} Form
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

/**
 * The line under the band.
 * @param {import("./state.js").View} shown @param {Form} form @param {import("./strings.js").Strings} texts
 * @returns {{who: string, line: string}}
 */
export function sayLine(shown, form, texts) {
  const { t, phrase } = texts;
  if (shown.sheet) return { who: t("who.say"), line: t("say.goodbye") };
  if (shown.screen === "dialog") return sayInDialog(shown, form, t);
  if (shown.kind === "shut") return { who: t("who.now"), line: t("say.shut") };
  const number = shown.order?.number ?? "";
  const usual = shown.kind === "accepted" && !number ? "say.accepted_unnumbered" : `say.${shown.kind}`;
  return { who: t("who.say"), line: t(phrase(phraseOf(shown)).say || usual, { number }) };
}

/** What was said of the order that is shown; an order on its way carries no verdict yet. */
function phraseOf({ kind, order }) {
  return kind === "unknown" || kind === "rejected" || kind === "expired" ? (order?.phrase ?? "") : "";
}

function sayInDialog(shown, form, t) {
  if (form.field === "pickup" && !form.typed.pickup.trim() && !shown.over) return { who: t("who.say"), line: shown.call.service.greeting };
  if (form.field === "" && form.complete) return { who: t("who.now"), line: t("say.read") };
  const field = form.field || "pickup";
  return { who: t("who.ask"), line: t(field === "phone" && form.withheld ? "ask.phone_withheld" : `ask.${field}`) };
}

/**
 * The order as it is read aloud, piece by piece.
 * @param {Typed} typed @param {string} spokenWhen @param {import("./strings.js").Strings} texts
 */
export function readBack(typed, spokenWhen, texts) {
  const { t } = texts;
  const said = (key, value) => (value.trim() ? t(key, { value: value.trim() }) : "");
  if (!typed.pickup.trim()) return "";
  const pieces = [said("read.pickup", typed.pickup), said("read.destination", typed.destination), spokenWhen, said("read.phone", typed.phone), t("read.right")];
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
    number: shown.kind === "accepted" && shown.order?.number ? t("order.number", { number: shown.order.number }) : "",
    step: phrase(phraseOf(shown)).text || t(step),
    doors: refused && shown.open,
    correct: t(shown.kind === "expired" ? "door.again" : "door.correct"),
  };
}
