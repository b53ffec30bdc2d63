//! Which objects are forgotten instead of destroyed, as `removed` blocks say.
//!
//! **Never:** forget what no block names. In: the blocks, an address. Out: whether its object stays
//! in the cloud. The decision to question: `destroy = false` holds for a `destroy` of everything, too;
//! Terraform 1.11 destroys such an object then, against what the configuration says.
//! Source of the rules: Terraform, "Removing Resources".

use crate::addr::{Addr, Block, Target};
use crate::diag::{Diagnostic, Diagnostics};
use crate::lang::module::Removed;
use crate::value::Name;

use super::change::{Action, Change};

/// A `removed` block and the names of the calls that lead to its module.
#[derive(Clone, Debug)]
pub(crate) struct Statement<'m> {
    pub(crate) within: Vec<Name>,
    pub(crate) removed: &'m Removed,
}

impl Statement<'_> {
    /// Whether it is about an object; keys do not matter.
    fn names(&self, addr: &Addr) -> bool {
        let steps = &addr.block.module.0;
        let (inner, block) = match &self.removed.from {
            Target::Module(path) => (&path.0, None),
            Target::Block(block) => (&block.module.0, Some(block)),
            Target::Instance(addr) => (&addr.block.module.0, Some(&addr.block)),
        };
        let wanted = self.within.iter().chain(inner.iter().map(|step| &step.name));
        let depth = self.within.len() + inner.len();
        let along = steps.len() >= depth && steps.iter().zip(wanted).all(|(step, name)| step.name == *name);
        let same = |block: &Block| {
            let own = &addr.block;
            steps.len() == depth && own.mode == block.mode && own.kind == block.kind && own.name == block.name
        };
        along && block.is_none_or(same)
    }
}

/// Whether the object at an address, which no block asks for, is forgotten and not destroyed.
pub(crate) fn stays(statements: &[Statement<'_>], addr: &Addr) -> bool {
    statements.iter().any(|statement| !statement.removed.destroy && statement.names(addr))
}

/// What is said about objects that are forgotten.
pub(crate) fn warning(changes: &[Change]) -> Option<Diagnostic> {
    let forgotten: Vec<String> = changes
        .iter()
        .filter(|change| change.action == Action::Forget)
        .map(|change| {
            let deposed = change.deposed.as_ref().map(|key| format!(" (deposed object {key})"));
            format!("\n - {}{}", change.addr, deposed.unwrap_or_default())
        })
        .collect();
    if forgotten.is_empty() {
        return None;
    }
    let detail = format!(
        "If you apply this plan, acier will discard its tracking information for the following objects, but it will not \
         delete them:{}\n\nAfter applying this plan, acier will no longer manage these objects. You will need to import \
         them into acier to manage them again.",
        forgotten.concat()
    );
    Some(Diagnostic::warning("Some objects will no longer be managed by acier", detail))
}

/// What is wrong with the blocks, whatever the state holds.
pub(crate) fn check(statements: &[Statement<'_>], declared: &dyn Fn(&[Name], &Target) -> bool) -> Diagnostics {
    let mut out = Diagnostics::none();
    for Statement { within, removed } in statements {
        if !declared(within, &removed.from) {
            continue;
        }
        let noun = if matches!(removed.from, Target::Module(_)) { "module" } else { "resource" };
        let detail = format!(
            "This statement declares that {} was removed, but it is still declared in configuration.",
            removed.from
        );
        let hint = format!("Remove the {noun} from the configuration, or this block.");
        out.push(Diagnostic::error(format!("Removed {noun} still exists"), detail).at(removed.span).hint(hint));
    }
    out
}
