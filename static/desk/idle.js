// Between calls: the operator's own state and figures, and what to do when nothing rings.

import { checklist, isAllRight, SIGNS } from "./checklist.js";
import { all, one, setAttribute, setText, show } from "./dom.js";
import { clock } from "./state.js";

const PANELS = ["off", "ready", "break", "wrapup", "busy"];
const CLOSED = ["replaced", "logout", "blocked"];
const TONES = ["ok", "warn", "bad"];
const ARMED_MS = 4000;
const TARGET_S = 60;

/**
 * @param {import("./state.js").Snapshot} snapshot @param {import("./state.js").View} shown @param {number} now
 * @param {"live"|"polling"|"lost"} link @param {import("./strings.js").Strings} texts
 */
export function drawIdle(snapshot, shown, now, link, texts) {
  const { t } = texts;
  const { state, since } = snapshot.seat;
  for (const name of PANELS) one("[data-panel]").classList.toggle(`is-${name}`, name === state);
  setText(one("[data-state-name]"), t(`state.${state}`));
  setText(one("[data-state-note]"), t(`state.${state}.note`));
  setText(one("[data-state-timer]"), shown.wrapup === null ? clock(now - Date.parse(since)) : clock(shown.wrapup + 999));
  show(one("[data-pause]"), shown.wrapup !== null);
  show(one("[data-pause] [data-do=longer]"), shown.canWaitLonger);
  for (const button of all("[data-switch] button")) {
    const chosen = button.dataset.value === state;
    setAttribute(button, "aria-checked", String(chosen));
    setAttribute(button, "tabindex", chosen || !["ready", "break", "off"].includes(state) ? "0" : "-1");
  }
  drawFigures(snapshot, now, texts);
  drawChecklist(snapshot, link, texts);
}

/** Hours and minutes of the shift. @param {number} seconds @param {import("./strings.js").Strings} texts */
export function spent(seconds, { t }) {
  const minutes = Math.floor(seconds / 60);
  return minutes < 60 ? t("figures.minutes", { minutes }) : t("figures.hours", { hours: Math.floor(minutes / 60), minutes: minutes % 60 });
}

/** The database counts up to the last change of state; what came since is added here. @param {import("./state.js").Snapshot} snapshot @param {number} now */
export function timesOf({ seat, shift }, now) {
  const running = Math.max(0, (now - Date.parse(seat.counted_since)) / 1000);
  const online = seat.state !== "off" && seat.state !== "break";
  return { online: shift.online_s + (online ? running : 0), onBreak: shift.break_s + (seat.state === "break" ? running : 0) };
}

function drawFigures(snapshot, now, texts) {
  const { t, language } = texts;
  const { calls, orders, missed, median_s: median, since } = snapshot.shift;
  const { online, onBreak } = timesOf(snapshot, now);
  const started = new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).format(Date.parse(since));
  setText(one("[data-calls-count]"), String(calls));
  setText(one("[data-calls-since]"), t("figures.since", { time: started }));
  setText(one("[data-orders-count]"), String(orders));
  const share = new Intl.NumberFormat(language, { style: "percent", maximumFractionDigits: 0 }).format(calls ? orders / calls : 0);
  setText(one("[data-orders-share]"), calls ? t("figures.share", { share }) : t("figures.none"));
  setText(one("[data-median]"), median === null ? "–" : t("figures.seconds", { seconds: median }));
  judge("[data-median-note]", t(median === null ? "figures.no_median" : "figures.median"), toneOf(median));
  setText(one("[data-missed-count]"), String(missed));
  judge("[data-missed-note]", t(missed ? "figures.missed" : "figures.not_missed"), missed ? "warn" : "ok");
  setText(one("[data-online]"), spent(online, texts));
  setText(one("[data-on-break]"), t("figures.break", { time: spent(onBreak, texts) }));
}

const toneOf = (median) => (median === null ? "" : median <= TARGET_S ? "ok" : "warn");

function judge(selector, text, tone) {
  const note = one(selector);
  setText(note, `${tone ? `${SIGNS[tone]} ` : ""}${text}`);
  for (const name of TONES) note.classList.toggle(name, name === tone);
}

function drawChecklist(snapshot, link, texts) {
  const host = one("[data-checks]");
  const { clearances, soon, extension } = host.dataset;
  const lines = checklist(snapshot, { link, clearances: Number(clearances), soon: Number(soon), extension }, texts);
  for (const { id, tone, text } of lines) {
    const line = one(`[data-check=${id}]`, host);
    const sign = one("[data-sign]", line);
    setText(sign, SIGNS[tone]);
    for (const name of TONES) sign.classList.toggle(name, name === tone);
    setText(one("[data-words]", line), text);
  }
  setText(one("[data-checks-title]"), texts.t(isAllRight(lines) ? "check.all" : "check.some"));
}

/** @param {string} reason @param {import("./strings.js").Strings} texts */
export function drawClosed(reason, { t }) {
  setText(one("[data-closed-reason]"), t(`closed.${CLOSED.includes(reason) ? reason : "other"}`));
}

/** @param {"live"|"polling"|"lost"} link */
export function drawLink(link) {
  for (const tag of all("[data-link]")) show(tag, tag.dataset.link === link);
}

/** Arrows walk through the states; only Enter, Space, a click or a digit chooses one. @param {KeyboardEvent} event */
export function walkStates(event) {
  const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
  const buttons = all("[data-switch] button");
  const index = buttons.indexOf(/** @type {HTMLElement} */ (event.target));
  if (!step || index < 0) return;
  event.preventDefault();
  buttons.at((index + step) % buttons.length).focus();
}

/**
 * A single slip of the finger must not end a shift: the digit works when it is pressed twice.
 * @param {import("./strings.js").Strings} texts @param {() => void} finish
 */
export function finishTwice(texts, finish) {
  let disarm = 0;
  const label = one("[data-finish]");
  const button = label.closest("button");

  function draw(armed) {
    setText(label, texts.t(armed ? "finish.again" : "finish"));
    button.classList.toggle("armed", armed);
  }

  function reset() {
    clearTimeout(disarm);
    disarm = 0;
    draw(false);
  }

  return {
    press() {
      if (disarm) return finish();
      draw(true);
      disarm = setTimeout(reset, ARMED_MS);
      return undefined;
    },
    reset,
  };
}
