// An agreement's form (data-parties): a part of a name that only one organisation has is completed when the field is left, the
// choices of who gives and who takes are called by these names, and what is proposed to the first is looked for at once.

import { lookUp } from "./swap.js";

const fold = (text) => text.trim().toLocaleLowerCase("de").normalize("NFKC").replaceAll("ß", "ss");

function find(names, typed) {
  const wanted = fold(typed);
  for (const fits of [(n) => n === wanted, (n) => n.startsWith(wanted), (n) => n.includes(wanted)]) {
    const found = names.filter((name) => fits(fold(name)));
    if (found.length) return found;
  }
  return [];
}

function say(form, code, words) {
  const place = form.querySelector("#party-said");
  if (!place) return;
  let text = code ? place.dataset[code] : "";
  for (const [key, value] of Object.entries(words ?? {})) text = text.replace(`{${key}}`, value);
  place.textContent = text;
}

function rename(form) {
  for (const field of form.querySelectorAll("input[data-party]")) {
    for (const option of form.querySelectorAll(`[data-party-choice] option[value="${field.dataset.party}"]`)) {
      option.dataset.usual ??= option.textContent;
      option.textContent = field.value.trim() || option.dataset.usual;
    }
  }
  for (const place of form.querySelectorAll("[data-from-to]")) {
    const [giver, taker] = place.closest("details").querySelectorAll("[data-party-choice]");
    place.textContent = [giver, taker].map((choice) => choice?.selectedOptions[0]?.textContent ?? "").join(" → ");
  }
}

function complete(form, field) {
  const names = [...form.querySelectorAll("#organisations option")].map((option) => option.value);
  const found = field.value.trim() ? find(names, field.value) : null;
  if (found?.length === 1) {
    if (field.value !== found[0]) field.value = found[0];
    say(form, "found", { name: found[0] });
    if (field.dataset.party === "0" && form.dataset.looked !== found[0]) {
      form.dataset.looked = found[0];
      const button = form.querySelector("[data-look]");
      if (button) lookUp(form, button);
    }
  } else if (found) say(form, found.length ? "few" : "none", { count: found.length, names: found.slice(0, 3).join(" / ") });
  else say(form, null);
  rename(form);
}

function follow(form) {
  form.addEventListener("change", (event) => {
    if (event.target.matches("input[data-party]")) complete(form, event.target);
    else if (event.target.matches("[data-party-choice]")) rename(form);
  });
  rename(form);
}

const followed = new WeakSet();

export function begin(root) {
  const own = root.closest?.("form[data-parties]");
  for (const form of [...root.querySelectorAll("form[data-parties]"), ...(own ? [own] : [])]) {
    if (followed.has(form)) rename(form);
    else {
      followed.add(form);
      follow(form);
    }
  }
}
