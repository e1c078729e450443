import assert from "node:assert/strict";
import { test } from "node:test";

import { helpOf, promised } from "../../static/desk/help.js";
import { dealSpoken, priceShort, priceSpoken } from "../../static/desk/money.js";
import { newest } from "../../static/desk/newest.js";
import { quoting } from "../../static/desk/quote.js";
import { isTrip, knownOf, knownPlaces, marked, named } from "../../static/desk/route.js";
import { strings } from "../../static/desk/strings.js";
import { digitsOf, titlesOf, toggled } from "../../static/desk/wishes.js";

const settled = () => new Promise((resolve) => { setImmediate(resolve); });
const russian = strings(new Map([
  ["money.RUB.one", "{count} рубль"], ["money.RUB.few", "{count} рубля"], ["money.RUB.many", "{count} рублей"], ["money.RUB.other", "{count} рубля"],
  ["say.price", "Цена {price}."], ["say.within", "Машина {within}."], ["when.in.few", "через {count} минуты"], ["when.in.many", "через {count} минут"],
  ["deal.minutes", "{count} мин"], ["when.now", "сейчас"], ["read.now", "Сейчас."], ["read.in", "Машина нужна {within}."],
]), "ru");

/** Timers that run when told to. */
function hands() {
  const timers = new Map();
  let serial = 0;
  return {
    timers,
    run() { for (const [id, action] of [...timers]) { timers.delete(id); action(); } },
    setTimeout(action) { serial += 1; timers.set(serial, action); return serial; },
    clearTimeout(id) { timers.delete(id); },
  };
}

test("only the newest question is asked, when the typing pauses", async () => {
  const [world, asked, told] = [hands(), [], []];
  const question = newest({ delay: 120, ask: async (text) => { asked.push(text); return `${text}!`; }, told: (answer) => told.push(answer) }, world);

  question.put("ле");
  question.put("лен");
  world.run();
  await settled();

  assert.deepEqual([asked, told], [["лен"], ["лен!"]]);
});

test("an answer that comes after the next question is dropped, and its request is given up", async () => {
  const [world, told, waiting, signals] = [hands(), [], [], []];
  const ask = (_, signal) => new Promise((resolve) => { waiting.push(resolve); signals.push(signal); });
  const question = newest({ delay: 0, ask, told: (answer) => told.push(answer) }, world);

  question.put("ле");
  world.run();
  question.put("лен");
  world.run();
  waiting[1]("second");
  waiting[0]("first");
  await settled();

  assert.deepEqual([told, signals.map(({ aborted }) => aborted)], [["second"], [true, false]]);
});

test("a question that fails is told as no answer, and one that was dropped is not told at all", async () => {
  const [world, told] = [hands(), []];
  const question = newest({ delay: 0, ask: async () => { throw new TypeError("network"); }, told: (answer) => told.push(answer) }, world);

  question.put("a");
  world.run();
  await settled();
  question.put("b");
  world.run();
  question.drop();
  await settled();

  assert.deepEqual(told, [null]);
});

const nothing = knownPlaces();
const point = (address) => nothing.point(address, "");

test("a place keeps the service's coordinates until its words are changed", () => {
  const places = knownPlaces();
  places.add({ address: "ул. Ленина, 15", lat: 54.1, lon: "37.60000001" });

  assert.deepEqual(places.point(" ул. Ленина, 15 ", " 2 "), { address: "ул. Ленина, 15", entrance: "2", lat: 54.1, lon: 37.60000001 });
  assert.deepEqual(places.point("ул. Ленина, 16", ""), { address: "ул. Ленина, 16", entrance: "", lat: null, lon: null });
  assert.equal(places.point("вокзал", "").lat, null);
});

test("the server is told of a place once, in decimals that it takes, and not of one without coordinates", () => {
  const places = knownPlaces();
  places.add({ address: "Мира, 1", lat: 54.123456789, lon: -0.5 });
  places.add({ address: "Вокзал", lat: null, lon: null });

  assert.deepEqual(knownOf(["Мира, 1", "Вокзал", "Мира, 1"].map((address) => places.point(address, ""))), [{ address: "Мира, 1", lat: "54.123457", lon: "-0.500000" }]);
});

test("when the call is over no place is known any more", () => {
  const places = knownPlaces();
  places.add({ address: "Мира, 1", lat: 54, lon: 37 });

  places.wipe();

  assert.equal(places.point("Мира, 1", "").lat, null);
});

test("a trip has a beginning and an end; what was left empty between them is not part of it", () => {
  const [here, gap, there] = [point("Мира, 1"), point(""), point("Вокзал")];

  assert.deepEqual([isTrip([here, gap, there]), isTrip([here, gap]), isTrip([gap, there])], [true, false, false]);
  assert.deepEqual(named([here, gap, there]), [here, there]);
});

test("what was typed stands out in a hint, in any case and with any characters", () => {
  assert.deepEqual(marked("Автовокзал", "вок"), [{ text: "Авто", bold: false }, { text: "вок", bold: true }, { text: "зал", bold: false }]);
  assert.deepEqual(marked("Вокзал", "ВОК")[0], { text: "Вок", bold: true });
  assert.deepEqual(marked("дом (1)", "(1"), [{ text: "дом ", bold: false }, { text: "(1", bold: true }, { text: ")", bold: false }]);
  assert.deepEqual(marked("Мира", ""), [{ text: "Мира", bold: false }]);
});

const WISHES = [{ digit: 1, id: "12", title: "Детское кресло" }, { digit: 4, id: "7", title: "Багаж" }];

test("a digit switches a wish on and again off; a digit without a wish does nothing", () => {
  const both = toggled(new Set(), WISHES, "14");

  assert.deepEqual([[...both], digitsOf(both, WISHES), titlesOf(both, WISHES)], [["12", "7"], "14", ["Детское кресло", "Багаж"]]);
  assert.deepEqual([...toggled(both, WISHES, "1")], ["7"]);
  assert.deepEqual([...toggled(both, WISHES, "9x")], ["12", "7"]);
});

test("the field shows the digits in their order, however they were pressed", () => {
  assert.equal(digitsOf(toggled(new Set(), WISHES, "41"), WISHES), "14");
});

const rub = (price, minutes = null) => ({ price, currency: "RUB", minutes });

test("a price has no kopecks unless it has some", () => {
  assert.equal(priceShort(rub("180"), "ru"), "180\u00a0₽");
  assert.equal(priceShort(rub("180.00"), "ru"), "180\u00a0₽");
  assert.equal(priceShort(rub("180.5"), "ru"), "180,50\u00a0₽");
});

test("a price is spoken in whole words with the form of its number", () => {
  assert.deepEqual([1, 2, 5, 121].map((price) => priceSpoken(rub(String(price)), russian)), ["1 рубль", "2 рубля", "5 рублей", "121 рубль"]);
  assert.equal(priceSpoken(rub("180.50"), russian), "180,50\u00a0₽");
});

test("what is promised is the price and the minutes, or the time that was asked for", () => {
  assert.equal(dealSpoken(rub("180", 8), "", russian), "Цена 180 рублей. Машина через 8 минут.");
  assert.equal(dealSpoken(rub("180", 8), "Завтра в 7.", russian), "Цена 180 рублей. Завтра в 7.");
  assert.equal(dealSpoken(null, "", russian), "");
});

test("a quote that knows only one of the two promises only that", () => {
  const model = { typed: { when: "" }, asked: { kind: "known", quote: rub("180") }, now: 0, zone: "UTC" };

  assert.deepEqual(promised(model, russian), { price: "180\u00a0₽", car: "", later: false, spoken: "Цена 180 рублей." });
});

test("the help follows the field: addresses, the time, reading aloud", () => {
  const model = { missing: [], list: "", field: "note", filled: false };

  assert.equal(helpOf(model), "read");
  assert.equal(helpOf({ ...model, field: "when" }), "time");
  assert.equal(helpOf({ ...model, field: "destination" }), "fill");
  assert.equal(helpOf({ ...model, field: "destination", filled: true }), "read");
  assert.equal(helpOf({ ...model, list: "hints", field: "destination", filled: true }), "fill");
  assert.equal(helpOf({ ...model, missing: ["pickup"] }), "fill");
});

test("a price is asked for once per trip, and a trip without an end has none", () => {
  const asked = [];
  const price = quoting(async (body) => { asked.push(body); return rub("180"); }, () => {});
  const [here, there] = [point("Мира, 1"), point("Вокзал")];

  price.consider([here], "", []);
  assert.equal(price.asked.kind, "none");
  price.consider([here, there], "", ["12"]);
  assert.equal(price.asked.kind, "asking");
  price.consider([here, point("")], "", ["12"]);
  assert.deepEqual([price.asked.kind, asked], ["none", []]);
});

test("a service that does not calculate says so, and never blocks", async (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const answers = [{ late: true }, { price: null, currency: "RUB", minutes: null }, rub("180", 8)];
  const price = quoting(async () => answers.shift(), () => {});
  const kinds = [];

  for (const address of ["a", "b", "c"]) {
    price.consider([point("Мира, 1"), point(address)], "", []);
    context.mock.timers.tick(400);
    for (let turn = 0; turn < 5; turn += 1) await Promise.resolve();
    kinds.push(price.asked.kind);
  }

  assert.deepEqual(kinds, ["unknown", "unknown", "known"]);
});
