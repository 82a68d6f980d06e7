// Links with data-ahead are read before anybody follows them, while there is a connection; without one they are opened from here, and
// the page that holds the queue is not left for an error of the browser. The page itself is kept as well. Nothing of it is written down: it goes with the page.

import { isAlone } from "./connection.js";
import { bar, words } from "./queue_bar.js";
import { readText } from "./queue_send.js";
import { shownAddress, showWhole } from "./swap.js";

const AGAIN_MS = 60_000;
const MOST = 12;
const FIRST_MS = 1_500;
const EVERY_MS = 20_000;

const kept = new Map();

const key = (url) => url.pathname + url.search;

async function readAhead() {
  if (isAlone() || document.visibilityState !== "visible") return;
  const links = [...document.querySelectorAll("a[data-ahead]")].slice(0, MOST).map((link) => key(new URL(link.href)));
  for (const name of [location.pathname, ...links]) {
    if (Date.now() - (kept.get(name)?.at ?? -Infinity) < AGAIN_MS) continue;
    const text = await readText(name);
    if (text === null) return;
    kept.set(name, { text, at: Date.now() });
  }
}

function open(name, isNew) {
  const found = kept.get(name) ?? kept.get(name.split("?")[0]);
  if (!found) return false;
  showWhole(new DOMParser().parseFromString(found.text, "text/html"), isNew ? new URL(name, location.href).href : null);
  return true;
}

function tell(link) {
  const box = document.createElement("span");
  box.className = "tag care held";
  box.dataset.held = "0";
  box.setAttribute("role", "alert");
  box.textContent = words().no_page;
  if (link.nextElementSibling?.dataset.held !== "0") link.after(box);
}

function onClick(event) {
  const link = event.target.closest("a[href]");
  const isPlain = event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;
  if (!link || !isPlain || event.defaultPrevented || link.target || link.origin !== location.origin || !isAlone()) return;
  if (link.getAttribute("href").startsWith("#")) return;
  const url = new URL(link.href);
  if (open(key(url), true)) event.preventDefault();
  else if (navigator.serviceWorker?.controller == null) {
    event.preventDefault();
    tell(link);
  }
}

// Whoever takes something in hand without a connection opens it at least: the one it names, else the first that nothing is done about yet.
function onTake(event) {
  const named = event.target.dataset.aloneOpens;
  if (named === undefined || event.defaultPrevented || !isAlone()) return;
  event.preventDefault();
  const links = [...document.querySelectorAll("a[data-ahead][data-queue-about]")];
  const isFree = (link) => (named ? link.getAttribute("href") === named : !link.parentElement.querySelector(".held"));
  const link = links.find(isFree);
  if (link) link.click();
  else tell(event.target);
}

// Back to a page that was put together from an answer. A jump inside of the page is none of that.
function onBack() {
  const name = location.pathname + location.search;
  if (shownAddress() === null || shownAddress() === name) return;
  if (!isAlone()) location.reload();
  else open(name, false);
}

export function begin(root) {
  addEventListener("popstate", onBack);
  if (!bar()) return;
  root.addEventListener("click", onClick);
  root.addEventListener("submit", onTake);
  root.addEventListener("swapped", () => setTimeout(readAhead, FIRST_MS));
  setTimeout(readAhead, FIRST_MS);
  setInterval(readAhead, EVERY_MS);
}
