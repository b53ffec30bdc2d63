//! The emulator's own certificate authority, and a server certificate for loopback from it.
//!
//! **Never:** trust or be trusted beyond loopback: the leaf names 127.0.0.1, ::1 and localhost only.
//! The authority is made once for a folder, so that clients are told of it once; the leaf is made at
//! each start and is not kept. Strict clients want a leaf with CA:FALSE, serverAuth, AKI and SKI,
//! signed by an authority and not by itself.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, date_time_ymd,
};
use rustls::ServerConfig;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};

use crate::emulator::disk::{create_private, make_folder, read_text};

/// What https needs.
pub(crate) struct Authority {
    /// The file that clients are to trust.
    pub(crate) ca: PathBuf,
    /// For the listener.
    pub(crate) config: Arc<ServerConfig>,
}

fn told(error: &impl std::fmt::Display) -> String {
    format!("The emulator could not make its certificate: {error}.")
}

fn named(name: &str) -> DistinguishedName {
    let mut names = DistinguishedName::new();
    names.push(DnType::CommonName, name);
    names
}

/// What the authority's certificate says; the same each time, so that its key alone brings it back.
fn authority() -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name = named("acier emulator CA");
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params.not_before = date_time_ymd(2024, 1, 1);
    params.not_after = date_time_ymd(2049, 12, 31);
    params
}

/// The key of the folder's authority. A certificate without its key, or a key without its
/// certificate, is half of a start that was cut short: then both are made anew.
fn keep_key(ca: &Path, key_file: &Path) -> Result<KeyPair, String> {
    if let (Some(key), Some(_)) = (read_text(key_file)?, read_text(ca)?) {
        return KeyPair::from_pem(&key).map_err(|error| {
            format!("The key {} is damaged: {error}. Remove it to make a new one.", key_file.display())
        });
    }
    let key = KeyPair::generate().map_err(|error| told(&error))?;
    let certificate = authority().self_signed(&key).map_err(|error| told(&error))?;
    create_private(key_file, key.serialize_pem())?;
    create_private(ca, certificate.pem())?;
    Ok(key)
}

/// The server certificate; `today` is in milliseconds since 1970.
fn leaf(today: i64) -> Result<CertificateParams, String> {
    let names = ["127.0.0.1", "localhost", "::1"].map(str::to_owned);
    let mut params = CertificateParams::new(names).map_err(|error| told(&error))?;
    params.distinguished_name = named("acier emulator");
    params.is_ca = IsCa::ExplicitNoCa;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params.use_authority_key_identifier_extension = true;
    // Some clients refuse leaves that live longer than 825 days.
    let year = 1_970 + i32::try_from(today / 31_556_952_000).unwrap_or(54);
    params.not_before = date_time_ymd(year - 1, 7, 1);
    params.not_after = date_time_ymd(year + 1, 7, 1);
    Ok(params)
}

/// Opens the authority of a folder, or makes one; `today` is in milliseconds since 1970.
pub(crate) fn open(folder: &Path, today: i64) -> Result<Authority, String> {
    make_folder(folder)?;
    let ca = folder.join("ca.pem");
    let issuer = Issuer::new(authority(), keep_key(&ca, &folder.join("ca.key"))?);
    let key = KeyPair::generate().map_err(|error| told(&error))?;
    let leaf = leaf(today)?.signed_by(&key, &issuer).map_err(|error| told(&error))?;
    let private = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| told(&error))?
        .with_no_client_auth()
        .with_single_cert(vec![leaf.der().clone()], private)
        .map_err(|error| told(&error))?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Authority { ca, config: Arc::new(config) })
}
