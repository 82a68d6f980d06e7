// The pulse of the evening. An element with data-pulse="address" says where it is heard: one line for the whole page, which tells of
// every new state. The line heals itself: whoever hears nothing for 20 seconds, or loses it, asks once by a plain request and comes
// again, at a time of its own so that a hall does not come at once. Clocks go by the server's time, the same second everywhere.

import { begin as beginClocks, setClock, setOffset } from "./clock.js";
import { begin as beginGong } from "./gong.js";
import { find, INSTANCE, lose } from "./connection.js";
import { hasten, refresh } from "./refresh.js";

const SILENT_MS = 20_000;
const LOOK_EVERY_MS = 2_000;
const SYNC_EVERY_MS = 300_000;
const HIDDEN_MS = 60_000;
const LATE_MS = 5_000;
const MARGIN_MS = 1_000;
const AWAITED_MS = 5_000;
const ALL = ["clock", "board", "plan", "mine", "desk", "notes", "door"];

let place = null;
let stream = null;
let state = null;
let tries = 0;
let heardAt = 0;
let syncedAt = -Infinity;
let bestTrip = Infinity;
let retry = null;
let resting = null;
let instance = null;
let shownAt = -Infinity;

const now = () => performance.now();

// May the page be older than the first word that is heard? It is where something moved since it was asked for, by the server's time
// (which a deed takes down a moment before it is done), and where the word came late.
function isOutdated(told) {
  const asked = performance.getEntriesByType("navigation")[0]?.requestStart ?? 0;
  const sent = Date.parse(told.clock.time) - (now() - asked);
  return now() - asked > LATE_MS || (told.moved_at !== null && Date.parse(told.moved_at) > sent - MARGIN_MS);
}

// What has moved, in the words of data-refresh.
function compare(before, after) {
  const clockOf = (each) => JSON.stringify({ ...each.clock, time: null });
  const moved = [];
  if (clockOf(before) !== clockOf(after)) moved.push("clock");
  if (before.agreements !== after.agreements || before.last_at !== after.last_at) moved.push("board");
  if (before.plan !== after.plan) moved.push("plan");
  if (before.mine !== after.mine) moved.push("mine");
  if (["waiting", "in_hand", "taken_at"].some((name) => before[name] !== after[name])) moved.push("desk");
  if (before.notes !== after.notes) moved.push("notes");
  if (before.present !== after.present) moved.push("door");
  return moved;
}

function take(told) {
  if (state !== null && told.version < state.version) return;
  const before = state;
  state = told;
  setClock(told.clock);
  (place.isConnected ? place : document).dispatchEvent(new CustomEvent("pulse", { bubbles: true, detail: told }));
  const moved = before !== null ? compare(before, told) : isOutdated(told) ? ALL : [];
  if (moved.length) refresh(moved, place.hasAttribute("data-hurry"), now() - shownAt < AWAITED_MS);
}

function hear() {
  heardAt = now();
  tries = 0;
  find();
  for (const note of document.querySelectorAll("[data-offline]")) note.hidden = true;
}

// Another copy of the data answers, and may stand at an earlier moment: what is known of the one before counts no longer.
function meet(told) {
  if (!told || told === instance) return;
  if (instance !== null) state = null;
  instance = told;
  document.dispatchEvent(new CustomEvent("instance", { detail: told }));
}

// A plain request: it sets the clock by the middle of its way, and stands in for the line while that is broken.
async function look() {
  const sent = now();
  const answer = await fetch(`${place.dataset.pulse}/now`, { headers: { Accept: "application/json" }, cache: "no-store" });
  if (!answer.ok) throw new Error(String(answer.status));
  const trip = now() - sent;
  meet(answer.headers.get(INSTANCE));
  const told = await answer.json();
  if (trip <= bestTrip * 1.5 || now() - syncedAt > SYNC_EVERY_MS) {
    bestTrip = Math.min(trip, bestTrip);
    syncedAt = now();
    setOffset(Date.parse(told.clock.time) - (sent + trip / 2));
  }
  hear();
  take(told);
}

function close() {
  stream?.close();
  stream = null;
  clearTimeout(retry);
}

function open() {
  close();
  heardAt = now();
  stream = new EventSource(place.dataset.pulse);
  stream.addEventListener("pulse", (event) => {
    hear();
    take(JSON.parse(event.data));
  });
  stream.addEventListener("beat", hear);
  stream.addEventListener("error", comeAgain);
}

function comeAgain() {
  close();
  tries += 1;
  if (tries > 2) for (const note of document.querySelectorAll("[data-offline]")) note.hidden = false;
  retry = setTimeout(start, 300 + Math.random() * 1500 * Math.min(tries, 6));
}

async function start() {
  const before = tries;
  try {
    await look();
    tries = before; // only the line itself counts as mended, else a proxy that stops lines would be asked without a rest
  } catch {
    lose();
    // the line is tried all the same
  }
  open();
}

function watch() {
  if (stream !== null && now() - heardAt > SILENT_MS) comeAgain();
  else if (stream !== null && now() - syncedAt > SYNC_EVERY_MS) look().catch(() => {});
}

// Somebody has just taken their phone out of the pocket, and looks.
function shown() {
  shownAt = now();
  hasten();
}

// A phone in a pocket needs no line; what leads the evening keeps it.
function onVisibility() {
  clearTimeout(resting);
  if (document.visibilityState === "visible") {
    shown();
    if (stream === null) start();
    else look().catch(comeAgain);
  } else if (!place.hasAttribute("data-gong")) {
    resting = setTimeout(close, HIDDEN_MS);
  }
}

// A page that was put in the place of another brings a place of its own.
export function follow() {
  if (place === null || place.isConnected) return;
  place = document.querySelector("[data-pulse]") ?? place;
}

export function begin(root) {
  beginClocks(root);
  place = root.querySelector("[data-pulse]");
  if (place === null || typeof EventSource === "undefined") return;
  beginGong(place);
  start();
  setInterval(watch, LOOK_EVERY_MS);
  document.addEventListener("visibilitychange", onVisibility);
  window.addEventListener("pagehide", close);
  window.addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    shown();
    start();
  });
  window.addEventListener("online", () => comeAgain());
}
