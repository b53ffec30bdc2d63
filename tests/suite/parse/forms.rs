//! Damages what else acier reads: whole configurations, values of variables, tests, saved plans, state
//! logs and Terraform's states, and holds each reader to giving an answer.
//!
//! **Never:** know why an input is good. A reader may refuse or understand, and what it refuses has a
//! reason, at a place inside the text where it gives one. In: a seed. Out: the first promise broken.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use acier::diag::{Diagnostics, Sources};
use acier::lang::host::Host;
use acier::lang::inputs::{Given, Inputs, decide};
use acier::lang::module::Module;
use acier::lang::scope::Scope;
use acier::lang::tree::load_alone;
use acier::lang::trial;
use acier::plan::{Answers, Options, Planned, Refreshed, file, plan};
use acier::schema::Schemas;
use acier::seal::Key;
use acier::state::State;
use acier::store::{Access, Store};
use acier::tfstate::read;
use acier::value::Value;
use sha2::{Digest as _, Sha256};

use super::fuzz::{Draw, damaged, inside};

/// The variables whose values are damaged: one of every type.
const VARIABLES: &str = r#"
variable "text" {
  type    = string
  default = "a"
  validation {
    condition     = length(var.text) < 9
    error_message = "Too long: ${var.text}."
  }
}
variable "number" {
  type    = number
  default = 1
}
variable "flag" {
  type     = bool
  default  = true
  nullable = false
}
variable "any" {
  default = null
}
variable "list" {
  type    = list(object({ name = string, port = optional(number, 80), more = optional(map(set(string))) }))
  default = []
}
variable "pair" {
  type    = tuple([string, number])
  default = ["a", 1]
}
"#;

/// Values to begin from.
const VALUES: &[(&str, &str)] = &[
    ("x.tfvars", "text = \"b\"\nnumber = \"2\"\nflag = false\nany = { a = [1, null, \"x\"] }\npair = [\"x\", 2]\n"),
    (
        "x.tfvars",
        "list = [\n  { name = \"a\" },\n  { name = \"b\", port = \"81\", more = { k = [\"v\", \"v\"] } },\n]\n",
    ),
    (
        "x.tfvars.json",
        "{\"text\": \"b\", \"number\": 2e3, \"flag\": true, \"list\": [{\"name\": \"a\", \"port\": null}]}\n",
    ),
    ("x.tfvars.json", "{\"any\": {\"a\": [1, null, \"${x}\"]}, \"pair\": [\"\\u00e9\", -0.5]}\n"),
];

const TRIALS: &[&str] = &[
    "variables {\n  a = 1\n}\nrun \"one\" {\n  command = plan\n  variables {\n    b = \"x\"\n  }\n  assert {\n    condition     = \
     output.o == run.zero.o\n    error_message = \"no: ${output.o}\"\n  }\n  expect_failures = [var.a, check.c]\n}\n",
    "provider \"azurerm\" {\n  features {}\n}\nmock_provider \"azurerm\" {\n  alias = \"m\"\n  mock_resource \
     \"azurerm_resource_group\" {\n    defaults = {\n      id = \"x\"\n    }\n  }\n}\nrun \"two\" {\n  module {\n    source \
     = \"./m\"\n  }\n  providers = {\n    azurerm = azurerm.m\n  }\n  plan_options {\n    mode = refresh-only\n  }\n}\n",
    "override_resource {\n  target = terraform_data.a\n  values = {\n    output = 1\n  }\n}\nrun \"three\" {\n  \
     override_module {\n    target  = module.m\n    outputs = {}\n  }\n}\n",
];

const TFSTATE: &str = r#"{
  "version": 4, "terraform_version": "1.11.4", "serial": 3, "lineage": "3f9f2a52-0000-4000-8000-000000000000",
  "outputs": {"o": {"value": ["a", 1, null], "type": ["tuple", ["string", "number", "bool"]], "sensitive": true}},
  "resources": [
    {"module": "module.m[\"k\"]", "mode": "managed", "type": "terraform_data", "name": "a", "each": "list",
     "provider": "provider[\"terraform.io/builtin/terraform\"]",
     "instances": [{"index_key": 0, "schema_version": 0, "attributes": {"id": "x", "input": {"value": 1, "type": "number"},
       "output": null, "triggers_replace": null}, "sensitive_attributes": [[{"type": "get_attr", "value": "input"}]],
       "private": "e30=", "dependencies": ["terraform_data.b"], "create_before_destroy": true, "deposed": "abcdef01"}]},
    {"mode": "managed", "type": "azurerm_resource_group", "name": "rg",
     "provider": "provider[\"registry.terraform.io/hashicorp/azurerm\"].west",
     "instances": [{"schema_version": 0, "status": "tainted", "attributes": {"id": "/subscriptions/s/resourceGroups/rg",
       "name": "rg", "location": "westeurope", "managed_by": "", "tags": {"a": "b"}, "timeouts": null}}]}
  ],
  "check_results": null
}
"#;

/// Everything that inputs are made from.
pub(crate) struct Forms {
    schemas: Rc<Schemas>,
    configurations: Vec<String>,
    variables: Rc<Module>,
    values: Vec<String>,
    trials: Vec<String>,
    states: Vec<String>,
    key: Key,
    plan: Vec<u8>,
    /// A folder for state logs, and what lies in it when it is whole.
    folder: tempfile::TempDir,
    log: BTreeMap<PathBuf, Vec<u8>>,
}

/// An input that is about to be tried, as text for messages, and what tries it.
pub(crate) type Trying<'f> = (String, Box<dyn FnOnce() -> Result<(), String> + 'f>);

impl Forms {
    pub(crate) fn new() -> Forms {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut schemas = acier::resources::schemas();
        schemas.add(acier::builtin::schemas().clone());
        let schemas = Rc::new(schemas);
        let mut sources = Sources::default();
        let file = sources.add("variables.tf", VARIABLES);
        let (tree, found) = load_alone(&sources, &[file], &schemas);
        assert!(!found.has_errors(), "{found:?}");
        let key = Key::new(&[7; 32]);
        let sample = root.join("state/samples/v3");
        let mut log = BTreeMap::new();
        for name in ["head", "secret.key", "log/0000000001.acier", "log/0000000002.acier", "log/0000000003.acier"] {
            log.insert(PathBuf::from(name), fs::read(sample.join(name)).expect("the sample is there"));
        }
        let mut forms = Forms {
            configurations: configurations(root),
            variables: tree.root().clone(),
            values: VALUES.iter().map(|(_, text)| (*text).to_owned()).collect(),
            trials: TRIALS.iter().map(|text| (*text).to_owned()).collect(),
            states: vec![TFSTATE.to_owned()],
            plan: Vec::new(),
            folder: tempfile::tempdir().expect("a folder"),
            schemas,
            key,
            log,
        };
        let whole = "resource \"terraform_data\" \"a\" {\n  input = { secret = sensitive(\"x\"), list = [1, null] }\n}\noutput \
                     \"o\" {\n  value = terraform_data.a.id\n}\n";
        forms.plan = forms.planned("main.tf", whole).expect("it is planned").expect("there is a plan");
        forms
    }

    /// The next input of a stream, and what tries it.
    pub(crate) fn draw<'f>(&'f self, draw: &mut Draw) -> Trying<'f> {
        // What touches the disk takes a thousand times as long, so it comes seldom.
        match draw.below(64) {
            0 => self.log(draw),
            1..=6 => self.saved(draw),
            7..=16 => {
                let text = damaged(&self.values, draw);
                let name = if text.trim_start().starts_with('{') { "x.tfvars.json" } else { "x.tfvars" };
                (format!("{name}: {text}"), Box::new(move || self.values(name, &text)))
            }
            17..=26 => {
                let text = damaged(&self.trials, draw);
                (format!("x.tftest.hcl: {text}"), Box::new(move || trial(&text)))
            }
            27..=34 => {
                let text = damaged(&self.states, draw);
                (format!("terraform.tfstate: {text}"), Box::new(move || self.state(&text)))
            }
            _ => {
                let text = damaged(&self.configurations, draw);
                let name = if text.trim_start().starts_with('{') { "x.tf.json" } else { "x.tf" };
                (format!("{name}: {text}"), Box::new(move || self.planned(name, &text).map(drop)))
            }
        }
    }

    /// Loads a configuration, checks it, decides its variables and plans it; the bytes of the plan.
    fn planned(&self, name: &str, text: &str) -> Result<Option<Vec<u8>>, String> {
        let mut sources = Sources::default();
        let file = sources.add(name, text);
        let (tree, found) = load_alone(&sources, &[file], &self.schemas);
        places(&found, text)?;
        if found.has_errors() || long(text) {
            return Ok(None);
        }
        let tree = Rc::new(tree);
        let scope = |inputs: &Inputs| Scope::new(tree.clone(), inputs, self.schemas.clone(), host(), false);
        let found = scope(&Inputs::default()).validate();
        places(&found, text)?;
        let decided = decide(tree.root(), &[], &sources, &host());
        if found.has_errors() || decided.diagnostics.has_errors() || !decided.missing.is_empty() {
            return Ok(None);
        }
        let inputs = decided.inputs;
        let (state, refreshed, answers) = (State::default(), Refreshed::default(), Answers::default());
        let planned = plan(&mut scope(&inputs), &inputs, &state, &refreshed, &answers, &Options::default(), &self.key);
        match planned {
            Ok((Planned::Ready(plan), found)) => {
                places(&found, text)?;
                let bytes = file::to_bytes(&plan, &[(name.to_owned(), text.to_owned())], "default", &self.key);
                let again = file::from_bytes(&bytes, &self.key)?;
                if again.plan != *plan {
                    return Err("the saved plan is another plan".into());
                }
                Ok(Some(bytes))
            }
            Ok(_) => Ok(None),
            Err(found) => places(&found, text).map(|()| None),
        }
    }

    fn values(&self, name: &str, text: &str) -> Result<(), String> {
        if long(text) {
            return Ok(());
        }
        let mut sources = Sources::default();
        sources.add("variables.tf", VARIABLES);
        let file = sources.add(name, text);
        let decided = decide(&self.variables, &[Given::File { file }], &sources, &host());
        for one in decided.diagnostics.iter() {
            // What stands for many others has no place of its own.
            let Some(span) = one.span else { continue };
            inside(span, if span.file == file { text } else { VARIABLES })?;
        }
        Ok(())
    }

    fn state(&self, text: &str) -> Result<(), String> {
        let recognise = |_: &str, id: &str| Ok((id.into(), None));
        let fingerprint = |value: &Value| self.key.fingerprint(value);
        let desk = read::Desk { schemas: &self.schemas, recognise: &recognise, fingerprint: &fingerprint };
        match read::read(text, &desk) {
            Err(found) if found.is_empty() => Err("refused without a word".into()),
            _ => Ok(()),
        }
    }

    /// A saved plan: its bytes damaged, or sealed again around damaged content.
    fn saved<'f>(&'f self, draw: &mut Draw) -> Trying<'f> {
        let mut bytes = self.plan.clone();
        if draw.below(3) == 0 {
            let at = draw.below(bytes.len());
            match draw.below(3) {
                0 => bytes[at] ^= 1 << draw.below(8),
                1 => bytes.truncate(at),
                _ => drop(bytes.splice(at..at, *b"\n0")),
            }
        } else {
            let text = String::from_utf8_lossy(&bytes);
            let mut lines = text.lines();
            let (head, sealed) = (lines.next().expect("a head"), lines.nth(1).expect("a body"));
            let body = self.key.open(sealed, PLAN).expect("it is sealed with this key");
            let body = damaged(&[String::from_utf8(body).expect("it is text")], draw);
            let sealed = self.key.seal(body.as_bytes(), PLAN);
            let sum: String = Sha256::digest(sealed.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect();
            bytes = format!("{head}\n{sum}\n{sealed}\n").into_bytes();
        }
        let shown = format!("plan: {:?}", String::from_utf8_lossy(&bytes));
        (
            shown,
            Box::new(move || match file::from_bytes(&bytes, &self.key) {
                Err(why) if why.is_empty() => Err("refused without a word".into()),
                _ => Ok(()),
            }),
        )
    }

    /// One file of a state folder, damaged.
    fn log<'f>(&'f self, draw: &mut Draw) -> Trying<'f> {
        let names: Vec<&PathBuf> = self.log.keys().collect();
        let name = names[draw.below(names.len())];
        let mut bytes = self.log[name].clone();
        for _ in 0..1 + draw.below(3) {
            let at = draw.below(bytes.len() + 1);
            match draw.below(4) {
                0 if at < bytes.len() => bytes[at] ^= 1 << draw.below(8),
                1 => bytes.truncate(at),
                2 => drop(bytes.splice(at..at, *b"\n{}")),
                _ => {
                    let piece = bytes[at..(at + draw.below(300)).min(bytes.len())].to_vec();
                    drop(bytes.splice(at..at, piece));
                }
            }
        }
        let shown = format!("{}: {:?}", name.display(), String::from_utf8_lossy(&bytes));
        (shown, Box::new(move || self.open(name, &bytes)))
    }

    fn open(&self, hurt: &Path, bytes: &[u8]) -> Result<(), String> {
        let folder = self.folder.path();
        let _ = fs::remove_dir_all(folder);
        fs::create_dir_all(folder.join("log")).expect("a folder");
        for (name, whole) in &self.log {
            fs::write(folder.join(name), if name == hurt { bytes } else { whole }).expect("a file");
        }
        for access in [Access::Read, Access::Write] {
            let opened = Store::open(folder, access).and_then(|mut store| store.load());
            match opened {
                Err(error) if error.diagnostic().hint.is_none() => return Err(format!("no way out of: {error}")),
                _ => {}
            }
        }
        Ok(())
    }
}

/// What saved plans are sealed for.
const PLAN: &str = "acier saved plan v1 for default";

fn trial(text: &str) -> Result<(), String> {
    let mut sources = Sources::default();
    let file = sources.add("x.tftest.hcl", text);
    let (_, found) = trial::read(&sources, file, &Schemas::default());
    places(&found, text)
}

/// Examples, and the configurations of all cases.
fn configurations(root: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(root.join("examples")).expect("examples").flatten() {
        found.extend(fs::read_to_string(entry.path().join("main.tf")));
    }
    let mut waiting = vec![root.join("tests/suite")];
    while let Some(folder) = waiting.pop() {
        for path in fs::read_dir(folder).expect("cases").flatten().map(|entry| entry.path()) {
            if path.is_dir() {
                waiting.push(path);
            } else if path.extension().is_some_and(|ending| ending == "txt") {
                let text = fs::read_to_string(&path).expect("cases are text");
                let parts =
                    ["--- main.tf\n", "--- main.tf.json\n"].into_iter().flat_map(|head| text.split(head).skip(1));
                found.extend(parts.filter_map(|part| part.split("\n--- ").next()).map(|part| format!("{part}\n")));
            }
        }
    }
    found.sort();
    found
}

/// Errors have a place inside the text, or none: some are about the whole.
fn places(found: &Diagnostics, text: &str) -> Result<(), String> {
    for one in found.iter() {
        if let Some(span) = one.span {
            inside(span, text).map_err(|why| format!("{why}: {one:?}"))?;
        }
    }
    Ok(())
}

/// Whether a number of a million digits may stand in a text, which takes seconds to write out.
fn long(text: &str) -> bool {
    let long = |letters: &[u8]| matches!(letters[0], b'e' | b'E') && letters[1..].iter().all(u8::is_ascii_digit);
    text.replace(['+', '-'], "").as_bytes().windows(6).any(long)
}

fn host() -> Host {
    Host {
        root: ".".into(),
        cwd: PathBuf::from("/work"),
        home: None,
        workspace: "default".into(),
        now: "2026-11-22T10:20:30Z".into(),
        planned: None,
        read: Rc::new(|_| Err("No such file or directory (os error 2)".into())),
        list: Rc::new(|_| Ok(Vec::new())),
    }
}
