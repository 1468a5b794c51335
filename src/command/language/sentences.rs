// SPDX-License-Identifier: GPL-3.0-or-later
//! Keeps the words of `explain` around the evidence. `{}` stands for what is filled in, in order.

/// The words of one language.
pub(in crate::command) struct Sentences {
    /// The heads of the table of findings.
    pub heads: [&'static str; 6],
    pub nothing_found: &'static str,
    /// Before the reason why a finding does not count.
    pub not_counted: &'static str,
    pub not_read: &'static str,
    /// Above what would have to be different.
    pub instead: &'static str,
    /// What has to go, and the level without it.
    pub without: &'static str,
    /// A level, a recipient, and his channel then.
    pub channel: &'static str,
    /// A kind of recipient, and its channel at this level.
    pub kind: &'static str,
    pub and: &'static str,
    /// The lowest level cannot be lowered.
    pub lowest: &'static str,
}

/// English, German, French, Italian, Dutch.
pub(super) const ALL: [Sentences; 5] = [
    Sentences {
        heads: ["found", "what", "sure", "where", "value", "why"],
        nothing_found: "nothing found",
        not_counted: "not counted: ",
        not_read: "not read",
        instead: "What would have to be different:",
        without: "without {} the level would be \"{}\"",
        channel: "then {} by \"{}\"",
        kind: "a recipient of kind \"{}\" gets it by \"{}\"",
        and: "and",
        lowest: "nothing: this is the lowest level",
    },
    Sentences {
        heads: ["gefunden", "was", "sicher", "wo", "Wert", "warum"],
        nothing_found: "nichts gefunden",
        not_counted: "zählt nicht: ",
        not_read: "nicht gelesen",
        instead: "Was anders sein müsste:",
        without: "ohne {} wäre die Stufe «{}»",
        channel: "dann {} über «{}»",
        kind: "ein Empfänger der Art «{}» erhält sie über «{}»",
        and: "und",
        lowest: "nichts: das ist die tiefste Stufe",
    },
    Sentences {
        heads: ["trouvé", "quoi", "sûreté", "où", "valeur", "pourquoi"],
        nothing_found: "rien trouvé",
        not_counted: "ne compte pas : ",
        not_read: "non lu",
        instead: "Ce qui devrait être différent :",
        without: "sans {}, le niveau serait « {} »",
        channel: "alors {} par « {} »",
        kind: "un destinataire du type « {} » le reçoit par « {} »",
        and: "et",
        lowest: "rien : c'est le niveau le plus bas",
    },
    Sentences {
        heads: [
            "trovato", "che cosa", "certezza", "dove", "valore", "perché",
        ],
        nothing_found: "niente trovato",
        not_counted: "non conta: ",
        not_read: "non letto",
        instead: "Che cosa dovrebbe essere diverso:",
        without: "senza {} il livello sarebbe «{}»",
        channel: "allora {} tramite «{}»",
        kind: "un destinatario di tipo «{}» lo riceve tramite «{}»",
        and: "e",
        lowest: "niente: è il livello più basso",
    },
    Sentences {
        heads: ["gevonden", "wat", "zeker", "waar", "waarde", "waarom"],
        nothing_found: "niets gevonden",
        not_counted: "telt niet: ",
        not_read: "niet gelezen",
        instead: "Wat anders zou moeten zijn:",
        without: "zonder {} zou het niveau ‘{}’ zijn",
        channel: "dan {} via ‘{}’",
        kind: "een ontvanger van soort ‘{}’ krijgt het via ‘{}’",
        and: "en",
        lowest: "niets: dit is het laagste niveau",
    },
];
