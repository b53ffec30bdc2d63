//! The clouds of all provider configurations of a run, as one.
//!
//! **Never:** sign in twice with one identity, or open the emulator twice. In: provider configurations
//! with their values. Out: a cloud for each, behind one router. The decision to question: the cloud of
//! the run is the one that the state was made in, as long as any configuration reaches it.

use std::path::Path;
use std::rc::Rc;

use crate::arm::auth::{Credentials, SignIn};
use crate::builtin::Builtin;
use crate::diag::Diagnostic;
use crate::emulator::embedded::Embedded;
use crate::lang::configuration::Configuration;
use crate::provider::Provider;
use crate::provider::router::Router;
use crate::value::{Name, Value};

use super::{Azure, Carrier, Cloud, connect_one};

/// Settings that say nothing about who signs in.
const OTHER: [&str; 5] =
    ["subscription_id", "features", "partner_id", "resource_provider_registrations", "resource_providers_to_register"];

/// What configurations share.
#[derive(Default)]
pub(super) struct Shared {
    pub(super) embedded: Option<Rc<Embedded>>,
    sign_ins: Vec<(Value, Rc<SignIn>)>,
}

impl Shared {
    /// Signs in as the block says, once for all blocks that say the same.
    pub(super) fn sign_in(&mut self, block: &Value, credentials: Credentials) -> Rc<SignIn> {
        let mut members = block.as_members().cloned().unwrap_or_default();
        OTHER.iter().for_each(|name| drop(members.remove(*name)));
        let identity = Value::object(members);
        if let Some((_, known)) = self.sign_ins.iter().find(|(known, _)| known.same(&identity)) {
            return known.clone();
        }
        let fresh = Rc::new(SignIn::new(credentials));
        self.sign_ins.push((identity, fresh.clone()));
        fresh
    }
}

/// Connects to the clouds of all configurations. `home` is the cloud that the state was made in.
///
/// # Errors
/// Settings that are missing, contradict each other or cannot be used.
pub(in crate::cli) async fn connect_all(
    configurations: &[Configuration],
    home: Option<&Name>,
    folder: &Path,
    notice: Rc<dyn Fn(String)>,
) -> Result<Cloud, Box<Diagnostic>> {
    let mut shared = Shared::default();
    let mut clouds: Vec<(Name, Azure<Carrier>)> = Vec::with_capacity(configurations.len());
    for own in configurations {
        let cloud = connect_one(&own.value, own.span, &mut shared, folder, notice.clone()).await?;
        clouds.push((own.name.clone(), cloud));
    }
    let at = clouds.iter().position(|(_, cloud)| Some(&cloud.cloud()) == home).unwrap_or_default();
    if clouds.is_empty() {
        let detail = "No provider configuration says which cloud to act on.";
        return Err(Box::new(Diagnostic::error("No provider configuration", detail).hint("write a provider block")));
    }
    let (own, first) = clouds.swap_remove(at);
    let mut router = Router::new(first, Builtin::new(folder));
    router.name_home(own);
    for (name, cloud) in clouds {
        router.add(name, cloud);
    }
    Ok(router)
}
