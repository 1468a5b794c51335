// SPDX-License-Identifier: GPL-3.0-or-later
//! Tells advertising, and whether it offers a way out (ePrivacy Directive, Art. 13; GDPR, Art. 21).

use std::collections::HashSet;
use std::sync::LazyLock;

use super::Fact;
use crate::detect::Entity;
use crate::detect::phrases::Phrases;
use crate::extract::Text;
use crate::message::Message;

/// Words of advertising; two of them make it one.
static ADVERTISING: LazyLock<Phrases> = LazyLock::new(|| {
    Phrases::of(&[
        "newsletter",
        "lettre d'information",
        "infolettre",
        "offre",
        "code promo",
        "promotion",
        "réduction",
        "découvrez",
        "soldes",
        "rabatt",
        "rabattcode",
        "angebot",
        "angebote",
        "sonderangebot",
        "gutschein",
        "aktion",
        "jetzt entdecken",
        "jetzt anmelden",
        "offerta",
        "offerte",
        "sconto",
        "codice sconto",
        "codice promozione",
        "scopri",
        "promozione",
        "nieuwsbrief",
        "aanbieding",
        "kortingscode",
        "korting",
        "ontdek",
        "special offer",
        "discount",
        "promo code",
        "sale ends",
        "shop now",
        "limited time",
        "voucher",
        "% off",
    ])
});
/// A way out, in words (ePrivacy Directive, Art. 13(2); GDPR, Art. 21(2)).
static WAY_OUT: LazyLock<Phrases> = LazyLock::new(|| {
    Phrases::of(&[
        "se désabonner",
        "désabonn",
        "désinscri",
        "ne plus recevoir",
        "abmelden",
        "abbestell",
        "abmeldelink",
        "keine angebote mehr",
        "disiscri",
        "cancella l'iscrizione",
        "annulla l'iscrizione",
        "non desideri più",
        "uitschrijven",
        "schrijf u hier uit",
        "afmelden",
        "unsubscribe",
        "opt out",
        "opt-out",
        "stop receiving",
    ])
});

/// Advertising, counted where it offers no way out.
pub(super) fn of(message: &Message, texts: &[Text]) -> Option<Fact> {
    let has_field = |name: &str| message.fields.iter().any(|field| field.is(name));
    let bodies = texts
        .iter()
        .filter(|text| !text.part.0.starts_with("header:"));
    let bodies: Vec<&str> = bodies.map(|text| text.content.as_str()).collect();
    let cues = bodies.iter().flat_map(|body| ADVERTISING.words(body));
    let cues: HashSet<String> = cues.map(str::to_lowercase).collect();
    if cues.is_empty() {
        return None;
    }
    let in_words = bodies.iter().any(|body| WAY_OUT.is_in(body));
    let is_listed = has_field("List-Unsubscribe");
    if cues.len() < 2 && !is_listed && !in_words {
        return None;
    }
    let one_click = has_field("List-Unsubscribe-Post");
    let ways = [
        (one_click && is_listed, "a way out at one click (RFC 8058)"),
        (
            is_listed && !one_click,
            "a way out in List-Unsubscribe (RFC 2369)",
        ),
        (in_words, "a way out in words"),
    ];
    let mut why: Vec<String> = ways
        .iter()
        .filter(|(holds, _)| *holds)
        .map(|(_, word)| (*word).to_owned())
        .collect();
    let counted = why.is_empty();
    if counted {
        why.push("no way out".to_owned());
    }
    why.insert(0, "words of advertising".to_owned());
    Some(Fact {
        entity: Entity::Prospecting,
        counted,
        why,
    })
}
