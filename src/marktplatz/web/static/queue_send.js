// Brings one deed to the server and says how it ended:
//   done     it stands there, now or from an earlier try
//   refused  the server said no, or asks something; `page` is what it said
//   login    nobody is signed in any more
//   unsent   no connection, no answer in time, or an answer that is not the server's: to be tried again

import { find, INSTANCE, lose } from "./connection.js";
import { bar } from "./queue_bar.js";

const SEND_MS = 6_000;
const TRY_AGAIN = [502, 503, 504];

async function ask(address, options) {
  const control = new AbortController();
  const timer = setTimeout(() => control.abort(), SEND_MS);
  try {
    const answer = await fetch(address, { ...options, headers: { Accept: "text/html" }, cache: "no-store", signal: control.signal });
    const text = await answer.text();
    if (answer.headers.has(INSTANCE)) find();
    return { answer, text, page: new DOMParser().parseFromString(text, "text/html") };
  } catch (error) {
    lose();
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

// The page at an address, as it is now; null where it cannot be had.
export async function readText(address) {
  try {
    const { answer, text } = await ask(address, {});
    return answer.ok && answer.headers.has(INSTANCE) ? text : null;
  } catch {
    return null;
  }
}

export async function readPage(address) {
  const text = await readText(address);
  return text === null ? null : new DOMParser().parseFromString(text, "text/html");
}

// Which copy of the data answered, for all who must know; null where it was not our server.
function meet(answer) {
  const instance = answer.headers.get(INSTANCE);
  if (instance) document.dispatchEvent(new CustomEvent("instance", { detail: instance }));
  return instance;
}

// Is our server there, and which copy of the data has it? The smallest answer that it gives.
export async function greet() {
  try {
    return meet((await ask("/livez", {})).answer) !== null;
  } catch {
    return false;
  }
}

function post(deed) {
  const body = new URLSearchParams(deed.body);
  body.append("form_token", bar()?.dataset.formToken ?? "");
  return ask(deed.address, { method: "POST", body });
}

// Somebody signed in again, perhaps in another window: the newest page knows the token, and who it is.
async function learnToken() {
  const fresh = (await readPage(location.href))?.getElementById("waiting");
  if (!fresh || !bar()) return false;
  const isNew = fresh.dataset.formToken !== bar().dataset.formToken;
  bar().dataset.formToken = fresh.dataset.formToken;
  bar().dataset.who = fresh.dataset.who;
  return isNew && bar().dataset.who === fresh.dataset.who;
}

function judge(answer) {
  if (TRY_AGAIN.includes(answer.status) || (answer.headers.has("Retry-After") && !answer.ok)) return "unsent";
  if (!answer.headers.has(INSTANCE)) return answer.status >= 500 ? "broken" : "unsent"; // a page of somebody else's network
  if (answer.status === 401) return "login";
  if (answer.redirected) return answer.status >= 500 ? "unsent" : "done";
  return answer.status >= 500 ? "broken" : "refused";
}

export async function deliver(deed) {
  try {
    let { answer, page } = await post(deed);
    if (answer.status === 403 && (await learnToken()) && bar().dataset.who === deed.who) ({ answer, page } = await post(deed));
    return { kind: judge(answer), address: answer.url, isElsewhere: answer.redirected, page, instance: meet(answer) };
  } catch {
    return { kind: "unsent" };
  }
}

// What a page says against it, in one line.
export function wordsOf(page) {
  const places = ["#errors ul", "main [role='alert']", "main .warning", "main ul", "main h1"];
  const found = places.map((place) => page.querySelector(place)).find(Boolean);
  return (found?.textContent ?? "").replace(/\s+/g, " ").trim().slice(0, 300);
}
