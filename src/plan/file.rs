//! Saved plans: a plan and the configuration it was made from, as sealed bytes.
//!
//! **Never:** put anything in clear but the version and the workspace: secrets stand in plans in clear. In: a plan,
//! source texts, the key of the state folder. Out: bytes, and back.
//! Three lines: what it is and for which workspace, a checksum of the third, the sealed body. So a damaged
//! file, a file of another version, of another workspace and of another state are told apart.

use std::fmt::Write;

use serde::Deserialize;
use sha2::{Digest, Sha256};

use crate::diag::Diagnostic;
use crate::seal::Key;
use crate::state::State;
use crate::value::Name;

use super::change::Plan;
use super::{ledger, record};

const MAGIC: &str = "acier plan";
const VERSION: &str = "5";
const PURPOSE: &str = "acier saved plan v1";

/// What a file holds.
#[derive(Clone, Debug, PartialEq)]
pub struct SavedPlan {
    /// The workspace that it was made for.
    pub workspace: Name,
    /// The plan.
    pub plan: Plan,
    /// The configuration it was made from: names and texts of files.
    pub sources: Vec<(String, String)>,
    /// SHA-256 over configuration and inputs, in hexadecimal digits: equal for equal questions.
    pub digest: String,
}

/// The bytes of a saved plan.
#[must_use]
pub fn to_bytes(plan: &Plan, sources: &[(String, String)], workspace: &str, key: &Key) -> Vec<u8> {
    let body = ledger::write(plan, sources).to_string();
    let sealed = key.seal(body.as_bytes(), &purpose(workspace));
    format!("{MAGIC} {VERSION} {workspace}\n{}\n{sealed}\n", hex(sealed.as_bytes())).into_bytes()
}

/// What the body is bound to: a plan whose first line names another workspace cannot be opened.
fn purpose(workspace: &str) -> String {
    format!("{PURPOSE} for {workspace}")
}

/// The workspace that a saved plan was made for, as far as its first line tells.
#[must_use]
pub fn workspace_of(bytes: &[u8]) -> Option<&str> {
    let first = bytes.split(|byte| *byte == b'\n').next()?;
    std::str::from_utf8(first).ok()?.strip_prefix(MAGIC)?.strip_prefix(' ')?.split_once(' ').map(|(_, name)| name)
}

/// Reads a saved plan back.
///
/// # Errors
/// A sentence that says why the file cannot be used.
pub fn from_bytes(bytes: &[u8], key: &Key) -> Result<SavedPlan, String> {
    const FOREIGN: &str = "this is not a plan that acier saved";
    const DAMAGED: &str = "the file is damaged: it was cut off or changed after it was saved. Make a new plan";
    let text = std::str::from_utf8(bytes).map_err(|_| FOREIGN.to_owned())?;
    let Some((first, rest)) = text.split_once('\n') else {
        let whole = format!("{MAGIC} {VERSION} ");
        let cut = !text.is_empty() && (whole.starts_with(text) || text.starts_with(&whole));
        return Err(if cut { DAMAGED } else { FOREIGN }.to_owned());
    };
    let version = first.strip_prefix(MAGIC).and_then(|rest| rest.strip_prefix(' ')).ok_or(FOREIGN)?;
    let (version, workspace) = version.split_once(' ').unwrap_or((version, ""));
    if version != VERSION {
        return Err(format!(
            "the plan has the form {version:?} of another version of acier; this one reads form {VERSION}. Make a new plan"
        ));
    }
    let (checksum, sealed) = rest.split_once('\n').ok_or(DAMAGED)?;
    let sealed = sealed.strip_suffix('\n').ok_or(DAMAGED)?;
    if checksum != hex(sealed.as_bytes()) {
        return Err(DAMAGED.to_owned());
    }
    let body = key.open(sealed, &purpose(workspace)).ok_or(
        "the plan was sealed with the key of another state, so it does not belong to this folder. Make a new plan",
    )?;
    let mut reader = serde_json::Deserializer::from_slice(&body);
    // How deep values go was decided when the plan was made.
    reader.disable_recursion_limit();
    let json =
        serde_json::Value::deserialize(&mut reader).map_err(|error| format!("the plan cannot be read: {error}"))?;
    let (plan, sources) =
        ledger::read(&json).map_err(|what: record::Broken| format!("the plan cannot be read: {what}"))?;
    let digest = digest(&plan, &sources);
    Ok(SavedPlan { workspace: workspace.into(), plan, sources, digest })
}

/// What a plan answers to: the configuration and the values of its variables.
fn digest(plan: &Plan, sources: &[(String, String)]) -> String {
    let mut writer = record::Writer::default();
    let inputs = plan.inputs.0.iter().map(|(name, value)| (name.to_string(), writer.value(value)));
    let inputs: Vec<(String, serde_json::Value)> = inputs.collect();
    hex(serde_json::json!([sources, inputs, writer.types()]).to_string().as_bytes())
}

fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(64);
    for byte in Sha256::digest(bytes) {
        let _ = write!(text, "{byte:02x}");
    }
    text
}

/// Refuses a plan whose state has moved on since.
///
/// # Errors
/// The refusal, with both serials.
pub fn audit(plan: &Plan, state: &State) -> Result<(), Diagnostic> {
    let hint = "Make a new plan and apply that one.";
    if plan.lineage != state.lineage {
        let name = |lineage: &Option<crate::value::Name>| match lineage {
            Some(lineage) => format!("state {lineage} at serial "),
            None => "a state in which nothing was ever done, at serial ".to_owned(),
        };
        let detail = format!(
            "The plan was made against {}{}, but this is {}{}. Nothing was done.",
            name(&plan.lineage),
            plan.serial,
            name(&state.lineage),
            state.serial
        );
        return Err(Diagnostic::error("Saved plan does not match the state", detail).hint(hint));
    }
    if plan.serial != state.serial {
        let detail = format!(
            "The plan was made against serial {} of the state, which is at serial {} now: other operations have \
             come between. What the plan promised may no longer be true, so nothing was done.",
            plan.serial, state.serial
        );
        return Err(Diagnostic::error("Saved plan is stale", detail).hint(hint));
    }
    Ok(())
}
