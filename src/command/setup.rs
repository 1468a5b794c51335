// SPDX-License-Identifier: GPL-3.0-or-later
//! Asks five questions, writes the configuration, hooks the filter into the MTA, tries a mail.

mod answers;
mod hook;
mod letter;
mod text;

use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::{FOUND, Stop, UNUSABLE, WELL, input};
use crate::config::{DEFAULT, Source};
use crate::shipped;
use answers::Answers;

/// Ask five questions, write the configuration, print the MTA's lines, try a mail.
///
/// What is given by a flag is not asked. The mode stays monitor: the filter looks and changes nothing but
/// one header. The configuration goes to --config, else to /etc/pii-milter/pii-milter.yaml; one that
/// is there already stays, unless you say --force. Exit code: 0 done, 1 the test mail was not taken,
/// 2 nothing was changed.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Your domains, each with all below it: example.ch,example.com.
    #[arg(long, value_name = "DOMAIN", value_delimiter = ',')]
    domains: Vec<String>,
    /// The networks whose mail is yours: loopback,10.0.0.0/8.
    #[arg(long, value_name = "NETWORK", value_delimiter = ',')]
    networks: Vec<String>,
    /// The mail server on this machine.
    #[arg(long)]
    mta: Option<answers::Mta>,
    /// The folder of Postfix's main.cf.
    #[arg(long, value_name = "DIR", default_value = "/etc/postfix")]
    postfix: PathBuf,
    /// The secure-delivery relay; without one such mail is held once you enforce.
    #[arg(long)]
    relay: Option<answers::Relay>,
    /// Where log lines go, and so who reads them: the journal takes stderr.
    #[arg(long)]
    log: Option<answers::Log>,
    /// Write over a configuration that is there; the old one is kept beside it.
    #[arg(long)]
    force: bool,
    /// Change Postfix: back up main.cf and master.cf, set two lines, run postfix check. Where the
    /// configuration of the filter stands and no domains are given, that is all.
    #[arg(long)]
    apply: bool,
    /// Send a test mail from and to this address of yours, and show the answer. Without answers above
    /// nothing is written.
    #[arg(long = "try", value_name = "ADDRESS")]
    attempt: Option<String>,
    /// Where the test mail is handed in.
    #[arg(long, value_name = "HOST:PORT", default_value = "127.0.0.1:25")]
    smtp: String,
}

const POSTFIX_ALONE: &str =
    "--apply changes Postfix alone; leave it out and copy the lines by hand";

/// Runs the verb.
pub fn run(args: &Args, config: Option<&Path>) -> Result<u8, Stop> {
    let path = config.unwrap_or(Path::new(DEFAULT));
    let letter = args
        .attempt
        .as_deref()
        .map(letter::Letter::new)
        .transpose()?;
    if args.apply && args.mta.is_some_and(|mta| mta != answers::Mta::Postfix) {
        return Err(Stop(UNUSABLE, POSTFIX_ALONE.into()));
    }
    let has_answers = !args.domains.is_empty() || args.force;
    let stands = stands(path);
    if has_answers || letter.is_none() && !args.apply || args.apply && !stands {
        write_and_hook(args, path, stands)?;
    } else if args.apply {
        hook_as_it_stands(args, path)?;
    }
    let Some(letter) = letter else {
        return Ok(WELL);
    };
    match letter.send(&args.smtp)? {
        true => Ok(WELL),
        false => Ok(FOUND),
    }
}

/// True where somebody has written a configuration; the one that a package puts there is nobody's yet.
fn stands(path: &Path) -> bool {
    match fs::read(path) {
        Ok(text) => text != shipped::CONFIG.as_bytes(),
        Err(error) => error.kind() != io::ErrorKind::NotFound,
    }
}

fn write_and_hook(args: &Args, path: &Path, stands: bool) -> Result<(), Stop> {
    let shown = path.display();
    if stands && !args.force {
        let told = format!(
            "{shown} is there already, so nothing was changed; edit it, name another place by \
             --config FILE, or say --force: the old one is then kept beside it"
        );
        return Err(Stop(UNUSABLE, told));
    }
    let answers = Answers::ask(args)?;
    if args.apply && answers.mta != answers::Mta::Postfix {
        return Err(Stop(UNUSABLE, POSTFIX_ALONE.into()));
    }
    let listen = hook::listen(&answers)?;
    let text = text::changed(&answers, &listen);
    let source = Source {
        path: shown.to_string(),
        text: text.clone(),
        ..Source::built_in()
    };
    source.policy().map_err(input::unusable)?;
    let hook = hook::Hook::new(&answers, &listen)?;

    if let Some(kept) = write(path, &text, stands).map_err(|error| {
        let told = format!(
            "cannot write {shown}: {error}; nothing was changed. Run this as root, or name another place by \
             --config FILE"
        );
        Stop(UNUSABLE, told)
    })? {
        println!("The old configuration is kept as {}.", kept.display());
    }
    println!(
        "Wrote {shown}, mode: monitor. The filter looks, logs, and adds one header; it holds nothing back."
    );
    if args.apply {
        hook.apply()?;
    } else {
        hook.print();
    }
    println!(
        "\nThen: pii-milter check, pii-milter check mta, pii-milter setup --try YOU@YOUR.DOMAIN"
    );
    Ok(())
}

/// Hooks the filter in where its configuration says that it listens.
fn hook_as_it_stands(args: &Args, path: &Path) -> Result<(), Stop> {
    let settings = Source::read(Some(path)).and_then(|source| source.settings());
    let listen = settings.map_err(input::unusable)?.milter.listen;
    println!("{} stays as it is.", path.display());
    hook::Hook::of_postfix(&args.postfix, &listen)?.apply()
}

/// Writes a file whole or not at all; where one stands, it is kept under the name that is returned.
fn write(path: &Path, text: &str, stands: bool) -> io::Result<Option<PathBuf>> {
    if let Some(folder) = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        && !folder.exists()
    {
        fs::create_dir_all(folder)?;
        fs::set_permissions(folder, fs::Permissions::from_mode(0o755))?;
    }
    let kept = stands.then(|| beside(path));
    if let Some(kept) = &kept {
        fs::copy(path, kept)?;
    }
    let new = path.with_extension(format!("new-{}", std::process::id()));
    let written = fs::write(&new, text)
        // The filter's own user reads it, whatever the umask of who runs this.
        .and_then(|()| fs::set_permissions(&new, fs::Permissions::from_mode(0o644)))
        .and_then(|()| fs::rename(&new, path));
    written
        .map(|()| kept)
        .inspect_err(|_| drop(fs::remove_file(&new)))
}

/// The name under which a file is kept before it is changed.
fn beside(path: &Path) -> PathBuf {
    let now = Timestamp::now().to_zoned(TimeZone::UTC);
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!(
        "{name}.before-pii-milter-{}",
        now.strftime("%Y%m%d-%H%M%S")
    ))
}
