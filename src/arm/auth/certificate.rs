//! A certificate with its key, from PEM or PKCS#12, with or without a password.
//!
//! **Never:** open a file, or name a password or a part of the key in a message.
//! In: bytes; out: a key that signs, and the certificates that go with it, its own first. Which of
//! several certificates is the key's own is found by the public key in it, whatever the order.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use pkcs8::EncryptedPrivateKeyInfoRef;
use ring::rand::SystemRandom;
use ring::signature::{KeyPair as _, RSA_PSS_SHA256, RsaKeyPair};
use sha2::{Digest as _, Sha256};

use super::{Secret, Unusable};

/// A certificate and its private key.
pub struct Certificate {
    key: RsaKeyPair,
    /// DER, its own first.
    chain: Vec<Vec<u8>>,
}

impl fmt::Debug for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Certificate({})", self.thumbprint())
    }
}

/// What a file holds: private keys as DER and certificates as DER.
struct Parts {
    keys: Vec<Vec<u8>>,
    certificates: Vec<Vec<u8>>,
}

const CONVERT: &str = "make one with: openssl pkcs12 -export -inkey key.pem -in certificate.pem -out client.pfx";

impl Certificate {
    /// Reads what a file holds: PEM with a certificate and its key, or PKCS#12.
    ///
    /// # Errors
    /// When it is neither, the password is wrong or missing, or certificate and key do not go together.
    pub fn read(bytes: &[u8], password: Option<&Secret>) -> Result<Self, Unusable> {
        let password = password.map(Secret::expose);
        let parts = if find(bytes, b"-----BEGIN ").is_some() {
            read_pem(bytes, password)?
        } else {
            read_pkcs12(bytes, password)?
        };
        let Some(der) = parts.keys.first() else {
            let message = "There is a certificate without its private key.";
            return Err(Unusable::new(message, format!("Put the key into the same file, or {CONVERT}.")));
        };
        let key = RsaKeyPair::from_pkcs8(der).or_else(|_| RsaKeyPair::from_der(der)).map_err(|error| {
            let message =
                format!("The private key cannot be used ({error}): it is not an RSA key of 2048 to 4096 bits.");
            Unusable::new(message, "Microsoft Entra ID wants RSA: make a new certificate with such a key.")
        })?;
        let mut chain = parts.certificates;
        if chain.is_empty() {
            let message = "There is a private key without its certificate.";
            return Err(Unusable::new(message, format!("Put the certificate into the same file, or {CONVERT}.")));
        }
        let own = chain.iter().position(|der| find(der, key.public_key().as_ref()).is_some());
        let Some(own) = own else {
            let message = "The private key is not that of the certificate.";
            return Err(Unusable::new(message, "Use the key that the certificate was made with."));
        };
        chain[..=own].rotate_right(1);
        Ok(Self { key, chain })
    }

    /// The certificate's SHA-256 in base64url: `x5t#S256`.
    pub(super) fn thumbprint(&self) -> String {
        URL_SAFE_NO_PAD.encode(Sha256::digest(self.chain.first().map(Vec::as_slice).unwrap_or_default()))
    }

    /// The certificates in base64: `x5c`.
    pub(super) fn chain(&self) -> Vec<String> {
        self.chain.iter().map(|der| STANDARD.encode(der)).collect()
    }

    /// The signature PS256 of a text.
    pub(super) fn sign(&self, text: &[u8]) -> Result<Vec<u8>, Unusable> {
        let mut signature = vec![0; self.key.public().modulus_len()];
        self.key.sign(&RSA_PSS_SHA256, &SystemRandom::new(), text, &mut signature).map_err(|_| {
            Unusable::new("The certificate's key could not sign.", "Check the key, or make a new certificate.")
        })?;
        Ok(signature)
    }
}

fn find(text: &[u8], part: &[u8]) -> Option<usize> {
    text.windows(part.len()).position(|window| window == part)
}

fn read_pem(bytes: &[u8], password: Option<&str>) -> Result<Parts, Unusable> {
    let damaged = |what: &str| Unusable::new(format!("The PEM file is damaged: {what}."), "Check that it is whole.");
    let blocks = pem::parse_many(bytes).map_err(|_| damaged("a block does not end, or is not base64"))?;
    let mut parts = Parts { keys: Vec::new(), certificates: Vec::new() };
    for block in blocks {
        let sealed = block.headers().get("Proc-Type").is_some_and(|kind| kind.contains("ENCRYPTED"));
        match block.tag() {
            "CERTIFICATE" => parts.certificates.push(block.into_contents()),
            "PRIVATE KEY" => parts.keys.push(block.into_contents()),
            "RSA PRIVATE KEY" if sealed => {
                let message = "The private key is encrypted in OpenSSL's old form, which cannot be read.";
                return Err(Unusable::new(
                    message,
                    "Convert it with: openssl pkcs8 -topk8 -v2 aes-256-cbc -in key.pem.",
                ));
            }
            "RSA PRIVATE KEY" | "EC PRIVATE KEY" => parts.keys.push(block.into_contents()),
            "ENCRYPTED PRIVATE KEY" => {
                let password = password.ok_or_else(|| wanted("The private key is encrypted."))?;
                let sealed = EncryptedPrivateKeyInfoRef::try_from(block.contents());
                let sealed = sealed.map_err(|_| damaged("the encrypted key is not one"))?;
                let opened = sealed.decrypt(password).map_err(|_| wrong())?;
                parts.keys.push(opened.as_bytes().to_vec());
            }
            _ => {}
        }
    }
    if parts.keys.is_empty() && parts.certificates.is_empty() {
        return Err(damaged("it holds neither a whole key nor a whole certificate"));
    }
    Ok(parts)
}

fn read_pkcs12(bytes: &[u8], password: Option<&str>) -> Result<Parts, Unusable> {
    use p12_keystore::{Pkcs12Archive, error::Error};
    let archive = Pkcs12Archive::from_pkcs12(bytes, password.unwrap_or_default()).map_err(|error| match error {
        Error::MacError(_) | Error::UnpadError | Error::Pkcs5Error(_) if password.is_none_or(str::is_empty) => {
            wanted("The PKCS#12 file is encrypted.")
        }
        Error::MacError(_) | Error::UnpadError | Error::Pkcs5Error(_) => wrong(),
        Error::UnsupportedEncryptionScheme | Error::UnsupportedMacAlgorithm => {
            let message = "The PKCS#12 file is encrypted in a way that cannot be read.";
            Unusable::new(message, format!("Convert it: {CONVERT}."))
        }
        _ => {
            let message = "This is neither PEM (-----BEGIN CERTIFICATE-----) nor PKCS#12.";
            Unusable::new(
                message,
                format!("A .pfx or .p12 file, or a .pem file with certificate and key, will do; {CONVERT}."),
            )
        }
    })?;
    let keys = archive.keys.iter().map(|bag| bag.key.as_der().to_vec()).collect();
    let certificates = archive.certs.iter().map(|bag| bag.cert.as_der().to_vec()).collect();
    Ok(Parts { keys, certificates })
}

fn wanted(what: &str) -> Unusable {
    Unusable::new(
        format!("{what} A password is needed and none is given."),
        "Set client_certificate_password or ARM_CLIENT_CERTIFICATE_PASSWORD; in an auth file clientCertificatePassword.",
    )
}

fn wrong() -> Unusable {
    Unusable::new(
        "The password does not open the certificate.",
        "Check client_certificate_password or ARM_CLIENT_CERTIFICATE_PASSWORD; in an auth file clientCertificatePassword.",
    )
}
