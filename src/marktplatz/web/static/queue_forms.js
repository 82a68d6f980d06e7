// A form as a deed that can wait: what is sent, in which words it is told, which number it foretells; and the form that waits.

import { drop as dropDraft } from "./drafts.js";
import { fill, words } from "./queue_bar.js";

const LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";

// Not crypto.randomUUID: browsers have it only over HTTPS.
function makeKey() {
  return [...crypto.getRandomValues(new Uint8Array(43))].map((byte) => LETTERS[byte % 64]).join("");
}

function textOf(button) {
  const label = button?.getAttribute("aria-label");
  if (label) return label;
  const copy = button?.cloneNode(true);
  for (const hidden of copy?.querySelectorAll(".unseen, kbd") ?? []) hidden.remove();
  return copy?.textContent.trim() ?? "";
}

function name(form, button) {
  const told = [...form.querySelectorAll("[data-queue-tell]")].map((field) => field.value.trim()).filter(Boolean);
  const deed = [form.dataset.queue, textOf(button)].filter(Boolean).join(": ");
  return (told.length ? `${deed} (${told.join(", ")})` : deed).slice(0, 300);
}

export function readNumber(page) {
  return Number(page?.querySelector("[data-number]")?.dataset.number) || undefined;
}

// The next number of this device's station: behind the server's word and behind all that it has foretold itself.
function foretell(form, deeds) {
  const [next, last] = [Number(form.dataset.nextNumber), Number(form.dataset.lastNumber)];
  if (!next || !last) return undefined;
  const own = deeds.map((deed) => deed.number).filter((number) => number >= next && number <= last);
  const number = Math.max(next - 1, ...own) + 1;
  return number <= last ? number : undefined;
}

// While others wait before it nobody has been asked yet, and the number is sent as one that stands on paper; else as one foreseen.
function putNumber(form, body, deeds, isBehind) {
  const typed = Number(body.get("number"));
  if (typed) return typed;
  const number = foretell(form, deeds);
  if (form.dataset.nextNumber === undefined) return undefined;
  body.delete("foreseen");
  if (number) body.set(isBehind ? "number" : "foreseen", String(number));
  return number;
}

export function write(form, button, body, { deeds, isBehind, who }) {
  body.set("once", makeKey()); // the page's own may be used already: a page that was kept for a reload is an old one
  body.delete("form_token");
  const number = putNumber(form, body, deeds, isBehind);
  return {
    once: body.get("once"),
    who,
    address: new URL(form.getAttribute("action") ?? location.href, location.href).pathname,
    page: location.pathname + location.search,
    body: body.toString(),
    what: name(form, button),
    number,
    version_seen: body.get("version") ?? undefined,
    at: Date.now(),
    state: "sending",
  };
}

// The version that a page knows of the thing at an address.
export function versionIn(page, address) {
  const form = [...(page?.querySelectorAll("form") ?? [])].find((each) => each.getAttribute("action") === address);
  return form?.querySelector("input[name='version']")?.value;
}

// What waits no longer says so; true where there was such a thing.
export function unmark(deeds) {
  let isNews = false;
  for (const box of document.querySelectorAll("[data-held]")) {
    const deed = deeds.find((each) => each.id === Number(box.dataset.held));
    if (deed?.state === "waiting" || deed?.state === "sending" || box.dataset.held === "0") continue;
    isNews = true;
    if (deed) box.textContent = `${deed.what}: ${deed.state === "done" ? words().done : words().conflict}`;
    else box.remove();
  }
  return isNews;
}

// Where a deed was done, or in a list the link to what it is about.
function findPlace(deed) {
  const forms = [...document.querySelectorAll("form[data-queue]:not([data-queue-keep])")];
  const links = [...document.querySelectorAll("a[data-queue-about]")];
  return forms.find((each) => each.getAttribute("action") === deed.address) ?? links.find((each) => deed.address.startsWith(`${each.getAttribute("href")}/`));
}

// The form says that it waits, and never that it is done.
export function mark(deed, form = null) {
  const place = form ?? findPlace(deed);
  if (!place || document.querySelector(`[data-held="${deed.id}"]`)) return;
  const box = document.createElement("p");
  box.className = "tag care held";
  box.dataset.held = deed.id;
  box.tabIndex = -1;
  const said = words();
  box.textContent = deed.number ? `${deed.what}: ${fill(said.promised, { number: deed.number })}` : fill(said.held, { what: deed.what });
  place.after(box);
  if (form) box.focus({ preventScroll: true });
  if (place.matches("a")) return;
  if (!place.hasAttribute("data-queue-keep")) place.hidden = true;
  else if (form && place.dataset.queueKeep === "empty") {
    place.reset();
    if (place.dataset.draft) dropDraft(place.dataset.draft);
  }
}
