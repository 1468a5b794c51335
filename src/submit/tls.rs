// SPDX-License-Identifier: GPL-3.0-or-later
//! Turns a connection into one that nobody on the way reads, with the MTA proven by its certificate.

use std::io;
use std::path::Path;
use std::sync::Arc;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

/// Speaks TLS with `host`, whose certificate one of the authorities in `ca` must have signed; the
/// system's authorities where there is no such file.
///
/// # Errors
/// What failed, in words.
pub async fn protect<S>(stream: S, host: &str, ca: Option<&Path>) -> Result<TlsStream<S>, String>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let provider = Arc::new(ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider);
    let builder = builder.with_safe_default_protocol_versions();
    let builder = builder.map_err(|error| error.to_string())?;
    let config = builder
        .with_root_certificates(authorities(ca)?)
        .with_no_client_auth();
    let name = ServerName::try_from(host.to_owned()).map_err(|error| error.to_string())?;
    let protected = TlsConnector::from(Arc::new(config)).connect(name, stream);
    protected
        .await
        .map_err(|error: io::Error| format!("TLS failed: {error}"))
}

fn authorities(ca: Option<&Path>) -> Result<RootCertStore, String> {
    let mut roots = RootCertStore::empty();
    match ca {
        Some(path) => {
            let cannot =
                |error| format!("cannot read the authorities in {}: {error}", path.display());
            let certificates = CertificateDer::pem_file_iter(path).map_err(cannot)?;
            for certificate in certificates {
                let added = roots.add(certificate.map_err(cannot)?);
                added.map_err(|error| format!("{}: {error}", path.display()))?;
            }
        }
        None => {
            // Some of the system's may be older than what the library reads; the rest will do.
            let found = rustls_native_certs::load_native_certs();
            roots.add_parsable_certificates(found.certs);
        }
    }
    match roots.is_empty() {
        true => {
            Err("there is no authority that could vouch for it; name a file by submit.ca".into())
        }
        false => Ok(roots),
    }
}
