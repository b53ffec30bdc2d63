//! Functions on strings that need neither patterns nor formats.
//!
//! **Never:** count bytes or code points where Terraform counts characters as readers see them:
//! grapheme clusters. Letter case changes one code point to one, so `upper("ß")` is `ß`.

use unicode_segmentation::UnicodeSegmentation;

use crate::lang::eval::sizes::LONGEST;
use crate::lang::eval::template::normalize;
use crate::value::{Bounds, Type, Value};

use super::numeric::take_int;
use super::row::{Fault, Kind, Outcome, Row, bad, number, param, text};

const STRINGS: Kind = Kind::List(&Kind::String);

pub(super) const ROWS: &[Row] = &[
    Row::new("chomp", &[text("str")], Kind::String, |args, _| make(take_text(args, 0)?.trim_end_matches(['\r', '\n']))),
    Row::new("endswith", &[text("str"), text("suffix")], Kind::Bool, |args, _| {
        Ok(Value::bool(take_text(args, 0)?.ends_with(take_text(args, 1)?)))
    }),
    Row::new("indent", &[number("spaces"), text("str")], Kind::String, indent),
    Row::new("join", &[text("separator")], Kind::String, join).rest(param("lists", STRINGS)),
    Row::new("lower", &[text("str")], Kind::String, |args, _| {
        make(take_text(args, 0)?.chars().map(lower).collect::<String>())
    }),
    Row::new("split", &[text("separator"), text("str")], STRINGS, split),
    Row::new("startswith", &[text("str").unknown(), text("prefix")], Kind::Bool, startswith),
    Row::new("strcontains", &[text("str"), text("substr")], Kind::Bool, |args, _| {
        Ok(Value::bool(take_text(args, 0)?.contains(take_text(args, 1)?)))
    })
    .maybe_null(),
    Row::new("strrev", &[text("str")], Kind::String, |args, _| {
        make(take_text(args, 0)?.graphemes(true).rev().collect::<String>())
    }),
    Row::new("substr", &[text("str"), number("offset"), number("length")], Kind::String, substr),
    Row::new("title", &[text("str")], Kind::String, title),
    Row::new("trim", &[text("str"), text("cutset")], Kind::String, |args, _| {
        let cutset = take_text(args, 1)?;
        make(take_text(args, 0)?.trim_matches(|letter| cutset.contains(letter)))
    }),
    Row::new("trimprefix", &[text("str"), text("prefix")], Kind::String, |args, _| {
        let whole = take_text(args, 0)?;
        make(whole.strip_prefix(take_text(args, 1)?).unwrap_or(whole))
    }),
    Row::new("trimspace", &[text("str")], Kind::String, |args, _| make(take_text(args, 0)?.trim())),
    Row::new("trimsuffix", &[text("str"), text("suffix")], Kind::String, |args, _| {
        let whole = take_text(args, 0)?;
        make(whole.strip_suffix(take_text(args, 1)?).unwrap_or(whole))
    }),
    Row::new("upper", &[text("str")], Kind::String, |args, _| {
        make(take_text(args, 0)?.chars().map(upper).collect::<String>())
    }),
];

/// An argument that the table says is a string.
pub(super) fn take_text(args: &[Value], index: usize) -> Result<&str, Fault> {
    args.get(index).and_then(Value::as_str).ok_or_else(|| Fault::Argument(index, "a string is required".into()))
}

/// A string as a result: all strings are in Unicode's normal form C.
pub(super) fn make(text: impl Into<String>) -> Outcome {
    Ok(Value::string(normalize(text.into())))
}

/// The beginning of an unknown text may be enough.
fn startswith(args: &[Value], _: &Type) -> Outcome {
    let wanted = take_text(args, 1)?;
    let start = match args[0].bounds() {
        Some(Bounds::Start(start)) => &**start,
        _ if args[0].is_unknown() => "",
        _ => return Ok(Value::bool(take_text(args, 0)?.starts_with(wanted))),
    };
    // A longer text is not compared, as in Terraform.
    Ok(if wanted.len() > start.len() { Value::unknown(Type::Bool) } else { Value::bool(start.starts_with(wanted)) })
}

fn indent(args: &[Value], _: &Type) -> Outcome {
    let spaces = take_int(args, 0)?;
    let Ok(spaces) = usize::try_from(spaces) else { return Err("the number of spaces must not be negative".into()) };
    let text = take_text(args, 1)?;
    let breaks = text.matches('\n').count();
    // What would not fit is not built first; Terraform builds the blanks even where no line takes them.
    if breaks.max(1).checked_mul(spaces).is_none_or(|more| more > LONGEST) {
        return Err(format!("the result would be a text of more than {LONGEST} bytes").into());
    }
    make(text.replace('\n', &format!("\n{}", " ".repeat(spaces))))
}

fn join(args: &[Value], _: &Type) -> Outcome {
    let separator = take_text(args, 0)?;
    let lists = &args[1..];
    if lists.is_empty() {
        return Err("at least one list is required".into());
    }
    if lists.iter().any(|list| !list.is_wholly_known()) {
        return Ok(Value::unknown(Type::String));
    }
    let mut pieces = Vec::new();
    for (number, list) in lists.iter().enumerate() {
        for (index, member) in list.children().enumerate() {
            let Some(piece) = member.as_str() else {
                let of = if lists.len() > 1 { format!(" of list {}", number + 1) } else { String::new() };
                return bad(number + 1, format!("element {index}{of} is null; cannot concatenate null values"));
            };
            pieces.push(piece);
        }
    }
    make(pieces.join(separator))
}

fn split(args: &[Value], _: &Type) -> Outcome {
    let (separator, whole) = (take_text(args, 0)?, take_text(args, 1)?);
    let pieces: Vec<Value> = if separator.is_empty() {
        whole.chars().map(|letter| Value::string(letter.to_string())).collect()
    } else {
        whole.split(separator).map(|piece| Value::string(normalize(piece.to_owned()))).collect()
    };
    Ok(Value::list(Type::String, pieces))
}

fn substr(args: &[Value], _: &Type) -> Outcome {
    let whole = take_text(args, 0)?;
    let (offset, length) = (take_int(args, 1)?, take_int(args, 2)?);
    let clusters: Vec<(usize, &str)> = whole.grapheme_indices(true).collect();
    let count = i64::try_from(clusters.len()).unwrap_or(i64::MAX);
    let first = if offset < 0 { (offset + count).max(0) } else { offset.min(count) };
    let last = if length < 0 { count } else { first.saturating_add(length).min(count) };
    let at = |position: i64| {
        usize::try_from(position)
            .ok()
            .and_then(|position| clusters.get(position))
            .map_or(whole.len(), |(start, _)| *start)
    };
    make(&whole[at(first)..at(last)])
}

/// The letter in upper case if that is a single code point (Unicode's simple case mapping).
fn upper(letter: char) -> char {
    // Greek letters with iota below expand in full upper case but have a single code point too.
    let simple = match u32::from(letter) {
        code @ (0x1F80..=0x1F87 | 0x1F90..=0x1F97 | 0x1FA0..=0x1FA7) => Some(code + 8),
        code @ (0x1FB3 | 0x1FC3 | 0x1FF3) => Some(code + 9),
        _ => None,
    };
    simple.and_then(char::from_u32).unwrap_or_else(|| single(letter, letter.to_uppercase()))
}

/// The letter in lower case, likewise.
fn lower(letter: char) -> char {
    if letter == 'İ' { 'i' } else { single(letter, letter.to_lowercase()) }
}

fn single(letter: char, mut changed: impl Iterator<Item = char>) -> char {
    match (changed.next(), changed.next()) {
        (Some(only), None) => only,
        _ => letter,
    }
}

/// Each letter that begins a word, in title case.
fn title(args: &[Value], _: &Type) -> Outcome {
    let separates = |letter: char| match letter {
        '_' => false,
        letter if letter.is_ascii() => !letter.is_ascii_alphanumeric(),
        letter => !letter.is_alphanumeric() && letter.is_whitespace(),
    };
    let mut previous = ' ';
    let titled = take_text(args, 0)?.chars().map(|letter| {
        let begins = separates(std::mem::replace(&mut previous, letter));
        if begins { title_case(letter) } else { letter }
    });
    make(titled.collect::<String>())
}

/// The letters that stand for two (`ǆ`) have a form with only the first in upper case.
fn title_case(letter: char) -> char {
    match letter {
        'Ǆ' | 'ǅ' | 'ǆ' => 'ǅ',
        'Ǉ' | 'ǈ' | 'ǉ' => 'ǈ',
        'Ǌ' | 'ǋ' | 'ǌ' => 'ǋ',
        'Ǳ' | 'ǲ' | 'ǳ' => 'ǲ',
        letter => upper(letter),
    }
}
