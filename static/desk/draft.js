// The draft goes to the server when the typing pauses, when a field is left and when the page is.

const QUIET_MS = 400;

/** @param {(leaving: boolean) => void} save `leaving`: nobody waits for the answer */
export function draftSaver(save) {
  let timer = 0;

  function cancel() {
    clearTimeout(timer);
    timer = 0;
  }

  /** @param {boolean} leaving */
  function flush(leaving) {
    if (!timer) return;
    cancel();
    save(leaving);
  }

  function later() {
    clearTimeout(timer);
    timer = setTimeout(() => flush(false), QUIET_MS);
  }

  return { cancel, flush, later };
}
