//! Whether the state of a configuration may be written beside it.
//!
//! **Never:** look into a backend. In: a project. Out: a refusal where the configuration asks for
//! another place. Commands that change the state or the cloud ask; those that only look do not.

use super::project::Project;
use super::screen::Screen;
use super::session::{Outcome, fail};

/// Ends a command that would write where nobody expects the state.
pub(super) fn must_be_beside(project: &Project, screen: &Screen) -> Outcome<()> {
    match &project.module.backend {
        Some(backend) => fail(screen, &backend.refusal(), &project.sources),
        None => Ok(()),
    }
}
