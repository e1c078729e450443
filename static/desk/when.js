// Reads the time field as the server does, only to echo it; the server decides. Pure.

const NOW = new Set(["", "now", "сейчас"]);
const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

/**
 * @typedef {{kind: "now"} | {kind: "in", minutes: number, at: number} | {kind: "at", at: number} | {kind: "wrong"}} Moment
 * `at` is the wall clock of the service's zone, written as if it were UTC.
 */

/**
 * The wall clock of a zone as if it were UTC, so that plain arithmetic and `timeZone: "UTC"` work on it.
 * @param {number} instant @param {string} zone
 */
export function wallClock(instant, zone) {
  const format = new Intl.DateTimeFormat("en-GB", {
    timeZone: zone, hourCycle: "h23", year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric", second: "numeric",
  });
  const part = Object.fromEntries(format.formatToParts(instant).map(({ type, value }) => [type, Number(value)]));
  return Date.UTC(part.year, part.month - 1, part.day, part.hour, part.minute, part.second);
}

/** @param {string} typed @returns {number | null} milliseconds after midnight */
function timeOfDay(typed) {
  const match = /^(\d{1,2})(?:[:. ]?(\d{2}))?$/.exec(typed.trim());
  const [hour, minute] = match ? [Number(match[1]), Number(match[2] ?? 0)] : [24, 0];
  return hour < 24 && minute < 60 ? (hour * 60 + minute) * MINUTE : null;
}

/** @param {string} typed @param {number} wall @returns {Moment} */
export function readWhen(typed, wall) {
  const text = typed.trim().toLowerCase();
  if (NOW.has(text)) return { kind: "now" };
  const midnight = wall - (((wall % DAY) + DAY) % DAY);
  const later = /^\+(\d{1,4})$/.exec(text);
  if (later) return { kind: "in", minutes: Number(later[1]), at: wall + Number(later[1]) * MINUTE };
  const tomorrow = /^(?:зав(?:тра)?|tom(?:orrow)?)\s+(.+)$/.exec(text);
  const time = timeOfDay(tomorrow ? tomorrow[1] : text);
  if (time === null) return { kind: "wrong" };
  const at = midnight + time;
  return { kind: "at", at: tomorrow || at < wall ? at + DAY : at };
}

/** @param {number} wall @param {string} language */
export const hoursMinutes = (wall, language) =>
  new Intl.DateTimeFormat(language, { timeZone: "UTC", hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).format(wall);

/** @param {number} wall @param {string} language */
const weekday = (wall, language) => new Intl.DateTimeFormat(language, { timeZone: "UTC", weekday: "short" }).format(wall);

/** @param {number} wall @param {string} language */
const dayInWords = (wall, language) =>
  new Intl.DateTimeFormat(language, { timeZone: "UTC", weekday: "long", day: "numeric", month: "long" }).format(wall);

const dayNumber = (wall) => Math.floor(wall / DAY);

/**
 * The same moment four times: for the deal bar, beside the field, to be read aloud before the order is placed, and to be promised after it.
 * @param {Moment} moment @param {number} wall @param {import("./strings.js").Strings} texts
 */
export function wordsOf(moment, wall, texts) {
  const { t, plural, language } = texts;
  if (moment.kind === "wrong") return { short: t("when.unclear"), long: t("when.unclear"), spoken: "", told: "" };
  if (moment.kind === "now") return { short: t("when.now"), long: "", spoken: t("read.now"), told: "" };
  const time = hoursMinutes(moment.at, language);
  const today = dayNumber(moment.at) === dayNumber(wall);
  const short = today ? time : `${weekday(moment.at, language)} ${time}`;
  if (moment.kind === "in" && moment.minutes < 120) {
    const within = plural("when.in", moment.minutes);
    return { short, long: `${within}, ${time}`, spoken: t("read.in", { within }), told: t("say.within", { within }) };
  }
  const near = dayNumber(moment.at) - dayNumber(wall);
  const day = near < 2 ? t(near ? "when.tomorrow" : "when.today", { day: dayInWords(moment.at, language) }) : dayInWords(moment.at, language);
  return { short, long: `${day}, ${time}`, spoken: t("read.at", { day, time }), told: t("say.at", { day, time }) };
}
