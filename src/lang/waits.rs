//! What an unknown `count` or `for_each` waits for: the attributes in it that are not known yet.
//!
//! **Never:** decide what follows from it; the planner does. In: an expression that came out unknown.
//! Out: the references in it, through locals, whose own values are unknown.

use std::collections::BTreeSet;

use crate::addr::{Block as BlockAddr, Key};
use crate::diag::Span;
use crate::value::{Content, Name};

use super::ast::{Access, Expr, ExprKind};
use super::eval::references;
use super::module::Module;
use super::names::Reader;
use super::reference::{Target, resolve};

/// The instances of a block, as far as that can be said.
#[derive(Clone, Debug, PartialEq)]
pub enum Keys {
    /// These.
    Known(Vec<Key>),
    /// What decides it is not known yet.
    Unknown(Open),
}

/// What is not known of a repetition.
#[derive(Clone, Debug, PartialEq)]
pub struct Open {
    /// `count`, `for_each`, ...
    pub word: &'static str,
    /// The expression.
    pub span: Span,
    /// The references in it that are not known, as they are written: `azurerm_resource_group.main.id`.
    pub waits: Vec<Name>,
    /// The blocks that these name.
    pub on: Vec<BlockAddr>,
}

/// Finds what in an expression is not known.
pub(super) fn open(module: &Module, reader: &Reader<'_>, word: &'static str, expr: &Expr) -> Open {
    let mut open = Open { word, span: expr.span, waits: Vec::new(), on: Vec::new() };
    let mut seen: BTreeSet<Name> = BTreeSet::new();
    let mut todo: Vec<&Expr> = vec![expr];
    while let Some(expr) = todo.pop() {
        references(expr, &mut |root, steps, span| {
            let Ok((target, _)) = resolve(root, steps, span) else { return };
            match target {
                Target::Local(name) => {
                    if seen.insert(name.clone())
                        && let Some(behind) = module.locals.get(&name)
                    {
                        todo.push(behind);
                    }
                }
                Target::Block(block) => {
                    let own = Expr { kind: ExprKind::Reference(root.clone(), steps.to_vec()), span };
                    let known = reader.value(&own).is_ok_and(|value| value.is_wholly_known());
                    if known {
                        return;
                    }
                    note(&mut open.waits, written(root, steps).into());
                    note(&mut open.on, block);
                }
                _ => {}
            }
        });
    }
    open
}

fn note<T: PartialEq>(list: &mut Vec<T>, item: T) {
    if !list.contains(&item) {
        list.push(item);
    }
}

/// A reference as it is written, as far as its steps are fixed.
fn written(root: &Name, steps: &[Access]) -> String {
    let mut text = root.to_string();
    for step in steps {
        match step {
            Access::Attr(name, _) => text.push_str(&format!(".{name}")),
            Access::Index(index, _) => match &index.kind {
                ExprKind::Literal(value) => match value.content() {
                    Content::String(key) => text.push_str(&Key::Str(key.clone()).to_string()),
                    Content::Number(number) => text.push_str(&format!("[{number}]")),
                    _ => break,
                },
                _ => {
                    text.push_str("[...]");
                }
            },
            Access::AttrSplat(inner, _) | Access::FullSplat(inner, _) => {
                text.push_str(&format!("[*]{}", written(&"".into(), inner)));
            }
        }
    }
    text
}
