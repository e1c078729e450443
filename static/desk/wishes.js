// Wishes by digits: pressing a digit switches one on, pressing it again off. Pure but for the drawing.

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

/** @param {HTMLElement} list @param {Wish[]} offered */
export function drawWishes(list, offered) {
  list.replaceChildren(...offered.map(({ digit, id, title }) => {
    const item = document.createElement("li");
    const chip = document.createElement("button");
    const mark = document.createElement("b");
    mark.textContent = String(digit);
    Object.assign(chip, { type: "button", tabIndex: -1 });
    Object.assign(chip.dataset, { wish: id, digit });
    chip.setAttribute("aria-pressed", "false");
    chip.append(mark, title);
    item.append(chip);
    return item;
  }));
}

/** @param {HTMLElement} list @param {Set<string>} chosen */
export function showChosen(list, chosen) {
  for (const chip of list.querySelectorAll("button")) chip.setAttribute("aria-pressed", String(chosen.has(chip.dataset.wish)));
}
