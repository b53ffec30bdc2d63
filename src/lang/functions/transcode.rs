//! Text in other encodings, compressed or encrypted, as base64.
//!
//! **Never:** guess an encoding. Hashes are in `hash`, encodings of values in `encoding` and `yaml`.

use std::io::Read;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use flate2::read::MultiGzDecoder;

use crate::value::{Type, Value};

use crate::lang::eval::Env;

use super::encoding::LENIENT;
use super::numeric::take_int;
use super::row::{Fault, Kind, Outcome, Row, bad, number, text};
use super::rsa::{self, Refusal};
use super::text::{make, take_text};
use super::{charset, gzip};

pub(super) const ROWS: &[Row] = &[
    Row::new("base64gunzip", &[text("str")], Kind::String, base64gunzip),
    Row::new("base64gzip", &[text("str")], Kind::String, |args, _| {
        make(STANDARD.encode(gzip::gzip(take_text(args, 0)?.as_bytes())))
    }),
    Row::host("bcrypt", &[text("str")], Kind::String, bcrypt).rest(number("cost")),
    Row::new("rsadecrypt", &[text("ciphertext"), text("privatekey")], Kind::String, rsadecrypt),
    Row::new("textdecodebase64", &[text("source"), text("encoding")], Kind::String, textdecodebase64),
    Row::new("textencodebase64", &[text("string"), text("encoding")], Kind::String, textencodebase64),
];

/// A small text can stand for one that fills the memory.
const LARGEST: u64 = 256 << 20;

/// Of OpenTofu.
fn base64gunzip(args: &[Value], _: &Type) -> Outcome {
    let compressed = take_base64(args, 0)?;
    let mut bytes = Vec::new();
    let read = MultiGzDecoder::new(compressed.as_slice()).take(LARGEST + 1).read_to_end(&mut bytes);
    if let Err(error) = read {
        return bad(0, format!("failed to decompress: {error}"));
    }
    if bytes.len() as u64 > LARGEST {
        return bad(0, "what it holds is larger than 256 MiB");
    }
    match String::from_utf8(bytes) {
        Ok(text) => make(text),
        Err(_) => bad(0, "what it holds is not valid UTF-8"),
    }
}

fn take_charset(args: &[Value]) -> Result<&'static charset::Charset, Fault> {
    let name = take_text(args, 1)?;
    match charset::find(name) {
        Some(charset) => Ok(charset),
        None => bad(1, format!("{name:?} is not a supported IANA encoding name or alias")),
    }
}

fn textencodebase64(args: &[Value], _: &Type) -> Outcome {
    let charset = take_charset(args)?;
    match charset.encode(take_text(args, 0)?) {
        Some(bytes) => make(STANDARD.encode(bytes)),
        None => bad(0, format!("the given string contains characters that cannot be represented in {}", charset.name)),
    }
}

fn textdecodebase64(args: &[Value], _: &Type) -> Outcome {
    let charset = take_charset(args)?;
    let bytes = take_base64(args, 0)?;
    match charset.decode(&bytes) {
        Some(decoded) => make(decoded),
        None => bad(0, format!("the given string contains symbols that are not defined for {}", charset.name)),
    }
}

/// What bcrypt takes of a password.
const LONGEST_PASSWORD: usize = 72;
const USUAL_COST: u32 = 10;

/// Salted, so it is known only once it is needed: during apply.
fn bcrypt(args: &[Value], env: &Env<'_>) -> Outcome {
    if !env.applying {
        return Ok(Value::unknown(Type::String));
    }
    if args.len() > 2 {
        return Err("bcrypt() takes no more than two arguments".into());
    }
    let password = take_text(args, 0)?;
    let cost = match args.len() {
        1 => USUAL_COST,
        _ => match u32::try_from(take_int(args, 1)?) {
            Ok(cost @ 4..=31) => cost,
            // As Go has it: less than the least is the usual.
            Ok(0..4) | Err(_) if take_int(args, 1)? < 4 => USUAL_COST,
            _ => return bad(0, format!("the cost must be from 4 to 31, and it is {}", take_int(args, 1)?)),
        },
    };
    if password.len() > LONGEST_PASSWORD {
        return bad(0, format!("a password must not be longer than {LONGEST_PASSWORD} bytes"));
    }
    match bcrypt::hash_with_result(password, cost) {
        Ok(parts) => make(parts.format_for_version(bcrypt::Version::TwoA)),
        Err(error) => bad(0, format!("the password cannot be hashed: {error}")),
    }
}

fn rsadecrypt(args: &[Value], _: &Type) -> Outcome {
    let Ok(encrypted) = LENIENT.decode(take_text(args, 0)?.replace(['\r', '\n'], "")) else {
        return bad(0, "failed to decode the cipher text: it must be base64-encoded");
    };
    match rsa::decrypt(&encrypted, take_text(args, 1)?) {
        Ok(decrypted) => match String::from_utf8(decrypted) {
            Ok(text) => make(text),
            Err(_) => Err("the result of decrypting the ciphertext is not valid UTF-8".into()),
        },
        Err(Refusal::Key(why)) => bad(1, format!("invalid private key: {why}")),
        Err(Refusal::Text(why)) => bad(0, format!("failed to decrypt: {why}")),
    }
}

/// The bytes of an argument in base64, line breaks passed over.
pub(super) fn take_base64(args: &[Value], index: usize) -> Result<Vec<u8>, Fault> {
    let encoded = take_text(args, index)?.replace(['\r', '\n'], "");
    LENIENT.decode(&encoded).or_else(|error| {
        let why = match error {
            base64::DecodeError::InvalidByte(at, _) => format!("an invalid base64 symbol at offset {at}"),
            _ => "an invalid base64 text: its length or its padding is wrong".to_owned(),
        };
        bad(index, format!("the given value has {why}"))
    })
}
