//! Runs a step with Terraform and with acier, each in a folder of its own.
//!
//! **Never:** judge. In: the files of a step. Out: what each said, with ids that have names.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use regex::Regex;
use serde_json::{Value as Json, json};

use super::story::Step;
use super::view;

/// One of the two.
pub(super) struct Side {
    folder: tempfile::TempDir,
    program: PathBuf,
    own: bool,
    ids: BTreeMap<String, String>,
    uuid: Regex,
}

/// What a side said at one point, to be compared as text.
pub(super) struct Told {
    pub(super) what: &'static str,
    pub(super) text: String,
}

impl Side {
    pub(super) fn new(own: bool) -> Side {
        let program = if own { env!("CARGO_BIN_EXE_acier") } else { "terraform" };
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("rc"), "disable_checkpoint = true\n").unwrap();
        let uuid = Regex::new("(?i)[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}").unwrap();
        Side { folder, program: program.into(), own, ids: BTreeMap::new(), uuid }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Puts the files of a step in place of those that are there.
    pub(super) fn write(&self, step: &Step) {
        clear(self.folder.path());
        for (name, text) in step.files() {
            let path = self.path(&format!("work/{name}"));
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        std::fs::create_dir_all(self.path("work")).unwrap();
        if !self.own && !step.manifest.is_empty() {
            // What `terraform get` would write.
            let mut modules = vec![json!({ "Key": "", "Source": "", "Dir": "." })];
            modules.extend(
                step.manifest
                    .iter()
                    .map(|(key, source, folder)| json!({ "Key": key, "Source": source, "Dir": folder })),
            );
            let folder = self.path("work/.terraform/modules");
            std::fs::create_dir_all(&folder).unwrap();
            std::fs::write(folder.join("modules.json"), json!({ "Modules": modules }).to_string()).unwrap();
        }
    }

    fn run(&self, words: &[&str], env: &[(String, String)]) -> Output {
        Command::new(&self.program)
            .args(words)
            .current_dir(self.path("work"))
            .env_clear()
            .envs(std::env::var_os("PATH").map(|path| ("PATH", path)))
            .env("CHECKPOINT_DISABLE", "1")
            .env("TF_CLI_CONFIG_FILE", self.path("rc"))
            .envs(env.iter().map(|(name, value)| (name, value)))
            .output()
            .unwrap()
    }

    /// The stream of a command: its exit code and all findings.
    fn stream(&self, what: &'static str, words: &[&str], env: &[(String, String)]) -> (bool, Told) {
        let output = self.run(words, env);
        let out = String::from_utf8_lossy(&output.stdout);
        // acier has an exit code of its own for command lines that are wrong.
        let code = output.status.code().map(|code| if code == 64 { 1 } else { code });
        let mut text = format!("exit code {code:?}\n");
        text += &view::findings(&out);
        if code.is_none_or(|code| code > 2) {
            text += &String::from_utf8_lossy(&output.stderr);
        }
        (code != Some(1), Told { what, text: self.named(&text) })
    }

    fn document(&self, words: &[&str]) -> Json {
        let output = self.run(words, &[]);
        serde_json::from_slice(&output.stdout)
            .unwrap_or_else(|_| json!({ "failed": String::from_utf8_lossy(&output.stderr) }))
    }

    /// Plans and applies; tells each thing as soon as it is known.
    pub(super) fn play(&mut self, step: &Step, number: usize) -> Vec<Told> {
        let (mut told, planned) = self.plan(step, "plan");
        if planned {
            let (complete, applied) = self.stream("apply", &["apply", "-json", "-input=false", "p"], &step.env);
            let state = self.state();
            self.learn(&state, number);
            told.push(applied);
            told.push(Told { what: "state", text: self.named(&view::state(state, complete)) });
        }
        told
    }

    /// Plans and shows the plan.
    pub(super) fn plan(&self, step: &Step, what: &'static str) -> (Vec<Told>, bool) {
        let mut words = vec!["plan", "-json", "-input=false", "-detailed-exitcode", "-out=p"];
        words.extend(step.options.iter().map(String::as_str));
        let _ = std::fs::remove_file(self.path("work/p"));
        let (went, planned) = self.stream(what, &words, &step.env);
        let mut told = vec![planned];
        if went {
            let sight: &[&str] =
                if self.own { &["show", "-json", "-show-sensitive", "p"] } else { &["show", "-json", "p"] };
            let document = view::plan(self.document(sight), step.options.iter().any(|option| option == "-destroy"));
            told.push(Told { what: "plan document", text: self.named(&document) });
        }
        (told, went)
    }

    /// The state in the form of Terraform's file.
    fn state(&self) -> Json {
        if self.own {
            return self.document(&["state", "pull", "-show-sensitive"]);
        }
        let text = std::fs::read(self.path("work/terraform.tfstate")).unwrap_or_default();
        serde_json::from_slice(&text).unwrap_or_else(|_| json!({ "resources": [] }))
    }

    /// Objects that are new get a name for their id.
    fn learn(&mut self, state: &Json, number: usize) {
        for (address, id) in view::ids(state) {
            self.ids.entry(id).or_insert_with(|| format!("<{address} of {number}>"));
        }
    }

    fn named(&self, text: &str) -> String {
        let name = |found: &regex::Captures<'_>| {
            self.ids.get(&found[0].to_lowercase()).map_or("<id>", String::as_str).to_owned()
        };
        self.uuid.replace_all(text, name).into_owned()
    }
}

/// Removes the configuration, and keeps what the programs have written down.
fn clear(folder: &Path) {
    for entry in std::fs::read_dir(folder.join("work")).into_iter().flatten() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if name == "state" || name.starts_with("terraform.tfstate") {
            continue;
        }
        if path.is_dir() { std::fs::remove_dir_all(&path).unwrap() } else { std::fs::remove_file(&path).unwrap() }
    }
}
