//! What came of checks as JSON and back, for saved plans.
//!
//! **Never:** judge. In: what came of everything that has conditions. Out: compact JSON, and back. The
//! form is versioned by `plan::file`.

use serde_json::{Value as Json, json};

use crate::addr::checkable::{Checkable, Status};
use crate::addr::{Key, ModulePath, Target, parse};
use crate::plan::checked::{Checked, Judged};

use super::ledger::{list, name, text};
use super::record::Broken;

pub(super) fn write_checked(checked: &Checked) -> Json {
    let (kind, name) = match &checked.what {
        Checkable::Check(name) => ("check", name.to_string()),
        Checkable::Output(name) => ("output", name.to_string()),
        Checkable::Variable(name) => ("variable", name.to_string()),
        Checkable::Block(block) => ("block", block.to_string()),
    };
    let instances = checked.instances.as_ref().map(|instances| instances.iter().map(write_judged).collect::<Vec<_>>());
    json!([checked.module.to_string(), kind, name, instances])
}

fn write_judged(judged: &Judged) -> Json {
    let key = match &judged.key {
        Key::None => Json::Null,
        Key::Int(index) => (*index).into(),
        Key::Str(key) => (&**key).into(),
    };
    json!([judged.path.to_string(), key, judged.status.word(), judged.problems])
}

pub(super) fn read_checked(json: &Json) -> Result<Checked, Broken> {
    let named = name(&json[2])?;
    let what = match text(&json[1])? {
        "check" => Checkable::Check(named),
        "output" => Checkable::Output(named),
        "variable" => Checkable::Variable(named),
        "block" => Checkable::Block(parse::addr(&named)?.block),
        other => return Err(format!("{other:?} is nothing that has conditions")),
    };
    let instances = match &json[3] {
        Json::Null => None,
        instances => Some(list(instances)?.iter().map(read_judged).collect::<Result<_, _>>()?),
    };
    Ok(Checked { module: path(&json[0])?, what, instances })
}

fn read_judged(json: &Json) -> Result<Judged, Broken> {
    let key = match &json[1] {
        Json::Null => Key::None,
        Json::String(key) => Key::Str(key.as_str().into()),
        index => Key::Int(index.as_u64().ok_or_else(|| format!("{index} is no key"))?),
    };
    let word = text(&json[2])?;
    let status = Status::named(word).ok_or_else(|| format!("the word {word:?} cannot be read"))?;
    let problems = list(&json[3])?.iter().map(|json| text(json).map(str::to_owned)).collect::<Result<_, _>>()?;
    Ok(Judged { path: path(&json[0])?, key, status, problems })
}

fn path(json: &Json) -> Result<ModulePath, Broken> {
    match text(json)? {
        "" => Ok(ModulePath::default()),
        path => match parse::target(path)? {
            Target::Module(path) => Ok(path),
            _ => Err(format!("{path:?} is no module")),
        },
    }
}
