// Keeps a page of figures fresh: fetches its box every five seconds, never under the hand of somebody who works in it, and says how old it is.
const PERIOD_MS = 5000;
const STALE_MS = 15000;

const box = document.querySelector("[data-live]");
const fresh = document.querySelector("[data-fresh]");
let at = Date.now();

function tell() {
  const age = Date.now() - at;
  const stale = age > STALE_MS;
  const words = stale ? fresh.dataset.stale : fresh.dataset.words.replace("%s", String(Math.floor(age / 1000)));
  if (fresh.textContent !== words) fresh.textContent = words;
  fresh.classList.toggle("warn", stale);
  box.classList.toggle("muted", stale);
}

async function refresh() {
  if (document.hidden || box.contains(document.activeElement)) return;
  const answer = await fetch(box.dataset.live, { headers: { "X-Poll": "1" }, redirect: "error" });
  if (!answer.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  box.replaceChildren(...page.body.childNodes);
  at = Date.now();
}

if (box && fresh) {
  fresh.setAttribute("aria-live", "off");
  setInterval(() => refresh().catch(() => {}), PERIOD_MS);
  setInterval(tell, 1000);
  tell();
}
