// A form with data-typing is sent while somebody types in it, a moment after the last letter; what comes is shown by swap.js.
// Without us there is the button.

// Without a connection: of the rows that are there, those that fit.
export function filterHere(form) {
  if (!form.matches("form[data-typing]")) return;
  const fold = (text) => text.toLocaleLowerCase("de").normalize("NFKD").replace(/\p{M}/gu, "").replaceAll("ß", "ss");
  const wanted = fold(form.querySelector("input[type='search']").value.trim());
  for (const row of document.querySelectorAll(".guests > li")) row.hidden = !fold(row.textContent).includes(wanted);
}

const PAUSE_MS = 180;
const timers = new WeakMap();

function sendSoon(form) {
  clearTimeout(timers.get(form));
  timers.set(form, setTimeout(() => {
    if (!form.isConnected) return;
    if (form.getAttribute("aria-busy") === "true") sendSoon(form);
    else form.requestSubmit();
  }, PAUSE_MS));
}

export function begin(root) {
  root.addEventListener("input", (event) => {
    const form = event.target.closest("form[data-typing]");
    if (form) sendSoon(form);
  });
  // Before swap.js: while an answer is on its way it takes no other, and the last letters would be lost.
  root.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.matches("form[data-typing]")) return;
    clearTimeout(timers.get(form));
    if (form.getAttribute("aria-busy") !== "true") return;
    event.preventDefault();
    sendSoon(form);
  }, { capture: true });
}
