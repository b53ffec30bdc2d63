//! Evaluates a configuration without knowing anything: what is wrong whatever the values are.
//!
//! **Never:** judge conditions, or look at single instances: each module and each block is evaluated
//! once, with what differs between its instances unknown. In: a scope. Out: findings.

use std::collections::BTreeSet;

use crate::addr::{Block as BlockAddr, Key};
use crate::diag::Diagnostics;
use crate::value::Value;

use super::condition;
use super::frame::FrameId;
use super::module::Node;
use super::names::Place;
use super::provisioner;
use super::repeat;
use super::scope::{Scope, about};

impl Scope {
    /// Evaluates everything as far as it can be without the values that are not known yet, and
    /// returns all that is wrong: what `validate` shows. Conditions are not judged.
    #[must_use]
    pub fn validate(&mut self) -> Diagnostics {
        let tree = self.tree.clone();
        let mut out = Diagnostics::none();
        self.names.generalise();
        for spot in &tree.order {
            let frame = FrameId(spot.unit.0);
            self.names.settle(frame, &spot.node);
            match &spot.node {
                Node::Local(_) | Node::Variable(_) | Node::Call(_) => {
                    self.names.settle_node(frame, spot.node.clone());
                    out.extend(self.wrong_with(frame, &spot.node));
                }
                Node::Provider(name) => out.extend(self.provider(name).err().unwrap_or_default()),
                Node::Block(block) => out.extend(self.validate_block(frame, block)),
                Node::Output(name) if frame == FrameId::ROOT => {
                    out.extend(self.read_output(name, false).err().unwrap_or_default());
                }
                Node::Output(name) => out.extend(self.called_output(frame, name, false)),
                Node::Import(at) => out.extend(self.validate_import(*at)),
                Node::Check(name) => out.extend(self.validate_check(frame, name)),
                Node::Validation(_) | Node::Argument(..) | Node::Uses(..) | Node::Whole(_) => {}
            }
        }
        let mut seen = BTreeSet::new();
        out.extend(self.warnings());
        out.0.retain(|finding| seen.insert((finding.span, finding.summary.clone(), finding.detail.clone())));
        out
    }

    fn validate_block(&mut self, frame: FrameId, block: &BlockAddr) -> Diagnostics {
        let module = self.names.frame(frame).module.clone();
        let Some(resource) = module.blocks.get(block) else { return Diagnostics::none() };
        let addr = block.within(self.names.frame(frame).path.clone()).instance(Key::None);
        let outside = Place::default();
        let repeated = repeat::read(&resource.repetition, &self.names.reader(frame, &outside), true);
        let place = Place::any(&resource.repetition);
        let mut out = about(repeated.err().unwrap_or_default(), &addr.to_string());
        out.extend(self.decode(frame, resource, &place, &addr).err().unwrap_or_default());
        let Some((_, shape)) = self.names.kinds.of(block) else { return out };
        let own = Place { own: Some(Value::unknown_not_null(shape.ty.clone())), ..place.clone() };
        let mut wrong = Diagnostics::none();
        condition::evaluate(&resource.lifecycle.preconditions, &self.names.reader(frame, &place), &mut wrong);
        condition::evaluate(&resource.lifecycle.postconditions, &self.names.reader(frame, &own), &mut wrong);
        for provisioner in &resource.provisioners {
            let reader = self.names.reader(frame, &own);
            wrong.extend(provisioner::errand(provisioner, &reader, false).err().unwrap_or_default());
        }
        out.extend(about(wrong, &addr.to_string()));
        out
    }
}
