// A secret behind the # never reaches a server by itself: it is put into the field that waits for it, and out of the address.

export function begin(root) {
  const field = root.querySelector("[data-from-hash]");
  const secret = decodeURIComponent(location.hash.slice(1));
  if (!field || !secret) return;
  field.value = secret;
  history.replaceState(null, "", location.pathname + location.search);
  const around = field.closest("[data-hide-if-filled]");
  if (around) around.hidden = true;
}
