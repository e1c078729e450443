// The desk: brings stream, form and keys together. What is shown follows from the snapshot; see state.js.

import { actions } from "./actions.js";
import { client, Refusal } from "./api.js";
import { heldCall } from "./call.js";
import { orderForm } from "./dialog.js";
import { one } from "./dom.js";
import { announce, drawKeys, drawNotice, drawParts, drawPhone, drawSay, drawTimers, drawTitle } from "./frame.js";
import { drawClosed, drawIdle, drawLink, finishTwice, walkStates } from "./idle.js";
import { read } from "./keys.js";
import { follow } from "./live.js";
import { reasonSheet } from "./sheet.js";
import { sayLine } from "./speech.js";
import { clock, freshLocal, isPlacing, keysOf, view } from "./state.js";
import { drawStrip, spokenStrip } from "./strip.js";
import { readStrings } from "./strings.js";
import { claimTab } from "./tab.js";

const TICK_MS = 250;
const RETRY_MS = 1000;

const urls = document.body.dataset;
const texts = readStrings(document);
const { t } = texts;
const local = freshLocal();
/** @type {import("./state.js").Snapshot | null} */
let snapshot = null;
let shown = view(null, local, 0);
let [offset, lost, trouble] = [0, false, ""];
let phone = { masked: null, full: "" };
let live = null;
let drafting = Promise.resolve();
let resting = false; // between two tries to take the right

const now = () => Date.now() + offset;
const { command } = client({ csrf: one("meta[name=csrf]").content, onSeatClosed: () => live?.reopen() });
const held = heldCall(command, urls);
const form = orderForm(one("[data-dialog]"), one("[data-dialog-template]"), texts, { now, save: saveDraft, changed: () => drawSay(sayLine(shown, form.form(), texts)) });
const sheet = reasonSheet(one("[data-sheet]"), () => [one("[data-dialog]"), one("main[data-on=after]"), one("header.band .end")]);
const shift = finishTwice(texts, () => run("finish"));
const tab = claimTab(becomeActive);
const act = actions({
  local, held, form, sheet, texts, command, urls, now, render,
  shown: () => shown,
  trouble: (sentence) => { trouble = sentence; render(); },
  showPhone: (full) => { phone = { ...phone, full }; render(); },
  finishTwice: () => shift.press(),
  claim: () => tab.steal(),
});

function run(action, value) {
  if (action !== "finish") shift.reset();
  act[action]?.(value);
}

// --- what the server says

function becomeActive(active) {
  local.active = active;
  live?.stop();
  live = active ? follow(urls.live, { onState, onBeat, onLost, onRefused: () => location.replace(urls.login) }) : null;
  render();
}

function onState(state) {
  onBeat(state.now);
  if (snapshot?.call?.id !== state.call?.id) forgetCall();
  snapshot = state;
  if (local.placing && state.call && !isPlacing(state.call, local)) local.placing = null;
  if (state.seat.closed) live?.stop();
  render();
}

function forgetCall() {
  wipe();
  trouble = "";
  Object.assign(local, { ...freshLocal(), active: local.active });
}

function onBeat(instant) {
  offset = Date.parse(instant) - Date.now();
}

function onLost(isLost) {
  lost = isLost;
  render();
}

// --- what a view asks for

function render() {
  const before = shown;
  shown = view(snapshot, local, now());
  settle();
  draw();
  if (before.screen !== shown.screen || before.kind !== shown.kind || before.call?.id !== shown.call?.id) entered();
}

/** Hold the call's data exactly as long as the view allows. */
function settle() {
  if (!shown.holds) return wipe();
  form.open();
  if (!held.isOpen && !resting) redeem(shown.call.id);
  return undefined;
}

async function redeem(id) {
  try {
    const opened = await held.redeem(id);
    if (!opened || shown.call?.id !== id || !shown.holds) return;
    phone = { masked: opened.phone_masked, full: "" };
    form.fill(opened);
    trouble = "";
    render();
    form.showOrders(await held.orders().catch(() => ({ late: true })));
  } catch (error) {
    redeemFailed(error, id);
  }
}

function redeemFailed(error, id) {
  if (error instanceof Refusal && error.gone) local.gone = id;
  else {
    trouble = t("trouble.redeem");
    resting = true;
    setTimeout(() => { resting = false; render(); }, RETRY_MS);
  }
  render();
}

/** One draft at a time, in the order of typing; a draft that did not arrive goes with the next one. */
function saveDraft(typed, keepalive) {
  if (!held.isOpen) return;
  const send = () => (held.isOpen ? held.draft(typed, keepalive).catch(() => {}) : undefined);
  if (keepalive) send();
  else drafting = drafting.then(send);
}

function wipe() {
  if (!held.isOpen && !form.isMounted()) return held.wipe();
  held.wipe();
  form.wipe();
  phone = { masked: null, full: "" };
  local.sheet = false;
  history.replaceState(null, "", location.pathname);
}

function entered() {
  if (shown.screen === "dialog" && !shown.sheet) form.focusFirstEmpty();
  if (shown.screen === "ringing") announce({ alert: t("announce.ringing", { service: shown.call.service.name }) });
  else announce(shown.screen === "after" ? spokenStrip(shown, texts) : {});
}

// --- drawing

function notice() {
  if (lost) return { tone: "bad", text: t("lost") };
  if (trouble) return { tone: "bad", text: trouble };
  if (shown.screen === "dialog" && shown.over) return { tone: "warn", text: t("over", { left: clock((shown.wrapup ?? 0) + 999) }) };
  return null;
}

function draw() {
  drawParts(shown);
  drawTimers(shown, now(), texts);
  drawTitle(shown, texts);
  drawNotice(notice());
  drawKeys(shown, texts);
  drawPhone(shown, phone, texts);
  drawLink(lost);
  if (shown.screen === "idle") drawIdle(snapshot, now(), texts);
  if (shown.screen === "closed") drawClosed(snapshot.seat.closed, texts);
  if (shown.screen === "after") drawStrip(one("main[data-on=after]"), shown, texts);
  drawSay(shown.screen === "dialog" || shown.screen === "after" ? sayLine(shown, form.form(), texts) : { who: "", line: "" });
  if (sheet.toggle(shown.sheet) && shown.screen === "dialog" && !shown.sheet) form.focusLast();
}

// --- what the operator does

function focusKind(element) {
  if (element?.matches("input, textarea, select")) return "field";
  if (element?.matches("[data-do=place]")) return "place";
  return element?.matches("button, a") ? "button" : "";
}

document.addEventListener("keydown", (event) => {
  walkStates(event);
  const pressed = read(event, keysOf(shown), focusKind(document.activeElement));
  if (!pressed) return;
  event.preventDefault();
  if (!event.repeat) run(pressed.action, pressed.value);
});

document.addEventListener("click", (event) => {
  const chosen = /** @type {Element} */ (event.target).closest("[data-do]");
  if (chosen) run(chosen.dataset.do, chosen.dataset.value);
});

one(".keys").addEventListener("mousedown", (event) => event.preventDefault());
globalThis.addEventListener("online", () => lost && live?.reopen());
globalThis.addEventListener("pageshow", (event) => event.persisted && location.reload());
globalThis.addEventListener("pagehide", () => {
  form.save(true);
  live?.stop();
  wipe();
  snapshot = null;
});

setInterval(() => {
  form.refresh();
  render();
}, TICK_MS);
render();
