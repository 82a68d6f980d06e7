"""Many phones at once: their pages wait for each other, and nobody who works waits for them."""

from concurrent.futures import ThreadPoolExecutor

from day_world import make_day, submit
from marktplatz.vocabulary import Role
from marktplatz.web.service import OWN_PAGES_AT_ONCE
from service_fixtures import World

HTML = {"Accept": "text/html"}
PHONES = 60
"""More than there are threads."""


def test_an_agreement_is_certified_while_the_phones_of_a_hall_wait_for_their_pages(world: World) -> None:
    day = make_day(world)
    phones = [day.person(f"kim{number}", "club") for number in range(PHONES)]
    agreement, notary = submit(world.as_token(Role.BROKER)), world.as_token(Role.NOTARY)
    places, portal = world.app.state.service.own_pages, world.running.portal
    assert portal is not None
    for _ in range(OWN_PAGES_AT_ONCE):
        portal.call(places.acquire)
    with ThreadPoolExecutor(PHONES) as hall:
        pages = [hall.submit(phone.get, "/m/m1/me", headers=HTML) for phone in phones]
        stamped = notary.post(f"/api/v1/markets/m1/agreements/{agreement}/certify")
        on_their_way = [page for page in pages if not page.done()]
        for _ in range(OWN_PAGES_AT_ONCE):
            portal.call(places.release)
        shown = [page.result() for page in pages]
    assert stamped.status_code == 200, stamped.text
    assert len(on_their_way) == PHONES
    assert {page.status_code for page in shown} == {200}
