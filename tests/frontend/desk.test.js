import assert from "node:assert/strict";
import { test } from "node:test";

import { checklist, isAllRight } from "../../static/desk/checklist.js";
import { noticeOf } from "../../static/desk/frame.js";
import { spent, timesOf } from "../../static/desk/idle.js";
import { underWay } from "../../static/desk/status.js";
import { strings } from "../../static/desk/strings.js";

const NOW = Date.parse("2026-11-23T13:00:00.000Z");
const at = (seconds) => new Date(NOW + seconds * 1000).toISOString();
const texts = strings(new Map([["figures.minutes", "{minutes} min"], ["figures.hours", "{hours} h {minutes} min"], ["notice.until", "{text} Until {until}."]]), "en");
const shift = { since: at(-3600), calls: 1, orders: 1, missed: 0, median_s: 40, online_s: 100, break_s: 50, last_answer: at(-60) };
const seat = (state) => ({ state, since: at(-10), counted_since: at(-10), closed: null });
const here = { link: "live", clearances: 2, soon: 0, extension: "101" };
const tones = (snapshot, more = {}) => Object.fromEntries(checklist(snapshot, { ...here, ...more }, texts).map(({ id, tone }) => [id, tone]));

test("when everything is right, every line of the checklist says so", () => {
  const lines = checklist({ seat: seat("ready"), shift }, here, texts);

  assert.deepEqual([lines.map(({ tone }) => tone), isAllRight(lines)], [["ok", "ok", "ok", "ok"], true]);
});

test("each thing that keeps calls away is its own line", () => {
  assert.equal(tones({ seat: seat("off"), shift }).state, "bad");
  assert.equal(tones({ seat: seat("break"), shift }).state, "warn");
  assert.deepEqual(["polling", "lost"].map((link) => tones({ seat: seat("ready"), shift }, { link }).link), ["warn", "bad"]);
  assert.deepEqual([tones({ seat: seat("ready"), shift }, { clearances: 0 }).clearances, tones({ seat: seat("ready"), shift }, { soon: 1 }).clearances], ["bad", "warn"]);
});

test("a telephone is proved by a call that was answered on it, suspected by one that rang out, unknown otherwise", () => {
  const telephone = (more) => tones({ seat: seat("ready"), shift: { ...shift, ...more } }).telephone;

  assert.deepEqual([telephone({}), telephone({ last_answer: null }), telephone({ last_answer: null, missed: 1 })], ["ok", "", "bad"]);
});

test("the page adds what has passed since the last change of state", () => {
  assert.deepEqual(timesOf({ seat: seat("busy"), shift }, NOW), { online: 110, onBreak: 50 });
  assert.deepEqual(timesOf({ seat: seat("break"), shift }, NOW), { online: 100, onBreak: 60 });
  assert.deepEqual(timesOf({ seat: seat("off"), shift }, NOW), { online: 100, onBreak: 50 });
});

test("times of a shift are minutes, then hours and minutes", () => {
  assert.deepEqual([59, 3599, 3600, 27_000].map((seconds) => spent(seconds, texts)), ["0 min", "59 min", "1 h 0 min", "7 h 30 min"]);
});

test("a notice of the service says until when it holds, in the service's time, and leaves then", () => {
  const notice = { text: "Snow.", until: at(60) };

  assert.deepEqual(noticeOf(notice, NOW, "Asia/Yekaterinburg", texts), { tone: "warn", text: "Snow. Until 18:01." });
  assert.equal(noticeOf(notice, NOW + 60_000, "UTC", texts), null);
  assert.equal(noticeOf({ text: "Snow.", until: null }, NOW, "UTC", texts).text, "Snow.");
  assert.equal(noticeOf(null, NOW, "UTC", texts), null);
});

test("a caller asks about the latest order that is still under way", () => {
  const [done, first, second] = [["1", "finished"], ["2", "assigned"], ["3", "new"]].map(([number, progress]) => ({ number, progress }));

  assert.equal(underWay([first, second, done]), second);
  assert.equal(underWay([done]), null);
});
