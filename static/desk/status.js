// "Where is my car": the service's answer as one sentence to speak. It leaves after a minute, like every answer that was asked for.

import { one, setText } from "./dom.js";
import { clock } from "./state.js";

export const STATUS_MS = 60_000;
const OVER = new Set(["finished", "cancelled"]);

/**
 * The order that the caller most probably asks about: the latest one that is still under way.
 * @param {{number: string, progress: string}[]} orders
 */
export const underWay = (orders) => orders.filter(({ progress }) => !OVER.has(progress)).at(-1) ?? null;

/** @param {HTMLElement} host @param {{number: string, progress: string}} order @param {number} at @param {import("./strings.js").Strings} texts */
export function fillStatus(host, order, at, { t, language }) {
  const time = new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" }).format(at);
  setText(one("[data-status-word]", host), t(`status.${order.progress}`));
  setText(one("[data-status-speak]", host), t(`status.${order.progress}.say`, { number: order.number }));
  setText(one("[data-status-at]", host), t("status.at", { time }));
}

/** @param {HTMLElement} host @param {number} left milliseconds @param {import("./strings.js").Strings} texts */
export function drawLeft(host, left, { t }) {
  setText(one("[data-status-left]", host), t("status.left", { left: clock(left + 999) }));
}

/** @param {HTMLElement} host */
export function wipeStatus(host) {
  for (const part of ["word", "speak", "at", "left"]) setText(one(`[data-status-${part}]`, host), "");
}
