// Parts with an id and data-refresh="clock board plan desk door notes" are fetched anew from the page's own address when such a thing has
// moved. Focus stays where it was; what somebody is typing is left alone until they are done. Many changes at once are one request.
// A part with a data-version is replaced only by a newer one.

const JITTER_MS = 1_500;
const AGAIN_MS = 3_000;

const wanted = new Set();
let timer = null;
let isBusy = false;
let isPressed = false;

for (const [name, value] of [["pointerdown", true], ["pointerup", false], ["pointercancel", false]]) {
  document.addEventListener(name, () => (isPressed = value), { capture: true });
}

// Never under a finger: a press whose button was replaced before it ended would be lost.
function isInHand(part) {
  if (isPressed) return true;
  const active = document.activeElement;
  const isTyping = part.contains(active) && active.matches("textarea, select, input:not([type='hidden'])");
  return isTyping || part.querySelector("[aria-busy='true']") !== null;
}

// An answer that was on its way while a deed was done would bring back what the deed has changed.
const isNoNews = (part, fresh) => fresh?.dataset.version !== undefined && Number(fresh.dataset.version) <= Number(part.dataset.version);

function replace(part, fresh) {
  const own = part.contains(document.activeElement) ? document.activeElement.id : null;
  const opened = [...part.querySelectorAll("details[open][id]")].map((each) => each.id);
  part.replaceWith(document.adoptNode(fresh));
  for (const id of opened) document.getElementById(id)?.setAttribute("open", "");
  if (own !== null) {
    const target = (own && document.getElementById(own)) || fresh;
    if (target === fresh) fresh.tabIndex = -1;
    target.focus({ preventScroll: true });
  }
  fresh.dispatchEvent(new CustomEvent("swapped", { bubbles: true, detail: part }));
}

async function fetchParts() {
  timer = null;
  if (isBusy) {
    plan(AGAIN_MS);
    return;
  }
  const listens = (part) => part.dataset.refresh.split(" ").some((name) => wanted.has(name));
  const ids = [...document.querySelectorAll("[data-refresh][id]")].filter(listens).map((part) => part.id);
  if (!ids.length) {
    wanted.clear();
    return;
  }
  const asked = [...wanted];
  wanted.clear();
  isBusy = true;
  try {
    const answer = await fetch(location.href, { headers: { Accept: "text/html" }, cache: "no-store" });
    if (!answer.ok) throw new Error(String(answer.status));
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const id of ids) {
      const [part, fresh] = [document.getElementById(id), page.getElementById(id)];
      if (!part || !fresh || isNoNews(part, fresh)) continue;
      if (isInHand(part)) for (const name of asked) wanted.add(name);
      else replace(part, fresh);
    }
  } catch {
    for (const name of asked) wanted.add(name);
  } finally {
    isBusy = false;
  }
  if (wanted.size) plan(AGAIN_MS);
}

function plan(delay) {
  timer ??= setTimeout(fetchParts, delay);
}

export function refresh(names, isHurried) {
  for (const name of names) wanted.add(name);
  plan(isHurried ? 0 : Math.random() * JITTER_MS);
}
