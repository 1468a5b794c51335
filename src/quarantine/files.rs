// SPDX-License-Identifier: GPL-3.0-or-later
//! Keeps sealed messages as files of one folder.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, ErrorKind, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::PathBuf;

use super::Error;
use super::store::Store;
use crate::fail;

/// How much is written at once, in bytes.
const PIECE: usize = 64 << 10;

/// What the name of a file ends with until it is whole.
const HALF: &str = ".part";

/// A folder.
pub struct Files {
    folder: PathBuf,
}

impl Files {
    /// Uses this folder; makes it, for its owner alone, where it is not there.
    ///
    /// # Errors
    /// One sentence with what the system says.
    pub fn open(folder: PathBuf) -> Result<Self, Error> {
        let made = DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(&folder);
        let files = Self { folder };
        made.map_err(|error| files.wrong("make", &error))?;
        Ok(files)
    }

    fn wrong(&self, what: &str, error: &io::Error) -> Error {
        Error::Store(format!("cannot {what} {}: {error}", self.folder.display()))
    }

    fn write(&self, name: &str, bytes: &mut dyn Read) -> io::Result<()> {
        fail::point("before-blob");
        let half = self.folder.join(format!("{name}{HALF}"));
        let mut options = OpenOptions::new();
        let mut file = options
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&half)?;
        let written = copy(bytes, &mut file).and_then(|()| file.sync_all());
        if let Err(error) = written {
            fs::remove_file(&half).ok();
            return Err(error);
        }
        drop(file);
        fail::point("after-fsync");
        fs::rename(&half, self.folder.join(name))?;
        File::open(&self.folder)?.sync_all()?;
        fail::point("after-rename");
        Ok(())
    }
}

impl Store for Files {
    fn put(&self, name: &str, bytes: &mut dyn Read) -> Result<(), Error> {
        let written = self.write(name, bytes);
        written.map_err(|error| self.wrong("write to", &error))
    }

    fn get(&self, name: &str) -> Result<Box<dyn Read + Send>, Error> {
        match File::open(self.folder.join(name)) {
            Ok(file) => Ok(Box::new(file)),
            Err(error) if error.kind() == ErrorKind::NotFound => Err(Error::Damaged(
                "the stored message is not there any more".into(),
            )),
            Err(error) => Err(self.wrong("read from", &error)),
        }
    }

    fn delete(&self, name: &str) -> Result<(), Error> {
        match fs::remove_file(self.folder.join(name)) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                Err(self.wrong("remove from", &error))
            }
            _ => Ok(()),
        }
    }

    fn names(&self) -> Result<Vec<String>, Error> {
        let entries = fs::read_dir(&self.folder);
        let names = entries.and_then(|entries| {
            let name = |entry: io::Result<fs::DirEntry>| entry.map(|entry| entry.file_name());
            entries.map(name).collect::<io::Result<Vec<_>>>()
        });
        let names = names.map_err(|error| self.wrong("read", &error))?;
        let names = names
            .into_iter()
            .map(|name| name.to_string_lossy().into_owned());
        Ok(names.collect())
    }
}

fn copy(from: &mut dyn Read, to: &mut File) -> io::Result<()> {
    let mut space = vec![0; PIECE];
    loop {
        let length = from.read(&mut space)?;
        if length == 0 {
            return Ok(());
        }
        fail::write()?;
        to.write_all(space.get(..length).unwrap_or_default())?;
    }
}
