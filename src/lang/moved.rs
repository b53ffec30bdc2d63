//! `moved` and `removed` blocks: what the configuration says of objects that it had before.
//!
//! **Never:** look at objects: the planner does. In: a block. Out: a [`Moved`] or [`Removed`] in the
//! module, or findings. Source of the rules: Terraform 1.11, "Refactoring" and "Removing Resources".

use crate::addr::{Mode, Target};
use crate::diag::{Diagnostic, Span};

use super::address;
use super::arguments::{argument, expect, lacking, missing_argument, only_block, place, refuse_labels};
use super::ast::{Attribute, Block};
use super::fixed;
use super::load::Loader;
use super::module::{Moved, Removed};

impl Loader<'_> {
    pub(super) fn moved(&mut self, block: &Block) {
        refuse_labels(block, &mut self.out);
        expect(&block.body, &["from", "to"], &[], &mut self.out);
        let mut side = |name: &str| {
            let Some(found) = argument(&block.body, name) else {
                self.out.0.extend(lacking(&block.body, name, &["from", "to"], block.header));
                return None;
            };
            self.address(found)
        };
        let (Some(from), Some(to)) = (side("from"), side("to")) else { return };
        let modules = |side: &Target| matches!(side, Target::Module(_));
        if modules(&from) != modules(&to) {
            let detail =
                "The \"from\" and \"to\" addresses must either both refer to resources or both refer to modules.";
            self.out.push(Diagnostic::error("Invalid \"moved\" addresses", detail).at(block.header));
            return;
        }
        if let (Some(before), Some(after)) = (address::block(&from), address::block(&to)) {
            if before.mode != after.mode {
                let detail = "A resource does not become a data source, nor a data source a resource: the \"from\" and \
                              \"to\" addresses must either both refer to resources or both refer to data sources.";
                self.out.push(Diagnostic::error("Invalid \"moved\" addresses", detail).at(block.header));
                return;
            }
            if before.kind != after.kind {
                let detail = format!(
                    "{from} cannot move to {to}: an object of the kind {} does not become one of the kind {}. None of \
                     the kinds that acier knows takes over objects of another.",
                    before.kind, after.kind
                );
                let hint = "Remove the moved block, then import the new object or let it be made, and forget the old one \
                            with a removed block if it is to stay.";
                self.out.push(Diagnostic::error("Move between kinds", detail).at(block.header).hint(hint));
                return;
            }
        }
        let shown = self.shown(block.header);
        self.module.moved.push(Moved { from, to, span: block.header, place: shown });
    }

    pub(super) fn removed(&mut self, block: &Block) {
        refuse_labels(block, &mut self.out);
        let body = &block.body;
        expect(body, &["from"], &["lifecycle"], &mut self.out);
        let lifecycle = only_block(body, "lifecycle", self.sources, &mut self.out);
        let mut destroy = true;
        if let Some(lifecycle) = lifecycle {
            refuse_labels(lifecycle, &mut self.out);
            expect(&lifecycle.body, &["destroy"], &[], &mut self.out);
            match argument(&lifecycle.body, "destroy") {
                Some(flag) => destroy = fixed::flag(flag, &mut self.out).unwrap_or(true),
                None => self.out.push(missing_argument("destroy", lifecycle.header)),
            }
        }
        let Some(from) = argument(body, "from") else {
            self.out.0.extend(lacking(body, "from", &["from"], block.header));
            return;
        };
        let Some(target) = self.address(from) else { return };
        if let Some(wrong) = unremovable(&target, from.expr.span) {
            self.out.push(wrong);
            return;
        }
        self.module.removed.push(Removed { from: target, destroy, span: block.header });
    }

    fn address(&mut self, attribute: &Attribute) -> Option<Target> {
        address::read(&attribute.expr).map_err(|wrong| self.out.extend(wrong)).ok()
    }

    fn shown(&self, span: Span) -> String {
        let full = place(self.sources, span);
        full.split('-').next().unwrap_or(&full).to_owned()
    }
}

fn unremovable(target: &Target, span: Span) -> Option<Diagnostic> {
    let keyed = |target: &Target| match target {
        Target::Module(path) => path.0.iter().any(|step| step.key != crate::addr::Key::None),
        Target::Block(block) => block.module.0.iter().any(|step| step.key != crate::addr::Key::None),
        Target::Instance(_) => false,
    };
    let (summary, detail) = match target {
        Target::Block(block) | Target::Instance(crate::addr::Addr { block, .. }) if block.mode == Mode::Data => (
            "Data source address not allowed",
            "Data sources are never destroyed, so they are not valid targets of removed blocks. To remove the data \
             source from state, remove the data source block from configuration.",
        ),
        Target::Instance(_) => (
            "Resource instance keys not allowed",
            "Resource address must be a resource (e.g. \"azurerm_container_group.foo\"), not a resource instance (e.g. \
             \"azurerm_container_group.foo[1]\").",
        ),
        target if keyed(target) => (
            "Module instance keys not allowed",
            "Module address must be a module (e.g. \"module.foo\"), not a module instance (e.g. \"module.foo[1]\").",
        ),
        _ => return None,
    };
    Some(Diagnostic::error(summary, detail).at(span))
}
