import assert from "node:assert/strict";
import { test } from "node:test";

import { numbersApart, readBack, sayLine, stripOf } from "../../static/desk/speech.js";
import { byEitherLanguage, fill, strings } from "../../static/desk/strings.js";

const phrases = new Map([["No such district.", { text: "Нет района", say: "" }], ["Ring back.", { text: "Перезвоним", say: "say.ring_back" }]]);
const texts = strings(new Map([["read.pickup", "{value}."], ["read.destination", "Едем: {value}."], ["read.right", "Верно?"], ["read.phone", "На {value}."],
  ["read.place", "{address}, подъезд {entrance}"], ["read.stop", "Остановка: {value}."], ["read.wishes", "{value}."], ["read.passenger", "Для: {value}."],
  ["read.price", "Цена {value}."], ...["pickup", "destination", "phone", "phone_withheld", "entrance"].map((field) => [`ask.${field}`, `ask.${field}`]), ["ask.more", "{label}?"],
  ["say.accepted", "Заказ {number}.{deal}"]]), "ru", phrases);
const empty = { pickup: "", destination: "", when: "", phone: "", note: "" };
const dialog = { screen: "dialog", kind: "", call: { service: { greeting: "Hello!" } }, order: null, over: false, sheet: false };
const after = (kind, more = {}) => ({ screen: "after", kind, call: {}, order: null, over: false, open: true, sheet: false, ...more });
const form = (more = {}) => ({ field: "pickup", typed: empty, withheld: false, complete: false, ...more });

test("the first line is the service's greeting, then the question that belongs to the field", () => {
  assert.deepEqual(sayLine(dialog, form(), texts), { who: "who.say", line: "Hello!" });
  assert.equal(sayLine(dialog, form({ typed: { ...empty, pickup: "Мира, 1" } }), texts).line, "ask.pickup");
  assert.equal(sayLine(dialog, form({ field: "destination" }), texts).line, "ask.destination");
});

test("a field that the page has no question for is asked for by its label", () => {
  assert.equal(sayLine(dialog, form({ field: "flight", label: "Рейс" }), texts).line, "Рейс?");
});

test("a hidden number is asked for, a shown one is only confirmed", () => {
  assert.equal(sayLine(dialog, form({ field: "phone" }), texts).line, "ask.phone");
  assert.equal(sayLine(dialog, form({ field: "phone", withheld: true }), texts).line, "ask.phone_withheld");
});

test("behind the last field the order is read aloud", () => {
  assert.equal(sayLine(dialog, form({ field: "", complete: true }), texts).line, "say.read");
});

test("a refusal is never explained to the caller, only to the operator", () => {
  const shown = after("rejected", { order: { phrase: "No such district." } });

  assert.equal(sayLine(shown, form(), texts).line, "say.rejected");
  assert.equal(stripOf(shown, texts).step, "Нет района");
});

test("a refusal that would tell of a block on the caller is not in the page's list and is not shown", () => {
  assert.equal(stripOf(after("rejected", { order: { phrase: "Blocked number." } }), texts).step, "step.rejected");
});

test("when a person will decide, the caller hears that we ring back", () => {
  assert.equal(sayLine(after("unknown", { order: { phrase: "Ring back." } }), form(), texts).line, "say.ring_back");
});

test("a phrase is known whether the stream brings it in English or in the page's language", () => {
  const russian = strings(new Map(), "ru", byEitherLanguage(phrases));

  assert.deepEqual([russian.phrase("Ring back.").say, russian.phrase("Перезвоним").say, russian.phrase("Иное").text], ["say.ring_back", "say.ring_back", ""]);
});

test("a phrase of an earlier try is not shown while the order is on its way again", () => {
  assert.equal(stripOf(after("sending", { order: { phrase: "Ring back." } }), texts).step, "step.sending");
});

test("the doors of a refused order are shut with the right", () => {
  assert.deepEqual([stripOf(after("rejected"), texts).doors, stripOf(after("rejected", { open: false }), texts).doors], [true, false]);
  assert.equal(stripOf(after("rejected", { open: false }), texts).step, "step.refused_closed");
});

test("the number is shown with the acceptance and with nothing else", () => {
  assert.equal(stripOf(after("accepted", { order: { number: "7", phrase: "" } }), texts).number, "order.number");
  assert.equal(stripOf(after("unknown", { order: { number: "7", phrase: "" } }), texts).number, "");
});

const aloud = (typed, more = {}) => readBack({ typed: { ...empty, ...typed }, when: "Сейчас.", wishes: [], price: "", ...more }, texts);

test("the order is read aloud in the order of asking, without what was not said", () => {
  assert.equal(aloud({ pickup: " Мира, 1 ", destination: "Вокзал" }), "Мира, 1. Едем: Вокзал. Сейчас. Верно?");
  assert.equal(aloud({ destination: "Вокзал" }), "");
});

test("entrances, stops, wishes and the price are read where they belong", () => {
  const typed = { pickup: "Садовая, 8", pickup_entrance: "3", stops: [{ address: "Мира, 21", entrance: "" }], destination: "Аэропорт", passenger: "Вера" };

  assert.equal(
    aloud(typed, { wishes: ["Детское кресло", "Багаж"], price: "640 рублей" }),
    "Садовая, 8, подъезд 3. Остановка: Мира, 21. Едем: Аэропорт. Сейчас. Детское кресло и багаж. Для: Вера. Цена 640 рублей. Верно?",
  );
});

test("an accepted order is told with what was promised for it", () => {
  const shown = after("accepted", { order: { number: "7", phrase: "" }, deal: { price: "180 ₽", car: "8 мин", later: false, spoken: "Цена 180 рублей." } });

  assert.equal(sayLine(shown, form(), texts).line, "Заказ 7. Цена 180 рублей.");
  assert.deepEqual([stripOf(shown, texts).price, stripOf(shown, texts).car, stripOf(shown, texts).carLabel], ["180 ₽", "8 мин", "deal.within"]);
});

test("nothing is promised for an order that the service has not taken", () => {
  const deal = { price: "180 ₽", car: "8 мин", later: false, spoken: "Цена." };

  for (const kind of ["slow", "unknown", "rejected", "expired"]) assert.deepEqual([stripOf(after(kind, { deal }), texts).price, stripOf(after(kind, { deal }), texts).car], ["", ""]);
});

test("an entrance is asked for in the same words wherever it is, and a status is read before anything is asked", () => {
  assert.equal(sayLine(dialog, form({ field: "stop_entrance" }), texts).line, "ask.entrance");
  assert.equal(sayLine({ ...dialog, screen: "status" }, form(), texts).line, "say.status");
});

test("numbers stand apart to be set in bold", () => {
  assert.deepEqual(numbersApart("дом 15, в 07:00"), [
    { text: "дом ", bold: false }, { text: "15", bold: true }, { text: ", в ", bold: false }, { text: "07:00", bold: true },
  ]);
});

test("plural forms follow the language", () => {
  const russian = strings(new Map([["m.one", "{count} минуту"], ["m.few", "{count} минуты"], ["m.many", "{count} минут"]]), "ru");

  assert.deepEqual([1, 2, 5, 21].map((count) => russian.plural("m", count)), ["1 минуту", "2 минуты", "5 минут", "21 минуту"]);
});

test("a value with braces is put in as it is", () => {
  assert.equal(fill("{a} {b}", { a: "{b}", b: "$&" }), "{b} $&");
});
