// Forms with data-swap="id …" are sent without leaving the page: the named parts are taken from the answer, and focus goes where
// something is to be read or done, or stays where it is; what an element with data-said says is read out. If the answer has none of
// the parts, the browser goes there as it would have without us. A button with a data-swap of its own says what its answer changes.
// Whoever does something with new parts listens for "swapped".

import { filterHere } from "./typing.js";

export function moveFocus(root) {
  const target = root.querySelector("[data-focus]");
  if (target) {
    target.focus();
    return target;
  }
  return null;
}

export function say(text) {
  const place = document.getElementById("said");
  if (place) place.textContent = text;
}

// Where the hand is, for eyes and ears; it goes with the next try.
function complain(form, text) {
  const box = document.createElement("p");
  box.className = "warning";
  box.dataset.unsent = "";
  box.setAttribute("role", "alert");
  box.textContent = text;
  form.append(box);
}

async function send(form, button) {
  const body = new FormData(form, button ?? undefined);
  const isMultipart = form.enctype === "multipart/form-data";
  const isGet = form.method === "get";
  const address = new URL(button?.getAttribute("formaction") ?? form.getAttribute("action") ?? location.href, location.href);
  if (isGet) address.search = new URLSearchParams(body).toString();
  return fetch(address, {
    method: form.method,
    body: isGet ? undefined : isMultipart ? body : new URLSearchParams(body),
    headers: { Accept: "text/html" },
  });
}

// What each form does now and is to do next, and how often it was asked for anything.
const doing = new WeakMap();
const next = new WeakMap();
const asked = new WeakMap();

const isSame = (one, other) => one === other || ["name", "value", "formAction"].every((part) => one?.[part] === other?.[part]);
const count = (form) => asked.set(form, (asked.get(form) ?? 0) + 1).get(form);

// One deed of a form at a time; `work` gets the fields in which somebody typed meanwhile. The same button once more is a double tap.
// Another one waits, and is done if the answer has left the form as it was.
export async function whileBusy(form, button, work) {
  if (form.getAttribute("aria-busy") === "true") {
    if (!isSame(button, doing.get(form))) next.set(form, { button, work });
    return;
  }
  form.setAttribute("aria-busy", "true");
  form.querySelector("[data-unsent]")?.remove();
  doing.set(form, button);
  count(form);
  const edited = new Set();
  const note = (inner) => edited.add(inner.target);
  const forget = () => next.delete(form);
  form.addEventListener("input", note);
  form.addEventListener("reset", forget);
  let then = null;
  try {
    await work(edited);
  } finally {
    form.removeEventListener("input", note);
    form.removeEventListener("reset", forget);
    form.removeAttribute("aria-busy");
    then = next.get(form);
    next.delete(form);
  }
  if (then && form.isConnected && !form.hidden && (then.button?.isConnected ?? true)) await whileBusy(form, then.button, then.work);
}

async function fetchPage(form, submitter) {
  const answer = await send(form, submitter);
  return { address: answer.url, page: new DOMParser().parseFromString(await answer.text(), "text/html") };
}

async function sendAndShow(form, submitter, names) {
  await whileBusy(form, submitter, async (edited) => {
    try {
      const { address, page } = await fetchPage(form, submitter);
      show(page, form, address, names);
      keepEdited(form, edited);
    } catch {
      filterHere(form);
      complain(form, document.documentElement.lang === "en"
        ? "No connection. What you entered is still here; please try again."
        : "Keine Verbindung. Ihre Eingaben stehen noch da; bitte versuchen Sie es noch einmal.");
    }
  });
}

// What a page asks for by itself while somebody types: nobody waits for it, and what is pressed meanwhile goes first; for a form that
// has been sent or asked for something else since it is of no use any more.
export async function lookUp(form, button) {
  const mine = count(form);
  const names = button.dataset.swap.split(" ");
  try {
    const { address, page } = await fetchPage(form, button);
    const isWanted = form.isConnected && asked.get(form) === mine && names.every((id) => document.getElementById(id) && page.getElementById(id));
    if (isWanted) show(page, form, address, names, false);
  } catch {
    // Without a connection nothing is looked up, and nothing is lost.
  }
}

function onSubmit(event) {
  const form = event.target;
  if (form.dataset.confirm && !window.confirm(form.dataset.confirm)) {
    event.preventDefault();
    return;
  }
  const swap = event.submitter?.dataset.swap ?? form.dataset.swap;
  if (!swap || event.defaultPrevented) return;
  event.preventDefault();
  sendAndShow(form, event.submitter, swap.split(" "));
}

// What somebody typed while the answer was on its way stays typed.
export function keepEdited(form, edited) {
  for (const field of edited) {
    if (field.isConnected) continue;
    const isTick = ["checkbox", "radio"].includes(field.type);
    const same = [...form.elements].find((other) => other.name === field.name && (!isTick || other.value === field.value));
    if (!same) continue;
    if (isTick) same.checked = field.checked;
    else same.value = field.value;
  }
}

// Where nobody has asked for it the focus stays, unless what had it is gone.
export function show(page, form, address, names, isAsked = true) {
  const pairs = names.map((name) => [document.getElementById(name), page.getElementById(name)]);
  if (pairs.some(([here, there]) => !here || !there)) {
    location.assign(address);
    return;
  }
  const active = document.activeElement;
  const own = active?.id;
  for (const [here, there] of pairs) here.replaceWith(document.adoptNode(there));
  document.title = page.title;
  if (form.method === "get") history.replaceState(null, "", address);
  const notice = page.getElementById("notice");
  const inside = names.map((name) => document.getElementById(name));
  const news = notice ?? inside.map((part) => part.querySelector("[data-said]")).find(Boolean);
  if (news) say(news.textContent);
  for (const part of inside) part.dispatchEvent(new CustomEvent("swapped", { bubbles: true }));
  if (!isAsked && active?.isConnected) return;
  const wanted = inside.map((part) => (part.matches("[data-focus]") ? part : part.querySelector("[data-focus]"))).find(Boolean);
  const target = wanted || (own && document.getElementById(own)) || inside[0];
  if (target) {
    if (!target.matches("a, button, input, select, textarea, summary, [tabindex]")) target.tabIndex = -1;
    target.focus();
  }
}

function addStyles(page) {
  const known = new Set([...document.querySelectorAll("link[rel='stylesheet']")].map((link) => link.getAttribute("href")));
  for (const link of page.querySelectorAll("link[rel='stylesheet']")) {
    if (!known.has(link.getAttribute("href"))) document.head.append(document.adoptNode(link));
  }
}

// A whole page in the place of the present one, as if the browser had gone there; `address` null where it has none of its own. Quietly
// where it is the same page anew: hand and eye stay where they are.
export function showWhole(page, address, isQuiet = false) {
  const [own, height] = [document.activeElement?.id, scrollY];
  addStyles(page);
  for (const name of ["header.top", "main", "footer.bottom"]) {
    const [here, there] = [document.querySelector(name), page.querySelector(name)];
    if (here && there) here.replaceWith(document.adoptNode(there));
  }
  document.title = page.title;
  document.body.className = page.body.className;
  if (address && address !== location.href) history.pushState(null, "", address);
  shown = location.pathname + location.search;
  const main = document.querySelector("main");
  main.dispatchEvent(new CustomEvent("swapped", { bubbles: true }));
  if (isQuiet) {
    if (own) document.getElementById(own)?.focus({ preventScroll: true });
    scrollTo(0, height);
    return;
  }
  const notice = document.getElementById("notice");
  if (notice) say(notice.textContent);
  if (!moveFocus(main)) {
    main.focus();
    scrollTo(0, 0);
  }
}

let shown = null;

export const shownAddress = () => shown;

export function begin(root) {
  root.addEventListener("submit", onSubmit);
}
