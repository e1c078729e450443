import assert from "node:assert/strict";
import { test } from "node:test";

import { CAPS, digitOf, read } from "../../static/desk/keys.js";
import { keysOf } from "../../static/desk/state.js";

const press = (key, more = {}) => ({ key, code: more.code ?? key, shiftKey: false, ctrlKey: false, altKey: false, metaKey: false, ...more });
const DIALOG = ["next", "back", "place", "leave"];

test("Enter moves on and Shift+Enter back", () => {
  assert.equal(read(press("Enter"), DIALOG, "field").action, "next");
  assert.equal(read(press("Enter", { shiftKey: true }), DIALOG, "field").action, "back");
});

test("Enter on the button that places does nothing, so that Enter alone never places", () => {
  assert.deepEqual(read(press("Enter"), DIALOG, "place"), { action: "nothing" });
});

test("Enter on any other button is the browser's", () => {
  assert.equal(read(press("Enter"), DIALOG, "button"), null);
});

test("F9 places in the form and is swallowed everywhere else", () => {
  assert.deepEqual(read(press("F9"), DIALOG, "field"), { action: "place", value: undefined });
  assert.deepEqual(read(press("F9"), [], ""), { action: "nothing" });
});

test("Escape opens the sheet and, in the sheet, goes back", () => {
  assert.equal(read(press("Escape"), DIALOG, "field").action, "leave");
  assert.equal(read(press("Escape"), ["reason", "stay"], "button").action, "stay");
});

test("a digit is a reason in the sheet, a state on the idle page, a character in a field", () => {
  assert.deepEqual(read(press("7", { code: "Digit7" }), ["reason", "stay"], "button"), { action: "reason", value: "7" });
  assert.deepEqual(read(press("2", { code: "Digit2" }), ["state", "finish"], ""), { action: "state", value: "break" });
  assert.deepEqual(read(press("4", { code: "Digit4" }), ["state", "finish"], ""), { action: "finish", value: "key" });
  assert.equal(read(press("2", { code: "Digit2" }), ["state", "finish"], "field"), null);
  assert.equal(read(press("5", { code: "Digit5" }), ["state", "finish"], ""), null);
});

test("digits are read by their place: a French layout and a keypad without NumLock give other characters", () => {
  assert.equal(digitOf("Digit1"), 1);
  assert.equal(read(press("End", { code: "Numpad1" }), ["reason", "stay"], "button").value, "1");
  assert.equal(digitOf("Digit0"), 0);
  assert.equal(digitOf("KeyA"), 0);
});

test("Space asks for the next call outside fields and buttons only", () => {
  const space = press(" ", { code: "Space" });

  assert.equal(read(space, ["nextcall"], "").action, "nextcall");
  assert.equal(read(space, ["nextcall"], "field"), null);
  assert.equal(read(space, ["nextcall"], "button"), null);
});

test("keys with Ctrl, Alt or Meta, and keys of an input method, belong to the browser", () => {
  for (const held of ["ctrlKey", "altKey", "metaKey", "isComposing"]) assert.equal(read(press("F9", { [held]: true }), DIALOG, "field"), null);
});

const LIST = ["choose", "take", "shut", "place"];

test("with a list open Enter takes, Escape closes it and the arrows choose", () => {
  assert.equal(read(press("Enter"), LIST, "address").action, "take");
  assert.equal(read(press("Escape"), LIST, "address").action, "shut");
  assert.deepEqual(read(press("ArrowDown"), LIST, "address"), { action: "choose", value: "1" });
  assert.deepEqual(read(press("ArrowUp"), LIST, "address"), { action: "choose", value: "-1" });
});

test("without a list the arrows belong to the field", () => {
  assert.equal(read(press("ArrowDown"), DIALOG, "address"), null);
});

test("Shift+Enter takes nothing from a list that is open", () => {
  assert.equal(read(press("Enter", { shiftKey: true }), [...LIST, "back"], "address").action, "back");
});

test("a digit chooses a recent address although the field has the focus, and nothing else there", () => {
  assert.deepEqual(read(press("2", { code: "Digit2" }), [...LIST, "pick"], "empty address"), { action: "pick", value: "2" });
  assert.equal(read(press("2", { code: "Digit2" }), LIST, "address"), null);
});

test("Insert adds a stop by its place on the keyboard, not by the name that the keypad's zero shares", () => {
  assert.equal(read(press("Insert"), [...DIALOG, "stop"], "field").action, "stop");
  assert.equal(read(press("Insert", { code: "Numpad0" }), [...DIALOG, "stop"], "field"), null);
});

test("a plus adds a stop in an empty address only: elsewhere it is a character", () => {
  const plus = press("+", { code: "Equal", shiftKey: true });

  assert.equal(read(plus, [...DIALOG, "stop"], "empty address").action, "stop");
  assert.equal(read(plus, [...DIALOG, "stop"], "address"), null);
  assert.equal(read(plus, [...DIALOG, "stop"], "field"), null);
});

test("Backspace removes a stop that is empty, and letters everywhere else", () => {
  assert.equal(read(press("Backspace"), ["drop"], "empty stop").action, "drop");
  assert.equal(read(press("Backspace"), ["drop"], "address"), null);
});

test("F8 is the time in an order and fifteen seconds more after a call", () => {
  assert.equal(read(press("F8"), ["time"], "field").action, "time");
  assert.equal(read(press("F8"), ["nextcall", "longer"], "").action, "longer");
  assert.equal(read(press("F8"), [], ""), null);
});

test("on the status screen Enter finishes and digits ask again or begin an order", () => {
  const status = ["told", "again", "order", "leave"];

  assert.equal(read(press("Enter"), status, "").action, "told");
  assert.equal(read(press("1", { code: "Digit1" }), status, "button").action, "again");
  assert.equal(read(press("2", { code: "Digit2" }), status, "button").action, "order");
  assert.equal(read(press("3", { code: "Digit3" }), status, "button"), null);
});

test("no key is a letter, and none is reserved by browsers", () => {
  const caps = Object.values(CAPS).flatMap((cap) => cap.caps).flatMap((cap) => cap.split("+"));

  assert.deepEqual(caps.filter((cap) => /^[A-Za-zА-Яа-я]$/.test(cap) || ["F1", "F3", "F4", "F5", "F6", "F7", "F11", "F12", "Ctrl", "Alt"].includes(cap)), []);
});

const screens = [
  blank("idle", { wrapup: 1000, canWaitLonger: true }), blank("dialog"), blank("status"), blank("dialog", { sheet: true }),
  blank("after", { over: true, wrapup: 1000, canWaitLonger: true }), blank("after", { kind: "rejected", open: true }),
  ...["hints", "recent"].map((list) => blank("dialog", { form: { list, found: true } })), blank("dialog", { form: { list: "hints", found: false } }),
  blank("dialog", { form: { list: "", recent: true, stop: true, wish: true, drop: true } }),
];

function blank(screen, more = {}) {
  return { screen, kind: "", over: false, wrapup: null, open: false, sheet: false, expired: false, canWaitLonger: false, form: { list: "" }, ...more };
}

test("every key that may work on some screen has a drawing in the bottom bar, and no screen gives one key two meanings", () => {
  for (const shown of screens) {
    const caps = keysOf(shown).map((key) => CAPS[key].caps.join());
    assert.equal(new Set(caps.filter((cap) => cap !== "1–9")).size, caps.filter((cap) => cap !== "1–9").length, shown.screen);
  }
});

test("while a new login is asked for no key of the desk works", () => {
  assert.deepEqual(keysOf(blank("dialog", { expired: true })), []);
});
