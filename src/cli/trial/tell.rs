//! Says how tests go, for people and for machines.
//!
//! **Never:** say anything to one that the other cannot learn. The lines are those of `terraform test`,
//! and so are the objects of `-json`.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json, json};

use crate::cli::diagnostic_json::Form;
use crate::cli::screen::Screen;
use crate::cli::{outputs, stream};
use crate::diag::{Diagnostic, Diagnostics, Sources};
use crate::plan::json::values::Sight;
use crate::plan::json::{self as plan_json, Setting};
use crate::plan::render;
use crate::schema::Schemas;

use super::{Counts, Done, Performed, Status};

/// What of the documents of `show -json` is told; their schemas are those of `providers schema -json`.
const IN_PLAN: &[&str] = &["output_changes", "resource_changes", "resource_drift", "relevant_attributes"];
const IN_STATE: &[&str] = &["root_module", "outputs"];

/// Where and how it is said.
pub(in crate::cli) struct Teller<'a> {
    pub(in crate::cli) screen: &'a Screen,
    pub(in crate::cli) json: bool,
    pub(in crate::cli) verbose: bool,
    pub(in crate::cli) schemas: &'a Schemas,
}

impl Teller<'_> {
    fn object(&self, level: &str, message: &str, file: Option<&str>, run: Option<&str>, kind: &str, body: Json) {
        let mut fields = Map::new();
        file.map(|file| fields.insert("@testfile".into(), json!(file)));
        run.map(|run| fields.insert("@testrun".into(), json!(run)));
        fields.insert(kind.into(), body);
        stream::line(self.screen, level, message, kind, Json::Object(fields));
    }

    /// What will be run.
    pub(in crate::cli) fn plan(&self, files: &BTreeMap<&str, Vec<String>>) {
        if self.json {
            stream::version(self.screen);
            let runs: usize = files.values().map(Vec::len).sum();
            let plural = |count: usize, word: &str| format!("{count} {word}{}", if count == 1 { "" } else { "s" });
            let message = format!("Found {} and {}", plural(files.len(), "file"), plural(runs, "run block"));
            // An empty list is written as Terraform writes it.
            let runs = |runs: &Vec<String>| if runs.is_empty() { Json::Null } else { json!(runs) };
            let files: Map<String, Json> = files.iter().map(|(file, own)| ((*file).to_owned(), runs(own))).collect();
            self.object("info", &message, None, None, "test_abstract", files.into());
        }
    }

    /// How far a file is.
    pub(in crate::cli) fn file(&self, name: &str, progress: &str, status: Option<Status>) {
        let word = match (progress, status) {
            (_, Some(status)) => status.shown(),
            ("starting", _) => "in progress",
            _ => "tearing down",
        };
        if self.json {
            let mut body = json!({ "path": name, "progress": progress });
            if let (Some(status), Some(object)) = (status, body.as_object_mut()) {
                object.insert("status".into(), json!(status.word()));
            }
            self.object("info", &format!("{name}... {word}"), Some(name), None, "test_file", body);
        } else {
            self.screen.line(&format!("{name}... {word}"));
        }
    }

    /// That a run begins.
    pub(in crate::cli) fn begins(&self, file: &str, run: &str) {
        if self.json {
            let body = json!({ "path": file, "run": run, "progress": "starting", "elapsed": 0 });
            self.object("info", &format!("  {run:?}... in progress"), Some(file), Some(run), "test_run", body);
        }
    }

    /// That what a run was the last to change is destroyed.
    pub(in crate::cli) fn destroys(&self, file: &str, run: &str) {
        if self.json {
            let body = json!({ "path": file, "run": run, "progress": "teardown", "elapsed": 0 });
            self.object("info", &format!("  {run:?}... tearing down"), Some(file), Some(run), "test_run", body);
        }
    }

    /// How a run has ended, and what is wrong.
    pub(in crate::cli) fn ended(&self, file: &str, run: &Performed) {
        let (name, word) = (&run.name, run.status.shown());
        if self.json {
            let body = json!({ "path": file, "run": name, "progress": "complete", "status": run.status.word() });
            self.object("info", &format!("  {name:?}... {word}"), Some(file), Some(name), "test_run", body);
            if self.verbose {
                self.document(file, run);
            }
        } else {
            self.screen.line(&format!("  run {name:?}... {word}"));
            if self.verbose {
                self.show(run);
                if run.status != Status::Skip {
                    self.screen.line(&format!("    {:.1} ms\n", run.took.as_secs_f64() * 1000.0));
                }
            }
        }
        self.diagnostics(&run.diagnostics, &run.sources, Some(file), Some(name));
    }

    /// The plan or the state of a run.
    fn show(&self, run: &Performed) {
        match (&run.state, &run.plan) {
            (Some(state), _) => {
                for (addr, object) in &state.objects {
                    self.screen.line(&render::object(addr, &object.value, object.tainted));
                }
                if !state.outputs.is_empty() {
                    self.screen.text(&format!("\nOutputs:\n\n{}\n", outputs::list(state)));
                }
            }
            (None, Some((plan, _))) => {
                self.screen.text(&render::plan_of(plan, self.schemas, &run.sources, self.screen.colour));
                self.screen.line("");
            }
            (None, None) => {}
        }
    }

    /// The plan or the state of a run for machines.
    fn document(&self, file: &str, run: &Performed) {
        let (kind, word, from, wanted) = match (&run.state, &run.plan) {
            (Some(state), _) => {
                ("test_state", "state", plan_json::state::state(state, Sight::Hidden)["values"].take(), IN_STATE)
            }
            (None, Some((plan, prior))) => {
                let setting =
                    Setting { schemas: self.schemas, state: prior, tree: run.tree.as_deref(), sight: Sight::Hidden };
                ("test_plan", "plan", plan_json::plan(plan, &setting), IN_PLAN)
            }
            (None, None) => return,
        };
        let version = if kind == "test_plan" { "1.2" } else { "1.0" };
        let mut body = Map::from_iter([(format!("{word}_format_version"), json!(version))]);
        for name in wanted {
            if let Some(member) = from.get(name) {
                body.insert((*name).to_owned(), member.clone());
            }
        }
        let message = format!("-verbose flag enabled, printing {word}");
        self.object("info", &message, Some(file), Some(&run.name), kind, body.into());
    }

    /// Findings.
    pub(in crate::cli) fn diagnostics(
        &self,
        found: &Diagnostics,
        sources: &Sources,
        file: Option<&str>,
        run: Option<&str>,
    ) {
        for one in found.iter() {
            if self.json {
                self.finding(one, sources, file, run);
            } else {
                self.screen.diagnostic(one, sources);
            }
        }
    }

    fn finding(&self, one: &Diagnostic, sources: &Sources, file: Option<&str>, run: Option<&str>) {
        let error = one.severity == crate::diag::Severity::Error;
        let (level, word) = if error { ("error", "Error") } else { ("warn", "Warning") };
        let mut body = Form::new(sources).one(one);
        // The run is said beside it.
        if let (Some(body), true) = (body.as_object_mut(), one.address.as_deref() == run.map(in_run).as_deref()) {
            body.remove("address");
        }
        self.object(level, &format!("{word}: {}", one.summary), file, run, "diagnostic", body);
    }

    /// The last line.
    pub(in crate::cli) fn summary(&self, done: &[Done]) {
        let counts = Counts::of(done.iter().flat_map(|file| &file.runs));
        let good = done.iter().all(|file| file.status <= Status::Pass);
        let word = if good { "Success" } else { "Failure" };
        let failed = counts.failed + counts.errored;
        let skipped = if counts.skipped == 0 { String::new() } else { format!(", {} skipped", counts.skipped) };
        let message = format!("{word}! {} passed, {failed} failed{skipped}.", counts.passed);
        if self.json {
            let status = done.iter().map(|file| file.status).max().unwrap_or_default();
            let body = json!({
                "status": status.word(), "passed": counts.passed, "failed": counts.failed, "errored": counts.errored,
                "skipped": counts.skipped,
            });
            self.object("info", &message, None, None, "test_summary", body);
        } else if good {
            self.screen.good(&format!("\n{message}"));
        } else {
            self.screen.bold(&format!("\n{message}"));
        }
    }
}

/// How findings name the run that they belong to.
pub(super) fn in_run(run: &str) -> String {
    format!("run {run:?}")
}
