// A price on a label and in a sentence, and how soon the car comes. Pure.

/** @typedef {{price: string | null, currency: string, minutes: number | null}} Quote */

const whole = (price) => Number.isInteger(Number(price));

/** @param {Quote} quote @param {string} language */
export function priceShort({ price, currency }, language) {
  const digits = whole(price) ? 0 : 2;
  return new Intl.NumberFormat(language, {
    style: "currency", currency, currencyDisplay: "narrowSymbol", minimumFractionDigits: digits, maximumFractionDigits: digits,
  }).format(Number(price));
}

/** As it is said: in the page's own words where it has them. @param {Quote} quote @param {import("./strings.js").Strings} texts */
export function priceSpoken(quote, { plural, has, language }) {
  if (whole(quote.price) && has(`money.${quote.currency}.other`)) return plural(`money.${quote.currency}`, Number(quote.price));
  return priceShort(quote, language);
}

/** What is promised with the order: price, and when the car comes. @param {Quote | null} quote @param {string} later words of a time that was asked for */
export function dealSpoken(quote, later, texts) {
  const { t, plural } = texts;
  const price = quote?.price ? t("say.price", { price: priceSpoken(quote, texts) }) : "";
  const soon = quote?.minutes ? t("say.within", { within: plural("when.in", quote.minutes) }) : "";
  return [price, later || soon].filter(Boolean).join(" ");
}
