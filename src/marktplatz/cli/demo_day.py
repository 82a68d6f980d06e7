"""`marktplatz demo --day`: a whole evening on the example market, played over the same HTTP that everybody else uses."""

import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final
from urllib.parse import quote

from marktplatz.vocabulary import Role

DOORS, TALKS, TRADING, AFTER = 0.22, 0.38, 0.36, 0.04
"""Shares of the evening's length: the door, the rounds, free trading, what comes after the gong."""
ROUNDS: Final = 3
NO_SHOWS: Final = 5
GOAL: Final = 45
LATE: Final = 1
RETURNED_EACH: Final = 12
"""One agreement in so many comes back from the notary once."""
WALK_INS: Final = (
    ("Fahrradwerkstatt Kettenreaktion", "company", "offers", "Zwei Leute reparieren einen Nachmittag lang Fahrräder", 2, 4),
    ("Nachbarschaftsküche Sille", "nonprofit", "needs", "Drei Leute helfen einen Abend beim Kochen für alle", 3, 4),
)
ROLES: Final = (Role.ORGANISER, Role.MODERATOR, Role.HELPER, Role.BROKER, Role.NOTARY)

Json = Any
Tell = Callable[[str, Mapping[str, object]], None]


class PlayFailed(RuntimeError):
    """The service answered something else than the play expects: a fault of ours."""


@dataclass(frozen=True)
class Player:
    """Somebody of the evening, who speaks to the service with a token of that role."""

    market_address: str
    token: str

    def get(self, path: str) -> Json:
        return self._send("GET", path)[0]

    def get_all(self, path: str) -> Iterator[Json]:
        """A list over all its pages."""
        next_path: str | None = path
        while next_path is not None:
            rows, link = self._send("GET", next_path)
            yield from rows
            next_path = link.partition(">")[0].lstrip("<").partition("?")[2] if 'rel="next"' in link else None
            next_path = f"{path.partition('?')[0]}?{next_path}" if next_path is not None else None

    def post(self, path: str, body: Json = None, version: int | None = None) -> Json:
        return self._send("POST", path, body, version)[0]

    def _send(self, method: str, path: str, body: Json = None, version: int | None = None) -> tuple[Json, str]:
        headers = {"Authorization": f"Bearer {self.token}", "Accept-Language": "de"}
        if body is not None:
            headers["Content-Type"] = "application/json"
        if version is not None:
            headers["If-Match"] = f'"{version}"'
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.market_address + path, data, headers, method=method)  # noqa: S310 an address of ours
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310
                return json.load(answer), answer.headers.get("Link", "")
        except urllib.error.HTTPError as error:
            raise PlayFailed(f"{method} {path}: {error.code} {error.read().decode(errors='replace')[:400]}") from None


class Evening:
    """The play. Each act takes its share of `seconds`; with 0 it is played without waiting."""

    def __init__(self, market_address: str, tokens: Mapping[Role, str], seconds: float, tell: Tell) -> None:
        self._organiser, self._moderator, self._helper, self._broker, self._notary = (
            Player(market_address, tokens[role]) for role in ROLES
        )
        self._seconds, self._tell = seconds, tell
        self._proposals: list[tuple[str, str]] = []
        self._certified = 0
        self._drafted = 0

    def play(self) -> None:
        self.prepare()
        self.let_in()
        self.talk()
        self.trade()
        self.close()

    def prepare(self) -> None:
        """Two days before: match, publish, plan the rounds."""
        self._organiser.post("/phase", {"phase": "matching"})
        run = self._organiser.post("/runs", {})["id"]
        while (told := self._organiser.get(f"/runs/{run}"))["status"] in ("queued", "running"):
            time.sleep(0.1)
        if told["status"] != "done":
            raise PlayFailed(f"run {told['status']}")
        self._organiser.post(f"/runs/{run}/publish")
        self._organiser.post("/timetable", {"run": run, "rounds": ROUNDS, "tables": 40})
        self._organiser.post("/timetable/publish")
        pairings = sorted(self._organiser.get_all(f"/runs/{run}/pairings"), key=lambda pairing: -pairing["points"])
        self._proposals = [(pairing["offer"], pairing["need"]) for pairing in pairings]
        self._organiser.post("/phase", {"phase": "day"})
        self._tell("ready", {"proposals": len(pairings)})

    def let_in(self) -> None:
        """Nearly everybody comes; some do not, two whom nobody expected do."""
        guests = [guest["id"] for guest in self._helper.get_all("/organisations?limit=100")]
        absent = set(guests[7 :: len(guests) // NO_SHOWS][:NO_SHOWS])
        present = [guest for guest in guests if guest not in absent]
        for number, guest in enumerate(self._spread(present, DOORS)):
            self._helper.post("/checkins", {"organisation": guest, "status": "present", "people": 1 + number % 3})
        for guest in sorted(absent):
            self._helper.post("/checkins", {"organisation": guest, "status": "absent"})
        for number, (name, kind, side, title, people, hours) in enumerate(WALK_INS):
            guest = f"walk-in-{number}"
            self._organiser.post("/organisations", {"id": guest, "kind": kind, "name": name})
            entry = {"id": f"{guest}-1", "organisation": guest, "title": title, "people": people, "hours": hours}
            self._organiser.post(f"/{side}", entry)
            self._helper.post("/checkins", {"organisation": guest, "status": "present", "people": 1})
        self._tell("came", {"came": len(present) + len(WALK_INS), "missing": len(absent)})

    def talk(self) -> None:
        """The gong, and timed rounds; the first agreements are ready before the first round is over."""
        self._turn("open")
        for number in range(1, ROUNDS + 1):
            self._turn("start-round")
            self._tell("round", {"round": number})
            for offer, need in self._spread(self._take(5 + 2 * number), TALKS / ROUNDS):
                self._agree({"offer": offer, "need": need})
            self._turn("end-round")

    def trade(self) -> None:
        """Free trading: what is left of the proposals, and what nobody had proposed."""
        self._turn("free")
        self._tell("free", {"certified": self._certified})
        guests = [guest["id"] for guest in islice(self._helper.get_all("/organisations?limit=100"), 60)]
        ideas: list[Json] = [{"offer": offer, "need": need} for offer, need in self._take(GOAL)]
        ideas[3:3] = [self._own_idea(guests[1], guests[50], guests[55])]
        ideas[9:9] = [self._own_idea(guests[51], guests[52])]
        for idea in self._spread(ideas, TRADING):
            self._agree(idea)

    def close(self) -> None:
        """The closing gong, the total, and one more that was written down just before."""
        self._turn("close")
        total = self._organiser.get("/board")
        self._tell("total", {"agreements": total["agreements"], "organisations": total["organisations"]})
        for offer, need in self._spread(self._take(LATE), AFTER):
            self._agree({"offer": offer, "need": need})

    def _own_idea(self, giver: str, *takers: str) -> Json:
        """Between two or three who found each other; of no entry at all."""
        services = [{"giver": giver, "taker": taker, "text": "Eine Führung mit Kaffee und Kuchen", "hours": 3} for taker in takers]
        back = [{"side": "return", "giver": takers[0], "taker": giver, "text": "Ein Ständchen des Chors zum Jubiläum", "hours": 1}]
        return {"parties": [giver, *takers], "services": services + back}

    def _agree(self, content: Json) -> None:
        """Drafted by a broker, read by a notary. What a rule forbids by now (somebody left, an offer is used up) is let go."""
        try:
            agreement = self._broker.post("/agreements", content)
            address = f"/agreements/{quote(agreement['id'], safe='')}"
            self._broker.post(f"{address}/submit")
            self._drafted += 1
            if self._drafted % RETURNED_EACH == 0:
                self._notary.post(f"{address}/return", {"reason": "Wer ruft wen bis wann an? Bitte ergänzen."})
                self._broker.post(f"{address}/submit")
            self._notary.post(f"{address}/certify")
        except PlayFailed as failed:
            if ": 409 " not in str(failed) and ": 422 " not in str(failed):
                raise
            return
        self._certified += 1
        if self._certified % 10 == 0:
            self._tell("certified", {"certified": self._certified})

    def _turn(self, deed: str) -> None:
        self._moderator.post(f"/evening/{deed}", version=self._moderator.get("/evening")["version"])

    def _take(self, count: int) -> list[tuple[str, str]]:
        taken, self._proposals = self._proposals[:count], self._proposals[count:]
        return taken

    def _spread(self, steps: Sequence[Any], share: float) -> Iterator[Any]:
        """One after the other, evenly over the act's time, whatever the steps themselves take."""
        began, length = time.monotonic(), self._seconds * share
        for number, each in enumerate(steps):
            time.sleep(max(0.0, began + length * number / max(len(steps), 1) - time.monotonic()))
            yield each
        time.sleep(max(0.0, began + length - time.monotonic()))
