// SPDX-License-Identifier: GPL-3.0-or-later
//! The types of personal data, and the groups that name several of them.

use serde::{Deserialize, Serialize};

macro_rules! entities {
    ($($variant:ident $name:literal,)*) => {
        /// A type of personal data, or a fact about a message that the table can name.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[allow(missing_docs, reason = "each variant is its own name")]
        pub enum Entity { $(#[serde(rename = $name)] $variant,)* }

        impl Entity {
            /// All of them, in the order of the interface page.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// The word in rules, config, JSON and log.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }
        }
    };
}

entities! {
    PersonName "person-name",
    EmailAddress "email-address",
    PhoneNumber "phone-number",
    PostalAddress "postal-address",
    DateOfBirth "date-of-birth",
    NationalId "national-id",
    TaxId "tax-id",
    HealthInsuranceId "health-insurance-id",
    Passport "passport",
    IdentityCard "identity-card",
    DrivingLicence "driving-licence",
    LicencePlate "licence-plate",
    TravelDocumentMrz "travel-document-mrz",
    BankAccount "bank-account",
    PaymentCard "payment-card",
    VatNumber "vat-number",
    Salary "salary",
    Secret "secret",
    Health "health",
    Religion "religion",
    UnionMembership "union-membership",
    EthnicOrigin "ethnic-origin",
    PoliticalOpinion "political-opinion",
    SexLife "sex-life",
    Biometric "biometric",
    Genetic "genetic",
    Conviction "conviction",
    Unreadable "unreadable",
    Encrypted "encrypted",
    WeaklyEncrypted "weakly-encrypted",
    Partly "partly",
    OverBudget "over-budget",
    Ambiguous "ambiguous",
    Picture "picture",
    BulkList "bulk-list",
    ExposedRecipients "exposed-recipients",
    Invoice "invoice",
    Prospecting "prospecting",
}

/// Group names and their members. `personal` is what is ordinary but private.
pub const GROUPS: &[(&str, &[Entity])] = &[
    (
        "contact",
        &[
            Entity::PersonName,
            Entity::EmailAddress,
            Entity::PhoneNumber,
            Entity::PostalAddress,
        ],
    ),
    (
        "personal",
        &[Entity::DateOfBirth, Entity::LicencePlate, Entity::Salary],
    ),
    (
        "special-category",
        &[
            Entity::Health,
            Entity::Religion,
            Entity::UnionMembership,
            Entity::EthnicOrigin,
            Entity::PoliticalOpinion,
            Entity::SexLife,
            Entity::Biometric,
            Entity::Genetic,
            Entity::Conviction,
        ],
    ),
];

impl Entity {
    /// True for what holds of a message or a part as a whole, and is no value in it.
    pub fn is_fact(self) -> bool {
        self >= Self::Unreadable
    }

    /// True for GDPR Art. 9 and 10: of such a finding nothing is ever shown.
    pub fn is_special(self) -> bool {
        members("special-category").contains(&self)
    }
}

/// The entities that a word of the config names: one entity, or a group. Empty for an unknown word.
pub fn members(word: &str) -> Vec<Entity> {
    if let Some((_, entities)) = GROUPS.iter().find(|(name, _)| *name == word) {
        return entities.to_vec();
    }
    let found = Entity::ALL.iter().filter(|entity| entity.as_str() == word);
    found.copied().collect()
}
