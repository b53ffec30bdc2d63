//! The door between what acier believes and the bytes it keeps: events and parts of a state as JSON.
//!
//! **Never:** touch a file or know how records are framed. In: events, states and the key.
//! Out: one JSON object each, and back, exactly. The decision to question: it is written by hand
//! and not derived, because the stored form is a promise that no renamed field may break.

mod definition;
mod fields;
mod part;
mod recur;
mod value;

use std::ops::Range;

pub(super) use definition::{Defined, Reading, Types, define, is_definition};
pub(super) use fields::{Fields, WriteFields};
pub(super) use part::{Parts, Slot, depose, part_of_object, part_of_output, pending_part, write_parts};

use crate::addr::{Addr, Block, Target, parse};
use crate::seal::Key;
use crate::state::{Act, Event, Intent, Object, OperationKind, Outcome, Output, StepId};

/// Why something cannot be written, a full sentence.
#[derive(Debug, PartialEq, thiserror::Error)]
#[error("{0}")]
pub(super) struct Unstorable(pub(super) String);

/// Why bytes cannot be read, words that follow a colon.
#[derive(Debug, PartialEq, thiserror::Error)]
#[error("{0}")]
pub(super) struct Unreadable(pub(super) String);

/// The JSON of an event, and where in it the object, intent or output lies, for the index.
#[derive(Debug)]
pub(super) struct Line {
    pub(super) payload: Vec<u8>,
    pub(super) inner: Option<Range<usize>>,
}

impl Line {
    pub(super) fn inner(&self) -> &[u8] {
        self.inner.clone().and_then(|range| self.payload.get(range)).unwrap_or_default()
    }
}

const KINDS: &[(OperationKind, &str)] = &[
    (OperationKind::Apply, "apply"),
    (OperationKind::Destroy, "destroy"),
    (OperationKind::Refresh, "refresh"),
    (OperationKind::Resume, "resume"),
    (OperationKind::Edit, "edit"),
];
const ACTS: &[(Act, &str)] = &[(Act::Create, "create"), (Act::Update, "update"), (Act::Delete, "delete")];
const OUTCOMES: &[(Outcome, &str)] = &[(Outcome::Complete, "complete"), (Outcome::Incomplete, "incomplete")];

fn word<T: PartialEq>(table: &[(T, &'static str)], wanted: &T) -> &'static str {
    table.iter().find(|(known, _)| known == wanted).map_or("", |(_, word)| word)
}

fn meaning<T: Copy>(table: &[(T, &str)], word: &str) -> Result<T, Unreadable> {
    let found = table.iter().find(|(_, known)| *known == word);
    found.map(|(known, _)| *known).ok_or_else(|| Unreadable(format!("the word {word:?} is unknown")))
}

/// Writes an event as one JSON object.
pub(super) fn write_event(event: &Event, key: &Key, types: &mut Types) -> Result<Line, Unstorable> {
    let mut payload = Vec::with_capacity(256);
    let mut inner = None;
    let mut out = WriteFields::begin(&mut payload);
    match event {
        Event::Begin { serial, kind, lineage, cloud, at } => {
            out.text("event", "begin");
            out.number("serial", *serial);
            out.text("kind", word(KINDS, kind));
            out.text("lineage", lineage);
            out.maybe_text("cloud", cloud.as_ref());
            out.text("at", at);
        }
        Event::Intent { step, intent } => {
            write_step(&mut out, "intent", *step);
            inner = Some(nest(&mut out, "intent", |out| write_intent(out, intent, key, types))?);
        }
        Event::Accepted { step, ticket } => {
            write_step(&mut out, "accepted", *step);
            out.sealed("ticket", ticket, key)?;
        }
        Event::Done { step, object } => {
            write_step(&mut out, "done", *step);
            inner = maybe_object(&mut out, object.as_ref(), key, types)?;
        }
        Event::Failed { step, message, object } => {
            write_step(&mut out, "failed", *step);
            out.sealed("message", message, key)?;
            inner = maybe_object(&mut out, object.as_ref(), key, types)?;
        }
        Event::Dropped { step } => write_step(&mut out, "dropped", *step),
        Event::Refreshed { addr, deposed, object } => {
            out.text("event", "refreshed");
            out.text("addr", &addr_text(addr)?);
            out.maybe_text("deposed", deposed.as_ref());
            inner = maybe_object(&mut out, object.as_ref(), key, types)?;
        }
        Event::Deposed { addr, key: deposed } => {
            out.text("event", "deposed");
            out.text("addr", &addr_text(addr)?);
            out.text("deposed", deposed);
        }
        Event::Forgotten { addr } => {
            out.text("event", "forgotten");
            out.text("addr", &addr_text(addr)?);
        }
        Event::Output { name, output } => {
            out.text("event", "output");
            out.text("name", name);
            if let Some(output) = output {
                inner = Some(nest(&mut out, "object", |out| write_output(out, output, key, types))?);
            }
        }
        Event::End { outcome, at } => {
            out.text("event", "end");
            out.text("outcome", word(OUTCOMES, outcome));
            out.text("at", at);
        }
    }
    out.end();
    Ok(Line { payload, inner })
}

/// Reads an event; with nothing to read them with, all values in it come out as nulls.
pub(super) fn read_event(payload: &[u8], reading: Option<Reading<'_>>) -> Result<Event, Unreadable> {
    let mut fields = Fields::parse(payload, reading)?;
    let event = fields.text("event")?;
    Ok(match &*event {
        "begin" => Event::Begin {
            serial: fields.number("serial")?,
            kind: meaning(KINDS, &fields.text("kind")?)?,
            lineage: fields.text("lineage")?,
            cloud: fields.maybe_text("cloud"),
            at: fields.text("at")?,
        },
        "intent" => {
            let step = read_step(&mut fields)?;
            let intent = fields.fields("intent").ok_or_else(|| Unreadable("the intent is missing".into()))?;
            Event::Intent { step, intent: read_intent(intent)? }
        }
        "accepted" => Event::Accepted { step: read_step(&mut fields)?, ticket: fields.sealed("ticket")? },
        "done" => Event::Done { step: read_step(&mut fields)?, object: read_maybe_object(&mut fields)? },
        "failed" => Event::Failed {
            step: read_step(&mut fields)?,
            message: fields.sealed("message")?,
            object: read_maybe_object(&mut fields)?,
        },
        "dropped" => Event::Dropped { step: read_step(&mut fields)? },
        "refreshed" => Event::Refreshed {
            addr: read_addr(&fields.text("addr")?)?,
            deposed: fields.maybe_text("deposed"),
            object: read_maybe_object(&mut fields)?,
        },
        "deposed" => Event::Deposed { addr: read_addr(&fields.text("addr")?)?, key: fields.text("deposed")? },
        "forgotten" => Event::Forgotten { addr: read_addr(&fields.text("addr")?)? },
        "output" => {
            let name = fields.text("name")?;
            let output = fields.fields("object").map(read_output).transpose()?;
            Event::Output { name, output }
        }
        "end" => Event::End { outcome: meaning(OUTCOMES, &fields.text("outcome")?)?, at: fields.text("at")? },
        other => return Err(Unreadable(format!("the event {other:?} is unknown"))),
    })
}

fn write_step(out: &mut WriteFields<'_>, event: &str, step: StepId) {
    out.text("event", event);
    out.number("operation", step.operation);
    out.number("step", u64::from(step.step));
}

fn read_step(fields: &mut Fields) -> Result<StepId, Unreadable> {
    let step = fields.number("step")?;
    Ok(StepId {
        operation: fields.number("operation")?,
        step: u32::try_from(step).map_err(|_| Unreadable(format!("step {step} is too large")))?,
    })
}

fn nest(
    out: &mut WriteFields<'_>,
    name: &str,
    write: impl FnOnce(&mut Vec<u8>) -> Result<(), Unstorable>,
) -> Result<Range<usize>, Unstorable> {
    let bytes = out.field(name);
    let start = bytes.len();
    write(bytes)?;
    Ok(start..bytes.len())
}

fn maybe_object(
    out: &mut WriteFields<'_>,
    object: Option<&Object>,
    key: &Key,
    types: &mut Types,
) -> Result<Option<Range<usize>>, Unstorable> {
    object.map(|object| nest(out, "object", |out| write_object(out, object, key, types))).transpose()
}

fn write_object(out: &mut Vec<u8>, object: &Object, key: &Key, types: &mut Types) -> Result<(), Unstorable> {
    let mut out = WriteFields::begin(out);
    out.text("kind", &object.kind);
    out.text("id", &object.id);
    out.number("schema", u64::from(object.schema_version));
    value::write_value(out.field("value"), &object.value, key, types)?;
    write_needs(&mut out, &object.needs)?;
    out.flag("tainted", object.tainted);
    out.flag("unfinished", object.unfinished);
    out.flag("unprovisioned", object.unprovisioned);
    out.maybe_text("cloud", object.cloud.as_ref());
    out.flag("create_before_destroy", object.create_before_destroy);
    out.end();
    Ok(())
}

fn read_maybe_object(fields: &mut Fields) -> Result<Option<Object>, Unreadable> {
    fields.fields("object").map(read_object).transpose()
}

fn read_object(mut fields: Fields) -> Result<Object, Unreadable> {
    let version = fields.number("schema")?;
    Ok(Object {
        kind: fields.text("kind")?,
        id: fields.text("id")?,
        schema_version: u32::try_from(version).map_err(|_| Unreadable(format!("schema {version} is too large")))?,
        value: fields.value("value")?,
        needs: read_needs(&mut fields)?,
        tainted: fields.flag("tainted"),
        unfinished: fields.flag("unfinished"),
        unprovisioned: fields.flag("unprovisioned"),
        cloud: fields.maybe_text("cloud"),
        create_before_destroy: fields.flag("create_before_destroy"),
    })
}

fn write_intent(out: &mut Vec<u8>, intent: &Intent, key: &Key, types: &mut Types) -> Result<(), Unstorable> {
    let mut out = WriteFields::begin(out);
    out.text("addr", &addr_text(&intent.addr)?);
    out.maybe_text("deposed", intent.deposed.as_ref());
    out.text("act", word(ACTS, &intent.act));
    out.text("kind", &intent.kind);
    out.text("id", &intent.id);
    value::write_value(out.field("planned"), &intent.planned, key, types)?;
    write_needs(&mut out, &intent.needs)?;
    out.flag("create_before_destroy", intent.create_before_destroy);
    out.maybe_text("cloud", intent.cloud.as_ref());
    out.flag("provisions", intent.provisions);
    out.end();
    Ok(())
}

fn read_intent(mut fields: Fields) -> Result<Intent, Unreadable> {
    Ok(Intent {
        addr: read_addr(&fields.text("addr")?)?,
        deposed: fields.maybe_text("deposed"),
        act: meaning(ACTS, &fields.text("act")?)?,
        kind: fields.text("kind")?,
        id: fields.text("id")?,
        planned: fields.value("planned")?,
        needs: read_needs(&mut fields)?,
        create_before_destroy: fields.flag("create_before_destroy"),
        cloud: fields.maybe_text("cloud"),
        provisions: fields.flag("provisions"),
    })
}

fn write_output(out: &mut Vec<u8>, output: &Output, key: &Key, types: &mut Types) -> Result<(), Unstorable> {
    let mut out = WriteFields::begin(out);
    value::write_value(out.field("value"), &output.value, key, types)?;
    out.end();
    Ok(())
}

fn read_output(mut fields: Fields) -> Result<Output, Unreadable> {
    Ok(Output { value: fields.value("value")? })
}

fn write_needs(out: &mut WriteFields<'_>, needs: &[Block]) -> Result<(), Unstorable> {
    if needs.is_empty() {
        return Ok(());
    }
    let bytes = out.field("needs");
    for (position, block) in needs.iter().enumerate() {
        bytes.push(if position == 0 { b'[' } else { b',' });
        let text = format!("{block:#}");
        if read_block(&text).as_ref() != Ok(block) {
            return Err(unnameable(&text));
        }
        value::write_text(bytes, &text);
    }
    bytes.push(b']');
    Ok(())
}

fn read_needs(fields: &mut Fields) -> Result<Vec<Block>, Unreadable> {
    fields.texts("needs").iter().map(|text| read_block(text)).collect()
}

fn read_block(text: &str) -> Result<Block, Unreadable> {
    match parse::recorded(text).map_err(Unreadable)? {
        Target::Block(block) => Ok(block),
        _ => Err(Unreadable(format!("{text:?} does not name a block"))),
    }
}

/// The text of an address, proven to read back: a record with a name that does not would be a
/// damaged log of our own making.
fn addr_text(addr: &Addr) -> Result<String, Unstorable> {
    let text = format!("{addr:#}");
    if read_addr(&text).as_ref() == Ok(addr) { Ok(text) } else { Err(unnameable(&text)) }
}

fn unnameable(text: &str) -> Unstorable {
    Unstorable(format!("The address {text} cannot be read back from its text."))
}

fn read_addr(text: &str) -> Result<Addr, Unreadable> {
    parse::recorded(text).and_then(|target| parse::only(target, text)).map_err(Unreadable)
}
