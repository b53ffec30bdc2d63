//! Functions that search with regular expressions: `regex`, `regexall`, `replace`.
//!
//! **Never:** know the syntax of patterns: `pattern` does. Groups that took no part in a match
//! are null.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use regex::Captures;

use crate::value::{Name, Type, Value};

use super::pattern::{Pattern, Wrong, compile};
use super::row::{Fault, Kind, Outcome, Row, bad, text};
use super::text::{make, take_text};

const ARGUMENTS: &[super::row::Param] = &[text("pattern"), text("string")];

pub(super) const ROWS: &[Row] = &[
    Row::typed("regex", ARGUMENTS, match_type, regex_first),
    Row::typed("regexall", ARGUMENTS, |args| match_type(args).map(Type::list), regex_all),
    Row::new("replace", &[text("str"), text("substr"), text("replace")], Kind::String, replace),
];

/// So many compiled patterns are kept.
const KEPT: usize = 64;

thread_local! {
    // Compiling takes far longer than matching, and a configuration uses few patterns many times.
    static COMPILED: RefCell<BTreeMap<String, Rc<Pattern>>> = const { RefCell::new(BTreeMap::new()) };
}

fn compiled(pattern: &str) -> Result<Rc<Pattern>, Wrong> {
    if let Some(known) = COMPILED.with_borrow(|all| all.get(pattern).cloned()) {
        return Ok(known);
    }
    let fresh = Rc::new(compile(pattern)?);
    COMPILED.with_borrow_mut(|all| {
        if all.len() >= KEPT {
            all.clear();
        }
        all.insert(pattern.to_owned(), fresh.clone());
    });
    Ok(fresh)
}

fn take_pattern(args: &[Value]) -> Result<Rc<Pattern>, Fault> {
    let found = compiled(take_text(args, 0)?)
        .or_else(|Wrong { reason, part }| bad(0, format!("invalid regexp pattern: {reason} in {part}")))?;
    let named = found.groups.iter().filter(|name| !name.is_empty()).count();
    if named > 0 && named < found.groups.len() {
        return bad(0, "invalid regexp pattern: cannot mix both named and unnamed capture groups");
    }
    Ok(found)
}

/// A string without groups, a tuple of unnamed groups, an object of named ones.
fn match_type(args: &[Value]) -> Result<Type, Fault> {
    if args[0].is_unknown() {
        return Ok(Type::Dynamic);
    }
    let pattern = take_pattern(args)?;
    Ok(if pattern.groups.is_empty() {
        Type::String
    } else if pattern.groups[0].is_empty() {
        Type::tuple(vec![Type::String; pattern.groups.len()])
    } else {
        Type::object(pattern.groups.iter().map(|name| (Name::from(name.as_str()), Type::String)).collect())
    })
}

fn match_value(pattern: &Pattern, found: &Captures<'_>) -> Outcome {
    let group = |index: usize| match found.get(index) {
        Some(part) => make(part.as_str()),
        None => Ok(Value::null(Type::String)),
    };
    if pattern.groups.is_empty() {
        return group(0);
    }
    if pattern.groups[0].is_empty() {
        return Ok(Value::tuple((1..=pattern.groups.len()).map(group).collect::<Result<_, _>>()?));
    }
    let members =
        pattern.groups.iter().enumerate().map(|(index, name)| Ok((Name::from(name.as_str()), group(index + 1)?)));
    Ok(Value::object(members.collect::<Result<_, Fault>>()?))
}

fn regex_first(args: &[Value], _: &Type) -> Outcome {
    let pattern = take_pattern(args)?;
    match pattern.regex.captures(take_text(args, 1)?) {
        Some(found) => match_value(&pattern, &found),
        None => Err("pattern did not match any part of the given string".into()),
    }
}

fn regex_all(args: &[Value], want: &Type) -> Outcome {
    let pattern = take_pattern(args)?;
    let found = pattern.regex.captures_iter(take_text(args, 1)?);
    let matches = found.map(|found| match_value(&pattern, &found)).collect::<Result<Vec<_>, _>>()?;
    let element = match want {
        Type::List(element) => (**element).clone(),
        _ => Type::Dynamic,
    };
    Ok(Value::list(element, matches))
}

/// A search text between slashes is a pattern, and then the replacement may name groups.
fn replace(args: &[Value], _: &Type) -> Outcome {
    let (whole, searched, replacement) = (take_text(args, 0)?, take_text(args, 1)?, take_text(args, 2)?);
    let pattern = searched.strip_prefix('/').and_then(|rest| rest.strip_suffix('/'));
    let Some(pattern) = pattern else { return make(whole.replace(searched, replacement)) };
    let pattern =
        compiled(pattern).map_err(|Wrong { reason, part }| format!("error parsing regexp: {reason}: `{part}`"))?;
    let replaced = pattern.regex.replace_all(whole, |found: &Captures<'_>| expand(replacement, &pattern, found));
    make(replaced.into_owned())
}

/// `$1`, `$name`, `${name}` and `$$` in a replacement (Go, `Regexp.Expand`): a name is as long as
/// letters, digits and underscores follow.
fn expand(replacement: &str, pattern: &Pattern, found: &Captures<'_>) -> String {
    let mut out = String::new();
    let mut rest = replacement;
    while let Some(at) = rest.find('$') {
        out.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        if let Some(after) = rest.strip_prefix('$') {
            out.push('$');
            rest = after;
            continue;
        }
        let braced = rest.strip_prefix('{');
        let body = braced.unwrap_or(rest);
        let length =
            body.len() - body.trim_start_matches(|letter: char| letter.is_alphanumeric() || letter == '_').len();
        let (name, after) = body.split_at(length);
        let after = if braced.is_some() { after.strip_prefix('}') } else { Some(after) };
        let (false, Some(after)) = (name.is_empty(), after) else {
            out.push('$');
            continue;
        };
        rest = after;
        let group = match name.parse::<usize>() {
            Ok(number) => Some(number),
            Err(_) => pattern.groups.iter().rposition(|group| group == name).map(|position| position + 1),
        };
        out.push_str(group.and_then(|group| found.get(group)).map_or("", |part| part.as_str()));
    }
    out.push_str(rest);
    out
}
