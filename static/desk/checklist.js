// What to do when nothing rings: everything that must be right for a call to come, each with its sign and a sentence. Pure.

import { hoursMinutes } from "./when.js";

/**
 * @typedef {{id: string, tone: "ok"|"warn"|"bad"|"", text: string}} Line
 *
 * @param {import("./state.js").Snapshot} snapshot
 * @param {{link: "live"|"polling"|"lost", clearances: number, soon: number, extension: string}} here
 * @param {import("./strings.js").Strings} texts
 * @returns {Line[]}
 */
export function checklist(snapshot, here, texts) {
  return [stateLine(snapshot.seat.state, texts), linkLine(here.link, texts), clearanceLine(here, texts), telephoneLine(snapshot.shift, here, texts)];
}

const STATE_TONES = { ready: "ok", wrapup: "ok", busy: "ok", break: "warn", off: "bad" };

/** @returns {Line} */
function stateLine(state, { t }) {
  return { id: "state", tone: STATE_TONES[state], text: t(`check.state.${state}`) };
}

/** @returns {Line} */
function linkLine(link, { t }) {
  return { id: "link", tone: { live: "ok", polling: "warn", lost: "bad" }[link], text: t(`check.link.${link}`) };
}

/** @returns {Line} */
function clearanceLine({ clearances, soon }, { t, plural }) {
  if (!clearances) return { id: "clearances", tone: "bad", text: t("check.clearances.none") };
  const text = plural("check.clearances", clearances);
  return soon ? { id: "clearances", tone: "warn", text: `${text} ${t("check.clearances.soon")}` } : { id: "clearances", tone: "ok", text };
}

/** Whether a telephone is registered only its own display tells; a call that was answered on it proves it. @returns {Line} */
function telephoneLine({ missed, last_answer: last }, { extension }, { t, language }) {
  if (missed && !last) return { id: "telephone", tone: "bad", text: t("check.telephone.missed", { extension }) };
  if (!last) return { id: "telephone", tone: "", text: t("check.telephone.unproved", { extension }) };
  return { id: "telephone", tone: "ok", text: t("check.telephone.proved", { extension, time: clockTime(last, language) }) };
}

const clockTime = (instant, language) => hoursMinutes(Date.parse(instant) - new Date(instant).getTimezoneOffset() * 60_000, language);

export const SIGNS = { ok: "✓", warn: "▲", bad: "✕", "": "·" };

/** @param {Line[]} lines */
export const isAllRight = (lines) => lines.every(({ tone }) => tone === "ok" || tone === "");
