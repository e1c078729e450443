import assert from "node:assert/strict";
import { test } from "node:test";

import { client, Refusal, Unreachable } from "../../static/desk/api.js";
import { heldCall } from "../../static/desk/call.js";
import { follow, SILENCE_MS, waitBefore } from "../../static/desk/live.js";

const answer = (status, body) => ({ status, ok: status < 400, json: async () => body });

function commands(answers) {
  const sent = [];
  let closed = 0;
  const fetch = async (path, request) => {
    sent.push({ path, ...request });
    const next = answers.shift();
    if (next instanceof Error) throw next;
    return next;
  };
  return { sent, closed: () => closed, ...client({ csrf: () => "token", fetch, onSeatClosed: () => { closed += 1; } }) };
}

test("a command carries the CSRF token, and the grant only when it has one", async () => {
  const { command, sent } = commands([answer(200, {}), answer(204)]);

  await command("POST", "/seat/next");
  const nothing = await command("PUT", "/calls/1/draft", { body: { note: "x" }, grant: "secret" });

  assert.equal(sent[0].headers["X-CSRFToken"], "token");
  assert.equal("X-Grant" in sent[0].headers, false);
  assert.deepEqual([sent[1].headers["X-Grant"], sent[1].body, nothing], ["secret", '{"note":"x"}', null]);
});

test("a refusal brings its sentence and its fields", async () => {
  const { command } = commands([answer(400, { error: { code: "invalid", sentence: "Wrong.", fields: { when: "No time." } } })]);

  await assert.rejects(command("POST", "/x"), (error) => error instanceof Refusal && error.fields.when === "No time." && !error.gone);
});

test("an answer without JSON is still a refusal", async () => {
  const { command } = commands([{ status: 502, ok: false, json: async () => { throw new SyntaxError("html"); } }]);

  await assert.rejects(command("POST", "/x"), (error) => error instanceof Refusal && error.status === 502 && error.sentence === "");
});

test("no answer at all is told apart from a refusal", async () => {
  const { command } = commands([new TypeError("Failed to fetch")]);

  await assert.rejects(command("POST", "/x"), Unreachable);
});

test("a closed seat is reported once per answer", async () => {
  const { command, closed } = commands([answer(401, { error: {} })]);

  await assert.rejects(command("POST", "/x"), Refusal);
  assert.equal(closed(), 1);
});

test("a browser whose cookies are gone is as unknown as one without a seat; any other refusal is not", async () => {
  const { command, closed } = commands([answer(403, { error: { code: "csrf", sentence: "Old." } }), answer(409, { error: { code: "busy" } })]);

  await assert.rejects(command("POST", "/x"), (error) => error.unseated);
  await assert.rejects(command("POST", "/x"), (error) => !error.unseated);
  assert.equal(closed(), 1);
});

test("the right to a call is taken once, however often the page asks while the answer is on its way", async () => {
  const { command, sent } = commands([answer(200, { grant: "g", dialog: { idempotency_key: "k" } }), answer(201, {})]);
  const held = heldCall(command, { calls: "/calls/", ask: "/ask/" });

  const [first, second] = await Promise.all([held.redeem("c1"), held.redeem("c1")]);
  await held.place({ pickup: "here" });

  assert.deepEqual([first.idempotency_key, second, sent.length], ["k", null, 2]);
  assert.deepEqual([sent[1].path, sent[1].headers["X-Grant"], sent[1].body], ["/calls/c1/place", "g", '{"idempotency_key":"k","pickup":"here"}']);
});

test("a right that was given up while it was on its way is not kept", async () => {
  const { command } = commands([answer(200, { grant: "g", dialog: { idempotency_key: "k" } })]);
  const held = heldCall(command, { calls: "/calls/", ask: "/ask/" });

  const taking = held.redeem("c1");
  held.wipe();

  assert.deepEqual([await taking, held.isOpen, held.id], [null, false, ""]);
});

class FakeSource {
  static CLOSED = 2;
  static opened = [];

  constructor() {
    this.listeners = {};
    this.readyState = 1;
    FakeSource.opened.push(this);
  }

  addEventListener(name, listener) { this.listeners[name] = listener; }
  close() { this.readyState = FakeSource.CLOSED; }
  say(name, data = {}) { return this.listeners[name]({ data: JSON.stringify(data) }); }
}

function stream(status = 200) {
  FakeSource.opened = [];
  const timers = new Map();
  let [serial, refused] = [0, 0];
  const [states, losses, beats] = [[], [], []];
  const following = follow("/live/", {
    onState: (state) => states.push(state), onBeat: (beat) => beats.push(beat), onLost: (lost) => losses.push(lost), onRefused: () => { refused += 1; },
  }, {
    EventSource: FakeSource, fetch: async () => answer(status), random: () => 0.5,
    setTimeout: (action, delay) => { serial += 1; timers.set(serial, { action, delay }); return serial; },
    clearTimeout: (id) => timers.delete(id),
  });
  const run = (delay) => {
    const [id, timer] = [...timers].find(([, { delay: wanted }]) => wanted === delay);
    timers.delete(id);
    timer.action();
  };
  return { following, timers, run, states, losses, beats, refused: () => refused, latest: () => FakeSource.opened.at(-1), opened: () => FakeSource.opened.length };
}

test("a snapshot reaches the page", () => {
  const live = stream();

  live.latest().say("state", { version: 3 });

  assert.deepEqual([live.states, live.losses], [[{ version: 3 }], [false]]);
});

test("25 seconds of silence are a lost connection, and the stream is opened again", () => {
  const live = stream();

  live.run(SILENCE_MS);
  live.run(waitBefore(0, () => 0.5));

  assert.deepEqual([live.losses, live.opened()], [[true], 2]);
});

test("a beat keeps the silence away", () => {
  const live = stream();

  live.latest().say("beat", { now: "2026-11-23T13:00:00Z", link: "polling" });

  assert.deepEqual([live.beats, live.losses], [[{ now: "2026-11-23T13:00:00Z", link: "polling" }], [false]]);
  assert.deepEqual([...live.timers].map(([serial, { delay }]) => [serial, delay]), [[2, SILENCE_MS]]);
});

test("a server that restarts is no alarm: the page comes back at once, with jitter", () => {
  const live = stream();

  live.latest().say("restart");
  live.run(550);

  assert.deepEqual([live.losses, live.opened()], [[], 2]);
});

test("a second failure in a row is an alarm and waits longer", async () => {
  const live = stream();

  await live.latest().say("error");
  live.run(550);
  await live.latest().say("error");

  assert.deepEqual(live.losses, [true]);
  assert.ok([...live.timers.values()].some(({ delay }) => delay === waitBefore(1, () => 0.5)));
});

test("a browser whose seat the server does not know goes to the login and stops asking", async () => {
  const live = stream(401);

  live.latest().close();
  await live.latest().say("error");

  assert.deepEqual([live.refused(), live.timers.size, live.opened()], [1, 0, 1]);
});

test("the end of the seat ends the stream", () => {
  const live = stream();

  live.latest().say("end");

  assert.deepEqual([live.timers.size, live.latest().readyState], [0, FakeSource.CLOSED]);
});

test("waits grow to ten seconds and differ from page to page", () => {
  assert.deepEqual([waitBefore(0, () => 0), waitBefore(0, () => 1), waitBefore(9, () => 0), waitBefore(9, () => 1)], [100, 1000, 5000, 10_000]);
});
