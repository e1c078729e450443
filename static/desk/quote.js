// The price and the waiting time: asked whenever the trip changes, never waited for.

import { newest } from "./newest.js";
import { isTrip, named } from "./route.js";

const QUIET_MS = 400;

/**
 * @typedef {{kind: "none"|"asking"|"known"|"unknown", quote: import("./money.js").Quote | null}} Asked
 *
 * @param {(body: object, signal: AbortSignal) => Promise<any>} ask
 * @param {() => void} changed
 */
export function quoting(ask, changed) {
  /** @type {Asked} */
  let asked = { kind: "none", quote: null };
  let last = "";
  const question = newest({ delay: QUIET_MS, ask, told });

  function told(answer) {
    const known = answer && !answer.late && (answer.price !== null || answer.minutes !== null);
    asked = known ? { kind: "known", quote: answer } : { kind: "unknown", quote: null };
    changed();
  }

  /** @param {import("./route.js").Point[]} points @param {string} when @param {string[]} wishes */
  function consider(points, when, wishes) {
    const body = { route: named(points), when, wishes };
    const wanted = isTrip(points) ? JSON.stringify(body) : "";
    if (wanted === last) return;
    last = wanted;
    if (wanted) question.put(body);
    else question.drop();
    asked = { kind: wanted ? "asking" : "none", quote: null };
    changed();
  }

  return {
    consider,
    get asked() { return asked; },
    wipe() {
      question.drop();
      last = "";
      asked = { kind: "none", quote: null };
    },
  };
}
