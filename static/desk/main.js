// The desk: brings stream, form and keys together. What is shown follows from the snapshot; see state.js.

import { actions } from "./actions.js";
import { client, Refusal } from "./api.js";
import { heldCall } from "./call.js";
import { orderForm } from "./dialog.js";
import { one } from "./dom.js";
import { announce, drawKeys, drawNotice, drawParts, drawPhone, drawSay, drawTimers, drawTitle, noticeOf } from "./frame.js";
import { drawClosed, drawIdle, drawLink, finishTwice, walkStates } from "./idle.js";
import { focusKind, read } from "./keys.js";
import { follow } from "./live.js";
import { loginAgain, PATIENCE_MS } from "./relogin.js";
import { reasonSheet } from "./sheet.js";
import { sayLine } from "./speech.js";
import { clock, freshLocal, isPlacing, keysOf, view } from "./state.js";
import { drawLeft, fillStatus, STATUS_MS, underWay, wipeStatus } from "./status.js";
import { drawStrip, spokenStrip } from "./strip.js";
import { readStrings } from "./strings.js";
import { claimTab } from "./tab.js";

const TICK_MS = 250;
const RETRY_MS = 1000;
const SOON_MS = 1500; // later than this an answer changes no screen by itself

const urls = document.body.dataset;
const texts = readStrings(document);
const { t } = texts;
const local = freshLocal();
/** @type {import("./state.js").Snapshot | null} */
let snapshot = null;
let shown = view(null, local, 0);
let csrf = one("meta[name=csrf]").content;
let [offset, lost, trouble, link] = [0, false, "", "live"];
let phone = { masked: null, full: "" };
let word = { notice: null, zone: "UTC" }; // of the service to its operators, as long as the call is held
let live = null;
let drafting = Promise.resolve();
let resting = false; // between two tries to take the right

const now = () => Date.now() + offset;
const { command } = client({ csrf: () => csrf, onSeatClosed: expire });
const held = heldCall(command, urls);
const templates = { dialog: one("[data-dialog-template]"), stop: one("[data-stop-template]"), hints: one("[data-hints-template]") };
const form = orderForm(one("[data-dialog]"), templates, texts, {
  now, save: saveDraft, changed: formChanged, heard: (words) => announce({ status: words }),
  hints: (text, signal) => (held.isOpen ? held.hints(text, signal) : Promise.resolve(null)),
  quote: (body, signal) => (held.isOpen ? held.quote(body, signal) : Promise.resolve(null)),
});
const behind = () => [one("[data-dialog]"), one("main[data-on=status]"), one("main[data-on=after]"), one("header.band .end")];
const sheet = reasonSheet(one("[data-sheet]"), behind);
const relogin = loginAgain({ host: one("[data-relogin]"), behind, url: urls.login, workplace: urls.workplace, texts, done: loggedInAgain });
const shift = finishTwice(texts, () => run("finish"));
const tab = claimTab(becomeActive);
const act = actions({
  local, held, form, sheet, texts, command, urls, now, render, askOrders,
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
  if (active) listen();
  render();
}

function listen() {
  live = follow(urls.live, { onState, onBeat, onLost, onRefused: expire });
}

function onState(state) {
  onBeat(state);
  if (snapshot?.call?.id !== state.call?.id) forgetCall();
  snapshot = state;
  local.expired = null;
  if (local.placing && state.call && !isPlacing(state.call, local)) local.placing = null;
  if (state.seat.closed) live?.stop();
  render();
}

function forgetCall() {
  wipe();
  trouble = "";
  Object.assign(local, { ...freshLocal(), active: local.active });
}

function onBeat(heard) {
  offset = Date.parse(heard.now) - Date.now();
  link = heard.link ?? "live";
}

function onLost(isLost) {
  lost = isLost;
  render();
}

/** The server knows this login no more. In the middle of a call nothing that was typed is thrown away for that. */
function expire() {
  if (local.expired || !live) return;
  if (!shown.holds || !form.isMounted()) return void location.replace(urls.login);
  live.stop();
  form.cancelDraft();
  held.wipe();
  phone = { masked: null, full: "" };
  Object.assign(local, { expired: { until: now() + PATIENCE_MS }, sheet: false, placing: null });
  render();
}

function loggedInAgain(token, next) {
  if (next !== location.pathname) return void location.replace(next);
  csrf = token;
  return listen();
}

// --- what a view asks for

function render() {
  if (local.expired && local.expired.until <= now()) return void location.replace(urls.login);
  const before = shown;
  shown = view(snapshot, local, now());
  settle();
  draw();
  if (before.screen !== shown.screen || before.kind !== shown.kind || before.call?.id !== shown.call?.id) entered(before);
}

/** Hold the call's data exactly as long as the view allows. */
function settle() {
  if (!shown.holds) return wipe();
  form.open();
  if (!held.isOpen && !resting && !shown.expired) redeem(shown.call.id);
  return undefined;
}

async function redeem(id) {
  try {
    const opened = await held.redeem(id);
    if (!opened || shown.call?.id !== id || !shown.holds) return;
    phone = { masked: opened.phone_masked, full: "" };
    word = { notice: opened.notice ?? null, zone: opened.time_zone };
    form.fill(opened);
    trouble = "";
    render();
    askOrders();
    held.recent().then(form.remember).catch(() => {});
  } catch (error) {
    redeemFailed(error, id);
  }
}

function redeemFailed(error, id) {
  if (error instanceof Refusal && error.gone) local.gone = id;
  else if (!local.expired) {
    trouble = t("trouble.redeem");
    resting = true;
    setTimeout(() => { resting = false; render(); }, RETRY_MS);
  }
  render();
}

/** A caller with an order under way most often asks about it: the answer is there first, unless an order is being typed already. */
async function askOrders() {
  const [id, asked] = [held.id, now()];
  const answer = await held.orders().catch(() => ({ late: true }));
  if (held.id !== id || !shown.holds) return;
  form.showOrders(answer);
  const order = underWay(answer.orders ?? []);
  if (shown.screen === "status") trouble = answer.late ? t("orders.late") : "";
  if (shown.screen === "status" && answer.orders && !order) local.status = null;
  if (order && (shown.screen === "status" || (form.isUntouched() && now() - asked < SOON_MS))) showStatus(id, order);
  render();
}

function showStatus(call, order) {
  local.status = { call, until: now() + STATUS_MS };
  fillStatus(one("main[data-on=status]"), order, now(), texts);
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
  wipeStatus(one("main[data-on=status]"));
  phone = { masked: null, full: "" };
  word = { notice: null, zone: "UTC" };
  Object.assign(local, { sheet: false, status: null, form: freshLocal().form });
  history.replaceState(null, "", location.pathname);
}

function entered(before) {
  if (before.screen === "status") wipeStatus(one("main[data-on=status]"));
  if (shown.screen === "dialog" && !shown.sheet && !shown.expired) form.focusFirstEmpty();
  if (shown.screen === "status") one("main[data-on=status] button").focus();
  if (shown.screen === "ringing") announce({ alert: t("announce.ringing", { service: shown.call.service.name }) });
  else if (shown.screen === "status") announce({ status: one("[data-status-speak]").textContent });
  else announce(shown.screen === "after" ? spokenStrip(shown, texts) : {});
}

// --- drawing

function notice() {
  if (lost) return { tone: "bad", text: t("lost") };
  if (trouble) return { tone: "bad", text: trouble };
  const writing = shown.screen === "dialog" || shown.screen === "status";
  if (writing && shown.over) return { tone: "warn", text: t("over", { left: clock((shown.wrapup ?? 0) + 999) }) };
  return writing ? noticeOf(word.notice, now(), word.zone, texts) : null;
}

function formChanged() {
  local.form = form.keys();
  shown = view(snapshot, local, now());
  drawKeys(shown, texts);
  drawTalk();
}

function drawTalk() {
  const said = ["dialog", "status", "after"].includes(shown.screen);
  drawSay(said ? sayLine(shown, form.form(), texts) : { who: "", line: "" });
}

function draw() {
  drawParts(shown);
  drawTimers(shown, now(), texts);
  drawTitle(shown, texts);
  drawNotice(notice());
  drawKeys(shown, texts);
  drawPhone(shown, phone, texts);
  drawLink(lost ? "lost" : link);
  if (shown.screen === "idle") drawIdle(snapshot, shown, now(), lost ? "lost" : link, texts);
  if (shown.screen === "closed") drawClosed(snapshot.seat.closed, texts);
  if (shown.screen === "after") drawStrip(one("main[data-on=after]"), shown, texts);
  if (shown.screen === "status") drawLeft(one("main[data-on=status]"), local.status.until - now(), texts);
  drawTalk();
  if (sheet.toggle(shown.sheet) && shown.screen === "dialog" && !shown.sheet) form.focusLast();
  if (shown.expired) relogin.left(t("relogin.left", { left: clock(local.expired.until - now() + 999) }));
  if (relogin.toggle(shown.expired) && shown.screen === "dialog" && !shown.expired) form.focusLast();
}

// --- what the operator does

document.addEventListener("keydown", (event) => {
  if (shown.expired) return;
  walkStates(event);
  const pressed = read(event, keysOf(shown), focusKind(document.activeElement));
  if (!pressed) return;
  event.preventDefault();
  if (!event.repeat || pressed.action === "choose") run(pressed.action, pressed.value);
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
