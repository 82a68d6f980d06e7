// Forms with data-draft="name" keep what was typed on this device until they are sent, for a week at most: a lost connection, an
// empty battery or a wrong tap loses nothing. Secrets and hidden fields are never kept. Where a form grows by parts, data-draft-form
// is the address that answers what was typed with as many parts as it needs, and data-draft-part the id of what grows.

const AGE_MS = 7 * 24 * 3600 * 1000;
const PREFIX = "marktplatz-draft:";

const isKept = (field) => field.name && !["hidden", "password", "file", "submit"].includes(field.type);

function read(form) {
  const values = {};
  for (const field of form.elements) {
    if (!isKept(field)) continue;
    const own = (values[field.name] ??= []);
    if (["checkbox", "radio"].includes(field.type)) {
      if (field.checked) own.push(field.value);
    } else own.push(field.value);
  }
  return values;
}

function put(form, values) {
  const used = {};
  for (const field of form.elements) {
    if (!isKept(field) || !(field.name in values)) continue;
    const own = values[field.name];
    if (["checkbox", "radio"].includes(field.type)) field.checked = own.includes(field.value);
    else field.value = own[(used[field.name] = (used[field.name] ?? -1) + 1)] ?? field.value;
  }
}

function keep(name, values) {
  try {
    localStorage.setItem(PREFIX + name, JSON.stringify({ at: Date.now(), values }));
  } catch {
    // A full or forbidden store: the form itself still works.
  }
}

function find(name) {
  try {
    const found = JSON.parse(localStorage.getItem(PREFIX + name) ?? "null");
    return found && Date.now() - found.at < AGE_MS ? found.values : null;
  } catch {
    return null;
  }
}

export function drop(name) {
  try {
    localStorage.removeItem(PREFIX + name);
  } catch {
    // Nothing was kept.
  }
}

// Forms that follow() takes care of already.
const followed = new WeakSet();

async function grow(form, draft) {
  const known = new Set([...form.elements].map((field) => field.name));
  const part = document.getElementById(form.dataset.draftPart ?? "");
  if (!part || Object.keys(draft).every((name) => known.has(name))) return;
  const body = new URLSearchParams(new FormData(form));
  for (const [name, values] of Object.entries(draft)) {
    body.delete(name);
    for (const value of values) body.append(name, value);
  }
  try {
    const answer = await fetch(form.dataset.draftForm, { method: "POST", body, headers: { Accept: "text/html" } });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const grown = page.getElementById(part.id);
    if (answer.ok && grown) part.replaceWith(document.adoptNode(grown));
  } catch {
    // Without a connection the parts that are there are filled in; the draft stays for the next time.
  }
}

async function restore(form, draft, box) {
  await grow(form, draft);
  put(form, draft);
  if (box) box.hidden = false;
}

function follow(form) {
  if (followed.has(form)) return;
  followed.add(form);
  const name = form.dataset.draft;
  const fresh = JSON.stringify(read(form));
  const draft = form.querySelector(".errors") ? null : find(name);
  const box = form.querySelector("[data-draft-found]");
  if (draft && JSON.stringify(draft) !== fresh) restore(form, draft, box);
  box?.querySelector("button")?.addEventListener("click", () => {
    drop(name);
    put(form, JSON.parse(fresh));
    box.hidden = true;
    form.querySelector("input:not([type=hidden]), textarea, select")?.focus();
  });
  let waiting = 0;
  const keepNow = () => form.isConnected && keep(name, read(form));
  const later = () => {
    clearTimeout(waiting);
    waiting = setTimeout(keepNow, 300);
  };
  form.addEventListener("input", later);
  form.addEventListener("change", later);
  form.addEventListener("swapped", later);
  addEventListener("pagehide", () => {
    if (JSON.stringify(read(form)) !== fresh && !form.dataset.sent) keepNow();
  });
}

export function begin(root) {
  for (const done of root.querySelectorAll("[data-draft-done]")) drop(done.dataset.draftDone);
  for (const form of root.querySelectorAll("form[data-draft]")) follow(form);
}
