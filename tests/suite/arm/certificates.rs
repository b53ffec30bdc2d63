//! Certificates in the forms that people keep them in, and a sentence for each way they can be wrong.

use acier::arm::auth::Secret;
use acier::arm::auth::certificate::Certificate;

fn file(name: &str) -> Vec<u8> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/suite/arm/certificates");
    std::fs::read(folder.join(name)).unwrap()
}

pub(super) fn read(name: &str, password: Option<&str>) -> Certificate {
    Certificate::read(&file(name), password.map(Secret::from).as_ref()).unwrap_or_else(|why| panic!("{name}: {why:?}"))
}

#[test]
fn every_form_gives_the_same_certificate() {
    let rows = [
        ("modern.pfx", Some("hush")),
        ("legacy.pfx", Some("hush")),
        ("blank.pfx", None),
        ("blank.pfx", Some("")),
        ("unsealed.pfx", None),
        ("sealed.pem", Some("hush")),
        // The key's own certificate is not the first one here.
        ("traditional.pem", None),
        ("traditional.pem", Some("not needed")),
    ];
    let shown: Vec<String> = rows.iter().map(|(name, password)| format!("{:?}", read(name, *password))).collect();
    assert!(shown.iter().all(|one| one == &shown[0] && one.len() == 56), "{shown:?}");
}

#[test]
fn what_is_wrong_with_a_certificate_is_named_and_no_password_is_repeated() {
    let rows = [
        ("modern.pfx", Some("hush-not"), "The password does not open the certificate.", "client_certificate_password"),
        ("legacy.pfx", Some("hush-not"), "The password does not open the certificate.", "client_certificate_password"),
        ("sealed.pem", Some("hush-not"), "The password does not open the certificate.", "client_certificate_password"),
        ("modern.pfx", None, "The PKCS#12 file is encrypted. A password is needed", "ARM_CLIENT_CERTIFICATE_PASSWORD"),
        ("sealed.pem", None, "The private key is encrypted. A password is needed", "ARM_CLIENT_CERTIFICATE_PASSWORD"),
        ("old-sealed.pem", Some("hush"), "encrypted in OpenSSL's old form", "openssl pkcs8 -topk8"),
        ("no-key.pfx", Some("hush"), "a certificate without its private key", "openssl pkcs12 -export"),
        (
            "strangers.pem",
            None,
            "The private key is not that of the certificate.",
            "the key that the certificate was made",
        ),
        ("elliptic.pem", None, "it is not an RSA key", "Entra ID wants RSA"),
    ];
    for (name, password, message, hint) in rows {
        let why = Certificate::read(&file(name), password.map(Secret::from).as_ref()).unwrap_err();
        assert!(why.message.contains(message), "{name}: {why:?}");
        assert!(why.hint.contains(hint), "{name}: {why:?}");
        assert!(!format!("{why:?}").contains("hush"), "{why:?}");
    }
    let key = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n";
    for (bytes, message) in [
        (&b"hush"[..], "neither PEM (-----BEGIN CERTIFICATE-----) nor PKCS#12"),
        (&[], "neither PEM"),
        (b"-----BEGIN CERTIFICATE-----\nAAAA", "The PEM file is damaged"),
        (key.as_bytes(), "The private key cannot be used"),
    ] {
        let why = Certificate::read(bytes, None).unwrap_err();
        assert!(why.message.contains(message), "{why:?}");
    }
    let whole = String::from_utf8(file("other.pem")).unwrap();
    let alone = whole.split_inclusive("-----END PRIVATE KEY-----").next().unwrap();
    let why = Certificate::read(alone.as_bytes(), None).unwrap_err();
    assert!(why.message.contains("a private key without its certificate"), "{why:?}");
}
