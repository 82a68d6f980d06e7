// Brings the service worker up where browsers allow one, at the posts of the market day, and lets it forget when somebody signs out.

async function start() {
  await navigator.serviceWorker.register("/sw.js");
  const { active } = await navigator.serviceWorker.ready;
  if (document.readyState !== "complete") await new Promise((resolve) => addEventListener("load", resolve, { once: true }));
  const files = performance.getEntriesByType("resource").map((each) => each.name).filter((each) => each.includes("/static/own/"));
  active.postMessage({ keep: [...files, location.href] });
}

async function forget() {
  for (const name of await caches.keys()) await caches.delete(name);
}

export function begin(root) {
  if (!window.isSecureContext || !("serviceWorker" in navigator)) return;
  if (document.getElementById("waiting")) start().catch(() => {});
  root.addEventListener("submit", (event) => {
    if (event.target.getAttribute("action") === "/sign-out") forget().catch(() => {});
  });
}
