// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns a Postfix list into its items, and one of milters into milters with their settings.

/// The settings that a milter in braces may have (postconf(5), `smtpd_milters`).
pub const SETTINGS: [&str; 5] = [
    "connect_timeout",
    "command_timeout",
    "content_timeout",
    "default_action",
    "protocol",
];

/// One milter of `smtpd_milters`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Milter {
    /// `unix:path` or `inet:host:port`.
    pub address: String,
    /// What stands behind it in the braces.
    pub settings: Vec<(String, String)>,
}

impl Milter {
    /// A setting of this milter alone.
    pub fn get(&self, name: &str) -> Option<&str> {
        let mut settings = self.settings.iter();
        settings
            .find(|(own, _)| own == name)
            .map(|(_, value)| value.as_str())
    }

    /// True for one that signs, or may: by its name, or by the port that its documents use.
    pub fn is_signer(&self) -> bool {
        const NAMES: [&str; 4] = ["dkim", "openarc", "rspamd", "amavis"];
        const PORTS: [&str; 4] = [":8891", ":8892", ":12301", ":11332"];
        let address = self.address.to_ascii_lowercase();
        NAMES.iter().any(|name| address.contains(name))
            || PORTS.iter().any(|port| address.ends_with(port))
    }
}

/// The milters of a list.
pub fn list(value: &str) -> Vec<Milter> {
    let milter = |item: String| {
        let Some(inner) = item.strip_prefix('{') else {
            return Milter {
                address: item,
                settings: Vec::new(),
            };
        };
        let mut parts = items(inner.strip_suffix('}').unwrap_or(inner)).into_iter();
        let address = parts.next().unwrap_or_default();
        let setting = |part: String| match part.split_once('=') {
            Some((name, value)) => (name.trim().to_owned(), value.trim().to_owned()),
            None => (part, String::new()),
        };
        Milter {
            address,
            settings: parts.map(setting).collect(),
        }
    };
    items(value).into_iter().map(milter).collect()
}

/// What commas and blanks part; what stands in braces stays together.
pub fn items(list: &str) -> Vec<String> {
    let mut items = vec![String::new()];
    let mut depth = 0_usize;
    for c in list.chars() {
        match c {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            _ => (),
        }
        if depth == 0 && (c == ',' || c.is_ascii_whitespace()) {
            items.push(String::new());
        } else if let Some(last) = items.last_mut() {
            last.push(c);
        }
    }
    items.retain(|item| !item.is_empty());
    items
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn braces_keep_a_milter_with_its_settings() {
        let milters = list("{ unix:a/b, default_action = accept, content_timeout=9s }, inet:h:1 x");
        assert_eq!(milters.len(), 3);
        assert_eq!(milters[0].address, "unix:a/b");
        assert_eq!(milters[0].get("content_timeout"), Some("9s"));
        assert_eq!(milters[1].address, "inet:h:1");
        assert!(milters[1].settings.is_empty());
        for hostile in ["", "{", "}", "{{{", "}}{ a", "{ }", ",,,"] {
            list(hostile);
        }
    }
}
