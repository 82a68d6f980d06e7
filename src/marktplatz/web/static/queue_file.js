// What waits as a file, for the day on which the address changes: saved here, read in there. Keys stay, so nothing is done twice.

const KIND = "marktplatz-waiting";
const TEXTS = ["once", "who", "address", "page", "body", "what"];

export function saveFile(deeds) {
  const kept = deeds.map(({ id, instance, ...deed }) => ({ ...deed, place: id }));
  const file = new Blob([JSON.stringify({ kind: KIND, saved_at: new Date().toISOString(), deeds: kept }, null, 1)], { type: "application/json" });
  const link = document.createElement("a");
  link.href = URL.createObjectURL(file);
  link.download = `wartet-${new Date().toISOString().slice(0, 16).replace(/[-:]/g, "")}.json`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

// Only what is complete, and only what is done at these posts: a file from who knows where must not do anything else in one's name.
const POSTS = /^\/organise\/[^/?#]+\/(door|walk-in|broker|notary|agreements)(\/[^?#]*)?$/;
const isPlain = (address) => new URL(address, location.href).pathname === address; // no way around by dots
const isDeed = (deed) => TEXTS.every((name) => typeof deed?.[name] === "string") && POSTS.test(deed.address) && isPlain(deed.address) && /^\/(?!\/)/.test(deed.page);

export async function readFile(field, known, keep) {
  const file = field.files[0];
  field.value = "";
  const keys = new Set(known.map((deed) => deed.once));
  let count = 0;
  try {
    const told = JSON.parse(await file.text());
    const deeds = told.kind === KIND ? told.deeds.filter((deed) => isDeed(deed) && !keys.has(deed.once)) : [];
    for (const { place, ...deed } of deeds.sort((a, b) => a.place - b.place)) {
      const isConflict = deed.state === "conflict";
      await keep({ ...deed, at: Number(deed.at) || Date.now(), waited: true, state: isConflict ? "conflict" : "waiting" });
      count += 1;
    }
  } catch {
    return count;
  }
  return count;
}
