import assert from "node:assert/strict";
import { test } from "node:test";

import { clock, freshLocal, keysOf, view } from "../../static/desk/state.js";

const NOW = Date.parse("2026-11-23T13:00:00.000Z");
const at = (seconds) => new Date(NOW + seconds * 1000).toISOString();
const order = (state, more = {}) => ({ state, since: at(-1), number: "", phrase: "", ...more });
const call = (more = {}) => ({
  id: "c1", phase: "answered", since: at(-10), disposed: false, grant: "open", order: null,
  service: { name: "Kometa", monogram: "K", hue: "teal", greeting: "Hello!" }, ...more,
});
const snapshot = (more = {}) => ({
  version: 1, now: at(0), seat: { state: "busy", since: at(-60), counted_since: at(-60), closed: null }, call: null, wrapup_until: null,
  shift: { calls: 0, orders: 0, missed: 0 }, ...more,
});
const working = (more = {}) => ({ ...freshLocal(), active: true, ...more });
const look = (held, local = working()) => view(snapshot({ call: held }), local, NOW);

test("a page that waits for its first snapshot shows nothing of any call", () => {
  assert.equal(view(null, working(), NOW).screen, "opening");
});

test("a tab that is not the working one shows only that, whatever the stream said", () => {
  const shown = view(snapshot({ call: call() }), working({ active: false }), NOW);

  assert.deepEqual([shown.screen, shown.call, shown.holds], ["elsewhere", null, false]);
});

test("a closed seat shows only that", () => {
  const shown = view(snapshot({ seat: { state: "off", since: at(0), closed: "replaced" }, call: call() }), working(), NOW);

  assert.deepEqual([shown.screen, shown.call, shown.holds], ["closed", null, false]);
});

test("no call is the idle page", () => {
  assert.equal(look(null).screen, "idle");
});

test("while it rings, nothing of the caller may be held", () => {
  const shown = look(call({ phase: "ringing", grant: "none" }));

  assert.deepEqual([shown.screen, shown.holds, keysOf(shown)], ["ringing", false, []]);
});

test("an answered call with an open right is the form", () => {
  const shown = look(call());

  assert.deepEqual([shown.screen, shown.holds, keysOf(shown)], ["dialog", true, ["next", "back", "time", "place", "leave"]]);
});

test("an answered call without a right shows no form and holds nothing", () => {
  const shown = look(call({ grant: "none" }));

  assert.deepEqual([shown.screen, shown.kind, shown.holds, keysOf(shown)], ["after", "shut", false, []]);
});

test("from F9 to the stream's word the strip says that the order is passed on, and the form stays out of reach", () => {
  const shown = look(call(), working({ placing: { call: "c1", since: NOW - 200, previous: null } }));

  assert.deepEqual([shown.screen, shown.kind, shown.holds, keysOf(shown)], ["after", "sending", true, []]);
});

test("after five seconds without an answer the strip turns yellow", () => {
  assert.equal(look(call({ order: order("sending", { since: at(-4.999) }) })).kind, "sending");
  assert.equal(look(call({ order: order("sending", { since: at(-5) }) })).kind, "slow");
  assert.equal(look(call(), working({ placing: { call: "c1", since: NOW - 5000, previous: null } })).kind, "slow");
});

test("acceptance ends the right to hold anything, even before the stream says that the right is closed", () => {
  const shown = look(call({ order: order("accepted", { number: "4417" }) }));

  assert.deepEqual([shown.screen, shown.kind, shown.holds], ["after", "accepted", false]);
});

test("a refused order keeps what was typed and offers to correct or to leave", () => {
  const shown = look(call({ order: order("rejected") }));

  assert.deepEqual([shown.screen, shown.kind, shown.holds, keysOf(shown)], ["after", "rejected", true, ["correct", "leave"]]);
});

test("correcting a refused order opens the form again", () => {
  const refused = order("rejected");

  assert.equal(look(call({ order: refused }), working({ correcting: refused.since })).screen, "dialog");
});

test("a corrected order that was sent again is not shown as refused while the stream still brings the old refusal", () => {
  const refused = order("rejected");
  const local = working({ placing: { call: "c1", since: NOW, previous: refused.since } });

  assert.equal(look(call({ order: refused }), local).kind, "sending");
});

test("a new refusal closes the form that was open for correcting the one before", () => {
  const shown = look(call({ order: order("rejected", { since: at(0) }) }), working({ correcting: at(-30) }));

  assert.deepEqual([shown.screen, shown.kind], ["after", "rejected"]);
});

test("a refused order whose right has ended offers nothing", () => {
  const shown = look(call({ order: order("expired"), grant: "closed" }));

  assert.deepEqual([shown.kind, shown.holds, keysOf(shown)], ["expired", false, []]);
});

test("a call that was left holds nothing before the stream confirms it", () => {
  const shown = look(call(), working({ left: "c1" }));

  assert.deepEqual([shown.screen, shown.kind, shown.holds], ["after", "left", false]);
});

test("a right that the server called ended is not asked for again", () => {
  assert.equal(look(call(), working({ gone: "c1" })).holds, false);
  assert.equal(look(call({ id: "c2" }), working({ gone: "c1" })).holds, true);
});

test("after the caller hung up the form stays while the right is open, with the time that is left", () => {
  const shown = view(snapshot({ call: call({ phase: "ended" }), wrapup_until: at(12) }), working(), NOW);

  assert.deepEqual([shown.screen, shown.over, shown.wrapup], ["dialog", true, 12_000]);
});

test("the next call can be asked for only when the call is over", () => {
  const accepted = { order: order("accepted"), grant: "closed" };

  assert.deepEqual(keysOf(look(call(accepted))), []);
  assert.deepEqual(keysOf(view(snapshot({ call: call({ phase: "ended", ...accepted }), wrapup_until: at(5) }), working(), NOW)), ["nextcall"]);
});

test("a wrap-up that has lasted a minute cannot be made longer", () => {
  const after = (since, left) => snapshot({ seat: { state: "wrapup", since: at(since), counted_since: at(since), closed: null }, wrapup_until: at(left) });

  assert.deepEqual(keysOf(view(after(-5, 10), working(), NOW)), ["state", "finish", "nextcall", "longer"]);
  assert.deepEqual(keysOf(view(after(-50, 10), working(), NOW)), ["state", "finish", "nextcall"]);
});

test("an answer of the service stands before the form until its minute is over", () => {
  const local = working({ status: { call: "c1", until: NOW + 1000 } });

  assert.deepEqual([look(call(), local).screen, look(call(), local).holds], ["status", true]);
  assert.equal(view(snapshot({ call: call() }), local, NOW + 1000).screen, "dialog");
  assert.equal(look(call({ id: "c2" }), local).screen, "dialog");
  assert.equal(look(call({ grant: "closed" }), local).screen, "after");
});

test("with addresses to choose from only their keys and F9 work", () => {
  const open = (form) => keysOf(look(call(), working({ form: { list: "", found: false, recent: true, stop: true, wish: false, drop: false, ...form } })));

  assert.deepEqual(open({ list: "hints", found: true }), ["choose", "take", "shut", "place"]);
  assert.deepEqual(open({ list: "recent", found: true }), ["choose", "take", "pick", "shut", "place"]);
  assert.deepEqual(open({ list: "hints" }), ["next", "back", "recent", "stop", "time", "place", "shut"]);
  assert.deepEqual(open({}), ["next", "back", "recent", "stop", "time", "place", "leave"]);
});

test("a login that ended keeps what is held and takes every key", () => {
  const shown = look(call(), working({ expired: { until: NOW + 1000 } }));

  assert.deepEqual([shown.screen, shown.holds, shown.expired, keysOf(shown)], ["dialog", true, true, []]);
});

test("what was promised belongs to its own call", () => {
  const deal = { call: "c1", price: "180 ₽", car: "", later: false, spoken: "" };

  assert.equal(look(call(), working({ deal })).deal, deal);
  assert.equal(look(call({ id: "c2" }), working({ deal })).deal, null);
});

test("the sheet takes every key but its own", () => {
  assert.deepEqual(keysOf(look(call(), working({ sheet: true }))), ["reason", "stay"]);
});

test("the sheet cannot outlive the right", () => {
  const refused = order("rejected");

  assert.equal(look(call({ order: refused }), working({ sheet: true })).sheet, true);
  assert.equal(look(call({ order: refused, grant: "closed" }), working({ sheet: true })).sheet, false);
});

test("times are minutes and seconds, with hours only when there are any", () => {
  assert.deepEqual([0, 61_999, 3_600_000, -5].map(clock), ["0:00", "1:01", "1:00:00", "0:00"]);
});
