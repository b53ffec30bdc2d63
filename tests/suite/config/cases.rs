//! Runs the case files of the folder `cases`.
//!
//! A case begins with `=== name`; its files with `--- name`; what must come of it with `--- expect`.
//! The cases of `azure.txt` use the real schemas, all others those of `kinds`. The file `vars` holds command line values, one `name=text` a line; `env` likewise from the environment.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use acier::addr::{Addr, Mode};
use acier::diag::render::render;
use acier::diag::{Diagnostics, Sources};
use acier::lang::gather::Finder;
use acier::lang::host::Host;
use acier::lang::inputs::{Given, Inputs, decide, report_missing};
use acier::lang::module::Node;
use acier::lang::scope::Scope;
use acier::lang::tree::{Tree, UnitId, load};
use acier::schema::{Block, Schemas, Usage};
use acier::value::{Content, Name, Value};

use super::kinds::schemas;
use super::show;
use crate::sections::{Case, read, write};

/// A machine without files.
pub(super) fn host() -> Host {
    Host {
        root: ".".into(),
        cwd: PathBuf::from("/work"),
        home: None,
        workspace: "default".into(),
        now: "2030-01-02T03:04:05Z".into(),
        planned: None,
        read: Rc::new(|path| match path.to_str() {
            Some(name) if name.ends_with("motd.txt") => Ok(b"hello".to_vec()),
            _ => Err("no file exists at that path".into()),
        }),
        list: Rc::new(|_| Ok(Vec::new())),
    }
}

/// Diagnostics in short: what, where, about what, why, what to do.
pub(super) fn short(found: &Diagnostics, sources: &Sources) -> String {
    let mut out = String::new();
    for finding in found.iter() {
        let whole = render(finding, sources, false);
        for line in whole.lines() {
            let line = line.trim_start_matches(['╷', '╵', '│']);
            let line = line.strip_prefix(' ').unwrap_or(line);
            if !line.is_empty() {
                let _ = writeln!(out, "{line}");
            }
        }
    }
    out
}

fn run(case: &Case, schemas: Schemas) -> String {
    let mut sources = Sources::default();
    let mut files = Vec::new();
    let mut given = Vec::new();
    for (name, text) in case.parts.iter().filter(|(name, _)| name != "expect") {
        match name.as_str() {
            "vars" | "env" => {
                for line in text.lines() {
                    let (variable, text) = line.split_once('=').expect("name=text");
                    let origin = match name.as_str() {
                        "env" => format!("TF_VAR_{variable}"),
                        _ => format!("-var {variable}=..."),
                    };
                    let file = sources.add(origin, text);
                    given.push(Given::Text { name: variable.into(), file, lenient: name == "env" });
                }
            }
            name if name.ends_with(".tf") || name.ends_with(".tf.json") => files.push(sources.add(name, text.as_str())),
            name => {
                let file = sources.add(name, text.as_str());
                given.push(Given::File { file });
            }
        }
    }
    files.retain(|file| !sources.get(*file).unwrap().name.contains('/'));
    let (tree, found) = load(&mut sources, &files, &schemas, &mut Finder::among_sources());
    let mut out = short(&found, &sources);
    if found.has_errors() {
        return out;
    }
    let (tree, schemas) = (Rc::new(tree), Rc::new(schemas));
    let module = tree.root().clone();
    let without = Inputs::default();
    let found = Scope::new(tree.clone(), &without, schemas.clone(), host(), false).validate();
    if !found.is_empty() {
        let _ = write!(out, "-- validate\n{}", short(&found, &sources));
    }
    let decided = decide(&module, &given, &sources, &host());
    let mut found = decided.diagnostics;
    found.extend(report_missing(&module, &decided.missing));
    out += &short(&found, &sources);
    if !found.has_errors() {
        let mut scope = Scope::new(tree.clone(), &decided.inputs, schemas.clone(), host(), false);
        walk(&mut scope, &tree, &schemas, &sources, &mut out);
    }
    out
}

/// Goes through a module as the planner does, with unknowns for what the cloud decides.
fn walk(scope: &mut Scope, tree: &Tree, schemas: &Schemas, sources: &Sources, out: &mut String) {
    let module = tree.root();
    for spot in &tree.order {
        // Here nothing is passed over, so what uses a local tells what is wrong with it.
        if !matches!(spot.node, Node::Local(_)) {
            *out += &short(&scope.judge(spot), sources);
        }
        match &spot.node {
            Node::Block(block) => {
                for path in scope.instances(spot.unit).unwrap_or_default() {
                    instances(scope, &block.within(path), schemas, sources, out);
                }
            }
            Node::Output(_) if spot.unit != UnitId::ROOT => {}
            Node::Output(name) => match scope.output(name) {
                Ok(value) => drop(writeln!(out, "output {name} = {}", show::text(&value))),
                Err(wrong) => *out += &short(&wrong, sources),
            },
            Node::Provider(name) => match scope.provider(name) {
                Ok(value) => drop(write!(out, "provider {name}\n{}", show::lines(&value))),
                Err(wrong) => *out += &short(&wrong, sources),
            },
            Node::Import(at) => match scope.imports(&module.imports[*at].to) {
                Ok(wanted) => {
                    for wanted in wanted.iter().filter(|wanted| wanted.span == Some(module.imports[*at].named.span)) {
                        let _ = writeln!(out, "import {} = {}", wanted.addr, show::text(&wanted.named));
                    }
                }
                Err(wrong) => *out += &short(&wrong, sources),
            },
            _ => {}
        }
    }
    *out += &short(&scope.warnings(), sources);
}

fn instances(scope: &mut Scope, block: &acier::addr::Block, schemas: &Schemas, sources: &Sources, out: &mut String) {
    let keys = match scope.keys(block) {
        Ok(keys) => keys,
        Err(wrong) => {
            *out += &short(&wrong, sources);
            return;
        }
    };
    scope.publish_keys(block, keys.clone());
    let kinds = if block.mode == Mode::Data { &schemas.data } else { &schemas.managed };
    for key in keys {
        instance(scope, &block.instance(key), &kinds[&block.kind].block, sources, out);
    }
}

fn instance(scope: &mut Scope, addr: &Addr, schema: &Block, sources: &Sources, out: &mut String) {
    *out += &short(&scope.check_conditions(addr, true), sources);
    match scope.desired(addr) {
        Ok(desired) => {
            let _ = write!(out, "{addr}\n{}", show::lines(&desired.value));
            if desired.timeouts.create != 3600 {
                let _ = writeln!(out, "  timeouts = {:?}", desired.timeouts);
            }
            scope.publish(addr, settle(&desired.value, schema));
            *out += &short(&scope.check_conditions(addr, false), sources);
        }
        Err(wrong) => *out += &short(&wrong, sources),
    }
    match scope.triggers(addr) {
        Ok(triggers) => {
            for (target, path) in triggers {
                let _ = writeln!(out, "  triggered by {target} {path}");
            }
        }
        Err(wrong) => *out += &short(&wrong, sources),
    }
}

/// The value with what only the cloud decides unknown.
pub(super) fn settle(value: &Value, schema: &Block) -> Value {
    let mut members = value.as_members().cloned().unwrap_or_default();
    for attribute in &schema.attributes {
        if attribute.usage == Usage::Computed {
            members.insert(Name::clone(&attribute.name), Value::unknown_not_null(attribute.ty.clone()));
        }
    }
    Content::Object(members.into()).into()
}

#[test]
fn case_files_come_out_as_written() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/suite/config/cases");
    let bless = std::env::var_os("ACIER_BLESS").is_some();
    let mut paths: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    assert!(!paths.is_empty(), "there are case files");
    let mut wrong = String::new();
    for path in paths {
        let mut cases = read(&std::fs::read_to_string(&path).unwrap());
        for case in &mut cases {
            let real = path.file_name().is_some_and(|name| name == "azure.txt");
            let found = run(case, if real { acier::resources::schemas().clone() } else { schemas() });
            let expected = case.part("expect");
            if found != expected && !bless {
                let at = path.file_name().unwrap().to_string_lossy();
                let _ = write!(wrong, "{at}: {}\n{}", case.name, difference(expected, &found));
            }
            case.set("expect", found);
        }
        if bless {
            std::fs::write(&path, write(&cases)).unwrap();
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}

fn difference(expect: &str, found: &str) -> String {
    let lines = similar::TextDiff::from_lines(expect, found);
    lines
        .iter_all_changes()
        .filter(|change| change.tag() != similar::ChangeTag::Equal)
        .map(|c| format!("{}{c}", c.tag()))
        .collect()
}
