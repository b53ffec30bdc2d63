//! Version constraints: `>= 1.3, < 2.0`, `~> 4.0`.
//!
//! **Never:** look a version up anywhere. In: a constraint and a version. Out: whether it is allowed.
//! Source of the rules: Terraform documentation, "Version Constraints".

use std::cmp::Ordering;

/// A version: its numbers, and what stands behind a hyphen.
#[derive(Debug)]
struct Version {
    numbers: [u64; 3],
    written: usize,
    before: Option<String>,
}

/// Whether a constraint allows the release `version`.
///
/// # Errors
/// The part of the constraint that cannot be read.
pub(super) fn allows(constraint: &str, version: [u64; 3]) -> Result<bool, String> {
    let mut allowed = true;
    for part in constraint.split(',') {
        let part = part.trim();
        let operator_end = part.find(|c: char| !"=!<>~".contains(c)).unwrap_or(part.len());
        let (operator, rest) = part.split_at(operator_end);
        let wanted = read(rest.trim()).ok_or_else(|| part.to_owned())?;
        let order = compare(version, &wanted);
        allowed &= match operator {
            "" | "=" => order == Ordering::Equal,
            "!=" => order != Ordering::Equal,
            ">" => order == Ordering::Greater,
            ">=" => order != Ordering::Less,
            "<" => order == Ordering::Less,
            "<=" => order != Ordering::Greater,
            "~>" => {
                let fixed = wanted.written.saturating_sub(1);
                order != Ordering::Less && version[..fixed] == wanted.numbers[..fixed]
            }
            _ => return Err(part.to_owned()),
        };
    }
    Ok(allowed)
}

/// A version without a hyphen against one that may have one: `1.2.0` comes after `1.2.0-rc1`.
fn compare(release: [u64; 3], other: &Version) -> Ordering {
    let after = if other.before.is_some() { Ordering::Greater } else { Ordering::Equal };
    release.cmp(&other.numbers).then(after)
}

fn read(text: &str) -> Option<Version> {
    let text = text.strip_prefix('v').unwrap_or(text);
    let text = text.split_once('+').map_or(text, |(text, _)| text);
    let (numbers, before) = match text.split_once('-') {
        Some((numbers, before)) if !before.is_empty() => (numbers, Some(before.to_owned())),
        Some(_) => return None,
        None => (text, None),
    };
    let mut version = Version { numbers: [0; 3], written: 0, before };
    for number in numbers.split('.') {
        *version.numbers.get_mut(version.written)? = number.parse().ok()?;
        version.written += 1;
    }
    Some(version)
}
