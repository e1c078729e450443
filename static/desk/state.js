// What the page shows, derived from the seat's snapshot and the little that only this page knows. Pure: no clock, no document.

export const SLOW_MS = 5000;
const LONGEST_WRAPUP_MS = 50_000;

/**
 * @typedef {object} OrderState
 * @property {"queued"|"sending"|"accepted"|"rejected"|"unknown"|"expired"} state
 * @property {string} since when it was placed
 * @property {string} number
 * @property {string} phrase
 *
 * @typedef {object} Call
 * @property {string} id
 * @property {"ringing"|"answered"|"ended"} phase
 * @property {string} since
 * @property {boolean} [disposed]
 * @property {{name: string, monogram: string, hue: string, greeting: string}} service
 * @property {"none"|"open"|"closed"} grant
 * @property {OrderState | null} order
 *
 * @typedef {object} Snapshot
 * @property {number} version
 * @property {string} now
 * @property {{state: "off"|"ready"|"break"|"wrapup"|"busy", since: string, counted_since: string, closed: string | null}} seat
 * @property {Call | null} call
 * @property {string | null} wrapup_until
 * @property {{since: string, calls: number, orders: number, missed: number, median_s: number | null, online_s: number, break_s: number, last_answer: string | null}} shift
 * @property {"live"|"polling"} link
 *
 * @typedef {object} Local
 * @property {boolean | null} active whether this tab is the one that works; null while that is being found out
 * @property {{call: string, since: number, previous: string | null} | null} placing an order whose answer the stream has not shown yet
 * @property {string | null} correcting `since` of the refused order that is open for correction
 * @property {string | null} left the call that was left from this page
 * @property {string | null} gone the call whose data this page may no longer read
 * @property {boolean} sheet
 * @property {{call: string, until: number} | null} status the answer of the service that is shown, and until when
 * @property {{call: string, price: string, car: string, later: boolean, spoken: string} | null} deal what was promised with the order; nothing personal
 * @property {{until: number} | null} expired the login has ended in the middle of a call: what was typed waits for a new one
 * @property {FormKeys} form
 *
 * @typedef {{list: string, found: boolean, recent: boolean, stop: boolean, wish: boolean, drop: boolean}} FormKeys what the form can do just now
 *
 * @typedef {object} View
 * @property {"opening"|"elsewhere"|"closed"|"idle"|"ringing"|"dialog"|"status"|"after"} screen
 * @property {"sending"|"slow"|"unknown"|"accepted"|"rejected"|"expired"|"left"|"shut"|""} kind
 * @property {Call | null} call
 * @property {OrderState | null} order
 * @property {boolean} over the caller has hung up
 * @property {number | null} wrapup milliseconds left, null when no wrap-up runs
 * @property {boolean} holds this page may still hold what was said in the call
 * @property {boolean} open the call's data may be read now
 * @property {boolean} sheet
 * @property {boolean} expired
 * @property {boolean} canWaitLonger after a call there may be a little more time
 * @property {Local["deal"]} deal
 * @property {FormKeys} form
 */

/** @type {FormKeys} */
const NO_FORM = { list: "", found: false, recent: false, stop: false, wish: false, drop: false };

/** @type {() => Local} */
export const freshLocal = () => ({
  active: null, placing: null, correcting: null, left: null, gone: null, sheet: false, status: null, deal: null, expired: null, form: NO_FORM,
});

/** @param {Call} call @param {Local} local */
export function isPlacing(call, local) {
  return local.placing?.call === call.id && (!call.order || call.order.since === local.placing.previous);
}

/** @param {Call} call @param {Local} local @param {number} now */
function kindOf(call, local, now) {
  const order = call.order;
  if (isPlacing(call, local)) return now - local.placing.since >= SLOW_MS ? "slow" : "sending";
  if (order && (order.state === "queued" || order.state === "sending")) return now - Date.parse(order.since) >= SLOW_MS ? "slow" : "sending";
  if (order) return order.state;
  return call.disposed || local.left === call.id ? "left" : "shut";
}

/** @param {Call} call @param {Local} local */
function isOpen(call, local) {
  return call.phase !== "ringing" && call.grant === "open" && !call.disposed && local.left !== call.id && local.gone !== call.id;
}

/** @param {Call} call @param {Local} local */
function isBeingWritten(call, local) {
  if (isPlacing(call, local)) return false;
  if (!call.order) return true;
  return isRefused(call.order.state) && local.correcting === call.order.since;
}

/** @param {string} kind */
export const isRefused = (kind) => kind === "rejected" || kind === "expired";

/** @param {View["screen"]} screen @returns {View} */
const blank = (screen) => ({
  screen, kind: "", call: null, order: null, over: false, wrapup: null, holds: false, open: false, sheet: false, expired: false,
  canWaitLonger: false, deal: null, form: NO_FORM,
});

/** As the server has it: a wrap-up grows by 15 s while the whole of it stays about a minute. @param {Snapshot} snapshot @param {number | null} wrapup */
const canWaitLonger = ({ seat, wrapup_until: until }, wrapup) => Boolean(wrapup) && Date.parse(until) - Date.parse(seat.counted_since) <= LONGEST_WRAPUP_MS;

/**
 * @param {Snapshot | null} snapshot
 * @param {Local} local
 * @param {number} now the server's clock, milliseconds
 * @returns {View}
 */
export function view(snapshot, local, now) {
  if (local.active === false) return blank("elsewhere");
  if (!snapshot) return blank("opening");
  if (snapshot.seat.closed) return blank("closed");
  const wrapup = snapshot.wrapup_until ? Math.max(0, Date.parse(snapshot.wrapup_until) - now) : null;
  const call = snapshot.call;
  const longer = canWaitLonger(snapshot, wrapup);
  if (!call) return { ...blank("idle"), wrapup, canWaitLonger: longer };
  if (call.phase === "ringing") return { ...blank("ringing"), call };
  const open = isOpen(call, local);
  const kind = kindOf(call, local, now);
  const writing = open && isBeingWritten(call, local);
  const asked = writing && local.status?.call === call.id && local.status.until > now;
  const writes = asked ? "status" : "dialog";
  return {
    screen: writing ? writes : "after",
    kind: writing ? "" : kind,
    call,
    order: call.order,
    over: call.phase === "ended",
    wrapup,
    holds: open && kind !== "accepted",
    open,
    sheet: local.sheet && open && (writing || isRefused(kind)),
    expired: local.expired !== null,
    canWaitLonger: longer,
    deal: local.deal?.call === call.id ? local.deal : null,
    form: local.form,
  };
}

/**
 * The keys that work now, in the order of the bottom bar.
 * @param {View} shown
 * @returns {string[]}
 */
export function keysOf(shown) {
  if (shown.expired) return [];
  if (shown.sheet) return ["reason", "stay"];
  if (shown.screen === "status") return ["told", "again", "order", "leave"];
  if (shown.screen === "dialog") return keysOfForm(shown.form);
  const pause = shown.wrapup === null ? [] : ["nextcall", ...(shown.canWaitLonger ? ["longer"] : [])];
  if (shown.screen === "after") {
    const refused = isRefused(shown.kind) && shown.open ? ["correct", "leave"] : [];
    return shown.over ? [...refused, ...pause] : refused;
  }
  return shown.screen === "idle" ? ["state", "finish", ...pause] : [];
}

/** A list with addresses takes the keys that choose from it; one that found nothing leaves them to the form. @param {FormKeys} form */
function keysOfForm({ list, found, recent, stop, wish, drop }) {
  if (list && found) return ["choose", "take", ...(list === "recent" ? ["pick"] : []), "shut", "place"];
  const own = { wish, recent, drop, stop };
  return ["next", "back", ...Object.keys(own).filter((key) => own[key]), "time", "place", list ? "shut" : "leave"];
}

/** Minutes and seconds, as on the band. @param {number} milliseconds */
export function clock(milliseconds) {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  const two = (value) => String(value).padStart(2, "0");
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60)];
  return hours ? `${hours}:${two(minutes % 60)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}
