// The places of a trip: what was typed, and the place that the service meant by it when a hint was taken. Pure.

/**
 * @typedef {{address: string, lat?: number | null, lon?: number | null}} Stop a place as the service names it
 * @typedef {{address: string, entrance: string, lat: number | null, lon: number | null}} Point
 * @typedef {{pickup: string, pickup_entrance: string, stops: {address: string, entrance: string}[], destination: string,
 *   destination_entrance: string, when: string, wishes: string[], passenger: string, phone: string, note: string}} Typed
 */

/**
 * A place keeps its coordinates only as long as nobody changes its words.
 * @param {string} address @param {string} entrance @param {Stop | undefined} taken
 * @returns {Point}
 */
export function point(address, entrance, taken) {
  const same = taken !== undefined && taken.address === address.trim();
  return { address: address.trim(), entrance: entrance.trim(), lat: (same && taken.lat) || null, lon: (same && taken.lon) || null };
}

/** The places that were named, from pick-up to destination. @param {Point[]} points */
export const named = (points) => points.filter(({ address }) => address !== "");

/** Whether the trip can be priced: it needs a beginning and an end. @param {Point[]} points */
export const isTrip = (points) => points.length > 1 && points[0].address !== "" && points.at(-1).address !== "";

/** @param {string} title @param {string} typed @returns {{text: string, bold: boolean}[]} the title, what was typed of it apart */
export function marked(title, typed) {
  const words = typed.trim().split(/[\s,.]+/).filter(Boolean).map((word) => word.replace(/[\\^$*+?()[\]{}|/]/g, "\\$&"));
  if (!words.length) return [{ text: title, bold: false }];
  return title.split(new RegExp(`(${words.join("|")})`, "giu")).map((text, index) => ({ text, bold: index % 2 === 1 })).filter(({ text }) => text);
}
