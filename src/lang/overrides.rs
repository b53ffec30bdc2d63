//! Override files: `override.tf`, `*_override.tf` and the same in JSON.
//!
//! **Never:** judge what blocks hold; `load` does, once they are merged. In: the bodies of override
//! files, then those of the others. Out: the others with arguments and blocks replaced. Source:
//! "Override Files" in Terraform's manual; where Terraform passes over a block that it does not
//! merge, it is refused here.

use crate::diag::{Diagnostic, Diagnostics, Span};
use crate::value::Name;

use super::arguments::argument;
use super::ast::{Block, Body};
use super::fixed;

/// Whether a file of this name overrides others.
pub(super) fn is_override(name: &str) -> bool {
    let base = name.rsplit(['/', '\\']).next().unwrap_or(name);
    let stem = base.strip_suffix(".tf").or_else(|| base.strip_suffix(".tf.json"));
    stem.is_some_and(|stem| stem == "override" || stem.ends_with("_override"))
}

/// A block of an override file, and whether there was one to override.
struct Override {
    block: Block,
    used: bool,
}

/// The blocks of all override files, in their order.
#[derive(Default)]
pub(super) struct Overrides {
    blocks: Vec<Override>,
    /// Names of locals that were found.
    locals: Vec<Name>,
    out: Diagnostics,
}

impl Overrides {
    /// Takes the blocks of an override file. What cannot override is given back.
    pub(super) fn add(&mut self, body: Body) -> Body {
        for mut block in body.blocks {
            self.refuse_inside(&block);
            match &*block.name {
                "terraform" => {
                    let earlier = self.blocks.iter_mut().filter(|one| &*one.block.name == "terraform");
                    earlier.for_each(|one| settings(&mut one.block, &mut block));
                    self.blocks.push(Override { block, used: false });
                }
                "moved" | "import" | "removed" | "check" => {
                    let summary = match &*block.name {
                        "check" => "Can't override check blocks".to_owned(),
                        name => format!("Cannot override '{name}' blocks"),
                    };
                    let detail = format!(
                        "Blocks of type {:?} can appear only in normal files, not in override files.",
                        &*block.name
                    );
                    let hint = "Move the block to a file whose name does not end in _override.";
                    self.out.push(Diagnostic::error(summary, detail).at(block.header).hint(hint));
                }
                _ => self.blocks.push(Override { block, used: false }),
            }
        }
        Body { attributes: body.attributes, blocks: Vec::new(), end: body.end }
    }

    /// Refuses what Terraform does not merge.
    fn refuse_inside(&mut self, block: &Block) {
        if matches!(&*block.name, "resource" | "data" | "ephemeral" | "output" | "module")
            && let Some(depends_on) = argument(&block.body, "depends_on")
        {
            let detail = "The depends_on argument may not be overridden.";
            let span = depends_on.name_span.to(depends_on.expr.span);
            self.out.push(Diagnostic::error("Unsupported override", detail).at(span));
        }
        let lifecycle = block.body.blocks.iter().filter(|inner| &*inner.name == "lifecycle");
        for inner in block.body.blocks.iter().chain(lifecycle.flat_map(|inner| &inner.body.blocks)) {
            if matches!(&*inner.name, "validation" | "precondition" | "postcondition") {
                let summary = format!("Can't override {} blocks", inner.name);
                let detail = format!("Override files cannot override {:?} blocks.", &*inner.name);
                self.out.push(Diagnostic::error(summary, detail).at(inner.header));
            }
        }
    }

    /// Changes the blocks of a body that override files name.
    pub(super) fn apply(&mut self, body: &mut Body) {
        if self.blocks.is_empty() {
            return;
        }
        for base in &mut body.blocks {
            for one in &mut self.blocks {
                if !same(base, &one.block) {
                    continue;
                }
                match &*base.name {
                    "terraform" => settings(base, &mut one.block),
                    "locals" => locals(base, &one.block, &mut self.locals),
                    _ => {
                        one.used = true;
                        merge(base, &one.block);
                    }
                }
            }
        }
    }

    /// The blocks that add to the others rather than change one, and what is said about overrides
    /// that nothing answers to.
    pub(super) fn finish(mut self) -> (Body, Diagnostics) {
        let mut body = Body::default();
        for Override { block, used } in self.blocks {
            match &*block.name {
                "terraform" => body.blocks.push(block),
                // The first configuration of a provider may come from an override file.
                "provider" if !used && alias(&block).is_none() => body.blocks.push(block),
                "locals" => {
                    for attribute in &block.body.attributes {
                        if !self.locals.contains(&attribute.name) {
                            let span = attribute.name_span.to(attribute.expr.span);
                            self.out.push(missing("local value definition", "local value", &attribute.name, span));
                        }
                    }
                }
                "resource" | "data" | "ephemeral" | "variable" | "output" | "module" | "provider" if !used => {
                    self.out.push(nothing_to_override(&block));
                }
                "resource" | "data" | "ephemeral" | "variable" | "output" | "module" | "provider" => {}
                _ => body.blocks.push(block),
            }
        }
        (body, self.out)
    }
}

fn alias(block: &Block) -> Option<&str> {
    argument(&block.body, "alias").and_then(|alias| fixed::literal(&alias.expr))
}

/// Whether two blocks declare one thing.
fn same(base: &Block, other: &Block) -> bool {
    base.name == other.name
        && base.labels.len() == other.labels.len()
        && base.labels.iter().zip(&other.labels).all(|(one, two)| one.text == two.text)
        && (&*base.name != "provider" || alias(base) == alias(other))
}

fn set(body: &mut Body, from: &Body) {
    for attribute in &from.attributes {
        body.attributes.retain(|one| one.name != attribute.name);
        body.attributes.push(attribute.clone());
    }
}

/// The name that a block goes by; of a `dynamic` block that of the blocks that it makes.
fn goes_by(block: &Block) -> &str {
    match (&*block.name, block.labels.first()) {
        ("dynamic", Some(label)) => &label.text,
        (name, _) => name,
    }
}

/// Arguments replace arguments, and all blocks of a name all others of that name; `lifecycle` is
/// merged argument by argument.
fn merge(base: &mut Block, other: &Block) {
    for (given, dropped) in [("count", "for_each"), ("for_each", "count")] {
        if matches!(&*base.name, "resource" | "data" | "module") && argument(&other.body, given).is_some() {
            base.body.attributes.retain(|attribute| &*attribute.name != dropped);
        }
    }
    set(&mut base.body, &other.body);
    let lifecycle = |block: &Block| &*block.name == "lifecycle";
    let replaced: Vec<&str> = other.body.blocks.iter().map(goes_by).collect();
    base.body.blocks.retain(|inner| lifecycle(inner) || !replaced.contains(&goes_by(inner)));
    for inner in &other.body.blocks {
        match base.body.blocks.iter_mut().find(|one| lifecycle(one) && lifecycle(inner)) {
            Some(own) => set(&mut own.body, &inner.body),
            None => base.body.blocks.push(inner.clone()),
        }
    }
}

/// What an override's `terraform` block sets, no other sets any more; providers are told apart by name.
fn settings(base: &mut Block, other: &mut Block) {
    base.body.attributes.retain(|attribute| argument(&other.body, &attribute.name).is_none());
    let place = |block: &Block| matches!(&*block.name, "backend" | "cloud");
    if other.body.blocks.iter().any(place) {
        base.body.blocks.retain(|inner| !place(inner));
    }
    let providers = |block: &Block| &*block.name == "required_providers";
    if let Some(own) = base.body.blocks.iter_mut().find(|inner| providers(inner)) {
        other.body.blocks.iter().filter(|inner| providers(inner)).for_each(|inner| set(&mut own.body, &inner.body));
        other.body.blocks.retain(|inner| !providers(inner));
    }
}

fn locals(base: &mut Block, other: &Block, found: &mut Vec<Name>) {
    for own in &mut base.body.attributes {
        if let Some(given) = argument(&other.body, &own.name) {
            found.push(own.name.clone());
            *own = given.clone();
        }
    }
}

fn missing(what: &str, short: &str, name: &str, span: Span) -> Diagnostic {
    let summary = format!("Missing base {what} to override");
    let detail = format!(
        "There is no {short} named {name:?}. An override file can only override a {short} that was already defined in \
         a primary configuration file."
    );
    Diagnostic::error(summary, detail).at(span).hint("Correct the name, or move the block to a file of another name.")
}

fn nothing_to_override(block: &Block) -> Diagnostic {
    let label = |at: usize| block.labels.get(at).map_or("", |label| &*label.text);
    let (kind, name) = (label(0), label(1));
    let (summary, what) = match &*block.name {
        "variable" => return missing("variable declaration", "variable", kind, block.header),
        "output" => return missing("output definition", "output", kind, block.header),
        "module" => ("Missing module call to override".to_owned(), format!("module call named {kind:?}")),
        "provider" => (
            "Missing base provider configuration for override".to_owned(),
            format!("{kind} provider configuration with the alias {:?}", alias(block).unwrap_or_default()),
        ),
        "data" => ("Missing data resource to override".to_owned(), format!("{kind} data resource named {name:?}")),
        other => (format!("Missing {other} to override"), format!("{kind} {other} named {name:?}")),
    };
    let detail = format!(
        "There is no {what}. An override file can only override what was already defined in a primary configuration \
         file."
    );
    let hint = "Correct the name, or move the block to a file of another name.";
    Diagnostic::error(summary, detail).at(block.header).hint(hint)
}
