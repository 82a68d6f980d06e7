// The wall: what is new is marked for a while, and one button fills the screen and lets the gong be heard.

const NEW_MS = 6_000;

function mark(before, after) {
  const count = after.querySelector("[data-count]");
  const old = before.querySelector("[data-count]");
  if (!count || !old || count.dataset.count === old.dataset.count) return;
  const known = new Set([...before.querySelectorAll("[data-number]")].map((each) => each.dataset.number));
  const fresh = [count, ...[...after.querySelectorAll("[data-number]")].filter((each) => !known.has(each.dataset.number))];
  for (const each of fresh) each.classList.add("is-new");
  setTimeout(() => fresh.forEach((each) => each.classList.remove("is-new")), NEW_MS);
}

document.addEventListener("swapped", (event) => {
  if (event.target.id === "wall-board" && event.detail instanceof Element) mark(event.detail, event.target);
});

document.querySelector("[data-sound]")?.addEventListener("click", () => document.documentElement.requestFullscreen?.().catch(() => {}));
