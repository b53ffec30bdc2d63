//! The emulator's own certificate authority and the certificate of its https port.
//!
//! **Never:** trust or be trusted beyond loopback: the leaf names 127.0.0.1, ::1 and localhost only.
//! The authority is made once for a folder, so that clients are told of it once; the leaf is made at
//! each start and is not kept. Strict clients want a leaf with CA:FALSE, serverAuth, AKI and SKI.

use std::path::Path;
use std::sync::Arc;

use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, date_time_ymd,
};
use rustls::ServerConfig;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};

use crate::emulator::disk::{create_private, read_text};

/// What the https port needs.
pub(crate) struct Chain {
    /// The authority's certificate, as PEM.
    pub(crate) ca: String,
    pub(crate) tls: Arc<ServerConfig>,
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
    params.distinguished_name = named("acier emulator");
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params.not_before = date_time_ymd(2024, 1, 1);
    params.not_after = date_time_ymd(2049, 12, 31);
    params
}

/// The key and the certificate of the authority; kept in the folder, if there is one.
fn keep_authority(folder: Option<&Path>) -> Result<(KeyPair, String), String> {
    let make = || -> Result<(KeyPair, String), String> {
        let key = KeyPair::generate().map_err(|error| told(&error))?;
        let pem = authority().self_signed(&key).map_err(|error| told(&error))?.pem();
        Ok((key, pem))
    };
    let Some(folder) = folder else { return make() };
    let (key_path, ca_path) = (folder.join("ca-key.pem"), folder.join("ca.pem"));
    if let (Some(key), Some(pem)) = (read_text(&key_path)?, read_text(&ca_path)?) {
        let key =
            KeyPair::from_pem(&key).map_err(|error| format!("The key {} is damaged: {error}.", key_path.display()))?;
        return Ok((key, pem));
    }
    let (key, pem) = make()?;
    create_private(&key_path, &key.serialize_pem())?;
    create_private(&ca_path, &pem)?;
    Ok((key, pem))
}

/// The chain of a folder, or a new one that is kept nowhere; `today` is in milliseconds since 1970.
pub(crate) fn chain(folder: Option<&Path>, today: i64) -> Result<Chain, String> {
    let (authority_key, ca) = keep_authority(folder)?;
    let issuer = Issuer::new(authority(), authority_key);
    let key = KeyPair::generate().map_err(|error| told(&error))?;
    let names = ["127.0.0.1", "localhost", "::1"].map(str::to_owned);
    let mut params = CertificateParams::new(names).map_err(|error| told(&error))?;
    params.distinguished_name = named("localhost");
    params.is_ca = IsCa::ExplicitNoCa;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params.use_authority_key_identifier_extension = true;
    // Some clients refuse leaves that live longer than 825 days.
    let year = 1_970 + i32::try_from(today / 31_556_952_000).unwrap_or(54);
    params.not_before = date_time_ymd(year - 1, 7, 1);
    params.not_after = date_time_ymd(year + 1, 7, 1);
    let leaf = params.signed_by(&key, &issuer).map_err(|error| told(&error))?;
    let private = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut tls = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| told(&error))?
        .with_no_client_auth()
        .with_single_cert(vec![leaf.der().clone()], private)
        .map_err(|error| told(&error))?;
    tls.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Chain { ca, tls: Arc::new(tls) })
}
