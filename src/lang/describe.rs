//! What an expression says without being evaluated: its constant, and what it refers to.
//!
//! **Never:** look a name up. In: an expression. Out: the value of one that neither names anything
//! nor calls a function; else each reference in it with all that it lies in, as Terraform's JSON
//! output lists them: `x.y.output[0]`, `x.y.output`, `x.y`.

use crate::value::{Name, Path, Step, Value};

use super::ast::Expr;
use super::eval::references;
use super::fixed;

/// A reference, as far as its steps are fixed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// The root: `var`, `azurerm_container_group`, `data` ...
    pub root: Name,
    /// The steps behind it up to the first that is not fixed.
    pub path: Path,
}

/// The value of an expression without names and calls.
#[must_use]
pub fn constant(expr: &Expr) -> Option<Value> {
    fixed::value(expr).ok()
}

/// The references of an expression in the order in which they are written.
#[must_use]
pub fn referred(expr: &Expr) -> Vec<Reference> {
    let mut found = Vec::new();
    references(expr, &mut |root, steps, _| {
        let path = Path(steps.iter().map_while(fixed::step).collect());
        // An object of all kinds may be written in front of a kind.
        let reference = match (&**root, path.0.split_first()) {
            ("resource", Some((Step::Attr(kind), rest))) => Reference { root: kind.clone(), path: Path(rest.to_vec()) },
            _ => Reference { root: root.clone(), path },
        };
        found.push(reference);
    });
    found
}

impl Reference {
    /// Whether the root names something other than a kind of resources.
    fn is_plain(&self) -> bool {
        matches!(
            &*self.root,
            "var" | "local" | "each" | "count" | "path" | "terraform" | "module" | "self" | "ephemeral"
        )
    }

    /// How many steps name the block that is referred to, without an instance key.
    #[must_use]
    pub fn named(&self) -> usize {
        match &*self.root {
            "self" => 0,
            "data" | "ephemeral" => 2,
            _ => 1,
        }
    }

    /// Whether it refers to a resource or a data source.
    #[must_use]
    pub fn is_resource(&self) -> bool {
        !self.is_plain() && self.path.0.len() >= self.named()
    }

    /// How many steps name the object: those of the block and an instance key, if one is given.
    #[must_use]
    pub fn subject(&self) -> usize {
        let named = self.named();
        let keyed = matches!(self.path.0.get(named), Some(Step::Index(_) | Step::Key(_)));
        let may = self.is_resource() || &*self.root == "module";
        (named + usize::from(keyed && may)).min(self.path.0.len())
    }

    /// The reference with so many of its steps.
    #[must_use]
    pub fn shown(&self, steps: usize) -> String {
        let mut text = self.root.to_string();
        for step in self.path.0.iter().take(steps) {
            match step {
                Step::Attr(name) => text.push_str(&format!(".{name}")),
                Step::Index(index) => text.push_str(&format!("[{index}]")),
                Step::Key(key) => text.push_str(&format!("[{:?}]", &**key)),
            }
        }
        text
    }

    /// The reference and all that it lies in, down to the block.
    #[must_use]
    pub fn all(&self) -> Vec<String> {
        let (named, subject, all) = (self.named(), self.subject(), self.path.0.len());
        let mut shown: Vec<String> = (subject..=all).rev().map(|steps| self.shown(steps)).collect();
        // Of an output of a module, the call's instance is the last; of everything else, the block.
        let of_module = &*self.root == "module" && all > subject;
        if subject > named && !of_module {
            shown.push(self.shown(named));
        }
        shown
    }
}
