// Fetches the box again, once a second, while a check is under way. A page that cannot be refreshed says so and stops.
const PERIOD_MS = 1000;
const MOST_POLLS = 120;

const pause = () => new Promise((resolve) => setTimeout(resolve, PERIOD_MS));

async function refresh(box) {
  const answer = await fetch(box.dataset.poll, { headers: { "X-Poll": "1" }, redirect: "error" });
  if (!answer.ok) throw new Error(String(answer.status));
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  box.replaceChildren(...page.body.childNodes);
}

export async function watch(box) {
  for (let polls = 0; box.querySelector("[data-waiting]") && polls < MOST_POLLS; polls += 1) {
    await pause();
    try {
      await refresh(box);
    } catch {
      box.append(box.dataset.stale);
      return;
    }
  }
}

for (const box of document.querySelectorAll("[data-poll]")) watch(box);
