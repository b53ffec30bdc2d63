//! The emulator's well-known key: its certificate signs in, and its small issuer signs with it.
//!
//! **Never:** trust it anywhere else. Like the well-known secret it is public, and opens nothing but
//! loopback emulators. A fixed one costs no time to make and lets tests of clients carry it along.

use std::sync::OnceLock;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use ring::rand::SystemRandom;
use ring::signature::{KeyPair as _, RSA_PKCS1_SHA256, RsaKeyPair};
use serde_json::{Value, json};
use sha1::Sha1;
use sha2::{Digest as _, Sha256};

/// Key and certificate in PEM.
pub(crate) const PEM: &str = concat!(include_str!("client.key"), include_str!("client.crt"));
/// The same as PKCS#12, opened by the emulator's client secret.
pub(crate) const PFX: &[u8] = include_bytes!("client.pfx");

/// A certificate that an application is known by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Registered {
    /// Its public key, as PKCS#1 has it.
    pub key: Vec<u8>,
    /// SHA-1 of it in base64url, as assertions name it in `x5t`.
    pub sha1: String,
    /// SHA-256 of it in base64url, as assertions name it in `x5t#S256`.
    pub sha256: String,
}

/// The bytes of the first PEM block of a text.
fn block(text: &str) -> Vec<u8> {
    let lines = text.lines().skip_while(|line| !line.starts_with("-----BEGIN")).skip(1);
    let body: String = lines.take_while(|line| !line.starts_with("-----END")).collect();
    STANDARD.decode(body).unwrap_or_default()
}

fn key() -> Option<&'static RsaKeyPair> {
    static KEY: OnceLock<Option<RsaKeyPair>> = OnceLock::new();
    KEY.get_or_init(|| RsaKeyPair::from_pkcs8(&block(include_str!("client.key"))).ok()).as_ref()
}

/// The public half of the key.
pub(crate) fn public_key() -> Vec<u8> {
    key().map(|key| key.public_key().as_ref().to_vec()).unwrap_or_default()
}

/// The certificate.
pub(crate) fn certificate() -> Registered {
    let der = block(include_str!("client.crt"));
    let named = |digest: &[u8]| URL_SAFE_NO_PAD.encode(digest);
    Registered { key: public_key(), sha1: named(&Sha1::digest(&der)), sha256: named(&Sha256::digest(&der)) }
}

/// A JWT of the small issuer.
pub(crate) fn sign(claims: &Value) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let text = format!("{}.{}", part(&json!({"alg": "RS256", "typ": "JWT", "kid": "acier-emulator"})), part(claims));
    let Some(key) = key() else { return text };
    let mut signature = vec![0; key.public().modulus_len()];
    // PKCS#1 needs no randomness, so nothing can fail here but a key of the wrong size, and it is fixed.
    match key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), text.as_bytes(), &mut signature) {
        Ok(()) => format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature)),
        Err(_) => text,
    }
}
