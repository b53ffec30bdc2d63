//! A state file of Terraform read into what a state of acier keeps.
//!
//! **Never:** take an empty, unreadable or newer file for one that holds nothing. In: text, schemas,
//! who knows ids, the key of fingerprints. Out: all objects and outputs, or all that is wrong.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value as Json;

use crate::addr::{Addr, Block, Key, Mode, Target, parse};
use crate::diag::{Diagnostic, Diagnostics};
use crate::plan::propose::mark_secrets;
use crate::schema::Schemas;
use crate::state::{Object, Output};
use crate::value::{Members, Name, Type, Value};

use super::decode::{self, Findings};
use super::{VERSION, WITHHELD};

/// How ids are judged, by kind and text: the id in the cloud's spelling and the cloud that it is in, if
/// that is not the state's own; or a sentence that says why it cannot be.
pub type Recognise<'a> = dyn Fn(&str, &str) -> Result<(Name, Option<Name>), String> + 'a;

/// What reading needs.
pub struct Desk<'a> {
    /// What the kinds contain.
    pub schemas: &'a Schemas,
    /// Who knows ids.
    pub recognise: &'a Recognise<'a>,
    /// Makes a fingerprint of a secret.
    pub fingerprint: &'a dyn Fn(&Value) -> Value,
}

/// What a file holds.
#[derive(Debug, Default)]
pub struct Reading {
    /// The release that wrote it.
    pub terraform_version: String,
    /// How often it was written.
    pub serial: u64,
    /// Objects by address, deposed ones with their key.
    pub objects: BTreeMap<(Addr, Option<Name>), Object>,
    /// Outputs of the root module.
    pub outputs: BTreeMap<Name, Output>,
    /// Kinds that acier does not know, with their addresses.
    pub unknown: BTreeMap<Name, BTreeSet<String>>,
    /// Data sources, which are read anew and not kept.
    pub data: usize,
    /// Values for which acier has no place: `azurerm_container_group.web: gpu`.
    pub dropped: Vec<String>,
}

/// Reads a file.
///
/// # Errors
/// All that is wrong with it.
pub fn read(text: &str, desk: &Desk<'_>) -> Result<Reading, Diagnostics> {
    let document = document(text)?;
    let mut wrong = Diagnostics::none();
    let outputs = read_outputs(&document, &mut wrong);
    let reading = Reading { outputs, ..Reading::default() };
    let mut reader = Reader { desk, reading, ids: BTreeMap::new(), wrong };
    reader.reading.serial = document["serial"].as_u64().unwrap_or_default();
    reader.reading.terraform_version = document["terraform_version"].as_str().unwrap_or("unknown").to_owned();
    for resource in document["resources"].as_array().into_iter().flatten() {
        reader.resource(resource);
    }
    let Reader { reading, wrong, .. } = reader;
    if wrong.has_errors() { Err(wrong) } else { Ok(reading) }
}

/// Reads the outputs of the root module alone.
///
/// # Errors
/// All that is wrong with them, or why it is no state.
pub fn outputs(text: &str) -> Result<BTreeMap<Name, Output>, Diagnostics> {
    let mut wrong = Diagnostics::none();
    let outputs = read_outputs(&document(text)?, &mut wrong);
    if wrong.has_errors() { Err(wrong) } else { Ok(outputs) }
}

/// The outer form: is it a state at all, and of a version that can be read?
fn document(text: &str) -> Result<Json, Diagnostics> {
    let refuse = |summary: &str, detail: String, hint: &str| -> Diagnostics {
        Diagnostic::error(summary, detail).hint(hint).into()
    };
    let again =
        "Write the file anew with terraform state pull, or restore it from a copy such as terraform.tfstate.backup.";
    if text.trim().is_empty() {
        let detail = "The state file is empty. An empty file says nothing about what exists, so nothing was done.";
        return Err(refuse("Empty state file", detail.into(), again));
    }
    let document: Json = serde_json::from_str(text)
        .map_err(|error| refuse("Invalid state file", format!("The state file is not JSON: {error}."), again))?;
    if document.get("encrypted_data").is_some() {
        let detail = "The state file is encrypted; only who encrypted it can read it.";
        return Err(refuse("Encrypted state file", detail.into(), "Write it in clear with tofu state pull."));
    }
    match document.get("version").and_then(Json::as_u64) {
        Some(VERSION) => {}
        Some(older) if older < VERSION => {
            let detail = format!("The state file has version {older}, which Terraform before 0.12 wrote.");
            return Err(refuse(
                "Unsupported state file version",
                detail,
                "Have Terraform 0.13 or later write it once.",
            ));
        }
        Some(newer) => {
            let detail = format!("The state file has version {newer}; acier reads version {VERSION}.");
            return Err(refuse(
                "Unsupported state file version",
                detail,
                "Write it with a release up to Terraform 1.11.",
            ));
        }
        None => {
            let detail = "The file is JSON, but it has no number \"version\", so it is no state of Terraform.";
            let hint = "Name the file that terraform state pull wrote, not a plan or the output of show -json.";
            return Err(refuse("Invalid state file", detail.into(), hint));
        }
    }
    let members = [("resources", Json::is_array as fn(&Json) -> bool), ("outputs", Json::is_object)];
    let members =
        members.into_iter().chain([("lineage", Json::is_string as fn(&Json) -> bool), ("serial", Json::is_u64)]);
    for (name, fits) in members {
        if !document.get(name).is_some_and(fits) {
            let detail = format!("The state file has no {name:?} as Terraform writes it, so it is not whole.");
            return Err(refuse("Invalid state file", detail, again));
        }
    }
    Ok(document)
}

fn read_outputs(document: &Json, wrong: &mut Diagnostics) -> BTreeMap<Name, Output> {
    let mut outputs = BTreeMap::new();
    for (name, output) in document["outputs"].as_object().into_iter().flatten() {
        let mut found = Findings::default();
        let place = format!("output {name}");
        let value = match (output.get("value"), output.get("type").map(decode::ty)) {
            (Some(value), Some(Some(ty))) => decode::typed(value, &ty, &place, &mut found),
            (_, Some(None)) => found.refuse(&place, format!("the type {} cannot be read", output["type"])),
            _ => found.refuse(&place, "a value with its type is required".to_owned()),
        };
        let value = if output["sensitive"] == true { decode::sensitive(&value) } else { value };
        for why in found.wrong {
            wrong.push(Diagnostic::error("Invalid value in the state file", format!("{why}.")).about(name));
        }
        outputs.insert(name.as_str().into(), Output { value });
    }
    outputs
}

struct Reader<'d, 'a> {
    desk: &'d Desk<'a>,
    reading: Reading,
    /// Where each id stands.
    ids: BTreeMap<Name, String>,
    wrong: Diagnostics,
}

impl Reader<'_, '_> {
    fn refuse(&mut self, summary: &str, detail: impl Into<String>, about: &str) {
        self.wrong.push(Diagnostic::error(summary, detail).about(about));
    }

    fn resource(&mut self, resource: &Json) {
        let text = |name: &str| resource[name].as_str().unwrap_or_default();
        let (mode, kind, name) = (text("mode"), text("type"), text("name"));
        let instances = resource["instances"].as_array().map(Vec::as_slice).unwrap_or_default();
        if mode == "data" {
            self.reading.data += instances.len();
            return;
        }
        let prefix = if text("module").is_empty() { String::new() } else { format!("{}.", text("module")) };
        let shown = format!("{prefix}{kind}.{name}");
        let Ok(Target::Block(block)) = parse::target(&shown) else {
            return self.refuse("Invalid state file", format!("{shown:?} is not the address of a resource."), &shown);
        };
        if mode != "managed" {
            return self.refuse("Invalid state file", format!("A resource has the mode {mode:?}."), &shown);
        }
        let Some((own, _)) = self.desk.schemas.managed.get_key_value(kind) else {
            self.reading.unknown.entry(kind.into()).or_default().insert(shown);
            return;
        };
        let block = Block { kind: own.clone(), ..block };
        for instance in instances {
            self.instance(&block, instance);
        }
    }

    fn instance(&mut self, block: &Block, instance: &Json) {
        let key = match &instance["index_key"] {
            Json::Null => Key::None,
            Json::String(key) => Key::Str(key.as_str().into()),
            other => match other.as_u64() {
                Some(index) => Key::Int(index),
                None => return self.refuse("Invalid state file", format!("{other} is no key."), &block.to_string()),
            },
        };
        let addr = block.instance(key);
        let shown = addr.to_string();
        let Some(object) = self.object(&addr, instance) else { return };
        let deposed = instance["deposed"].as_str().map(Name::from);
        if let Some(other) = self.ids.insert(object.id.clone(), shown.clone()) {
            let detail = format!("{other} and {shown} are the same object {}.", object.id);
            return self.refuse("Object at two addresses", detail, &shown);
        }
        if self.reading.objects.insert((addr, deposed), object).is_some() {
            self.refuse("Invalid state file", "The file holds this address twice.", &shown);
        }
    }

    fn object(&mut self, addr: &Addr, instance: &Json) -> Option<Object> {
        let (kind, shown) = (&addr.block.kind, addr.to_string());
        let schema = self.desk.schemas.managed.get(kind)?;
        let version = instance["schema_version"].as_u64().unwrap_or_default();
        if version > u64::from(schema.version) {
            let detail = format!(
                "It was written with version {version} of the kind's schema; acier knows version {}.",
                schema.version
            );
            self.refuse("Object of a newer provider", detail, &shown);
            return None;
        }
        let attributes = &instance["attributes"];
        let Some(id) = attributes["id"].as_str() else {
            self.refuse("Object without an id", "The file does not say which object in the cloud this is.", &shown);
            return None;
        };
        let (id, cloud) = match (self.desk.recognise)(kind, id) {
            Ok(found) => found,
            Err(why) => {
                self.refuse("Object that cannot be managed here", why, &shown);
                return None;
            }
        };
        let mut found = Findings { zero_is_nothing: kind.starts_with("azurerm_"), ..Findings::default() };
        let mut value = decode::block(&schema.block, attributes, "", &mut found);
        let paths = |member: &str| instance[member].as_array().into_iter().flatten().filter_map(Json::as_array);
        for path in paths("sensitive_attributes") {
            value = decode::at(&value, path, &decode::sensitive);
        }
        value = mark_secrets(&schema.block, &value);
        value = derived_secrets(&schema.block, &value);
        // The cloud holds what `state pull` left out.
        for path in paths(WITHHELD) {
            value = decode::at(&value, path, &undisclosed);
        }
        for wrong in found.wrong {
            self.refuse("Invalid value in the state file", format!("{wrong}."), &shown);
        }
        self.reading.dropped.extend(found.unknown.into_iter().map(|place| format!("{shown}: {place}")));
        let needs = self.needs(instance, &shown);
        Some(Object {
            kind: kind.clone(),
            id,
            schema_version: schema.version,
            value: self.desk.schemas.conceal(kind, &value, self.desk.fingerprint),
            needs,
            tainted: instance["status"] == "tainted",
            unprovisioned: false,
            cloud,
            unfinished: false,
            create_before_destroy: instance["create_before_destroy"] == true,
        })
    }

    fn needs(&mut self, instance: &Json, shown: &str) -> Vec<Block> {
        let mut needs = BTreeSet::new();
        for text in instance["dependencies"].as_array().into_iter().flatten().filter_map(Json::as_str) {
            match parse::addr(text) {
                // Data sources are not kept, and nothing is destroyed before them.
                Ok(addr) if addr.block.mode == Mode::Data => {}
                Ok(addr) => {
                    needs.insert(addr.block);
                }
                Err(why) => self.refuse("Invalid state file", format!("A dependency cannot be read: {why}."), shown),
            }
        }
        needs.into_iter().collect()
    }
}

/// What a kind makes of a secret is one too; Terraform's files name only what configurations say.
fn derived_secrets(schema: &crate::schema::Block, value: &Value) -> Value {
    let mut members = value.as_members().cloned().unwrap_or_default();
    for attribute in &schema.attributes {
        let made = attribute.derive.and_then(|derive| derive(None, value));
        if made.is_some_and(|made| made.is_sensitive())
            && let Some(own) = members.get(&attribute.name).cloned()
        {
            members.insert(attribute.name.clone(), decode::sensitive(&own));
        }
    }
    Value::object(members).with_marks(value.marks())
}

/// Stands for a secret that was left out; of a map not even the keys are known.
fn undisclosed(left_out: &Value) -> Value {
    let secret = Value::undisclosed();
    match left_out.ty() {
        Type::Map(element) => Value::map((*element).clone(), Members::new()).with_marks(secret.marks()),
        _ => secret,
    }
}
