//! What JSON objects stand for: which properties are blocks, and how strings are read.
//!
//! **Never:** refuse anything: a property that is no block is an argument, and the loader judges
//! arguments. In: where a property stands. Out: its shape. The table of Terraform's manual, "JSON
//! Configuration Syntax", with what its decoder does where the page is silent.

use crate::schema::{Block, Schemas};
use crate::value::Name;

use super::expr::Strings;

/// What a JSON object stands for.
#[derive(Clone, Copy)]
pub(super) enum Shape<'s> {
    /// A whole file.
    Root,
    /// A file of values for variables.
    Values,
    Terraform,
    /// Bodies that hold fixed text and blocks of no labels: `backend`, `cloud`.
    Fixed,
    /// `required_providers`.
    Providers,
    Locals,
    Variable,
    Output,
    /// Conditions, `import`, and whatever holds ordinary arguments alone.
    Plain,
    /// The content of a `resource`, `data` or `ephemeral` block of a known kind or another.
    Resource(Option<&'s Block>),
    /// Blocks inside of those, and `provider`.
    Nested(Option<&'s Block>),
    Dynamic(Option<&'s Block>),
    Lifecycle,
    Provisioner,
    Module,
    Check,
    /// `moved`, `removed`
    Addresses,
    /// A file of tests.
    Trial,
    /// A `run` in one.
    Run,
    PlanOptions,
    /// A file of mocks, or `mock_provider`.
    Mocks,
    /// `mock_resource`, `override_resource` and their like.
    Mock,
}

/// The blocks that stand in for objects and modules in tests.
const OVERRIDES: [&str; 3] = ["override_resource", "override_data", "override_module"];

impl<'s> Shape<'s> {
    /// How many labels a block of this name has here; none if it is no block.
    pub(super) fn labels(&self, name: &str) -> Option<usize> {
        let nested =
            |block: &Option<&Block>| block.is_some_and(|block| block.blocks.iter().any(|one| &*one.name == name));
        match (self, name) {
            (Shape::Root, "terraform" | "locals" | "moved" | "removed" | "import") => Some(0),
            (Shape::Root, "variable" | "output" | "provider" | "module" | "check") => Some(1),
            (Shape::Root, "resource" | "data" | "ephemeral") => Some(2),
            (Shape::Terraform, "backend" | "provider_meta") => Some(1),
            (Shape::Terraform, "cloud" | "required_providers") => Some(0),
            (Shape::Fixed, "workspaces") => Some(0),
            (Shape::Variable, "validation") => Some(0),
            (Shape::Output | Shape::Lifecycle, "precondition" | "postcondition") => Some(0),
            (Shape::Resource(_), "lifecycle" | "connection" | "_" | "timeouts") => Some(0),
            (Shape::Provisioner, "connection") => Some(0),
            (Shape::Resource(_) | Shape::Addresses, "provisioner") => Some(1),
            (Shape::Resource(_) | Shape::Nested(_), "dynamic") => Some(1),
            (Shape::Resource(block) | Shape::Nested(block), _) if nested(block) => Some(0),
            (Shape::Dynamic(_), "content") => Some(0),
            (Shape::Check, "data") => Some(2),
            (Shape::Check, "assert") | (Shape::Addresses, "lifecycle") => Some(0),
            (Shape::Trial, "run" | "provider" | "mock_provider") | (Shape::Mocks, "mock_resource" | "mock_data") => {
                Some(1)
            }
            (Shape::Trial, "variables") | (Shape::Run, "variables" | "module" | "plan_options" | "assert") => Some(0),
            (Shape::Trial | Shape::Run | Shape::Mocks, name) if OVERRIDES.contains(&name) => Some(0),
            _ => None,
        }
    }

    /// The shape of a block's content.
    pub(super) fn inner(&self, name: &str, labels: &[Name], schemas: Option<&'s Schemas>) -> Shape<'s> {
        let nested = |block: &Option<&'s Block>, name: &str| {
            block.and_then(|block| block.blocks.iter().find(|one| &*one.name == name)).map(|one| &one.block)
        };
        let kind = labels.first();
        match (self, name) {
            (Shape::Root, "terraform") => Shape::Terraform,
            (Shape::Root, "locals") => Shape::Locals,
            (Shape::Root, "variable") => Shape::Variable,
            (Shape::Root, "output") => Shape::Output,
            (Shape::Root, "module") => Shape::Module,
            (Shape::Root, "check") => Shape::Check,
            (Shape::Root, "moved" | "removed" | "import") => Shape::Addresses,
            (Shape::Root, "resource") => {
                Shape::Resource(schemas.zip(kind).and_then(|(all, kind)| all.managed.get(kind)).map(|one| &one.block))
            }
            (Shape::Root | Shape::Check, "data") => {
                Shape::Resource(schemas.zip(kind).and_then(|(all, kind)| all.data.get(kind)).map(|one| &one.block))
            }
            (Shape::Root, "ephemeral") => Shape::Resource(None),
            (Shape::Root | Shape::Trial, "provider") => {
                Shape::Nested(schemas.zip(kind).and_then(|(all, kind)| all.providers.get(kind)).map(|one| &one.block))
            }
            (Shape::Terraform, "required_providers") => Shape::Providers,
            (Shape::Terraform | Shape::Fixed, _) => Shape::Fixed,
            (Shape::Resource(_) | Shape::Addresses, "lifecycle") => Shape::Lifecycle,
            (Shape::Resource(_) | Shape::Addresses, "provisioner") => Shape::Provisioner,
            (Shape::Resource(block) | Shape::Nested(block), "dynamic") => {
                Shape::Dynamic(kind.and_then(|kind| nested(block, kind)))
            }
            (Shape::Resource(block) | Shape::Nested(block), name) => match nested(block, name) {
                Some(inner) => Shape::Nested(Some(inner)),
                None => Shape::Plain,
            },
            (Shape::Dynamic(block), _) => Shape::Nested(*block),
            (Shape::Trial, "run") => Shape::Run,
            (Shape::Trial, "mock_provider") => Shape::Mocks,
            (Shape::Run, "module") => Shape::Module,
            (Shape::Run, "plan_options") => Shape::PlanOptions,
            (Shape::Mocks, "mock_resource" | "mock_data") => Shape::Mock,
            (Shape::Trial | Shape::Run | Shape::Mocks, name) if OVERRIDES.contains(&name) => Shape::Mock,
            _ => Shape::Plain,
        }
    }

    /// How the strings of an argument are read.
    pub(super) fn strings(&self, name: &str) -> Strings {
        match (self, name) {
            (Shape::Values | Shape::Fixed | Shape::Terraform | Shape::Providers, _) => Strings::Text,
            (Shape::Variable, "type") => Strings::Expressions,
            (Shape::Variable, _) => Strings::Text,
            (Shape::Output, "description") | (Shape::Module, "source" | "version") => Strings::Text,
            (Shape::Module | Shape::Resource(_), "providers" | "provider") => Strings::Expressions,
            (Shape::Module | Shape::Resource(_) | Shape::Output, "depends_on") => Strings::Expressions,
            (Shape::Lifecycle, "ignore_changes" | "replace_triggered_by") => Strings::Expressions,
            (Shape::Provisioner, "when" | "on_failure") => Strings::Expressions,
            (Shape::Dynamic(_), "iterator") => Strings::Expressions,
            (Shape::Addresses, "from" | "to" | "provider") => Strings::Expressions,
            (Shape::Run, "command" | "expect_failures" | "providers") => Strings::Expressions,
            (Shape::PlanOptions, "mode" | "target" | "replace") => Strings::Expressions,
            (Shape::Mock | Shape::Mocks, "target" | "override_during") => Strings::Expressions,
            _ => Strings::Templates,
        }
    }

    /// How the strings of a member of such an argument are read, where they differ from one another.
    pub(super) fn member_strings(&self, member: &str) -> Option<Strings> {
        matches!(self, Shape::Providers).then_some(if member == "configuration_aliases" {
            Strings::Expressions
        } else {
            Strings::Text
        })
    }
}
