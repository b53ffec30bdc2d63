//! What a reference names: `var.x`, `local.y`, `data.kind.name`, `each.key`, ...
//!
//! **Never:** look whether it exists; that is `link`'s before and `names`' during evaluation.
//! In: the root name and the steps behind it. Out: the target and how many steps it has used up.

use crate::addr::{Block as BlockAddr, Mode, ModulePath};
use crate::diag::{Diagnostic, Diagnostics, Span};
use crate::value::Name;

use super::arguments::unsupported_yet;
use super::ast::Access;
use crate::diag::suggest::did_you_mean;

/// What a reference names.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Target {
    /// `var.name`
    Variable(Name),
    /// `local.name`
    Local(Name),
    /// `kind.name`, `data.kind.name`
    Block(BlockAddr),
    /// `each.key`
    EachKey,
    /// `each.value`
    EachValue,
    /// `count.index`
    CountIndex,
    /// `self`
    Own,
    /// `module.name`
    Module(Name),
    /// `path.root`
    Root,
    /// `path.module`
    Folder,
    /// `path.cwd`
    Cwd,
    /// `terraform.workspace`
    Workspace,
    /// `terraform.applying`
    Applying,
}

/// Reads a reference.
///
/// # Errors
/// What is wrong with its form.
pub(super) fn resolve(root: &Name, steps: &[Access], span: Span) -> Result<(Target, usize), Diagnostics> {
    let first = steps.first().and_then(attr);
    match &**root {
        "var" => named(root, first, span).map(|name| (Target::Variable(name), 1)),
        "local" => named(root, first, span).map(|name| (Target::Local(name), 1)),
        "self" => Ok((Target::Own, 0)),
        "each" => match &*named(root, first, span)? {
            "key" => Ok((Target::EachKey, 1)),
            "value" => Ok((Target::EachValue, 1)),
            other => Err(no_attribute(
                root,
                other,
                " The supported attributes are each.key and each.value, the current key and value pair of the \
                 \"for_each\" attribute set.",
                span,
            )),
        },
        "count" => match &*named(root, first, span)? {
            "index" => Ok((Target::CountIndex, 1)),
            other => Err(no_attribute(
                root,
                other,
                " The only supported attribute is count.index, which is the index of each instance of a resource \
                 block that has the \"count\" argument set.",
                span,
            )),
        },
        "path" => match &*named(root, first, span)? {
            "root" => Ok((Target::Root, 1)),
            "module" => Ok((Target::Folder, 1)),
            "cwd" => Ok((Target::Cwd, 1)),
            other => Err(no_attribute(root, other, &did_you_mean(other, ["root", "module", "cwd"]), span)),
        },
        "terraform" => match &*named(root, first, span)? {
            "workspace" => Ok((Target::Workspace, 1)),
            "applying" => Ok((Target::Applying, 1)),
            other => Err(no_attribute(
                root,
                other,
                " The only supported attributes are terraform.workspace, the name of the currently-selected workspace, \
                 and terraform.applying, a boolean which is true only during apply.",
                span,
            )),
        },
        "module" => match first {
            Some(name) => Ok((Target::Module(name.clone()), 1)),
            None => Err(invalid(
                "The \"module\" object cannot be accessed directly. Instead, access one of its attributes.",
                span,
            )),
        },
        "ephemeral" => Err(unsupported_yet(
            "A reference to an ephemeral resource",
            "acier has no ephemeral resources.",
            "Use a variable that is declared ephemeral, or a data source.",
            span,
        )
        .into()),
        "data" => two_names(Mode::Data, "data", "data source type", steps, span),
        "resource" => two_names(Mode::Managed, "resource", "resource type", steps, span),
        _ => match first {
            Some(name) => Ok((block(Mode::Managed, root, name), 1)),
            None => Err(invalid(
                "A reference to a resource type must be followed by at least one attribute access, specifying the \
                 resource name.",
                span,
            )),
        },
    }
}

/// The name of a `.name` step.
pub(super) fn attr(step: &Access) -> Option<&Name> {
    match step {
        Access::Attr(name, _) => Some(name),
        _ => None,
    }
}

fn two_names(
    mode: Mode,
    root: &str,
    first: &str,
    steps: &[Access],
    span: Span,
) -> Result<(Target, usize), Diagnostics> {
    match (steps.first().and_then(attr), steps.get(1).and_then(attr)) {
        (Some(kind), Some(name)) => Ok((block(mode, kind, name), 2)),
        _ => Err(invalid(
            &format!("The {root:?} object must be followed by two attribute names: the {first} and the resource name."),
            span,
        )),
    }
}

fn block(mode: Mode, kind: &Name, name: &Name) -> Target {
    Target::Block(BlockAddr { module: ModulePath::default(), mode, kind: kind.clone(), name: name.clone() })
}

fn named(root: &Name, first: Option<&Name>, span: Span) -> Result<Name, Diagnostics> {
    first.cloned().ok_or_else(|| {
        invalid(
            &format!("The {root:?} object cannot be accessed directly. Instead, access one of its attributes."),
            span,
        )
    })
}

fn invalid(detail: &str, span: Span) -> Diagnostics {
    Diagnostic::error("Invalid reference", detail).at(span).into()
}

fn no_attribute(root: &Name, name: &str, rest: &str, span: Span) -> Diagnostics {
    Diagnostic::error(
        format!("Invalid {root:?} attribute"),
        format!("The {root:?} object does not have an attribute named {name:?}.{rest}"),
    )
    .at(span)
    .into()
}
