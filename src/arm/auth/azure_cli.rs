//! Whoever is signed in to the Azure CLI: its tokens and its default subscription.
//!
//! **Never:** pass a secret on a command line, or read the CLI's own files.
//! In: `az account get-access-token` and `az account show`; out: a token, or an account. The CLI is
//! not asked for tenant and subscription at once, which it refuses.

use std::fmt;
use std::process::Stdio;
use std::time::Duration;

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use serde_json::Value;
use tokio::process::Command;

use super::Unusable;
use super::exchange::{Given, count, lasting};
use crate::arm::error::{ArmError, Sort, at, parse_body};

/// A sign-in of the Azure CLI.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct AzureCli {
    /// The tenant to have tokens for; if unset, that of the subscription.
    pub tenant: Option<String>,
    /// The subscription whose account is meant; if unset, the CLI's default.
    pub subscription: Option<String>,
    /// Why no other way was taken, as sentences, for the error that nobody can sign in.
    pub passed_over: String,
}

impl fmt::Debug for AzureCli {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AzureCli({:?} in {:?})", self.subscription, self.tenant)
    }
}

/// The account that the Azure CLI works with if it is not told another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// The subscription.
    pub subscription: String,
    /// The tenant.
    pub tenant: String,
}

/// The CLI starts an interpreter and may ask the network for a token.
const PATIENCE: Duration = Duration::from_secs(120);
/// It is a script on Windows, which is found only under its whole name.
const PROGRAM: &str = if cfg!(windows) { "az.cmd" } else { "az" };

/// The program could not be run, or it said no: its words.
struct NoAnswer(String);

async fn run(words: &[&str]) -> Result<Vec<u8>, NoAnswer> {
    let mut command = Command::new(PROGRAM);
    command.args(words).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    let asked = format!("az {}", words[..words.len().min(2)].join(" "));
    let output = match tokio::time::timeout(PATIENCE, command.output()).await {
        Ok(Ok(output)) => output,
        Ok(Err(error)) if error.kind() == std::io::ErrorKind::NotFound => {
            return Err(NoAnswer("The Azure CLI was asked, and it is not installed: there is no az in PATH.".into()));
        }
        Ok(Err(error)) => return Err(NoAnswer(format!("The Azure CLI was asked, and it cannot be run: {error}."))),
        Err(_) => return Err(NoAnswer(format!("`{asked}` did not end within {} s.", PATIENCE.as_secs()))),
    };
    if output.status.success() {
        return Ok(output.stdout);
    }
    let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    Err(NoAnswer(match said.as_str() {
        "" => format!("`{asked}` failed ({}) and did not say why.", output.status),
        said => format!("`{asked}` failed: {said}"),
    }))
}

impl AzureCli {
    /// The words of the command that gives a token for a scope.
    #[must_use]
    pub fn words<'a>(&'a self, scope: &'a str) -> Vec<&'a str> {
        let mut words = vec!["account", "get-access-token", "--output", "json", "--scope", scope];
        match (&self.tenant, &self.subscription) {
            (Some(tenant), _) => words.extend(["--tenant", tenant]),
            (None, Some(subscription)) => words.extend(["--subscription", subscription]),
            (None, None) => {}
        }
        words
    }

    /// A token; `now` is in seconds since 1970.
    pub(super) async fn token(&self, scope: &str, now: i64) -> Result<Given, ArmError> {
        let failed = |words: String| {
            let told = [self.passed_over.as_str(), &words].into_iter().filter(|text| !text.is_empty());
            ArmError::new(Sort::SignIn, told.collect::<Vec<_>>().join(" "))
        };
        let out = run(&self.words(scope)).await.map_err(|NoAnswer(words)| failed(words))?;
        read_token(&out, now, &TimeZone::system()).map_err(|why| failed(why.message))
    }
}

/// The token that `az account get-access-token` printed. `now` is in seconds since 1970; `here` is
/// the time zone of `expiresOn`, which old versions print without one and without `expires_on`.
///
/// # Errors
/// When it printed none.
fn read_token(out: &[u8], now: i64, here: &TimeZone) -> Result<Given, Unusable> {
    let none =
        || Unusable::new("The Azure CLI answered without a token.", "Run `az account get-access-token` and look.");
    let said = parse_body(out.trim_ascii()).ok_or_else(none)?;
    let text = |key: &str| at(&said, key).and_then(Value::as_str).filter(|text| !text.is_empty());
    let token = text("accessToken").ok_or_else(none)?;
    let local = || {
        let time: DateTime = text("expiresOn")?.parse().ok()?;
        Some(time.to_zoned(here.clone()).ok()?.timestamp().as_second())
    };
    let end = at(&said, "expires_on").and_then(count).or_else(local);
    Ok(Given { token: token.into(), life: end.map_or(Duration::from_secs(600), |end| lasting(end - now)) })
}

/// Subscription and tenant that the Azure CLI works with.
///
/// # Errors
/// When it is not installed, nobody is signed in, or its answer has none.
pub async fn account(subscription: Option<&str>) -> Result<Account, Unusable> {
    let mut words = vec!["account", "show", "--output", "json"];
    words.extend(subscription.iter().flat_map(|id| ["--subscription", id]));
    let out = run(&words).await.map_err(|NoAnswer(words)| Unusable::new(words, String::new()))?;
    let said = parse_body(out.trim_ascii()).unwrap_or_default();
    let text = |key: &str| at(&said, key).and_then(Value::as_str).filter(|text| !text.is_empty()).map(str::to_owned);
    match (text("id"), text("tenantId")) {
        (Some(subscription), Some(tenant)) => Ok(Account { subscription, tenant }),
        _ => Err(Unusable::new(
            "`az account show` names no subscription and tenant.",
            "Choose one with `az account set`.",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_a_token_is_read_in_both_forms() {
        let berlin = TimeZone::fixed(jiff::tz::offset(1));
        let rows = [
            (r#"{"accessToken":"a","expires_on":1700003600,"expiresOn":"1999-01-01 00:00:00.000000"}"#, 3600),
            (r#"{"accessToken":"a","expires_on":"1700000060"}"#, 60),
            // 2023-11-14 22:13:20 UTC is 1700000000, an hour earlier than in Berlin.
            (r#"{"accessToken":"a","expiresOn":"2023-11-14 23:23:20.123456"}"#, 600),
            (r#"{"accessToken":"a","expiresOn":"2023-11-14 23:13:00.000000"}"#, 0),
            (r#"{"accessToken":"a"}"#, 600),
        ];
        for (text, seconds) in rows {
            let given = read_token(text.as_bytes(), 1_700_000_000, &berlin).map(|given| given.life.as_secs());
            assert_eq!(given, Ok(seconds), "{text}");
        }
        for text in ["", "hello", "{}", r#"{"accessToken":""}"#] {
            assert!(read_token(text.as_bytes(), 0, &berlin).is_err(), "{text}");
        }
    }
}
