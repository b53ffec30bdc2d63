//! Hashes and identifiers.
//!
//! **Never:** be used to protect a secret: `md5` and `sha1` are here because configurations name them.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use md5::Md5;
use sha1::Sha1;
use sha2::{Digest, Sha256, Sha512};
use uuid::Uuid;

use crate::lang::eval::Env;
use crate::value::{Type, Value};

use super::row::{Kind, Outcome, Row, text};
use super::text::{make, take_text};

pub(super) const ROWS: &[Row] = &[
    Row::new("base64sha256", &[text("str")], Kind::String, |args, _| base64::<Sha256>(take_text(args, 0)?.as_bytes())),
    Row::new("base64sha512", &[text("str")], Kind::String, |args, _| base64::<Sha512>(take_text(args, 0)?.as_bytes())),
    Row::new("md5", &[text("str")], Kind::String, |args, _| hex::<Md5>(take_text(args, 0)?.as_bytes())),
    Row::new("sha1", &[text("str")], Kind::String, |args, _| hex::<Sha1>(take_text(args, 0)?.as_bytes())),
    Row::new("sha256", &[text("str")], Kind::String, |args, _| hex::<Sha256>(take_text(args, 0)?.as_bytes())),
    Row::new("sha512", &[text("str")], Kind::String, |args, _| hex::<Sha512>(take_text(args, 0)?.as_bytes())),
    Row::host("uuid", &[], Kind::String, random_uuid),
    Row::new("uuidv5", &[text("namespace"), text("name")], Kind::String, uuidv5),
];

/// The digest of bytes in lower-case hexadecimal.
pub(super) fn hex<D: Digest>(bytes: &[u8]) -> Outcome {
    let digest = D::digest(bytes);
    make(digest.iter().map(|byte| format!("{byte:02x}")).collect::<String>())
}

/// The digest of bytes in base64.
pub(super) fn base64<D: Digest>(bytes: &[u8]) -> Outcome {
    make(STANDARD.encode(D::digest(bytes)))
}

/// Random, so it is known only once it is needed: during apply.
fn random_uuid(_: &[Value], env: &Env<'_>) -> Outcome {
    if !env.applying {
        return Ok(Value::unknown(Type::String));
    }
    make(Uuid::new_v4().to_string())
}

fn uuidv5(args: &[Value], _: &Type) -> Outcome {
    let (namespace, name) = (take_text(args, 0)?, take_text(args, 1)?);
    let space = match namespace {
        "dns" => Uuid::NAMESPACE_DNS,
        "url" => Uuid::NAMESPACE_URL,
        "oid" => Uuid::NAMESPACE_OID,
        "x500" => Uuid::NAMESPACE_X500,
        other => Uuid::parse_str(other).map_err(|_| {
            let why = match other.len() {
                32 | 36 | 38 | 45 => "invalid UUID format".to_owned(),
                length => format!("invalid UUID length: {length}"),
            };
            format!("uuidv5() doesn't support namespace {other} ({why})")
        })?,
    };
    make(Uuid::new_v5(&space, name.as_bytes()).to_string())
}
