//! `dynamic "timeouts"`: time limits that a configuration may give or leave out.
//!
//! **Never:** evaluate. `timeouts` is no block of any schema here, so a `dynamic` one cannot be expanded
//! as others are: each limit becomes an expression that is null where the block is not made. In: a
//! `dynamic` block. Out: the limits by name.

use std::collections::BTreeMap;

use crate::addr::Mode;
use crate::diag::{Diagnostic, Span};
use crate::value::Name;

use super::arguments::{argument, expect, missing_argument};
use super::ast::{Body, Call, Expr, ExprKind, For, ObjectKey};
use super::load::Loader;
use super::structure::iterator;

impl Loader<'_> {
    /// The limits of the `dynamic "timeouts"` block of a body, if there is one.
    pub(super) fn dynamic_timeouts(&mut self, body: &Body, mode: Mode) -> Option<BTreeMap<Name, Expr>> {
        let block = body.blocks.iter().find(|block| block.makes("timeouts"))?;
        expect(&block.body, &["for_each", "iterator"], &["content"], &mut self.out);
        let Some(each) = argument(&block.body, "for_each") else {
            self.out.push(missing_argument("for_each", block.header));
            return None;
        };
        let Some(content) = block.body.blocks.iter().find(|inner| &*inner.name == "content") else {
            let detail = "A dynamic block must have a nested block of type \"content\" to describe the body of each \
                          generated block.";
            self.out.push(Diagnostic::error("Missing dynamic content block", detail).at(block.header));
            return None;
        };
        let name = iterator(block)?;
        let limits = self.timeouts(content, mode);
        Some(limits.into_iter().map(|(limit, expr)| (limit, where_made(&name, &each.expr, expr))).collect())
    }
}

/// `one([for NAME in [for k, v in EACH : { key = k, value = v }] : LIMIT])`: what the content says with
/// its iterator, and null for no block. More than one block is an error of `one`.
fn where_made(name: &Name, each: &Expr, limit: Expr) -> Expr {
    let span = limit.span;
    let at = |kind: ExprKind| Expr { kind, span };
    let names = ["key", "value"];
    let pair = names.map(|name| (ObjectKey::Name(name.into(), span), at(ExprKind::Reference(name.into(), Vec::new()))));
    let [key, value] = names.map(Name::from);
    let pairs = list(Some(key), value, each.clone(), at(ExprKind::Object(pair.into())), span);
    let made = list(None, name.clone(), pairs, limit, span);
    at(ExprKind::Call(Call { name: "one".into(), name_span: span, args: vec![made], spread: false }))
}

/// `[for KEY, NAME in COLLECTION : VALUE]`
fn list(key_name: Option<Name>, value_name: Name, collection: Expr, value: Expr, span: Span) -> Expr {
    let each = For { key_name, value_name, collection, key: None, value, condition: None, grouped: false };
    Expr { kind: ExprKind::For(Box::new(each)), span }
}
