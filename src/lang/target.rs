//! Judges one reference: whether it may stand where it does, and whether what it names is there.
//!
//! **Never:** evaluate. In: a reference and its site. Out: findings in Terraform's words, and the
//! node that the site's declaration needs.

use crate::addr::{Block as BlockAddr, Mode};
use crate::diag::{Diagnostic, Span};
use crate::schema::Block as Schema;
use crate::value::{Name, Type};

use super::ast::{Access, Expr, ExprKind};
use super::link::Linker;
use super::module::{Call, Node, Repetition, Resource};
use super::reference::{Target, resolve};
use crate::diag::suggest::did_you_mean;

/// Where a reference stands.
#[derive(Clone, Copy)]
pub(super) struct Site<'s> {
    /// The block whose configuration it is.
    pub(super) block: Option<&'s BlockAddr>,
    /// `each` means something.
    pub(super) each: bool,
    /// `count` means something.
    pub(super) count: bool,
    /// `self` means something.
    pub(super) own: bool,
    /// The check that it is part of.
    pub(super) check: Option<&'s Name>,
}

impl Site<'_> {
    /// Outside of every block.
    pub(super) fn plain() -> Site<'static> {
        Site { block: None, each: false, count: false, own: false, check: None }
    }
}

/// Judges a reference.
pub(super) fn check(linker: &mut Linker<'_>, root: &Name, steps: &[Access], span: Span, site: &Site<'_>) {
    let (target, used) = match resolve(root, steps, span) {
        Ok(found) => found,
        Err(mut wrong) => {
            if steps.is_empty()
                && let Some(meant) = without_prefix(linker, root)
                && let Some(wrong) = wrong.0.first_mut()
            {
                wrong.detail.push_str(&format!(" Did you mean {meant}?"));
            }
            return linker.out.extend(wrong);
        }
    };
    let wrong = match target {
        Target::Variable(name) => return variable(linker, &name, span),
        Target::Local(name) => return local(linker, &name, span),
        Target::Block(addr) => return block(linker, &addr, &steps[used..], span, site),
        Target::Module(name) => return module(linker, &name, &steps[used..], span),
        Target::EachValue if !site.each => Some(Diagnostic::error(
            "each.value cannot be used in this context",
            "The \"each.value\" value stands only in \"module\" or \"resource\" blocks, and only when the \"for_each\" \
             argument is set.",
        )),
        Target::EachKey if !site.each => Some(Diagnostic::error(
            "Reference to \"each\" in context without for_each",
            "The \"each\" object can be used only in \"module\" or \"resource\" blocks, and only when the \
             \"for_each\" argument is set.",
        )),
        Target::CountIndex if !site.count => Some(Diagnostic::error(
            "Reference to \"count\" in non-counted context",
            "The \"count\" object can only be used in \"module\", \"resource\", and \"data\" blocks, and only when \
             the \"count\" argument is set.",
        )),
        Target::Own if !site.own => Some(Diagnostic::error(
            "Invalid \"self\" reference",
            "The \"self\" object is not available in this context. This object can be used only in resource \
             provisioner, connection, and postcondition blocks.",
        )),
        Target::Own => {
            if let Some(resource) = site.block.and_then(|addr| linker.module.blocks.get(addr)) {
                members(linker, resource, steps);
            }
            None
        }
        _ => None,
    };
    if let Some(wrong) = wrong {
        linker.out.push(wrong.at(span));
    }
}

/// Judges a reference to a called module: which of its outputs it is about.
fn module(linker: &mut Linker<'_>, name: &Name, rest: &[Access], span: Span) {
    let Some(call) = call(linker, name, span) else { return };
    let output = match (&call.repetition, rest) {
        (Repetition::Once | Repetition::Enabled(_), [Access::Index(_, at), ..]) => {
            let detail = format!(
                "Because module.{name} does not have \"count\" or \"for_each\" set, references to it must not include \
                 an index key. Remove the bracketed index to refer to the single instance of this module."
            );
            return linker.out.push(Diagnostic::error("Unexpected module instance key", detail).at(*at));
        }
        (Repetition::Once | Repetition::Enabled(_), [Access::Attr(output, at), ..]) => Some((output.clone(), *at)),
        (Repetition::Count(_) | Repetition::ForEach(_), [Access::Index(..), Access::Attr(output, at), ..]) => {
            Some((output.clone(), *at))
        }
        (_, [Access::AttrSplat(inner, _) | Access::FullSplat(inner, _), ..])
            if !matches!(call.repetition, Repetition::ForEach(_)) =>
        {
            match inner.first() {
                Some(Access::Attr(output, at)) => Some((output.clone(), *at)),
                _ => None,
            }
        }
        _ => None,
    };
    linker.uses(name, output);
}

/// The call of a name, or a finding.
pub(super) fn call<'m>(linker: &mut Linker<'m>, name: &Name, span: Span) -> Option<&'m Call> {
    let module = linker.module;
    let found = module.calls.get(name);
    if found.is_none() && !linker.declared.contains_key(&("module", name.clone())) {
        let advice = did_you_mean(name, module.calls.keys().map(|name| &**name));
        let detail = format!("No module call named {name:?} is declared in {}.{advice}", linker.called);
        linker.out.push(Diagnostic::error("Reference to undeclared module", detail).at(span));
    }
    found
}

/// Notes a reference to a variable, or says that there is none.
pub(super) fn variable(linker: &mut Linker<'_>, name: &Name, span: Span) {
    let known = &linker.module.variables;
    if known.contains_key(name) || linker.declared.contains_key(&("variable", name.clone())) {
        return linker.note(Node::Variable(name.clone()));
    }
    let mut advice = did_you_mean(name, known.keys().map(|name| &**name));
    if advice.is_empty() {
        advice = format!(" This variable can be declared with a variable {name:?} {{}} block.");
    }
    let detail = format!("An input variable with the name {name:?} has not been declared.{advice}");
    linker.out.push(Diagnostic::error("Reference to undeclared input variable", detail).at(span));
}

/// Notes a reference to a local value, or says that there is none.
pub(super) fn local(linker: &mut Linker<'_>, name: &Name, span: Span) {
    let known = &linker.module.locals;
    if known.contains_key(name) {
        return linker.note(Node::Local(name.clone()));
    }
    let advice = did_you_mean(name, known.keys().map(|name| &**name));
    let detail = format!("A local value with the name {name:?} has not been declared.{advice}");
    let hint = format!("Correct the name, or give it a value in a locals block: {name} = ...");
    linker.out.push(Diagnostic::error("Reference to undeclared local value", detail).at(span).hint(hint));
}

/// The variable or local value of a name that was written without what must stand before it.
fn without_prefix(linker: &Linker<'_>, name: &Name) -> Option<String> {
    if linker.module.variables.contains_key(name) {
        return Some(format!("var.{name}"));
    }
    linker.module.locals.contains_key(name).then(|| format!("local.{name}"))
}

/// What was meant by what looks like a resource: `locals.x`, `vars.x`, `modules.x`, or a resource without
/// its type.
fn slip(linker: &Linker<'_>, addr: &BlockAddr) -> Option<String> {
    let (module, name) = (&linker.module, &addr.name);
    if addr.mode != Mode::Managed {
        return None;
    }
    let prefix = match &*addr.kind {
        "locals" if module.locals.contains_key(name) => "local",
        "vars" | "variable" | "variables" if module.variables.contains_key(name) => "var",
        "modules" if module.calls.contains_key(name) => "module",
        kind => {
            let block = module.blocks.keys().find(|block| *block.name == *kind && block.mode == Mode::Managed)?;
            return Some(format!("{}.{}.{name}", block.kind, block.name));
        }
    };
    Some(format!("{prefix}.{name}"))
}

/// What is said about a block that is not there; nothing if it was declared but could not be read.
pub(super) fn undeclared(linker: &Linker<'_>, addr: &BlockAddr) -> Option<Diagnostic> {
    let word = match addr.mode {
        Mode::Managed => "resource",
        Mode::Data => "data",
    };
    if linker.declared.contains_key(&(word, addr.to_string().into())) {
        return None;
    }
    let (words, other) = match addr.mode {
        Mode::Managed => ("managed", Mode::Data),
        Mode::Data => ("data", Mode::Managed),
    };
    let other = BlockAddr { mode: other, ..addr.clone() };
    let advice = if linker.module.blocks.contains_key(&other) {
        let words = if other.mode == Mode::Data { "data" } else { "managed" };
        format!("\n\nDid you mean the {words} resource {other}?")
    } else {
        let same = linker.module.blocks.keys().filter(|block| block.mode == addr.mode && block.kind == addr.kind);
        did_you_mean(&addr.name, same.map(|block| &*block.name))
    };
    let advice = match slip(linker, addr) {
        Some(meant) => format!(" Did you mean {meant}?"),
        None => advice,
    };
    let detail = format!(
        "A {words} resource \"{}\" \"{}\" has not been declared in {}.{advice}",
        addr.kind, addr.name, linker.called
    );
    let hint = "Correct the name, or add a block of that type and name.";
    Some(Diagnostic::error("Reference to undeclared resource", detail).hint(hint))
}

fn block(linker: &mut Linker<'_>, addr: &BlockAddr, rest: &[Access], span: Span, site: &Site<'_>) {
    if site.block == Some(addr) {
        let detail = format!("Configuration for {addr} may not refer to itself.");
        let mut wrong = Diagnostic::error("Self-referential block", detail).at(span);
        if site.own {
            wrong = wrong.hint("Use self to refer to the object that this condition is about.");
        }
        return linker.out.push(wrong);
    }
    let Some(resource) = linker.block(addr, span) else { return };
    if resource.check.is_some() && resource.check.as_ref() != site.check {
        let detail = format!(
            "The referenced data resource {:?} {:?} is not available from this context.",
            &*addr.kind, &*addr.name
        );
        let hint =
            "It stands in a check block and can be used only there; write a data block of its own outside of it.";
        return linker.out.push(Diagnostic::error("Reference to scoped resource", detail).at(span).hint(hint));
    }
    let rest = match (&resource.repetition, rest) {
        (Repetition::Once | Repetition::Enabled(_), [Access::Index(_, at), ..]) => {
            let detail = format!(
                "Because {addr} does not have \"count\" or \"for_each\" set, references to it must not include an \
                 index key. Remove the bracketed index to refer to the single instance of this resource."
            );
            return linker.out.push(Diagnostic::error("Unexpected resource instance key", detail).at(*at));
        }
        (Repetition::Count(_) | Repetition::ForEach(_), [Access::Attr(_, at), ..]) => {
            let (word, index) = match resource.repetition {
                Repetition::Count(_) => ("count", "count.index"),
                _ => ("for_each", "each.key"),
            };
            let detail = format!(
                "Because {addr} has {word:?} set, its attributes must be accessed on specific instances.\n\nFor \
                 example, to correlate with indices of a referring resource, use:\n    {addr}[{index}]"
            );
            return linker.out.push(Diagnostic::error("Missing resource instance key", detail).at(span.to(*at)));
        }
        (Repetition::Once | Repetition::Enabled(_), rest) => rest,
        (_, [Access::Index(..), rest @ ..]) => rest,
        // What is behind a splat is judged with its value, so that `try` may hold it.
        _ => return,
    };
    members(linker, resource, rest);
}

/// Judges the steps behind a reference to one instance.
fn members(linker: &mut Linker<'_>, resource: &Resource, steps: &[Access]) {
    let kinds = match resource.addr.mode {
        Mode::Managed => &linker.schemas.managed,
        Mode::Data => &linker.schemas.data,
    };
    if let Some(schema) = kinds.get(&resource.addr.kind)
        && let Some(wrong) = unknown_member(&schema.block, steps)
    {
        linker.out.push(wrong);
    }
}

fn unknown_member(schema: &Schema, steps: &[Access]) -> Option<Diagnostic> {
    let mut schema = schema;
    let mut steps = steps;
    loop {
        let [Access::Attr(name, at), rest @ ..] = steps else { return None };
        if let Some(attribute) = schema.attribute(name) {
            let ty = match &attribute.ty {
                Type::String => "string",
                Type::Number => "number",
                Type::Bool => "bool",
                _ => return None,
            };
            let [Access::Attr(_, at), ..] = rest else { return None };
            let detail = format!("Can't access attributes on a primitive-typed value ({ty}).");
            return Some(Diagnostic::error("Unsupported attribute", detail).at(*at));
        }
        let Some(nested) = schema.nested(name) else {
            let names = schema.attributes.iter().map(|attribute| &*attribute.name);
            let names = names.chain(schema.blocks.iter().map(|nested| &*nested.name));
            let detail = format!(
                "This object has no argument, nested block, or exported attribute named {name:?}.{}",
                did_you_mean(name, names)
            );
            return Some(Diagnostic::error("Unsupported attribute", detail).at(*at));
        };
        schema = &nested.block;
        steps = match rest {
            [Access::Index(..), rest @ ..] => rest,
            _ => return None,
        };
    }
}

/// Judges an entry of `replace_triggered_by`.
pub(super) fn check_trigger(linker: &mut Linker<'_>, expr: &Expr, site: &Site<'_>) {
    let invalid = |detail: &str| Diagnostic::error("Invalid replace_triggered_by expression", detail).at(expr.span);
    let ExprKind::Reference(root, steps) = &expr.kind else {
        linker.out.push(invalid("Missing resource reference in replace_triggered_by expression."));
        return;
    };
    let (target, used) = match resolve(root, steps, expr.span) {
        Ok(found) => found,
        Err(wrong) => return linker.out.extend(wrong),
    };
    let Target::Block(addr) = target else {
        let summary = "Invalid reference in replace_triggered_by expression";
        let detail = "Only resources, count.index, and each.key may be used in replace_triggered_by.";
        linker.out.push(Diagnostic::error(summary, detail).at(expr.span));
        return;
    };
    let mut rest = &steps[used..];
    if let [Access::Index(index, _), behind @ ..] = rest {
        if !matches!(&index.kind, ExprKind::Literal(_) | ExprKind::Reference(..)) {
            linker
                .out
                .push(invalid("Invalid index in replace_triggered_by: write it out, or use count.index or each.key."));
            return;
        }
        if let ExprKind::Reference(root, steps) = &index.kind {
            if !matches!(&**root, "count" | "each") {
                let summary = "Invalid reference in replace_triggered_by expression";
                let detail = "Only resources, count.index, and each.key may be used in replace_triggered_by.";
                linker.out.push(Diagnostic::error(summary, detail).at(index.span));
                return;
            }
            check(linker, root, steps, index.span, site);
        }
        rest = behind;
    }
    if rest.iter().any(|step| super::fixed::step(step).is_none()) {
        linker.out.push(invalid("Only fixed attribute names and indices may follow the resource."));
        return;
    }
    block(linker, &addr, &steps[used..], expr.span, site);
}
