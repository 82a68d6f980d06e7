// Forms with data-queue="what it is about" go on without a connection. A deed is written down on this device before it is sent; if it
// does not arrive it waits, visibly, and is sent later in the order in which it was done, under the once-key that makes a second try
// do nothing twice. What the server then refuses stays as a conflict with its words. For ten minutes what arrived is kept as well, and
// sent again if another copy of the data answers, which may have missed it.
// data-queue-keep leaves the form open for the next one; data-queue-tell on a field adds what it holds to the sentence;
// data-next-number and data-last-number are the numbers that this device may foretell.

import { bar, draw, fill, listen, SHOWN_MS, words } from "./queue_bar.js";
import { readFile, saveFile } from "./queue_file.js";
import { mark, readNumber, unmark, versionIn, write } from "./queue_forms.js";
import { deliver, greet, readPage, wordsOf } from "./queue_send.js";
import { drop, findAll, isLasting, keep } from "./queue_store.js";
import { keepEdited, say, show, showWhole, whileBusy } from "./swap.js";

const KEPT_MS = 10 * 60_000;
const MOST_PAUSE_MS = 30_000;
const MOST_BROKEN = 5;
const LOST_MS = 20_000;
const NOT_TAKEN = ["unsent", "broken", "login"];

const now = { needsLogin: false, hasFailed: false, told: "" };
let instance = null;
let isSending = false;
let isAskedAgain = false;
let tries = 0;
let timer = null;
let mending = null;

const who = () => bar().dataset.who;
const isRecent = (deed) => Date.now() - (deed.sent_at ?? deed.at) < KEPT_MS;
const others = typeof BroadcastChannel === "undefined" ? null : new BroadcastChannel("marktplatz-waiting");
const isWaiting = (deed) => deed.state === "waiting" && deed.who === who();
const isLost = (deed) => deed.state === "done" && isRecent(deed) && deed.who === who() && instance !== null && deed.instance !== instance;

// True where something that waits on this page waits no longer.
async function redraw() {
  const deeds = await findAll();
  draw(deeds, { ...now, isLasting: isLasting() }, { mend, drop: discard });
  for (const deed of deeds) if (deed.state === "waiting") mark(deed);
  return unmark(deeds);
}

async function findWaiting() {
  return (await findAll()).filter(isWaiting);
}

async function settle(deed, ended) {
  deed.state = ended.kind === "done" ? "done" : "conflict";
  if (ended.kind === "done") {
    const given = readNumber(ended.page);
    if (deed.number && given && given !== deed.number) {
      deed.state = "conflict";
      deed.why = fill(words().other_number, { told: deed.number, number: given });
    } else deed.number = given;
    deed.version_left = versionIn(ended.page, deed.address);
    deed.instance = ended.instance;
    deed.sent_at = Date.now();
  } else {
    const why = ended.page ? wordsOf(ended.page) : "";
    deed.why = deed.instance ? fill(words().lost, { why }) : why;
    deed.waited = true;
  }
  await keep(deed);
}

// Our server may be there and say itself what is the matter: its disk is full, its database is away.
function pause(ended = null) {
  now.hasFailed = true;
  now.told = ended?.instance && ended.page ? wordsOf(ended.page) : "";
  clearTimeout(timer);
  timer = setTimeout(flush, Math.min(MOST_PAUSE_MS, 1_000 * 2 ** tries) * (0.75 + Math.random() / 2));
  tries += 1;
}

// Of two deeds on the same thing the second was done in sight of the first: it goes on from what that one left.
async function follow(deed) {
  if (deed.wasTried || !deed.version_seen) return;
  const isBefore = (each) => each.id < deed.id && each.address === deed.address && each.version_seen === deed.version_seen;
  const before = (await findAll()).findLast((each) => each.state === "done" && each.who === deed.who && isBefore(each));
  if (!before) return;
  const version = before.version_left ?? versionIn(await readPage(deed.address), deed.address);
  const body = new URLSearchParams(deed.body);
  if (!version) return;
  body.set("version", version);
  deed.body = body.toString();
}

async function bring(deed) {
  await follow(deed);
  const wasDone = deed.state === "done";
  deed.wasTried = true;
  await keep(deed);
  const ended = await deliver(deed);
  if (ended.kind === "broken") deed.broken = (deed.broken ?? 0) + 1;
  const isBroken = ended.kind === "broken" && deed.broken < MOST_BROKEN;
  if (ended.kind === "unsent" || isBroken) {
    pause(ended);
    return false;
  }
  now.needsLogin = ended.kind === "login";
  if (now.needsLogin) return false;
  tries = 0;
  now.hasFailed = false;
  await settle(deed, ended);
  return wasDone ? "again" : "new";
}

async function findDue(tried) {
  const isDue = (deed) => !tried.has(deed.id) && (isWaiting(deed) || isLost(deed));
  return (await findAll()).find(isDue);
}

// Who answers now is asked first: if it is another copy of the data, what that one has missed goes before what waits.
async function sendAll() {
  if (!(await findDue(new Set()))) return 0;
  if (!(await greet())) {
    pause();
    return 0;
  }
  const tried = new Set();
  let news = 0;
  for (;;) {
    const deed = await findDue(tried);
    if (!deed) break;
    tried.add(deed.id);
    const brought = await bring(deed);
    if (!brought) break;
    if (brought === "new") news += 1;
    await redraw();
  }
  return news;
}

async function flush() {
  if (!bar()) return;
  if (isSending) {
    isAskedAgain = true;
    return;
  }
  isSending = true;
  clearTimeout(timer);
  try {
    do {
      isAskedAgain = false;
      const run = async () => {
        const news = await sendAll();
        if (news) others?.postMessage("sent");
        if ((await redraw()) || news) await refreshPage();
      };
      await (navigator.locks ? navigator.locks.request("marktplatz-waiting", run) : run());
    } while (isAskedAgain);
  } finally {
    isSending = false;
    await redraw();
    setTimeout(redraw, SHOWN_MS + 1_000);
  }
}

function isEdited(field) {
  if (field.type === "hidden" || field.closest("form[hidden]")) return false;
  return ["checkbox", "radio"].includes(field.type) ? field.checked !== field.defaultChecked : field.value !== field.defaultValue;
}

// What was waiting stands there now: the page is shown as it is, unless somebody is in the middle of something.
async function refreshPage() {
  const left = await findWaiting();
  if (!left.length) say(words().all_sent);
  const isBusy = [...document.querySelectorAll("main input, main textarea")].some(isEdited) || document.querySelector("main [aria-busy='true']");
  if (isBusy || mending !== null) return;
  const page = await readPage(location.href);
  if (page) showWhole(page, null, true);
}

async function wait(deed, form) {
  deed.state = "waiting";
  deed.waited = true;
  await keep(deed);
  mark(deed, form);
  say(`${words().said_held}: ${deed.what}`);
  await redraw();
}

function onSubmit(event) {
  const form = event.target;
  const button = event.submitter;
  if (!bar() || !form.matches("form[data-queue]") || event.defaultPrevented || button?.hasAttribute("formaction")) return;
  event.preventDefault();
  whileBusy(form, button, (edited) => begun(form, button, edited));
}

async function begun(form, button, edited) {
  const body = new URLSearchParams(new FormData(form, button ?? undefined)); // as it is at this moment
  const deeds = await findAll();
  const isBehind = deeds.some(isWaiting);
  const deed = await keep(write(form, button, body, { deeds, isBehind, who: who() }));
  if (isBehind) {
    await wait(deed, form);
    flush();
  } else {
    await sendNow(deed, form, button);
    keepEdited(form, edited);
  }
}

async function sendNow(deed, form, button) {
  deed.wasTried = true;
  const ended = await deliver(deed);
  now.needsLogin = ended.kind === "login";
  if (NOT_TAKEN.includes(ended.kind)) {
    await wait(deed, form);
    if (!now.needsLogin) pause(ended);
    await redraw();
    return;
  }
  if (ended.kind === "done") {
    await settle(deed, ended);
    if (mending?.address === deed.address) {
      await drop(mending.id);
      mending = null;
    }
  } else await drop(deed.id); // it is shown, as it always was
  await redraw();
  const swap = button?.dataset.swap ?? form.dataset.swap;
  if (swap && swap.split(" ").every((id) => ended.page.getElementById(id))) show(ended.page, form, ended.address, swap.split(" "));
  else showWhole(ended.page, ended.isElsewhere ? ended.address : null);
}

// Once more, and the server's own page shows what is wrong, with everything that was typed.
async function mend(deed) {
  const ended = await deliver(deed);
  if (NOT_TAKEN.includes(ended.kind)) {
    now.needsLogin = ended.kind === "login";
    now.hasFailed = !now.needsLogin;
    await redraw();
    return;
  }
  if (ended.kind === "done") await drop(deed.id);
  else mending = deed;
  await redraw();
  document.getElementById("waiting-details").open = false;
  showWhole(ended.page, ended.kind === "done" ? ended.address : deed.page);
}

async function discard(deed) {
  if (!window.confirm(fill(words().drop_sure, { what: deed.what }))) return;
  await drop(deed.id);
  await redraw();
}

async function tidy() {
  for (const deed of await findAll()) {
    if (deed.state === "done" && !isRecent(deed)) await drop(deed.id);
    else if (deed.state === "sending" && Date.now() - deed.at > LOST_MS) await keep({ ...deed, state: "waiting", waited: true }); // the page was closed over it
  }
}

async function wake() {
  if (!bar()) return;
  const deeds = await findAll();
  if (!deeds.some((deed) => deed.state === "waiting" || isLost(deed))) return;
  tries = 0;
  flush();
}

function openBar() {
  bar().dataset.asked = "";
  bar().hidden = false;
  document.getElementById("waiting-details").open = true;
  document.querySelector("#waiting summary").focus();
  redraw();
}

async function onSignOut(event) {
  if (event.target.getAttribute("action") !== "/sign-out") return;
  for (const deed of await findAll()) if (deed.state === "done") await drop(deed.id);
}

function revealOpeners() {
  for (const opener of document.querySelectorAll("[data-waiting-open]")) opener.hidden = false;
}

export async function begin(root) {
  if (!bar() || typeof indexedDB === "undefined") return;
  root.addEventListener("submit", onSubmit, { capture: true });
  root.addEventListener("submit", onSignOut);
  revealOpeners();
  root.addEventListener("swapped", () => {
    revealOpeners();
    redraw();
  });
  root.addEventListener("pulse", wake);
  root.addEventListener("instance", ({ detail }) => {
    if (instance === detail) return;
    instance = detail;
    wake();
  });
  others?.addEventListener("message", async () => (await redraw()) && refreshPage());
  addEventListener("online", wake);
  addEventListener("focus", wake);
  listen({
    open: openBar,
    sendNow: () => {
      tries = 0;
      flush();
    },
    save: async () => saveFile(await findAll()),
    read: async (field) => {
      const count = await readFile(field, await findAll(), keep);
      say(count ? fill(words().read, { count }) : words().not_read);
      await redraw();
      flush();
    },
  });
  await tidy();
  await redraw();
  wake();
  setTimeout(() => tidy().then(wake), LOST_MS + 1_000);
}

