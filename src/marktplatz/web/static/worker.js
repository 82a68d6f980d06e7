// The service worker: with HTTPS a reload without a connection shows the page as it last was. It keeps what we serve to everybody, and
// of the pages only the posts of the market day, which hold nobody's contact. It never answers a form.

const FILES = "marktplatz-files-1";
const PAGES = "marktplatz-pages-1";
const WAIT_MS = 4_000;
const KEPT = /^\/organise\/[^/]+\/(door|walk-in|broker|notary|agreements\/new)(\/[^?]*)?$/;
const NEVER = /\.pdf$/;

const isKept = (url) => url.origin === location.origin && KEPT.test(url.pathname) && !NEVER.test(url.pathname);
const isFile = (url) => url.origin === location.origin && url.pathname.startsWith("/static/own/");

self.addEventListener("install", () => self.skipWaiting());

self.addEventListener("activate", (event) => {
  const drop = async () => {
    for (const name of await caches.keys()) if (name !== FILES && name !== PAGES) await caches.delete(name);
    await self.clients.claim();
  };
  event.waitUntil(drop());
});

async function store(name, request, answer) {
  if (!answer.ok || answer.redirected || !answer.headers.has("Marktplatz-Instance")) return;
  const cache = await caches.open(name);
  await cache.put(request, answer);
}

async function fromNetwork(event, name) {
  const control = new AbortController();
  const timer = setTimeout(() => control.abort(), WAIT_MS);
  try {
    const answer = await fetch(event.request, { signal: control.signal });
    event.waitUntil(store(name, event.request, answer.clone()).catch(() => {}));
    return answer;
  } finally {
    clearTimeout(timer);
  }
}

async function answer(event, name) {
  const isForEver = name === FILES && new URL(event.request.url).searchParams.has("v");
  const known = isForEver ? await recall(event.request, name, true) : null;
  if (known) return known;
  try {
    const found = await fromNetwork(event, name);
    if (![502, 503, 504].includes(found.status)) return found;
    return (await recall(event.request, name)) ?? found;
  } catch (error) {
    const kept = await recall(event.request, name);
    if (kept) return kept;
    throw error;
  }
}

async function recall(request, name, isExact = false) {
  const cache = await caches.open(name);
  const found = await cache.match(request, { ignoreVary: true });
  return found || isExact ? found : cache.match(request, { ignoreVary: true, ignoreSearch: true });
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET") return;
  if (isFile(url)) event.respondWith(answer(event, FILES));
  else if (request.mode === "navigate" && isKept(url)) event.respondWith(answer(event, PAGES));
});

// What stood on the page before we were there, or while we came.
self.addEventListener("message", (event) => {
  const take = async () => {
    for (const address of event.data.keep ?? []) {
      const url = new URL(address, location.origin);
      const name = isFile(url) ? FILES : isKept(url) ? PAGES : null;
      if (!name) continue;
      if (await (await caches.open(name)).match(address, { ignoreVary: true })) continue;
      const found = await fetch(address, { headers: { Accept: "text/html,*/*" } }).catch(() => null);
      if (found) await store(name, address, found);
    }
  };
  event.waitUntil(take());
});
