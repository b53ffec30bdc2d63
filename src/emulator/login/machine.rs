//! What machines, apps and pipelines are asked for tokens: managed identities and the small issuer.
//!
//! **Never:** give an app's or a pipeline's token to whoever does not show its own key, which is the
//! emulator's client secret. Routes: IMDS under its own path, an app's service under `/msi/token`,
//! GitHub's and Azure DevOps' forms of an issuer under `/acier/oidc/`.

use serde_json::{Value, json};

use super::{give, well_known};
use crate::arm::wire::Response;
use crate::emulator::answer::of;
use crate::emulator::route::Ask;
use crate::emulator::settings::{AUDIENCE, ISSUER, Settings, Workload};

/// How long tokens of the issuer live: minutes, as those of pipelines do.
const LIFE: i64 = 600;

fn refuse(status: u16, error: &str, words: &str) -> Response {
    of(status, &json!({"error": error, "error_description": words}))
}

/// The metadata service of a machine (`app` false), or the token service of an app.
pub(crate) fn managed_identity(ask: &Ask<'_>, settings: &Settings, app: bool) -> Response {
    let identity = &settings.identity;
    if app && ask.header("x-identity-header") != Some(identity.secret.as_str()) {
        return refuse(401, "unauthorized", "The X-IDENTITY-HEADER is missing or wrong.");
    }
    if !app && !ask.header("metadata").is_some_and(|value| value.eq_ignore_ascii_case("true")) {
        return refuse(400, "invalid_request", "Required metadata header not specified");
    }
    if ask.api().is_empty() {
        return refuse(400, "invalid_request", "Required query variable 'api-version' is missing");
    }
    let Some(resource) = ask.query("resource").filter(|resource| !resource.is_empty()) else {
        return refuse(400, "invalid_request", "Required audience parameter not specified");
    };
    if ask.query("client_id").is_some_and(|client| !client.eq_ignore_ascii_case(&identity.client)) {
        return refuse(400, "invalid_request", "Identity not found");
    }
    let (now, life) = (ask.now / 1_000, ask.bend.token_life.unwrap_or(settings.token_seconds));
    let mut body = json!({
        "access_token": give(settings, resource, now, life),
        "client_id": identity.client,
        "expires_on": (now + life).to_string(),
        "not_before": now.to_string(),
        "resource": resource,
        "token_type": "Bearer",
    });
    if !app && let Some(body) = body.as_object_mut() {
        body.insert("expires_in".to_owned(), Value::String(life.to_string()));
        body.insert("refresh_token".to_owned(), Value::String(String::new()));
    }
    of(200, &body)
}

/// A token of the small issuer, in the form of the pipeline that asks.
pub(crate) fn pipeline(ask: &Ask<'_>, settings: &Settings, workload: Workload) -> Response {
    let shown = ask.header("authorization").and_then(|header| header.strip_prefix("Bearer "));
    if shown != Some(settings.identity.secret.as_str()) {
        return refuse(401, "unauthorized", "The request token is missing or wrong.");
    }
    let wanted = match workload {
        Workload::AzureDevOps => ask.query("serviceconnectionid").filter(|id| !id.is_empty()),
        _ => ask.query("audience"),
    };
    let Some(wanted) = wanted else {
        return refuse(400, "invalid_request", "The query names no audience or service connection.");
    };
    let audience = if workload == Workload::AzureDevOps { AUDIENCE } else { wanted };
    let token = issue(workload, audience, ask.now / 1_000, LIFE);
    match workload {
        Workload::AzureDevOps => of(200, &json!({"oidcToken": token})),
        _ => of(200, &json!({"count": token.len(), "value": token})),
    }
}

/// A token that the small issuer gives to a workload, at a time and for a life in seconds.
pub(crate) fn issue(workload: Workload, audience: &str, now: i64, life: i64) -> String {
    let claims = json!({
        "iss": ISSUER, "sub": workload.subject(), "aud": audience, "iat": now, "nbf": now, "exp": now + life,
    });
    well_known::sign(&claims)
}
