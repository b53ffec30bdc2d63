//! The variables that a saved plan does not hold: ephemeral ones are given again when it is applied.
//!
//! **Never:** change the value of any other variable. In: a plan's inputs and what is given now.
//! Out: the inputs of the apply. As in Terraform, what was set for the plan must be set again, and
//! what was not set must not be set now.

use crate::diag::{Diagnostic, Diagnostics};
use crate::lang::inputs::Inputs;
use crate::plan::fleeting::was_set;
use crate::plan::render;
use crate::value::{Marks, Value};

use super::exit::Exit;
use super::project::{Project, Var};
use super::screen::Screen;
use super::session::Outcome;

/// Puts the ephemeral variables that are given now beside what the plan holds.
pub(super) fn complete(planned: &Inputs, project: &mut Project, vars: &[Var], screen: &Screen) -> Outcome<Inputs> {
    let module = project.tree.root().clone();
    if !vars.is_empty() {
        unchanged(planned, project, vars, screen)?;
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

/// Refuses values of the command line that are others than those that the plan was made with.
fn unchanged(planned: &Inputs, project: &mut Project, vars: &[Var], screen: &Screen) -> Outcome<()> {
    let said = match project.said(vars) {
        Ok(said) => said,
        Err(wrong) => {
            screen.diagnostics(&wrong, &project.sources);
            return Err(Exit::Failed);
        }
    };
    let mut wrong = Diagnostics::none();
    for name in &said.given {
        let Some(variable) = project.module.variables.get(name).filter(|variable| !variable.ephemeral) else {
            continue;
        };
        let (Some(before), Some(now)) = (planned.0.get(name), said.inputs.0.get(name)) else { continue };
        if before.clone().unmark_deep().0.same(&now.clone().unmark_deep().0) {
            continue;
        }
        let shown = |value: &Value| match variable.sensitive || value.contains_mark(Marks::SENSITIVE) {
            true => "(sensitive value)".to_owned(),
            false => render::value(value),
        };
        let detail = format!(
            "A saved plan was decided when it was made, with the value that var.{name} had then: {}. The command line \
             gives it {}. Only ephemeral variables, which a plan does not hold, are given again.",
            shown(before),
            shown(now)
        );
        let hint = "Leave the option out, or make a new plan with it.";
        wrong.push(Diagnostic::error("Can't change variable when applying a saved plan", detail).hint(hint));
    }
    if wrong.is_empty() {
        return Ok(());
    }
    screen.diagnostics(&wrong, &project.sources);
    Err(Exit::Usage)
}
