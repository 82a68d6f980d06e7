// The bar above a page that says what waits, and how each ended. It is drawn anew from what is kept; words stand in the page.

export const bar = () => document.getElementById("waiting");
export const words = () => JSON.parse(bar()?.dataset.words ?? "{}");
export const fill = (text, values) => Object.entries(values).reduce((said, [name, value]) => said.replace(`{${name}}`, () => value), text);

export const SHOWN_MS = 60_000;

const part = (name) => bar().querySelector(`[data-waiting-${name}]`);

function make(name, className, text) {
  const element = document.createElement(name);
  if (className) element.className = className;
  element.textContent = text;
  return element;
}

function stateOf(deed, who) {
  const said = words();
  if (deed.state === "conflict") return [said.conflict, "bad"];
  if (deed.state === "done") return [deed.number ? fill(said.numbered, { number: deed.number }) : said.done, "good"];
  if (deed.who !== who) return [said.other, "care"];
  if (deed.number) return [fill(said.promised, { number: deed.number }), "care"];
  return [deed.state === "sending" ? said.sending : said.waiting, "care"];
}

function button(text, kind, deed, act) {
  const made = make("button", kind, text);
  made.type = "button";
  made.append(make("span", "unseen", ` ${deed.what}`));
  made.addEventListener("click", () => act(deed));
  return made;
}

function row(deed, who, acts) {
  const item = document.createElement("li");
  const time = new Date(deed.at).toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" });
  const [state, colour] = stateOf(deed, who);
  item.append(make("span", `tag ${colour}`, state), ` ${time} `, make("b", "", deed.what));
  if (deed.why) item.append(make("p", "", deed.why));
  if (deed.state === "conflict") {
    const deeds = make("div", "deeds", "");
    deeds.append(button(words().mend, "small-button", deed, acts.mend), button(words().drop, "second small-button", deed, acts.drop));
    item.append(deeds);
  }
  return item;
}

function count(name, number, one, many) {
  part(name).textContent = number === 1 ? one : fill(many, { count: number });
  part(name).hidden = number === 0;
}

export function draw(deeds, { needsLogin, isLasting, hasFailed, told }, acts) {
  if (!bar()) return;
  const said = words();
  const waiting = deeds.filter((deed) => deed.state === "waiting");
  const conflicts = deeds.filter((deed) => deed.state === "conflict");
  const shown = deeds.filter((deed) => deed.state !== "sending" && (deed.state !== "done" || (deed.waited && Date.now() - deed.sent_at < SHOWN_MS)));
  count("count", waiting.length, said.one, said.many);
  count("conflicts", conflicts.length, said.one_conflict, said.many_conflicts);
  const mustStay = waiting.length && !isLasting ? ` ${said.only_here}` : "";
  const why = needsLogin ? said.login : hasFailed && waiting.length ? told || said.offline : waiting.length || conflicts.length ? "" : shown.length ? said.all_sent : said.none;
  part("why").textContent = why + mustStay;
  part("login").hidden = !needsLogin;
  part("send").hidden = part("save").hidden = waiting.length + conflicts.length === 0;
  part("list").replaceChildren(...shown.map((deed) => row(deed, bar().dataset.who, acts)));
  bar().hidden = shown.length === 0 && bar().dataset.asked === undefined;
}

export function listen({ sendNow, save, read, open }) {
  if (!bar()) return;
  part("send").addEventListener("click", sendNow);
  part("save").addEventListener("click", save);
  part("read").addEventListener("change", (event) => read(event.target));
  document.addEventListener("click", (event) => event.target.closest("[data-waiting-open]") && open());
}
