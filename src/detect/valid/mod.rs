// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns a candidate into yes or no: check digits and structure, by name.
//!
//! A validator is given the significant characters only, letters as capitals. Each is compared with
//! another program by `tests/validators.tsv`: python-stdnum where it has the number, else a second
//! implementation; `tests/oracle/validators.py` says where and why we are stricter.

mod card;
mod date;
mod middle;
mod north;
mod south;
mod sum;
mod west;

use super::iban;
pub use sum::{luhn, mod97};

/// A check on a candidate.
pub type Validator = fn(&str) -> bool;

/// The names that `valid:` in a rule may say. A new one is a function in one of the files beside
/// this and a line here.
pub const VALIDATORS: &[(&str, Validator)] = &[
    ("luhn", sum::luhn),
    ("verhoeff", sum::verhoeff),
    ("ean13", sum::ean13),
    ("mod97", sum::mod97),
    ("mod11-10", sum::mod11_10),
    ("iban", iban::is_valid),
    ("card", card::card),
    ("rib", card::rib),
    ("nir", west::nir),
    ("fr-spi", west::fr_spi),
    ("be-nn", west::be_nn),
    ("lu-matricule", west::lu_matricule),
    ("bsn", west::bsn),
    ("nhs", west::nhs),
    ("nino", west::nino),
    ("utr", west::utr),
    ("pps", west::pps),
    ("de-idnr", middle::de_idnr),
    ("de-rvnr", middle::de_rvnr),
    ("de-kvnr", middle::de_kvnr),
    ("de-stnr", middle::de_stnr),
    ("at-vnr", middle::at_vnr),
    ("pesel", middle::pesel),
    ("rodne-cislo", middle::rodne_cislo),
    ("emso", middle::emso),
    ("taj", middle::taj),
    ("codice-fiscale", south::codice_fiscale),
    ("dni", south::dni),
    ("nie", south::nie),
    ("pt-nif", south::pt_nif),
    ("pt-cc", south::pt_cc),
    ("cnp", south::cnp),
    ("egn", south::egn),
    ("oib", south::oib),
    ("amka", south::amka),
    ("personnummer", north::personnummer),
    ("cpr", north::cpr),
    ("hetu", north::hetu),
    ("fodselsnummer", north::fodselsnummer),
    ("kennitala", north::kennitala),
    ("isikukood", north::isikukood),
    ("asmens-kodas", north::asmens_kodas),
    ("personas-kods", north::personas_kods),
];

#[cfg(test)]
mod tests {
    use super::*;

    /// Values and verdicts of another program; `tests/oracle/validators.py` says how it was made.
    const ORACLE: &str = include_str!("../../../tests/validators.tsv");

    /// With `VALIDATORS=FILE`, the numbers of that file; it may hold a million of each.
    #[test]
    fn agrees_with_the_oracle() {
        let more =
            std::env::var_os("VALIDATORS").map(|file| std::fs::read_to_string(file).unwrap());
        let mut wrong = Vec::new();
        let mut seen = std::collections::BTreeMap::<&str, [usize; 2]>::new();
        let lines = more.as_deref().unwrap_or(ORACLE).lines();
        for line in lines.filter(|line| !line.starts_with('#')) {
            let [name, number, verdict] = line.split('\t').collect::<Vec<_>>()[..] else {
                panic!("not three columns: {line}");
            };
            let (_, valid) = VALIDATORS.iter().find(|(own, _)| *own == name).unwrap();
            let expected = verdict == "valid";
            seen.entry(name).or_default()[usize::from(expected)] += 1;
            if valid(number) != expected {
                wrong.push(line);
            }
        }
        wrong.truncate(100);
        assert!(wrong.is_empty(), "{}\nof {seen:?}", wrong.join("\n"));
        if more.is_some() {
            return;
        }
        assert_eq!(seen.len(), VALIDATORS.len());
        for (name, [bad, good]) in seen {
            assert!(bad >= 100 && good >= 100, "{name}: {bad} bad, {good} good");
        }
    }

    #[test]
    fn nothing_is_valid_that_is_no_number() {
        let odd = [
            "",
            "é",
            "7",
            "é756921707698",
            "756921707698é",
            "ＣＨ93",
            "\u{0}",
        ];
        for (name, valid) in VALIDATORS {
            for text in odd {
                assert!(!valid(text), "{name} takes {text:?}");
            }
            assert!(!valid(&"9".repeat(5001)), "{name} takes a long one");
        }
    }
}
