// What is wrong with which field: a red edge and a sentence under it, until the field is changed.

import { one, setText, show } from "./dom.js";

/** What describes a field when nothing is wrong with it. */
const USUAL = { when: "when-echo", wishes: "wishes-hint wishes-list" };

/** @param {HTMLElement} host @param {() => HTMLInputElement[]} inputs */
export function fieldErrors(host, inputs) {
  /** @param {Record<string, string>} sentences by id of the field @returns {boolean} whether any field was wrong */
  function refuse(sentences) {
    const stops = sentences.stops ? { "stop-1": sentences.stops } : {};
    const named = { ...stops, ...sentences };
    const wrong = inputs().filter((field) => named[field.id]);
    for (const field of wrong) mark(field, named[field.id]);
    wrong[0]?.focus();
    return wrong.length > 0;
  }

  function mark(field, sentence) {
    const error = one(`#${field.id.replace("_entrance", "")}-error`, host);
    setText(error, sentence);
    show(error, true);
    field.setAttribute("aria-invalid", "true");
    field.setAttribute("aria-describedby", error.id);
  }

  /** @param {HTMLInputElement} field */
  function correct(field) {
    if (field.getAttribute("aria-invalid") !== "true") return;
    show(one(`#${field.getAttribute("aria-describedby")}`, host), false);
    field.removeAttribute("aria-invalid");
    if (USUAL[field.id]) field.setAttribute("aria-describedby", USUAL[field.id]);
    else field.removeAttribute("aria-describedby");
  }

  return { refuse, correct };
}
