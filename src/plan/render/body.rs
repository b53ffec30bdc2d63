//! The inside of a resource: attributes, then nested blocks, each with what its change costs.
//!
//! **Never:** compare secrets; the differences of the change say whether one changed. In: a schema,
//! two sides, the differences. Out: lines; what does not change is counted and not shown.

use std::collections::BTreeMap;

use crate::plan::change::{Action, Change, Difference};
use crate::plan::{diff, marks, pairs};
use crate::schema::{Attribute, Block, Cost, Equality, NestedBlock, Nesting, Secrecy};
use crate::value::{Name, Path, Step, Type, Value};

use super::page::{Page, Sign};
use super::there;
use super::values::{Line, aligned, count_hidden, difference};

/// What a body is written with.
pub(super) struct Body<'a> {
    action: Action,
    noted: bool,
    differences: BTreeMap<&'a Path, &'a Difference>,
}

/// The two sides of a block; one is missing when it is added or removed.
#[derive(Clone, Copy)]
pub(super) struct Sides<'a> {
    pub(super) before: Option<&'a Value>,
    pub(super) after: Option<&'a Value>,
}

/// Whether blocks are sensitive as a whole, as those of a set are where anything in one of them is.
#[derive(Clone, Copy)]
struct Secret {
    before: bool,
    after: bool,
}

impl Secret {
    fn of(sides: Sides<'_>) -> Secret {
        let sensitive = |side: Option<&Value>| side.is_some_and(Value::is_sensitive);
        Secret { before: sensitive(sides.before), after: sensitive(sides.after) }
    }

    fn changes(self) -> bool {
        self.before != self.after
    }
}

impl<'a> Sides<'a> {
    fn get(self, name: &str) -> Sides<'a> {
        let inside = |side: Option<&'a Value>| there(side.and_then(|side| side.get(name)));
        Sides { before: inside(self.before), after: inside(self.after) }
    }
}

impl<'a> Body<'a> {
    /// `noted` asks for the costs behind what changes.
    pub(super) fn new(change: &'a Change, noted: bool) -> Body<'a> {
        let differences = change.differences.iter().map(|found| (&found.path, found)).collect();
        Body { action: change.action, noted, differences }
    }

    /// Writes a block's inside.
    pub(super) fn block(&self, page: &mut Page, depth: usize, block: &Block, path: &Path, sides: Sides<'_>) {
        let shown = |sides: Sides<'_>| {
            !(is_empty(sides.before) && is_empty(sides.after)) || sides.before.is_some() && sides.after.is_some()
        };
        // What changes by itself is no part of what a plan promises.
        let attributes = block.attributes.iter().filter(|attribute| !attribute.volatile);
        let attributes = attributes.map(|attribute| (attribute, sides.get(&attribute.name)));
        let strict = |attribute: &Attribute, sides: Sides<'_>| {
            attribute.equality == Equality::Strict && (sides.before.is_some() || sides.after.is_some())
        };
        let mut attributes: Vec<(&Attribute, Sides<'_>)> =
            attributes.filter(|(attribute, inner)| shown(*inner) || strict(attribute, *inner)).collect();
        attributes.sort_by(|(a, _), (b, _)| a.name.cmp(&b.name));
        let width = attributes.iter().map(|(attribute, _)| attribute.name.chars().count()).max().unwrap_or_default();
        let mut hidden = 0;
        for (attribute, inner) in &attributes {
            let (inner, at) = (*inner, self.place(path, &attribute.name));
            let sign = self.sign(attribute, &at, inner);
            if sign == Sign::None && !matches!(&*attribute.name, "id" | "name") {
                hidden += 1;
                continue;
            }
            let prefix = aligned(&attribute.name, width);
            let note = if sign == Sign::None { String::new() } else { self.note(page, &at) };
            page.untyped = attribute.ty == Type::Dynamic;
            difference(page, Line { note: &note, ..Line::of(depth, sign, &prefix) }, inner.before, inner.after);
        }
        count_hidden(page, depth, hidden, "attribute");
        self.blocks(page, depth, block, path, sides, !attributes.is_empty());
    }

    /// The path under which differences name a member; where there are none, any path will do.
    fn place(&self, path: &Path, name: &Name) -> Path {
        if self.differences.is_empty() { Path::root() } else { path.then(Step::Attr(name.clone())) }
    }

    fn sign(&self, attribute: &Attribute, path: &Path, sides: Sides<'_>) -> Sign {
        if sides.before.is_some_and(Value::is_undisclosed) && !self.differences.contains_key(path) {
            return Sign::None;
        }
        match (sides.before, sides.after) {
            (Some(_), Some(_)) if attribute.secrecy == Secrecy::WriteOnly => {
                if self.differences.contains_key(path) {
                    Sign::Change
                } else {
                    Sign::None
                }
            }
            (Some(before), Some(after)) if marks::differ(before, after) => Sign::Change,
            (Some(before), Some(after)) if diff::same(attribute.equality, before, after) => Sign::None,
            (before, after) => super::values::sign(before, after),
        }
    }

    fn blocks(&self, page: &mut Page, depth: usize, block: &Block, path: &Path, sides: Sides<'_>, mut spaced: bool) {
        let filled = |nested: &&NestedBlock| {
            let sides = sides.get(&nested.name);
            !(is_empty(sides.before) && is_empty(sides.after))
        };
        let mut nested: Vec<&NestedBlock> = block.blocks.iter().filter(filled).collect();
        nested.sort_by(|a, b| a.name.cmp(&b.name));
        let mut hidden = 0;
        for nested in nested {
            let secret = Secret::of(sides.get(&nested.name));
            for (at, element) in self.elements(nested, &self.place(path, &nested.name), sides.get(&nested.name)) {
                if self.same(&nested.block, &at, element) && !secret.changes() {
                    hidden += 1;
                    continue;
                }
                if std::mem::take(&mut spaced) {
                    page.blank();
                }
                self.element(page, depth, nested, &at, element, secret);
            }
            if let Some(found) =
                self.differences.get(&self.place(path, &nested.name)).filter(|_| self.reorders(nested, sides))
            {
                if std::mem::take(&mut spaced) {
                    page.blank();
                }
                let note = self.note(page, &found.path);
                page.line(depth, Sign::Change, &format!("{} blocks change their order{note}", nested.name));
            }
        }
        if hidden > 0 {
            page.blank();
            count_hidden(page, depth, hidden, "block");
        }
    }

    fn reorders(&self, nested: &NestedBlock, sides: Sides<'_>) -> bool {
        let sides = sides.get(&nested.name);
        let (Some(before), Some(after)) = (sides.before, sides.after) else { return false };
        let (Some(before), Some(after)) = (before.as_sequence(), after.as_sequence()) else { return false };
        nested.nesting == Nesting::List && pairs::reordered(&pairs::pair(before, after))
    }

    fn element(
        &self,
        page: &mut Page,
        depth: usize,
        nested: &NestedBlock,
        path: &Path,
        sides: Sides<'_>,
        secret: Secret,
    ) {
        let sign = match (sides.before, sides.after) {
            (None, _) => Sign::Add,
            (_, None) => Sign::Remove,
            _ => Sign::Change,
        };
        let note = self.note(page, path);
        if sides.after.is_some_and(Value::is_unknown) {
            page.line(depth, sign, &format!("{} (known after apply){note}", nested.name));
            return;
        }
        if sign == Sign::Change {
            let unchanged = sides.before.zip(sides.after).is_some_and(|(before, after)| before.same(after));
            page.warn(depth, "block", (secret.before, secret.after), unchanged);
        }
        page.line(depth, sign, &format!("{} {{{note}", nested.name));
        if secret.before || secret.after {
            page.aside(depth + 1, "At least one attribute in this block is (or was) sensitive,");
            page.aside(depth + 1, "so its contents will not be displayed.");
        } else {
            self.block(page, depth + 1, &nested.block, path, sides);
        }
        page.line(depth, Sign::None, "}");
    }

    /// The elements of a nested block in pairs, with the path under which differences name them.
    fn elements<'v>(&self, nested: &NestedBlock, path: &Path, sides: Sides<'v>) -> Vec<(Path, Sides<'v>)> {
        if sides.after.is_some_and(Value::is_unknown) {
            return vec![(path.clone(), sides)];
        }
        let before = sides.before.and_then(Value::as_sequence).unwrap_or_default();
        let after = sides.after.and_then(Value::as_sequence).unwrap_or_default();
        if nested.nesting == Nesting::List {
            let pairs = pairs::pair(before, after).into_iter();
            return pairs
                .map(|(old, new)| {
                    let sides = Sides { before: old.map(|at| &before[at]), after: new.map(|at| &after[at]) };
                    (path.index(new.or(old).unwrap_or_default()), sides)
                })
                .collect();
        }
        let partner = |value: &Value| before.iter().find(|other| other.same(value));
        let gone = before.iter().filter(|value| !after.iter().any(|other| other.same(value)));
        let gone = gone.map(|value| (path.clone(), Sides { before: Some(value), after: None }));
        let kept = after.iter().map(|value| (path.clone(), Sides { before: partner(value), after: Some(value) }));
        gone.chain(kept).collect()
    }

    fn same(&self, block: &Block, path: &Path, sides: Sides<'_>) -> bool {
        let (Some(before), Some(after)) = (sides.before, sides.after) else { return false };
        if before.same(after) && !marks::differ(before, after) {
            return true;
        }
        if after.is_unknown() {
            return false;
        }
        let plain = block.attributes.iter().filter(|attribute| !attribute.volatile).all(|attribute| {
            let (old, new) = (there(before.get(&attribute.name)), there(after.get(&attribute.name)));
            is_empty(old) && is_empty(new)
                || self.sign(attribute, &self.place(path, &attribute.name), Sides { before: old, after: new })
                    == Sign::None
        });
        plain
            && block.blocks.iter().all(|nested| {
                let elements = self.elements(nested, &self.place(path, &nested.name), sides.get(&nested.name));
                elements.into_iter().all(|(path, sides)| self.same(&nested.block, &path, sides))
            })
    }

    /// What a change at a place costs, as a comment behind it.
    fn note(&self, page: &Page, path: &Path) -> String {
        let Some(found) = self.differences.get(path).filter(|_| self.noted) else { return String::new() };
        match (self.action, found.cost) {
            (Action::Replace | Action::ReplaceCreateFirst, Cost::Replace) => {
                let reason = if found.reason.is_empty() { String::new() } else { format!(": {}", found.reason) };
                format!(" {}{reason}", page.red("# forces replacement"))
            }
            (Action::Update, Cost::Restart) => {
                format!(" {}", page.yellow("# containers restart; the address is usually kept"))
            }
            (Action::Update, Cost::Readdress) => {
                format!(" {}", page.yellow("# containers restart; the name or address changes"))
            }
            (Action::Update, Cost::Revise | Cost::Roll) if !found.reason.is_empty() => {
                format!(" {}", page.yellow(&format!("# {}", aside(&found.reason))))
            }
            _ => String::new(),
        }
    }
}

/// A sentence as a comment has it: without its capital letter and full stop.
fn aside(sentence: &str) -> String {
    let mut letters = sentence.trim_end_matches('.').chars();
    letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
}

fn is_empty(value: Option<&Value>) -> bool {
    value.is_none_or(|value| {
        value.children().next().is_none() && (value.as_sequence().is_some() || value.as_members().is_some())
    })
}
