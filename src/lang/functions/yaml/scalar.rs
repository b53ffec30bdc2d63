//! What a scalar means: text, number, truth, nothing or a time.
//!
//! **Never:** follow a standard where Terraform does not: `017` is seventeen, `0o17` fifteen, and
//! `1_000` a string unless it is tagged as a number. In: the tag, the text and whether it is quoted.

use base64::Engine;
use num_bigint::BigInt;

use crate::lang::eval::template::normalize;
use crate::value::{Number, Type, Value};

use super::super::encoding::LENIENT;

/// A tag of the language, without what they all begin with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tag {
    None,
    Str,
    Binary,
    Bool,
    Int,
    Float,
    Null,
    Timestamp,
}

impl Tag {
    /// The tag of a scalar; none if it is not one that scalars have.
    pub(super) fn read(tag: Option<&str>) -> Option<Tag> {
        Some(match tag {
            None => Tag::None,
            Some("!!str") => Tag::Str,
            Some("!!binary") => Tag::Binary,
            Some("!!bool") => Tag::Bool,
            Some("!!int") => Tag::Int,
            Some("!!float") => Tag::Float,
            Some("!!null") => Tag::Null,
            Some("!!timestamp") => Tag::Timestamp,
            Some(_) => return None,
        })
    }

    fn name(self) -> &'static str {
        match self {
            Tag::None => "",
            Tag::Str => "!!str",
            Tag::Binary => "!!binary",
            Tag::Bool => "!!bool",
            Tag::Int => "!!int",
            Tag::Float => "!!float",
            Tag::Null => "!!null",
            Tag::Timestamp => "!!timestamp",
        }
    }
}

/// The value of a scalar.
pub(super) fn resolve(tag: Tag, text: &str, quoted: bool) -> Result<Value, String> {
    let wrong = || format!("cannot parse {text:?} as {}", tag.name());
    if !matches!(tag, Tag::Str | Tag::Binary)
        && let Some(value) = hinted(tag, text, quoted)?
    {
        return Ok(value);
    }
    match tag {
        Tag::None | Tag::Str => Ok(string(text)),
        Tag::Binary => LENIENT.decode(text.replace(['\r', '\n'], "")).map(|_| string(text)).map_err(|_| wrong()),
        Tag::Null => Ok(Value::null(Type::Dynamic)),
        Tag::Bool => Err(wrong()),
        Tag::Int | Tag::Float => tagged_number(text).map(Value::number).ok_or_else(wrong),
        Tag::Timestamp => timestamp(text).map(Value::string).ok_or_else(wrong),
    }
}

fn string(text: &str) -> Value {
    Value::string(normalize(text.to_owned()))
}

/// What the first character lets the rest be; nothing if it says nothing.
fn hinted(tag: Tag, text: &str, quoted: bool) -> Result<Option<Value>, String> {
    let first = text.chars().next();
    let numeric = matches!(first, Some('+' | '-' | '0'..='9'));
    if !(numeric || matches!(first, None | Some('.' | '~')) || first.is_some_and(|first| "yYnNtTfFoO".contains(first)))
    {
        return Ok(None);
    }
    if quoted {
        return Ok(Some(string(text)));
    }
    if let Some(value) = word(text) {
        return Ok(Some(value));
    }
    if tag == Tag::None && matches!(text, ".nan" | ".NaN" | ".NAN") {
        return Err("floating point NaN is not supported".into());
    }
    if numeric
        && matches!(tag, Tag::None | Tag::Timestamp)
        && let Some(time) = timestamp(text)
    {
        return Ok(Some(Value::string(time)));
    }
    if (numeric || first == Some('.')) && is_decimal(text) {
        return match Number::parse(text) {
            Some(number) => Ok(Some(Value::number(number))),
            None => Err(format!("the number {text} is out of range")),
        };
    }
    if numeric
        && tag == Tag::None
        && let Some(number) = based(text)
    {
        return number.map(|number| Some(Value::number(number)));
    }
    Ok(None)
}

/// Words with a meaning.
fn word(text: &str) -> Option<Value> {
    Some(match text {
        "y" | "Y" | "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => Value::bool(true),
        "n" | "N" | "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => Value::bool(false),
        "" | "~" | "null" | "Null" | "NULL" => Value::null(Type::Dynamic),
        ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" => Value::number(Number::parse("Inf")?),
        "-.inf" | "-.Inf" | "-.INF" => Value::number(Number::parse("-Inf")?),
        _ => return None,
    })
}

/// Whether a text is a number in plain decimal digits.
fn is_decimal(text: &str) -> bool {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let (digits, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((digits, exponent)) => (digits, Some(exponent.strip_prefix(['+', '-']).unwrap_or(exponent))),
        None => (unsigned, None),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let all_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    all_digits(whole)
        && all_digits(fraction)
        && !(whole.is_empty() && fraction.is_empty())
        && exponent.is_none_or(|exponent| !exponent.is_empty() && all_digits(exponent))
}

/// A number that says its base, without a sign: `0x1f`, `0o17`.
fn based(text: &str) -> Option<Result<Number, String>> {
    let (digits, base) = match (text.strip_prefix("0x"), text.strip_prefix("0o")) {
        (Some(digits), _) => (digits, 16),
        (_, Some(digits)) => (digits, 8),
        _ => return None,
    };
    let number = whole(digits, base)?;
    Some(if number.bits() <= 64 { Ok(Number::from(number)) } else { Err(format!("the number {text} is out of range")) })
}

/// What the tags of numbers allow beyond: underscores, bases and a sign before these.
fn tagged_number(text: &str) -> Option<Number> {
    let plain = text.replace('_', "");
    if is_decimal(&plain) {
        return Number::parse(&plain);
    }
    let (negative, unsigned) = match plain.strip_prefix('-') {
        Some(unsigned) => (true, unsigned),
        None => (false, plain.strip_prefix('+').unwrap_or(&plain)),
    };
    let (base, digits) = unsigned.split_at_checked(2)?;
    let base = match base {
        "0x" | "0X" => 16,
        "0o" | "0O" => 8,
        "0b" | "0B" => 2,
        _ => return None,
    };
    let number = whole(digits, base)?;
    if number.bits() > 64 {
        return None;
    }
    Some(Number::from(if negative { -number } else { number }))
}

fn whole(digits: &str, base: u32) -> Option<BigInt> {
    let valid = !digits.is_empty() && digits.chars().all(|digit| digit.is_digit(base));
    if valid { BigInt::parse_bytes(digits.as_bytes(), base) } else { None }
}

/// A point in time, if it is one, as RFC 3339 with whole seconds.
fn timestamp(text: &str) -> Option<String> {
    let (date, rest) = text.split_at_checked(text.find(['T', 't', ' ']).unwrap_or(text.len()))?;
    let mut parts = date.split('-');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() || year.len() != 4 {
        return None;
    }
    let date = jiff::civil::Date::new(
        digits(year, 4)?.try_into().ok()?,
        digits(month, 2)?.try_into().ok()?,
        digits(day, 2)?.try_into().ok()?,
    );
    let date = date.ok()?.strftime("%Y-%m-%d").to_string();
    if rest.is_empty() {
        return Some(format!("{date}T00:00:00Z"));
    }
    let zoned = !rest.starts_with(' ');
    let clock = if zoned { &rest[1..] } else { rest.trim_start_matches(' ') };
    let end = clock.find(['Z', '+', '-']).unwrap_or(clock.len());
    let (clock, zone) = clock.split_at(end);
    let mut parts = clock.splitn(3, ':');
    let (hour, minute, second) = (digits(parts.next()?, 2)?, digits(parts.next()?, 2)?, parts.next()?);
    let second = match second.split_once(['.', ',']) {
        Some((second, fraction)) if !fraction.is_empty() && fraction.bytes().all(|byte| byte.is_ascii_digit()) => {
            second
        }
        Some(_) => return None,
        None => second,
    };
    let second = digits(second, 2)?;
    if hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let zone = match (zoned, zone) {
        (false, "") => "Z".to_owned(),
        (true, "Z") => "Z".to_owned(),
        (true, zone) => offset(zone)?,
        (false, _) => return None,
    };
    Some(format!("{date}T{hour:02}:{minute:02}:{second:02}{zone}"))
}

/// A distance from UTC. Go lets it be a day and an hour of sixty minutes.
fn offset(zone: &str) -> Option<String> {
    let (sign, distance) = zone.split_at_checked(1)?;
    let (hours, minutes) = distance.split_once(':')?;
    if !matches!(sign, "+" | "-") || hours.len() != 2 || minutes.len() != 2 {
        return None;
    }
    let (hours, minutes) = (digits(hours, 2)?, digits(minutes, 2)?);
    if hours > 24 || minutes > 60 {
        return None;
    }
    match hours * 60 + minutes {
        0 => Some("Z".into()),
        total => Some(format!("{sign}{:02}:{:02}", total / 60, total % 60)),
    }
}

/// A number of one digit up to `most`.
fn digits(text: &str, most: usize) -> Option<u16> {
    let valid = !text.is_empty() && text.len() <= most && text.bytes().all(|byte| byte.is_ascii_digit());
    if valid { text.parse().ok() } else { None }
}
