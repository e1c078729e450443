// Between calls: the operator's own state and figures.

import { all, one, setAttribute, setText, show } from "./dom.js";
import { clock } from "./state.js";

const PANELS = ["off", "ready", "break", "wrapup", "busy"];
const CLOSED = ["replaced", "logout", "blocked"];
const ARMED_MS = 4000;

/** @param {import("./state.js").Snapshot} snapshot @param {number} now @param {import("./strings.js").Strings} texts */
export function drawIdle(snapshot, now, texts) {
  const { t } = texts;
  const { state, since } = snapshot.seat;
  for (const name of PANELS) one("[data-panel]").classList.toggle(`is-${name}`, name === state);
  setText(one("[data-state-name]"), t(`state.${state}`));
  setText(one("[data-state-note]"), t(`state.${state}.note`));
  setText(one("[data-state-timer]"), snapshot.wrapup_until ? clock(Date.parse(snapshot.wrapup_until) - now + 999) : clock(now - Date.parse(since)));
  for (const button of all("[data-switch] button")) {
    const chosen = button.dataset.value === state;
    setAttribute(button, "aria-checked", String(chosen));
    setAttribute(button, "tabindex", chosen || !["ready", "break", "off"].includes(state) ? "0" : "-1");
  }
  drawFigures(snapshot.shift, texts);
}

/** @param {import("./state.js").Snapshot["shift"]} shift @param {import("./strings.js").Strings} texts */
function drawFigures({ calls, orders, missed }, { t, language }) {
  setText(one("[data-calls-count]"), String(calls));
  setText(one("[data-orders-count]"), String(orders));
  setText(one("[data-missed-count]"), String(missed));
  const share = new Intl.NumberFormat(language, { style: "percent", maximumFractionDigits: 0 }).format(calls ? orders / calls : 0);
  setText(one("[data-orders-share]"), calls ? t("figures.share", { share }) : t("figures.none"));
  const note = one("[data-missed-note]");
  setText(note, t(missed ? "figures.missed" : "figures.not_missed"));
  note.classList.toggle("ok", missed === 0);
  note.classList.toggle("warn", missed > 0);
}

/** @param {string} reason @param {import("./strings.js").Strings} texts */
export function drawClosed(reason, { t }) {
  setText(one("[data-closed-reason]"), t(`closed.${CLOSED.includes(reason) ? reason : "other"}`));
}

/** @param {boolean} lost */
export function drawLink(lost) {
  show(one("[data-link-ok]"), !lost);
  show(one("[data-link-lost]"), lost);
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
