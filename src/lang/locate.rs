//! Where in a body the value at a path is given.
//!
//! **Never:** evaluate: blocks that `dynamic` makes are all found at the `dynamic` block.
//! In: a body and a path into the value that it becomes. Out: the nearest place.

use crate::diag::Span;
use crate::value::{Path, Step};

use super::ast::{Block, Body, Expr, ExprKind, ObjectKey};

/// The nearest place to `path` in `body`; `header` if nothing of it is written.
pub(super) fn locate(body: &Body, path: &Path, header: Span) -> Span {
    let (mut body, mut steps, mut nearest) = (body, path.0.as_slice(), header);
    loop {
        let [Step::Attr(name), rest @ ..] = steps else { return nearest };
        if let Some(attribute) = body.attributes.iter().find(|attribute| attribute.name == *name) {
            return match rest {
                [] => attribute.name_span.to(attribute.expr.span),
                rest => inside(&attribute.expr, rest),
            };
        }
        let (position, behind) = match rest {
            [Step::Index(position), behind @ ..] => (Some(*position), behind),
            _ => (None, rest),
        };
        match find_block(body, name, position) {
            Some((block, Exactness::Block)) => {
                nearest = block.header;
                if position.is_none() {
                    return nearest;
                }
                body = &block.body;
                steps = behind;
            }
            Some((block, Exactness::Dynamic)) => return in_content(block, behind),
            None => return nearest,
        }
    }
}

enum Exactness {
    Block,
    Dynamic,
}

/// The block of a name at a position; from the first `dynamic` block on, the position says no more.
fn find_block<'b>(body: &'b Body, name: &str, position: Option<usize>) -> Option<(&'b Block, Exactness)> {
    let mut left = position.unwrap_or(0);
    let mut dynamic = None;
    for block in &body.blocks {
        if &*block.name == name {
            if left == 0 && dynamic.is_none() {
                return Some((block, Exactness::Block));
            }
            left = left.saturating_sub(1);
        } else if block.makes(name) {
            dynamic.get_or_insert(block);
        }
    }
    dynamic.map(|block| (block, Exactness::Dynamic))
}

/// Inside the `content` of a `dynamic` block, the attribute if it is written there.
fn in_content(block: &Block, behind: &[Step]) -> Span {
    let content = block.body.blocks.iter().find(|inner| &*inner.name == "content");
    match (content, behind) {
        (Some(content), [Step::Attr(_), ..]) => locate(&content.body, &Path(behind.to_vec()), block.header),
        _ => block.header,
    }
}

/// The nearest place to a path inside a written-out value.
pub(super) fn inside(expr: &Expr, steps: &[Step]) -> Span {
    let mut expr = expr;
    for step in steps {
        let next = match (&expr.kind, step) {
            (ExprKind::Tuple(members), Step::Index(index)) => members.get(*index),
            (ExprKind::Object(members), Step::Attr(wanted) | Step::Key(wanted)) => members
                .iter()
                .find(|(key, _)| match key {
                    ObjectKey::Name(name, _) => name == wanted,
                    ObjectKey::Expr(key) => super::fixed::literal(key) == Some(&**wanted),
                })
                .map(|(_, member)| member),
            _ => None,
        };
        match next {
            Some(next) => expr = next,
            None => break,
        }
    }
    expr.span
}
