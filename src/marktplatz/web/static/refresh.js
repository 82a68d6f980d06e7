// Parts with an id and data-refresh="clock board plan mine desk door notes" are fetched anew from the page's own address when such a thing
// has moved; what is in data-refresh-slow may wait for some time, until the phone is taken out or something else is fetched.
// Focus stays where it was; what somebody is typing is left alone until they are done. Many changes at once are one request.
// A part with a data-version is replaced only by a newer one. Between two requests a page rests, the longer the busier the server is.

const JITTER_MS = 1_500;
const REST_MS = 2_000;
const HURRIED_REST_MS = 1_000;
const SLOW_TIMES = 4;
const LONGEST_REST_MS = 15_000;
const SLOW_MS = 20_000;
const SLOW_JITTER_MS = 40_000;
const SLOW = "slow:";

const wanted = new Set();
const late = new Set();
let timer = null;
let lateTimer = null;
let isBusy = false;
let isPressed = false;
let isHurried = false;
let restsUntil = 0;

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

const split = (words) => (words ?? "").split(" ").filter(Boolean);

function find(names) {
  const wordsOf = (part) => [...split(part.dataset.refresh), ...split(part.dataset.refreshSlow).map((word) => SLOW + word)];
  return [...document.querySelectorAll("[data-refresh][id]")].filter((part) => wordsOf(part).some((word) => names.has(word)));
}

// What was to come later comes along where the page is fetched anyway.
function takeLate() {
  clearTimeout(lateTimer);
  lateTimer = null;
  for (const name of late) wanted.add(name);
  late.clear();
}

async function fetchParts() {
  timer = null;
  if (!find(wanted).length) {
    wanted.clear();
    return;
  }
  takeLate();
  const ids = find(wanted).map((part) => part.id);
  const asked = [...wanted];
  wanted.clear();
  isBusy = true;
  const began = performance.now();
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
    restsUntil = performance.now() + restAfter(performance.now() - began);
  }
  if (wanted.size) plan();
}

const restAfter = (took) => Math.min(LONGEST_REST_MS, Math.max(isHurried ? HURRIED_REST_MS : REST_MS, SLOW_TIMES * took));

// What moves while a request is on its way is fetched after it, by the request that comes next.
function plan() {
  if (isBusy) return;
  const rest = Math.max(0, restsUntil - performance.now());
  timer ??= setTimeout(fetchParts, rest + (isHurried ? 0 : Math.random() * JITTER_MS));
}

// Somebody looks: what may wait has waited long enough.
export function hasten() {
  if (!late.size) return;
  takeLate();
  plan();
}

// Not all phones of a hall at once, and none that nobody looks at.
function planLate() {
  lateTimer ??= setTimeout(() => {
    lateTimer = null;
    if (document.visibilityState === "visible") hasten();
  }, SLOW_MS + Math.random() * SLOW_JITTER_MS);
}

export function refresh(names, isHurriedPage, isAwaited = false) {
  isHurried = isHurriedPage;
  for (const name of names) wanted.add(name);
  for (const name of names) late.add(SLOW + name);
  if (isAwaited) takeLate();
  else planLate();
  plan();
}
