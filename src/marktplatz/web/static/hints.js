// Forms with data-hints="address" ask the server while somebody types what could make the entry easier to place. The hints stand in
// the element with data-hints-here, politely: they never take the focus and never forbid anything. In a form with several parts,
// each with data-hints-block="name", they are about the part in which somebody types, and stand in it.

const PAUSE_MS = 700;

function follow(form) {
  let waiting = 0;
  let asking = null;
  const ask = async (block, place) => {
    asking?.abort();
    asking = new AbortController();
    try {
      const body = new URLSearchParams(new FormData(form));
      if (block) body.set("block", block);
      const answer = await fetch(form.dataset.hints, { method: "POST", body, headers: { Accept: "text/html" }, signal: asking.signal });
      if (!answer.ok) return;
      const said = await answer.text();
      if (place.innerHTML.trim() !== said.trim()) place.innerHTML = said;
    } catch {
      // Without a connection there are no hints; the form is checked when it is sent.
    }
  };
  form.addEventListener("input", (event) => {
    const part = event.target.closest("[data-hints-block]");
    const place = (part ?? form).querySelector("[data-hints-here]");
    if (!place || (!part && form.querySelector("[data-hints-block]"))) return;
    clearTimeout(waiting);
    waiting = setTimeout(() => ask(part?.dataset.hintsBlock, place), PAUSE_MS);
  });
}

export function begin(root) {
  for (const form of root.querySelectorAll("form[data-hints]")) follow(form);
}
