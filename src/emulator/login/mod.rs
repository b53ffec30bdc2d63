//! Signing in: the token endpoints and the check of bearer tokens.
//!
//! **Never:** keep or compare anything secret but the one well-known client secret, and no key but
//! the well-known one. Tokens look like JWTs because clients read claims out of them; nobody checks
//! their signature. Any bearer token is taken, unless it is one of ours and has run out.

mod assertion;
pub(crate) mod machine;
pub(crate) mod well_known;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use crate::arm::wire::Response;
use crate::emulator::answer::{Refusal, instant, of};
use crate::emulator::route::Ask;
use crate::emulator::settings::Settings;

const ASSERTION: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// What an answer says to a token that has run out.
pub(crate) const EXPIRED: &str = "The access token expiry is earlier than current time.";

/// The issuer of the emulator's tokens, whatever address it was asked at.
fn issuer(tenant: &str) -> String {
    format!("https://emulator.acier.invalid/{tenant}/")
}

/// Answers a token request; `old` is the endpoint without `v2.0`, which names a resource.
pub(crate) fn token(ask: &Ask<'_>, settings: &Settings, old: bool) -> Response {
    let form = ask.form();
    let field = |name: &str| form.iter().find(|(own, _)| own == name).map_or("", |(_, value)| value.as_str());
    let identity = &settings.identity;
    if field("grant_type") != "client_credentials" {
        let words = format!("AADSTS70003: The app requested an unsupported grant type '{}'.", field("grant_type"));
        return refuse(ask, 400, "unsupported_grant_type", 70_003, &words);
    }
    if !field("client_id").eq_ignore_ascii_case(&identity.client) {
        let words = format!(
            "AADSTS700016: Application with identifier '{}' was not found in the directory '{}'.",
            field("client_id"),
            identity.tenant
        );
        return refuse(ask, 400, "unauthorized_client", 700_016, &words);
    }
    let seconds = ask.now / 1_000;
    if field("client_assertion_type") == ASSERTION && !field("client_assertion").is_empty() {
        let url = format!("{}/{}", ask.base, ask.path.join("/"));
        let checked = assertion::check(field("client_assertion"), &identity.client, &url, settings, seconds);
        if let Err(why) = checked {
            return refuse(ask, why.status, why.error, why.number, &why.words);
        }
    } else if field("client_secret") != identity.secret {
        let words = "AADSTS7000215: Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID.";
        return refuse(ask, 401, "invalid_client", 7_000_215, words);
    }
    let audience = if old { field("resource") } else { field("scope").trim_end_matches("/.default") };
    if audience.is_empty() {
        return refuse(
            ask,
            400,
            "invalid_request",
            900_144,
            "AADSTS900144: The request body must contain the scope or resource parameter.",
        );
    }
    let life = ask.bend.token_life.unwrap_or(settings.token_seconds);
    let access = give(settings, audience, seconds, life);
    let body = if old {
        json!({"token_type": "Bearer", "expires_in": life.to_string(), "ext_expires_in": life.to_string(),
            "expires_on": (seconds + life).to_string(), "not_before": seconds.to_string(), "resource": audience, "access_token": access})
    } else {
        json!({"token_type": "Bearer", "expires_in": life, "ext_expires_in": life, "access_token": access})
    };
    of(200, &body)
}

/// A token for an audience, at a time in seconds since 1970, that lives so many seconds.
fn give(settings: &Settings, audience: &str, now: i64, life: i64) -> String {
    let identity = &settings.identity;
    let claims = json!({
        "aud": audience, "iss": issuer(&identity.tenant), "iat": now, "nbf": now, "exp": now + life,
        "appid": identity.client, "idtyp": "app", "oid": identity.object, "sub": identity.object, "tid": identity.tenant, "ver": "1.0",
    });
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let head = json!({"typ": "JWT", "alg": "RS256"});
    format!("{}.{}.{}", part(&head), part(&claims), URL_SAFE_NO_PAD.encode("emulator"))
}

fn refuse(ask: &Ask<'_>, status: u16, error: &str, number: u32, words: &str) -> Response {
    let body =
        json!({"error": error, "error_description": words, "error_codes": [number], "timestamp": instant(ask.now)});
    of(status, &body)
}

/// The header `WWW-Authenticate` of an answer 401.
pub(crate) fn challenge(ask: &Ask<'_>, tenant: &str) -> String {
    format!(
        "Bearer authorization_uri=\"{}/{tenant}\", error=\"invalid_token\", error_description=\"The access token is missing, invalid or expired.\"",
        ask.base
    )
}

/// Refuses a request without a bearer token or with a token of ours that has run out.
pub(crate) fn check(ask: &Ask<'_>, settings: &Settings) -> Result<(), Refusal> {
    let tenant = &settings.identity.tenant;
    let challenge = challenge(ask, tenant);
    let refuse =
        |code: &str, words: &str| Err(Refusal::gateway(401, code, words).with("www-authenticate", challenge.clone()));
    let header = ask.header("authorization").unwrap_or_default();
    let Some((scheme, token)) = header.split_once(' ') else {
        return refuse("AuthenticationFailed", "Authentication failed. The 'Authorization' header is missing.");
    };
    if !scheme.eq_ignore_ascii_case("bearer") || token.trim().is_empty() {
        return refuse(
            "AuthenticationFailed",
            "Authentication failed. The 'Authorization' header is provided in an invalid format.",
        );
    }
    let claims = token.split('.').nth(1).and_then(|part| URL_SAFE_NO_PAD.decode(part).ok());
    let claims: Option<Value> = claims.and_then(|bytes| serde_json::from_slice(&bytes).ok());
    let expiry = claims
        .filter(|claims| claims.get("iss").and_then(Value::as_str) == Some(issuer(tenant).as_str()))
        .and_then(|claims| claims.get("exp").and_then(Value::as_i64));
    if expiry.is_some_and(|expiry| expiry * 1_000 <= ask.now) {
        return refuse("ExpiredAuthenticationToken", EXPIRED);
    }
    Ok(())
}
