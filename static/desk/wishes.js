// Wishes by digits: pressing a digit switches one on, pressing it again off. Pure but for the drawing.

import { all, one, show } from "./dom.js";

/** @typedef {{digit: number, id: string, title: string}} Wish from the service's own list */

/** @param {Set<string>} chosen ids @param {Wish[]} offered @param {string} digits @returns {Set<string>} */
export function toggled(chosen, offered, digits) {
  const after = new Set(chosen);
  for (const digit of digits) {
    const wish = offered.find((one) => String(one.digit) === digit);
    if (wish && !after.delete(wish.id)) after.add(wish.id);
  }
  return after;
}

/** What stands in the field: the digits that are on, in order. @param {Set<string>} chosen @param {Wish[]} offered */
export const digitsOf = (chosen, offered) => offered.filter(({ id }) => chosen.has(id)).map(({ digit }) => digit).join("");

/** @param {Set<string>} chosen @param {Wish[]} offered */
export const titlesOf = (chosen, offered) => offered.filter(({ id }) => chosen.has(id)).map(({ title }) => title);

/**
 * The row of the form. @param {HTMLElement} host of the form, @param {() => void} changed
 */
export function wishRow(host, changed) {
  /** @type {Wish[]} */
  let offered = [];
  let chosen = new Set();
  const field = () => /** @type {HTMLInputElement} */ (one("#wishes", host));

  /** @param {Wish[]} wishes @param {string[]} kept ids of an earlier draft; what was switched meanwhile counts more */
  function offer(wishes, kept) {
    offered = wishes;
    show(one("[data-wishes-row]", host), offered.length > 0);
    one("[data-wishes]", host).replaceChildren(...offered.map(chip));
    if (!chosen.size) chosen = new Set(kept.filter((id) => offered.some((wish) => wish.id === id)));
    draw();
  }

  function draw() {
    field().value = digitsOf(chosen, offered);
    for (const button of all("[data-wishes] button", host)) button.setAttribute("aria-pressed", String(chosen.has(button.dataset.wish)));
  }

  /** @param {string} digits */
  function press(digits) {
    chosen = toggled(chosen, offered, digits);
    draw();
    changed();
  }

  /** Whatever is typed into the field are switches; deleting takes the last one off. @param {InputEvent} event */
  function typed(event) {
    event.preventDefault();
    press(event.inputType.startsWith("delete") ? digitsOf(chosen, offered).slice(-1) : event.data ?? "");
  }

  return {
    offer, press, typed,
    ids: () => [...chosen],
    titles: () => titlesOf(chosen, offered),
    wipe() { [offered, chosen] = [[], new Set()]; },
  };
}

function chip({ digit, id, title }) {
  const [item, button, mark] = ["li", "button", "b"].map((tag) => document.createElement(tag));
  mark.textContent = String(digit);
  Object.assign(button, { type: "button", tabIndex: -1 });
  Object.assign(button.dataset, { wish: id, digit });
  button.append(mark, title);
  item.append(button);
  return item;
}
