//! Reads `provisioner` blocks: what to run, when, and what its failure means.
//!
//! **Never:** run anything. In: the body of a resource. Out: [`Provisioner`]s, and an [`Errand`] with
//! the values of one when its time has come. Source of the rules: Terraform, "Provisioners" and
//! "local-exec Provisioner".

use crate::addr::{Addr, Key};
use crate::diag::{Diagnostic, Diagnostics, Span};
use crate::value::convert::convert;
use crate::value::{Marks, Members, Name, Type, Value};

use super::arguments::{argument, expect, labels, lacking, unsupported_yet};
use super::ast::{Access, Attribute, Block, Body, Expr};
use super::constraint::describe;
use super::eval::references;
use super::fixed;
use super::load::Loader;
use super::module::Resource;
use super::names::{Place, Reader};

/// When a provisioner runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// After the object is made.
    Create,
    /// Before it is destroyed.
    Destroy,
}

/// `provisioner "local-exec" { ... }`
#[derive(Clone, Debug)]
pub struct Provisioner {
    /// Which one: `local-exec`.
    pub kind: Name,
    /// When it runs.
    pub when: When,
    /// Whether all goes on when it fails.
    pub continues: bool,
    /// Its own arguments.
    pub body: Body,
    /// Where its header stands.
    pub span: Span,
}

/// What a provisioner is to do, now that everything is known.
#[derive(Clone, Debug)]
pub struct Errand {
    /// Which provisioner.
    pub kind: Name,
    /// Its arguments without marks; null where nothing is said.
    pub config: Value,
    /// Whether a secret went into them, so that nothing it says is shown.
    pub hidden: bool,
    /// Whether all goes on when it fails.
    pub continues: bool,
    /// Where its block stands.
    pub span: Span,
}

/// The arguments of `local-exec`.
fn arguments() -> [(&'static str, Type); 5] {
    [
        ("command", Type::String),
        ("environment", Type::map(Type::String)),
        ("interpreter", Type::list(Type::String)),
        ("quiet", Type::Bool),
        ("working_dir", Type::String),
    ]
}

impl Loader<'_> {
    /// The provisioners of a resource.
    pub(super) fn provisioners(&mut self, body: &Body) -> Vec<Provisioner> {
        let mut found = Vec::new();
        for inner in &body.blocks {
            match &*inner.name {
                "provisioner" => found.extend(self.provisioner(inner)),
                "connection" => self.out.push(connection(inner)),
                _ => {}
            }
        }
        found
    }

    fn provisioner(&mut self, block: &Block) -> Option<Provisioner> {
        let Some([label]) = labels(block, &["type"], &mut self.out) else { return None };
        let kind = &*label.text;
        if kind != "local-exec" {
            self.out.push(other(kind, label.span));
            return None;
        }
        let body = &block.body;
        let mut names: Vec<&str> = arguments().iter().map(|(name, _)| *name).collect();
        names.extend(["when", "on_failure"]);
        for inner in body.blocks.iter().filter(|inner| &*inner.name == "connection") {
            self.out.push(connection(inner));
        }
        let plain = Body { blocks: Vec::new(), ..body.clone() };
        expect(&plain, &names, &[], &mut self.out);
        if argument(body, "command").is_none() {
            self.out.0.extend(lacking(body, "command", &names, block.header));
        }
        let when = self.word(body, "when", &[("create", When::Create), ("destroy", When::Destroy)]);
        let continues = self.word(body, "on_failure", &[("fail", false), ("continue", true)]);
        let mut own = plain;
        own.attributes.retain(|attribute| !matches!(&*attribute.name, "when" | "on_failure"));
        Some(Provisioner {
            kind: label.text.clone(),
            when: when.unwrap_or(When::Create),
            continues: continues.unwrap_or(false),
            body: own,
            span: block.header,
        })
    }

    fn word<T: Copy>(&mut self, body: &Body, name: &str, words: &[(&str, T)]) -> Option<T> {
        let written = argument(body, name)?;
        let word = fixed::keyword(&written.expr).map(|word| &**word).or_else(|| fixed::literal(&written.expr));
        let found = word.and_then(|word| words.iter().find(|(known, _)| *known == word));
        if found.is_none() {
            let known: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
            let detail =
                format!("The \"{name}\" argument requires one of the following keywords: {}.", known.join(" or "));
            self.out.push(Diagnostic::error(format!("Invalid \"{name}\" keyword"), detail).at(written.expr.span));
        }
        found.map(|(_, meaning)| *meaning)
    }
}

fn connection(block: &Block) -> Diagnostic {
    unsupported_yet(
        "A connection block",
        "acier logs in to nothing: the provisioners that need a connection are not here either.",
        "Remove the block; to run something in a container group, use a local-exec provisioner with acier exec.",
        block.header,
    )
}

fn other(kind: &str, span: Span) -> Diagnostic {
    let (detail, hint) = match kind {
        "remote-exec" => (
            "It would log in to the object by SSH or WinRM, which a container group does not have.",
            "Put what must run into the container's commands or an init_container; or use local-exec with acier exec.",
        ),
        "file" => (
            "It would copy a file by SSH or WinRM, which a container group does not have.",
            "Mount the file as a secret volume, or put it into the image.",
        ),
        _ => ("The only provisioner that acier has is local-exec.", "Use local-exec, or remove the block."),
    };
    unsupported_yet(&format!("The provisioner {kind:?}"), detail, hint, span)
}

/// The expressions of a provisioner.
pub(super) fn expressions(provisioner: &Provisioner) -> impl Iterator<Item = &Expr> {
    provisioner.body.attributes.iter().map(|attribute| &attribute.expr)
}

/// Refuses what a destroy-time provisioner must not refer to: when it runs, the rest may be gone.
pub(super) fn check_destroy(provisioner: &Provisioner, out: &mut Diagnostics) {
    for expr in expressions(provisioner) {
        references(expr, &mut |root: &Name, steps: &[Access], span: Span| {
            let first = match steps.first() {
                Some(Access::Attr(name, _)) => &**name,
                _ => "",
            };
            let fine = match &**root {
                "self" | "path" | "terraform" => true,
                "count" => first == "index",
                "each" => first == "key",
                _ => false,
            };
            if !fine {
                let detail = "Destroy-time provisioners and their connection configurations may only reference \
                              attributes of the related resource, via 'self', 'count.index', or 'each.key'.\n\n\
                              References to other resources during the destroy phase can cause dependency cycles and \
                              interact poorly with create_before_destroy.";
                let wrong = Diagnostic::error("Invalid reference from destroy provisioner", detail).at(span);
                out.push(
                    wrong.hint(
                        "Keep what it needs in the object itself, as the input of a terraform_data, and use self.",
                    ),
                );
            }
        });
    }
}

/// What `each`, `count` and `self` mean when an instance is destroyed: it may have no place in the
/// configuration any more.
pub(super) fn farewell(addr: &Addr, own: Value) -> Place {
    let place = match &addr.key {
        Key::None => Place::default(),
        Key::Int(index) => Place::counted(*index),
        Key::Str(key) => Place::each(key, Value::unknown(Type::Dynamic)),
    };
    Place { own: Some(own), ..place }
}

/// Evaluates a provisioner; `judged` asks that everything is known.
pub(super) fn errand(provisioner: &Provisioner, reader: &Reader<'_>, judged: bool) -> Result<Errand, Diagnostics> {
    let mut out = Diagnostics::none();
    let mut members = Members::new();
    for (name, ty) in arguments() {
        let value = match argument(&provisioner.body, name) {
            Some(written) => read(written, &ty, reader, judged, &mut out),
            None => Value::null(ty),
        };
        members.insert(name.into(), value);
    }
    let command = members.get("command");
    let blank = command.is_none_or(|command| command.is_null() || command.as_str().is_some_and(str::is_empty));
    if blank && out.is_empty() {
        let wrong =
            Diagnostic::error("Invalid local-exec provisioner command", "The command must be a non-empty string.");
        out.push(wrong.at(provisioner.span).hint("Say what is to be run: command = \"...\"."));
    }
    if out.has_errors() {
        return Err(out);
    }
    let (config, marks) = Value::object(members).unmark_deep();
    Ok(Errand {
        kind: provisioner.kind.clone(),
        config,
        hidden: !marks.without(Marks::FINGERPRINT).is_empty(),
        continues: provisioner.continues,
        span: provisioner.span,
    })
}

fn read(written: &Attribute, ty: &Type, reader: &Reader<'_>, judged: bool, out: &mut Diagnostics) -> Value {
    let nothing = || Value::null(ty.clone());
    let value = match reader.value(&written.expr) {
        Ok(value) => value,
        Err(wrong) => {
            out.extend(wrong);
            return nothing();
        }
    };
    match convert(&value, ty) {
        Ok(value) if judged && !value.is_wholly_known() => {
            let detail = format!(
                "The value of {:?} is not known: it refers to a secret of which only a fingerprint is kept, or to \
                 something that has not been made.",
                written.name
            );
            out.push(Diagnostic::error("Provisioner cannot be run", detail).at(written.expr.span));
            nothing()
        }
        Ok(value) => value,
        Err(mismatch) => {
            let detail = format!(
                "Inappropriate value for attribute {:?}: {}.",
                written.name,
                describe(&mismatch, value.is_sensitive())
            );
            out.push(Diagnostic::error("Incorrect attribute value type", detail).at(written.expr.span));
            nothing()
        }
    }
}

impl Resource {
    /// Its provisioners of a time, in the order in which they run.
    pub fn provisioners_at(&self, when: When) -> impl Iterator<Item = &Provisioner> {
        self.provisioners.iter().filter(move |provisioner| provisioner.when == when)
    }
}
