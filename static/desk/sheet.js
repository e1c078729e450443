// Leaving without an order: one digit says why.

import { one, setText, show } from "./dom.js";

/** @param {HTMLElement} host @param {() => HTMLElement[]} behind what cannot be reached while the sheet is open */
export function reasonSheet(host, behind) {
  let isOpen = false;

  /** @param {boolean} open @returns {boolean} whether anything changed */
  function toggle(open) {
    if (open === isOpen) return false;
    isOpen = open;
    say("");
    show(host, open);
    for (const element of behind()) element.inert = open;
    if (open) one("[data-do=reason]", host).focus();
    return true;
  }

  /** @param {string} sentence */
  function say(sentence) {
    setText(one("[data-sheet-error]", host), sentence);
    show(one("[data-sheet-error]", host), sentence !== "");
  }

  return { toggle, say };
}
