//! Where a configuration says that its state is kept: `backend` and `cloud` blocks.
//!
//! **Never:** keep a state anywhere: it lies in the folder beside the configuration, which is what a
//! plain `backend "local"` asks for. In: the blocks. Out: the place that is asked for instead, which
//! `cli` refuses to write beside: what others made by way of it would be made a second time. What
//! only reads (`validate`, `plan`) goes on with a warning, so that files of Terraform can be tried.
//! Source of the rules: Terraform, "Backend Configuration" and "Override Files".

use crate::diag::{Diagnostic, Span};
use crate::value::Name;

use super::arguments::labels;
use super::ast::Block;
use super::load::Loader;

/// A place for the state that is not the folder beside the configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Backend {
    /// `backend "azurerm"`, `cloud`
    pub block: Name,
    /// Where its header stands.
    pub span: Span,
}

/// The backends of Terraform 1.11.
const KNOWN: &[&str] =
    &["local", "azurerm", "consul", "cos", "gcs", "http", "inmem", "kubernetes", "oss", "pg", "remote", "s3"];

impl Loader<'_> {
    pub(super) fn backend(&mut self, block: &Block) {
        let called: Name = match &*block.name {
            "cloud" => "cloud".into(),
            _ => {
                let Some([label]) = labels(block, &["type"], &mut self.out) else { return };
                if !KNOWN.contains(&&*label.text) {
                    let detail = format!("There is no backend type named {:?}.", label.text);
                    let hint = format!("Write one of {}, or remove the block.", KNOWN.join(", "));
                    self.out.push(Diagnostic::error("Unsupported backend type", detail).at(label.span).hint(hint));
                    return;
                }
                format!("backend {:?}", label.text).into()
            }
        };
        let fresh = self.declare("backend", &"".into(), block.header, |at| {
            let detail = format!("A module may have only one place for its state. Another was configured at {at}.");
            ("Duplicate 'backend' configuration block".into(), detail)
        });
        if let (false, Some(told)) = (fresh, self.out.0.last_mut()) {
            told.hint = Some("Remove one of the two.".into());
        }
        let beside = &*called == "backend \"local\"" && block.body.attributes.is_empty();
        if fresh && !beside {
            self.module.backend = Some(Backend { block: called, span: block.header });
        }
    }
}

impl Backend {
    /// What is said about it where the state is only read.
    pub(super) fn read_beside(&self) -> Diagnostic {
        let detail = format!(
            "The configuration asks for its state to be kept elsewhere ({}). acier keeps it in the folder \"state\" beside the \
             configuration, and knows nothing of what was made by way of the other place.",
            self.block
        );
        Diagnostic::warning("The state is kept beside the configuration", detail).at(self.span)
    }

    /// What is said about it in a module that another one calls.
    pub(super) fn of_a_called_module(&self) -> Diagnostic {
        let detail = "A backend holds the state of a whole configuration, so that only the root module names one. The block \
                      has no effect.";
        Diagnostic::warning("Backend configuration ignored", detail).at(self.span)
    }

    /// Why nothing is written beside the configuration.
    #[must_use]
    pub fn refusal(&self) -> Diagnostic {
        let detail = format!(
            "The configuration asks for its state to be kept elsewhere ({}), which acier cannot do yet. What other people and \
             runs made by way of it is not in the state beside the configuration, and would be made a second time.",
            self.block
        );
        let hint = "To keep the state beside the configuration, add a file backend_override.tf that says terraform { backend \
                    \"local\" {} } (no other file has to change), and take over what exists: terraform state pull > \
                    old.tfstate, then acier state import-tfstate old.tfstate.";
        Diagnostic::error("The state is to be kept elsewhere", detail).at(self.span).hint(hint)
    }
}
