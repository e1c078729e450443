// A login that has ended in the middle of a call: what was typed stays on the page, and a new login goes on with the same call.

import { one, setText, show } from "./dom.js";

export const PATIENCE_MS = 60_000;
const TOO_OLD = 403;

/**
 * @param {object} desk
 * @param {HTMLElement} desk.host
 * @param {() => HTMLElement[]} desk.behind what cannot be reached meanwhile
 * @param {string} desk.url @param {string} desk.workplace
 * @param {import("./strings.js").Strings} desk.texts
 * @param {(csrf: string, next: string) => void} desk.done
 * @param {typeof fetch} [desk.fetch]
 */
export function loginAgain({ host, behind, url, workplace, texts, done, fetch: send = globalThis.fetch.bind(globalThis) }) {
  const { t } = texts;
  let isOpen = false;
  let asking = false;

  const field = (name) => /** @type {HTMLInputElement} */ (one(`#relogin-${name}`, host));

  /** @param {boolean} open @returns {boolean} whether anything changed */
  function toggle(open) {
    if (open === isOpen) return false;
    isOpen = open;
    say("");
    show(host, open);
    for (const element of behind()) element.inert = open;
    field("password").value = "";
    if (open) (field("login").value ? field("password") : field("login")).focus();
    return true;
  }

  function say(sentence) {
    setText(one("[data-relogin-error]", host), sentence);
    show(one("[data-relogin-error]", host), sentence !== "");
  }

  async function submit(event) {
    event.preventDefault();
    if (asking) return;
    asking = true;
    try {
      await logIn();
    } catch {
      say(t("trouble.again"));
    } finally {
      asking = false;
    }
  }

  async function logIn() {
    const headers = { Accept: "application/json" };
    const { csrf } = await (await send(url, { headers, cache: "no-store" })).json();
    const form = new URLSearchParams({ login: field("login").value, password: field("password").value, workplace, csrfmiddlewaretoken: csrf });
    const answer = await send(url, { method: "POST", headers, body: form, cache: "no-store" });
    const told = await answer.json();
    if (answer.ok) return done(csrf, told.next);
    field("password").value = "";
    field("password").focus();
    return say(answer.status === TOO_OLD ? t("trouble.again") : told.error.sentence || Object.values(told.error.fields).join(" "));
  }

  one("form", host).addEventListener("submit", submit);
  return { toggle, left: (text) => setText(one("[data-relogin-left]", host), text) };
}
