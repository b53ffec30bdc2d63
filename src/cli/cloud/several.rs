//! The clouds of all provider configurations of a run, as one.
//!
//! **Never:** sign in twice with one identity, open the emulator twice, or pass over what one of two
//! configurations says. In: provider configurations with their values. Out: a cloud for each, behind
//! one router. The decisions to question: the cloud of the run is the one that the state was made in,
//! as long as any configuration reaches it; and who works in one subscription does so in one way, because
//! the state says of an object in which subscription it lives, and not by whose hand it was made.

use std::collections::{BTreeMap, BTreeSet};
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

use super::settings::{Refused, Settings, env};
use super::{Azure, Carrier, Cloud, connect_one, within};

/// Settings that say nothing about who signs in.
const OTHER: [&str; 5] =
    ["subscription_id", "features", "partner_id", "resource_provider_registrations", "resource_providers_to_register"];

/// Settings that the name of a cloud tells already, or that have nothing to act on; of `features` the
/// one member that has is compared by itself.
const ASIDE: [&str; 5] =
    ["subscription_id", "environment", "features", "storage_use_azuread", "disable_terraform_partner_id"];
const KEPT_GROUPS: &str = "features.resource_group.prevent_deletion_if_contains_resources";

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
    let mut first_of: BTreeMap<Name, usize> = BTreeMap::new();
    for (place, own) in configurations.iter().enumerate() {
        let cloud = connect_one(&own.value, own.span, &mut shared, folder, notice.clone()).await?;
        let first = *first_of.entry(cloud.cloud()).or_insert(place);
        if let (Some(before), Some((_, reached))) = (configurations.get(first), clouds.get(first)) {
            agree((before, reached), (own, &cloud))?;
        }
        clouds.push((own.name.clone(), cloud));
    }
    join(clouds, home, folder)
}

/// The same in an emulator that is there already.
///
/// # Errors
/// Settings that contradict each other or cannot be used.
pub(in crate::cli) fn connect_within(
    configurations: &[Configuration],
    folder: &Path,
    embedded: &Rc<Embedded>,
) -> Result<Cloud, Box<Diagnostic>> {
    let mut shared = Shared::default();
    let mut clouds: Vec<(Name, Azure<Carrier>)> = Vec::with_capacity(configurations.len());
    for own in configurations {
        let settings = Settings { block: &own.value, span: own.span };
        let cloud = within(settings, &mut shared, embedded.clone(), false, Rc::new(|_| {}))?;
        clouds.push((own.name.clone(), cloud));
    }
    join(clouds, None, folder)
}

/// Several clouds as one.
fn join(mut clouds: Vec<(Name, Azure<Carrier>)>, home: Option<&Name>, folder: &Path) -> Result<Cloud, Box<Diagnostic>> {
    let at = clouds.iter().position(|(_, cloud)| Some(&cloud.cloud()) == home).unwrap_or_default();
    if clouds.is_empty() {
        let detail = "No provider configuration says which cloud to act on.";
        return Err(Box::new(Diagnostic::error("No provider configuration", detail).hint("Write a provider block.")));
    }
    let (own, first) = clouds.swap_remove(at);
    let mut router = Router::new(first, Builtin::new(folder));
    router.name_home(own);
    for (name, cloud) in clouds {
        router.add(name, cloud);
    }
    Ok(router)
}

/// One client serves all configurations that reach the same cloud, so they have to say the same.
fn agree(
    (one, reached): (&Configuration, &Azure<Carrier>),
    (other, cloud): (&Configuration, &Azure<Carrier>),
) -> Result<(), Refused> {
    let names = [one, other].into_iter().filter_map(|own| own.value.as_members()).flat_map(|members| members.keys());
    let names: BTreeSet<&Name> = names.filter(|name| !ASIDE.contains(&&***name)).collect();
    let [before, after] = [one, other].map(|own| Settings { block: &own.value, span: own.span });
    let mut differing: Vec<&str> =
        names.into_iter().map(|name| &**name).filter(|name| said(before, name) != said(after, name)).collect();
    if reached.keeps_full_groups() != cloud.keeps_full_groups() {
        differing.push(KEPT_GROUPS);
    }
    if differing.is_empty() {
        return Ok(());
    }
    let detail = format!(
        "The provider configurations {} and {} both reach {}, and differ in {}. All that is done in one subscription \
         is done with one provider configuration's settings, so one of the two would be ignored.",
        shown(&one.name),
        shown(&other.name),
        cloud.cloud(),
        differing.join(", ")
    );
    let hint = "Make these settings the same in both, use one of the two for all that is in this subscription, or put \
                what needs other settings into a configuration of its own, in a folder of its own.";
    Err(after.problem("Provider configurations contradict each other", &detail, hint))
}

/// A setting as a text, with the variable of the environment that stands in for it; for comparison alone.
fn said(settings: Settings<'_>, name: &str) -> String {
    let flag = || settings.own_flag(name).map(|on| on.to_string());
    let list = || Some(settings.texts(name, None).join(";")).filter(|text| !text.is_empty());
    let own = settings.own(name).or_else(flag).or_else(list);
    own.or_else(|| env(&format!("ARM_{}", name.to_ascii_uppercase()))).unwrap_or_default()
}

fn shown(name: &Name) -> &str {
    if name.is_empty() { "azurerm" } else { name }
}
