//! The configuration that a plan was made from, unevaluated, as Terraform's JSON output shows it.
//!
//! **Never:** evaluate, or write the constant of a secret unasked. In: a module and schemas. Out:
//! JSON. Source of the form: Terraform, "JSON Output Format", configuration representation.

use serde_json::{Map, Value as Json, json};

use crate::addr::Mode;
use crate::addr::source::hide_password;
use crate::lang::ast::{Body, Expr};
use crate::lang::describe::{constant, referred};
use crate::lang::module::{Call, Module, ProviderBlock, ProviderName, Repetition, Resource};
use crate::lang::provisioner::Provisioner;
use crate::lang::tree::{Tree, UnitId};
use crate::schema::{Block as Schema, Schemas, Secrecy};
use crate::value::Name;

use super::state::provider_of;
use super::values::Sight;

/// The whole configuration.
#[must_use]
pub fn configuration(tree: &Tree, schemas: &Schemas, sight: Sight) -> Json {
    let form = Form { tree, schemas, sight };
    let mut providers = Map::new();
    for (unit, found) in tree.units() {
        for provider in &found.module.providers {
            providers.insert(key(tree, unit, &provider.name), form.provider(unit, &provider.name, Some(provider)));
        }
    }
    for (unit, found) in tree.units() {
        for resource in found.module.blocks.values() {
            let (unit, name) = home(tree, unit, &used(resource));
            providers.entry(key(tree, unit, &name)).or_insert_with(|| form.provider(unit, &name, None));
        }
    }
    providers.sort_keys();
    json!({ "provider_config": providers, "root_module": form.module(tree, UnitId::ROOT) })
}

/// The provider configuration that a resource names, or the default one of its kind.
fn used(resource: &Resource) -> ProviderName {
    match &resource.provider {
        Some(used) => used.name.clone(),
        None => ProviderName::default_of(provider_key(&resource.addr.kind)),
    }
}

/// The local name of a kind's provider.
fn provider_key(kind: &str) -> &str {
    kind.split('_').next().unwrap_or(kind)
}

/// The module that has a provider configuration, and its name there: the one with the block, or the
/// outermost that is reached through callers that pass it on or use the provider themselves.
fn home(tree: &Tree, unit: UnitId, name: &ProviderName) -> (UnitId, ProviderName) {
    let (mut unit, mut name) = (unit, name.clone());
    while let Some((parent, call)) = tree.call(unit) {
        let own = &tree.unit(unit).module.providers;
        if own.iter().any(|block| block.name == name) {
            break;
        }
        if let Some(passed) = call.providers.iter().find(|passed| passed.inner == name) {
            name = passed.outer.clone();
        } else if !uses(tree, parent, &name.provider) {
            break;
        }
        unit = parent;
    }
    (unit, name)
}

/// Whether a module itself has to do with a provider.
fn uses(tree: &Tree, unit: UnitId, name: &Name) -> bool {
    let module = &tree.unit(unit).module;
    module.requirements.contains_key(name)
        || module.providers.iter().any(|block| block.name.provider == *name)
        || module.blocks.values().any(|resource| used(resource).provider == *name)
}

fn key(tree: &Tree, unit: UnitId, name: &ProviderName) -> String {
    let path = &tree.unit(unit).path;
    if path.is_root() { name.to_string() } else { format!("{path}:{name}") }
}

struct Form<'s> {
    tree: &'s Tree,
    schemas: &'s Schemas,
    sight: Sight,
}

impl Form<'_> {
    fn provider(&self, unit: UnitId, name: &ProviderName, block: Option<&ProviderBlock>) -> Json {
        let declared = self.tree.unit(unit);
        let mut shown = json!({ "name": &*name.provider, "full_name": provider_of(&format!("{}_", name.provider)) });
        if let Some(alias) = &name.alias {
            shown["alias"] = (&**alias).into();
        }
        if let Some(constraint) =
            declared.module.requirements.get(&name.provider).and_then(|own| own.constraint.as_ref())
        {
            shown["version_constraint"] = (&**constraint).into();
        }
        if !declared.path.is_root() {
            shown["module_address"] = declared.path.to_string().into();
        }
        let schema = self.schemas.providers.get(&name.provider).map(|schema| &schema.block);
        let mut expressions = block.map(|block| self.body(&block.body, schema)).unwrap_or_default();
        if let Some(each) = block.and_then(|block| block.for_each.as_ref()) {
            expressions.insert("for_each".into(), self.expr(each, false));
            expressions.sort_keys();
        }
        if !expressions.is_empty() {
            shown["expressions"] = expressions.into();
        }
        shown
    }

    fn module(&self, tree: &Tree, id: UnitId) -> Json {
        let unit = tree.unit(id);
        let module: &Module = &unit.module;
        let mut shown = Map::new();
        let mut put = |name: &str, members: Map<String, Json>| {
            if !members.is_empty() {
                shown.insert(name.to_owned(), members.into());
            }
        };
        put("outputs", module.outputs.iter().map(|(name, output)| (name.to_string(), self.output(output))).collect());
        if !module.blocks.is_empty() {
            let resources: Vec<Json> = module.blocks.values().map(|resource| self.resource(id, resource)).collect();
            shown.insert("resources".into(), resources.into());
        }
        if !module.calls.is_empty() {
            let calls = module.calls.iter().map(|(name, call)| {
                let inner = unit.children.get(name).map(|inner| self.module(tree, *inner));
                (name.to_string(), self.call(call, inner))
            });
            shown.insert("module_calls".into(), calls.collect::<Map<_, _>>().into());
        }
        let variables = module.variables.iter().map(|(name, variable)| {
            let mut shown = Map::new();
            if let Some(default) = &variable.default {
                let hidden = variable.sensitive && self.sight == Sight::Hidden;
                shown.insert("default".into(), if hidden { Json::Null } else { self.sight.value(default) });
            }
            if let Some(description) = &variable.description {
                shown.insert("description".into(), description.as_str().into());
            }
            if variable.sensitive {
                shown.insert("sensitive".into(), true.into());
            }
            (name.to_string(), Json::from(shown))
        });
        let variables: Map<String, Json> = variables.collect();
        if !variables.is_empty() {
            shown.insert("variables".into(), variables.into());
        }
        shown.into()
    }

    /// A module call, with the module where it is known.
    fn call(&self, call: &Call, inner: Option<Json>) -> Json {
        let mut shown = json!({ "source": hide_password(&call.source) });
        let arguments = call.arguments.iter();
        let arguments = arguments.map(|argument| (argument.name.to_string(), self.expr(&argument.expr, false)));
        let mut expressions: Map<String, Json> = arguments.collect();
        expressions.sort_keys();
        if !expressions.is_empty() {
            shown["expressions"] = expressions.into();
        }
        if let Some((name, expr)) = self.repetition(&call.repetition) {
            shown[name] = expr;
        }
        if let Some(inner) = inner {
            shown["module"] = inner;
        }
        if let Some(version) = &call.version {
            shown["version_constraint"] = (&**version).into();
        }
        if !call.depends_on.is_empty() {
            shown["depends_on"] = call.depends_on.iter().map(|needed| Json::from(needed.to_string())).collect();
        }
        shown
    }

    /// How often something is made, where that can be shown.
    fn repetition(&self, repetition: &Repetition) -> Option<(&'static str, Json)> {
        let (name, expr) = match repetition {
            Repetition::Once => return None,
            Repetition::Count(expr) => ("count_expression", expr),
            Repetition::ForEach(expr) => ("for_each_expression", expr),
            Repetition::Enabled(expr) => ("enabled_expression", expr),
        };
        Some((name, self.expr(expr, false))).filter(|(_, expr)| *expr != json!({}))
    }

    fn output(&self, output: &crate::lang::module::Output) -> Json {
        let mut shown = Map::new();
        if output.sensitive {
            shown.insert("sensitive".into(), true.into());
        }
        shown.insert("expression".into(), self.expr(&output.value, output.sensitive));
        if let Some(description) = &output.description {
            shown.insert("description".into(), description.as_str().into());
        }
        if !output.depends_on.is_empty() {
            let needs: Vec<String> = output.depends_on.iter().map(ToString::to_string).collect();
            shown.insert("depends_on".into(), needs.into());
        }
        shown.into()
    }

    fn resource(&self, unit: UnitId, resource: &Resource) -> Json {
        let addr = &resource.addr;
        let data = addr.mode == Mode::Data;
        let kinds = if data { &self.schemas.data } else { &self.schemas.managed };
        let schema = kinds.get(&addr.kind);
        let (home, provider) = home(self.tree, unit, &used(resource));
        let mut shown = json!({
            "address": addr.to_string(),
            "mode": if data { "data" } else { "managed" },
            "type": &*addr.kind,
            "name": &*addr.name,
            "provider_config_key": key(self.tree, home, &provider),
        });
        let mut expressions = self.body(&resource.body, schema.map(|schema| &schema.block));
        if !resource.timeouts.is_empty() {
            let limits = resource.timeouts.iter().map(|(name, expr)| (name.to_string(), self.expr(expr, false)));
            expressions.insert("timeouts".into(), limits.collect::<Map<_, _>>().into());
            expressions.sort_keys();
        }
        if !resource.provisioners.is_empty() {
            shown["provisioners"] = resource.provisioners.iter().map(|own| self.provisioner(own)).collect();
        }
        if !expressions.is_empty() {
            shown["expressions"] = expressions.into();
        }
        shown["schema_version"] = schema.map_or(0, |schema| schema.version).into();
        if let Some((name, expr)) = self.repetition(&resource.repetition) {
            shown[name] = expr;
        }
        if !resource.depends_on.is_empty() {
            shown["depends_on"] = resource.depends_on.iter().map(|block| Json::from(block.to_string())).collect();
        }
        shown
    }

    fn provisioner(&self, provisioner: &Provisioner) -> Json {
        let mut shown = json!({ "type": &*provisioner.kind });
        let expressions = self.body(&provisioner.body, None);
        if !expressions.is_empty() {
            shown["expressions"] = expressions.into();
        }
        shown
    }

    /// The expressions of a block by name, those of blocks inside as arrays. What `dynamic` makes is
    /// not known from the text alone and left out, as Terraform does.
    fn body(&self, body: &Body, schema: Option<&Schema>) -> Map<String, Json> {
        let mut shown = Map::new();
        for attribute in &body.attributes {
            let known = schema.and_then(|schema| schema.attribute(&attribute.name));
            let secret = known.is_some_and(|known| known.secrecy != Secrecy::Plain);
            shown.insert(attribute.name.to_string(), self.expr(&attribute.expr, secret));
        }
        for block in body.blocks.iter().filter(|block| &*block.name != "dynamic") {
            let inner = schema.and_then(|schema| schema.nested(&block.name)).map(|nested| &nested.block);
            let inner = Json::from(self.body(&block.body, inner));
            match shown.entry(block.name.to_string()).or_insert_with(|| Json::Array(Vec::new())) {
                Json::Array(members) => members.push(inner),
                other => *other = Json::Array(vec![inner]),
            }
        }
        shown.sort_keys();
        shown
    }

    /// A constant, or what is referred to; neither, where functions are called on constants.
    fn expr(&self, expr: &Expr, secret: bool) -> Json {
        if let Some(value) = constant(expr) {
            let hidden = secret && self.sight == Sight::Hidden;
            return json!({ "constant_value": if hidden { Json::Null } else { self.sight.value(&value) } });
        }
        let references: Vec<String> = referred(expr).iter().flat_map(|reference| reference.all()).collect();
        if references.is_empty() { json!({}) } else { json!({ "references": references }) }
    }
}
