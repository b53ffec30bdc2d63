//! The variables that a saved plan does not hold: ephemeral ones are given again when it is applied.
//!
//! **Never:** change the value of any other variable. In: a plan's inputs and what is given now.
//! Out: the inputs of the apply. As in Terraform, what was set for the plan must be set again, and
//! what was not set must not be set now.

use crate::diag::{Diagnostic, Diagnostics, Sources};
use crate::lang::inputs::Inputs;
use crate::plan::fleeting::was_set;

use super::exit::Exit;
use super::project::{Project, Var};
use super::screen::Screen;
use super::session::Outcome;

/// Puts the ephemeral variables that are given now beside what the plan holds.
pub(super) fn complete(planned: &Inputs, project: &mut Project, vars: &[Var], screen: &Screen) -> Outcome<Inputs> {
    let module = project.tree.root().clone();
    let fixed = |name: &str| module.variables.get(name).is_none_or(|variable| !variable.ephemeral);
    let named = vars.iter().filter_map(|var| match var {
        Var::Value(text) => text.split_once('=').map(|(name, _)| name.trim()),
        Var::File(_) => None,
    });
    if let Some(name) = named.into_iter().find(|name| fixed(name)) {
        let detail = format!(
            "A saved plan was decided when it was made, with the value that var.{name} had then. Only ephemeral \
             variables, which a plan does not hold, are given again."
        );
        screen.diagnostic(&Diagnostic::error("A saved plan takes no variables", detail), &Sources::default());
        return Err(Exit::Usage);
    }
    let mut inputs = planned.clone();
    if !module.variables.values().any(|variable| variable.ephemeral) {
        return Ok(inputs);
    }
    let given = project.some_inputs(vars, screen)?;
    let mut wrong = Diagnostics::none();
    for (name, variable) in module.variables.iter().filter(|(_, variable)| variable.ephemeral) {
        let value = given.0.get(name);
        let default = variable.default.as_ref();
        let set = value.filter(|value| default.is_none_or(|default| !default.same(value)));
        match (planned.0.get(name).is_some_and(was_set), set) {
            (true, None) => {
                let detail = format!(
                    "The ephemeral input variable {:?} was set during the plan phase, and so must also be set during \
                     the apply phase.",
                    &**name
                );
                wrong.push(Diagnostic::error("No value for required variable", detail).at(variable.span).hint(
                    format!(
                        "Give it again: -var {name}=..., a .tfvars file, or the environment variable TF_VAR_{name}."
                    ),
                ));
            }
            (false, Some(_)) => {
                let detail = format!(
                    "The ephemeral input variable {:?} was not set during the planning phase, and so must remain unset \
                     during the apply phase.",
                    &**name
                );
                let summary = "Ephemeral variable was not set during planning";
                wrong.push(Diagnostic::error(summary, detail).at(variable.span));
            }
            _ => {}
        }
        inputs.0.extend(value.map(|value| (name.clone(), value.clone())));
    }
    if wrong.has_errors() {
        screen.diagnostics(&wrong, &project.sources);
        return Err(Exit::Failed);
    }
    Ok(inputs)
}
