// The places of a trip: what was typed, and the place that the service meant by it when a hint was taken. Pure.

/**
 * @typedef {{address: string, lat: number | string | null, lon: number | string | null, entrance?: string}} Stop a place as the service names it
 * @typedef {{address: string, entrance: string, lat: number | null, lon: number | null}} Point
 * @typedef {{address: string, lat: string, lon: string}} Known
 * @typedef {{pickup: string, pickup_entrance: string, stops: {address: string, entrance: string}[], destination: string,
 *   destination_entrance: string, when: string, wishes: string[], passenger: string, phone: string, note: string, known: Known[]}} Typed
 */

const DECIMALS = 6; // of a degree: a tenth of a metre

/** Places of the service by the words that stand for them: a place is meant only as long as nobody changes its words. */
export function knownPlaces() {
  /** @type {Map<string, Stop>} */
  let places = new Map();
  return {
    /** @param {Stop} stop */
    add(stop) {
      if (stop.lat !== null && stop.lat !== undefined && stop.lon !== null && stop.lon !== undefined) places.set(stop.address.trim(), stop);
    },
    /** @param {string} address @param {string} entrance @returns {Point} */
    point(address, entrance) {
      const place = places.get(address.trim());
      return { address: address.trim(), entrance: entrance.trim(), lat: place ? Number(place.lat) : null, lon: place ? Number(place.lon) : null };
    },
    wipe() { places = new Map(); },
  };
}

/** The places that the server is to remember. @param {Point[]} points @returns {Known[]} */
export function knownOf(points) {
  const found = points.filter(({ lat, lon }) => lat !== null && lon !== null);
  const written = found.map(({ address, lat, lon }) => [address, { address, lat: lat.toFixed(DECIMALS), lon: lon.toFixed(DECIMALS) }]);
  return [...new Map(written).values()];
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
