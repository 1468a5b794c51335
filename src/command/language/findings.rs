// SPDX-License-Identifier: GPL-3.0-or-later
//! Keeps the reasons that detectors give for a finding, in five languages.

/// English, then German, French, Italian, Dutch.
pub(super) const FINDINGS: &[(&str, [&str; 4])] = &[
    (
        "check digit",
        [
            "Prüfziffer",
            "chiffre de contrôle",
            "cifra di controllo",
            "controlecijfer",
        ],
    ),
    (
        "usual groups",
        [
            "übliche Gruppen",
            "groupes habituels",
            "gruppi abituali",
            "gebruikelijke groepen",
        ],
    ),
    (
        "unusual groups",
        [
            "unübliche Gruppen",
            "groupes inhabituels",
            "gruppi insoliti",
            "ongebruikelijke groepen",
        ],
    ),
    (
        "among other digits",
        [
            "zwischen anderen Ziffern",
            "parmi d'autres chiffres",
            "tra altre cifre",
            "tussen andere cijfers",
        ],
    ),
    (
        "part of a web address",
        [
            "Teil einer Webadresse",
            "partie d'une adresse web",
            "parte di un indirizzo web",
            "deel van een webadres",
        ],
    ),
    (
        "by its shape only",
        [
            "nur der Form nach",
            "d'après sa forme seule",
            "solo dalla forma",
            "alleen naar de vorm",
        ],
    ),
    ("pattern", ["Muster", "motif", "modello", "patroon"]),
    (
        "numbering plan",
        [
            "Nummernplan",
            "plan de numérotation",
            "piano di numerazione",
            "nummerplan",
        ],
    ),
    (
        "an amount",
        ["ein Betrag", "un montant", "un importo", "een bedrag"],
    ),
    (
        "street, postcode and town",
        [
            "Strasse, Postleitzahl und Ort",
            "rue, code postal et localité",
            "via, codice postale e località",
            "straat, postcode en plaats",
        ],
    ),
    ("title", ["Anrede", "titre", "titolo", "titel"]),
    (
        "given name and surname",
        [
            "Vor- und Nachname",
            "prénom et nom",
            "nome e cognome",
            "voor- en achternaam",
        ],
    ),
    ("greeting", ["Gruss", "salutation", "saluto", "aanhef"]),
    ("label", ["Beschriftung", "libellé", "etichetta", "label"]),
    (
        "word for a person",
        [
            "Wort für eine Person",
            "mot pour une personne",
            "parola per una persona",
            "woord voor een persoon",
        ],
    ),
    (
        "its mail address",
        [
            "E-Mail-Adresse dazu",
            "adresse électronique assortie",
            "indirizzo e-mail relativo",
            "bijbehorend e-mailadres",
        ],
    ),
    (
        "capitals in mid-sentence",
        [
            "gross mitten im Satz",
            "majuscules en milieu de phrase",
            "maiuscole a metà frase",
            "hoofdletters midden in de zin",
        ],
    ),
    (
        "first in its row",
        [
            "zuvorderst in der Zeile",
            "en tête de ligne",
            "primo nella riga",
            "vooraan in de rij",
        ],
    ),
    (
        "alone on its line",
        [
            "allein auf der Zeile",
            "seul sur sa ligne",
            "solo sulla riga",
            "alleen op de regel",
        ],
    ),
    (
        "service mailbox",
        [
            "Postfach eines Dienstes",
            "boîte d'un service",
            "casella di un servizio",
            "postvak van een dienst",
        ],
    ),
    (
        "private mailbox",
        [
            "privates Postfach",
            "boîte privée",
            "casella privata",
            "privépostvak",
        ],
    ),
    (
        "professional mailbox",
        [
            "berufliches Postfach",
            "boîte professionnelle",
            "casella professionale",
            "zakelijk postvak",
        ],
    ),
    (
        "prefix of an issuer",
        [
            "Kennung eines Ausstellers",
            "préfixe d'un émetteur",
            "prefisso di un emittente",
            "voorvoegsel van een uitgever",
        ],
    ),
    (
        "frame of a private key",
        [
            "Rahmen eines privaten Schlüssels",
            "cadre d'une clé privée",
            "cornice di una chiave privata",
            "kader van een privésleutel",
        ],
    ),
    (
        "JSON web token",
        [
            "JSON Web Token",
            "jeton JSON",
            "token JSON",
            "JSON-webtoken",
        ],
    ),
    (
        "behind the word for a password",
        [
            "hinter dem Wort für ein Passwort",
            "après le mot pour mot de passe",
            "dopo la parola per password",
            "na het woord voor wachtwoord",
        ],
    ),
    (
        "a name in the sentence",
        [
            "ein Name im Satz",
            "un nom dans la phrase",
            "un nome nella frase",
            "een naam in de zin",
        ],
    ),
    (
        "a date of birth in the sentence",
        [
            "ein Geburtsdatum im Satz",
            "une date de naissance dans la phrase",
            "una data di nascita nella frase",
            "een geboortedatum in de zin",
        ],
    ),
    (
        "a word for a person",
        [
            "ein Wort für eine Person",
            "un mot pour une personne",
            "una parola per una persona",
            "een woord voor een persoon",
        ],
    ),
    (
        "a relative",
        [
            "ein Angehöriger",
            "un proche",
            "un familiare",
            "een familielid",
        ],
    ),
    (
        "the writer",
        ["wer schreibt", "qui écrit", "chi scrive", "wie schrijft"],
    ),
    (
        "the reader",
        ["wer liest", "qui lit", "chi legge", "wie leest"],
    ),
    (
        "he or she, named before",
        [
            "er oder sie, vorher genannt",
            "il ou elle, déjà nommé",
            "lui o lei, già nominato",
            "hij of zij, eerder genoemd",
        ],
    ),
    (
        "a row about a person",
        [
            "eine Zeile über eine Person",
            "une ligne sur une personne",
            "una riga su una persona",
            "een rij over een persoon",
        ],
    ),
    (
        "a column about persons",
        [
            "eine Spalte über Personen",
            "une colonne sur des personnes",
            "una colonna su persone",
            "een kolom over personen",
        ],
    ),
    (
        "the value of a label",
        [
            "der Wert hinter einer Beschriftung",
            "la valeur d'un libellé",
            "il valore di un'etichetta",
            "de waarde van een label",
        ],
    ),
    (
        "said of a person",
        [
            "von einer Person gesagt",
            "dit d'une personne",
            "detto di una persona",
            "gezegd van een persoon",
        ],
    ),
    (
        "a person in the sentence before",
        [
            "eine Person im Satz davor",
            "une personne dans la phrase précédente",
            "una persona nella frase precedente",
            "een persoon in de vorige zin",
        ],
    ),
    (
        "said of a public office",
        [
            "über ein öffentliches Amt gesagt",
            "dit d'une fonction publique",
            "detto di una carica pubblica",
            "gezegd van een openbaar ambt",
        ],
    ),
    (
        "in a newsletter",
        [
            "in einem Newsletter",
            "dans une lettre d'information",
            "in una newsletter",
            "in een nieuwsbrief",
        ],
    ),
    (
        "in a press release",
        [
            "in einer Medienmitteilung",
            "dans un communiqué de presse",
            "in un comunicato stampa",
            "in een persbericht",
        ],
    ),
    (
        "in an advertisement",
        [
            "in einem Inserat",
            "dans une annonce",
            "in un annuncio",
            "in een advertentie",
        ],
    ),
    (
        "in a notice",
        [
            "in einem Hinweis",
            "dans un avis",
            "in un avviso",
            "in een mededeling",
        ],
    ),
    (
        "in the programme of a course",
        [
            "in einem Kursprogramm",
            "dans le programme d'un cours",
            "nel programma di un corso",
            "in een cursusprogramma",
        ],
    ),
];
