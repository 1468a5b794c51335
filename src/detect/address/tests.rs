// SPDX-License-Identifier: GPL-3.0-or-later
//! The forms of the countries, and what only looks like one. An address stands between ‹ and ›.

use super::find;

fn found(text: &str) -> Option<String> {
    let plain = text.replace(['‹', '›'], "");
    let tokens = plain.char_indices().filter(|(at, c)| {
        let before = plain.get(..*at).and_then(|text| text.chars().next_back());
        c.is_ascii_alphanumeric() && !before.is_some_and(|c| c.is_alphanumeric())
    });
    let hit = tokens.filter_map(|(at, _)| find(&plain, at)).next()?;
    plain.get(hit.span).map(str::to_owned)
}

#[test]
fn finds_the_forms_of_each_country() {
    for text in [
        "zieht an die ‹Obere Zollgasse 17b, 3072 Ostermundigen›.",
        "Hans Oberli\n‹Im Grüt 4\n8134 Adliswil›\nKlingel defekt",
        "Urs Küng\n‹Postfach 211\nCH-9042 Speicher›\nbittet",
        "Frei Sandra;‹Hinterdorfstrasse 9;8933;Maschwanden›\n",
        "Yusuf Kaya, ‹Karl-Marx-Straße 233, 12055 Berlin›, zahlt",
        "Anton Egger, ‹Mariahilfer Straße 45/2/17, 1060 Wien›",
        "Anton Egger\n‹Ringstraße 8, Stiege 2, Tür 11\n4020 Linz›",
        "habite ‹chemin des Glycines 12, 1095 Lutry› depuis",
        "‹Case postale 48, 1211 Genève 12›, Odette",
        "M. Perrin, ‹12 bis rue Victor-Hugo, 69002 Lyon›",
        "demeurant au ‹27, quai de la Loire - 44000 Nantes›",
        "‹avenue Louise 331 bte 4, 1050 Bruxelles›",
        "M. Weber\n‹24A, route d'Arlon\nL-8008 Strassen›",
        "abita in ‹via Cantonale 31, 6814 Lamone›.",
        "residente in ‹Via Garibaldi, 18 - 20025 Legnano (MI)›, Ines",
        "Residenza: ‹Rotonda Badoglio, 469 Appartamento 93, 08045, Lanusei (NU)›\nCellulare",
        "‹Kerkstraat 21 bus 302, 9000 Gent›, mevrouw",
        "wonende te ‹Gerritpad 430, 5540 BK, Teerns›. U kunt",
        "wonende te ‹Yusufweg 33, 1543YV, Emmen›. U kunt",
        "live at ‹Flat 01, Frost Garden, Cunninghamside, HP5 5HZ›. My",
        "‹22B Baker's Row, London E1 5SJ›.",
        "Joy\n‹The Old Forge\nLavenham\nCO10 9SA›\n",
        "at ‹118 Deansgate, Manchester M32GQ›.",
        "HR Manager\n‹39 McNea Street R32 XK0V Joanna Ville›\nTel",
        "Sean, ‹14 Patrick Street, Kilkenny, R95X2P4›",
        "‹1820 Maple Avenue Apt 5, Springfield, IL 62704›.",
        "wohnt ‹bahnhofstrasse 12, 8400 winterthur›",
        "‹RUE DU MOULIN 3, 1800 VEVEY›",
    ] {
        let (_, rest) = text.split_once('‹').unwrap();
        let (wanted, _) = rest.split_once('›').unwrap();
        assert_eq!(found(text).as_deref(), Some(wanted), "{text}");
    }
}

#[test]
fn leaves_alone_what_only_looks_like_one() {
    for text in [
        "Version 12, 2024 Update",
        "Artikel 12, 8004 Teile",
        "Artikel 12\n8004 Teile",
        "Sitzung vom 12. März 2024, 3000 Bern",
        "Halle 3, 4000 Plätze",
        "Article 5, 10000 Euros",
        "via mail, 2023 Beta",
        "rue du Moulin, fermée",
        "model E5 4GE is not in stock",
        "Filter A65 F4E2 Kit",
        "Im Jahr 2024 Bern besucht",
    ] {
        assert_eq!(found(text), None, "{text}");
    }
}
