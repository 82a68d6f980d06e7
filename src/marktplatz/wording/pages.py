"""Words of the pages: what the members of the vocabulary are called, and what is said after a deed."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from marktplatz.vocabulary import (
    AgreementStatus,
    Attendance,
    CategoryKind,
    CheckInStatus,
    ConsentPurpose,
    DataClass,
    EntrySide,
    History,
    ImpactField,
    MessageKind,
    MessageStatus,
    NoteKind,
    OrganisationKind,
    Phase,
    Reciprocity,
    Role,
    RunStatus,
    Standing,
    Trading,
    Visibility,
    WishLevel,
    WithinKind,
)
from marktplatz.wording import translate
from marktplatz.wording.done_brokers import BROKERS_DONE
from marktplatz.wording.done_doors import DONE_DOORS
from marktplatz.wording.done_mypage import OWN_PAGE_DONE
from marktplatz.wording.done_notary import NOTARY_DONE
from marktplatz.wording.done_outbox import OUTBOX_DONE
from marktplatz.wording.done_plan import PLAN_DONE
from marktplatz.wording.done_radar import RADAR_DONE
from marktplatz.wording.done_registrations import DONE_REGISTRATIONS
from marktplatz.wording.done_setup import DONE_SETUP
from marktplatz.wording.done_wall import WALL_DONE
from marktplatz.wording.done_workbench import WORKBENCH_DONE

WORDS: Final[tuple[tuple[StrEnum, str], ...]] = (
    (OrganisationKind.COMPANY, "Unternehmen"),
    (OrganisationKind.NONPROFIT, "gemeinnützige Organisation"),
    (CategoryKind.HANDS, "Helfende Hände"),
    (CategoryKind.KNOW_HOW, "Wissen und Können"),
    (CategoryKind.GOODS, "Sachen"),
    (CategoryKind.SPACE_LOGISTICS, "Räume und Fahrzeuge"),
    (CategoryKind.PROGRAMME, "Programm und Begegnung"),
    (CategoryKind.ACCESS, "Zugänge und Kontakte"),
    (CategoryKind.OPEN, "Querbeet"),
    (ImpactField.EDUCATION, "Bildung"),
    (ImpactField.INTEGRATION, "Integration und Zusammenhalt"),
    (ImpactField.NEIGHBOURHOOD, "Nachbarschaft und Quartier"),
    (ImpactField.CULTURE, "Kultur"),
    (ImpactField.OTHER, "Anderes"),
    (Reciprocity.NONE, "keine Gegenleistung"),
    (Reciprocity.WANTED, "Gegenleistung erwünscht"),
    (Reciprocity.REQUIRED, "Gegenleistung Pflicht"),
    (WithinKind.NONE, "nur Unternehmen mit Gemeinnützigen"),
    (WithinKind.NONPROFITS, "auch Gemeinnützige untereinander"),
    (WithinKind.ALL, "alle mit allen"),
    (History.IGNORE, "frühere Partner wie alle anderen"),
    (History.PREFER, "frühere Partner gern wieder"),
    (History.AVOID, "lieber neue Partner"),
    (WishLevel.MUST_MEET, "unbedingt treffen"),
    (WishLevel.LIKE, "gern treffen"),
    (WishLevel.NO_THANKS, "nein danke"),
    (EntrySide.OFFER, "Angebot"),
    (EntrySide.NEED, "Gesuch"),
    (Phase.DRAFT, "Entwurf"),
    (Phase.COLLECTING, "Sammeln"),
    (Phase.MATCHING, "Zuordnen"),
    (Phase.DAY, "Markttag"),
    (Phase.FOLLOW_UP, "Nachfassen"),
    (Phase.CLOSED, "abgeschlossen"),
    (Role.OWNER, "Leitung der Installation"),
    (Role.ORGANISER, "Veranstalter:in"),
    (Role.BROKER, "Makler:in"),
    (Role.NOTARY, "Notar:in"),
    (Role.HELPER, "Helfer:in"),
    (Role.MODERATOR, "Moderation"),
    (Role.PARTICIPANT, "Teilnehmende"),
    (Role.SCREEN, "Leinwand"),
    (Role.PUBLIC, "Öffentlichkeit"),
    (Standing.SUBMITTED, "wartet auf Freigabe"),
    (Standing.APPROVED, "freigegeben"),
    (Standing.RETURNED, "zurückgegeben"),
    (Standing.WAITING, "auf der Warteliste"),
    (Standing.WITHDRAWN, "zurückgezogen"),
    (Attendance.UNKNOWN, "noch offen"),
    (Attendance.COMING, "kommt"),
    (Attendance.CANCELLED, "kommt nicht"),
    (Visibility.ALL, "alle, auch ohne Anmeldung"),
    (Visibility.PARTICIPANTS, "nur wer teilnimmt"),
    (Visibility.NOBODY, "niemand vor dem Markttag"),
    (Trading.FREE, "freies Handeln"),
    (Trading.ROUNDS, "Gespräche in Runden"),
    (Trading.ROUNDS_THEN_FREE, "erst Runden, dann freies Handeln"),
    (ConsentPurpose.PUBLICATION, "Veröffentlichung"),
    (ConsentPurpose.PHOTOS, "Fotos"),
    (ConsentPurpose.NEXT_INVITATION, "Einladung im nächsten Jahr"),
    (MessageStatus.HELD, "liegt bereit"),
    (MessageStatus.RELEASED, "wird verschickt"),
    (MessageStatus.SENT, "verschickt"),
    (MessageStatus.FAILED, "nicht zugestellt"),
    (MessageStatus.DISCARDED, "verworfen"),
    (MessageKind.STAFF_LOGIN, "Anmeldung im Team"),
    (MessageKind.PARTICIPANT_ENTRY, "Zugang"),
    (MessageKind.ENTRY_RECEIVED, "Bestätigung der Anmeldung"),
    (MessageKind.INVITATION, "Einladung"),
    (MessageKind.ENTRY_RETURNED, "Bitte um Ergänzung"),
    (MessageKind.PLACE_FREE, "Platz von der Warteliste"),
    (MessageKind.CONFIRMATION_MISSING, "Erinnerung an die Bestätigung"),
    (MessageKind.REMINDER, "Erinnerung vor dem Markttag"),
    (MessageKind.PROPOSALS_PUBLISHED, "Vorschläge sind da"),
    (MessageKind.STAFF_INVITATION, "Einladung ins Team"),
    (MessageKind.THANKS, "Dank nach dem Markttag"),
    (RunStatus.QUEUED, "wartet"),
    (RunStatus.RUNNING, "rechnet"),
    (RunStatus.DONE, "fertig"),
    (RunStatus.REFUSED, "abgelehnt"),
    (RunStatus.FAILED, "abgebrochen"),
    (RunStatus.CANCELLED, "angehalten"),
    (CheckInStatus.PRESENT, "da"),
    (CheckInStatus.ABSENT, "fehlt"),
    (CheckInStatus.LEFT, "gegangen"),
    (AgreementStatus.DRAFTED, "entworfen"),
    (AgreementStatus.SUBMITTED, "beim Notariat"),
    (AgreementStatus.RETURNED, "zurückgegeben"),
    (AgreementStatus.CERTIFIED, "beglaubigt"),
    (AgreementStatus.VOID, "ungültig"),
    (NoteKind.NOTE, "Notiz"),
    (NoteKind.HELP, "Hilferuf"),
    (NoteKind.REFUSAL, "Absage"),
    (NoteKind.INTRODUCTION, "Zusammengebracht"),
    (DataClass.CONTACTS, "Personen und Kontaktdaten"),
    (DataClass.MESSAGES, "Mails"),
    (DataClass.RUN_INPUTS, "Eingaben der Rechenläufe"),
)

_WORD_OF: Final = {(type(member), member): said for member, said in WORDS}
"""Members of different vocabularies may be spelled alike, and then they are equal."""

DONE: Final[Mapping[str, str]] = {
    "signed_in": "Sie sind angemeldet.",
    "signed_out": "Sie sind abgemeldet.",
    "password_set": "Das Passwort ist gesetzt.",
    "saved": "Gespeichert.",
    "removed": "Gelöscht.",
    "sent_link": "Wenn wir diese Adresse kennen, ist jetzt eine Mail mit einem Link unterwegs.",
    "set_up": "Die Installation ist eingerichtet. Als Nächstes legen Sie einen Marktplatz an.",
}
"""What was just done, by the word that the address carries; nothing else from an address is shown."""


def word(member: StrEnum, language: str = "de") -> str:
    """What a member of the vocabulary is called; its code where it has no word."""
    said = _WORD_OF.get((type(member), member))
    return translate(said, language) if said is not None else member.value


def done_text(code: str, language: str = "de") -> str | None:
    said = ALL_DONE.get(code)
    return translate(said, language) if said is not None else None


ALL_DONE: Final[Mapping[str, str]] = {
    **DONE,
    **NOTARY_DONE,
    **OUTBOX_DONE,
    **PLAN_DONE,
    **OWN_PAGE_DONE,
    **DONE_SETUP,
    **DONE_REGISTRATIONS,
    **RADAR_DONE,
    **WORKBENCH_DONE,
    **DONE_DOORS,
    **WALL_DONE,
    **BROKERS_DONE,
}
