//! The assertion that a certificate's owner signs: a JWT that lives for ten minutes.
//!
//! **Never:** hold a key: it is lent. In: who asks, where, when; out: the signed text.
//! Source: Microsoft identity platform, "Certificate credentials": PS256 with `x5t#S256`, and `x5c`
//! for applications that trust a subject name and issuer instead of one certificate.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use uuid::Uuid;

use super::certificate::Certificate;
use super::{Secret, Unusable};

/// How long an assertion is good for, in seconds, as Azure's own libraries have it.
const LIFE: i64 = 600;

/// The assertion of `client` for the token endpoint `audience`, at a time in seconds since 1970.
///
/// # Errors
/// When the key cannot sign.
pub(super) fn sign(certificate: &Certificate, client: &str, audience: &str, now: i64) -> Result<Secret, Unusable> {
    let head = json!({
        "alg": "PS256",
        "typ": "JWT",
        "x5t#S256": certificate.thumbprint(),
        "x5c": certificate.chain(),
    });
    let claims = json!({
        "aud": audience,
        "iss": client,
        "sub": client,
        "jti": Uuid::new_v4().to_string(),
        "iat": now,
        "nbf": now,
        "exp": now + LIFE,
    });
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let text = format!("{}.{}", part(&head), part(&claims));
    let signature = certificate.sign(text.as_bytes())?;
    Ok(format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature)).into())
}
