"""A participant's own data: corrected at once, a new mail only after its code; consents one by one; out, and gone for good."""

import json

import pytest
from sqlalchemy import select

from marktplatz.db.models import Consent, Login, OrganisationRecord, OutboxMessage, Person, Run
from marktplatz.usecases.delivery import SmtpServer, begin_attempt
from marktplatz.vocabulary import AgreementStatus, ConsentPurpose, Standing
from marktplatz.wording.consent_texts import consent_text, consent_version
from mypage_world import HTML, Town, hidden_fields, make_town, send
from service_fixtures import World

ME = "/m/m1/me"


@pytest.fixture
def town(world: World) -> Town:
    return make_town(world)


def read_code(town: Town) -> str:
    """As it stands in the mail that leaves."""
    with town.world.database.write("m1") as session:
        message = session.scalars(select(OutboxMessage).order_by(OutboxMessage.created_at.desc()).limit(1)).one()
        letter = begin_attempt(session, town.world.clock.now, message.id, SmtpServer("x", 25, "a@b.example"), "http://testserver")
        assert letter is not None
        return str(letter.mail.get_content()).split("\n\n")[2].strip()


def test_name_and_phone_are_changed_at_once(town: Town) -> None:
    send(town.world.as_person("m1", "kim"), f"{ME}/data", name="Kim Neu", phone="")
    person = town.get(Person, ("m1", "kim"))
    assert (person.name, person.phone, person.email) == ("Kim Neu", None, "kim@example.org")


def test_a_new_mail_waits_for_its_code(town: Town) -> None:
    browser, other_device = town.world.as_person("m1", "kim"), town.world.as_person("m1", "kim")
    answer = send(browser, f"{ME}/data", f"{ME}/data/mail", email="neu@example.org")
    assert answer.status_code == 303, answer.text[:2000]
    assert town.get(Person, ("m1", "kim")).email == "kim@example.org"
    code = read_code(town)
    assert code not in browser.get(f"{ME}/stored.json").text
    refused = send(browser, f"{ME}/data", f"{ME}/data/mail-code", code="abcdefgh")
    assert refused.status_code == 422
    assert town.get(Person, ("m1", "kim")).email == "kim@example.org"
    assert send(browser, f"{ME}/data", f"{ME}/data/mail-code", code=f" {code.upper()} ").status_code == 303
    assert town.get(Person, ("m1", "kim")).email == "neu@example.org"
    assert browser.get(ME, headers=HTML).status_code == 200
    assert other_device.get(ME, headers=HTML).status_code == 401


def test_the_code_is_of_one_person_and_of_one_day(town: Town) -> None:
    browser = town.world.as_person("m1", "kim")
    send(browser, f"{ME}/data", f"{ME}/data/mail", email="neu@example.org")
    code = read_code(town)
    lou = town.world.as_person("m1", "lou")
    own = hidden_fields(lou.get(f"{ME}/data", headers=HTML).text, f"{ME}/data")
    assert lou.post(f"{ME}/data/mail-code", data=own | {"code": code}, headers=HTML).status_code == 422
    town.world.clock.move(hours=25)
    browser = town.world.as_person("m1", "kim")
    sent = hidden_fields(browser.get(f"{ME}/data", headers=HTML).text, f"{ME}/data") | {"code": code}
    assert browser.post(f"{ME}/data/mail-code", data=sent, headers=HTML).status_code == 422
    assert town.get(Person, ("m1", "kim")).email == "kim@example.org"


@pytest.mark.parametrize("mail", ["", "kein mail", "a@b, c@d", "KIM@example.org"])
def test_a_mail_that_cannot_be_is_refused_and_kept(town: Town, mail: str) -> None:
    answer = send(town.world.as_person("m1", "kim"), f"{ME}/data", f"{ME}/data/mail", email=mail)
    assert answer.status_code == 422
    assert f'value="{mail}"' in answer.text
    with town.world.database.read() as session:
        assert session.scalars(select(OutboxMessage)).all() == []


def test_nobody_gets_codes_without_end(town: Town) -> None:
    browser = town.world.as_person("m1", "kim")
    answers = [send(browser, f"{ME}/data", f"{ME}/data/mail", email="neu@example.org").status_code for _ in range(4)]
    assert answers == [303, 303, 303, 429]


def test_consents_are_given_and_taken_back_one_by_one_in_the_words_shown(town: Town) -> None:
    browser, version = town.world.as_person("m1", "kim"), consent_version(ConsentPurpose.PHOTOS)
    page = browser.get(f"{ME}/data", headers=HTML).text
    assert consent_text(ConsentPurpose.PHOTOS) in page
    assert 'class="tag good"' not in page
    own = hidden_fields(page, f"{ME}/data")
    put = {"purpose": "photos", "text_version": version}
    for once in ("1", "2"):
        browser.post(f"{ME}/data/consents", data=own | put | {"deed": "give", "once": once}, headers=HTML)
    with town.world.database.read() as session:
        found = session.scalars(select(Consent)).all()
        assert [(each.purpose, each.text_version, each.withdrawn_at) for each in found] == [("photos", version, None)]
    other = put | {"text_version": "never shown", "deed": "give", "once": "4", "purpose": "publication"}
    assert browser.post(f"{ME}/data/consents", data=own | other, headers=HTML).status_code == 404
    browser.post(f"{ME}/data/consents", data=own | put | {"deed": "withdraw", "once": "3"}, headers=HTML)
    with town.world.database.read() as session:
        assert session.scalars(select(Consent)).one().withdrawn_at is not None


def test_what_is_stored_is_a_file_too(town: Town) -> None:
    answer = town.world.as_person("m1", "kim").get(f"{ME}/stored.json", headers=HTML)
    assert answer.headers["Content-Disposition"] == 'attachment; filename="meine-daten.json"'
    assert json.loads(answer.text)["person"]["email"] == "kim@example.org"


def test_all_devices_are_out_and_a_new_link_is_offered(town: Town) -> None:
    browser, other = town.world.as_person("m1", "kim"), town.world.as_person("m1", "kim")
    answer = send(browser, f"{ME}/data", f"{ME}/data/revoke")
    assert answer.headers["Location"] == "/sign-in?done=own_links_revoked"
    for each in (browser, other):
        assert each.get(ME, headers=HTML).status_code == 401
    with town.world.database.read() as session:
        assert all(login.revoked_at is not None for login in session.scalars(select(Login)))


def test_who_is_counted_on_by_nobody_goes_at_once(town: Town) -> None:
    browser = town.world.as_person("m1", "kim")
    unsure = send(browser, f"{ME}/erase")
    assert unsure.status_code == 422
    assert "Häkchen" in unsure.text
    answer = send(browser, f"{ME}/erase", sure="on")
    assert answer.headers["Location"] == "/m/m1?done=erased"
    assert town.get(Person, ("m1", "kim")) is None
    assert town.get(OrganisationRecord, ("m1", "club")).standing is Standing.WITHDRAWN
    assert browser.get(ME, headers=HTML).status_code == 401


def test_an_organisation_with_others_stays(town: Town) -> None:
    town.add_person("mia", "club")
    send(town.world.as_person("m1", "kim"), f"{ME}/erase", sure="on")
    assert town.get(OrganisationRecord, ("m1", "club")).standing is Standing.APPROVED
    assert town.get(Person, ("m1", "mia")) is not None


@pytest.mark.parametrize("by", ["proposal", "draft"])
def test_who_is_counted_on_is_erased_by_the_organiser(town: Town, by: str) -> None:
    browser = town.world.as_person("m1", "kim")
    page = browser.get(f"{ME}/erase", headers=HTML).text
    if by == "proposal":
        town.publish()
    else:
        town.agree(status=AgreementStatus.DRAFTED, number=None)
    town.profile(organiser_email="buero@example.org")
    sent = hidden_fields(page, f"{ME}/erase") | {"sure": "on"}
    answer = browser.post(f"{ME}/erase", data=sent, headers=HTML)
    assert answer.status_code == 409
    assert "mailto:buero@example.org?subject=Bitte%20l" in answer.text
    assert town.get(Person, ("m1", "kim")) is not None


def test_an_unpublished_run_counts_for_nothing(town: Town) -> None:
    town.publish()
    town.put(Run, ("m1", "r1"), published_at=None)
    assert "Daten jetzt löschen" in town.world.as_person("m1", "kim").get(f"{ME}/erase", headers=HTML).text
