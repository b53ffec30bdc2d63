//! Resource providers: which there are, and whether a subscription may use Microsoft.ContainerInstance.
//!
//! **Never:** refuse a read: only what creates was seen to need the registration. Registering takes
//! as long as an operation and is `Registering` until then (Azure Resource Manager, "Resource
//! providers and types"); how long the service takes nobody recorded. Other namespaces are always
//! registered, because the emulator has nothing of theirs.

use crate::emulator::answer::{Refusal, of};
use crate::emulator::catalogue;
use crate::emulator::operations::patience;
use crate::emulator::record::Change;
use crate::emulator::route::Ask;
use crate::emulator::world::{Answer, World};

const OWN: &str = "microsoft.containerinstance";

/// The word for the registration of a subscription at a moment.
fn state(world: &World, subscription: &str, now: i64) -> &'static str {
    match world.tables.registered.get(subscription) {
        Some(Some(since)) if *since <= now => "Registered",
        Some(Some(_)) => "Registering",
        Some(None) => "Unregistered",
        None if world.settings.unregistered => "NotRegistered",
        None => "Registered",
    }
}

/// Refuses to create container groups in a subscription that is not registered, or not yet.
pub(crate) fn check(world: &World, subscription: &str, now: i64) -> Result<(), Refusal> {
    if state(world, subscription, now) == "Registered" {
        return Ok(());
    }
    let message = "The subscription is not registered to use namespace 'Microsoft.ContainerInstance'. See https://aka.ms/rps-not-found for how to register subscriptions.";
    Err(Refusal::gateway(409, "MissingSubscriptionRegistration", message))
}

/// Answers for all providers of a subscription.
pub(crate) fn list(world: &World, ask: &Ask<'_>, subscription: &str) -> Answer {
    Ok(of(200, &catalogue::providers(subscription, state(world, subscription, ask.now))))
}

/// Answers for one provider.
pub(crate) fn get(world: &World, ask: &Ask<'_>, subscription: &str) -> Answer {
    let namespace = &ask.path[3];
    let state = state(world, subscription, ask.now);
    catalogue::provider(subscription, namespace, state).map(|body| of(200, &body)).ok_or_else(|| {
        let message = format!("The resource namespace '{namespace}' is invalid.");
        Refusal::gateway(404, "InvalidResourceNamespace", message)
    })
}

/// Registers or unregisters; the answer is the provider.
pub(crate) fn change(world: &mut World, ask: &Ask<'_>, subscription: &str, registers: bool) -> Answer {
    let known = state(world, subscription, ask.now);
    if ask.low[3] == OWN {
        match (registers, known) {
            (true, "NotRegistered" | "Unregistered") => {
                let until = ask.now + patience(world, ask);
                world.change(Change::Registration(subscription.to_owned(), Some(until)));
            }
            (false, "Registered" | "Registering") => {
                world.change(Change::Registration(subscription.to_owned(), None));
            }
            _ => {}
        }
    }
    get(world, ask, subscription)
}
