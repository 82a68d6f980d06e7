// A part with data-poll="address" is looked at again and again until it stops saying so. It is replaced where its data-state has
// changed; the focus stays where it was, what is new is read out. Without us there is a link to load the page anew.

const SOON_MS = 1000;
const LATE_MS = 5000;

function replace(part, fresh) {
  const own = part.contains(document.activeElement) ? document.activeElement.id : null;
  part.replaceWith(document.adoptNode(fresh));
  if (own !== null) {
    const target = document.getElementById(own) ?? fresh;
    if (target === fresh) fresh.tabIndex = -1;
    target.focus();
  }
  const said = document.getElementById("said");
  const news = fresh.querySelector("[data-news]");
  if (said && news) said.textContent = news.textContent;
  fresh.dispatchEvent(new CustomEvent("swapped", { bubbles: true }));
}

async function look(part, wait) {
  if (!part.isConnected) return;
  let next = wait;
  try {
    const answer = await fetch(part.dataset.poll, { headers: { Accept: "text/html" } });
    if (!answer.ok) throw new Error(String(answer.status));
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.getElementById(part.id);
    if (fresh && part.isConnected && fresh.dataset.state !== part.dataset.state) {
      replace(part, fresh);
      return;
    }
    next = Math.min(LATE_MS, wait * 1.2);
  } catch {
    next = LATE_MS;
  }
  setTimeout(look, next, part, next);
}

export function begin(root) {
  const parts = [...root.querySelectorAll("[data-poll]"), ...(root.matches?.("[data-poll]") ? [root] : [])];
  for (const part of parts) setTimeout(look, SOON_MS, part, SOON_MS);
}
