import assert from "node:assert/strict";
import { test } from "node:test";

import { CAPS, digitOf, read } from "../../static/desk/keys.js";
import { freshLocal } from "../../static/desk/state.js";

const press = (key, more = {}) => ({ key, code: more.code ?? key, shiftKey: false, ctrlKey: false, altKey: false, metaKey: false, ...more });
const DIALOG = ["next", "back", "place", "leave"];

test("Enter moves on and Shift+Enter back", () => {
  assert.deepEqual(read(press("Enter"), DIALOG, "field"), { action: "next" });
  assert.deepEqual(read(press("Enter", { shiftKey: true }), DIALOG, "field"), { action: "back" });
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

test("every working key has a drawing in the bottom bar", () => {
  for (const key of ["next", "back", "place", "leave", "reason", "stay", "correct", "nextcall", "state", "finish"]) assert.ok(CAPS[key].label);
  assert.equal(freshLocal().sheet, false);
});
