//! A world of three functions: load a configuration, plan it, carry the plan out in memory.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::rc::Rc;

use acier::diag::{Diagnostics, Sources};
use acier::lang::gather::Finder;
use acier::lang::host::Host;
use acier::lang::inputs::{Inputs, decide};
use acier::lang::scope::Scope;
use acier::lang::tree::{Tree, load};
use acier::plan::marks;
use acier::plan::resolve::{Asked, Resolver};
use acier::plan::{Action, Answers, Mode, Options, Plan, Planned, Refreshed, StepAct, Which, plan};
use acier::schema::Schemas;
use acier::seal::Key;
use acier::state::{Object, Output, State};
use acier::value::{Name, Type, Value};

use super::kinds::schemas;

pub(super) fn key() -> Key {
    Key::new(&[7; 32])
}

fn host() -> Host {
    Host {
        root: ".".into(),
        cwd: PathBuf::from("/work"),
        home: None,
        workspace: "default".into(),
        now: "2030-01-02T03:04:05Z".into(),
        planned: None,
        read: Rc::new(|_| Err("no file exists at that path".into())),
        list: Rc::new(|_| Ok(Vec::new())),
    }
}

/// A loaded configuration.
pub(super) struct Project {
    pub(super) tree: Rc<Tree>,
    pub(super) inputs: Inputs,
    pub(super) schemas: Rc<Schemas>,
    pub(super) sources: Sources,
}

impl Project {
    pub(super) fn load(text: &str) -> Project {
        let schemas = schemas();
        let mut sources = Sources::default();
        let files = super::super::lab::split(text, &mut sources);
        let (tree, found) = load(&mut sources, &files, &schemas, &mut Finder::among_sources());
        assert!(!found.has_errors(), "the case itself is wrong: {found:?}\n{text}");
        let decided = decide(tree.root(), &[], &sources, &host());
        assert!(!decided.diagnostics.has_errors(), "{:?}", decided.diagnostics);
        Project { tree: Rc::new(tree), inputs: decided.inputs, schemas: Rc::new(schemas), sources }
    }

    pub(super) fn scope(&self, applying: bool) -> Scope {
        Scope::new(self.tree.clone(), &self.inputs, self.schemas.clone(), host(), applying)
    }

    /// Plans in a world that holds only what the state knows.
    pub(super) fn plan(
        &self,
        state: &State,
        refreshed: &Refreshed,
        options: &Options,
    ) -> Result<(Plan, Diagnostics), Diagnostics> {
        self.plan_among(&BTreeMap::new(), state, refreshed, options)
    }

    /// Plans, answering every question; `world` holds objects by their ids in lower case.
    pub(super) fn plan_among(
        &self,
        world: &BTreeMap<String, Object>,
        state: &State,
        refreshed: &Refreshed,
        options: &Options,
    ) -> Result<(Plan, Diagnostics), Diagnostics> {
        let mut answers = Answers::default();
        for _ in 0..10 {
            let mut scope = self.scope(false);
            match plan(&mut scope, &self.inputs, state, refreshed, &answers, options, &key())? {
                (Planned::Ready(plan), found) => return Ok((*plan, found)),
                (Planned::Ask(questions), _) => {
                    assert!(!questions.is_empty());
                    for sought in questions.objects {
                        let id = match &sought.which {
                            Which::Named(named) => named.as_str().map_or_else(|| id(named), str::to_owned),
                            Which::Like(value) => id(value),
                        };
                        let found = world.get(id.trim_end_matches('/').to_lowercase().as_str()).cloned();
                        assert!(found.is_some() || !sought.must, "{id} is to be imported and is not there");
                        assert!(answers.objects.insert(sought.addr, found).is_none(), "asked twice");
                    }
                    for (addr, config) in questions.data {
                        assert!(config.is_wholly_known(), "{addr} is asked about before it is known");
                        let block = &self.schemas.data[&addr.block.kind].block;
                        let asked = acier::plan::propose::propose(block, None, &config, None);
                        assert!(answers.data.insert(addr, settle(&asked, "found")).is_none(), "asked twice");
                    }
                }
            }
        }
        panic!("the planner never stops asking");
    }
}

fn id(value: &Value) -> String {
    let name = value.text("name").unwrap_or("nameless");
    match value.text("resource_group_name") {
        Some(group) => format!("/sub/{group}/{name}"),
        None => format!("/sub/{name}"),
    }
}

/// The objects of a state as somebody finds them who knows nothing of them: without secrets.
pub(super) fn world(state: &State, schemas: &Schemas) -> BTreeMap<String, Object> {
    let unknown = |secret: &Value| match secret.as_members() {
        Some(members) => {
            let members = members.keys().map(|name| (name.clone(), Value::undisclosed()));
            Value::map(Type::String, members.collect())
        }
        None if secret.is_null() => secret.clone(),
        None => Value::undisclosed(),
    };
    let found = |object: &Object| {
        let value = schemas.conceal(&object.kind, &object.value, &unknown);
        (object.id.to_lowercase(), Object { value, needs: Vec::new(), create_before_destroy: false, ..object.clone() })
    };
    state.objects.values().map(found).collect()
}

/// What the cloud makes of a planned value: every unknown becomes known.
fn settle(value: &Value, prefix: &str) -> Value {
    let id = id(value);
    let mut names: Vec<Name> = value.as_members().into_iter().flat_map(|members| members.keys().cloned()).collect();
    names.reverse();
    value.map_children(|child| {
        let name = names.pop().unwrap_or_else(|| "".into());
        if !child.is_unknown() {
            return child.map_children(|element| {
                if element.as_members().is_some() { settle(element, prefix) } else { element.clone() }
            });
        }
        match (&*name, child.ty()) {
            ("id", _) => Value::string(id.clone()),
            (name, Type::String) => Value::string(format!("{prefix} {name}")),
            (_, ty) => Value::null(ty),
        }
        .with_marks(child.marks())
    })
}

/// Carries a plan out. Everything that a plan promises is checked on the way.
pub(super) fn carry_out(project: &Project, plan: &Plan, state: &mut State) -> Diagnostics {
    let mut resolver = Resolver::new(project.scope(true), plan, state);
    let mut diagnostics = Diagnostics::none();
    for (addr, deposed, object) in &plan.refreshed.found {
        let place = || (addr.clone(), deposed.clone().expect("a key"));
        match (deposed, object) {
            (None, Some(object)) => drop(state.objects.insert(addr.clone(), object.clone())),
            (None, None) => drop(state.objects.remove(addr)),
            (Some(_), Some(object)) => drop(state.deposed.insert(place(), object.clone())),
            (Some(_), None) => drop(state.deposed.remove(&place())),
        }
    }
    for step in &plan.steps {
        let change = &plan.changes[step.change];
        let aside = (change.addr.clone(), Name::from("aside"));
        match step.act {
            StepAct::Create | StepAct::Update | StepAct::Read => {
                let asked = match resolver.resolve(change, &key()) {
                    Ok(Asked::For(asked)) => asked,
                    Ok(Asked::Nothing(left)) => {
                        if let Some(object) = state.objects.get_mut(&change.addr) {
                            object.value = marks::remarked(&object.value, &left);
                        }
                        diagnostics.extend(resolver.publish(&change.addr, left));
                        continue;
                    }
                    Err(found) => {
                        diagnostics.extend(found);
                        return diagnostics;
                    }
                };
                let schemas = &project.schemas;
                let asked = match step.act {
                    StepAct::Read => {
                        let block = &schemas.data[&change.kind].block;
                        acier::plan::propose::propose(block, None, &asked, None)
                    }
                    _ => asked,
                };
                let made = settle(
                    &asked,
                    match step.act {
                        StepAct::Read => "found",
                        StepAct::Update => "updated",
                        _ => "made",
                    },
                );
                if step.act != StepAct::Read {
                    let existed = state.objects.contains_key(&change.addr);
                    assert_eq!(existed, step.act == StepAct::Update, "{}", change.addr);
                    let object = Object {
                        kind: change.kind.clone(),
                        id: made.text("id").expect("an id").into(),
                        schema_version: 1,
                        value: schemas.conceal(&change.kind, &made, &|secret| key().fingerprint(secret)),
                        needs: change.needs.clone(),
                        tainted: false,
                        unfinished: false,
                        unprovisioned: false,
                        cloud: None,
                        create_before_destroy: change.create_before_destroy,
                    };
                    state.objects.insert(change.addr.clone(), object);
                }
                diagnostics.extend(resolver.publish(&change.addr, made));
            }
            StepAct::Depose => {
                let object = state.objects.remove(&change.addr).expect("it exists");
                state.deposed.insert(aside, object);
            }
            StepAct::Delete => {
                let gone = match (&change.deposed, change.action) {
                    (Some(key), _) => state.deposed.remove(&(change.addr.clone(), key.clone())),
                    (None, Action::ReplaceCreateFirst) => state.deposed.remove(&aside),
                    (None, _) => state.objects.remove(&change.addr),
                };
                assert!(gone.is_some(), "{} was deleted twice", change.addr);
            }
            StepAct::Forget => match &change.deposed {
                None => drop(state.objects.remove(&change.addr)),
                Some(key) => drop(state.deposed.remove(&(change.addr.clone(), key.clone()))),
            },
        }
    }
    settle_outputs(&mut resolver, plan, state);
    state.serial += 1;
    state.lineage = Some("lineage".into());
    diagnostics
}

fn settle_outputs(resolver: &mut Resolver, plan: &Plan, state: &mut State) {
    let (values, found) = resolver.outputs();
    assert!(plan.mode == Mode::Destroy || !found.has_errors(), "{found:?}");
    for (name, value) in values {
        state.outputs.insert(name, Output { value });
    }
    for (name, change) in &plan.outputs {
        if change.after.is_none() {
            state.outputs.remove(name);
        }
    }
}
