//! `-json`: one JSON object a line, in the shape of Terraform's machine-readable UI 1.2.
//!
//! **Never:** print a sensitive value. Document: Terraform, "Machine-Readable UI".

use serde_json::{Value as Json, json};

use crate::addr::{Addr, Key};
use crate::engine::{Notice, Report};
use crate::plan::{Action, Change, Plan, StepAct};
use crate::provider::Turn;
use crate::state::State;

use super::json;
use super::screen::Screen;

fn line(screen: &Screen, level: &str, message: &str, kind: &str, mut fields: Json) {
    let now = crate::cli::session::now().to_string();
    if let Some(object) = fields.as_object_mut() {
        object.insert("@level".into(), level.into());
        object.insert("@message".into(), message.into());
        object.insert("@module".into(), "acier.ui".into());
        object.insert("@timestamp".into(), now.into());
        object.insert("type".into(), kind.into());
    }
    screen.line(&fields.to_string());
}

fn resource(addr: &Addr) -> Json {
    let key = match &addr.key {
        Key::None => Json::Null,
        Key::Int(index) => (*index).into(),
        Key::Str(key) => key.to_string().into(),
    };
    json!({
        "addr": addr.to_string(),
        "module": addr.block.module.to_string(),
        "resource": Addr { block: crate::addr::Block { module: Default::default(), ..addr.block.clone() }, key: addr.key.clone() }.to_string(),
        "implied_provider": "azurerm",
        "resource_type": &*addr.block.kind,
        "resource_name": &*addr.block.name,
        "resource_key": key,
    })
}

fn action(action: Action) -> &'static str {
    match action {
        Action::NoOp => "noop",
        Action::Read => "read",
        Action::Create => "create",
        Action::Update => "update",
        Action::Replace | Action::ReplaceCreateFirst => "replace",
        Action::Delete => "delete",
        Action::Forget => "remove",
    }
}

/// The word for what becomes of an object, imports included.
fn word(change: &Change) -> &'static str {
    if change.action == Action::NoOp && change.importing.is_some() { "import" } else { action(change.action) }
}

fn act(act: StepAct) -> &'static str {
    match act {
        StepAct::Create => "create",
        StepAct::Update => "update",
        StepAct::Delete => "delete",
        StepAct::Read => "read",
        StepAct::Depose | StepAct::Forget => "remove",
    }
}

/// The lines of a plan: drift, changes, summary, outputs.
pub(super) fn plan(screen: &Screen, plan: &Plan, pace: Option<&Turn>) {
    let version = env!("CARGO_PKG_VERSION");
    line(screen, "info", &format!("acier {version}"), "version", json!({ "acier": version, "ui": "1.2" }));
    let of = |change: &Change| {
        let mut body = json!({ "resource": resource(&change.addr), "action": word(change) });
        if let Some(importing) = &change.importing {
            body["importing"] = json!({ "id": &*importing.id });
        }
        json!({ "change": body })
    };
    for change in &plan.drift {
        line(screen, "info", &format!("{}: Drift detected", change.addr), "resource_drift", of(change));
    }
    for change in plan.changes.iter().filter(|change| change.is_something()) {
        let message = format!("{}: Plan to {}", change.addr, word(change));
        line(screen, "info", &message, "planned_change", of(change));
    }
    let (add, change, remove) = plan.counts();
    let import = plan.imports();
    let fields =
        json!({ "changes": { "add": add, "change": change, "import": import, "remove": remove, "operation": "plan" } });
    let imports = if import == 0 { String::new() } else { format!("{import} to import, ") };
    let message = format!("Plan: {imports}{add} to add, {change} to change, {remove} to destroy.");
    line(screen, "info", &message, "change_summary", fields);
    if let Some(turn) = pace {
        let fields = json!({ "pace": { "seconds": turn.after.as_secs(), "reason": turn.why } });
        line(screen, "info", &crate::cli::planning::pace(turn), "plan_pace", fields);
    }
}

/// The line of a notice.
pub(super) fn notice(screen: &Screen, notice: &Notice) {
    let message = crate::cli::progress::line(notice);
    let hook = |addr: &Addr, done: StepAct, seconds: Option<u64>| {
        let mut hook = json!({ "resource": resource(addr), "action": act(done) });
        if let (Some(seconds), Some(object)) = (seconds, hook.as_object_mut()) {
            object.insert("elapsed_seconds".into(), seconds.into());
        }
        json!({ "hook": hook })
    };
    match notice {
        Notice::Started { addr, act, .. } => line(screen, "info", &message, "apply_start", hook(addr, *act, None)),
        Notice::Still { addr, act, elapsed, .. } => {
            line(screen, "info", &message, "apply_progress", hook(addr, *act, Some(elapsed.as_secs())));
        }
        Notice::Finished { addr, act, elapsed, .. } => {
            line(screen, "info", &message, "apply_complete", hook(addr, *act, Some(elapsed.as_secs())));
        }
        Notice::Failed { addr, act } => line(screen, "error", &message, "apply_errored", hook(addr, *act, None)),
        Notice::Happened { .. }
        | Notice::Importing { .. }
        | Notice::Imported { .. }
        | Notice::Waiting { .. }
        | Notice::Resuming { .. }
        | Notice::Resumed { .. }
        | Notice::Stopping { .. } => {
            line(screen, "info", &message, "log", json!({}));
        }
    }
}

/// The lines that end an apply.
pub(super) fn summary(screen: &Screen, plan: &Plan, report: &Report, state: &State) {
    let operation = if plan.mode == crate::plan::Mode::Destroy { "destroy" } else { "apply" };
    let Report { imported, added, changed, destroyed, .. } = report;
    let fields = json!({
        "changes": { "add": added, "change": changed, "import": imported, "remove": destroyed, "operation": operation }
    });
    let word = if report.is_complete() { "complete" } else { "incomplete" };
    let imports = if *imported == 0 { String::new() } else { format!("{imported} imported, ") };
    let message = format!("{operation} {word}: {imports}{added} added, {changed} changed, {destroyed} destroyed.");
    line(screen, if report.is_complete() { "info" } else { "error" }, &message, "change_summary", fields);
    let outputs: serde_json::Map<String, Json> = state
        .outputs
        .iter()
        .map(|(name, output)| {
            let sensitive = output.value.is_sensitive();
            let value = json::value(&output.value, true);
            (name.to_string(), json!({ "sensitive": sensitive, "type": json::ty(&output.value.ty()), "value": value }))
        })
        .collect();
    line(screen, "info", &format!("Outputs: {}", outputs.len()), "outputs", json!({ "outputs": outputs }));
}
