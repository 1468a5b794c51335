// SPDX-License-Identifier: GPL-3.0-or-later
//! Keeps secret keys: where they are, what is derived from them, what they wrap.
//!
//! A place may hold several, one a line: the first is in use, those below open what is older.

use std::fmt;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::str::FromStr;

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use hmac::{Hmac, Mac};
use rustix::rand::{GetRandomFlags, getrandom};
use serde::{Deserialize, Deserializer};
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::units::Parsed;

/// Bytes of a key.
const LENGTH: usize = 32;

/// Bytes of the nonce before what is wrapped (XChaCha20: so long that a random one never comes twice).
const NONCE: usize = 24;

/// What the command that prints the key may print at most, in bytes.
const MOST: u64 = 64 << 10;

/// Why there is no key, in one sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error(pub String);

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Where a key is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// `file:store.key`: a file, its name below the state directory.
    File(PathBuf),
    /// `credential:store.key`: a credential of the service manager (`LoadCredential=`).
    Credential(String),
    /// `command:/usr/local/bin/key`: what this program prints; it gets no arguments.
    Command(PathBuf),
}

/// A secret key; forgotten when dropped.
pub struct Key(Zeroizing<[u8; LENGTH]>);

impl FromStr for Source {
    type Err = String;

    /// # Errors
    /// One sentence that says what to write instead.
    fn from_str(text: &str) -> Result<Self, String> {
        let is_name = |name: &str| !name.is_empty() && !name.contains('/') && name != "..";
        match text.split_once(':') {
            Some(("file", path)) if !path.is_empty() => Ok(Self::File(path.into())),
            Some(("credential", name)) if is_name(name) => Ok(Self::Credential(name.into())),
            Some(("command", path)) if Path::new(path).is_absolute() => {
                Ok(Self::Command(path.into()))
            }
            _ => Err(format!(
                "\"{text}\" is no place for a key; write file:store.key, credential:store.key or command:/path/to/program"
            )),
        }
    }
}

impl<'de> Deserialize<'de> for Source {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Parsed::deserialize(deserializer).map(|Parsed(source)| source)
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => write!(f, "file:{}", path.display()),
            Self::Credential(name) => write!(f, "credential:{name}"),
            Self::Command(path) => write!(f, "command:{}", path.display()),
        }
    }
}

impl Source {
    /// The keys, the one in use first; none where there is no file yet. Names of files are taken
    /// below `state`.
    ///
    /// # Errors
    /// One sentence: it cannot be read, or is no key.
    pub fn read(&self, state: &Path) -> Result<Vec<Key>, Error> {
        let wrong = |why: String| Error(format!("{self}: {why}"));
        let text = match self {
            Self::File(path) => read_file(&state.join(path)),
            Self::Credential(name) => match std::env::var_os("CREDENTIALS_DIRECTORY") {
                Some(folder) => read_file(&Path::new(&folder).join(name)),
                None => return Err(wrong("no service manager gives credentials here".into())),
            },
            Self::Command(path) => printed(path).map(Some),
        };
        let Some(text) = text.map_err(|error| wrong(error.to_string()))? else {
            return Ok(Vec::new());
        };
        let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
        let keys: Option<Vec<Key>> = lines.map(Key::of_hex).collect();
        let keys = keys.filter(|keys| !keys.is_empty());
        keys.ok_or_else(|| wrong("no key: each line must be 64 hexadecimal digits".into()))
    }

    /// Makes a key where none is, and gives its path.
    ///
    /// # Errors
    /// One sentence: only a file can be made, and this one could not.
    pub fn make(&self, state: &Path) -> Result<(Key, PathBuf), Error> {
        let Self::File(path) = self else {
            let why = "there is no key; print one with \"openssl rand -hex 32\" and put it there";
            return Err(Error(format!("{self}: {why}")));
        };
        let path = state.join(path);
        let key = Key::random()?;
        let made = write_file(&path, &Zeroizing::new(hex(key.bytes())));
        made.map_err(|error| Error(format!("cannot make {}: {error}", path.display())))?;
        Ok((key, path))
    }
}

impl Key {
    /// A new one.
    ///
    /// # Errors
    /// Where the system has no randomness.
    pub fn random() -> Result<Self, Error> {
        let mut key = Self(Zeroizing::new([0; LENGTH]));
        random(&mut *key.0)?;
        Ok(key)
    }

    /// The key for one purpose, derived (HKDF-Expand's first block, RFC 5869, 2.3).
    pub fn for_purpose(&self, purpose: &str) -> Self {
        let info = format!("pii-milter 1 {purpose}\u{1}");
        Self(Zeroizing::new(self.hash(&[info.as_bytes()])))
    }

    /// HMAC-SHA256 of the parts, each with its length in front.
    pub fn mac(&self, parts: &[&[u8]]) -> [u8; LENGTH] {
        let mut all = Vec::new();
        for part in parts {
            all.extend_from_slice(&part.len().to_be_bytes());
            all.extend_from_slice(part);
        }
        self.hash(&[&all])
    }

    fn hash(&self, parts: &[&[u8]]) -> [u8; LENGTH] {
        let mut block = [0; 64];
        for (to, from) in block.iter_mut().zip(self.0.iter()) {
            *to = *from;
        }
        // A block of the hash's own size is a key as it is; HMAC pads shorter ones with zeros too.
        let mut mac = Hmac::<Sha256>::new(&block.into());
        for part in parts {
            mac.update(part);
        }
        mac.finalize().into_bytes().into()
    }

    /// Encrypts something short, bound to `context`: a nonce, then the rest.
    ///
    /// # Errors
    /// Where the system has no randomness.
    pub fn wrap(&self, plain: &[u8], context: &str) -> Result<Vec<u8>, Error> {
        let mut nonce = [0; NONCE];
        random(&mut nonce)?;
        let payload = Payload {
            msg: plain,
            aad: context.as_bytes(),
        };
        let cipher = XChaCha20Poly1305::new(&(*self.0).into());
        let sealed = cipher.encrypt(&XNonce::from(nonce), payload);
        let sealed = sealed.map_err(|_| Error("cannot encrypt".into()))?;
        Ok([&nonce[..], &sealed].concat())
    }

    /// What was wrapped; `None` where it is not what this key wrapped for this context.
    pub fn unwrap(&self, wrapped: &[u8], context: &str) -> Option<Zeroizing<Vec<u8>>> {
        let (nonce, sealed) = wrapped.split_first_chunk::<NONCE>()?;
        let payload = Payload {
            msg: sealed,
            aad: context.as_bytes(),
        };
        let cipher = XChaCha20Poly1305::new(&(*self.0).into());
        let plain = cipher.decrypt(&XNonce::from(*nonce), payload).ok()?;
        Some(Zeroizing::new(plain))
    }

    /// The same where a key was wrapped.
    pub fn unwrap_key(&self, wrapped: &[u8], context: &str) -> Option<Self> {
        let plain = self.unwrap(wrapped, context)?;
        let bytes = plain.as_slice().try_into().ok()?;
        Some(Self(Zeroizing::new(bytes)))
    }

    /// Its bytes, for what encrypts with it.
    pub fn bytes(&self) -> &[u8; LENGTH] {
        &self.0
    }

    fn of_hex(text: &str) -> Option<Self> {
        let bytes = Zeroizing::new(bytes_of_hex(text)?);
        let bytes = bytes.as_slice().try_into().ok()?;
        Some(Self(Zeroizing::new(bytes)))
    }
}

/// Lower-case hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What such digits say; none where they are no pairs of digits.
pub fn bytes_of_hex(text: &str) -> Option<Vec<u8>> {
    let is_hex = text.len().is_multiple_of(2) && text.bytes().all(|c| c.is_ascii_hexdigit());
    let byte = |two: &[u8]| u8::from_str_radix(std::str::from_utf8(two).ok()?, 16).ok();
    let bytes = text.as_bytes().chunks_exact(2).map(byte);
    is_hex.then(|| bytes.collect())?
}

/// Fills with random bytes.
///
/// # Errors
/// Where the system has none.
pub fn random(bytes: &mut [u8]) -> Result<(), Error> {
    match getrandom(&mut *bytes, GetRandomFlags::empty()) {
        Ok(length) if length == bytes.len() => Ok(()),
        _ => Err(Error("the system gives no random bytes".into())),
    }
}

fn read_file(path: &Path) -> io::Result<Option<Zeroizing<String>>> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(Zeroizing::new(text))),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Writes a line for its owner alone, durably; never over another.
///
/// # Errors
/// As the system says.
pub fn write_file(path: &Path, line: &str) -> io::Result<()> {
    let mut options = OpenOptions::new();
    let mut file = options
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)?;
    writeln!(file, "{line}")?;
    file.sync_all()?;
    File::open(path.parent().unwrap_or(Path::new("/")))?.sync_all()
}

fn printed(path: &Path) -> io::Result<Zeroizing<String>> {
    let mut command = Command::new(path);
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()?;
    let mut text = Zeroizing::new(String::new());
    if let Some(out) = child.stdout.take() {
        out.take(MOST).read_to_string(&mut text)?;
    }
    match child.wait()? {
        status if status.success() => Ok(text),
        status => Err(io::Error::other(format!("it ended with {status}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 4231, test case 1, its key filled up with zeros as HMAC does.
    #[test]
    fn the_hash_is_hmac_sha256() {
        let mut key = [0; LENGTH];
        key[..20].fill(0x0b);
        let key = Key(Zeroizing::new(key));
        let expected = "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7";
        assert_eq!(hex(&key.hash(&[b"Hi ", b"There"])), expected);
        assert_ne!(key.mac(&[b"ab", b"c"]), key.mac(&[b"a", b"bc"]));
        assert_ne!(key.for_purpose("a").bytes(), key.for_purpose("b").bytes());
    }

    #[test]
    fn what_is_wrapped_opens_for_its_key_and_context_only() {
        let (key, other) = (Key::random().unwrap(), Key::random().unwrap());
        let wrapped = key.wrap(b"secret", "blob a").unwrap();
        assert_eq!(
            key.unwrap(&wrapped, "blob a").unwrap().as_slice(),
            b"secret"
        );
        assert!(key.unwrap(&wrapped, "blob b").is_none());
        assert!(other.unwrap(&wrapped, "blob a").is_none());
        for at in 0..wrapped.len() {
            let mut changed = wrapped.clone();
            changed[at] ^= 1;
            assert!(key.unwrap(&changed, "blob a").is_none(), "{at}");
            assert!(key.unwrap(&wrapped[..at], "blob a").is_none(), "{at}");
        }
    }

    #[test]
    fn a_file_holds_the_new_key_before_the_old_ones() {
        let state = std::env::temp_dir().join(format!("pii-milter-key-{}", std::process::id()));
        fs::create_dir_all(&state).unwrap();
        let source: Source = "file:store.key".parse().unwrap();
        assert!(source.read(&state).unwrap().is_empty());
        let (old, path) = source.make(&state).unwrap();
        assert!(source.make(&state).is_err(), "it was overwritten");
        let new = hex(&[7; LENGTH]);
        fs::write(&path, format!("{new}\n\n{}\n", hex(old.bytes()))).unwrap();
        let keys = source.read(&state).unwrap();
        assert_eq!(keys.len(), 2);
        assert_eq!(
            (keys[0].bytes(), keys[1].bytes()),
            (&[7; LENGTH], old.bytes())
        );
        for wrong in ["", "abc", &new[2..], &format!("+f{}", &new[2..])] {
            fs::write(&path, wrong).unwrap();
            assert!(source.read(&state).is_err(), "{wrong}");
        }
        fs::remove_dir_all(&state).unwrap();
    }

    #[test]
    fn sources_are_written_as_they_are_read() {
        for text in [
            "file:store.key",
            "file:/etc/k",
            "credential:store.key",
            "command:/bin/k",
        ] {
            assert_eq!(text.parse::<Source>().unwrap().to_string(), text);
        }
        for wrong in [
            "",
            "store.key",
            "file:",
            "credential:../k",
            "command:k",
            "vault:k",
        ] {
            assert!(wrong.parse::<Source>().is_err(), "{wrong}");
        }
    }
}
