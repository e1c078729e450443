// The page's texts, rendered by the server in its language; scripts hold none of their own.

/**
 * @typedef {object} Strings
 * @property {string} language
 * @property {(key: string, values?: Record<string, string | number>) => string} t
 * @property {(key: string) => boolean} has
 * @property {(key: string, count: number) => string} plural
 * @property {(sentence: string) => Phrase} phrase what the stream says of an order; empty texts for a sentence that the page does not list
 *
 * @typedef {{text: string, say: string}} Phrase `say` is a key of the page's texts
 */

/**
 * @param {string} text
 * @param {Record<string, string | number>} values
 */
export function fill(text, values) {
  return text.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
}

/**
 * @param {Map<string, string>} texts by key; plural forms as `key.one`, `key.few`, `key.many`, `key.other`
 * @param {string} language
 * @param {Map<string, Phrase>} [phrases] by sentence
 * @returns {Strings}
 */
export function strings(texts, language, phrases = new Map()) {
  const rules = new Intl.PluralRules(language);
  const t = (key, values = {}) => fill(texts.get(key) ?? key, values);
  return {
    language,
    t,
    has: (key) => texts.has(key),
    plural: (key, count) => t(`${key}.${rules.select(count)}`, { count }),
    phrase: (sentence) => phrases.get(sentence) ?? { text: "", say: "" },
  };
}

/**
 * A sentence is known by its English words and by those of the page's language: the stream may bring either.
 * @param {Map<string, Phrase>} listed by English sentence
 */
export const byEitherLanguage = (listed) => new Map([...listed, ...Array.from(listed.values(), (phrase) => [phrase.text, phrase])]);

/**
 * Read the definition lists that the page carries for its scripts.
 * @param {Document} page
 * @returns {Strings}
 */
export function readStrings(page) {
  const pairs = (list, value) => new Map(Array.from(list.querySelectorAll("dt"), (term) => [term.textContent, value(term)]));
  const text = (term) => term.nextElementSibling.textContent;
  const texts = pairs(page.querySelector("[data-strings]"), text);
  const listed = pairs(page.querySelector("[data-phrases]"), (term) => ({ text: text(term), say: term.dataset.say ?? "" }));
  return strings(texts, page.documentElement.lang, byEitherLanguage(listed));
}
