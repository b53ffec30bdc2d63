//! Version constraints: `>= 1.3, < 2.0`, `~> 4.0`.
//!
//! **Never:** look a version up anywhere. In: a constraint and a release. Out: whether it is allowed.
//! Source of the rules: Terraform documentation, "Version Constraints".

use std::cmp::Ordering;

/// A version in a constraint: its numbers, as many as are written and at least three.
#[derive(Debug)]
struct Version {
    numbers: Vec<i64>,
    written: usize,
    prerelease: bool,
}

/// Why a constraint cannot be read.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// It is none.
    Syntax,
    /// This part names a version before a release, such as `1.2.0-rc1`.
    Prerelease(String),
}

/// Whether a constraint allows the release `version`.
///
/// # Errors
/// What is wrong with the constraint; a prerelease only when all else is well.
pub(super) fn allows(constraint: &str, version: [i64; 3]) -> Result<bool, Fault> {
    let mut allowed = true;
    let mut before = None;
    for part in constraint.split(',') {
        let part = part.trim();
        let operator_end = part.find(|c: char| !"=!<>~".contains(c)).unwrap_or(part.len());
        let (operator, rest) = part.split_at(operator_end);
        let wanted = read(rest.trim()).ok_or(Fault::Syntax)?;
        let mut release = version.to_vec();
        release.resize(wanted.numbers.len(), 0);
        // `1.2.0` comes after `1.2.0-rc1`.
        let tie = if wanted.prerelease { Ordering::Greater } else { Ordering::Equal };
        let order = release.cmp(&wanted.numbers).then(tie);
        allowed &= match operator {
            "" | "=" => order == Ordering::Equal,
            "!=" => order != Ordering::Equal,
            ">" => order == Ordering::Greater,
            ">=" => order != Ordering::Less,
            "<" => order == Ordering::Less,
            "<=" => order != Ordering::Greater,
            // More numbers than a release has are never matched.
            "~>" if wanted.written > version.len() => false,
            "~>" => {
                let fixed = wanted.written - 1;
                order != Ordering::Less && release[..fixed] == wanted.numbers[..fixed]
            }
            _ => return Err(Fault::Syntax),
        };
        if wanted.prerelease {
            before.get_or_insert_with(|| part.to_owned());
        }
    }
    before.map_or(Ok(allowed), |part| Err(Fault::Prerelease(part)))
}

fn read(text: &str) -> Option<Version> {
    let text = text.strip_prefix('v').unwrap_or(text);
    let (text, build) = text.split_once('+').map_or((text, None), |(text, build)| (text, Some(build)));
    let end = text.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(text.len());
    let (numbers, before) = text.split_at(end);
    let well_formed = |text: &str| {
        let fits = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '~';
        text.split('.').all(|part| !part.is_empty() && part.chars().all(fits))
    };
    if !(before.is_empty() || well_formed(before)) || !build.is_none_or(well_formed) {
        return None;
    }
    let mut numbers: Vec<i64> = numbers.split('.').map(|number| number.parse().ok()).collect::<Option<_>>()?;
    let written = numbers.len();
    numbers.resize(written.max(3), 0);
    Some(Version { numbers, written, prerelease: !before.is_empty() })
}
