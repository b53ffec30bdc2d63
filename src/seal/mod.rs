//! Keeps secrets off disks: keyed fingerprints and sealed bytes, both from one 32-byte key.
//!
//! **Never:** read or write the key's file; whoever owns a folder owns its key.
//! A fingerprint (HMAC-SHA-256) says whether a secret changed and nothing else; sealed bytes
//! (AES-256-GCM, random nonce) can be opened again with the key. The two uses derive two keys.

use aes_gcm::aead::{Aead, KeyInit, Payload};
use aes_gcm::{Aes256Gcm, Nonce};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use hmac::{Hmac, Mac};
use sha2::Sha256;

use crate::value::{Content, Marks, Value};

/// The key of one state folder or one emulator.
#[derive(Clone)]
pub struct Key {
    fingerprint: [u8; 32],
    seal: Aes256Gcm,
}

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Key(hidden)")
    }
}

fn derive(secret: &[u8; 32], purpose: &[u8]) -> [u8; 32] {
    mac(secret, purpose)
}

fn mac(key: &[u8; 32], data: &[u8]) -> [u8; 32] {
    #[expect(clippy::expect_used, reason = "HMAC takes keys of every length, so this cannot fail")]
    let mut mac = <Hmac<Sha256> as hmac::KeyInit>::new_from_slice(key).expect("HMAC takes any key length");
    mac.update(data);
    mac.finalize().into_bytes().into()
}

impl Key {
    /// The key made of 32 secret bytes.
    #[must_use]
    pub fn new(secret: &[u8; 32]) -> Key {
        let seal = derive(secret, b"acier seal v1");
        Key { fingerprint: derive(secret, b"acier fingerprint v1"), seal: Aes256Gcm::new(&seal.into()) }
    }

    /// 32 fresh random bytes for a new key, as the text that a key file holds.
    #[must_use]
    pub fn generate() -> String {
        let mut secret = [0_u8; 32];
        secret[..16].copy_from_slice(uuid::Uuid::new_v4().as_bytes());
        secret[16..].copy_from_slice(uuid::Uuid::new_v4().as_bytes());
        // Two version-4 UUIDs hold 244 random bits from the operating system; hashing spreads them.
        STANDARD.encode(mac(&secret, b"acier key v1"))
    }

    /// Reads the text of a key file.
    #[must_use]
    pub fn parse(text: &str) -> Option<Key> {
        let bytes = STANDARD.decode(text.trim()).ok()?;
        Some(Key::new(&bytes.try_into().ok()?))
    }

    /// The value with every known leaf replaced by its fingerprint and marked as one.
    /// Map keys and the shape stay readable; nulls, unknowns and fingerprints stay as they are.
    #[must_use]
    pub fn fingerprint(&self, value: &Value) -> Value {
        if value.marks().has(Marks::FINGERPRINT) || value.is_null() || value.is_unknown() {
            return value.clone();
        }
        let text = match value.content() {
            Content::String(text) => text.to_string(),
            Content::Number(number) => number.to_string(),
            Content::Bool(value) => value.to_string(),
            _ => return value.map_children(|child| self.fingerprint(child)),
        };
        let mac = mac(&self.fingerprint, text.as_bytes());
        Value::string(format!("hmac-sha256:{}", STANDARD_NO_PAD.encode(mac)))
            .with_marks(value.marks().union(Marks::FINGERPRINT).union(Marks::SENSITIVE))
    }

    /// Encrypts bytes, bound to `purpose`; the text is safe in JSON.
    #[must_use]
    pub fn seal(&self, plain: &[u8], purpose: &str) -> String {
        let nonce_bytes: [u8; 12] = {
            let mut bytes = [0_u8; 12];
            bytes.copy_from_slice(&uuid::Uuid::new_v4().as_bytes()[..12]);
            let fresh = mac(&self.fingerprint, &[&bytes[..], uuid::Uuid::new_v4().as_bytes()].concat());
            bytes.copy_from_slice(&fresh[..12]);
            bytes
        };
        let nonce = Nonce::from(nonce_bytes);
        #[expect(clippy::expect_used, reason = "AES-GCM only fails on inputs above 64 GiB")]
        let sealed = self
            .seal
            .encrypt(&nonce, Payload { msg: plain, aad: purpose.as_bytes() })
            .expect("AES-GCM encrypts any message that fits in memory");
        STANDARD_NO_PAD.encode([&nonce_bytes[..], &sealed].concat())
    }

    /// Opens what [`Key::seal`] made for the same purpose; nothing if it was made with another
    /// key, for another purpose, or changed since.
    #[must_use]
    pub fn open(&self, sealed: &str, purpose: &str) -> Option<Vec<u8>> {
        let bytes = STANDARD_NO_PAD.decode(sealed).ok()?;
        let (nonce, body) = bytes.split_at_checked(12)?;
        let nonce: [u8; 12] = nonce.try_into().ok()?;
        self.seal.decrypt(&Nonce::from(nonce), Payload { msg: body, aad: purpose.as_bytes() }).ok()
    }
}
