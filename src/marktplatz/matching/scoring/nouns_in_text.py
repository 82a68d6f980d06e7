"""Nouns of people who help and of things that are counted; how they are counted is said in `numbers_in_text`."""

from typing import Final

from marktplatz.matching.scoring.tokens_in_text import words_of

HELPERS: Final = frozenset(
    words_of("""
helfer helfern helferin helferinnen unterstützer unterstützern
unterstützerinnen praktikant praktikanten praktikantin praktikantinnen
azubine azubinen azubinnen kolleg kollege kollegen kollegin kolleginnen mitarbeiter mitarbeitern
mitarbeiterin mitarbeiterinnen mitarbeitende mitarbeitenden mitarbeiterinnen azubi azubis auszubildende auszubildenden
auszubildender lehrling lehrlinge lehrlingen freiwillige freiwilligen freiwilliger ehrenamtliche ehrenamtlichen ehrenamtlicher
ehrenamtler ehrenamtlern ehrenamtlerinnen handwerker handwerkern handwerkerin handwerkerinnen geselle gesellen gesellin
gesellinnen fachleute fachleuten fachkraft fachkräfte fachkräften führungskräfte führungskräften arbeitskräfte arbeitskräften
hilfskräfte hilfskräften profi profis meister meistern maler malern malerin malerinnen tischler tischlern tischlerin gärtner
gärtnern gärtnerin gärtnerinnen elektriker elektrikern fahrer fahrern fahrerin fahrerinnen trainer trainern trainerin
trainerinnen berater beraterin beraterinnen teammitglieder teammitgliedern anpacker anpackern packer packern mentoren
mentorinnen betreuer betreuern betreuerin betreuerinnen beschäftigte beschäftigten angestellte angestellten volunteer
volunteers helper helpers colleague colleagues employees apprentices staff
""")
)
VAGUE_HELPERS: Final = frozenset(words_of("leute leuten leut person personen mann people persons"))
"""Words that mean guests as often as helpers: what stands around them must not speak of guests."""
HELPER_ENDS: Final = (
    "helfer",
    "helfern",
    "helferin",
    "helferinnen",
    "helfende",
    "helfenden",
    "mitarbeiter",
    "mitarbeiterinnen",
    "paten",
    "patinnen",
    "patin",
)
SINGULAR: Final = frozenset(
    words_of("""
helfer helferin kollege kollegin kollegen mitarbeiter mitarbeiterin azubi auszubildende auszubildenden auszubildender lehrling
freiwillige freiwilligen freiwilliger ehrenamtliche ehrenamtlichen ehrenamtlicher handwerker handwerkerin geselle gesellen
gesellin fachkraft profi meister maler malerin tischler tischlerin gärtner gärtnerin elektriker fahrer fahrerin trainer
trainerin berater beraterin volunteer helper colleague
""")
)
THINGS: Final = frozenset(
    words_of("""
anhänger anhängern bälle bällen bänke bänken bäume bäumen beamer beete beeten becher bechern betten bilder bildern bildschirme
bildschirmen blätter blättern bleche blechen blumen bögen boxen bretter brettern brillen broschüren brote broten brötchen
bücher büchern computer computern container containern decken dosen drucker druckern eimer eimern exemplare exemplaren
fahrräder fahrrädern faltblätter faltblättern fenster fenstern flaschen flugblätter flyer flyern flyers fotos freikarten
garnituren geräte geräten gestecke gitarren gläser gläsern gutscheine gutscheinen handschuhe handtücher handtüchern handys
hefte heften helme helmen hochbeete hochbeeten hocker hockern hosen instrumente instrumenten jacken kameras karten kartons
kissen kisten koffer koffern körbe körben kränze kränzen kuchen lampen laptops laternen latten mappen matratzen matten
monitore monitoren notebooks ordner ordnern pakete paketen paletten parkplätze parkplätzen pavillons pcs pflanzen plakate
plakaten platten portionen poster postern puzzles räder rädern rechner rechnern regale regalen rollen rucksäcke rucksäcken
säcke säcken schals schränke schränken schreibtische schuhe schuhen sessel sesseln setzlinge setzlingen shirts sitzplätze
sitzplätzen smartphones sofas spiele spielen spinde spinden stauden stühle stühlen steckdosen steine steinen stellplätze
stellplätzen stellwände stellwänden stifte stiften sträucher sträuchern stück stücke tablets taschen tassen teller tellern
tickets tische tischen töpfe töpfen torten trikots tüten tücher tüchern türen werkzeuge werkzeugen westen zelte zelten books
boxes chairs flyers laptops leaflets posters tables pieces vouchers
""")
)
SHORTEST_THING: Final = min(map(len, THINGS))
LONGEST_THING: Final = max(map(len, THINGS))
AREAS: Final = frozenset(("m²", "qm", "quadratmeter", "quadratmetern", "sqm"))
