//! `rsadecrypt`: RSA with the padding of PKCS#1 v1.5 (RFC 8017, section 7.2.2).
//!
//! **Never:** serve strangers. Decrypting takes a time that depends on the key, which does not
//! matter here: whoever could measure it holds the key and the configuration. In: a key in PEM, as
//! OpenSSL or OpenSSH write it without a password, and the encrypted bytes. Out: what was encrypted.

use num_bigint::BigUint;

/// An RSA private key, as much of it as decrypting takes.
struct Key {
    modulus: BigUint,
    exponent: BigUint,
}

/// Why it cannot be done.
pub(super) enum Refusal {
    /// The key cannot be used.
    Key(&'static str),
    /// The encrypted bytes do not fit the key.
    Text(&'static str),
}

/// Decrypts bytes with a private key.
pub(super) fn decrypt(encrypted: &[u8], private_key: &str) -> Result<Vec<u8>, Refusal> {
    let key = read_key(private_key).map_err(Refusal::Key)?;
    let wrong = Refusal::Text("the key does not fit, or what it should decrypt is damaged");
    let size = usize::try_from(key.modulus.bits().div_ceil(8)).unwrap_or(0);
    let number = BigUint::from_bytes_be(encrypted);
    if size < 11 || number >= key.modulus {
        return Err(wrong);
    }
    let digits = number.modpow(&key.exponent, &key.modulus).to_bytes_be();
    let mut block = vec![0; size.saturating_sub(digits.len())];
    block.extend_from_slice(&digits);
    // Zero, two, at least eight bytes of padding that are not zero, zero, the text.
    let ([0, 2], padded) = block.split_at(2) else { return Err(wrong) };
    match padded.iter().position(|byte| *byte == 0) {
        Some(end) if end >= 8 => Ok(padded[end + 1..].to_vec()),
        _ => Err(wrong),
    }
}

fn read_key(text: &str) -> Result<Key, &'static str> {
    let document = pem::parse(text).map_err(|_| "it is not in PEM format")?;
    if document.headers().get("Proc-Type").is_some_and(|kind| kind.contains("ENCRYPTED")) {
        return Err("it is protected by a password");
    }
    match document.tag() {
        "RSA PRIVATE KEY" => read_pkcs1(document.contents()),
        "PRIVATE KEY" => read_pkcs8(document.contents()),
        "OPENSSH PRIVATE KEY" => read_openssh(document.contents()),
        "ENCRYPTED PRIVATE KEY" => Err("it is protected by a password"),
        "EC PRIVATE KEY" | "DSA PRIVATE KEY" => Err("it is not an RSA key"),
        _ => Err("it is not a private key"),
    }
}

const BROKEN: &str = "its content is not that of a key";
const INTEGER: u8 = 2;
const OCTETS: u8 = 4;
const OBJECT: u8 = 6;
const SEQUENCE: u8 = 0x30;
/// 1.2.840.113549.1.1.1, rsaEncryption.
const RSA: [u8; 9] = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1];

/// Takes one element of DER off: its content.
fn take<'d>(der: &mut &'d [u8], tag: u8) -> Result<&'d [u8], &'static str> {
    let [own, first, rest @ ..] = *der else { return Err(BROKEN) };
    let (length, rest) = match usize::from(*first) {
        short @ 0..=0x7f => (short, rest),
        long => {
            let (length, rest) = rest.split_at_checked(long & 0x7f).ok_or(BROKEN)?;
            if length.len() > 4 {
                return Err(BROKEN);
            }
            (length.iter().fold(0, |sum, byte| sum << 8 | usize::from(*byte)), rest)
        }
    };
    let (content, rest) = rest.split_at_checked(length).ok_or(BROKEN)?;
    *der = rest;
    if *own == tag { Ok(content) } else { Err(BROKEN) }
}

/// RFC 8017, appendix A.1.2.
fn read_pkcs1(mut der: &[u8]) -> Result<Key, &'static str> {
    let mut fields = take(&mut der, SEQUENCE)?;
    take(&mut fields, INTEGER)?;
    let modulus = BigUint::from_bytes_be(take(&mut fields, INTEGER)?);
    take(&mut fields, INTEGER)?;
    let exponent = BigUint::from_bytes_be(take(&mut fields, INTEGER)?);
    checked(modulus, exponent)
}

/// RFC 5208, section 5.
fn read_pkcs8(mut der: &[u8]) -> Result<Key, &'static str> {
    let mut fields = take(&mut der, SEQUENCE)?;
    take(&mut fields, INTEGER)?;
    let mut algorithm = take(&mut fields, SEQUENCE)?;
    if take(&mut algorithm, OBJECT)? != RSA {
        return Err("it is not an RSA key");
    }
    read_pkcs1(take(&mut fields, OCTETS)?)
}

/// The format of OpenSSH, described in its source as PROTOCOL.key.
fn read_openssh(content: &[u8]) -> Result<Key, &'static str> {
    fn number(rest: &mut &[u8]) -> Result<usize, &'static str> {
        let (count, behind) = rest.split_first_chunk::<4>().ok_or(BROKEN)?;
        *rest = behind;
        usize::try_from(u32::from_be_bytes(*count)).map_err(|_| BROKEN)
    }
    fn bytes<'d>(rest: &mut &'d [u8]) -> Result<&'d [u8], &'static str> {
        let length = number(rest)?;
        let (bytes, behind) = rest.split_at_checked(length).ok_or(BROKEN)?;
        *rest = behind;
        Ok(bytes)
    }
    let mut rest = content.strip_prefix(b"openssh-key-v1\0").ok_or(BROKEN)?;
    let rest = &mut rest;
    if bytes(rest)? != b"none" {
        return Err("it is protected by a password");
    }
    bytes(rest)?;
    bytes(rest)?;
    if number(rest)? != 1 {
        return Err(BROKEN);
    }
    bytes(rest)?;
    let mut private = bytes(rest)?;
    let private = &mut private;
    number(private)?;
    number(private)?;
    if bytes(private)? != b"ssh-rsa" {
        return Err("it is not an RSA key");
    }
    let modulus = BigUint::from_bytes_be(bytes(private)?);
    bytes(private)?;
    checked(modulus, BigUint::from_bytes_be(bytes(private)?))
}

fn checked(modulus: BigUint, exponent: BigUint) -> Result<Key, &'static str> {
    // An even modulus is no product of two large primes.
    if modulus.bit(0) && exponent.bits() > 0 { Ok(Key { modulus, exponent }) } else { Err(BROKEN) }
}
