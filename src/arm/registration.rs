//! Registering resource providers with a subscription, which Azure wants once before first use.
//!
//! **Never:** register what is registered already, or unregister anything.
//! In: a client and the namespaces; out: nothing, once all of them are registered.
//! Source: "Azure resource providers and types"; azurerm polls every ten seconds as well.

use std::time::Duration;

use serde_json::Value;

use super::client::Client;
use super::error::{ArmError, Sort, at};
use super::wire::Transport;

const VERSION: &str = "2022-09-01";
/// Between two looks.
const PAUSE: Duration = Duration::from_secs(10);
/// Looks before giving up: registering takes a minute or two, and half an hour is out of the question.
const LOOKS: u32 = 180;

/// Registers namespaces such as `Microsoft.ContainerInstance`, and waits until they are.
///
/// # Errors
/// When the identity may not, there is no such namespace, or it does not come to an end.
pub async fn register<T: Transport>(client: &Client<T>, namespaces: &[String]) -> Result<(), ArmError> {
    for namespace in namespaces {
        let path = |verb: &str| {
            format!("/subscriptions/{}/providers/{namespace}{verb}?api-version={VERSION}", client.subscription())
        };
        let state = |body: Option<&Value>| {
            let state = body.and_then(|body| at(body, "registrationState")).and_then(Value::as_str);
            state.is_some_and(|state| state.eq_ignore_ascii_case("Registered"))
        };
        if state(client.get(&path("")).await?.as_ref()) {
            continue;
        }
        client.send("POST", &path("/register"), None).await?;
        let mut looks = 0;
        while !state(client.get(&path("")).await?.as_ref()) {
            looks += 1;
            if looks > LOOKS {
                let why = format!("The resource provider {namespace} is still not registered.");
                return Err(ArmError::new(Sort::Rejected, why));
            }
            client.wait(PAUSE, &format!("registering the resource provider {namespace}")).await;
        }
    }
    Ok(())
}
