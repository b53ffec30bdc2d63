//! A state in parts: each object, output and step in flight as a record of its own.
//!
//! **Never:** decide where parts are kept; snapshots and the index do.
//! In: a state, or one part's JSON. Out: parts in the order of their slots, or a state that has
//! one part more.

use super::{
    Defined, Fields, Reading, Types, Unreadable, Unstorable, WriteFields, addr_text, define, is_definition, read_addr,
    read_intent, read_object, read_output, read_step,
};
use crate::addr::Addr;
use crate::seal::Key;
use crate::state::{Object, Pending, State, StepId};
use crate::value::Name;

/// The place of a part, unique in a state; its text is the key in the index.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::store) enum Slot {
    /// The definition of a type, before all that may name it.
    Type(Name),
    Object(Addr, Option<Name>),
    Output(Name),
    Step(StepId),
}

impl Slot {
    pub(in crate::store) fn index_key(&self) -> Vec<u8> {
        match self {
            Slot::Type(name) => format!("\0type\0{name}"),
            Slot::Object(addr, None) => format!("object\0{addr:#}"),
            Slot::Object(addr, Some(deposed)) => format!("object\0{addr:#}\0{deposed}"),
            Slot::Output(name) => format!("output\0{name}"),
            Slot::Step(step) => format!("step\0{:020}\0{:010}", step.operation, step.step),
        }
        .into_bytes()
    }
}

/// The part of an object whose JSON is written already.
pub(in crate::store) fn part_of_object(addr: &Addr, deposed: Option<&Name>, object: &[u8]) -> Vec<u8> {
    let mut payload = Vec::with_capacity(object.len() + 96);
    let mut out = WriteFields::begin(&mut payload);
    out.text("addr", &format!("{addr:#}"));
    out.maybe_text("deposed", deposed);
    out.field("object").extend_from_slice(object);
    out.end();
    payload
}

/// The part of an output value whose JSON is written already.
pub(in crate::store) fn part_of_output(name: &Name, output: &[u8]) -> Vec<u8> {
    let mut payload = Vec::with_capacity(output.len() + 48);
    let mut out = WriteFields::begin(&mut payload);
    out.text("name", name);
    out.field("object").extend_from_slice(output);
    out.end();
    payload
}

fn object_part(
    addr: &Addr,
    deposed: Option<&Name>,
    object: &Object,
    key: &Key,
    types: &mut Types,
) -> Result<Vec<u8>, Unstorable> {
    addr_text(addr)?;
    let mut json = Vec::with_capacity(256);
    super::write_object(&mut json, object, key, types)?;
    Ok(part_of_object(addr, deposed, &json))
}

/// The part of a step in flight.
pub(in crate::store) fn pending_part(
    step: StepId,
    pending: &Pending,
    key: &Key,
    types: &mut Types,
) -> Result<Vec<u8>, Unstorable> {
    let mut payload = Vec::with_capacity(256);
    let mut out = WriteFields::begin(&mut payload);
    out.number("operation", step.operation);
    out.number("step", u64::from(step.step));
    if let Some(ticket) = &pending.ticket {
        out.sealed("ticket", ticket, key)?;
    }
    super::write_intent(out.field("intent"), &pending.intent, key, types)?;
    out.end();
    Ok(payload)
}

/// Hands every part of a state to `keep`; `types` learns which types they name.
pub(in crate::store) fn write_parts(
    state: &State,
    key: &Key,
    types: &mut Types,
    mut keep: impl FnMut(Slot, Vec<u8>),
) -> Result<(), Unstorable> {
    for (addr, object) in &state.objects {
        keep(Slot::Object(addr.clone(), None), object_part(addr, None, object, key, types)?);
    }
    for ((addr, deposed), object) in &state.deposed {
        keep(Slot::Object(addr.clone(), Some(deposed.clone())), object_part(addr, Some(deposed), object, key, types)?);
    }
    for (name, output) in &state.outputs {
        let mut json = Vec::new();
        super::write_output(&mut json, output, key, types)?;
        keep(Slot::Output(name.clone()), part_of_output(name, &json));
    }
    for (step, pending) in &state.pending {
        keep(Slot::Step(*step), pending_part(*step, pending, key, types)?);
    }
    Ok(())
}

/// Reads the parts of a state. Where they are kept they stand in the order of their slots, the definitions
/// first but not each after those that it names, so these wait for each other.
pub(in crate::store) struct Parts<'k> {
    key: &'k Key,
    types: Defined,
    waiting: Vec<Vec<u8>>,
    state: State,
}

impl<'k> Parts<'k> {
    /// Parts to be put into this state.
    pub(in crate::store) fn of(state: State, key: &'k Key) -> Parts<'k> {
        Parts { key, types: Defined::new(), waiting: Vec::new(), state }
    }

    /// Reads a part and puts it into its place; a definition, among the types.
    pub(in crate::store) fn read(&mut self, payload: &[u8]) -> Result<(), Unreadable> {
        if is_definition(payload) {
            self.waiting.push(payload.to_vec());
            return Ok(());
        }
        self.settle()?;
        let Parts { key, types, state, .. } = self;
        let mut fields = Fields::parse(payload, Some(Reading { key, types }))?;
        if let Some(intent) = fields.fields("intent") {
            let step = read_step(&mut fields)?;
            let pending = Pending { intent: read_intent(intent)?, ticket: fields.maybe_sealed("ticket") };
            state.pending.insert(step, pending);
            return Ok(());
        }
        let inner = fields.fields("object").ok_or_else(|| Unreadable("the object is missing".into()))?;
        if let Some(name) = fields.maybe_text("name") {
            state.outputs.insert(name, read_output(inner)?);
            return Ok(());
        }
        let addr = read_addr(&fields.text("addr")?)?;
        let object = read_object(inner)?;
        match fields.maybe_text("deposed") {
            None => state.objects.insert(addr, object),
            Some(deposed) => state.deposed.insert((addr, deposed), object),
        };
        Ok(())
    }

    /// Reads what waits, as often as that brings something that others wait for.
    fn settle(&mut self) -> Result<(), Unreadable> {
        while !self.waiting.is_empty() {
            let (before, mut last) = (self.waiting.len(), Ok(()));
            self.waiting.retain(|payload| {
                let read = define(payload, self.key, &mut self.types);
                let waits = read.is_err();
                if waits {
                    last = read;
                }
                waits
            });
            if self.waiting.len() == before {
                return last;
            }
        }
        Ok(())
    }

    /// The state with all parts in it.
    pub(in crate::store) fn end(mut self) -> Result<State, Unreadable> {
        self.settle()?;
        Ok(self.state)
    }
}

/// The part of an object at an address, made the part of the same object deposed. Only the field that
/// says so is put in: a quote inside a text has a backslash before it, so the seam is no text's.
pub(in crate::store) fn depose(part: &[u8], deposed: &Name) -> Result<Vec<u8>, Unreadable> {
    const SEAM: &[u8] = br#","object":"#;
    let seam = part.windows(SEAM.len()).position(|bytes| bytes == SEAM);
    let (before, after) = part.split_at(seam.ok_or_else(|| Unreadable("it is not an object".into()))?);
    let mut payload = before.to_vec();
    payload.extend_from_slice(br#","deposed":"#);
    super::value::write_text(&mut payload, deposed);
    payload.extend_from_slice(after);
    Ok(payload)
}
