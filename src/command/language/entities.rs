// SPDX-License-Identifier: GPL-3.0-or-later
//! Keeps the names of entities and facts in German, French, Italian and Dutch.

use crate::detect::Entity::{self, *};

pub(super) const ENTITIES: &[(Entity, [&str; 4])] = &[
    (
        PersonName,
        [
            "Name einer Person",
            "nom d'une personne",
            "nome di persona",
            "naam van een persoon",
        ],
    ),
    (
        EmailAddress,
        [
            "E-Mail-Adresse",
            "adresse électronique",
            "indirizzo e-mail",
            "e-mailadres",
        ],
    ),
    (
        PhoneNumber,
        [
            "Telefonnummer",
            "numéro de téléphone",
            "numero di telefono",
            "telefoonnummer",
        ],
    ),
    (
        PostalAddress,
        [
            "Postadresse",
            "adresse postale",
            "indirizzo postale",
            "postadres",
        ],
    ),
    (
        DateOfBirth,
        [
            "Geburtsdatum",
            "date de naissance",
            "data di nascita",
            "geboortedatum",
        ],
    ),
    (
        NationalId,
        [
            "Personen- oder Sozialversicherungsnummer",
            "numéro national ou de sécurité sociale",
            "numero personale o di assicurazione sociale",
            "nationaal nummer of burgerservicenummer",
        ],
    ),
    (
        TaxId,
        [
            "Steuernummer",
            "numéro fiscal",
            "codice fiscale",
            "fiscaal nummer",
        ],
    ),
    (
        HealthInsuranceId,
        [
            "Versichertennummer der Krankenkasse",
            "numéro d'assuré maladie",
            "numero di assicurato malattia",
            "verzekerdennummer",
        ],
    ),
    (
        Passport,
        [
            "Passnummer",
            "numéro de passeport",
            "numero di passaporto",
            "paspoortnummer",
        ],
    ),
    (
        IdentityCard,
        [
            "Nummer einer Identitätskarte",
            "numéro de carte d'identité",
            "numero di carta d'identità",
            "nummer van een identiteitskaart",
        ],
    ),
    (
        DrivingLicence,
        [
            "Nummer eines Führerausweises",
            "numéro de permis de conduire",
            "numero di patente",
            "rijbewijsnummer",
        ],
    ),
    (
        LicencePlate,
        [
            "Kontrollschild",
            "plaque d'immatriculation",
            "targa",
            "nummerplaat",
        ],
    ),
    (
        TravelDocumentMrz,
        [
            "maschinenlesbare Zone eines Ausweises",
            "zone de lecture automatique",
            "zona a lettura ottica",
            "machineleesbare zone",
        ],
    ),
    (
        BankAccount,
        [
            "Bankkonto",
            "compte bancaire",
            "conto bancario",
            "bankrekening",
        ],
    ),
    (
        PaymentCard,
        [
            "Zahlkarte",
            "carte de paiement",
            "carta di pagamento",
            "betaalkaart",
        ],
    ),
    (
        VatNumber,
        [
            "Mehrwertsteuernummer",
            "numéro de TVA",
            "partita IVA",
            "btw-nummer",
        ],
    ),
    (Salary, ["Lohn", "salaire", "stipendio", "loon"]),
    (
        Secret,
        [
            "Passwort oder Schlüssel",
            "mot de passe ou clé",
            "password o chiave",
            "wachtwoord of sleutel",
        ],
    ),
    (Health, ["Gesundheit", "santé", "salute", "gezondheid"]),
    (
        Religion,
        [
            "Religion oder Weltanschauung",
            "religion ou conviction",
            "religione o convinzione",
            "godsdienst of levensovertuiging",
        ],
    ),
    (
        UnionMembership,
        [
            "Mitgliedschaft in einer Gewerkschaft",
            "appartenance syndicale",
            "appartenenza sindacale",
            "lidmaatschap van een vakbond",
        ],
    ),
    (
        EthnicOrigin,
        [
            "ethnische Herkunft",
            "origine ethnique",
            "origine etnica",
            "etnische afkomst",
        ],
    ),
    (
        PoliticalOpinion,
        [
            "politische Meinung",
            "opinion politique",
            "opinione politica",
            "politieke opvatting",
        ],
    ),
    (
        SexLife,
        [
            "Sexualleben oder sexuelle Orientierung",
            "vie ou orientation sexuelle",
            "vita o orientamento sessuale",
            "seksueel leven of geaardheid",
        ],
    ),
    (
        Biometric,
        [
            "biometrische Daten",
            "données biométriques",
            "dati biometrici",
            "biometrische gegevens",
        ],
    ),
    (
        Genetic,
        [
            "genetische Daten",
            "données génétiques",
            "dati genetici",
            "genetische gegevens",
        ],
    ),
    (
        Conviction,
        [
            "Strafe oder Straftat",
            "condamnation ou infraction",
            "condanna o reato",
            "veroordeling of strafbaar feit",
        ],
    ),
    (
        Unreadable,
        ["nicht lesbar", "illisible", "illeggibile", "onleesbaar"],
    ),
    (
        Encrypted,
        ["verschlüsselt", "chiffré", "cifrato", "versleuteld"],
    ),
    (
        WeaklyEncrypted,
        [
            "schwach verschlüsselt",
            "faiblement chiffré",
            "cifrato debolmente",
            "zwak versleuteld",
        ],
    ),
    (
        Partly,
        [
            "nur zum Teil gelesen",
            "lu en partie",
            "letto in parte",
            "deels gelezen",
        ],
    ),
    (
        OverBudget,
        [
            "zu gross zum Lesen",
            "trop grand pour être lu",
            "troppo grande da leggere",
            "te groot om te lezen",
        ],
    ),
    (
        Ambiguous,
        ["mehrdeutig", "ambigu", "ambiguo", "dubbelzinnig"],
    ),
    (Picture, ["Bild", "image", "immagine", "afbeelding"]),
    (
        BulkList,
        [
            "Liste vieler Personen",
            "liste de nombreuses personnes",
            "elenco di molte persone",
            "lijst van veel personen",
        ],
    ),
    (
        ExposedRecipients,
        [
            "Empfänger, die einander sehen",
            "destinataires visibles entre eux",
            "destinatari visibili tra loro",
            "ontvangers die elkaar zien",
        ],
    ),
    (Invoice, ["Rechnung", "facture", "fattura", "factuur"]),
    (
        Prospecting,
        ["Werbung", "prospection", "pubblicità", "reclame"],
    ),
];
