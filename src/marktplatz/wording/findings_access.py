"""Sentences for who comes in: logins, links, tokens, accounts, persons and their consents, messages."""

from collections.abc import Mapping
from typing import Final

ACCESS_SENTENCES: Final[Mapping[str, str]] = {
    # Coming in.
    "wrong_credentials": "Mail-Adresse oder Passwort stimmen nicht. "
    "Bitte prüfen Sie beides, oder lassen Sie sich einen Link schicken.",
    "wrong_old_password": "Das bisherige Passwort stimmt nicht.",
    "password_length": "Ein Passwort hat {least} bis {most} Zeichen; ein ganzer Satz ist gut zu merken.",
    "password_too_simple": "Dieses Passwort ist zu leicht zu erraten. Bitte wählen Sie ein anderes.",
    "passwords_differ": "Die beiden Eingaben sind nicht gleich. Bitte versuchen Sie es noch einmal.",
    "link_not_valid": "Dieser Link gilt nicht oder nicht mehr. Bitte lassen Sie sich einen neuen schicken.",
    "not_a_mail_address": "Das ist keine Mail-Adresse. Bitte prüfen Sie die Schreibweise.",
    "too_many_requests": "Das war zu oft in kurzer Zeit. Bitte warten Sie {seconds} Sekunden.",
    "cross_site": "Diese Anfrage kommt nicht von unseren Seiten und wurde deshalb nicht ausgeführt.",
    "id_not_in_addresses": "Ein Marktplatz mit der Kennung „{id}“ hätte keine Adresse. "
    "Bitte wählen Sie eine andere, ohne Schrägstrich.",
    "unknown_host": "Unter diesem Namen ist der Dienst nicht erreichbar. Bitte prüfen Sie die Adresse.",
    # Accounts and roles.
    "unknown_account": "Ein Konto „{id}“ gibt es nicht.",
    "account_exists": "Ein Konto mit dieser Mail-Adresse gibt es schon.",
    "last_owner": "Jemand muss die Installation betreuen; bitte ernennen Sie zuerst jemand anderen.",
    "role_given": "Diese Rolle hat das Konto auf diesem Marktplatz schon.",
    "unknown_member": "Das Konto „{id}“ hat diese Rolle auf diesem Marktplatz nicht.",
    "not_a_staff_role": "Die Rolle „{role}“ lässt sich nicht vergeben.",
    # Tokens.
    "unknown_token": "Ein Token „{id}“ gibt es hier nicht.",
    "bad_scope": "Einen Bereich „{scope}“ gibt es nicht; möglich sind etwa organisations:read, offers:* oder *:read.",
    "no_scope": "Ein Token braucht mindestens einen Bereich.",
    "no_market": "Ein Token gilt für mindestens einen Marktplatz; ohne die Angabe gilt es für alle.",
    "expiry_passed": "Dieser Zeitpunkt liegt schon zurück.",
    "owner_everywhere": "Ein Token mit dieser Rolle gilt für alle Marktplätze; bitte lassen Sie die Angabe weg.",
    "token_beyond_issuer": "Ein Token kann nicht mehr, nicht woanders und nicht länger als das, mit dem es ausgestellt wird.",
    # Persons, consents, messages.
    "unknown_person": "Eine Person „{id}“ gibt es auf diesem Marktplatz nicht.",
    "person_without_mail": "Diese Person hat keine Mail-Adresse.",
    "unknown_consent": "Eine Einwilligung „{id}“ gibt es auf diesem Marktplatz nicht.",
    "unknown_consent_text": "Einen Text mit der Fassung „{version}“ gibt es für diesen Zweck nicht.",
    "consent_text_exists": "Die Fassung „{version}“ gibt es für diesen Zweck schon. Ein neuer Wortlaut braucht eine neue Fassung.",
    "unknown_message": "Eine Nachricht „{id}“ gibt es auf diesem Marktplatz nicht.",
    "message_is": "Das geht nicht mehr; die Nachricht hat den Stand „{status}“.",
    # The command line.
    "nobody_with_mail": "Zu dieser Mail-Adresse ist niemand gespeichert.",
}
