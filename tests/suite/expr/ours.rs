//! acier's answers: each expression is a local of the fixture module, in a file of its own.
//!
//! **Never:** ask Terraform. The module is loaded, linked and evaluated as for a plan; what is
//! wrong with an expression before evaluation keeps it out of the next load, not the others.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use acier::addr::{Addr, parse};
use acier::diag::{Diagnostic, Diagnostics, FileId, Severity, Sources};
use acier::lang::host::Host;
use acier::lang::inputs::{Inputs, decide};
use acier::lang::scope::Scope;
use acier::lang::tree::load_alone;
use acier::schema::{Attribute, Block, Schema, Schemas, Usage};
use acier::value::{Members, Type, Value};

use super::answer::{Answer, show};

/// The folder of the fixture module.
pub(super) fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/cases/expr/fixture")
}

/// The file that holds an expression: a local and an output for it. Inside a tuple, the value keeps
/// its own marks although the output is sensitive.
fn file(index: usize, expression: &str) -> String {
    format!(
        "locals {{\n  e{index} = {expression}\n}}\noutput \"e{index}\" {{\n  sensitive = true\n  value = [local.e{index}]\n}}\n"
    )
}

/// The answers to all expressions, in their order.
pub(super) fn answers(expressions: &[String]) -> Vec<Answer> {
    let mut answers: Vec<Option<Answer>> = vec![None; expressions.len()];
    let schemas = Rc::new(schemas());
    loop {
        let open: Vec<usize> = (0..expressions.len()).filter(|index| answers[*index].is_none()).collect();
        let (sources, files, numbers) = sources(&open, expressions);
        let (tree, found) = load_alone(&sources, &files, &schemas);
        if found.has_errors() {
            for error in found.iter().filter(|error| error.severity == Severity::Error) {
                let index = error.span.and_then(|span| numbers.get(&span.file)).copied();
                let index = index.unwrap_or_else(|| panic!("outside of every expression: {error:?}"));
                answers[index].get_or_insert_with(Answer::failed).blame(&error.summary);
            }
            continue;
        }
        let decided = decide(tree.root(), &[], &sources, &host());
        assert!(!decided.diagnostics.has_errors(), "{:?}", decided.diagnostics);
        let tree = Rc::new(tree);
        // What is wrong whatever the variables are is found before they are looked at.
        let mut early = Scope::new(tree.clone(), &Inputs::default(), schemas.clone(), host(), false);
        let mut scope = Scope::new(tree, &decided.inputs, schemas.clone(), host(), false);
        publish(&mut early, Value::unknown(Type::Dynamic));
        publish(&mut scope, later());
        for index in open {
            let name = format!("e{index}");
            answers[index] = Some(match early.output(&name).and_then(|_| scope.output(&name)) {
                Ok(value) => Answer::Value(show(&value.as_sequence().expect("a tuple")[0])),
                Err(errors) => Answer::Errors(summaries(&errors)),
            });
        }
        return answers.into_iter().flatten().collect();
    }
}

fn summaries(errors: &Diagnostics) -> BTreeSet<String> {
    let wrong = |error: &&Diagnostic| error.severity == Severity::Error;
    errors.iter().filter(wrong).map(|error| error.summary.clone()).collect()
}

/// The fixture and a file for each open expression.
fn sources(open: &[usize], expressions: &[String]) -> (Sources, Vec<FileId>, BTreeMap<FileId, usize>) {
    let mut sources = Sources::default();
    let fixture = std::fs::read_to_string(folder().join("main.tf")).unwrap();
    let mut files = vec![sources.add("main.tf", fixture)];
    let mut numbers = BTreeMap::new();
    for index in open {
        let id = sources.add(format!("e{index}.tf"), file(*index, &expressions[*index]));
        files.push(id);
        numbers.insert(id, *index);
    }
    (sources, files, numbers)
}

fn publish(scope: &mut Scope, value: Value) {
    let later: Addr = parse::addr("terraform_data.later").unwrap();
    scope.publish_keys(&later.block, vec![later.key.clone()]);
    scope.publish(&later, value);
}

/// The object of which nothing but its existence is known.
fn later() -> Value {
    let null = || Value::null(Type::Dynamic);
    let members: Members = [
        ("id".into(), Value::unknown_not_null(Type::String)),
        ("input".into(), null()),
        ("output".into(), null()),
        ("triggers_replace".into(), null()),
    ]
    .into();
    Value::object(members)
}

fn schemas() -> Schemas {
    let attributes = vec![
        Attribute::new("id", Type::String, Usage::Computed),
        Attribute::new("input", Type::Dynamic, Usage::Optional),
        Attribute::new("output", Type::Dynamic, Usage::Computed),
        Attribute::new("triggers_replace", Type::Dynamic, Usage::Optional),
    ];
    let schema = Schema::new("terraform_data", Block { attributes, ..Block::default() });
    Schemas { managed: [("terraform_data".into(), schema)].into(), ..Schemas::default() }
}

/// The machine: the files of the fixture, and nothing else.
fn host() -> Host {
    Host {
        root: ".".into(),
        cwd: folder(),
        home: Some(PathBuf::from("/people/me")),
        workspace: "default".into(),
        now: "2030-01-02T03:04:05Z".into(),
        planned: None,
        read: Rc::new(|path: &Path| std::fs::read(folder().join(path)).map_err(|error| error.to_string())),
        list: Rc::new(|path: &Path| {
            let mut found = Vec::new();
            walk(&folder().join(path), "", &mut found);
            found.sort();
            Ok(found)
        }),
    }
}

fn walk(folder: &Path, above: &str, found: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten() {
        let entry = entry.unwrap();
        let name = format!("{above}{}", entry.file_name().to_str().unwrap());
        if entry.path().is_dir() {
            walk(&entry.path(), &format!("{name}/"), found);
        } else {
            found.push(name);
        }
    }
}
