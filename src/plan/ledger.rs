//! A whole plan as JSON and back: the body of a saved plan.
//!
//! **Never:** be shown to anybody: secrets stand in it in clear; `plan::file` seals it. For eyes
//! and tools there is `plan::json`. Words for actions and reasons stand in tables used both ways.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json, json};

use crate::addr::{Addr, Block, parse};
use crate::diag::{FileId, Span};
use crate::lang::inputs::Inputs;
use crate::schema::{Cost, Timeouts};
use crate::state::Object;
use crate::value::{Name, Path, Step as PathStep};

use super::change::{
    Action, Change, Difference, Hold, Importing, Move, OutputChange, Plan, Step, StepAct, Waiting, Why,
};
use super::ledger_checks::{read_checked, write_checked};
use super::record::{Broken, Reader, Writer};
use super::{Mode, Refreshed};

const MODES: &[(Mode, &str)] = &[(Mode::Normal, "normal"), (Mode::Destroy, "destroy"), (Mode::RefreshOnly, "refresh")];

const ACTIONS: &[(Action, &str)] = &[
    (Action::NoOp, "no-op"),
    (Action::Read, "read"),
    (Action::Create, "create"),
    (Action::Update, "update"),
    (Action::Replace, "replace"),
    (Action::ReplaceCreateFirst, "replace-create-first"),
    (Action::Delete, "delete"),
    (Action::Forget, "forget"),
];

const WHYS: &[(Why, &str)] = &[
    (Why::Changed, "changed"),
    (Why::CannotUpdate, "cannot-update"),
    (Why::Tainted, "tainted"),
    (Why::Unprovisioned, "unprovisioned"),
    (Why::Elsewhere, "elsewhere"),
    (Why::Requested, "requested"),
    (Why::Unfinished, "unfinished"),
    (Why::Remarked, "remarked"),
    (Why::Triggered, "triggered"),
    (Why::NoBlock, "no-block"),
    (Why::NoMoveTarget, "no-move-target"),
    (Why::NoModule, "no-module"),
    (Why::NoIndex, "no-index"),
    (Why::NoKey, "no-key"),
    (Why::Swept, "swept"),
    (Why::Disabled, "disabled"),
    (Why::OtherRepetition, "other-repetition"),
    (Why::Destroy, "destroy"),
    (Why::Deposed, "deposed"),
    (Why::Unknown, "unknown"),
    (Why::Pending, "pending"),
    (Why::Check, "check"),
];

const ACTS: &[(StepAct, &str)] = &[
    (StepAct::Create, "create"),
    (StepAct::Update, "update"),
    (StepAct::Delete, "delete"),
    (StepAct::Depose, "depose"),
    (StepAct::Read, "read"),
    (StepAct::Forget, "forget"),
];

fn word<T: PartialEq>(table: &[(T, &'static str)], of: &T) -> &'static str {
    table.iter().find(|(value, _)| value == of).map_or("", |(_, word)| word)
}

fn meaning<T: Copy>(table: &[(T, &str)], json: &Json) -> Result<T, Broken> {
    let found = json.as_str().and_then(|text| table.iter().find(|(_, word)| *word == text));
    found.map(|(value, _)| *value).ok_or_else(|| format!("the word {json} cannot be read"))
}

/// Writes a plan and the sources it was made from.
pub(crate) fn write(plan: &Plan, sources: &[(String, String)]) -> Json {
    let mut writer = Writer::default();
    let out = &mut writer;
    let mut body = json!({
        "mode": word(MODES, &plan.mode),
        "lineage": plan.lineage.as_deref(),
        "serial": plan.serial,
        "sources": sources,
        "changes": plan.changes.iter().map(|change| write_change(out, change)).collect::<Vec<_>>(),
        "drift": plan.drift.iter().map(|change| write_change(out, change)).collect::<Vec<_>>(),
    });
    let outputs = plan.outputs.iter().map(|(name, output)| {
        let sides = [&output.before, &output.after].map(|side| side.as_ref().map(|value| out.value(value)));
        (name.to_string(), json!(sides))
    });
    body["outputs"] = outputs.collect::<Map<_, _>>().into();
    let steps = plan.steps.iter().map(|step| json!([step.change, word(ACTS, &step.act), step.needs, step.sets]));
    body["steps"] = steps.collect();
    body["sets"] = json!(plan.sets);
    let refreshed = plan.refreshed.found.iter().map(|(addr, deposed, object)| {
        let object = object.as_ref().map(|object| write_object(out, object));
        json!([addr.to_string(), deposed.as_deref(), object])
    });
    body["refreshed"] = refreshed.collect();
    let moves =
        plan.moves.iter().map(|moved| json!([moved.from.to_string(), moved.deposed.as_deref(), moved.to.to_string()]));
    body["moves"] = moves.collect();
    body["checks"] = plan.checks.iter().map(write_checked).collect();
    body["at"] = (&*plan.at).into();
    body["partial"] = plan.partial.into();
    body["waiting"] = plan.waiting.iter().map(write_waiting).collect();
    let inputs = plan.inputs.0.iter().map(|(name, value)| (name.to_string(), out.value(value)));
    body["inputs"] = inputs.collect::<Map<_, _>>().into();
    let answers = plan.answers.iter().map(|(addr, value)| (addr.to_string(), out.value(value)));
    body["answers"] = answers.collect::<Map<_, _>>().into();
    let configurations = plan.configurations.iter().map(|(addr, name)| (addr.to_string(), json!(&**name)));
    body["configurations"] = configurations.collect::<Map<_, _>>().into();
    body["types"] = writer.types();
    body
}

fn write_change(out: &mut Writer, change: &Change) -> Json {
    let differences = change.differences.iter().map(|found| {
        let path = found.path.0.iter().map(write_step).collect::<Vec<_>>();
        json!([path, found.cost.word(), found.reason])
    });
    let limits = change.timeouts;
    let mut body = json!({
        "addr": change.addr.to_string(),
        "deposed": change.deposed.as_deref(),
        "kind": &*change.kind,
        "id": change.id.as_deref(),
        "action": word(ACTIONS, &change.action),
        "why": word(WHYS, &change.why),
        "cost": change.cost.word(),
        "before": out.value(&change.before),
        "differences": differences.collect::<Vec<_>>(),
        "needs": change.needs.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "first": change.create_before_destroy,
        "limits": [limits.create, limits.read, limits.update, limits.delete],
    });
    if let Some(importing) = &change.importing {
        let believed = importing.believed.iter().map(|path| path.0.iter().map(write_step).collect::<Vec<_>>());
        body["importing"] = json!([&*importing.id, importing.adopted, believed.collect::<Vec<_>>()]);
    }
    if change.after != change.before {
        body["after"] = out.value(&change.after);
    }
    body
}

fn write_waiting(waiting: &Waiting) -> Json {
    let names = |blocks: &[Block]| blocks.iter().map(ToString::to_string).collect::<Vec<_>>();
    let block = waiting.block.to_string();
    match &waiting.hold {
        Hold::Repetition { word, span, waits, on } => {
            let waits: Vec<&str> = waits.iter().map(|name| &**name).collect();
            json!([block, names(on), &**word, waits, [span.file.0, span.start, span.end]])
        }
        Hold::Behind(on) => json!([block, names(on)]),
    }
}

fn read_waiting(json: &Json) -> Result<Waiting, Broken> {
    let on = blocks(&json[1])?;
    let hold = match optional(&json[2]) {
        None => Hold::Behind(on),
        Some(word) => {
            let waits = list(&json[3])?.iter().map(name).collect::<Result<_, _>>()?;
            let place = &json[4];
            let span =
                Span { file: FileId(number_of(&place[0])?), start: number_of(&place[1])?, end: number_of(&place[2])? };
            Hold::Repetition { word: name(word)?, span, waits, on }
        }
    };
    Ok(Waiting { block: addr(&json[0])?.block, hold })
}

fn write_step(step: &PathStep) -> Json {
    match step {
        PathStep::Attr(name) => (&**name).into(),
        PathStep::Index(index) => (*index).into(),
        PathStep::Key(key) => json!([&**key]),
    }
}

fn write_object(out: &mut Writer, object: &Object) -> Json {
    json!({
        "kind": &*object.kind,
        "id": &*object.id,
        "version": object.schema_version,
        "value": out.value(&object.value),
        "needs": object.needs.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "tainted": object.tainted,
        "unfinished": object.unfinished,
        "unprovisioned": object.unprovisioned,
        "cloud": object.cloud.as_deref(),
        "first": object.create_before_destroy,
    })
}

/// Reads back what [`write`] wrote.
pub(crate) fn read(json: &Json) -> Result<(Plan, Vec<(String, String)>), Broken> {
    let reader = Reader::new(&json["types"])?;
    let changes =
        |name: &str| list(&json[name])?.iter().map(|json| read_change(&reader, json)).collect::<Result<Vec<_>, _>>();
    let mut outputs = BTreeMap::new();
    for (name, sides) in fields(&json["outputs"])? {
        let side = |at: usize| optional(&sides[at]).map(|json| reader.value(json)).transpose();
        outputs.insert(Name::from(name.as_str()), OutputChange { before: side(0)?, after: side(1)? });
    }
    let numbers = |json: &Json| list(json)?.iter().map(number_of).collect::<Result<Vec<u32>, _>>();
    let mut steps = Vec::new();
    for (number, step) in list(&json["steps"])?.iter().enumerate() {
        let number = u32::try_from(number).map_err(|error| error.to_string())?;
        let (change, act) = (number_of(&step[0])?, meaning(ACTS, &step[1])?);
        steps.push(Step { number, change, act, needs: numbers(&step[2])?, sets: numbers(&step[3])? });
    }
    let mut found = Vec::new();
    for entry in list(&json["refreshed"])? {
        let object = optional(&entry[2]).map(|json| read_object(&reader, json)).transpose()?;
        found.push((addr(&entry[0])?, optional(&entry[1]).map(name).transpose()?, object));
    }
    let mut moves = Vec::new();
    for moved in list(&json["moves"])? {
        let deposed = optional(&moved[1]).map(name).transpose()?;
        moves.push(Move { from: addr(&moved[0])?, deposed, to: addr(&moved[2])? });
    }
    let mut inputs = Inputs::default();
    for (name, value) in fields(&json["inputs"])? {
        inputs.0.insert(name.as_str().into(), reader.value(value)?);
    }
    let mut answers = BTreeMap::new();
    for (addr, value) in fields(&json["answers"])? {
        answers.insert(parse::addr(addr)?, reader.value(value)?);
    }
    let mut configurations = BTreeMap::new();
    for (addr, name) in fields(&json["configurations"])? {
        configurations.insert(parse::addr(addr)?, text(name)?.into());
    }
    let mut sources = Vec::new();
    for source in list(&json["sources"])? {
        sources.push((text(&source[0])?.to_owned(), text(&source[1])?.to_owned()));
    }
    let plan = Plan {
        mode: meaning(MODES, &json["mode"])?,
        lineage: optional(&json["lineage"]).map(name).transpose()?,
        serial: number_of(&json["serial"])?,
        changes: changes("changes")?,
        drift: changes("drift")?,
        moves,
        waiting: list(&json["waiting"])?.iter().map(read_waiting).collect::<Result<_, _>>()?,
        outputs,
        steps,
        sets: list(&json["sets"])?.iter().map(numbers).collect::<Result<_, _>>()?,
        refreshed: Refreshed { found },
        inputs,
        answers,
        configurations,
        checks: list(&json["checks"])?.iter().map(read_checked).collect::<Result<_, _>>()?,
        at: name(&json["at"])?,
        partial: json["partial"] == true,
    };
    check(&plan)?;
    Ok((plan, sources))
}

/// Steps must point at what is there, and at earlier steps only.
fn check(plan: &Plan) -> Result<(), Broken> {
    let last: Vec<Option<u32>> = plan.sets.iter().map(|set| set.iter().max().copied()).collect();
    for step in &plan.steps {
        let sets = step.sets.iter().map(|set| last.get(*set as usize).copied().flatten());
        let needs = step.needs.iter().map(|needed| Some(*needed));
        let earlier = needs.chain(sets).all(|last| last.is_some_and(|last| last < step.number));
        let sound = earlier && step.change < plan.changes.len();
        if !sound {
            return Err(format!("step {} cannot be read", step.number));
        }
    }
    Ok(())
}

fn read_change(reader: &Reader, json: &Json) -> Result<Change, Broken> {
    let before = reader.value(&json["before"])?;
    let mut differences = Vec::new();
    for found in list(&json["differences"])? {
        let path = list(&found[0])?.iter().map(read_step).collect::<Result<_, _>>()?;
        let reason = text(&found[2])?.to_owned().into();
        differences.push(Difference { path: Path(path), cost: meaning(&Cost::WORDS, &found[1])?, reason });
    }
    let limit = |at: usize| number_of::<u64>(&json["limits"][at]);
    Ok(Change {
        addr: addr(&json["addr"])?,
        deposed: optional(&json["deposed"]).map(name).transpose()?,
        kind: name(&json["kind"])?,
        id: optional(&json["id"]).map(name).transpose()?,
        action: meaning(ACTIONS, &json["action"])?,
        why: meaning(WHYS, &json["why"])?,
        cost: meaning(&Cost::WORDS, &json["cost"])?,
        after: optional(&json["after"]).map(|json| reader.value(json)).transpose()?.unwrap_or_else(|| before.clone()),
        before,
        differences,
        needs: blocks(&json["needs"])?,
        create_before_destroy: json["first"] == true,
        timeouts: Timeouts { create: limit(0)?, read: limit(1)?, update: limit(2)?, delete: limit(3)? },
        importing: optional(&json["importing"]).map(read_importing).transpose()?,
    })
}

fn read_importing(json: &Json) -> Result<Importing, Broken> {
    let mut believed = Vec::new();
    for path in list(&json[2])? {
        believed.push(Path(list(path)?.iter().map(read_step).collect::<Result<_, _>>()?));
    }
    Ok(Importing { id: name(&json[0])?, adopted: json[1] == true, believed })
}

fn read_step(json: &Json) -> Result<PathStep, Broken> {
    match json {
        Json::String(name) => Ok(PathStep::Attr(name.as_str().into())),
        Json::Array(key) => Ok(PathStep::Key(name(key.first().unwrap_or(&Json::Null))?)),
        index => number_of(index).map(PathStep::Index),
    }
}

fn read_object(reader: &Reader, json: &Json) -> Result<Object, Broken> {
    Ok(Object {
        kind: name(&json["kind"])?,
        id: name(&json["id"])?,
        schema_version: number_of(&json["version"])?,
        value: reader.value(&json["value"])?,
        needs: blocks(&json["needs"])?,
        tainted: json["tainted"] == true,
        unfinished: json["unfinished"] == true,
        unprovisioned: json["unprovisioned"] == true,
        cloud: optional(&json["cloud"]).map(name).transpose()?,
        create_before_destroy: json["first"] == true,
    })
}

fn blocks(json: &Json) -> Result<Vec<Block>, Broken> {
    list(json)?.iter().map(|json| addr(json).map(|addr| addr.block)).collect()
}

fn addr(json: &Json) -> Result<Addr, Broken> {
    parse::addr(text(json)?)
}

pub(super) fn text(json: &Json) -> Result<&str, Broken> {
    json.as_str().ok_or_else(|| format!("{json} is not text"))
}

pub(super) fn name(json: &Json) -> Result<Name, Broken> {
    text(json).map(Name::from)
}

pub(super) fn list(json: &Json) -> Result<&Vec<Json>, Broken> {
    json.as_array().ok_or_else(|| "a list is missing".to_owned())
}

fn fields(json: &Json) -> Result<&Map<String, Json>, Broken> {
    json.as_object().ok_or_else(|| "an object is missing".to_owned())
}

fn optional(json: &Json) -> Option<&Json> {
    Some(json).filter(|json| !json.is_null())
}

fn number_of<T: TryFrom<u64>>(json: &Json) -> Result<T, Broken> {
    json.as_u64().and_then(|number| T::try_from(number).ok()).ok_or_else(|| format!("{json} is not a number"))
}
