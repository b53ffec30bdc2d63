//! The arguments of `lifecycle` that may be expressions: `enabled`, `prevent_destroy`, `ignore_changes`.
//!
//! **Never:** let them depend on what is not made yet, `enabled` apart: a plan that protects an object
//! or not as values come out is no promise. In: a block, later a scope. Out: what is wished.
//! Source of the rules: OpenTofu 1.11 for `enabled`; Terraform has the others as fixed text only.

use crate::addr::Block as BlockAddr;
use crate::diag::{Diagnostic, Diagnostics, Sources, Span};
use crate::value::convert::convert;
use crate::value::{Content, Path, Type, Value};

use super::arguments::argument;
use super::ast::{Body, Expr, ExprKind};
use super::load::Loader;
use super::module::{Ignore, Node, Repetition};
use super::names::Place;
use super::resource::relative_path;
use super::scope::{Scope, about, find};
use super::{fixed, parse};

impl Loader<'_> {
    /// The repetition of a block whose life cycle may have `enabled`.
    pub(super) fn enabled(&mut self, body: &Body, repetition: Repetition) -> Repetition {
        let lifecycle = body.blocks.iter().find(|inner| &*inner.name == "lifecycle");
        let Some(enabled) = lifecycle.and_then(|inner| argument(&inner.body, "enabled")) else { return repetition };
        match repetition {
            Repetition::Once => Repetition::Enabled(enabled.expr.clone()),
            other => {
                let word = other.argument().map_or("count", |(word, _)| word);
                let detail = format!(
                    "The \"enabled\" and {word:?} meta-arguments are mutually-exclusive, only one should be used to be \
                     explicit about the number of resources to be created."
                );
                let summary = format!("Invalid combination of \"enabled\" and {word:?}");
                self.out.push(Diagnostic::error(summary, detail).at(enabled.name_span));
                other
            }
        }
    }

    /// `prevent_destroy`: what is fixed in the text is judged at once.
    pub(super) fn prevent_destroy(&mut self, body: &Body) -> Option<Expr> {
        let attribute = argument(body, "prevent_destroy")?;
        if let ExprKind::Literal(_) = attribute.expr.kind {
            fixed::flag(attribute, &mut self.out)?;
        }
        Some(attribute.expr.clone())
    }
}

impl Scope {
    /// Whether the objects of a block must not be destroyed.
    ///
    /// # Errors
    /// When that is not known, or no flag.
    pub fn protects(&mut self, block: &BlockAddr) -> Result<bool, Diagnostics> {
        let tree = self.tree.clone();
        let resource = find(&tree, block)?;
        let Some(expr) = &resource.lifecycle.prevent_destroy else { return Ok(false) };
        let value = self.wish(block, expr)?;
        let unsuitable = |why: &str| wrong("prevent_destroy", why, expr.span);
        let flag = convert(&value, &Type::Bool).map_err(|why| unsuitable(&why.message))?;
        flag.as_bool().ok_or_else(|| unsuitable("it must be true or false, and known when the plan is made"))
    }

    /// Which attributes of a block are ignored after creation.
    ///
    /// # Errors
    /// When that is not known, or names no attributes.
    pub fn ignored(&mut self, block: &BlockAddr) -> Result<Ignore, Diagnostics> {
        let tree = self.tree.clone();
        let resource = find(&tree, block)?;
        let Ignore::Asked(expr) = &resource.lifecycle.ignore_changes else {
            return Ok(resource.lifecycle.ignore_changes.clone());
        };
        let value = self.wish(block, expr)?;
        let unsuitable = |why: &str| wrong("ignore_changes", why, expr.span);
        if value.as_str() == Some("all") {
            return Ok(Ignore::All);
        }
        if value.is_null() {
            return Ok(Ignore::None);
        }
        if !value.is_wholly_known() {
            return Err(unsuitable("it must be known when the plan is made"));
        }
        let members = match value.content() {
            Content::List(_, members) | Content::Set(_, members) | Content::Tuple(members) => members,
            _ => return Err(unsuitable("it must be \"all\", or a list of the names of arguments")),
        };
        let path = |member: &Value| {
            let text =
                member.as_str().ok_or_else(|| unsuitable("each entry must be the name of an argument, as a text"))?;
            let path = path(text).ok_or_else(|| unsuitable(&format!("{text:?} is not the name of an argument")))?;
            let known = self
                .schemas()
                .managed
                .get(&block.kind)
                .is_none_or(|schema| crate::schema::walk::find(&schema.block, &path).is_some());
            if known { Ok(path) } else { Err(unsuitable(&format!("{} has no argument {text:?}", block.kind))) }
        };
        Ok(Ignore::Paths(members.iter().map(path).collect::<Result<_, Diagnostics>>()?))
    }

    fn wish(&mut self, block: &BlockAddr, expr: &Expr) -> Result<Value, Diagnostics> {
        let tree = self.tree.clone();
        let resource = find(&tree, block)?;
        let frame = self.frame(&block.module)?;
        self.names.settle(frame, &Node::Block(resource.addr.clone()));
        let place = Place::default();
        let value = self.names.reader(frame, &place).value(expr);
        value.map(|value| value.unmark_deep().0).map_err(|found| about(found, &block.to_string()))
    }
}

fn wrong(word: &str, why: &str, span: Span) -> Diagnostics {
    let detail = format!("The value of {word} is unsuitable: {why}.");
    let hint = "Use variables and locals that do not depend on resources.";
    Diagnostic::error(format!("Invalid {word} argument"), detail).at(span).hint(hint).into()
}

/// The path that a text names: `tags`, `container[0].image`.
fn path(text: &str) -> Option<Path> {
    let mut sources = Sources::default();
    let file = sources.add("<ignore_changes>", text);
    relative_path(&parse::expression(&sources, file).ok()?)
}
