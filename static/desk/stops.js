// Stops on the way: rows between pick-up and destination, numbered as they stand.

import { all, one } from "./dom.js";

export const MOST_STOPS = 3;

/**
 * @param {() => HTMLElement} host the part of the form that holds the rows
 * @param {HTMLTemplateElement} template @param {import("./strings.js").Strings} texts
 */
export function stopRows(host, template, { t }) {
  const rows = () => all("[data-stop]", host());

  function number() {
    for (const [index, row] of rows().entries()) {
      const [label, address, entrance, error] = [one("label", row), ...all("input", row), one(".err", row)];
      const id = `stop-${index + 1}`;
      label.textContent = t("stop.label", { number: index + 1 });
      Object.assign(label, { htmlFor: id });
      address.id = id;
      entrance.id = `${id}_entrance`;
      entrance.setAttribute("aria-label", t("stop.entrance", { number: index + 1 }));
      error.id = `${id}-error`;
    }
    host().parentElement.classList.toggle("dense", rows().length > 1);
  }

  /** @returns {HTMLInputElement | null} the address field of the new row, null when there are enough */
  function add() {
    if (rows().length >= MOST_STOPS) return null;
    host().append(template.content.cloneNode(true));
    number();
    return /** @type {HTMLInputElement} */ (one("input", rows().at(-1)));
  }

  /** @param {HTMLElement} row */
  function drop(row) {
    row.remove();
    number();
  }

  return { add, drop, rows };
}
