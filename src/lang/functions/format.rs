//! `format` and `formatlist`.
//!
//! **Never:** use Rust's formatting of numbers: digits come exact from `decimal`. Verbs, flags and
//! messages are those of go-cty's `format`; widths of text count grapheme clusters.

use num_bigint::{BigInt, Sign};
use unicode_segmentation::UnicodeSegmentation;

use crate::lang::eval::conversion::convert_to;
use crate::lang::eval::template::begins_with;
use crate::value::{Content, Number, Type, Value};

use super::decimal;
use super::encoding::write_json;
use super::row::{Fault, Kind, Outcome, Param, Row, any, bad, text};
use super::text::{make, take_text};

const ARGS: Param = any("args").nullable().unknown().open_null();

pub(super) const ROWS: &[Row] = &[
    Row::new("format", &[text("format")], Kind::String, format).rest(ARGS),
    Row::new("formatlist", &[text("format")], Kind::List(&Kind::String), formatlist).rest(ARGS),
];

fn format(args: &[Value], _: &Type) -> Outcome {
    let verbs = parse(take_text(args, 0)?)?;
    let values = &args[1..];
    if values.iter().any(|value| !value.is_wholly_known()) {
        // What stands before the first verb is certain.
        let start = take_text(args, 0)?.split_once('%').map_or("", |(start, _)| start);
        return Ok(begins_with(start));
    }
    make(render(&verbs, values)?)
}

/// What is formatted is looked at first, and the format where all of a row is known, as in Terraform.
fn formatlist(args: &[Value], _: &Type) -> Outcome {
    let mut verbs: Option<Vec<Piece>> = None;
    let values = &args[1..];
    let mut length: Option<(usize, usize)> = None;
    let mut open = false;
    for (index, value) in values.iter().enumerate() {
        let this = match value.content() {
            Content::Unknown { ty: Type::List(_) | Type::Set(_) | Type::Dynamic, .. } => {
                return Ok(Value::unknown(Type::list(Type::String)));
            }
            Content::Unknown { ty: Type::Tuple(elements), .. } => {
                open = true;
                Some(elements.len())
            }
            Content::Set(_, members) if members.len() > 1 && !value.is_wholly_known() => {
                return Ok(Value::unknown(Type::list(Type::String)));
            }
            _ => value.as_sequence().map(<[Value]>::len),
        };
        match (this, length) {
            (Some(this), None) => length = Some((index, this)),
            (Some(this), Some((first, expected))) if this != expected => {
                return bad(
                    index + 1,
                    format!(
                        "argument {} has length {this}, which is inconsistent with argument {} of length {expected}",
                        index + 1,
                        first + 1
                    ),
                );
            }
            _ => {}
        }
    }
    if open {
        return Ok(Value::unknown(Type::list(Type::String)));
    }
    let mut rows = Vec::new();
    for row in 0..length.map_or(1, |(_, length)| length) {
        let of = |value: &Value| value.as_sequence().map_or_else(|| value.clone(), |members| members[row].clone());
        let row_values: Vec<Value> = values.iter().map(of).collect();
        if row_values.iter().any(|value| !value.is_wholly_known()) {
            rows.push(Value::unknown_not_null(Type::String));
            continue;
        }
        let in_row = |fault| match fault {
            Fault::Call(why) | Fault::Argument(_, why) if !values.is_empty() => {
                Fault::Call(format!("error on format iteration {row}: {why}"))
            }
            other => other,
        };
        let pieces = match verbs.take() {
            Some(pieces) => pieces,
            None => parse(take_text(args, 0)?).map_err(in_row)?,
        };
        rows.push(make(render(&pieces, &row_values).map_err(in_row)?)?);
        verbs = Some(pieces);
    }
    Ok(Value::list(Type::String, rows))
}

/// A piece of a format: text as it is, or a verb.
enum Piece {
    Text(String),
    Verb(Verb),
}

/// `%-8.3[1]f`
struct Verb {
    /// As it is written.
    raw: String,
    /// Where, in bytes.
    offset: usize,
    plus: bool,
    minus: bool,
    sharp: bool,
    space: bool,
    zero: bool,
    width: Option<usize>,
    precision: Option<usize>,
    /// Which argument, counted from zero.
    argument: usize,
    letter: char,
}

fn parse(format: &str) -> Result<Vec<Piece>, Fault> {
    let mut pieces = Vec::new();
    let mut rest = format;
    let mut next = 0;
    while let Some(at) = rest.find('%') {
        pieces.push(Piece::Text(rest[..at].to_owned()));
        let offset = format.len() - rest.len() + at;
        if rest[at + 1..].starts_with('%') {
            pieces.push(Piece::Text("%".into()));
            rest = &rest[at + 2..];
            continue;
        }
        let (verb, length) = parse_verb(&format[offset..], offset, next)?;
        next = verb.argument + 1;
        rest = &format[offset + length..];
        pieces.push(Piece::Verb(verb));
    }
    pieces.push(Piece::Text(rest.to_owned()));
    Ok(pieces)
}

/// A number of digits at `at`, if one is there.
fn digits(text: &str, at: &mut usize) -> Option<usize> {
    let length = text[*at..].bytes().take_while(u8::is_ascii_digit).count();
    let number = text[*at..*at + length].parse().ok();
    *at += length;
    number
}

fn parse_verb(text: &str, offset: usize, next: usize) -> Result<(Verb, usize), Fault> {
    let wrong = |at: usize| match text[at..].chars().next() {
        Some(letter) => Fault::Call(format!("unrecognized format character {letter:?} at offset {}", offset + at)),
        None => Fault::Call(format!("invalid format string starting at offset {}", offset + at)),
    };
    let mut verb = Verb {
        raw: String::new(),
        offset,
        plus: false,
        minus: false,
        sharp: false,
        space: false,
        zero: false,
        width: None,
        precision: None,
        argument: next,
        letter: ' ',
    };
    let mut at = 1;
    while let Some(flag) = text[at..].chars().next() {
        match flag {
            '+' => verb.plus = true,
            '-' => verb.minus = true,
            '#' => verb.sharp = true,
            ' ' => verb.space = true,
            '0' => verb.zero = true,
            _ => break,
        }
        at += 1;
    }
    verb.width = digits(text, &mut at).map(|width| width.min(4096));
    if text[at..].starts_with('.') {
        at += 1;
        verb.precision = Some(digits(text, &mut at).unwrap_or(0).min(4096));
    }
    if text[at..].starts_with('[') {
        at += 1;
        let start = at;
        match digits(text, &mut at) {
            Some(number) if !text[start..].starts_with('0') => verb.argument = number - 1,
            Some(_) => return Err(wrong(start)),
            None => return Err(wrong(at)),
        }
        if !text[at..].starts_with(']') {
            return Err(wrong(at));
        }
        at += 1;
    }
    match text[at..].chars().next() {
        Some(letter) if letter.is_ascii_alphabetic() => verb.letter = letter,
        _ => return Err(wrong(at)),
    }
    verb.raw = text[..=at].to_owned();
    Ok((verb, at + 1))
}

fn render(pieces: &[Piece], args: &[Value]) -> Result<String, Fault> {
    let mut out = String::new();
    let mut used = 0;
    for piece in pieces {
        match piece {
            Piece::Text(text) => out.push_str(text),
            Piece::Verb(verb) => {
                let Some(arg) = args.get(verb.argument) else {
                    return Err(format!(
                        "not enough arguments for {:?} at {}: need index {} but have {} total",
                        verb.raw,
                        verb.offset,
                        verb.argument + 1,
                        args.len()
                    )
                    .into());
                };
                used = used.max(verb.argument + 1);
                out.push_str(&show(verb, arg)?);
            }
        }
    }
    match used {
        used if used >= args.len() => Ok(out),
        0 => bad(1, "too many arguments; no verbs in format string"),
        used => bad(used + 1, format!("too many arguments; only {used} used by format string")),
    }
}

const TOO_LONG: &str = "the number has millions of digits";

fn show(verb: &Verb, arg: &Value) -> Result<String, Fault> {
    let unsupported =
        |why: &str| Fault::Call(format!("unsupported value for {:?} at {}: {why}", verb.raw, verb.offset));
    if verb.letter != 'v' && arg.is_null() {
        return Err(unsupported("null value cannot be formatted"));
    }
    let converted = |ty: Type| convert_to(arg, &ty).map_err(|why| unsupported(&why));
    let number = || {
        let value = converted(Type::Number)?;
        value.as_number().cloned().ok_or_else(|| unsupported("a number is required"))
    };
    match verb.letter {
        'v' => Ok(pad(
            verb,
            match (arg.content(), verb.sharp) {
                (Content::String(text), false) => text.to_string(),
                (Content::Number(number), false) => {
                    decimal::general(number, None, 'e').ok_or_else(|| unsupported(TOO_LONG))?
                }
                _ => write_json(arg)?,
            },
        )),
        't' => Ok(if converted(Type::Bool)?.as_bool() == Some(true) { "true" } else { "false" }.into()),
        'b' | 'd' | 'o' | 'x' | 'X' => {
            let number = number()?;
            let why = if number.is_integer() { TOO_LONG } else { "an integer is required" };
            let whole = number.to_bigint().ok_or_else(|| unsupported(why))?;
            Ok(show_integer(verb, &whole))
        }
        'e' | 'E' | 'f' | 'F' | 'g' | 'G' => show_float(verb, &number()?).ok_or_else(|| unsupported(TOO_LONG)),
        's' | 'q' => {
            let value = converted(Type::String)?;
            let mut text = value.as_str().unwrap_or_default().to_owned();
            if let Some(wanted @ 1..) = verb.precision {
                text = text.graphemes(true).take(wanted).collect();
            }
            Ok(pad(verb, if verb.letter == 'q' { write_json(&Value::string(text))? } else { text }))
        }
        other => Err(format!("unsupported format verb {other:?} in {:?} at offset {}", verb.raw, verb.offset).into()),
    }
}

/// Pads text to the width of the verb.
fn pad(verb: &Verb, text: String) -> String {
    let length = text.graphemes(true).count();
    let missing = verb.width.unwrap_or(0).saturating_sub(length);
    let padding = if verb.zero { "0" } else { " " }.repeat(missing);
    if verb.minus { text + &padding } else { padding + &text }
}

fn sign(verb: &Verb, negative: bool) -> &'static str {
    match (negative, verb.plus, verb.space) {
        (true, ..) => "-",
        (false, true, _) => "+",
        (false, false, true) => " ",
        _ => "",
    }
}

/// Go's formatting of big integers (`math/big`, `Int.Format`).
fn show_integer(verb: &Verb, number: &BigInt) -> String {
    let magnitude = number.magnitude();
    let (digits, prefix) = match verb.letter {
        'b' => (magnitude.to_str_radix(2), "0b"),
        'o' => (magnitude.to_str_radix(8), "0"),
        'x' => (magnitude.to_str_radix(16), "0x"),
        'X' => (magnitude.to_str_radix(16).to_uppercase(), "0X"),
        _ => (magnitude.to_str_radix(10), ""),
    };
    if verb.precision == Some(0) && digits == "0" {
        return String::new();
    }
    let start = format!("{}{}", sign(verb, number.sign() == Sign::Minus), if verb.sharp { prefix } else { "" });
    let mut zeros = verb.precision.unwrap_or(0).saturating_sub(digits.len());
    let missing = verb.width.unwrap_or(0).saturating_sub(start.len() + zeros + digits.len());
    let (left, right) = match verb {
        Verb { minus: true, .. } => (0, missing),
        Verb { zero: true, precision: None, .. } => {
            zeros = missing;
            (0, 0)
        }
        _ => (missing, 0),
    };
    format!("{}{start}{}{digits}{}", " ".repeat(left), "0".repeat(zeros), " ".repeat(right))
}

/// Go's formatting of big floats (`math/big`, `Float.Format`).
fn show_float(verb: &Verb, number: &Number) -> Option<String> {
    let text = match verb.letter {
        'f' | 'F' => decimal::fixed(number, verb.precision.unwrap_or(6)),
        'e' | 'E' => decimal::scientific(number, verb.precision.unwrap_or(6), verb.letter),
        'G' => decimal::general(number, verb.precision, 'E'),
        _ => decimal::general(number, verb.precision, 'e'),
    }?;
    let (negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text.strip_prefix('+').unwrap_or(&text)),
    };
    let start = sign(verb, negative);
    let missing = verb.width.unwrap_or(0).saturating_sub(start.len() + digits.len());
    Some(match verb {
        Verb { zero: true, .. } if !number.is_infinite() => format!("{start}{}{digits}", "0".repeat(missing)),
        Verb { minus: true, .. } => format!("{start}{digits}{}", " ".repeat(missing)),
        _ => format!("{}{start}{digits}", " ".repeat(missing)),
    })
}
