//! The emulator's own certificate authority, and a server certificate for loopback from it.
//!
//! **Never:** reuse a server certificate: a fresh one is made at every start; only the authority
//! is kept, so that what clients were told to trust stays true. The shape is what real clients
//! need (the Azure SDKs, az, Go): a CA that signs, a leaf that is none, names for all of loopback.
#![expect(clippy::disallowed_methods, reason = "keeps the authority's files in the emulator's folder")]

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, KeyUsagePurpose,
    date_time_ymd,
};
use rustls::ServerConfig;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};

/// What https needs.
pub(crate) struct Authority {
    /// The file that clients are to trust.
    pub(crate) ca: PathBuf,
    /// For the listener.
    pub(crate) config: Arc<ServerConfig>,
}

/// Opens the authority of a folder, or makes one.
///
/// # Errors
/// When a file cannot be read or written, or holds something else.
pub(crate) fn open(folder: &Path) -> Result<Authority, String> {
    let (ca, key_file) = (folder.join("ca.pem"), folder.join("ca.key"));
    let key = match std::fs::read_to_string(&key_file) {
        Ok(text) => KeyPair::from_pem(&text).map_err(|error| format!("{}: {error}.", key_file.display()))?,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => found(&ca, &key_file)?,
        Err(error) => return Err(format!("{}: {error}.", key_file.display())),
    };
    let issuer = Issuer::new(authority(), key);
    let leaf_key = KeyPair::generate().map_err(|error| error.to_string())?;
    let leaf = leaf()?.signed_by(&leaf_key, &issuer).map_err(|error| error.to_string())?;
    let secret = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(leaf_key.serialize_der()));
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?
        .with_no_client_auth()
        .with_single_cert(vec![leaf.der().clone()], secret)
        .map_err(|error| error.to_string())?;
    Ok(Authority { ca, config: Arc::new(config) })
}

/// Makes a new authority and keeps it.
fn found(ca: &Path, key_file: &Path) -> Result<KeyPair, String> {
    let key = KeyPair::generate().map_err(|error| error.to_string())?;
    let certificate = authority().self_signed(&key).map_err(|error| error.to_string())?;
    std::fs::write(ca, certificate.pem()).map_err(|error| format!("{}: {error}.", ca.display()))?;
    write_secret(key_file, &key.serialize_pem())?;
    Ok(key)
}

/// Writes a file that only its owner may read.
pub(crate) fn write_secret(path: &Path, text: &str) -> Result<(), String> {
    use std::io::Write as _;
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    let written = options.open(path).and_then(|mut file| file.write_all(text.as_bytes()));
    written.map_err(|error| format!("{}: {error}.", path.display()))
}

fn authority() -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, "acier emulator CA");
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params.not_before = date_time_ymd(2024, 1, 1);
    params.not_after = date_time_ymd(2054, 1, 1);
    params
}

fn leaf() -> Result<CertificateParams, String> {
    let names = ["localhost", "127.0.0.1", "::1"].map(str::to_owned);
    let mut params = CertificateParams::new(names).map_err(|error| error.to_string())?;
    params.distinguished_name.push(DnType::CommonName, "acier emulator");
    params.is_ca = IsCa::ExplicitNoCa;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params.use_authority_key_identifier_extension = true;
    params.not_before = date_time_ymd(2024, 1, 1);
    params.not_after = date_time_ymd(2034, 1, 1);
    Ok(params)
}
