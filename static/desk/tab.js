// One working tab per browser: the tab that holds the lock has the stream and the calls.

const LOCK = "callcenter-desk";
const PATIENCE_MS = 700;

/**
 * @param {(active: boolean) => void} onChange
 * @param {LockManager | undefined} [locks] absent on an address that is neither secure nor local: then every tab works
 */
export function claimTab(onChange, locks = navigator.locks) {
  const hold = () => {
    onChange(true);
    return new Promise(() => {});
  };
  const lost = () => onChange(false);
  if (!locks) {
    onChange(true);
    return { steal: () => {} };
  }
  // A reload asks while the page before it is still letting go: wait a moment before saying that another tab works.
  locks.request(LOCK, { signal: AbortSignal.timeout(PATIENCE_MS) }, hold).catch(lost);
  return { steal: () => { locks.request(LOCK, { steal: true }, hold).catch(lost); } };
}
