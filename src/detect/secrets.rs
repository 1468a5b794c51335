// SPDX-License-Identifier: GPL-3.0-or-later
//! Finds keys: tokens by the prefix that their issuer gives them, private keys by their frame. What is
//! announced by a word is a password.

use super::candidate::{Candidate, Form};
use super::password::password;

/// Where something may begin. The words that announce a password come last.
pub(super) const BEGINNINGS: &[&str] = &[
    "-----BEGIN ",
    "AKIA",
    "ASIA",
    "ghp_",
    "gho_",
    "ghu_",
    "ghs_",
    "ghr_",
    "github_pat_",
    "glpat-",
    "xoxb-",
    "xoxp-",
    "xoxa-",
    "xoxr-",
    "xoxs-",
    "xapp-",
    "sk_live_",
    "rk_live_",
    "sk-proj-",
    "sk-ant-",
    "AIza",
    "ya29.",
    "eyJ",
    "npm_",
    "pypi-",
    "SG.",
    "dop_v1_",
    "hvs.",
    "shpat_",
    "AGE-SECRET-KEY-1",
    "password",
    "passwort",
    "kennwort",
    "passwd",
    "passcode",
    "pwd",
    "pw",
    "psw",
    "passphrase",
    "mot de passe",
    "mdp",
    "wachtwoord",
    "ww",
    "parola d'ordine",
    "contraseña",
    "palavra-passe",
    "code wi-fi",
    "code wifi",
    "clé wifi",
    "chiave wifi",
    "wifi key",
    "wlan-schlüssel",
    "zugangsdaten",
    "identifiants",
    "credentials",
    "credenziali",
    "inloggegevens",
    "api_key",
    "api-key",
    "apikey",
    "api key",
    "secret_key",
    "secret-key",
    "client_secret",
    "access_token",
    "auth_token",
];

/// Tokens: prefix, least and most signs behind it. The issuers' own documentation; the rules of
/// gitleaks name the same.
const TOKENS: &[(&str, usize, usize)] = &[
    ("AKIA", 16, 16),
    ("ASIA", 16, 16),
    ("ghp_", 36, 255),
    ("gho_", 36, 255),
    ("ghu_", 36, 255),
    ("ghs_", 36, 255),
    ("ghr_", 36, 255),
    ("github_pat_", 82, 255),
    ("glpat-", 20, 64),
    ("xoxb-", 20, 255),
    ("xoxp-", 20, 255),
    ("xoxa-", 20, 255),
    ("xoxr-", 20, 255),
    ("xoxs-", 20, 255),
    ("xapp-", 20, 255),
    ("sk_live_", 16, 255),
    ("rk_live_", 16, 255),
    ("sk-proj-", 40, 255),
    ("sk-ant-", 40, 255),
    ("AIza", 35, 35),
    ("ya29.", 40, 1024),
    ("npm_", 36, 36),
    ("pypi-", 50, 255),
    ("SG.", 60, 80),
    ("dop_v1_", 64, 64),
    ("hvs.", 24, 255),
    ("shpat_", 32, 32),
    ("AGE-SECRET-KEY-1", 58, 58),
];

/// How far the frame of a private key may reach, in bytes, and the longest JSON web token.
const MAX_KEY: usize = 8192;
const MAX_JWT: usize = 4096;
/// The least entropy of a token, in bits a sign: below are `xxxx` and `EXAMPLE`.
const LEAST_ENTROPY: f32 = 3.0;

/// The secret that begins at, or is announced at, the literal at `at`.
pub(super) fn find(text: &str, at: usize) -> Option<Candidate> {
    let rest = text.get(at..)?;
    let before = text.get(..at)?.chars().next_back();
    if rest.starts_with("-----BEGIN ") {
        return private_key(rest, at);
    }
    if before.is_some_and(|c| c.is_alphanumeric() || c == '+' || c == '/') {
        return None;
    }
    if rest.starts_with("eyJ") {
        return json_web_token(rest, at);
    }
    match TOKENS.iter().find(|(prefix, ..)| rest.starts_with(prefix)) {
        Some((prefix, least, most)) => {
            let signs = rest.get(prefix.len()..)?;
            let length = run(signs.as_bytes(), most + 1, b"_-.");
            let fits = (*least..=*most).contains(&length);
            let value = rest.get(..prefix.len() + length)?;
            (fits && entropy(signs.get(..length)?) >= LEAST_ENTROPY)
                .then(|| secret(at, value, Form::Grouped, "prefix of an issuer"))
        }
        None => password(rest, at),
    }
}

/// A secret that stands at a place.
pub(super) fn secret(at: usize, value: &str, form: Form, why: &str) -> Candidate {
    Candidate {
        span: at..at + value.len(),
        value: value.to_owned(),
        form,
        why: vec![why.to_owned()],
    }
}

/// `-----BEGIN RSA PRIVATE KEY-----` up to its end, or the line alone where that is far (RFC 7468).
fn private_key(rest: &str, at: usize) -> Option<Candidate> {
    let line = rest.get(..rest.floor_char_boundary(80))?;
    let label = line.get("-----BEGIN ".len()..)?.split("-----").next()?;
    let is_private = label.ends_with("PRIVATE KEY") || label.ends_with("PRIVATE KEY BLOCK");
    if !is_private || label.len() > 40 {
        return None;
    }
    let near = rest.get(..rest.floor_char_boundary(MAX_KEY))?;
    let end = near
        .find("-----END ")
        .map(|end| end + "-----END ".len() + label.len() + 5);
    let head = "-----BEGIN ".len() + label.len() + 5;
    let value = rest
        .get(..end.unwrap_or(head))
        .or_else(|| rest.get(..head))?;
    Some(secret(at, value, Form::Grouped, "frame of a private key"))
}

/// Three parts of base64url, the first two of them JSON (RFC 7519, 3).
fn json_web_token(rest: &str, at: usize) -> Option<Candidate> {
    let length = run(rest.as_bytes(), MAX_JWT, b"_-.");
    let value = rest.get(..length)?.trim_end_matches('.');
    let parts: Vec<&str> = value.split('.').collect();
    let sound = matches!(parts[..], [head, body, sign]
        if head.len() >= 15 && body.starts_with("eyJ") && body.len() >= 10 && sign.len() >= 20);
    sound.then(|| secret(at, value, Form::Grouped, "JSON web token"))
}

/// How many letters, digits and signs of `more` begin a text, `most` at most.
fn run(bytes: &[u8], most: usize, more: &[u8]) -> usize {
    let takes = |byte: &&u8| byte.is_ascii_alphanumeric() || more.contains(byte);
    bytes.iter().take(most).take_while(takes).count()
}

/// Shannon's entropy of the bytes, in bits a byte.
pub(super) fn entropy(value: &str) -> f32 {
    let mut counts = [0_u16; 256];
    for byte in value.bytes().take(1024) {
        if let Some(count) = counts.get_mut(usize::from(byte)) {
            *count += 1;
        }
    }
    let all: f32 = counts.iter().map(|count| f32::from(*count)).sum();
    let bits = counts.iter().filter(|count| **count > 0).map(|count| {
        let share = f32::from(*count) / all;
        -share * share.log2()
    });
    bits.sum()
}

#[cfg(test)]
mod tests {
    use super::super::dictionary::{Dictionary, Use};
    use super::super::words::Words;
    use super::*;

    fn found(text: &str) -> Vec<&str> {
        let words = BEGINNINGS.iter().map(|word| (0, Use::Begins, *word));
        let words = Dictionary::of(words);
        Words::all(text, &words)
            .into_iter()
            .filter_map(|said| find(text, said.start))
            .map(|found| &text[found.span])
            .collect()
    }

    #[test]
    fn finds_keys_and_passwords() {
        // Put together here, so that no scanner of sources takes them for real ones.
        let aws = format!("AKIA{}", "Q3EGRTYXA7BNZLW2");
        let hub = format!("ghp_{}", "a8Kq2LxVb7Zr4TnYw1Mc6Pd3Hs9Gf5Jk0BtE");
        assert_eq!(found(&format!("key={aws};")), [aws.as_str()]);
        assert_eq!(found(&format!("{hub}\n")), [hub.as_str()]);
        let key = format!(
            "-----BEGIN {0}-----\nMIIE\n-----END {0}-----",
            "RSA PRIVATE KEY"
        );
        assert_eq!(found(&format!("x {key} y")), [key.as_str()]);
        for (text, value) in [
            ("Ihr Passwort lautet: Sommer2024!", "Sommer2024!"),
            ("mot de passe : \"x7Kp-99a\"", "x7Kp-99a"),
            ("PASSWORD=hunter22x", "hunter22x"),
            ("wachtwoord: Geheim#Woord, groet", "Geheim#Woord"),
            ("The password is hunter22x.", "hunter22x"),
            ("das Passwort für Sie ist „Herbst-7788“", "Herbst-7788"),
            ("PW: hunter22x", "hunter22x"),
            ("Zugangsdaten: m.muster / hunter22x", "hunter22x"),
            ("password Lovelace-1815", "Lovelace-1815"),
            ("Le code wifi, c'est Nantes#44", "Nantes#44"),
        ] {
            assert_eq!(found(text), [value], "{text}");
        }
    }

    #[test]
    fn passes_over_what_is_none() {
        for text in [
            "Passwort: vergessen?",
            "password: ********",
            "password_hash=5f4dcc3b5aa765d6",
            "password: ${DB_PASSWORD1}",
            "AKIAXXXXXXXXXXXXXXXX",
            "xAKIAQ3EGRTYXA7BNZLW2",
            "Passwort:\nabc12345",
            "-----BEGIN PUBLIC KEY-----",
            "eyJhbGciOiJIUzI1NiJ9",
            "password reset 12345678: x",
            "Your password is required by 12 May",
            "Das Passwort ist abgelaufen",
            "Le mot de passe est trop court",
            "Zugangsdaten: m.muster77",
            "www.abc123.example: x1y2z3",
            "pwned 12345abc",
            "password policy2024",
        ] {
            assert_eq!(found(text), [""; 0], "{text}");
        }
    }
}
