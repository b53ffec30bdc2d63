//! The order in which `moved` blocks are carried out.
//!
//! **Never:** carry one out. In: statements. Out: the same in order, or the circle in which they stand.
//! Source of the rules: Terraform, "Refactoring". A statement comes after those whose ends it continues,
//! and after those that speak of a part of what it moves. The decision to question: a statement is only
//! compared with those whose ends have names in common with it, because there may be thousands.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;

use crate::addr::{Key, ModulePath, Target};
use crate::diag::{Diagnostic, Diagnostics};
use crate::value::Name;

use super::moves::Statement;

/// The steps of one end of a statement: what each is called, and its key where that counts.
struct End<'s> {
    names: Vec<&'s Name>,
    keys: Vec<Option<&'s Key>>,
}

impl<'s> End<'s> {
    fn new(around: &'s [Name], side: &'s Target) -> End<'s> {
        let mut steps: Vec<(&Name, Option<&Key>)> = around.iter().map(|name| (name, None)).collect();
        let mut path = |path: &'s ModulePath| steps.extend(path.0.iter().map(|step| (&step.name, Some(&step.key))));
        match side {
            Target::Module(module) => {
                path(module);
                if let Some((_, key)) = steps.last_mut().filter(|(_, key)| *key == Some(&Key::None)) {
                    *key = None;
                }
            }
            Target::Block(block) => {
                path(&block.module);
                steps.extend([(&block.kind, None), (&block.name, None)]);
            }
            Target::Instance(addr) => {
                path(&addr.block.module);
                steps.extend([(&addr.block.kind, None), (&addr.block.name, Some(&addr.key))]);
            }
        }
        let (names, keys) = steps.into_iter().unzip();
        End { names, keys }
    }

    fn last_key(&self) -> Option<&'s Key> {
        self.keys.last().copied().flatten()
    }

    /// Whether what this names holds or is what `inner` names.
    fn holds(&self, inner: &End<'_>) -> bool {
        inner.names.starts_with(&self.names)
            && self.keys.iter().zip(&inner.keys).all(|(key, inner)| key.is_none() || key == inner)
    }
}

/// The ends of a statement.
struct Ends<'s> {
    from: End<'s>,
    to: End<'s>,
}

impl Ends<'_> {
    /// Whether `other` must come first.
    fn follow(&self, other: &Ends<'_>) -> bool {
        let chained = other.to.holds(&self.from) || self.from.holds(&other.to);
        chained || self.from.holds(&other.from) && !other.from.holds(&self.from)
    }
}

/// Statements by the names in one of their ends, and then by its last key.
#[derive(Default)]
struct Index<'s>(BTreeMap<Vec<&'s Name>, BTreeMap<Option<&'s Key>, Vec<usize>>>);

impl<'s> Index<'s> {
    fn add(&mut self, end: &End<'s>, statement: usize) {
        self.0.entry(end.names.clone()).or_default().entry(end.last_key()).or_default().push(statement);
    }

    /// The statements whose end may hold another end, or lie in it.
    fn near(&self, end: &End<'s>) -> impl Iterator<Item = usize> {
        let names = &end.names;
        let around = (0..names.len()).filter_map(|length| self.0.get(&names[..length]));
        let inside = self.0.range::<[&Name], _>((Bound::Excluded(&**names), Bound::Unbounded));
        let inside = inside.take_while(|(found, _)| found.starts_with(names)).map(|(_, keys)| keys);
        let same = self.0.get(names).into_iter().flatten();
        let key = end.last_key();
        let same = same.filter(move |(found, _)| key.is_none() || found.is_none() || **found == key);
        around.chain(inside).flat_map(BTreeMap::values).chain(same.map(|(_, found)| found)).flatten().copied()
    }
}

/// The statements in the order in which they are carried out.
pub(super) fn order<'s, 'm>(statements: &'s [Statement<'m>]) -> Result<Vec<&'s Statement<'m>>, Diagnostics> {
    let count = statements.len();
    let ends: Vec<Ends<'_>> = statements
        .iter()
        .map(|own| Ends { from: End::new(&own.within, &own.from), to: End::new(&own.within, &own.to) })
        .collect();
    let (mut from, mut to) = (Index::default(), Index::default());
    for (at, own) in ends.iter().enumerate() {
        from.add(&own.from, at);
        to.add(&own.to, at);
    }
    let mut missing = vec![0_usize; count];
    let mut waiting: Vec<Vec<usize>> = vec![Vec::new(); count];
    for (at, own) in ends.iter().enumerate() {
        let near: BTreeSet<usize> = to.near(&own.from).chain(from.near(&own.from)).collect();
        for other in near.into_iter().filter(|other| *other != at && own.follow(&ends[*other])) {
            missing[at] += 1;
            waiting[other].push(at);
        }
    }
    // Where nothing else decides, they come as they are written.
    let mut ready: BTreeSet<usize> = (0..count).filter(|at| missing[*at] == 0).collect();
    let mut order = Vec::with_capacity(count);
    while let Some(next) = ready.pop_first() {
        order.push(&statements[next]);
        for at in &waiting[next] {
            missing[*at] -= 1;
            if missing[*at] == 0 {
                ready.insert(*at);
            }
        }
    }
    if order.len() == count { Ok(order) } else { Err(circle(statements, &missing).into()) }
}

fn circle(statements: &[Statement<'_>], missing: &[usize]) -> Diagnostic {
    let star = |side: &Target| match side {
        Target::Instance(addr) => addr.to_string(),
        other => format!("{other}[*]"),
    };
    let left = statements.iter().zip(missing).filter(|(_, missing)| **missing > 0);
    let lines = left.map(|(statement, _)| {
        format!("\n  - {}: {} → {}", statement.moved.place, star(&statement.from), star(&statement.to))
    });
    let detail = format!(
        "The following chained move statements form a cycle, and so there is no final location to move objects \
         to:{}\n\nA chain of move statements must end with an address that doesn't appear in any other statements, and \
         which typically also refers to an object still declared in the configuration.",
        lines.collect::<String>()
    );
    Diagnostic::error("Cyclic dependency in move statements", detail)
}
