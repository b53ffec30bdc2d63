//! `-json`: one JSON object a line, Terraform's machine-readable UI 1.2.
//!
//! **Never:** print a sensitive value. Document: Terraform, "Machine-Readable UI". Beyond it go the
//! key `acier` of the first line and the type `plan_pace`; readers skip what they do not know.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json, json};

use crate::addr::Addr;
use crate::diag::{Diagnostic, Severity, Sources};
use crate::engine::notice::Provisioning;
use crate::engine::{Notice, Report};
use crate::plan::json::values::{Sight, ty};
use crate::plan::{Action, Plan, StepAct};
use crate::provider::Turn;
use crate::state::{Object, State};
use crate::value::Name;

use super::commands::version::LANGUAGE;
use super::screen::Screen;
use super::stream_plan::resource;
use super::{diagnostic_json, progress};

/// Prints one line. Keys that begin with @ come first, as readers of the raw text expect.
pub(super) fn line(screen: &Screen, level: &str, message: &str, kind: &str, fields: Json) {
    let mut object = Map::new();
    object.insert("@level".into(), level.into());
    object.insert("@message".into(), message.into());
    object.insert("@module".into(), "terraform.ui".into());
    object.insert("@timestamp".into(), instant().into());
    if let Json::Object(fields) = fields {
        object.extend(fields);
    }
    object.insert("type".into(), kind.into());
    // Readers that split at every line break of Unicode must find whole lines.
    let text = Json::Object(object).to_string();
    screen.line(&text.replace('\u{2028}', "\\u2028").replace('\u{2029}', "\\u2029"));
}

fn instant() -> String {
    jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%S.%6fZ").to_string()
}

/// The first line of every stream.
pub(super) fn version(screen: &Screen) {
    let own = env!("CARGO_PKG_VERSION");
    let message = format!("acier {own}, speaking as Terraform {LANGUAGE}");
    line(screen, "info", &message, "version", json!({ "terraform": LANGUAGE, "ui": "1.2", "acier": own }));
}

/// What is only said.
pub(super) fn log(screen: &Screen, text: &str) {
    line(screen, "info", text.trim(), "log", json!({}));
}

/// An error or a warning.
pub(super) fn diagnostic(screen: &Screen, diagnostic: &Diagnostic, sources: &Sources) {
    let (level, word) = match diagnostic.severity {
        Severity::Error => ("error", "Error"),
        Severity::Warning => ("warn", "Warning"),
    };
    let message = format!("{word}: {}", diagnostic.summary);
    let form = diagnostic_json::Form::new(sources);
    line(screen, level, &message, "diagnostic", json!({ "diagnostic": form.one(diagnostic) }));
}

/// Reading the objects of the state begins; `moved` holds the new addresses of some.
pub(super) fn refreshing(screen: &Screen, state: &State, moved: &BTreeMap<Addr, Addr>) {
    for (addr, object) in objects(state) {
        refresh_start(screen, moved.get(addr).unwrap_or(addr), &object.id);
    }
}

fn refresh_start(screen: &Screen, addr: &Addr, id: &Name) {
    let message = format!("{addr}: Refreshing state... [id={id}]");
    line(screen, "info", &message, "refresh_start", identified(addr, Some(id), json!({})));
}

/// All objects of the state were read; `gone` holds those that are no more.
pub(super) fn refreshed(
    screen: &Screen,
    state: &State,
    moved: &BTreeMap<Addr, Addr>,
    gone: &dyn Fn(&Addr, &Name) -> bool,
) {
    for (addr, object) in objects(state) {
        let id = Some(&object.id).filter(|id| !gone(addr, id));
        refresh_complete(screen, moved.get(addr).unwrap_or(addr), id);
    }
}

fn refresh_complete(screen: &Screen, addr: &Addr, id: Option<&Name>) {
    let shown = id.map(|id| format!(" [id={id}]")).unwrap_or_default();
    let message = format!("{addr}: Refresh complete{shown}");
    line(screen, "info", &message, "refresh_complete", identified(addr, id, json!({})));
}

/// An object that is to be imported was read.
pub(super) fn sought(screen: &Screen, addr: &Addr, id: &Name) {
    refresh_start(screen, addr, id);
    refresh_complete(screen, addr, Some(id));
}

/// All objects, replaced ones that are still there included.
fn objects(state: &State) -> impl Iterator<Item = (&Addr, &Object)> {
    state.objects.iter().chain(state.deposed.iter().map(|((addr, _), object)| (addr, object)))
}

/// The lines of a plan: drift, changes, summary, outputs.
pub(super) fn plan(screen: &Screen, plan: &Plan, pace: Option<&Turn>) {
    super::stream_plan::drift(screen, plan);
    super::stream_plan::changes(screen, plan, &|_| true);
    super::stream_plan::summary(screen, plan);
    if let Some(turn) = pace {
        let fields = json!({ "pace": { "seconds": turn.after.as_secs(), "reason": turn.why } });
        line(screen, "info", &crate::cli::planning::pace(turn), "plan_pace", fields);
    }
}

/// The lines of a plan that was made before and is carried out now: what is done to objects.
pub(super) fn saved(screen: &Screen, plan: &Plan) {
    super::stream_plan::changes(screen, plan, &|change| change.action != Action::NoOp);
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

/// A hook about an object, with its id where it is known.
fn identified(addr: &Addr, id: Option<&Name>, rest: Json) -> Json {
    let mut hook = Map::new();
    hook.insert("resource".into(), resource(addr));
    let (first, last) = split(rest);
    hook.extend(first);
    if let Some(id) = id.filter(|id| !id.is_empty()) {
        hook.insert("id_key".into(), "id".into());
        hook.insert("id_value".into(), (&**id).into());
    }
    hook.extend(last);
    json!({ "hook": hook })
}

/// What stands in front of the id and what behind it, in Terraform's order.
fn split(rest: Json) -> (Map<String, Json>, Map<String, Json>) {
    let Json::Object(rest) = rest else { return (Map::new(), Map::new()) };
    rest.into_iter().partition(|(name, _)| name != "elapsed_seconds")
}

/// The line of a notice.
pub(super) fn notice(screen: &Screen, notice: &Notice) {
    let message = match notice {
        // Machines are told of data sources in another word than people.
        Notice::Started { addr, act: StepAct::Read, .. } => format!("{addr}: Refreshing..."),
        Notice::Finished { act: StepAct::Read, .. } => {
            progress::line(notice).replacen(": Read complete", ": Refresh complete", 1)
        }
        _ => progress::line(notice),
    };
    let say = |message: &str, kind: &str, fields: Json| line(screen, "info", message, kind, fields);
    match notice {
        Notice::Started { addr, act: done, id } => {
            say(&message, "apply_start", identified(addr, id.as_ref(), json!({ "action": act(*done) })));
        }
        Notice::Still { addr, act: done, elapsed, .. } => {
            let rest = json!({ "action": act(*done), "elapsed_seconds": elapsed.as_secs() });
            say(&message, "apply_progress", identified(addr, None, rest));
        }
        Notice::Finished { addr, act: done, elapsed, id } => {
            let rest = json!({ "action": act(*done), "elapsed_seconds": elapsed.as_secs() });
            say(&message, "apply_complete", identified(addr, id.as_ref(), rest));
        }
        Notice::Failed { addr, act: done, elapsed } => {
            let message = format!("{addr}: {} errored after {}", progress::end(*done), progress::time(*elapsed));
            let rest = json!({ "action": act(*done), "elapsed_seconds": elapsed.as_secs() });
            say(&message, "apply_errored", identified(addr, None, rest));
        }
        Notice::Provisioner { addr, kind, what } => provisioner(screen, &message, addr, kind, what),
        Notice::Happened { .. }
        | Notice::Importing { .. }
        | Notice::Imported { .. }
        | Notice::Waiting { .. }
        | Notice::Resuming { .. }
        | Notice::Resumed { .. }
        | Notice::Stopping { .. } => log(screen, &message),
    }
}

fn provisioner(screen: &Screen, message: &str, addr: &Addr, kind: &str, what: &Provisioning) {
    let mut hook = json!({ "resource": resource(addr), "provisioner": kind });
    let (word, message) = match what {
        Provisioning::Started => ("provision_start", message.to_owned()),
        Provisioning::Said(line) => {
            hook["output"] = line.as_str().into();
            ("provision_progress", format!("{addr}: ({kind}): {line}"))
        }
        Provisioning::Finished => ("provision_complete", message.to_owned()),
        Provisioning::Failed => ("provision_errored", message.to_owned()),
    };
    line(screen, "info", &message, word, json!({ "hook": hook }));
}

/// A data source is read while planning.
pub(super) fn reading(screen: &Screen, addr: &Addr) {
    notice(screen, &Notice::Started { addr: addr.clone(), act: StepAct::Read, id: None });
}

/// A data source was read while planning.
pub(super) fn read(screen: &Screen, addr: &Addr, id: Option<&str>) {
    let (id, elapsed) = (id.map(Name::from), std::time::Duration::ZERO);
    notice(screen, &Notice::Finished { addr: addr.clone(), act: StepAct::Read, elapsed, id });
}

/// The lines that end an apply. One that did not end well has no summary, as with Terraform: its
/// diagnostics say why, and what was done is logged. `destroys` says that the command was `destroy`.
pub(super) fn summary(screen: &Screen, destroys: bool, report: &Report, state: &State) {
    let Report { imported, added, changed, destroyed, .. } = report;
    let word = if destroys { "Destroy" } else { "Apply" };
    let imports = if *imported == 0 { String::new() } else { format!("{imported} imported, ") };
    let counts = if destroys {
        format!("{destroyed} destroyed.")
    } else {
        format!("{imports}{added} added, {changed} changed, {destroyed} destroyed.")
    };
    if !report.is_complete() || report.interrupted {
        return log(screen, &format!("{word} incomplete. Resources: {counts}"));
    }
    let operation = if destroys { "destroy" } else { "apply" };
    let fields = json!({ "changes": {
        "add": added, "change": changed, "import": imported, "remove": destroyed, "operation": operation,
    } });
    line(screen, "info", &format!("{word} complete! Resources: {counts}"), "change_summary", fields);
    if destroys {
        return;
    }
    let output = |(name, output): (&Name, &crate::state::Output)| {
        let sensitive = output.value.contains_mark(crate::value::Marks::SENSITIVE);
        let mut told = json!({ "sensitive": sensitive, "type": ty(&output.value.ty()) });
        if !sensitive {
            told["value"] = Sight::Hidden.value(&output.value);
        }
        (name.to_string(), told)
    };
    let outputs: Map<String, Json> = state.outputs.iter().map(output).collect();
    line(screen, "info", &format!("Outputs: {}", outputs.len()), "outputs", json!({ "outputs": outputs }));
}

/// What is to become of an object, in the stream's words.
pub(super) fn action(action: Action) -> &'static str {
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
