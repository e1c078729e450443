import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { strings } from "../../static/desk/strings.js";
import { readWhen, wallClock, wordsOf } from "../../static/desk/when.js";

const WALL = Date.UTC(2026, 10, 23, 18, 42);
const at = (day, hour, minute) => Date.UTC(2026, 10, day, hour, minute);
const english = strings(new Map([
  ["when.now", "now"], ["when.unclear", "not a time"], ["when.today", "today, {day}"], ["when.tomorrow", "tomorrow, {day}"],
  ["when.in.one", "in {count} minute"], ["when.in.other", "in {count} minutes"],
  ["read.now", "Now."], ["read.in", "Wanted {within}."], ["read.at", "Wanted {day}, at {time}."],
  ["say.within", "Comes {within}."], ["say.at", "Comes {day}, at {time}."],
]), "en");

const { wall, times } = JSON.parse(readFileSync(new URL("times.json", import.meta.url), "utf8"));

/** The moment as "day hour:minute", as the samples write it. */
function written(moment) {
  if (!("at" in moment)) return moment.kind;
  const date = new Date(moment.at);
  return date.toISOString().slice(0, 16).replace("T", " ");
}

for (const [typed, expected] of Object.entries(times)) {
  test(`“${typed}” is ${expected}, as the server reads it`, () => {
    assert.equal(written(readWhen(typed, Date.parse(`${wall}Z`))), expected);
  });
}

test("a number of minutes stays known as such", () => {
  assert.deepEqual(readWhen("+20", WALL), { kind: "in", minutes: 20, at: at(23, 19, 2) });
});

test("the wall clock is the service's, not the computer's", () => {
  assert.equal(wallClock(Date.UTC(2026, 10, 23, 20, 0, 5), "Asia/Yekaterinburg"), Date.UTC(2026, 10, 24, 1, 0, 5));
});

test("a moment is told short for the bar, long for the eye and as a sentence for the ear", () => {
  assert.deepEqual(wordsOf(readWhen("", WALL), WALL, english), { short: "now", long: "", spoken: "Now.", told: "" });
  assert.deepEqual(wordsOf(readWhen("+1", WALL), WALL, english), { short: "18:43", long: "in 1 minute, 18:43", spoken: "Wanted in 1 minute.", told: "Comes in 1 minute." });
  assert.deepEqual(wordsOf(readWhen("tom 7", WALL), WALL, english), {
    short: "Tue 07:00", long: "tomorrow, Tuesday, November 24, 07:00", spoken: "Wanted tomorrow, Tuesday, November 24, at 07:00.",
    told: "Comes tomorrow, Tuesday, November 24, at 07:00.",
  });
});

test("what is no time is not read aloud", () => {
  assert.equal(wordsOf(readWhen("soon", WALL), WALL, english).spoken, "");
});
