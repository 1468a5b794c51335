// SPDX-License-Identifier: GPL-3.0-or-later
//! Reads the configuration and the files beside it from disk, or takes the built-in ones.

use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use crate::decide::kind::Who;
use crate::shipped;
use crate::units::{Endpoint, Parsed};

use super::Source;

/// Where the configuration stands unless the command line says otherwise.
pub const DEFAULT: &str = "/etc/pii-milter/pii-milter.yaml";

/// The path of the configuration that is built into the program.
pub const BUILT_IN: &str = "built-in configuration";

/// No configuration, list, detector or profile is larger, in bytes.
const LARGEST: u64 = 16 << 20;

/// Where the built-in configuration listens: the path of the shipped one wants a packaged Postfix.
pub(super) fn built_in_listen() -> Endpoint {
    Endpoint::Inet {
        host: "127.0.0.1".into(),
        port: 8894,
    }
}

impl Source {
    /// Reads the file at `path`, else the one at `DEFAULT`, else the built-in one; with it the lists
    /// that it names, and `detectors.d/*.yaml`, `relays.d/*.yaml` and
    /// `notices.d/*.yaml` beside it.
    ///
    /// # Errors
    /// One sentence for each file that cannot be read.
    pub fn read(path: Option<&Path>) -> Result<Self, Vec<String>> {
        let default = Path::new(DEFAULT);
        match path {
            Some(path) => Self::from_file(path),
            None if default.try_exists().unwrap_or(true) => Self::from_file(default),
            None => Ok(Self::built_in()),
        }
    }

    /// The configuration that is built into the program.
    pub fn built_in() -> Self {
        let owned = |(path, text): &(&str, &str)| ((*path).to_owned(), (*text).to_owned());
        Self {
            path: BUILT_IN.into(),
            text: shipped::CONFIG.into(),
            detectors: shipped::DETECTORS.iter().map(owned).collect(),
            relays: shipped::RELAYS.iter().map(owned).collect(),
            notices: shipped::NOTICES.iter().map(owned).collect(),
            lists: Vec::new(),
        }
    }

    fn from_file(path: &Path) -> Result<Self, Vec<String>> {
        let mut source = Self {
            path: path.display().to_string(),
            text: text(path).map_err(|error| vec![error])?,
            ..Self::built_in()
        };
        let folder = path.parent().unwrap_or(Path::new(""));
        let mut errors = Vec::new();
        let mut take = |into: &mut Vec<_>, found: Result<_, String>| match found {
            Ok(found) => into.push(found),
            Err(error) => errors.push(error),
        };
        for (name, into) in [
            ("detectors.d", &mut source.detectors),
            ("relays.d", &mut source.relays),
            ("notices.d", &mut source.notices),
        ] {
            for file in yaml_files(&folder.join(name)).map_err(|error| vec![error])? {
                let stem = file.file_name().unwrap_or_default().to_string_lossy();
                take(
                    into,
                    text(&file).map(|text| (format!("{name}/{stem}"), text)),
                );
            }
        }
        for name in source.list_names()? {
            let list = text(&folder.join(&name))
                .map_err(|error| format!("{}: recipients: file:{name}: {error}", source.path));
            take(&mut source.lists, list.map(|text| (name, text)));
        }
        if errors.is_empty() {
            Ok(source)
        } else {
            Err(errors)
        }
    }

    /// The lists that the configuration names, each once.
    fn list_names(&self) -> Result<Vec<String>, Vec<String>> {
        let mut names = Vec::new();
        for Parsed(who) in self
            .file()?
            .recipients
            .iter()
            .flat_map(|line| line.values().flatten())
        {
            if let Who::File(name) | Who::Map(name) = who
                && !names.contains(name)
            {
                names.push(name.clone());
            }
        }
        Ok(names)
    }
}

/// The text of a file.
fn text(path: &Path) -> Result<String, String> {
    let shown = path.display();
    let mut bytes = Vec::new();
    let read = fs::File::open(path).and_then(|file| {
        // A device has no end, and its size is 0.
        file.take(LARGEST + 1).read_to_end(&mut bytes)
    });
    match read {
        Err(error) => return Err(format!("cannot read {shown}: {error}")),
        Ok(size) if size as u64 > LARGEST => {
            return Err(format!("cannot read {shown}: it is larger than 16 MB"));
        }
        Ok(_) => (),
    }
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        let before = error.as_bytes().get(..at).unwrap_or_default();
        let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
        format!("{shown}: not UTF-8 at line {line}; save it as UTF-8")
    })
}

/// The `*.yaml` files of a folder, by name; none where there is no folder.
fn yaml_files(folder: &Path) -> Result<Vec<PathBuf>, String> {
    let wrong = |error: io::Error| format!("cannot read {}: {error}", folder.display());
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries.map_err(wrong)?,
    };
    let mut files = Vec::new();
    for entry in entries {
        let path = entry.map_err(wrong)?.path();
        if path
            .extension()
            .is_some_and(|extension| extension == "yaml")
        {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}
