// What waits, on this device: in IndexedDB, or in the open page alone where a browser keeps nothing. A deed is written down before it
// is sent, under its once-key; the order is that of its number. No token of a login is kept.

const NAME = "marktplatz-waiting";
const DEEDS = "deeds";

let opened = null;
let memory = null;
let last = 0;

export const isLasting = () => memory === null;

function open() {
  opened ??= new Promise((resolve, reject) => {
    const asked = indexedDB.open(NAME, 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore(DEEDS, { keyPath: "id", autoIncrement: true });
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  });
  return opened;
}

// Resolves when it is on the disk, and not when it was only asked for.
async function run(mode, ask) {
  const database = await open();
  return new Promise((resolve, reject) => {
    const work = database.transaction(DEEDS, mode, { durability: "strict" });
    const asked = ask(work.objectStore(DEEDS));
    work.oncomplete = () => resolve(asked.result);
    work.onerror = work.onabort = () => reject(work.error);
  });
}

async function orInMemory(lasting, passing) {
  if (memory === null) {
    try {
      return await lasting();
    } catch {
      memory = new Map();
    }
  }
  return passing(memory);
}

// Gives it its number where it has none.
export async function keep(deed) {
  const id = await orInMemory(() => run("readwrite", (deeds) => deeds.put(deed)), (kept) => {
    const own = deed.id ?? (last += 1);
    kept.set(own, { ...deed, id: own });
    return own;
  });
  deed.id = id;
  return deed;
}

export const drop = (id) => orInMemory(() => run("readwrite", (deeds) => deeds.delete(id)), (kept) => kept.delete(id));

export const findAll = () => orInMemory(() => run("readonly", (deeds) => deeds.getAll()), (kept) => [...kept.values()]);
