// After F9 and at the end of the call: draws the strip and what happens next.

import { one, setText, show } from "./dom.js";
import { clock } from "./state.js";
import { stripOf } from "./speech.js";

const TONES = ["ok", "warn", "bad"];

/** @param {HTMLElement} host @param {import("./state.js").View} shown @param {import("./strings.js").Strings} texts */
export function drawStrip(host, shown, texts) {
  const strip = stripOf(shown, texts);
  const box = one("[data-strip]", host);
  for (const tone of TONES) box.classList.toggle(tone, strip.tone === tone);
  show(one("[data-spin]", host), strip.spin);
  show(one("[data-sign]", host), !strip.spin);
  setText(one("[data-sign]", host), strip.sign);
  setText(one("[data-verdict]", host), strip.verdict);
  show(one("[data-number-box]", host), strip.number !== "");
  setText(one("[data-number]", host), strip.number);
  for (const name of ["price", "car"]) {
    show(one(`[data-${name}-box]`, host), strip[name] !== "");
    setText(one(`[data-${name}-said]`, host), strip[name]);
  }
  setText(one("[data-car-word]", host), strip.carLabel);
  setText(one("[data-next-step]", host), strip.step);
  show(one("[data-doors]", host), strip.doors);
  setText(one("[data-correct-label]", host), strip.correct);
  drawEnd(host, shown, texts.t);
}

function drawEnd(host, shown, t) {
  const counting = shown.over && shown.wrapup !== null;
  setText(one("[data-after-text]", host), t(counting ? "after.over" : "after.talking"));
  show(one("[data-countdown]", host), counting);
  setText(one("[data-countdown]", host), counting ? clock(shown.wrapup + 999) : "");
  show(one("[data-next-button]", host), counting);
  show(one("[data-longer-button]", host), counting && shown.canWaitLonger);
  show(one("[data-closed-card]", host), !shown.holds);
}

/** What a screen reader hears of the order: `alert` for what needs acting now. @returns {{alert: string, status: string}} */
export function spokenStrip(shown, texts) {
  const strip = stripOf(shown, texts);
  const words = [strip.verdict, strip.number, strip.step].filter(Boolean).join(". ");
  return strip.tone === "warn" || strip.tone === "bad" ? { alert: words, status: "" } : { alert: "", status: words };
}
