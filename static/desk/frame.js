// The frame that every screen shares: which parts are shown, whose call it is, what to say, the notice, the keys that work.

import { all, one, setText, show } from "./dom.js";
import { CAPS, KEYBOARD_ONLY } from "./keys.js";
import { clock, keysOf } from "./state.js";

/** @param {import("./state.js").View} shown */
export function drawParts(shown) {
  document.body.dataset.screen = shown.screen;
  for (const part of all("[data-on]")) show(part, part.dataset.on.split(" ").includes(shown.screen));
  const service = shown.call?.service;
  if (service) document.body.dataset.brand = service.hue;
  else delete document.body.dataset.brand;
  for (const mark of all("[data-monogram]")) setText(mark, service?.monogram ?? "");
  for (const name of all("[data-service]")) setText(name, service?.name ?? "");
  setText(one("[data-greeting]"), shown.screen === "ringing" ? service.greeting : "");
}

/** @param {import("./state.js").View} shown @param {number} now @param {import("./strings.js").Strings} texts */
export function drawTimers(shown, now, texts) {
  const since = shown.call ? Date.parse(shown.call.since) : now;
  for (const timer of all("[data-timer]")) setText(timer, shown.call ? clock(now - since) : "");
  setText(one("[data-talk]"), shown.call ? texts.t(shown.over ? "talk.over" : "talk.on") : "");
  setText(one("[data-clock]"), new Intl.DateTimeFormat(texts.language, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).format(now));
}

/** @param {{who: string, line: string}} said */
export function drawSay({ who, line }) {
  setText(one("[data-say-who]"), who);
  setText(one("[data-say]"), line);
}

/** @param {{tone: string, text: string} | null} notice */
export function drawNotice(notice) {
  const box = one("[data-notice]");
  show(box, notice !== null);
  box.classList.toggle("bad", notice?.tone === "bad");
  box.classList.toggle("warn", notice?.tone === "warn");
  setText(one("[data-notice-sign]"), notice ? { bad: "✕", warn: "▲" }[notice.tone] : "");
  setText(one("[data-notice-text]"), notice?.text ?? "");
}

/** @param {import("./state.js").View} shown @param {import("./strings.js").Strings} texts */
export function drawKeys(shown, texts) {
  const bar = one("[data-keys]");
  const keys = keysOf(shown);
  const signature = keys.join(" ");
  if (bar.dataset.shown === signature) return;
  bar.dataset.shown = signature;
  bar.replaceChildren(...keys.map((key) => keyItem(key, texts.t)));
}

function keyItem(key, t) {
  const item = document.createElement("li");
  const button = document.createElement(KEYBOARD_ONLY.has(key) ? "span" : "button");
  if (button instanceof HTMLButtonElement) {
    button.type = "button";
    button.tabIndex = -1;
    button.dataset.do = key;
  }
  for (const cap of CAPS[key].caps) {
    const drawn = document.createElement("kbd");
    drawn.textContent = cap === "space" ? t("key.space") : cap;
    button.append(drawn, " ");
  }
  button.append(t(CAPS[key].label));
  item.append(button);
  return item;
}

/** @param {import("./state.js").View} shown @param {import("./strings.js").Strings} texts */
export function drawTitle(shown, { t }) {
  const service = shown.call?.service.name ?? "";
  const key = { ringing: "title.ringing", dialog: "title.dialog", status: "title.dialog", after: "title.after" }[shown.screen] ?? "title.desk";
  const title = t(key, { service });
  if (document.title !== title) document.title = title;
}

/** The service's own word to operators, with the time until which it holds. @param {{text: string, until: string | null}} notice @param {number} now */
export function noticeOf(notice, now, zone, { t, language }) {
  if (!notice?.text || (notice.until && Date.parse(notice.until) <= now)) return null;
  const until = notice.until ? new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: zone }).format(Date.parse(notice.until)) : "";
  return { tone: "warn", text: until ? t("notice.until", { text: notice.text, until }) : notice.text };
}

/** Say something to screen readers, once. @param {{alert?: string, status?: string}} words */
export function announce({ alert = "", status = "" }) {
  setText(one("[data-alert]"), alert);
  setText(one("[data-status]"), status);
}

/** @param {import("./state.js").View} shown @param {{masked: string | null, full: string}} phone @param {import("./strings.js").Strings} texts */
export function drawPhone(shown, { masked, full }, { t }) {
  const known = masked === null ? "…" : full || masked || t("phone.hidden");
  const mayKnow = shown.screen === "dialog" || shown.screen === "status";
  setText(one("[data-phone]"), mayKnow ? known : "");
  show(one("[data-do=reveal]"), mayKnow && Boolean(masked) && !full);
}
