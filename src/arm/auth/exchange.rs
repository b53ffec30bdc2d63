//! The exchange of a proof for a token at Microsoft Entra's token endpoint.
//!
//! **Never:** send, or repeat a proof in a message.
//! In: who asks, and the form fields that prove it; out: the request. In: an answer of any token
//! service; out: a token and how long it lives, or the service's own words.
//! Source: Microsoft identity platform, "OAuth 2.0 client credentials flow".

use std::time::Duration;

use serde_json::Value;

use super::Secret;
use crate::arm::cloud::Endpoints;
use crate::arm::error::{ArmError, Sort, at, parse_body};
use crate::arm::wire::{Request, Response};

/// The life of a token whose answer does not tell.
const UNTOLD: Duration = Duration::from_secs(600);
/// No answer is believed that says more.
const LONGEST: i64 = 30 * 24 * 3600;
const JWT_BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// A token as it was given.
#[derive(Clone, Debug)]
pub(super) struct Given {
    /// The token itself.
    pub(super) token: Secret,
    /// For how long from now on.
    pub(super) life: Duration,
}

/// Where a tenant's tokens come from.
pub(super) fn token_url(endpoints: &Endpoints, tenant: &str) -> String {
    format!("{}/{tenant}/oauth2/v2.0/token", endpoints.authority)
}

/// The request that proves with a secret.
pub(super) fn with_secret(endpoints: &Endpoints, tenant: &str, client: &str, secret: &Secret) -> Request {
    post(endpoints, tenant, client, &[("client_secret", secret.expose())])
}

/// The request that proves with a signed assertion.
pub(super) fn with_assertion(endpoints: &Endpoints, tenant: &str, client: &str, assertion: &Secret) -> Request {
    let proof = [("client_assertion_type", JWT_BEARER), ("client_assertion", assertion.expose().trim())];
    post(endpoints, tenant, client, &proof)
}

fn post(endpoints: &Endpoints, tenant: &str, client: &str, proof: &[(&str, &str)]) -> Request {
    let mut form = url::form_urlencoded::Serializer::new(String::new());
    form.append_pair("grant_type", "client_credentials").append_pair("client_id", client);
    form.extend_pairs(proof).append_pair("scope", &endpoints.scope());
    Request {
        method: "POST",
        url: token_url(endpoints, tenant),
        headers: vec![
            ("accept".to_owned(), "application/json".to_owned()),
            ("content-type".to_owned(), "application/x-www-form-urlencoded".to_owned()),
        ],
        body: Some(form.finish().into_bytes()),
    }
}

/// The token of an answer; `now` is in seconds since 1970, for answers that tell only the end.
///
/// # Errors
/// When there is none, with what the service said about it.
pub(super) fn read(asked: (&str, &str), response: &Response, now: i64) -> Result<Given, Box<ArmError>> {
    let body = parse_body(&response.body);
    let text = |key: &str| body.as_ref().and_then(|body| at(body, key)).and_then(Value::as_str).map(str::to_owned);
    if let Some(token) = text("access_token").filter(|token| response.status == 200 && !token.is_empty()) {
        let number = |key: &str| body.as_ref().and_then(|body| count(at(body, key)?));
        let left = number("expires_in").or_else(|| Some(number("expires_on")? - now));
        return Ok(Given { token: token.into(), life: left.map_or(UNTOLD, lasting) });
    }
    Err(Box::new(refused(asked, response, "The sign-in answered without a token.")))
}

/// What a token service said when it gave none; `empty` if it answered well and gave none all the same.
pub(super) fn refused((method, url): (&str, &str), response: &Response, empty: &str) -> ArmError {
    let body = parse_body(&response.body);
    let text = |key: &str| body.as_ref().and_then(|body| at(body, key)).and_then(Value::as_str).map(str::to_owned);
    let mut error = ArmError::from_response(method, url, response);
    error.sort = Sort::SignIn;
    if let Some(said) = text("error_description").or_else(|| text("error")) {
        error.code = text("error").unwrap_or_default();
        error.message = said;
    } else if response.status == 200 {
        error.message = empty.to_owned();
    }
    error
}

/// Seconds as a life.
pub(super) fn lasting(seconds: i64) -> Duration {
    Duration::from_secs(seconds.clamp(0, LONGEST).unsigned_abs())
}

/// A number, or one as text (which the metadata service and old endpoints send).
pub(super) fn count(value: &Value) -> Option<i64> {
    value.as_i64().or_else(|| value.as_str()?.trim().parse().ok())
}
