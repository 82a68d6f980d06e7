// What is heard and seen when something begins or is over: a gong where data-gong says so, made of sines, after somebody touched the
// page once (browsers allow no sound before); everywhere a flash of the clock, which is a still frame where motion is not wanted.

const PARTIALS = [
  [1, 1, 3.2],
  [2.01, 0.5, 2.2],
  [2.76, 0.35, 1.6],
  [5.4, 0.15, 0.9],
];
const LATE_EVERY_MS = 15_000;
const STRIKES = { begun: [220], over: [196, 147], closed: [220, 196, 147], late: [440, 440] };

let sound = null;
let warning = null;

function strike(pitch, delay, long) {
  const at = sound.currentTime + delay;
  for (const [times, loudness, lasts] of PARTIALS) {
    const tone = sound.createOscillator();
    const gain = sound.createGain();
    tone.frequency.value = pitch * times;
    gain.gain.setValueAtTime(0.0001, at);
    gain.gain.exponentialRampToValueAtTime(0.25 * loudness, at + 0.02);
    gain.gain.exponentialRampToValueAtTime(0.0001, at + (long ? lasts : 0.25));
    tone.connect(gain).connect(sound.destination);
    tone.start(at);
    tone.stop(at + (long ? lasts : 0.3));
  }
}

function play(name) {
  document.documentElement.dataset.gong = name; // what was struck last, also where it is not heard
  if (sound?.state !== "running") return;
  STRIKES[name].forEach((pitch, place) => strike(pitch, place * (name === "late" ? 0.35 : 1.1), name !== "late"));
}

function flash(name) {
  for (const box of document.querySelectorAll("[data-clock-box]")) {
    box.classList.add(name === "late" ? "flash-late" : "flash");
    setTimeout(() => box.classList.remove("flash", "flash-late"), 4000);
  }
}

function warn() {
  const isLate = [...document.querySelectorAll("[data-overdue]")].some((each) => !each.hidden);
  if (!isLate) {
    clearInterval(warning);
    warning = null;
    return;
  }
  flash("late");
  play("late");
}

function unlock() {
  sound ??= new AudioContext();
  const tell = () => {
    for (const button of document.querySelectorAll("[data-sound]")) button.hidden = sound.state === "running";
  };
  sound.resume().then(tell, tell);
}

export function begin(place) {
  const isHeard = place.hasAttribute("data-gong") && typeof AudioContext !== "undefined";
  if (isHeard) {
    for (const button of document.querySelectorAll("[data-sound]")) button.hidden = false;
    for (const touch of ["pointerdown", "keydown"]) document.addEventListener(touch, unlock);
  }
  document.addEventListener("moment", (event) => {
    flash(event.detail);
    if (!isHeard) return;
    play(event.detail);
    if (event.detail === "late" && warning === null) warning = setInterval(warn, LATE_EVERY_MS);
  });
}
