//! `terraform_remote_state`: the outputs of another configuration, from its state.
//!
//! **Never:** write, lock or repair that state, or take a missing, empty or damaged one for one without
//! outputs. In: backend, its settings, workspace, defaults. Out: the outputs, secrets marked as such.
//! The decision to question: a path to a configuration folder means the state that lies in it.
#![expect(clippy::disallowed_methods, reason = "the door to the states of other configurations")]

use std::path::Path;

use crate::provider::{Fault, FaultKind};
use crate::schema::{Attribute, Block, Schema, Usage};
use crate::store::{Access, Store, workspace};
use crate::tfstate::read;
use crate::value::{Members, Type, Value};

use super::data::attribute;

/// The kind.
pub(super) const KIND: &str = "terraform_remote_state";

/// What the kind contains.
pub(super) fn schema() -> Schema {
    let row = |name: &str, ty: Type, usage: Usage, about: &'static str| attribute(name, ty, usage, about);
    let attributes: Vec<Attribute> = vec![
        row("backend", Type::String, Usage::Required, "Where the state is: local, or acier."),
        row("config", Type::Dynamic, Usage::Optional, "An object. Its path is a state file or a configuration folder."),
        row("defaults", Type::Dynamic, Usage::Optional, "An object: values of outputs that the state does not have."),
        row("outputs", Type::Dynamic, Usage::Computed, "An object: every output of the root module."),
        row("workspace", Type::String, Usage::Optional, "The workspace; null is the default one."),
    ];
    Schema::new(KIND, Block { attributes, ..Block::default() })
}

/// Reads the outputs; relative paths start in `folder`.
pub(super) fn fetch(config: &Value, folder: &Path) -> Result<Value, Fault> {
    let backend = config.text("backend").unwrap_or_default();
    let settings = Settings::read(backend, config)?;
    let path = folder.join(&settings.path);
    let outputs = match backend {
        "acier" => own(&path, &settings)?,
        _ if workspace::folder(&path, workspace::DEFAULT).join("log").is_dir() => own(&path, &settings)?,
        _ if settings.is_own(&path) => own(&path, &settings)?,
        _ => local(folder, &settings)?,
    };
    let mut members = config.as_members().cloned().unwrap_or_default();
    let mut all = Members::new();
    if let Some(defaults) = members.get("defaults").filter(|defaults| !defaults.is_null()) {
        let Some(defaults) = defaults.as_members() else {
            return Err(unusable(
                "\"defaults\" must be an object: values by the names of outputs.",
                "Write { name = value }.",
            ));
        };
        all = defaults.clone();
    }
    all.extend(outputs);
    members.insert("outputs".into(), Value::object(all));
    Ok(Value::object(members))
}

/// What the configuration says about where the state is.
struct Settings {
    path: String,
    workspace: Option<String>,
    workspaces: Option<String>,
}

impl Settings {
    fn read(backend: &str, config: &Value) -> Result<Settings, Fault> {
        let known: &[&str] = match backend {
            "local" => &["path", "workspace_dir"],
            "acier" => &["path"],
            other => return Err(elsewhere(other)),
        };
        let given = config.get("config").filter(|given| !given.is_null());
        let mut texts = [None, None];
        if let Some(given) = given {
            let Some(members) = given.as_members() else {
                return Err(unusable("\"config\" must be an object.", "Write config = { path = \"...\" }."));
            };
            for (name, value) in members {
                let Some(at) = known.iter().position(|known| *known == &**name) else {
                    let detail = format!("The backend \"{backend}\" has no setting \"{name}\".");
                    return Err(unusable(&detail, &format!("Use one of these: {}.", known.join(", "))));
                };
                texts[at] = match value.as_str() {
                    Some(text) => Some(text.to_owned()),
                    None if value.is_null() => None,
                    None => return Err(unusable(&format!("The setting \"{name}\" must be a text."), "Write a path.")),
                };
            }
        }
        let [path, workspaces] = texts;
        let path = match (path, backend) {
            (Some(path), _) => path,
            (None, "acier") => {
                let detail = "The backend \"acier\" needs to know the folder of the other configuration.";
                return Err(unusable(detail, "Write config = { path = \"../network\" }."));
            }
            (None, _) => "terraform.tfstate".to_owned(),
        };
        let workspace = config.text("workspace").filter(|name| *name != "default").map(str::to_owned);
        Ok(Settings { path, workspace, workspaces })
    }
}

impl Settings {
    fn workspace(&self) -> &str {
        self.workspace.as_deref().unwrap_or(workspace::DEFAULT)
    }

    /// Whether a path is a folder with a state of acier in the workspace that is asked for.
    fn is_own(&self, path: &Path) -> bool {
        workspace::is_name(self.workspace()) && workspace::folder(path, self.workspace()).join("log").is_dir()
    }
}

fn own(folder: &Path, settings: &Settings) -> Result<Members, Fault> {
    let mut shown = settings.path.clone();
    if let Some(name) = &settings.workspace {
        shown.push_str(&format!(" (workspace \"{name}\")"));
    }
    if !settings.is_own(folder) {
        let detail = match &settings.workspace {
            None => format!("No stored state was found: the folder {shown} holds no state of acier."),
            Some(name) => format!(
                "No stored state was found: nothing was ever applied in the workspace \"{name}\" of {}.",
                settings.path
            ),
        };
        let hint = "Apply the other configuration first, or correct the path and the workspace; for a state file of \
                    Terraform, use backend = \"local\".";
        return Err(missing(&detail, hint));
    }
    let own = workspace::folder(folder, settings.workspace());
    let opened = Store::open(&own, Access::Read).and_then(|mut store| store.load());
    let state = opened.map_err(|error| {
        let detail = format!("The state in {shown} cannot be read. {error}");
        unusable(&detail, "Look at it with `acier show` in that folder, which says what is wrong and what to do.")
    })?;
    if state.serial == 0 {
        let detail = format!("No stored state was found: nothing was ever applied in {shown}.");
        return Err(missing(&detail, "Apply the other configuration first."));
    }
    Ok(state.outputs.into_iter().map(|(name, output)| (name, output.value)).collect())
}

fn local(folder: &Path, settings: &Settings) -> Result<Members, Fault> {
    let whole = folder.join(&settings.path).is_dir();
    let shown = match &settings.workspace {
        None if whole => format!("{}/terraform.tfstate", settings.path.trim_end_matches('/')),
        None => settings.path.clone(),
        // Source: Terraform, local backend, "workspace_dir", which is not beside the path but the reader.
        Some(workspace) => {
            let beside = if whole { format!("{}/", settings.path.trim_end_matches('/')) } else { String::new() };
            let all = settings.workspaces.clone().unwrap_or_else(|| format!("{beside}terraform.tfstate.d"));
            format!("{all}/{workspace}/terraform.tfstate")
        }
    };
    let file = folder.join(&shown);
    let text = std::fs::read_to_string(&file).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => {
            let detail = format!(
                "No stored state was found for the given workspace in the given backend: there is no file {shown}."
            );
            missing(&detail, "Apply the other configuration first, or correct the path.")
        }
        _ => unusable(&format!("The state file {shown} cannot be read: {error}."), "Correct its rights, or the path."),
    })?;
    let outputs = read::outputs(&text).map_err(|wrong| {
        let details: Vec<&str> = wrong.iter().map(|found| found.detail.as_str()).collect();
        let hint = wrong.iter().find_map(|found| found.hint.as_deref());
        let hint = hint.unwrap_or("Restore it, as from terraform.tfstate.backup, or correct the path.");
        unusable(&format!("{shown}: {}", details.join(" ")), hint)
    })?;
    Ok(outputs.into_iter().map(|(name, output)| (name, output.value)).collect())
}

fn elsewhere(backend: &str) -> Fault {
    let detail = format!("acier reads states that lie in files, and not those of the backend \"{backend}\".");
    let hint = match backend {
        "azurerm" | "s3" | "gcs" | "http" | "remote" | "cloud" | "consul" | "kubernetes" | "pg" | "oss" | "cos" => {
            "Fetch it beforehand, with `terraform state pull > other.tfstate` in the other configuration, and use backend = \
             \"local\" with config = { path = \"other.tfstate\" }; or give its outputs as variables."
        }
        _ => {
            "Use backend = \"local\" with config = { path = \"...\" } for a state file, or backend = \"acier\" for a \
              configuration folder."
        }
    };
    unusable(&detail, hint)
}

fn unusable(message: &str, hint: &str) -> Fault {
    fault(FaultKind::Invalid, message, hint)
}

fn missing(message: &str, hint: &str) -> Fault {
    fault(FaultKind::Gone, message, hint)
}

fn fault(kind: FaultKind, message: &str, hint: &str) -> Fault {
    let code = String::new();
    Fault {
        kind,
        code,
        message: format!("Unable to find remote state. {message}"),
        trace: String::new(),
        hint: Some(hint.into()),
    }
}
