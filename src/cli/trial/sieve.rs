//! Sets failures aside that a run expects.
//!
//! **Never:** excuse anything but the conditions that the configuration writes itself: what else is
//! wrong is wrong. In: findings and expectations. Out: what is left, and what was expected and came.

use std::collections::BTreeSet;

use crate::addr::checkable::Checkable;
use crate::addr::{Addr, Key, parse};
use crate::diag::{Diagnostic, Diagnostics, Severity};
use crate::lang::module::Module;
use crate::lang::trial::Expected;

/// What became of findings.
#[derive(Debug, Default)]
pub(super) struct Sieved {
    /// What nobody expected, in the order in which it was found. Failed checks are errors here.
    pub(super) rest: Diagnostics,
    /// Which expectations were met, by number.
    pub(super) met: BTreeSet<usize>,
    /// What was expected: which condition it was, and the finding.
    pub(super) expected: Vec<(String, Diagnostic)>,
}

/// Sorts findings.
pub(super) fn sieve(found: Diagnostics, expected: &[Expected], module: &Module) -> Sieved {
    let mut sieved = Sieved::default();
    for mut finding in found.0 {
        // Elsewhere what a check finds is a warning; in a test it is what the test is for.
        if is_of_check(&finding, module) {
            finding.severity = Severity::Error;
        }
        let Some((what, key)) = source(&finding, module) else {
            sieved.rest.push(finding);
            continue;
        };
        let mut hit = false;
        for (number, _) in expected.iter().enumerate().filter(|(_, expected)| expected.means(&what, &key)) {
            hit = true;
            sieved.met.insert(number);
        }
        if hit {
            sieved.expected.push((format!("{what}{key}"), finding));
        } else {
            sieved.rest.push(finding);
        }
    }
    sieved
}

/// Whether an assertion of a check failed, or what the check looks at could not be read.
pub(super) fn is_of_check(finding: &Diagnostic, module: &Module) -> bool {
    let addr = || parse::addr(finding.address.as_deref()?).ok();
    let reads = |addr: &Addr| module.checks.values().any(|check| check.data.as_ref() == Some(&addr.block));
    finding.summary == "Check block assertion failed" || addr().is_some_and(|addr| reads(&addr))
}

/// Whose condition failed, and in which instance of it.
fn source(finding: &Diagnostic, module: &Module) -> Option<(Checkable, Key)> {
    let address = finding.address.as_deref();
    let named = |word: &str| address?.strip_prefix(word).map(|name| name.split(' ').next().unwrap_or(name).to_owned());
    let what = match &*finding.summary {
        "Invalid value for variable" => Checkable::Variable(named("var.")?.as_str().into()),
        "Module output value precondition failed" => {
            let fails = |span| Some(span) == finding.span;
            let mut outputs = module.outputs.values();
            let output = outputs.find(|output| output.preconditions.iter().any(|own| fails(own.condition.span)))?;
            Checkable::Output(output.name.clone())
        }
        "Check block assertion failed" => Checkable::Check(named("check.")?.as_str().into()),
        "Resource precondition failed" | "Resource postcondition failed" => {
            let addr = parse::addr(address?).ok()?;
            return Some((Checkable::Block(addr.block), addr.key));
        }
        _ => return None,
    };
    Some((what, Key::None))
}
