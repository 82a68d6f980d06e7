"""A whole market over HTTP: create, import, run, adjust, publish, export. Needs a running service and a token of its owner.

marktplatz serve &
MARKTPLATZ_TOKEN=$(marktplatz token add example --role owner) python examples/http_market.py
"""

import os
import sys
from pathlib import Path
from time import sleep
from uuid import uuid4

import httpx

SOURCE = Path(__file__).parent / "small.json"


def main() -> None:
    address = sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8000"
    headers = {"Authorization": f"Bearer {os.environ['MARKTPLATZ_TOKEN']}", "Accept-Language": "de"}
    with httpx.Client(base_url=f"{address}/api/v1", headers=headers, timeout=60) as client:
        market = create(client)
        import_file(client, market)
        first = solve(client, market)
        show(client, market, first)
        forbid_the_weakest(client, market, first)
        second = solve(client, market, previous=first)
        compare(client, market, first, second)
        publish(client, market, second)
        export(client, market)


def create(client: httpx.Client) -> str:
    """The key makes it safe to send the request again if its answer got lost."""
    answer = client.post("/markets", json={"name": "Beispielmarkt"}, headers={"Idempotency-Key": str(uuid4())})
    market: str = check(answer)["id"]
    check(client.post(f"/markets/{market}/phase", json={"phase": "collecting"}))
    print(f"market {market}")
    return market


def import_file(client: httpx.Client, market: str) -> None:
    """First what would happen, then the same for good."""
    body = {"content": SOURCE.read_bytes(), "headers": {"Content-Type": "application/json"}}
    for dry_run in ("true", "false"):
        told = check(client.post(f"/markets/{market}/imports", params={"name": SOURCE.name, "dry_run": dry_run}, **body))
        new = {name: changes["new"] for name, changes in told["lists"].items() if changes["new"]}
        print(f"import, dry run {dry_run}: new {new}")


def solve(client: httpx.Client, market: str, previous: str | None = None) -> str:
    """202 at once; then ask until it is done."""
    answer = client.post(f"/markets/{market}/runs", json={"previous": previous} if previous else {})
    run: str = check(answer)["id"]
    while (told := check(client.get(f"/markets/{market}/runs/{run}")))["status"] in ("queued", "running"):
        sleep(0.2)
    print(f"run {run}: {told['status']}")
    return run


def show(client: httpx.Client, market: str, run: str) -> None:
    for pairing in check(client.get(f"/markets/{market}/runs/{run}/pairings")):
        reason = max(pairing["reasons"], key=lambda reason: reason["points"])
        print(f"  {pairing['offer']} – {pairing['need']}: {pairing['points']}  {reason['text']}")


def forbid_the_weakest(client: httpx.Client, market: str, run: str) -> None:
    pairings = check(client.get(f"/markets/{market}/runs/{run}/pairings"))
    weakest = min(pairings, key=lambda pairing: pairing["points"])
    pair = {"offer": weakest["offer"], "need": weakest["need"]}
    check(client.put(f"/markets/{market}/pairs", json=pair | {"status": "forbidden"}))
    print(f"forbidden: {pair['offer']} – {pair['need']}")


def compare(client: httpx.Client, market: str, before: str, after: str) -> None:
    told = check(client.get(f"/markets/{market}/runs/{after}/comparison", params={"with": before}))
    print(f"compared: {sorted(told)}")


def publish(client: httpx.Client, market: str, run: str) -> None:
    check(client.post(f"/markets/{market}/runs/{run}/publish"))
    print(f"published: {run}")


def export(client: httpx.Client, market: str) -> None:
    for name in ("market.json", "market.xlsx", "market.csv", "archive.zip"):
        answer = client.get(f"/markets/{market}/exports/{name}")
        answer.raise_for_status()
        print(f"{name}: {len(answer.content) > 0}")


def check(answer: httpx.Response) -> dict | list:
    """The answer's JSON, or the problem in words."""
    if answer.is_error:
        raise SystemExit(f"{answer.status_code}: {answer.json().get('detail')}")
    return answer.json()


if __name__ == "__main__":
    main()
