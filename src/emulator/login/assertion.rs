//! Client assertions: signed by a registered certificate, or issued by somebody who is trusted.
//!
//! **Never:** take an assertion unread. In: the JWT, who presents it and where; out: nothing, or the
//! words of Microsoft Entra ID. An assertion that names the application itself as its issuer is
//! one of a certificate; any other is a federated token.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::signature::{RSA_PKCS1_2048_8192_SHA256, RSA_PSS_2048_8192_SHA256, UnparsedPublicKey, VerificationAlgorithm};
use serde_json::Value;

use crate::emulator::answer::instant;
use crate::emulator::settings::Settings;

/// How far clocks may differ, in seconds.
const SKEW: i64 = 300;

/// Why an assertion is refused.
#[derive(Debug)]
pub(super) struct Refused {
    pub(super) status: u16,
    pub(super) error: &'static str,
    pub(super) number: u32,
    pub(super) words: String,
}

fn refused(number: u32, words: &str) -> Refused {
    Refused { status: 401, error: "invalid_client", number, words: format!("AADSTS{number}: {words}") }
}

struct Jwt<'a> {
    text: &'a str,
    head: Value,
    claims: Value,
    signature: Vec<u8>,
}

impl<'a> Jwt<'a> {
    fn parse(token: &'a str) -> Option<Jwt<'a>> {
        let (text, signature) = token.rsplit_once('.')?;
        let (head, claims) = text.split_once('.')?;
        let part = |text: &str| serde_json::from_slice(&URL_SAFE_NO_PAD.decode(text).ok()?).ok();
        Some(Jwt { text, head: part(head)?, claims: part(claims)?, signature: URL_SAFE_NO_PAD.decode(signature).ok()? })
    }

    fn claim(&self, name: &str) -> &str {
        self.claims.get(name).and_then(Value::as_str).unwrap_or_default()
    }

    fn head(&self, name: &str) -> &str {
        self.head.get(name).and_then(Value::as_str).unwrap_or_default()
    }

    fn is_signed_by(&self, key: &[u8]) -> bool {
        let algorithm: &dyn VerificationAlgorithm = match self.head("alg") {
            "RS256" => &RSA_PKCS1_2048_8192_SHA256,
            "PS256" => &RSA_PSS_2048_8192_SHA256,
            _ => return false,
        };
        UnparsedPublicKey::new(algorithm, key).verify(self.text.as_bytes(), &self.signature).is_ok()
    }

    /// Whether it counts at a time in seconds since 1970.
    fn check_time(&self, now: i64) -> Result<(), Refused> {
        // A JWT may tell fractions of seconds.
        #[expect(clippy::cast_possible_truncation, reason = "casts of floats saturate")]
        let time = |name: &str| Some(self.claims.get(name)?.as_f64()? as i64);
        let (from, to) = (time("nbf").unwrap_or(now), time("exp").unwrap_or(0));
        if from - SKEW <= now && now < to + SKEW {
            return Ok(());
        }
        let show = |seconds: i64| instant(seconds.saturating_mul(1_000));
        let words = format!(
            "Client assertion is not within its valid time range. Current time: {}, assertion valid from {}, expiry time of assertion {}. Review the documentation at https://learn.microsoft.com/entra/identity-platform/certificate-credentials .",
            show(now),
            show(from),
            show(to)
        );
        Err(refused(700_024, &words))
    }
}

/// Checks an assertion that `client` presents at the token endpoint `url`, in seconds since 1970.
pub(super) fn check(token: &str, client: &str, url: &str, settings: &Settings, now: i64) -> Result<(), Refused> {
    let Some(jwt) = Jwt::parse(token) else {
        let words = "AADSTS50027: JWT token is invalid or malformed.".to_owned();
        return Err(Refused { status: 400, error: "invalid_request", number: 50_027, words });
    };
    if jwt.claim("iss").eq_ignore_ascii_case(client) {
        check_certificate(&jwt, client, url, settings, now)
    } else {
        check_federated(&jwt, settings, now)
    }
}

fn check_certificate(jwt: &Jwt<'_>, client: &str, url: &str, settings: &Settings, now: i64) -> Result<(), Refused> {
    // Some libraries pad them, although base64url in a JWT is not padded.
    let [sha1, sha256] = ["x5t", "x5t#S256"].map(|name| jwt.head(name).trim_end_matches('='));
    let known = settings.certificates.iter().find(|own| own.sha256 == sha256 || own.sha1 == sha1);
    let thumbprint = if sha256.is_empty() { sha1 } else { sha256 };
    let Some(known) = known else {
        let words = format!(
            "The certificate with identifier used to sign the client assertion is not registered on application. [Reason - The key was not found., Thumbprint of key used by client: '{thumbprint}']"
        );
        return Err(refused(700_027, &words));
    };
    if !jwt.is_signed_by(&known.key) {
        let words = format!(
            "Client assertion failed signature validation. [Reason - The provided signature value did not match the expected signature value., Thumbprint of key used by client: '{thumbprint}']"
        );
        return Err(refused(700_027, &words));
    }
    if !jwt.claim("sub").eq_ignore_ascii_case(client) {
        return Err(refused(700_021, "Client assertion application identifier doesn't match 'client_id' parameter."));
    }
    let path = |url: &str| url.split_once("://").map(|(_, rest)| rest.trim_end_matches('/').to_lowercase());
    if path(jwt.claim("aud")) != path(url) {
        let words = "Client assertion audience claim does not match Realm issuer. Review the documentation at https://learn.microsoft.com/entra/identity-platform/certificate-credentials .";
        return Err(refused(700_023, words));
    }
    jwt.check_time(now)
}

fn check_federated(jwt: &Jwt<'_>, settings: &Settings, now: i64) -> Result<(), Refused> {
    let (issuer, subject, audience) = (jwt.claim("iss"), jwt.claim("sub"), jwt.claim("aud"));
    let hint = "Please check your federated identity credential Subject, Audience and Issuer against the presented assertion. https://learn.microsoft.com/entra/workload-id/workload-identity-federation";
    let unknown = |number: u32, what: &str, value: &str| {
        Err(refused(
            number,
            &format!("No matching federated identity record found for presented assertion {what} '{value}'. {hint}"),
        ))
    };
    let trusted: Vec<_> = settings.federated.iter().filter(|own| own.issuer == issuer).collect();
    if trusted.is_empty() {
        return unknown(700_211, "issuer", issuer);
    }
    let Some(record) = trusted.iter().find(|own| own.subject == subject) else {
        return unknown(700_213, "subject", subject);
    };
    if record.audience != audience {
        return unknown(700_212, "audience", audience);
    }
    if !jwt.is_signed_by(&record.key) {
        return Err(refused(50_013, "Assertion failed signature validation. [Reason - The key was not found.]"));
    }
    jwt.check_time(now)
}
