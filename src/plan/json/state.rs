//! What exists or will exist, as Terraform's "values representation": modules that hold resources.
//!
//! **Never:** decide what exists. In: objects with their addresses. Out: JSON.
//! Source of the form: Terraform, "JSON Output Format", state representation 1.0.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json, json};

use crate::addr::{Addr, Key, Mode, ModulePath};
use crate::state::{Needs, Object, State};
use crate::value::{Name, Value};

use super::LANGUAGE;
use super::values::{Sight, secrets};

/// The provider of the kinds that Terraform itself brings along.
const BUILTIN: &str = "terraform.io/builtin/terraform";
/// The provider of all others.
const AZURE: &str = "registry.terraform.io/hashicorp/azurerm";

/// The provider of a kind, as Terraform names it.
#[must_use]
pub fn provider_of(kind: &str) -> &'static str {
    if kind.starts_with("terraform_") { BUILTIN } else { AZURE }
}

/// The whole state.
#[must_use]
pub fn state(state: &State, sight: Sight) -> Json {
    let needs = Needs::of_state(state);
    let current = state.objects.iter().map(|(addr, own)| (addr.clone(), object(addr, own, &needs, sight)));
    let deposed = state.deposed.iter().map(|((addr, key), own)| {
        let mut shown = object(addr, own, &needs, sight);
        shown["deposed_key"] = (&**key).into();
        (addr.clone(), shown)
    });
    let resources: Vec<(Addr, Json)> = current.chain(deposed).collect();
    let outputs = state.outputs.iter().map(|(name, output)| (name, sight.output(&output.value, true)));
    document(outputs, resources)
}

/// The document around outputs and resources; empty states have no values.
pub(super) fn document<'n>(outputs: impl Iterator<Item = (&'n Name, Json)>, resources: Vec<(Addr, Json)>) -> Json {
    let outputs: Map<String, Json> = outputs.map(|(name, output)| (name.to_string(), output)).collect();
    let mut document = Map::new();
    document.insert("format_version".into(), "1.0".into());
    if !outputs.is_empty() || !resources.is_empty() {
        document.insert("terraform_version".into(), LANGUAGE.into());
        document.insert("values".into(), values(outputs, resources));
    }
    document.into()
}

/// Outputs and the tree of modules.
pub(super) fn values(outputs: Map<String, Json>, resources: Vec<(Addr, Json)>) -> Json {
    let mut values = Map::new();
    if !outputs.is_empty() {
        values.insert("outputs".into(), outputs.into());
    }
    let mut modules: BTreeMap<ModulePath, Vec<Json>> = BTreeMap::new();
    let (data, managed) = resources.into_iter().partition::<Vec<_>, _>(|(addr, _)| addr.block.mode == Mode::Data);
    for (addr, resource) in data.into_iter().chain(managed) {
        modules.entry(addr.block.module).or_default().push(resource);
    }
    values.insert("root_module".into(), module(&ModulePath::default(), &mut modules));
    values.into()
}

/// A module and those in it. What is written is taken out, so that each is visited once.
fn module(path: &ModulePath, modules: &mut BTreeMap<ModulePath, Vec<Json>>) -> Json {
    let mut body = Map::new();
    if let Some(resources) = modules.remove(path).filter(|resources| !resources.is_empty()) {
        body.insert("resources".into(), resources.into());
    }
    if !path.0.is_empty() {
        body.insert("address".into(), path.to_string().into());
    }
    let mut children = Vec::new();
    let depth = path.0.len() + 1;
    while let Some((next, _)) = modules.range(path.clone()..).next()
        && next.0.len() >= depth
        && next.0.starts_with(&path.0)
    {
        let child = ModulePath(next.0.iter().take(depth).cloned().collect());
        children.push(module(&child, modules));
    }
    if !children.is_empty() {
        body.insert("child_modules".into(), children.into());
    }
    body.into()
}

/// One object of the state.
#[must_use]
pub fn object(addr: &Addr, object: &Object, needs: &Needs, sight: Sight) -> Json {
    let mut shown = resource(addr, &object.value, object.schema_version, sight);
    if !object.needs.is_empty() {
        let mut needs: Vec<String> = needs.behind(object).iter().map(ToString::to_string).collect();
        needs.sort();
        shown["depends_on"] = needs.into();
    }
    if object.tainted {
        shown["tainted"] = true.into();
    }
    shown
}

/// A resource with its values.
pub(super) fn resource(addr: &Addr, value: &Value, version: u32, sight: Sight) -> Json {
    let mut resource = named(addr, None, false);
    resource["schema_version"] = version.into();
    resource["values"] = sight.value(value);
    resource["sensitive_values"] = secrets(value);
    resource
}

/// What says which resource it is.
pub(super) fn named(addr: &Addr, previous: Option<&Addr>, with_module: bool) -> Json {
    let mut named = json!({ "address": addr.to_string() });
    if let Some(previous) = previous {
        named["previous_address"] = previous.to_string().into();
    }
    if with_module && !addr.block.module.0.is_empty() {
        named["module_address"] = addr.block.module.to_string().into();
    }
    named["mode"] = if addr.block.mode == Mode::Data { "data" } else { "managed" }.into();
    named["type"] = (&*addr.block.kind).into();
    named["name"] = (&*addr.block.name).into();
    match &addr.key {
        Key::None => {}
        Key::Int(index) => named["index"] = (*index).into(),
        Key::Str(key) => named["index"] = (&**key).into(),
    }
    named["provider_name"] = provider_of(&addr.block.kind).into();
    named
}
