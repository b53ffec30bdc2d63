//! `yamldecode` and `yamlencode`.
//!
//! **Never:** read YAML by its newer standard: Terraform's is the 1.1 of libyaml, in which `yes` is
//! true, with numbers and times by rules of its own ([`scalar`]). Written is what libyaml would
//! write: keys and one-line strings in double quotes, other strings as blocks.

mod read;
mod scalar;
mod write;

use crate::value::{Type, Value};

use super::row::{Fault, Kind, Outcome, Row, any, text};
use super::text::{make, take_text};

pub(super) const ROWS: &[Row] = &[
    Row::typed("yamldecode", &[text("src")], yamldecode_type, yamldecode).maybe_null(),
    Row::new("yamlencode", &[any("value").nullable().unknown().dynamic()], Kind::String, yamlencode).maybe_null(),
];

/// The type of a document is known only once it is read; an unknown one may be anything.
fn yamldecode_type(args: &[Value]) -> Result<Type, Fault> {
    match args[0].as_str() {
        Some(_) => yamldecode(args, &Type::Dynamic).map(|value| value.ty()),
        None => Ok(Type::Dynamic),
    }
}

fn yamldecode(args: &[Value], _: &Type) -> Outcome {
    read::document(take_text(args, 0)?)
}

fn yamlencode(args: &[Value], _: &Type) -> Outcome {
    if !args[0].is_wholly_known() {
        return Ok(Value::unknown(Type::String));
    }
    make(write::document(&args[0])?)
}
