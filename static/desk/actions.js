// What the operator's keys and buttons do. Every failure keeps what was typed and says what to do.

import { Refusal } from "./api.js";

const TOLD_STATUS = 4; // the reason "asked where the car is"

/**
 * @param {object} desk the parts of the page, see main.js
 */
export function actions(desk) {
  const { local, held, form, sheet, texts, command, urls } = desk;
  const { t } = texts;
  let leaving = false;

  const callId = () => desk.shown().call?.id ?? "";

  /** A right that has ended is not an error to show: the page wipes itself. A login that has ended asks for itself. */
  function failed(error, call, sentence) {
    if (error instanceof Refusal && error.gone) local.gone = call;
    else if (!(error instanceof Refusal && error.unseated)) desk.trouble(error instanceof Refusal && error.sentence ? error.sentence : sentence);
    desk.render();
  }

  async function place() {
    const { screen, call } = desk.shown();
    if (screen !== "dialog" || form.refuseMissing()) return;
    if (!held.isOpen) return desk.trouble(t("trouble.opening"));
    const previous = call.order?.since ?? null;
    const typed = form.typed();
    form.cancelDraft();
    form.list.shut();
    local.placing = { call: call.id, since: desk.now(), previous };
    local.deal = { call: call.id, ...form.deal() };
    desk.trouble("");
    desk.render();
    try {
      await held.place(typed);
    } catch (error) {
      placeFailed(error, call.id, previous);
    }
  }

  function placeFailed(error, call, previous) {
    if (local.placing?.call !== call) return; // the stream knew better: the order is there
    local.placing = null;
    local.correcting = previous;
    failed(error, call, t("trouble.place"));
    if (error instanceof Refusal && desk.shown().screen === "dialog" && form.refuse(error.fields)) desk.trouble("");
  }

  async function leave(reason) {
    const call = callId();
    if (leaving || !held.isOpen) return;
    leaving = true;
    try {
      form.cancelDraft();
      await held.leave(reason);
      local.left = call;
      local.sheet = false;
      desk.render();
    } catch (error) {
      leaveFailed(error, call);
    } finally {
      leaving = false;
    }
  }

  function leaveFailed(error, call) {
    const sentence = error instanceof Refusal && error.sentence ? error.sentence : t("trouble.leave");
    if (local.sheet && !(error instanceof Refusal && (error.gone || error.unseated))) sheet.say(sentence);
    else failed(error, call, sentence);
  }

  async function reveal() {
    const call = callId();
    try {
      const { phone } = await held.reveal();
      if (held.id === call) desk.showPhone(phone);
    } catch (error) {
      failed(error, call, t("trouble.again"));
    }
  }

  async function tell(path, body) {
    try {
      await command("POST", path, { body });
      desk.trouble("");
    } catch (error) {
      failed(error, "", t("trouble.again"));
    }
  }

  async function finish() {
    try {
      await command("POST", urls.logout);
      globalThis.location.assign(urls.login);
    } catch (error) {
      failed(error, "", t("trouble.again"));
    }
  }

  function showSheet(open) {
    local.sheet = open;
    desk.render();
  }

  function startOrder() {
    local.status = null;
    desk.render();
  }

  return {
    next: () => form.next(),
    back: () => form.back(),
    stop: () => form.addStop(),
    drop: () => form.dropStop(),
    recent: () => form.showRecent(),
    time: () => form.time(),
    choose: (step) => form.list.choose(Number(step)),
    take: () => form.list.take(),
    pick: (digit) => form.takeRecent(Number(digit) - 1),
    shut: () => form.list.shut(),
    place,
    leave: () => showSheet(true),
    stay: () => showSheet(false),
    reason: (digit) => leave(Number(digit)),
    told: () => leave(TOLD_STATUS),
    again: () => desk.askOrders(),
    order: startOrder,
    correct: () => {
      local.correcting = desk.shown().order.since;
      desk.render();
    },
    reveal,
    nextcall: () => tell(urls.seatNext, {}),
    longer: () => tell(urls.seatLonger, {}),
    state: (state) => tell(urls.seatState, { state }),
    finish: (how) => (how === "key" ? desk.finishTwice(finish) : finish()),
    here: () => desk.claim(),
    nothing: () => {},
  };
}
