//! A state of acier written as a state file of Terraform.
//!
//! **Never:** write a fingerprint, or a secret unasked: null stands there, and the instance says where.
//! In: a state and schemas. Out: JSON that Terraform reads.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json, json};

use crate::addr::{Addr, Block, Key, Mode};
use crate::plan::json::state::provider_of;
use crate::plan::json::values::{Sight, ty};
use crate::plan::propose::mark_secrets;
use crate::schema::Schemas;
use crate::state::{Needs, Object, Output, State};
use crate::value::{Content, Marks, Name, Path, Step, Type, Value};

use super::{VERSION, WITHHELD};

/// The file; nothing for a state in which nothing was ever done.
#[must_use]
pub fn write(state: &State, schemas: &Schemas, version: &str, sight: Sight) -> Option<Json> {
    let lineage = state.lineage.as_deref()?;
    let outputs = state.outputs.iter().map(|(name, stored)| (name.to_string(), output(stored, sight)));
    let outputs: Map<String, Json> = outputs.collect();
    let writer = Writer { needs: Needs::of_state(state), schemas, sight };
    let mut blocks: BTreeMap<&Block, Vec<Json>> = BTreeMap::new();
    for (addr, object) in &state.objects {
        blocks.entry(&addr.block).or_default().push(writer.instance(addr, None, object));
    }
    for ((addr, key), object) in &state.deposed {
        blocks.entry(&addr.block).or_default().push(writer.instance(addr, Some(key), object));
    }
    let resources: Vec<Json> = blocks.into_iter().map(|(block, instances)| resource(block, instances)).collect();
    Some(json!({
        "version": VERSION,
        "terraform_version": version,
        "serial": state.serial,
        "lineage": lineage,
        "outputs": outputs,
        "resources": resources,
        "check_results": null,
    }))
}

fn output(stored: &Output, sight: Sight) -> Json {
    let sensitive = stored.value.contains_mark(Marks::SENSITIVE);
    let hidden = sensitive && sight == Sight::Hidden;
    let value = if hidden { Json::Null } else { sight.value(&stored.value) };
    let mut output = json!({ "value": value, "type": ty(&stored.value.ty()) });
    if sensitive {
        output["sensitive"] = true.into();
    }
    output
}

fn resource(block: &Block, instances: Vec<Json>) -> Json {
    let mut resource = Map::new();
    if !block.module.0.is_empty() {
        resource.insert("module".into(), block.module.to_string().into());
    }
    resource.insert("mode".into(), if block.mode == Mode::Data { "data" } else { "managed" }.into());
    resource.insert("type".into(), (&*block.kind).into());
    resource.insert("name".into(), (&*block.name).into());
    resource.insert("provider".into(), format!("provider[{:?}]", provider_of(&block.kind)).into());
    resource.insert("instances".into(), instances.into());
    resource.into()
}

/// What instances are written with.
struct Writer<'a> {
    needs: Needs,
    schemas: &'a Schemas,
    sight: Sight,
}

impl Writer<'_> {
    fn instance(&self, addr: &Addr, deposed: Option<&Name>, object: &Object) -> Json {
        let sight = self.sight;
        let mut instance = Map::new();
        match &addr.key {
            Key::None => {}
            Key::Int(index) => drop(instance.insert("index_key".into(), (*index).into())),
            Key::Str(key) => drop(instance.insert("index_key".into(), (&**key).into())),
        }
        if object.tainted {
            instance.insert("status".into(), "tainted".into());
        }
        if let Some(key) = deposed {
            instance.insert("deposed".into(), (&**key).into());
        }
        let schema = self.schemas.managed.get(&object.kind);
        let value = schema.map_or_else(|| object.value.clone(), |schema| mark_secrets(&schema.block, &object.value));
        let mut secrets = Secrets { sight, all: Vec::new(), withheld: Vec::new() };
        secrets.find(&value, &Path::root());
        instance.insert("schema_version".into(), object.schema_version.into());
        let members = value.as_members().into_iter().flatten();
        let attributes = members.map(|(name, member)| {
            let of = schema.and_then(|schema| schema.block.attribute(name)).map(|attribute| &attribute.ty);
            let json = match of {
                // Of a dynamic value the type is written beside it.
                Some(Type::Dynamic) if member.ty() != Type::Dynamic => {
                    json!({ "value": sight.value(member), "type": ty(&member.ty()) })
                }
                _ => sight.value(member),
            };
            (name.to_string(), json)
        });
        instance.insert("attributes".into(), attributes.collect::<Map<_, _>>().into());
        instance.insert("sensitive_attributes".into(), secrets.all.into());
        if !secrets.withheld.is_empty() {
            instance.insert(WITHHELD.into(), secrets.withheld.into());
        }
        if !object.needs.is_empty() {
            let mut needs: Vec<String> = self.needs.behind(object).iter().map(ToString::to_string).collect();
            needs.sort();
            instance.insert("dependencies".into(), needs.into());
        }
        if object.create_before_destroy {
            instance.insert("create_before_destroy".into(), true.into());
        }
        instance.into()
    }
}

/// Where secrets lie.
struct Secrets {
    sight: Sight,
    all: Vec<Json>,
    withheld: Vec<Json>,
}

impl Secrets {
    fn find(&mut self, value: &Value, at: &Path) {
        if value.is_sensitive() {
            let path = path(at);
            let hidden = self.sight == Sight::Hidden || value.contains_mark(Marks::FINGERPRINT);
            if hidden && !value.is_null() {
                self.withheld.push(path.clone());
            }
            self.all.push(path);
            return;
        }
        match value.content() {
            Content::List(_, members) | Content::Tuple(members) => {
                members.iter().enumerate().for_each(|(index, member)| self.find(member, &at.index(index)));
            }
            Content::Map(_, members) => members.iter().for_each(|(key, member)| self.find(member, &at.key(key))),
            Content::Object(members) => members.iter().for_each(|(name, member)| self.find(member, &at.attr(name))),
            _ => {}
        }
    }
}

fn path(path: &Path) -> Json {
    let step = |step: &Step| match step {
        Step::Attr(name) => json!({ "type": "get_attr", "value": &**name }),
        Step::Key(key) => json!({ "type": "index", "value": { "value": &**key, "type": "string" } }),
        Step::Index(index) => json!({ "type": "index", "value": { "value": index, "type": "number" } }),
    };
    path.0.iter().map(step).collect()
}
