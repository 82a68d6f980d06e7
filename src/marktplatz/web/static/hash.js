// A secret behind the # never reaches a server by itself: it is put into the field that waits for it, and out of the address.

function fill(root) {
  const field = root.querySelector("[data-from-hash]");
  const secret = decodeURIComponent(location.hash.slice(1));
  if (!field || !secret) return;
  field.value = secret;
  history.replaceState(null, "", location.pathname + location.search);
  const around = field.closest("[data-hide-if-filled]");
  if (around) around.hidden = true;
}

export function begin(root) {
  fill(root);
  // A link that is opened where this page already stands changes nothing but the hash.
  addEventListener("hashchange", () => fill(root));
}
