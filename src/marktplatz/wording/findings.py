"""A sentence for every finding: where it is, what was found, what is expected, the way out."""

from collections.abc import Mapping
from typing import Final

from marktplatz.errors import Finding, Place
from marktplatz.wording import translate
from marktplatz.wording.by_hand import BY_HAND_FINDINGS
from marktplatz.wording.findings_access import ACCESS_SENTENCES
from marktplatz.wording.findings_advice import ADVICE_SENTENCES
from marktplatz.wording.findings_brokers import BROKER_SENTENCES
from marktplatz.wording.findings_day import DAY_SENTENCES
from marktplatz.wording.findings_doors import DOOR_SENTENCES
from marktplatz.wording.findings_files import FILE_SENTENCES
from marktplatz.wording.findings_folder import FOLDER_SENTENCES
from marktplatz.wording.findings_imports import IMPORT_SENTENCES
from marktplatz.wording.findings_installation import INSTALLATION_SENTENCES
from marktplatz.wording.findings_join import JOIN_SENTENCES
from marktplatz.wording.findings_mypage import OWN_PAGE_SENTENCES
from marktplatz.wording.findings_notary import NOTARY_SENTENCES
from marktplatz.wording.findings_outbox import OUTBOX_SENTENCES
from marktplatz.wording.findings_pages import PAGE_SENTENCES
from marktplatz.wording.findings_plan import PLAN_SENTENCES
from marktplatz.wording.findings_radar import RADAR_SENTENCES
from marktplatz.wording.findings_registrations import REGISTRATION_SENTENCES
from marktplatz.wording.findings_runs import RUN_SENTENCES
from marktplatz.wording.findings_service import SERVICE_SENTENCES
from marktplatz.wording.findings_setup import SETUP_SENTENCES
from marktplatz.wording.findings_wall import WALL_SENTENCES
from marktplatz.wording.findings_workbench import WORKBENCH_SENTENCES

MAX_SHOWN: Final = 300
"""Longer words from a file are cut, so that a finding stays one readable line."""

_FILE_SENTENCES: Final[Mapping[str, str]] = {
    # The file as a whole.
    "file_missing": "Diese Datei oder diesen Ordner gibt es nicht. Bitte prüfen Sie den Namen und den Pfad.",
    "file_unreadable": "Die Datei lässt sich nicht lesen ({reason}). Bitte prüfen Sie die Zugriffsrechte.",
    "file_too_large": "Die Datei ist zu groß; gelesen werden höchstens {limit} MB.",
    "empty_file": "Die Datei ist leer. Bitte füllen Sie eine Vorlage aus: marktplatz template DATEI.xlsx.",
    "cannot_write": "Die Datei lässt sich nicht schreiben ({reason}). Bitte prüfen Sie den Ordner und die Zugriffsrechte.",
    "unknown_extension": "Dateien mit der Endung „{found}“ werden nicht gelesen. "
    "Möglich sind .xlsx, .json oder ein Ordner oder ZIP mit .csv-Dateien.",
    "other_spreadsheet": "Tabellen im Format „{found}“ werden nicht gelesen. "
    "Bitte speichern Sie die Datei als Excel-Arbeitsmappe (.xlsx).",
    "single_csv": "Eine einzelne CSV-Datei ist kein ganzer Marktplatz. "
    "Bitte legen Sie alle Listen als CSV-Dateien in einen Ordner und geben Sie den Ordner an.",
    "no_csv_in_folder": "In diesem Ordner liegt keine CSV-Datei. "
    "Erwartet werden Dateien wie Organisationen.csv, Angebote.csv und Gesuche.csv.",
    "more_findings": "Dazu kommen mindestens {count} weitere Befunde, die hier nicht einzeln stehen. "
    "Bitte beheben Sie zuerst die genannten und prüfen Sie dann erneut.",
    # JSON.
    "not_json": "Zeile {line}, Zeichen {column}: Das ist kein gültiges JSON; unerwartet ist „{found}“. "
    "Oft fehlt davor ein Komma, ein Anführungszeichen oder eine Klammer.",
    "json_ends_early": "Zeile {line}, Zeichen {column}: Hier endet die Datei oder die Zeile zu früh; das ist kein gültiges JSON. "
    "Bitte prüfen Sie, ob die Datei vollständig ist.",
    "not_utf8": "Zeile {line}: Die Datei ist nicht in UTF-8 gespeichert. Bitte speichern Sie sie in der Kodierung UTF-8.",
    "not_finite": "Zeile {line}, Zeichen {column}: „{found}“ ist keine Zahl. "
    "Bitte lassen Sie die Angabe weg, wenn der Wert nicht bekannt ist.",
    "number_too_long": "Zeile {line}, Zeichen {column}: Diese Zahl hat tausende Stellen. Bitte prüfen Sie die Angabe.",
    "lone_surrogate": "Zeile {line}, Zeichen {column}: „{found}“ ist nur die Hälfte eines Zeichens. "
    "Bitte schreiben Sie das Zeichen vollständig oder löschen Sie es.",
    "too_deep": "Die Datei ist zu tief verschachtelt. Bitte prüfen Sie, ob es eine Marktdatei ist.",
    "too_many_values": "Die Datei enthält mehr als {limit} Werte einer Art, mehr als ein Marktplatz haben kann. "
    "Bitte prüfen Sie, ob es die richtige Datei ist.",
    "not_a_market": "Das ist keine Marktdatei: Ganz außen muss ein Objekt in geschweiften Klammern stehen.",
    "wrong_format": "„{found}“ ist ein anderes Format; erwartet wird eine Marktdatei mit „format“: „marktplatz/1“.",
    "no_format": "Die Angabe „format“ fehlt; die Datei wird als „{expected}“ gelesen.",
    "no_organisations_list": "Die Liste „organisations“ fehlt. Ohne Organisationen gibt es nichts zu vermitteln.",
    "double_key": "Dieses Feld steht hier zweimal. Bitte löschen Sie eines davon.",
    "unknown_key": "Dieses Feld ist nicht bekannt und wird nicht gelesen ({count}-mal in dieser Liste).",
    "unknown_key_near": "Dieses Feld ist nicht bekannt und wird nicht gelesen ({count}-mal in dieser Liste). "
    "Meinten Sie „{nearest}“?",
    # Spreadsheets and CSV files.
    "not_a_workbook": "Das ist keine Excel-Arbeitsmappe. Bitte öffnen Sie die Datei in Ihrer Tabellenkalkulation "
    "und speichern Sie sie als .xlsx.",
    "old_or_locked_workbook": "Die Arbeitsmappe ist mit einem Kennwort geschützt oder im alten Format .xls. "
    "Bitte speichern Sie sie ohne Kennwort als .xlsx.",
    "broken_workbook": "Die Arbeitsmappe ist beschädigt oder unvollständig. "
    "Bitte öffnen Sie sie in Ihrer Tabellenkalkulation und speichern Sie sie neu.",
    "unpacks_too_large": "Die Arbeitsmappe ist ausgepackt {found} MB groß und damit zu groß oder auffällig stark gepackt "
    "(höchstens {limit} MB). Bitte kopieren Sie nur die ausgefüllten Zeilen in eine neue Vorlage.",
    "sheet_too_large": "Das Blatt ist zu groß, um gelesen zu werden. "
    "Bitte kopieren Sie nur die ausgefüllten Zeilen in eine neue Vorlage.",
    "far_row": "Hier steht weit unterhalb der Tabelle noch etwas; gelesen werden höchstens {limit} Zeilen. "
    "Bitte löschen Sie die Zeilen unter Ihren Einträgen.",
    "far_column": "Hier steht weit rechts von der Tabelle noch etwas. Bitte löschen Sie die Spalten rechts von Ihren Einträgen.",
    "too_many_rows": "Die Liste hat mehr als {limit} Einträge; so viele werden nicht gelesen. "
    "Bitte prüfen Sie, ob es die richtige Datei ist.",
    "too_many_cells": "Bis hierhin hat die Datei mehr als {limit} ausgefüllte Zellen; so viele werden nicht gelesen. "
    "Bitte prüfen Sie, ob es die richtige Datei ist.",
    "unknown_sheet": "Dieses Blatt ist nicht bekannt und wird nicht gelesen. Bekannt sind Marktplatz, Bereiche, Organisationen, "
    "Angebote, Gesuche, Wünsche, Begriffe, Paare, Punkte und Frühere Vereinbarungen.",
    "unknown_csv": "Diese Datei ist nicht bekannt und wird nicht gelesen. Bekannt sind Marktplatz, Bereiche, Organisationen, "
    "Angebote, Gesuche, Wünsche, Begriffe, Paare, Punkte und Frühere Vereinbarungen.",
    "double_sheet": "Diese Liste gibt es schon als „{other}“. Bitte führen Sie beide zusammen und löschen Sie eine davon.",
    "no_organisations_sheet": "Das Blatt oder die CSV-Datei „Organisationen“ fehlt. "
    "Eine leere Vorlage erhalten Sie mit: marktplatz template DATEI.xlsx.",
    "no_organisations": "Hier steht noch keine Organisation. "
    "Bitte tragen Sie die Unternehmen und gemeinnützigen Organisationen ein.",
    "market_one_row": "Auf diesem Blatt darf nur eine Zeile mit Angaben stehen. Bitte löschen Sie die übrigen.",
    "missing_column": "Die Spalte „{column}“ fehlt. Bitte ergänzen Sie sie in der Zeile mit den Überschriften.",
    "double_column": "Diese Spalte gibt es schon als „{other}“. Bitte löschen Sie eine der beiden.",
    "unknown_column": "Diese Spalte ist nicht bekannt und wird nicht gelesen.",
    "unknown_column_near": "Diese Spalte ist nicht bekannt und wird nicht gelesen. Meinten Sie „{nearest}“?",
    "extra_cells": "Die Zeile hat mehr Angaben als die {columns} Überschriften. Bitte setzen Sie Texte, "
    "die das Trennzeichen enthalten, in Anführungszeichen.",
    "csv_quotes": "Ab hier passen die Anführungszeichen nicht zusammen. Bitte schließen Sie jedes Anführungszeichen "
    "und schreiben Sie eines im Text doppelt.",
    "cell_too_long": "Der Text ist zu lang; möglich sind höchstens {limit} Zeichen in einer Zelle. "
    "Oft fehlt ein schließendes Anführungszeichen.",
    "not_text_file": "Das ist keine CSV-Datei, sondern eine Datei ohne lesbaren Text. "
    "Bitte speichern Sie die Tabelle als CSV (UTF-8).",
    "unknown_encoding": "Die Kodierung der Datei ist nicht zu erkennen. Bitte speichern Sie sie als CSV (UTF-8).",
    "formula": "Hier steht eine Formel. Bitte fügen Sie stattdessen ihren Wert ein (Kopieren, dann „Inhalte einfügen: Werte“).",
    "error_value": "Hier steht der Fehlerwert „{found}“. Bitte tragen Sie den richtigen Wert ein oder leeren Sie die Zelle.",
    "date_in_text": "Hier steht das Datum {found}, erwartet wird Text. Bitte stellen Sie die Zelle auf das Format „Text“ "
    "und tragen Sie die Angabe neu ein.",
    "unclear_number": "„{found}“ ist nicht eindeutig. Bitte schreiben Sie {thousands} oder {decimal}.",
    # Single values.
    "missing": "Diese Angabe fehlt, sie ist nötig. Bitte tragen Sie sie ein.",
    "blank": "Diese Angabe ist leer, sie ist nötig. Bitte tragen Sie sie ein.",
    "not_text": "„{found}“ ist kein Text; erwartet wird Text.",
    "not_whole_number": "„{found}“ ist keine ganze Zahl; erwartet wird eine Zahl wie 3.",
    "not_a_number": "„{found}“ ist keine Zahl; erwartet wird eine Zahl wie 2 oder 2,5 (in JSON 2.5).",
    "not_yes_no": "„{found}“ ist weder ja noch nein; erwartet wird ja oder nein (in JSON true oder false).",
    "not_a_date": "„{found}“ ist kein Datum; erwartet wird ein Tag wie 2027-04-01 (in Tabellen auch 1.4.2027).",
    "absurd_date": "„{found}“ liegt außerhalb der Jahre 2000 bis 2100. Bitte prüfen Sie das Jahr.",
    "not_a_list": "„{found}“ ist keine Liste; erwartet werden Werte in eckigen Klammern.",
    "not_an_object": "„{found}“ ist kein Eintrag; erwartet werden Felder in geschweiften Klammern.",
    "not_a_country": "„{found}“ ist kein Landeskürzel; erwartet werden zwei Buchstaben wie DE oder AT.",
    "unknown_word": "„{found}“ ist hier nicht bekannt; möglich sind: {expected}.",
    "too_long": "„{found}“ ist zu lang; möglich sind höchstens {limit} Zeichen.",
    "too_small": "{found} ist zu klein; der kleinste mögliche Wert ist {limit}.",
    "too_large": "{found} ist zu groß; der größte mögliche Wert ist {limit}.",
    "control_character": "„{found}“ enthält ein unsichtbares Steuerzeichen. Bitte schreiben Sie den Text neu.",
    "malformed": "„{found}“ passt hier nicht ({problem}).",
    # Between the lines of a market.
    "double_id": "Die Id „{id}“ gibt es schon in {other_sheet}, Zeile oder Eintrag {other_row}. "
    "Jede Id darf nur einmal vorkommen, auch über die Listen hinweg.",
    "double_category": "Den Bereich „{code}“ gibt es mehrmals. Bitte geben Sie jedem Bereich ein eigenes Kürzel.",
    "unknown_organisation": "Eine Organisation „{id}“ gibt es nicht. Bitte prüfen Sie die Id oder ergänzen Sie die Organisation.",
    "unknown_category": "Einen Bereich „{code}“ gibt es nicht; bekannt sind: {known}.",
    "dates_reversed": "Der letzte Tag ({to}) liegt vor dem ersten ({from}). Bitte tauschen oder berichtigen Sie die Daten.",
    "entry_says_nothing": "Der Eintrag „{id}“ hat weder Titel noch Text; so lässt sich kaum ein Partner finden.",
    "unknown_target": "Es gibt weder eine Organisation noch einen Eintrag „{id}“. Bitte prüfen Sie die Id.",
    "unknown_offer": "Ein Angebot „{id}“ gibt es nicht. Bitte prüfen Sie die Id.",
    "unknown_need": "Ein Gesuch „{id}“ gibt es nicht. Bitte prüfen Sie die Id.",
    "double_score": "Punkte für „{offer}“ und „{need}“ stehen schon in Zeile oder Eintrag {other_row}. "
    "Bitte löschen Sie eine der beiden.",
    "no_name": "Die Organisation „{id}“ hat keinen Namen; gezeigt wird ihre Id.",
    "money_words": "Der Eintrag {id} spricht von Geld („{words}“). Geld ist auf dem Marktplatz tabu; "
    "gemeint sein dürfen Hände, Wissen, Dinge und Räume.",
    "organisation_without_entry": "„{name}“ hat weder Angebot noch Gesuch und kann darum keinen Partner bekommen.",
    # The timetable.
    "timetable_size": "{rounds} Runden an {tables} Tischen gehen nicht; möglich sind 1 bis {max_rounds} Runden und "
    "mindestens 1 Tisch.",
    "unknown_pairing": "Das Paar aus „{offer}“ und „{need}“ gehört nicht zu diesem Marktplatz. Bitte prüfen Sie, ob der Plan "
    "zu der Datei passt.",
    "negative_representatives": "Für „{id}“ sind {representatives} Vertretende angegeben; erwartet wird 0 oder mehr.",
    "table_out_of_range": "„{id}“ hat den festen Tisch {table}; es gibt aber nur die Tische 1 bis {tables}. Bitte ändern Sie "
    "den Tisch oder planen Sie mehr Tische ein.",
    "timetable_outdated": "Der Ablauf passt nicht mehr zum Marktplatz. Bitte berechnen Sie ihn neu.",
    "already_talking": "„{first}“ und „{second}“ haben schon ein Gespräch im Ablauf.",
    "no_conversation_possible": "„{first}“ und „{second}“ können nicht miteinander sprechen: Es gibt kein mögliches Paar zwischen "
    "ihnen, sie sind nie gleichzeitig da oder sitzen fest an verschiedenen Tischen.",
    "no_room": "Für ein Gespräch zwischen „{first}“ und „{second}“ ist im Ablauf kein Platz mehr. Bitte planen Sie "
    "mehr Runden oder Tische ein.",
    # Plans, score files and changes to a solved market.
    "not_a_plan": "Das ist keine lesbare Plandatei; erwartet wird eine Datei mit „format“: „marktplatz-plan/1“, "
    "wie marktplatz match --out sie schreibt.",
    "score_file_suffix": "„{found}“ ist keine Endung für eine Punktetabelle; möglich sind .jsonl und .csv.",
    "pin_refused": "Das Paar aus „{offer}“ und „{need}“ kann so nicht fest sein; dagegen steht die Regel {rule}.",
    "unknown_entry": "Ein Angebot oder Gesuch „{id}“ gibt es nicht. Bitte prüfen Sie die Id.",
    **BY_HAND_FINDINGS,
    # Inside the program.
    "malformed_problem": "Die Aufgabe ist in sich nicht stimmig: {field}: {found}.",
    **FILE_SENTENCES,
}

SENTENCES: Final[Mapping[str, str]] = {
    **_FILE_SENTENCES,
    **SERVICE_SENTENCES,
    **INSTALLATION_SENTENCES,
    **DAY_SENTENCES,
    **DOOR_SENTENCES,
    **WALL_SENTENCES,
    **BROKER_SENTENCES,
    **ACCESS_SENTENCES,
    **NOTARY_SENTENCES,
    **FOLDER_SENTENCES,
    **OUTBOX_SENTENCES,
    **PAGE_SENTENCES,
    **OWN_PAGE_SENTENCES,
    **SETUP_SENTENCES,
    **WORKBENCH_SENTENCES,
    **REGISTRATION_SENTENCES,
    **RUN_SENTENCES,
    **IMPORT_SENTENCES,
    **ADVICE_SENTENCES,
    **JOIN_SENTENCES,
    **RADAR_SENTENCES,
    **PLAN_SENTENCES,
}


def finding_sentence(finding: Finding, language: str = "de") -> str:
    """One line about one finding, whatever characters the file held."""
    sentence = finding_text(finding, language)
    place = describe_place(finding.place, language)
    return f"{place}: {sentence}" if place else sentence


def finding_text(finding: Finding, language: str = "de") -> str:
    """What was found, without the place."""
    params = {name: one_line(str(value)) for name, value in finding.params.items()}
    message = SENTENCES.get(finding.code)
    if message is None:
        return f"{finding.code} ({', '.join(f'{name}: {value}' for name, value in params.items())})"
    return translate(message, language).format_map(params)


def describe_place(place: Place, language: str = "de") -> str:
    """The place in the words of the program that the reader has before them."""
    file = place.file or ""
    is_csv = file.lower().endswith(".csv")
    is_json = not file or file.lower().endswith(".json")
    parts = [one_line(file)] if file else []
    if place.sheet is not None and not is_csv:
        parts.append(_fill("Liste {name}" if is_json else "Blatt {name}", language, name=place.sheet))
    if place.row is not None:
        parts.append(_fill("Eintrag {name}" if is_json else "Zeile {name}", language, name=str(place.row)))
    if place.field is not None:
        parts.append(_fill("Feld {name}" if is_json else "Spalte {name}", language, name=place.field))
    return ", ".join(parts)


def one_line(text: str) -> str:
    """Text from a file as one line: whatever does not print, or turns the writing around, is escaped."""
    shown = text if len(text) <= MAX_SHOWN else text[: MAX_SHOWN - 1] + "…"
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in shown)


def _fill(message: str, language: str, **params: str) -> str:
    return translate(message, language).format_map({name: one_line(value) for name, value in params.items()})
