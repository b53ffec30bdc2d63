//! acier as a library: HCL in, a plan, the emulator as the cloud, and what came of it.
//!
//! **Never:** need a folder: the journal here is a list in memory, the cloud lives in the process.
#![expect(clippy::print_stdout, reason = "an example shows what it does")]

use std::error::Error;
use std::rc::Rc;

use acier::arm::{auth, client, cloud::Endpoints};
use acier::diag::{Sources, render::render};
use acier::emulator::embedded::{BASE, Embedded};
use acier::emulator::settings::{Identity, Settings};
use acier::engine::{Desk, Level, apply::apply};
use acier::lang::{host::Host, inputs::Inputs, scope::Scope, tree::load_alone};
use acier::plan::{self, Answers, Options, Planned, Refreshed, resolve::Resolver};
use acier::resources::{azure::Azure, schemas};
use acier::state::{Event, Journal, JournalError, State};
use acier::value::{Type, Value};

const TEXT: &str = r#"
resource "azurerm_resource_group" "demo" {
  name     = "demo"
  location = "westeurope"
}
"#;

struct Memory(Vec<Event>);

impl Journal for Memory {
    fn append(&mut self, events: &[Event], _durable: bool) -> Result<(), JournalError> {
        self.0.extend_from_slice(events);
        Ok(())
    }
}

fn azure() -> Result<Azure<Embedded>, Box<dyn Error>> {
    let Identity { tenant, client, secret, subscription, .. } = Identity::default();
    let sign_in = auth::SignIn::new(auth::Credentials::ClientSecret { tenant, client, secret: secret.into() });
    let endpoints = Endpoints::custom(Some(BASE), Some(BASE), Some(BASE))?;
    let embedded = Embedded::open(None, Settings::default())?;
    let client = client::Client::new(embedded, sign_in, endpoints, client::Options::new(subscription));
    Ok(Azure::new(client, &Value::null(Type::Dynamic)))
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let schemas = Rc::new(schemas());
    let mut sources = Sources::default();
    let file = sources.add("demo.tf", TEXT);
    let (tree, diagnostics) = load_alone(&sources, &[file], &schemas);
    diagnostics.iter().for_each(|diagnostic| print!("{}", render(diagnostic, &sources, false)));

    let (tree, inputs, key) = (Rc::new(tree), Inputs::default(), acier::seal::Key::new(&[0; 32]));
    let scope = |applying| Scope::new(tree.clone(), &inputs, schemas.clone(), host(), applying);
    let (mut state, mut journal, azure) = (State::default(), Memory(Vec::new()), azure()?);
    let (nothing, answers) = (Refreshed::default(), Answers::default());
    let planned = plan::plan(&mut scope(false), &inputs, &state, &nothing, &answers, &Options::default(), &key);
    let Ok((Planned::Ready(plan), _)) = planned else { return Err("there is no plan".into()) };
    print!("{}", plan::render::plan(&plan, &schemas, false));

    let mut resolver = Resolver::new(scope(true), &plan, &state);
    let (_stop, level) = tokio::sync::watch::channel(Level::Go);
    let now = Rc::new(|| "2026-01-01T00:00:00Z".into());
    let mut desk = Desk { state: &mut state, journal: &mut journal, key: &key, now };
    let report = apply(&azure, &mut desk, &plan, &mut resolver, 10, level, &mut |notice| println!("{notice:?}")).await;
    println!("{} added, {} events written", report.added, journal.0.len());
    Ok(())
}

fn host() -> Host {
    Host {
        root: ".".into(),
        cwd: ".".into(),
        home: None,
        workspace: "default".into(),
        now: "2026-01-01T00:00:00Z".into(),
        planned: None,
        read: Rc::new(|path| Err(format!("{} is not there", path.display()))),
        list: Rc::new(|_| Ok(Vec::new())),
    }
}

#[test]
fn it_runs() {
    assert!(main().is_ok());
}
