// SPDX-License-Identifier: GPL-3.0-or-later
//! Keeps the reasons of findings and facts in German, French, Italian and Dutch. `{}` stands for words of the
//! mail or a number; what is in brackets behind a term is its field in the lexicon, which is left out.

use super::entities::ENTITIES;

/// English, then German, French, Italian, Dutch.
const REASONS: &[(&str, [&str; 4])] = &[
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
/// What stands before the name of a category.
const TERM: (&str, [&str; 4]) = (
    "term of ",
    [
        "Begriff der Kategorie ",
        "terme de ",
        "termine di ",
        "term van ",
    ],
);

/// A reason in the language of this column; none where it is not known.
pub(super) fn translate(reason: &str, column: usize) -> Option<String> {
    if let Some(term) = reason.strip_prefix(TERM.0) {
        let (category, _) = term.split_once(' ').unwrap_or((term, ""));
        let (_, words) = ENTITIES
            .iter()
            .find(|(entity, _)| entity.as_str() == category)?;
        return Some(format!("{}{}", TERM.1.get(column)?, words.get(column)?));
    }
    REASONS.iter().find_map(|(english, others)| {
        let own = others.get(column)?;
        match english.split_once("{}") {
            None => (*english == reason).then(|| (*own).to_owned()),
            Some((before, after)) => {
                let words = reason.strip_prefix(before)?.strip_suffix(after)?;
                Some(own.replacen("{}", words, 1))
            }
        }
    })
}
