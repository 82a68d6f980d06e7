// Clocks: [data-clock] shows what is left by the server's time, [data-when="running over"] is there only at such moments (as
// `ClockState.moment` has them), [data-overdue] only while something should have begun. What happens is told by a "moment" event.

const AHEAD_MS = 6 * 3_600_000;

let clock = null;
let offset = null;
let moment = null;
let round = null;
let late = false;

export const setOffset = (value) => {
  offset = value;
  paint();
};

export const setClock = (value) => {
  clock = value;
  if (offset === null) offset = Date.parse(value.time) - performance.now();
  paint();
};

const read = (instant) => (instant === null ? null : Date.parse(instant));

function momentAt(time) {
  if (clock.stage === "closed") return "closed";
  if (clock.stage === "before") return clock.opened_at === null ? "before" : "waiting";
  if (clock.paused_at !== null) return "paused";
  return clock.ends_at === null || time < read(clock.ends_at) ? "running" : "over";
}

// Milliseconds to count down; null where the time of day is shown instead.
function leftAt(time) {
  if (moment === "running") return clock.ends_at === null ? null : read(clock.ends_at) - time;
  if (moment === "paused") return clock.left_s === null ? null : clock.left_s * 1000;
  const due = read(clock.due_at);
  if (moment === "closed" || due === null || due - time > AHEAD_MS) return null;
  if (moment === "before" && due <= time) return null;
  return Math.max(0, due - time);
}

function write(left, zone, time) {
  if (left === null) {
    return new Intl.DateTimeFormat("de-DE", { hour: "2-digit", minute: "2-digit", timeZone: zone }).format(time);
  }
  const seconds = Math.ceil(left / 1000);
  const pad = (value) => String(value).padStart(2, "0");
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor(seconds / 60) % 60;
  return hours ? `${hours}:${pad(minutes)}:${pad(seconds % 60)}` : `${minutes}:${pad(seconds % 60)}`;
}

function tell(name) {
  document.dispatchEvent(new CustomEvent("moment", { detail: name }));
}

function notice(next, isLate) {
  const before = moment;
  const hasBegun = next === "running" && (before !== "running" || clock.round !== round) && before !== "paused";
  if (before !== null && before !== next && next === "closed") tell("closed");
  else if (before === "running" && next === "over") tell("over");
  else if (before !== null && hasBegun) tell("begun");
  if (isLate && !late) tell("late");
  moment = next;
  round = clock.round;
  late = isLate;
}

export function paint(root = document) {
  if (clock === null || offset === null) return;
  const time = performance.now() + offset;
  const due = read(clock.due_at);
  notice(momentAt(time), clock.opened_at !== null && due !== null && due <= time && moment !== "running");
  const left = leftAt(time);
  for (const each of root.querySelectorAll("[data-clock]")) {
    const words = write(left, each.dataset.zone ?? "Europe/Berlin", time);
    if (each.textContent !== words) each.textContent = words;
    each.classList.toggle("is-short", moment === "running" && left !== null && left <= 30_000);
  }
  for (const each of root.querySelectorAll("[data-when]")) each.hidden = !each.dataset.when.split(" ").includes(moment);
  for (const each of root.querySelectorAll("[data-overdue]")) each.hidden = !late;
}

export function begin(root) {
  if (root.querySelector("[data-clock]") === null) return;
  setInterval(paint, 200);
  root.addEventListener("swapped", () => paint());
}
