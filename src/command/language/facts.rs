// SPDX-License-Identifier: GPL-3.0-or-later
//! Keeps the reasons for what a finding counts for, and for facts about a message, in five languages.

/// English, then German, French, Italian, Dutch.
pub(super) const FACTS: &[(&str, [&str; 4])] = &[
    ("private", ["privat", "privé", "privato", "privé"]),
    (
        "in the head of the mail",
        [
            "im Kopf der Mail",
            "dans l'en-tête du courriel",
            "nell'intestazione della mail",
            "in de kop van de mail",
        ],
    ),
    (
        "in a signature",
        [
            "in einer Signatur",
            "dans une signature",
            "in una firma",
            "in een handtekening",
        ],
    ),
    (
        "in the head of a quoted mail",
        [
            "im Kopf einer zitierten Mail",
            "dans l'en-tête d'un courriel cité",
            "nell'intestazione di una mail citata",
            "in de kop van een geciteerde mail",
        ],
    ),
    (
        "in a greeting",
        [
            "in einer Begrüssung",
            "dans une formule d'appel",
            "in un saluto",
            "in een aanhef",
        ],
    ),
    (
        "address of a participant",
        [
            "Adresse eines Beteiligten",
            "adresse d'un participant",
            "indirizzo di un partecipante",
            "adres van een deelnemer",
        ],
    ),
    (
        "who takes part",
        [
            "wer beteiligt ist",
            "qui participe",
            "chi partecipa",
            "wie deelneemt",
        ],
    ),
    (
        "mailbox of a service",
        [
            "Postfach eines Dienstes",
            "boîte d'un service",
            "casella di un servizio",
            "postvak van een dienst",
        ],
    ),
    (
        "a professional address",
        [
            "eine berufliche Adresse",
            "une adresse professionnelle",
            "un indirizzo professionale",
            "een zakelijk adres",
        ],
    ),
    (
        "number of a service",
        [
            "Nummer eines Dienstes",
            "numéro d'un service",
            "numero di un servizio",
            "nummer van een dienst",
        ],
    ),
    (
        "a professional number",
        [
            "eine berufliche Nummer",
            "un numéro professionnel",
            "un numero professionale",
            "een zakelijk nummer",
        ],
    ),
    (
        "address of a company",
        [
            "Adresse einer Firma",
            "adresse d'une entreprise",
            "indirizzo di un'azienda",
            "adres van een bedrijf",
        ],
    ),
    (
        "no person beside it",
        [
            "keine Person daneben",
            "aucune personne à côté",
            "nessuna persona accanto",
            "geen persoon ernaast",
        ],
    ),
    (
        "a name alone",
        [
            "ein Name allein",
            "un nom seul",
            "un nome solo",
            "alleen een naam",
        ],
    ),
    (
        "a company's own number",
        [
            "eigene Nummer einer Firma",
            "numéro propre d'une entreprise",
            "numero proprio di un'azienda",
            "eigen nummer van een bedrijf",
        ],
    ),
    (
        "a company's own account",
        [
            "eigenes Konto einer Firma",
            "compte propre d'une entreprise",
            "conto proprio di un'azienda",
            "eigen rekening van een bedrijf",
        ],
    ),
    (
        "confidence below detectors.at_least",
        [
            "weniger sicher als detectors.at_least",
            "moins sûr que detectors.at_least",
            "meno sicuro di detectors.at_least",
            "minder zeker dan detectors.at_least",
        ],
    ),
    (
        "an electronic invoice",
        [
            "eine elektronische Rechnung",
            "une facture électronique",
            "una fattura elettronica",
            "een elektronische factuur",
        ],
    ),
    (
        "words of an invoice",
        [
            "Wörter einer Rechnung",
            "mots d'une facture",
            "parole di una fattura",
            "woorden van een factuur",
        ],
    ),
    (
        "to a consumer",
        [
            "an eine Privatperson",
            "à un particulier",
            "a un privato",
            "aan een consument",
        ],
    ),
    (
        "to a company",
        [
            "an eine Firma",
            "à une entreprise",
            "a un'azienda",
            "aan een bedrijf",
        ],
    ),
    (
        "words of advertising",
        [
            "Wörter der Werbung",
            "mots de publicité",
            "parole di pubblicità",
            "woorden van reclame",
        ],
    ),
    (
        "no way out",
        [
            "keine Abmeldung möglich",
            "sans désinscription",
            "senza disiscrizione",
            "zonder afmelding",
        ],
    ),
    (
        "a way out in words",
        [
            "Abmeldung im Text",
            "désinscription dans le texte",
            "disiscrizione nel testo",
            "afmelding in de tekst",
        ],
    ),
    (
        "a way out at one click (RFC 8058)",
        [
            "Abmeldung mit einem Klick (RFC 8058)",
            "désinscription en un clic (RFC 8058)",
            "disiscrizione con un clic (RFC 8058)",
            "afmelding met één klik (RFC 8058)",
        ],
    ),
    (
        "a way out in List-Unsubscribe (RFC 2369)",
        [
            "Abmeldung in List-Unsubscribe (RFC 2369)",
            "désinscription dans List-Unsubscribe (RFC 2369)",
            "disiscrizione in List-Unsubscribe (RFC 2369)",
            "afmelding in List-Unsubscribe (RFC 2369)",
        ],
    ),
    (
        "{} telephone numbers",
        [
            "{} Telefonnummern",
            "{} numéros de téléphone",
            "{} numeri di telefono",
            "{} telefoonnummers",
        ],
    ),
    (
        "{} postal addresses",
        [
            "{} Postadressen",
            "{} adresses postales",
            "{} indirizzi postali",
            "{} postadressen",
        ],
    ),
    (
        "{} mail addresses",
        [
            "{} E-Mail-Adressen",
            "{} adresses électroniques",
            "{} indirizzi e-mail",
            "{} e-mailadressen",
        ],
    ),
    ("{} names", ["{} Namen", "{} noms", "{} nomi", "{} namen"]),
    (
        "{} recipients of other domains in To and Cc",
        [
            "{} Empfänger anderer Domains in To und Cc",
            "{} destinataires d'autres domaines en To et Cc",
            "{} destinatari di altri domini in To e Cc",
            "{} ontvangers van andere domeinen in To en Cc",
        ],
    ),
    (
        "{} domains in To and Cc",
        [
            "{} Domains in To und Cc",
            "{} domaines en To et Cc",
            "{} domini in To e Cc",
            "{} domeinen in To en Cc",
        ],
    ),
    (
        "{} private mailboxes in To and Cc",
        [
            "{} private Postfächer in To und Cc",
            "{} boîtes privées en To et Cc",
            "{} caselle private in To e Cc",
            "{} privépostvakken in To en Cc",
        ],
    ),
    (
        "keyword {}",
        [
            "Stichwort «{}»",
            "mot-clé « {} »",
            "parola chiave «{}»",
            "trefwoord ‘{}’",
        ],
    ),
    (
        "column head {}",
        [
            "Spaltenkopf «{}»",
            "tête de colonne « {} »",
            "titolo di colonna «{}»",
            "kolomkop ‘{}’",
        ],
    ),
    (
        "above the list {}",
        [
            "über der Liste «{}»",
            "au-dessus de la liste « {} »",
            "sopra l'elenco «{}»",
            "boven de lijst ‘{}’",
        ],
    ),
    (
        "behind a name in a list",
        [
            "hinter einem Namen in einer Liste",
            "après un nom dans une liste",
            "dopo un nome in un elenco",
            "na een naam in een lijst",
        ],
    ),
    (
        "beside {}",
        [
            "neben «{}»",
            "à côté de « {} »",
            "accanto a «{}»",
            "naast ‘{}’",
        ],
    ),
    (
        "word {}",
        ["Wort «{}»", "mot « {} »", "parola «{}»", "woord ‘{}’"],
    ),
    (
        "{} of ICAO 9303, all check digits",
        [
            "{} nach ICAO 9303, alle Prüfziffern",
            "{} selon ICAO 9303, tous les chiffres de contrôle",
            "{} secondo ICAO 9303, tutte le cifre di controllo",
            "{} volgens ICAO 9303, alle controlecijfers",
        ],
    ),
];
