//! What Terraform knows of unknown values, read from a saved plan: its JSON does not tell.
//!
//! **Never:** judge. In: the file that `terraform plan -out` wrote. Out: the parts of a planned
//! value, each with what is known of it. The file is a zip; `tfplan` in it is protobuf with values
//! in msgpack, in which unknown values are extension 12 (go-cty, "refinements").

use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::Path;

/// A part of a value.
#[derive(Clone, Debug)]
pub(super) enum Part {
    /// Not known: what is known of it nevertheless, as text.
    Unknown(String),
    Sequence(Vec<Part>),
    Named(BTreeMap<String, Part>),
    Text(String),
    Number(String),
    Bool(bool),
    Null,
}

impl Part {
    pub(super) fn at(&self, index: usize) -> &Part {
        match self {
            Part::Sequence(parts) => parts.get(index).unwrap_or(&Part::Null),
            _ => &Part::Null,
        }
    }

    pub(super) fn named(&self, name: &str) -> &Part {
        match self {
            Part::Named(parts) => parts.get(name).unwrap_or(&Part::Null),
            _ => &Part::Null,
        }
    }

    /// What is known of an unknown value, as it stands in answers.
    pub(super) fn known(&self) -> &str {
        match self {
            Part::Unknown(known) => known,
            _ => "",
        }
    }
}

/// The planned `input` of the resource whose address is given.
pub(super) fn planned_input(plan: &Path, address: &str) -> Part {
    let file = unzipped(&std::fs::read(plan).unwrap(), "tfplan");
    // Plan.resource_changes = 3; ResourceInstanceChange.addr = 13, .change = 9; Change.values = 2;
    // DynamicValue.msgpack = 1.
    let changes = fields(&file).filter(|(number, _)| *number == 3);
    let change = changes.map(|(_, change)| change).find(|change| field(change, 13) == Some(address.as_bytes()));
    let change = field(change.expect("the change"), 9).expect("the values");
    let (_, after) = fields(change).filter(|(number, _)| *number == 2).last().expect("a value");
    let mut packed = field(after, 1).expect("msgpack");
    let value = unpack(&mut packed);
    // A member of an undecided type carries its type.
    value.named("input").at(1).clone()
}

fn number(bytes: &[u8]) -> usize {
    bytes.iter().rev().fold(0, |number, byte| number << 8 | usize::from(*byte))
}

/// A member of a zip archive, found through its directory.
fn unzipped(zip: &[u8], wanted: &str) -> Vec<u8> {
    let end = zip.windows(4).rposition(|window| window == b"PK\x05\x06").expect("a zip archive");
    let mut at = number(&zip[end + 16..end + 20]);
    loop {
        let entry = &zip[at..];
        assert_eq!(&entry[..4], b"PK\x01\x02", "{wanted} is not in the archive");
        let length = |from: usize| number(&entry[from..from + 2]);
        let name = &entry[46..46 + length(28)];
        if name == wanted.as_bytes() {
            let local = &zip[number(&entry[42..46])..];
            let start = 30 + number(&local[26..28]) + number(&local[28..30]);
            let packed = &local[start..start + number(&entry[20..24])];
            if length(10) == 0 {
                return packed.to_vec();
            }
            let mut unpacked = Vec::new();
            flate2::read::DeflateDecoder::new(packed).read_to_end(&mut unpacked).unwrap();
            return unpacked;
        }
        at += 46 + length(28) + length(30) + length(32);
    }
}

fn varint(bytes: &mut &[u8]) -> usize {
    let mut value = 0;
    for shift in (0..).step_by(7) {
        let byte = take(bytes, 1)[0];
        value |= usize::from(byte & 127) << shift;
        if byte < 128 {
            break;
        }
    }
    value
}

fn take<'b>(bytes: &mut &'b [u8], count: usize) -> &'b [u8] {
    let (taken, rest) = bytes.split_at(count);
    *bytes = rest;
    taken
}

/// The fields of a protobuf message that have a length, with their numbers.
fn fields(mut message: &[u8]) -> impl Iterator<Item = (usize, &[u8])> {
    std::iter::from_fn(move || {
        while !message.is_empty() {
            let key = varint(&mut message);
            match key & 7 {
                0 => drop(varint(&mut message)),
                1 => drop(take(&mut message, 8)),
                5 => drop(take(&mut message, 4)),
                _ => {
                    let length = varint(&mut message);
                    return Some((key >> 3, take(&mut message, length)));
                }
            }
        }
        None
    })
}

fn field(message: &[u8], wanted: usize) -> Option<&[u8]> {
    fields(message).find(|(number, _)| *number == wanted).map(|(_, bytes)| bytes)
}

fn big(bytes: &[u8]) -> usize {
    bytes.iter().fold(0, |number, byte| number << 8 | usize::from(*byte))
}

fn unpack(bytes: &mut &[u8]) -> Part {
    let tag = take(bytes, 1)[0];
    let mut length = |width: usize| big(take(bytes, width));
    match tag {
        0..=0x7f => Part::Number(tag.to_string()),
        0x80..=0x8f => named(bytes, usize::from(tag & 15)),
        0x90..=0x9f => sequence(bytes, usize::from(tag & 15)),
        0xa0..=0xbf => text(bytes, usize::from(tag & 31)),
        0xc0 => Part::Null,
        0xc2 | 0xc3 => Part::Bool(tag == 0xc3),
        0xc4..=0xc6 => {
            let count = length(1 << (tag - 0xc4));
            take(bytes, count);
            Part::Null
        }
        0xc7..=0xc9 => {
            let count = length(1 << (tag - 0xc7));
            unknown(bytes, count)
        }
        0xca => Part::Number(f32::from_be_bytes(take(bytes, 4).try_into().unwrap()).to_string()),
        0xcb => Part::Number(f64::from_be_bytes(take(bytes, 8).try_into().unwrap()).to_string()),
        0xcc..=0xcf => Part::Number(length(1 << (tag - 0xcc)).to_string()),
        0xd0..=0xd3 => {
            let width = 1 << (tag - 0xd0);
            let shift = 64 - 8 * width;
            Part::Number(((length(width) as i64) << shift >> shift).to_string())
        }
        0xd4..=0xd8 => unknown(bytes, 1 << (tag - 0xd4)),
        0xd9..=0xdb => {
            let count = length(1 << (tag - 0xd9));
            text(bytes, count)
        }
        0xdc | 0xdd => {
            let count = length(2 << (tag - 0xdc));
            sequence(bytes, count)
        }
        0xde | 0xdf => {
            let count = length(2 << (tag - 0xde));
            named(bytes, count)
        }
        0xe0..=0xff => Part::Number((tag as i8).to_string()),
        0xc1 => panic!("no msgpack"),
    }
}

fn text(bytes: &mut &[u8], count: usize) -> Part {
    Part::Text(String::from_utf8(take(bytes, count).to_vec()).unwrap())
}

fn sequence(bytes: &mut &[u8], count: usize) -> Part {
    Part::Sequence((0..count).map(|_| unpack(bytes)).collect())
}

fn named(bytes: &mut &[u8], count: usize) -> Part {
    let member = |_| {
        let name = match unpack(bytes) {
            Part::Text(name) | Part::Number(name) => name,
            other => panic!("a name is {other:?}"),
        };
        (name, unpack(bytes))
    };
    Part::Named((0..count).map(member).collect())
}

fn unknown(bytes: &mut &[u8], count: usize) -> Part {
    let kind = take(bytes, 1)[0];
    let mut body = take(bytes, count);
    let known = if kind == 12 { unpack(&mut body) } else { Part::Null };
    let Part::Named(known) = known else { return Part::Unknown(String::new()) };
    let says = |(key, part): (&String, &Part)| match (key.as_str(), part) {
        ("1", Part::Bool(false)) => ", not null".to_owned(),
        ("2", Part::Text(start)) => format!(", begins with {start:?}"),
        ("3", bound) => bounded(">=", bound),
        ("4", bound) => bounded("<=", bound),
        ("5", Part::Number(count)) => format!(", length >= {count}"),
        ("6", Part::Number(count)) => format!(", length <= {count}"),
        other => panic!("an unknown value says {other:?}"),
    };
    Part::Unknown(known.iter().map(says).collect())
}

fn bounded(sign: &str, bound: &Part) -> String {
    match (bound.at(0), bound.at(1)) {
        // Infinity bounds nothing.
        (Part::Number(number), _) if number.ends_with("inf") => String::new(),
        (Part::Number(number) | Part::Text(number), Part::Bool(true)) => format!(", {sign} {number}"),
        other => panic!("a bound is {other:?}"),
    }
}
