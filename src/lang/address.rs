//! Addresses that stand in the text as references: `from`, `to`.
//!
//! **Never:** evaluate: such an address is fixed. In: an expression. Out: what it names, as seen from
//! the module that it stands in.

use crate::addr::{Addr, Block, Key, Mode, ModulePath, ModuleStep, Target};
use crate::diag::{Diagnostic, Diagnostics};
use crate::value::Name;

use super::ast::{Access, Expr, ExprKind};
use super::fixed;

/// Roots of references that name no resource.
const RESERVED: [&str; 9] = ["var", "local", "each", "count", "self", "path", "terraform", "ephemeral", "output"];

/// Reads the address that an expression is.
///
/// # Errors
/// What is wrong with its form.
pub(super) fn read(expr: &Expr) -> Result<Target, Diagnostics> {
    let steps = steps(expr)?;
    let mut rest = steps.as_slice();
    let mut module = ModulePath::default();
    let invalid = |detail: &str| Diagnostics::from(Diagnostic::error("Invalid address", detail).at(expr.span));
    while let [(word, Key::None), behind @ ..] = rest
        && &**word == "module"
    {
        let [(name, key), behind @ ..] = behind else {
            return Err(invalid("Prefix \"module.\" must be followed by a module name."));
        };
        module.0.push(ModuleStep { name: name.clone(), key: key.clone() });
        rest = behind;
    }
    let mode = match rest {
        [] if !module.0.is_empty() => return Ok(Target::Module(module)),
        [(word, Key::None), behind @ ..] if &**word == "data" || &**word == "resource" => {
            rest = behind;
            if &**word == "data" { Mode::Data } else { Mode::Managed }
        }
        [(word, _), ..] if RESERVED.contains(&&**word) => {
            return Err(invalid(&format!(
                "The keyword {word:?} is reserved and cannot be used to target a resource address. If you are targeting \
                 a resource type that uses a reserved keyword, please prefix your address with \"resource.\"."
            )));
        }
        _ => Mode::Managed,
    };
    match rest {
        [(kind, Key::None), (name, key)] => {
            let block = Block { module, mode, kind: kind.clone(), name: name.clone() };
            Ok(if *key == Key::None { Target::Block(block) } else { Target::Instance(block.instance(key.clone())) })
        }
        [(_, Key::None)] => Err(invalid("Resource specification must include a resource type and name.")),
        [(_, Key::None), _, ..] => Err(invalid("Resource instance key must be given in square brackets.")),
        _ => Err(invalid("A resource name is required.")),
    }
}

/// The names of a reference, each with the key behind it.
fn steps(expr: &Expr) -> Result<Vec<(Name, Key)>, Diagnostics> {
    let dynamic = || {
        let detail = "A single static variable reference is required: only attribute access and indexing with constant \
                      keys. No calculations, function calls, template expressions, etc are allowed here.";
        let mut wrong = Diagnostic::error("Invalid expression", detail).at(expr.span);
        if let Some(text) = fixed::literal(expr) {
            wrong = wrong.hint(format!("Remove the quotes: {text}."));
        }
        Diagnostics::from(wrong)
    };
    let ExprKind::Reference(root, steps) = &expr.kind else { return Err(dynamic()) };
    let mut found = vec![(root.clone(), Key::None)];
    for step in steps {
        match step {
            Access::Attr(name, _) => found.push((name.clone(), Key::None)),
            Access::Index(index, _) => {
                let key = fixed::key(index).ok_or_else(dynamic)?;
                match found.last_mut() {
                    Some((_, open @ Key::None)) => *open = key,
                    _ => return Err(dynamic()),
                }
            }
            Access::AttrSplat(..) | Access::FullSplat(..) => return Err(dynamic()),
        }
    }
    Ok(found)
}

/// The block that an address lies in or is; nothing for a module.
pub(super) fn block(target: &Target) -> Option<&Block> {
    match target {
        Target::Module(_) => None,
        Target::Block(block) | Target::Instance(Addr { block, .. }) => Some(block),
    }
}
