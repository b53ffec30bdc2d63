//! Functions between values and encodings: base64, JSON, CSV, URLs.
//!
//! **Never:** lose digits of a number or the order that Terraform writes: keys sorted by bytes.
//! JSON is written by hand because Terraform escapes `<`, `>` and `&`.

use base64::Engine;
use base64::alphabet;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig, STANDARD};

use crate::lang::eval::template::normalize;
use crate::value::{Bounds, Content, Members, Name, Number, Type, Value};

use super::row::{Fault, Kind, Outcome, Row, any, bad, text};
use super::text::{make, take_text};

pub(super) const ROWS: &[Row] = &[
    Row::new("base64decode", &[text("str")], Kind::String, base64decode),
    Row::new("base64encode", &[text("str")], Kind::String, |args, _| make(STANDARD.encode(take_text(args, 0)?))),
    Row::typed("csvdecode", &[text("str")], csvdecode_type, csvdecode),
    Row::typed("jsondecode", &[text("str").unknown()], jsondecode_type, jsondecode).maybe_null(),
    Row::new("jsonencode", &[any("val").nullable().unknown().dynamic()], Kind::String, jsonencode),
    Row::new("urldecode", &[text("str")], Kind::String, urldecode),
    Row::new("urlencode", &[text("str")], Kind::String, urlencode),
];

/// Reads base64 as Go does: bits that say nothing need not be zero.
pub(super) const LENIENT: GeneralPurpose =
    GeneralPurpose::new(&alphabet::STANDARD, GeneralPurposeConfig::new().with_decode_allow_trailing_bits(true));

fn base64decode(args: &[Value], _: &Type) -> Outcome {
    let encoded = take_text(args, 0)?;
    let bytes = LENIENT
        .decode(encoded.replace(['\r', '\n'], ""))
        .map_err(|_| format!("failed to decode base64 data {encoded:?}"))?;
    let decoded = String::from_utf8(bytes)
        .map_err(|_| "the result of decoding the provided string is not valid UTF-8".to_owned())?;
    make(decoded)
}

/// Of OpenTofu.
fn urldecode(args: &[Value], _: &Type) -> Outcome {
    let encoded = take_text(args, 0)?;
    let mut decoded = Vec::with_capacity(encoded.len());
    let mut rest = encoded.as_bytes();
    loop {
        rest = match rest {
            [] => break,
            [b'%', behind @ ..] => {
                let code = behind.first_chunk::<2>().and_then(|code| std::str::from_utf8(code).ok());
                let valid = code.filter(|code| code.bytes().all(|digit| digit.is_ascii_hexdigit()));
                let Some(byte) = valid.and_then(|code| u8::from_str_radix(code, 16).ok()) else {
                    let shown: String = String::from_utf8_lossy(rest).chars().take(3).collect();
                    return Err(format!("invalid URL escape {shown:?}").into());
                };
                decoded.push(byte);
                &behind[2..]
            }
            [b'+', behind @ ..] => {
                decoded.push(b' ');
                behind
            }
            [byte, behind @ ..] => {
                decoded.push(*byte);
                behind
            }
        };
    }
    match String::from_utf8(decoded) {
        Ok(text) => make(text),
        Err(_) => Err("the result of decoding the provided string is not valid UTF-8".into()),
    }
}

fn urlencode(args: &[Value], _: &Type) -> Outcome {
    let mut encoded = String::new();
    for byte in take_text(args, 0)?.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => encoded.push(char::from(byte)),
            b' ' => encoded.push('+'),
            other => encoded.push_str(&format!("%{other:02X}")),
        }
    }
    make(encoded)
}

fn jsonencode(args: &[Value], _: &Type) -> Outcome {
    if !args[0].is_wholly_known() {
        return Ok(encoded_start(&args[0]));
    }
    Ok(Value::string(write_json(&args[0])?))
}

/// The first character of the text that an unknown value is written as, if its type tells.
pub(super) fn encoded_start(value: &Value) -> Value {
    let start = match value.content() {
        Content::Unknown { ty: Type::String, not_null: true, .. } => "\"",
        Content::Unknown { ty: Type::Object(_) | Type::Map(_), not_null: true, .. } => "{",
        Content::Unknown { ty: Type::List(_) | Type::Set(_) | Type::Tuple(_), not_null: true, .. } => "[",
        Content::Map(..) | Content::Object(_) => "{",
        Content::List(..) | Content::Set(..) | Content::Tuple(_) => "[",
        _ => "",
    };
    Value::unknown_within(Type::String, Bounds::Start(start.into()))
}

/// A wholly known value as compact JSON.
pub(super) fn write_json(value: &Value) -> Result<String, Fault> {
    let mut json = String::new();
    encode(value, &mut json)?;
    Ok(json)
}

fn encode(value: &Value, json: &mut String) -> Result<(), Fault> {
    match value.content() {
        Content::Null(_) => json.push_str("null"),
        Content::Unknown { .. } => return Err("value is not known".into()),
        Content::Bool(value) => json.push_str(if *value { "true" } else { "false" }),
        Content::Number(number) if number.is_infinite() => {
            return Err("cannot serialize infinity as JSON".into());
        }
        Content::Number(number) => json.push_str(&number.to_string()),
        Content::String(text) => quote(text, json),
        Content::List(_, members) | Content::Set(_, members) | Content::Tuple(members) => {
            json.push('[');
            for (index, member) in members.iter().enumerate() {
                if index > 0 {
                    json.push(',');
                }
                encode(member, json)?;
            }
            json.push(']');
        }
        Content::Map(_, members) | Content::Object(members) => {
            json.push('{');
            for (index, (name, member)) in members.iter().enumerate() {
                if index > 0 {
                    json.push(',');
                }
                quote(name, json);
                json.push(':');
                encode(member, json)?;
            }
            json.push('}');
        }
    }
    Ok(())
}

/// A string as JSON, escaped as Go's encoder does.
fn quote(text: &str, json: &mut String) {
    json.push('"');
    for letter in text.chars() {
        match letter {
            '"' => json.push_str("\\\""),
            '\\' => json.push_str("\\\\"),
            '\n' => json.push_str("\\n"),
            '\r' => json.push_str("\\r"),
            '\t' => json.push_str("\\t"),
            '\u{8}' => json.push_str("\\b"),
            '\u{c}' => json.push_str("\\f"),
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' | '\0'..'\u{20}' => {
                json.push_str(&format!("\\u{:04x}", u32::from(letter)))
            }
            other => json.push(other),
        }
    }
    json.push('"');
}

/// The type of a document is known only once it is read; an unknown one may be anything.
fn jsondecode_type(args: &[Value]) -> Result<Type, Fault> {
    match (args[0].as_str(), args[0].bounds()) {
        (Some(_), _) => jsondecode(args, &Type::Dynamic).map(|value| value.ty()),
        (None, Some(Bounds::Start(start))) => foretell(start),
        (None, _) => Ok(Type::Dynamic),
    }
}

/// What a document will be of which only the beginning is known.
fn foretell(start: &str) -> Result<Type, Fault> {
    match start.trim_start_matches([' ', '\t', '\r', '\n']).chars().next() {
        Some('"') => Ok(Type::String),
        Some('t' | 'f') => Ok(Type::Bool),
        Some('-' | '.' | '0'..='9') => Ok(Type::Number),
        Some('{' | '[' | 'n') | None => Ok(Type::Dynamic),
        Some(other) => bad(0, format!("a JSON document cannot begin with the character {other:?}")),
    }
}

fn jsondecode(args: &[Value], want: &Type) -> Outcome {
    if args[0].is_unknown() {
        return Ok(Value::unknown(want.clone()));
    }
    read_json(take_text(args, 0)?)
}

/// The value that a JSON text stands for.
pub(super) fn read_json(text: &str) -> Outcome {
    let document = replace_lone_surrogates(text);
    let parsed: serde_json::Value = serde_json::from_str(&document).map_err(|error| explain_json(&error, &document))?;
    from_json(parsed)
}

fn explain_json(error: &serde_json::Error, document: &str) -> Fault {
    if error.is_eof() {
        return "EOF".into();
    }
    if error.to_string().starts_with("trailing characters") {
        return "extraneous data after JSON object".into();
    }
    let line = document.lines().nth(error.line().saturating_sub(1)).unwrap_or_default();
    let at = line.as_bytes().get(error.column().saturating_sub(1)).map(|byte| char::from(*byte));
    match at {
        Some(letter) if error.is_syntax() && letter.is_ascii_graphic() => {
            format!("invalid character '{letter}'").into()
        }
        _ => error.to_string().into(),
    }
}

/// Half of a surrogate pair stands for no character; Go reads U+FFFD in its place.
fn replace_lone_surrogates(document: &str) -> String {
    let bytes = document.as_bytes();
    let unit = |at: usize| -> Option<u32> {
        let digits = document.get(at + 2..at + 6)?;
        (bytes.get(at) == Some(&b'\\') && bytes.get(at + 1) == Some(&b'u'))
            .then(|| u32::from_str_radix(digits, 16).ok())?
    };
    let mut result = String::with_capacity(document.len());
    let mut at = 0;
    while let Some(step) = document[at..].find('\\') {
        result.push_str(&document[at..at + step]);
        at += step;
        let width = match (unit(at), unit(at + 6)) {
            (Some(0xD800..=0xDBFF), Some(0xDC00..=0xDFFF)) => 12,
            (Some(0xD800..=0xDFFF), _) => {
                result.push_str("\\ufffd");
                at += 6;
                continue;
            }
            (Some(_), _) => 6,
            (None, _) => 1 + document[at + 1..].chars().next().map_or(0, char::len_utf8),
        };
        result.push_str(&document[at..at + width]);
        at += width;
    }
    result.push_str(&document[at..]);
    result
}

fn from_json(json: serde_json::Value) -> Outcome {
    Ok(match json {
        serde_json::Value::Null => Value::null(Type::Dynamic),
        serde_json::Value::Bool(value) => Value::bool(value),
        serde_json::Value::Number(number) => {
            let text = number.to_string();
            Value::number(Number::parse(&text).ok_or_else(|| format!("invalid number {text}"))?)
        }
        serde_json::Value::String(text) => Value::string(normalize(text)),
        serde_json::Value::Array(members) => {
            Value::tuple(members.into_iter().map(from_json).collect::<Result<Vec<_>, _>>()?)
        }
        serde_json::Value::Object(members) => {
            let members =
                members.into_iter().map(|(name, member)| Ok((Name::from(normalize(name)), from_json(member)?)));
            Value::object(members.collect::<Result<Members, Fault>>()?)
        }
    })
}

fn csvdecode_type(args: &[Value]) -> Result<Type, Fault> {
    match args[0].as_str() {
        Some(_) => csvdecode(args, &Type::Dynamic).map(|value| value.ty()),
        None => Ok(Type::Dynamic),
    }
}

fn csvdecode(args: &[Value], _: &Type) -> Outcome {
    let mut records = read_csv(take_text(args, 0)?)?.into_iter();
    let Some((_, header)) = records.next() else { return Err("missing header line".into()) };
    let mut columns = Vec::new();
    for name in header {
        let name = Name::from(normalize(name));
        if columns.contains(&name) {
            return Err(format!("duplicate column name {name:?}").into());
        }
        columns.push(name);
    }
    let row_type = Type::object(columns.iter().map(|name| (name.clone(), Type::String)).collect());
    let mut rows = Vec::new();
    for (line, record) in records {
        if record.len() != columns.len() {
            return Err(format!("CSV parse error on line {line}: wrong number of fields").into());
        }
        let cells = columns.iter().cloned().zip(record.into_iter().map(|cell| Value::string(normalize(cell))));
        rows.push(Value::object(cells.collect()));
    }
    Ok(Value::list(row_type, rows))
}

/// The records of a CSV text with their line numbers; blank lines are passed over.
fn read_csv(text: &str) -> Result<Vec<(usize, Vec<String>)>, Fault> {
    let mut records = Vec::new();
    let mut lines = text.split_inclusive('\n').enumerate();
    while let Some((number, line)) = lines.next() {
        let mut line = line.strip_suffix("\r\n").map_or_else(|| line.to_owned(), |line| format!("{line}\n"));
        if line == "\n" || line.is_empty() {
            continue;
        }
        let mut record = Vec::new();
        let mut rest = 0;
        loop {
            if line[rest..].starts_with('"') {
                let mut cell = String::new();
                let mut at = rest + 1;
                loop {
                    match line[at..].find('"') {
                        Some(found) if line[at + found + 1..].starts_with('"') => {
                            cell.push_str(&line[at..=at + found]);
                            at += found + 2;
                        }
                        Some(found) => {
                            cell.push_str(&line[at..at + found]);
                            at += found + 1;
                            break;
                        }
                        None => {
                            let Some((_, more)) = lines.next() else {
                                return Err(format!(
                                    "CSV parse error on line {}: extraneous or missing \" in quoted-field",
                                    number + 1
                                )
                                .into());
                            };
                            line.push_str(&more.replace("\r\n", "\n"));
                        }
                    }
                }
                record.push(cell);
                match line[at..].chars().next() {
                    Some(',') => rest = at + 1,
                    None | Some('\n') => break,
                    Some(_) => {
                        return Err(format!(
                            "CSV parse error on line {}: extraneous or missing \" in quoted-field",
                            number + 1
                        )
                        .into());
                    }
                }
            } else {
                let end = line[rest..].find([',', '\n']).map_or(line.len(), |found| rest + found);
                let cell = &line[rest..end];
                if cell.contains('"') {
                    return Err(format!("CSV parse error on line {}: bare \" in non-quoted-field", number + 1).into());
                }
                record.push(cell.to_owned());
                if !line[end..].starts_with(',') {
                    break;
                }
                rest = end + 1;
            }
        }
        records.push((number + 1, record));
    }
    Ok(records)
}

/// Bytes that must be text.
pub(super) fn take_utf8(bytes: Vec<u8>, path: &str) -> Result<String, Fault> {
    String::from_utf8(bytes).map_err(|_| Fault::Call(format!(
            "contents of {path:?} are not valid UTF-8; use the filebase64 function to obtain the Base64 encoded contents or \
             the other file functions (e.g. filemd5, filesha256) to obtain file hashing results instead"
        )))
}
