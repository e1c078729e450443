// Asks the newest question only: waits until the typing pauses, gives up an older question, drops an answer that came late.

/**
 * @template Q, A
 * @param {object} how
 * @param {number} how.delay milliseconds of quiet before asking
 * @param {(question: Q, signal: AbortSignal) => Promise<A>} how.ask
 * @param {(answer: A | null, question: Q) => void} how.told null when nobody answered
 * @param {{setTimeout?: any, clearTimeout?: any}} [world]
 */
export function newest({ delay, ask, told }, world = {}) {
  const later = world.setTimeout ?? globalThis.setTimeout.bind(globalThis);
  const cancel = world.clearTimeout ?? globalThis.clearTimeout.bind(globalThis);
  let [timer, serial] = [0, 0];
  let controller = null;

  function drop() {
    serial += 1;
    cancel(timer);
    controller?.abort();
    controller = null;
  }

  async function send(question, mine) {
    controller = new AbortController();
    const answer = await ask(question, controller.signal).catch(() => null);
    if (mine === serial) told(answer, question);
  }

  return {
    drop,
    /** @param {Q} question */
    put(question) {
      drop();
      const mine = serial;
      timer = later(() => send(question, mine), delay);
    },
  };
}
