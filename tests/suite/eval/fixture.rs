//! Evaluates expressions as text within a few locals, variables and files.
//!
//! **Never:** touch the disk: the files are a table. In: the text of an expression. Out: its value
//! or errors, and both as one line that a case file can hold.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use acier::diag::{Diagnostic, Diagnostics, FileId, Sources, Span};
use acier::lang::ast::Access;
use acier::lang::eval::{Env, eval};
use acier::lang::host::Host;
use acier::lang::parse;
use acier::value::{Content, Marks, Members, Name, Value};

/// What expressions see.
pub(super) struct Fixture {
    roots: BTreeMap<String, Members>,
    host: Host,
    /// Whether this is an apply.
    pub(super) applying: bool,
}

impl Fixture {
    /// With nothing but files.
    pub(super) fn new(files: &[(&str, &[u8])]) -> Fixture {
        let files: BTreeMap<String, Vec<u8>> =
            files.iter().map(|(name, bytes)| ((*name).to_owned(), bytes.to_vec())).collect();
        let files = Rc::new(files);
        let listed = files.clone();
        let host = Host {
            root: ".".into(),
            cwd: PathBuf::from("/work"),
            home: Some(PathBuf::from("/users/me")),
            workspace: "default".into(),
            now: "2026-11-22T10:20:30Z".into(),
            planned: None,
            read: Rc::new(move |path: &Path| {
                let path = path.display().to_string();
                let path = path.trim_start_matches("./");
                match files.get(path) {
                    Some(bytes) => Ok(bytes.clone()),
                    None if files.keys().any(|file| file.starts_with(&format!("{path}/"))) => {
                        Err("Is a directory (os error 21)".into())
                    }
                    None => Err("No such file or directory (os error 2)".into()),
                }
            }),
            list: Rc::new(move |folder: &Path| {
                let folder = folder.display().to_string();
                let below = |file: &String| match folder.as_str() {
                    "." => Some(file.clone()),
                    folder => file.strip_prefix(&format!("{folder}/")).map(str::to_owned),
                };
                Ok(listed.keys().filter_map(below).collect())
            }),
        };
        Fixture { roots: BTreeMap::new(), host, applying: false }
    }

    /// Sets `root.name`.
    pub(super) fn set(&mut self, root: &str, name: &str, value: Value) {
        self.roots.entry(root.into()).or_default().insert(name.into(), value);
    }

    /// Sets `local.name` to the value of an expression.
    pub(super) fn local(&mut self, name: &str, expression: &str) {
        let value = self.eval(expression).unwrap_or_else(|errors| panic!("local.{name}: {}", tell(&errors)));
        self.set("local", name, value);
    }

    /// Evaluates an expression.
    pub(super) fn eval(&self, expression: &str) -> Result<Value, Diagnostics> {
        let mut sources = Sources::default();
        let file = sources.add("main.tf", expression);
        let expr = parse::expression(&sources, file)?;
        let lookup = |root: &Name, steps: &[Access], span: Span| self.look_up(root, steps, span);
        eval(&expr, &mut Env { lookup: &lookup, bound: Vec::new(), host: &self.host, applying: self.applying })
    }

    fn look_up(&self, root: &Name, steps: &[Access], span: Span) -> Result<(Value, usize), Diagnostics> {
        let unknown = |what: String| Err(Diagnostic::error("Reference to undeclared value", what).at(span).into());
        let Some(Access::Attr(name, _)) = steps.first() else { return unknown(format!("There is no \"{root}\".")) };
        match self.roots.get(&**root).and_then(|members| members.get(name)) {
            Some(value) => Ok((value.clone(), 1)),
            None => unknown(format!("There is no \"{root}.{name}\".")),
        }
    }

    /// The answer in one line: `json : type`, or `summary | detail | text of the place` of each error.
    pub(super) fn answer(&self, expression: &str) -> String {
        match self.eval(expression) {
            Ok(value) => {
                let mut out = String::new();
                show(&value, &mut out);
                write!(out, " : {}", value.ty()).unwrap();
                out
            }
            Err(errors) => {
                let mut sources = Sources::default();
                let file: FileId = sources.add("main.tf", expression);
                let place = |error: &Diagnostic| {
                    let inside = error.span.filter(|span| span.file == file);
                    inside.and_then(|span| sources.text(span)).unwrap_or_default().to_owned()
                };
                let lines =
                    errors.iter().map(|error| format!("{} | {} | {}", error.summary, error.detail, place(error)));
                lines.collect::<Vec<_>>().join(" && ").replace('\n', "\\n")
            }
        }
    }
}

/// All errors in one line.
pub(super) fn tell(errors: &Diagnostics) -> String {
    errors.iter().map(|error| format!("{}: {}", error.summary, error.detail)).collect::<Vec<_>>().join("; ")
}

/// A value as JSON, with what JSON cannot say in parentheses before it.
fn show(value: &Value, out: &mut String) {
    if value.marks().has(Marks::SENSITIVE) {
        out.push_str("(sensitive)");
    }
    if value.marks().has(Marks::EPHEMERAL) {
        out.push_str("(ephemeral)");
    }
    let list = |members: &[Value], out: &mut String| {
        out.push('[');
        for (index, member) in members.iter().enumerate() {
            out.push_str(if index > 0 { "," } else { "" });
            show(member, out);
        }
        out.push(']');
    };
    match value.content() {
        Content::Null(_) => out.push_str("null"),
        Content::Unknown { not_null: true, .. } => out.push_str("(unknown, not null)"),
        Content::Unknown { .. } => out.push_str("(unknown)"),
        Content::Bool(value) => write!(out, "{value}").unwrap(),
        Content::Number(number) => write!(out, "{number}").unwrap(),
        Content::String(text) => write!(out, "{}", serde_json::Value::from(&**text)).unwrap(),
        Content::List(_, members) | Content::Set(_, members) | Content::Tuple(members) => list(members, out),
        Content::Map(_, members) | Content::Object(members) => {
            out.push('{');
            for (index, (name, member)) in members.iter().enumerate() {
                write!(out, "{}{}:", if index > 0 { "," } else { "" }, serde_json::Value::from(&**name)).unwrap();
                show(member, out);
            }
            out.push('}');
        }
    }
}
