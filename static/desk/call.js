// The right to one call: its token lives in this closure and nowhere else, and only until the right ends.

/**
 * @param {ReturnType<typeof import("./api.js").client>["command"]} command
 * @param {{calls: string, ask: string}} paths
 */
export function heldCall(command, paths) {
  let held = null;
  let redeeming = "";

  const path = (verb) => `${paths.calls}${held.id}/${verb}`;
  const send = (method, verb, body, keepalive = false) => command(method, path(verb), { body, keepalive, grant: held.token });

  return {
    get id() { return held?.id ?? ""; },
    get isOpen() { return held !== null; },

    /** @param {string} id @returns {Promise<any>} the opened dialog, or null when the right was given up meanwhile or is being asked for */
    async redeem(id) {
      if (redeeming === id) return null;
      redeeming = id;
      try {
        const opened = await command("POST", `${paths.calls}${id}/redeem`);
        if (redeeming !== id) return null;
        held = { id, token: opened.grant, key: opened.dialog.idempotency_key };
        return opened.dialog;
      } finally {
        if (redeeming === id) redeeming = "";
      }
    },
    draft: (typed, keepalive) => send("PUT", "draft", typed, keepalive),
    place: (typed) => send("POST", "place", { idempotency_key: held.key, ...typed }),
    leave: (reason) => send("POST", "leave", { reason }),
    reveal: () => send("POST", "reveal"),
    orders: () => command("GET", `${paths.ask}current/${held.id}`, { grant: held.token }),
    recent: () => command("GET", `${paths.ask}recent/${held.id}`, { grant: held.token }),
    hints: (text, signal) => command("POST", `${paths.ask}hints/${held.id}`, { body: { text }, grant: held.token, signal }),
    quote: (body, signal) => command("POST", `${paths.ask}quote/${held.id}`, { body, grant: held.token, signal }),
    wipe() {
      held = null;
      redeeming = "";
    },
  };
}
