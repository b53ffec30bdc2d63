//! Which container group a person means: an address of the state, address/container, or an ARM id.
//!
//! **Never:** ask the cloud.

use crate::addr::{Target, parse};
use crate::diag::Diagnostic;
use crate::state::State;
use crate::value::Name;

use super::screen::Screen;
use super::session::{Outcome, fail};

/// The only kind that has containers.
pub(super) const KIND: &str = "azurerm_container_group";

/// A container group, and perhaps one of its containers.
#[derive(Clone, Debug)]
pub(super) struct Meant {
    /// The ARM id.
    pub(super) id: Name,
    /// What the person called it.
    pub(super) shown: String,
    /// The container, if one was named.
    pub(super) container: Option<String>,
}

/// Finds the group that `text` names.
pub(super) fn find(text: &str, state: &State, screen: &Screen) -> Outcome<Meant> {
    let none = crate::diag::Sources::default();
    if text.starts_with('/') {
        return Ok(Meant { id: text.into(), shown: text.to_owned(), container: None });
    }
    let (address, container) = match text.rsplit_once('/') {
        Some((address, container)) => (address, Some(container.to_owned())),
        None => (text, None),
    };
    let target = match parse::target(address) {
        Ok(target) => target,
        Err(error) => return fail(screen, &Diagnostic::error("Invalid address", error), &none),
    };
    let covered = state.objects.iter().filter(|(addr, object)| target.covers(addr) && &*object.kind == KIND);
    let found: Vec<_> = covered.collect();
    match found.as_slice() {
        [(addr, object)] => Ok(Meant { id: object.id.clone(), shown: addr.to_string(), container }),
        [] => {
            let detail = match &target {
                Target::Module(_) => format!("{target} names a module, not a container group."),
                _ => format!("The state holds no container group at {target}."),
            };
            let hint = "`acier ps` lists the groups of this configuration; an ARM id works too";
            fail(screen, &Diagnostic::error("No such container group", detail).hint(hint), &none)
        }
        many => {
            let names: Vec<String> = many.iter().map(|(addr, _)| addr.to_string()).collect();
            let detail = format!("{target} names {} container groups: {}.", many.len(), names.join(", "));
            fail(screen, &Diagnostic::error("More than one container group", detail).hint("name one instance"), &none)
        }
    }
}
