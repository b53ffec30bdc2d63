//! What is imported to an instance that has a stand-in.
//!
//! **Never:** ask anybody. In: a stand-in and what is sought. Out: an object of its values, or why there
//! is none. Source of the rules: Terraform 1.11, which imports what is overridden and nothing else of
//! a made-up provider.

use crate::diag::Diagnostic;
use crate::lang::trial::cast::{ACCOUNT, Standin};
use crate::schema::{Block, Nesting};
use crate::state::Object;
use crate::value::{Members, Value};

use super::{Sought, Which, propose};

/// The object that an import finds.
///
/// # Errors
/// When only its provider is made up, or what is given does not fit the kind.
pub fn imported(standin: &Standin<'_>, sought: &Sought) -> Result<Object, Diagnostic> {
    let addr = &sought.addr;
    if !standin.named {
        let detail = "Cannot import resources from mock providers. Use an `override_resource` block targeting the specific \
                      resource being imported instead.";
        let wrong = Diagnostic::error("Invalid import request", detail).about(addr.to_string());
        return Err(wrong.hint(format!("Add override_resource {{ target = {addr} }} to the file or the run.")));
    }
    let nothing = nothing(&standin.schema.block);
    let asked = propose::propose(&standin.schema.block, None, &nothing, None);
    let value = standin.complete(addr, &asked, &nothing)?;
    let named = match &sought.which {
        Which::Named(named) => named.as_str(),
        Which::Like(_) => None,
    };
    Ok(Object {
        kind: addr.block.kind.clone(),
        id: named.unwrap_or("imported").into(),
        schema_version: standin.schema.version,
        value,
        needs: Vec::new(),
        tainted: false,
        unprovisioned: false,
        cloud: Some(ACCOUNT.into()),
        unfinished: false,
        create_before_destroy: false,
    })
}

/// A block that says nothing.
fn nothing(block: &Block) -> Value {
    let attributes = block.attributes.iter();
    let attributes = attributes.map(|attribute| (attribute.name.clone(), Value::null(attribute.ty.clone())));
    let blocks = block.blocks.iter().map(|nested| {
        let none = match nested.nesting {
            Nesting::List => Value::list(nested.block.ty(), Vec::new()),
            Nesting::Set => Value::set(nested.block.ty(), Vec::new()),
        };
        (nested.name.clone(), none)
    });
    Value::object(attributes.chain(blocks).collect::<Members>())
}
