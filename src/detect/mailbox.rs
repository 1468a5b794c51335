// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns a mail address into the role of its mailbox: a service, a person at work, a person at home.

/// Whose a mailbox is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mailbox {
    /// No person's: `info@`.
    Service,
    /// A person's at home, by its provider, whatever it is called.
    Private,
    /// A person's at work.
    Professional,
}

impl Mailbox {
    /// What it is, as its finding says it.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Service => "service mailbox",
            Self::Private => "private mailbox",
            Self::Professional => "professional mailbox",
        }
    }
}

/// Whose the mailbox of an address in small letters is.
pub fn mailbox(address: &str) -> Mailbox {
    let (local, domain) = address.rsplit_once('@').unwrap_or((address, ""));
    let local = local.split('+').next().unwrap_or_default();
    let mut words = local.split(['.', '-', '_']);
    let whole: String = local.chars().filter(|c| c.is_alphanumeric()).collect();
    if provider(domain).is_some() {
        Mailbox::Private
    } else if SERVICE.contains(&whole.as_str()) || words.any(|word| SERVICE.contains(&word)) {
        Mailbox::Service
    } else {
        Mailbox::Professional
    }
}

/// Who gives mailboxes to private persons.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Provider {
    /// A freemail service.
    Freemail,
    /// An access provider, for its customers.
    Access,
}

impl Provider {
    /// The word for the addresses of such providers under `recipients`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Freemail => "freemail",
            Self::Access => "isp",
        }
    }
}

/// The provider of a domain in small letters: by the domain, or by its name under any country. Who
/// runs its mail servers says nothing: a company may have its mail at Google.
pub fn provider(domain: &str) -> Option<Provider> {
    let name = domain.rsplit('.').nth(1).unwrap_or_default();
    let under_co = UNDER.contains(&name).then(|| domain.rsplit('.').nth(2));
    let name = under_co.flatten().unwrap_or(name);
    if FREEMAIL.contains(&name) || FREEMAIL_DOMAINS.contains(&domain) {
        Some(Provider::Freemail)
    } else {
        ACCESS.contains(&domain).then_some(Provider::Access)
    }
}

/// Domains of providers below a domain that is written with its dot; for `.`, below one that nobody
/// has. All that lie there are as one of them, or in no provider's.
pub fn provider_domains(below: &str) -> impl Iterator<Item = String> {
    let top = if below == "." { ".invalid" } else { below }.to_owned();
    let mut tops: Vec<String> = UNDER.iter().map(|one| format!(".{one}{top}")).collect();
    tops.push(top);
    let names = tops.into_iter().flat_map(|top| {
        let names = FREEMAIL.iter();
        names.map(move |name| format!("{name}{top}"))
    });
    let own = FREEMAIL_DOMAINS.iter().chain(ACCESS);
    let own = own.map(|domain| (*domain).to_owned());
    let below = below.to_owned();
    names.chain(own.filter(move |domain| below == "." || domain.ends_with(&below)))
}

/// What stands in some countries between a name and the country.
const UNDER: &[&str] = &["co", "com", "net", "org"];

/// Local parts, or words of one, that no person is called.
const SERVICE: &[&str] = &[
    "abuse",
    "accounting",
    "accounts",
    "accueil",
    "achats",
    "admin",
    "administracion",
    "administratie",
    "administration",
    "amministrazione",
    "anfrage",
    "anmeldung",
    "auskunft",
    "bestellung",
    "bestellungen",
    "bewerbung",
    "billing",
    "boekhouding",
    "booking",
    "buchhaltung",
    "bureau",
    "career",
    "careers",
    "commande",
    "commercial",
    "compta",
    "comptabilite",
    "contabilita",
    "contact",
    "contatto",
    "customer",
    "customercare",
    "customerservice",
    "datenschutz",
    "direction",
    "donotreply",
    "dpo",
    "einkauf",
    "empfang",
    "enquiries",
    "enquiry",
    "facturation",
    "facture",
    "fatture",
    "finance",
    "formation",
    "helpdesk",
    "hello",
    "help",
    "hostmaster",
    "hr",
    "info",
    "information",
    "informatique",
    "inkoop",
    "invoice",
    "invoices",
    "it",
    "jobs",
    "kanzlei",
    "klantendienst",
    "klantenservice",
    "kontakt",
    "kundendienst",
    "kundenservice",
    "legal",
    "lohn",
    "mail",
    "mailbox",
    "mailer",
    "mailerdaemon",
    "marketing",
    "media",
    "news",
    "newsletter",
    "no",
    "nooreply",
    "noreply",
    "notification",
    "notifications",
    "office",
    "order",
    "orders",
    "ordini",
    "payroll",
    "personal",
    "personalabteilung",
    "postmaster",
    "post",
    "praxis",
    "presse",
    "press",
    "privacy",
    "protocollo",
    "purchasing",
    "rechnung",
    "rechnungen",
    "reception",
    "recruiting",
    "recrutement",
    "redaktion",
    "reply",
    "reservation",
    "reservations",
    "reservierung",
    "rh",
    "root",
    "sales",
    "schulung",
    "secretariat",
    "security",
    "segreteria",
    "sekretariat",
    "service",
    "services",
    "shop",
    "spam",
    "stage",
    "support",
    "system",
    "team",
    "technik",
    "ufficio",
    "ventes",
    "verkauf",
    "verkoop",
    "vertrieb",
    "verwaltung",
    "webmaster",
    "welcome",
    "zentrale",
];

/// Freemail services that have domains in many countries.
const FREEMAIL: &[&str] = &[
    "aol",
    "gmail",
    "gmx",
    "googlemail",
    "hotmail",
    "icloud",
    "live",
    "mailbox",
    "msn",
    "outlook",
    "proton",
    "protonmail",
    "rocketmail",
    "tuta",
    "tutanota",
    "yahoo",
    "yandex",
    "ymail",
    "zoho",
];

/// Domains of other freemail services.
const FREEMAIL_DOMAINS: &[&str] = &[
    // Switzerland
    "romandie.com",
    // Germany, Austria
    "email.de",
    "freenet.de",
    "mail.de",
    "posteo.de",
    "web.de",
    // France
    "laposte.net",
    // Italy
    "email.it",
    "inwind.it",
    "iol.it",
    "libero.it",
    "virgilio.it",
    // Elsewhere
    "bk.ru",
    "centrum.cz",
    "fastmail.com",
    "hey.com",
    "hushmail.com",
    "inbox.lv",
    "inbox.ru",
    "interia.pl",
    "mac.com",
    "mail.com",
    "mail.ru",
    "me.com",
    "o2.pl",
    "onet.pl",
    "pm.me",
    "rambler.ru",
    "sapo.pt",
    "seznam.cz",
    "wp.pl",
];

/// Domains at which the customers of access providers have their mailboxes.
const ACCESS: &[&str] = &[
    // Switzerland
    "bluemail.ch",
    "bluewin.ch",
    "gawnet.ch",
    "hispeed.ch",
    "quickline.ch",
    "sunrise.ch",
    "swissonline.ch",
    "ticino.com",
    "vtxnet.ch",
    "yetnet.ch",
    // Germany, Austria
    "1und1.de",
    "a1.net",
    "aon.at",
    "arcor.de",
    "chello.at",
    "kabsi.at",
    "online.de",
    "t-online.de",
    "utanet.at",
    "vodafone.de",
    // France
    "bbox.fr",
    "free.fr",
    "neuf.fr",
    "noos.fr",
    "numericable.fr",
    "orange.fr",
    "sfr.fr",
    "wanadoo.fr",
    // Belgium, Luxembourg, Netherlands
    "belgacom.net",
    "casema.nl",
    "chello.nl",
    "hetnet.nl",
    "home.nl",
    "kpnmail.nl",
    "kpnplanet.nl",
    "pandora.be",
    "planet.nl",
    "proximus.be",
    "pt.lu",
    "quicknet.nl",
    "scarlet.be",
    "skynet.be",
    "telenet.be",
    "upcmail.nl",
    "voo.be",
    "xs4all.nl",
    "ziggo.nl",
    "zonnet.nl",
    // Italy
    "alice.it",
    "fastwebnet.it",
    "tim.it",
    "tin.it",
    "tiscali.it",
    // United Kingdom, Ireland
    "blueyonder.co.uk",
    "btinternet.com",
    "eircom.net",
    "ntlworld.com",
    "sky.com",
    "talktalk.net",
    "tiscali.co.uk",
    "virginmedia.com",
    // Elsewhere
    "att.net",
    "comcast.net",
    "verizon.net",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_roles_apart() {
        for (local, domain, wanted) in [
            ("info", "example.ch", "service mailbox"),
            ("no-reply", "example.com", "service mailbox"),
            ("kundendienst.zuerich", "gmx.ch", "private mailbox"),
            ("anna.muster", "example.ch", "professional mailbox"),
            ("anna.muster+x", "bluewin.ch", "private mailbox"),
            ("a", "hotmail.co.uk", "private mailbox"),
            ("a", "yahoo.fr", "private mailbox"),
            ("informant", "gmail.example.ch", "professional mailbox"),
        ] {
            let address = format!("{local}@{domain}");
            assert_eq!(mailbox(&address).as_str(), wanted, "{address}");
        }
    }
}
