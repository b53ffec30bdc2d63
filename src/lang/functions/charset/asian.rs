//! East Asian encodings where Terraform has more or less than the web's standard.
//!
//! **Never:** differ otherwise: the tables are those of the encoding standard of the web.

use encoding_rs::{BIG5, EUC_JP, Encoding, GB18030, GBK, ISO_2022_JP, SHIFT_JIS};

use super::{decode_web, encode_web};

/// The bytes of a text; none if a character cannot be said.
pub(super) fn encode(encoding: &'static Encoding, text: &str) -> Option<Vec<u8>> {
    // The web lets these two stand for ASCII that looks like them.
    let japanese = [EUC_JP, ISO_2022_JP, SHIFT_JIS].contains(&encoding);
    if japanese && text.contains(['¥', '‾']) || encoding == GBK && text.contains(is_private) {
        return None;
    }
    if encoding == ISO_2022_JP {
        return encode_iso_2022_jp(text);
    }
    if let Some(bytes) = encode_web(encoding, text) {
        return Some(bytes);
    }
    let table = unwritten(encoding);
    each(text, |letter| {
        let rare = || table.iter().find(|(own, _)| *own == letter).map(|(_, bytes)| bytes.clone());
        one(encoding, letter).or_else(rare)
    })
}

/// The text of bytes; none if any have no meaning.
pub(super) fn decode(encoding: &'static Encoding, bytes: &[u8]) -> Option<String> {
    if encoding != ISO_2022_JP {
        return decode_web(encoding, bytes);
    }
    // The Roman letters of JIS X 0201 are taken for ASCII.
    let mut plain = bytes.to_vec();
    for at in 0..plain.len() {
        if plain[at..].starts_with(b"\x1b(J") {
            plain[at + 2] = b'B';
        }
    }
    decode_web(encoding, &plain)
}

fn each(text: &str, encode: impl Fn(char) -> Option<Vec<u8>>) -> Option<Vec<u8>> {
    text.chars().try_fold(Vec::new(), |mut bytes, letter| {
        bytes.extend(encode(letter)?);
        Some(bytes)
    })
}

fn one(encoding: &'static Encoding, letter: char) -> Option<Vec<u8>> {
    encode_web(encoding, letter.encode_utf8(&mut [0; 4]))
}

/// What the web reads and does not write: the third set of characters of EUC-JP (JIS X 0212) and
/// the characters of Hong Kong in Big5.
fn unwritten(encoding: &'static Encoding) -> Vec<(char, Vec<u8>)> {
    let codes: Vec<Vec<u8>> = if encoding == EUC_JP {
        (0xa1..=0xfe).flat_map(|row| (0xa1..=0xfe).map(move |cell| vec![0x8f, row, cell])).collect()
    } else if encoding == BIG5 {
        (0x87..=0xfe).flat_map(|lead| (0x40..=0xfe).map(move |trail| vec![lead, trail])).collect()
    } else {
        Vec::new()
    };
    let only = |bytes: &[u8]| {
        let text = decode_web(encoding, bytes)?;
        let mut letters = text.chars();
        letters.next().filter(|_| letters.next().is_none())
    };
    codes.into_iter().filter_map(|bytes| Some((only(&bytes)?, bytes))).collect()
}

/// The web writes half-width katakana as full ones; they have a set of their own.
fn encode_iso_2022_jp(text: &str) -> Option<Vec<u8>> {
    const ASCII: &[u8] = b"\x1b(B";
    let half = |letter: char| ('\u{ff61}'..='\u{ff9f}').contains(&letter);
    let mut bytes = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let end = rest.find(|letter| half(letter) != half(first)).unwrap_or(rest.len());
        let (run, behind) = rest.split_at(end);
        let part = if half(first) {
            let mut part = b"\x1b(I".to_vec();
            part.extend(run.chars().filter_map(|letter| u8::try_from(u32::from(letter) - 0xff61 + 0x21).ok()));
            part.extend_from_slice(ASCII);
            part
        } else {
            encode_web(ISO_2022_JP, run)?
        };
        if part.starts_with(b"\x1b") && bytes.ends_with(ASCII) {
            bytes.truncate(bytes.len() - ASCII.len());
        }
        bytes.extend(part);
        rest = behind;
    }
    Some(bytes)
}

fn is_private(letter: char) -> bool {
    ('\u{e000}'..='\u{f8ff}').contains(&letter)
}

/// HZ (RFC 1843): ASCII, and between `~{` and `~}` the bytes of GB 2312 without their highest bits.
pub(super) fn encode_hz(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut chinese = false;
    for letter in text.chars() {
        // A tilde is doubled in either state.
        if letter != '~' && chinese == letter.is_ascii() {
            bytes.extend_from_slice(if chinese { b"~}" } else { b"~{" });
            chinese = !chinese;
        }
        match letter {
            '~' => bytes.extend_from_slice(b"~~"),
            letter if letter.is_ascii() => bytes.push(u8::try_from(letter).ok()?),
            letter if is_private(letter) => return None,
            letter => match encode_web(GB18030, letter.encode_utf8(&mut [0; 4]))?.as_slice() {
                [first @ 0xa1..=0xfe, second @ 0xa1..=0xfe] => bytes.extend([first & 0x7f, second & 0x7f]),
                _ => return None,
            },
        }
    }
    Some(bytes)
}

pub(super) fn decode_hz(bytes: &[u8]) -> Option<String> {
    let mut text = String::new();
    let mut rest = bytes;
    let mut chinese = false;
    loop {
        rest = match (rest, chinese) {
            ([], _) => return Some(text),
            ([b'~', b'{', rest @ ..], _) => {
                chinese = true;
                rest
            }
            ([b'~', b'}', rest @ ..], _) => {
                chinese = false;
                rest
            }
            ([b'~', b'~', rest @ ..], _) => {
                text.push('~');
                rest
            }
            ([b'~', b'\n', rest @ ..], _) => rest,
            ([first @ 0x21..=0x7d, second @ 0x21..=0x7e, rest @ ..], true) => {
                text.push_str(&decode_web(GBK, &[first | 0x80, second | 0x80])?);
                rest
            }
            ([letter, rest @ ..], false) if letter.is_ascii() && *letter != b'~' => {
                text.push(char::from(*letter));
                rest
            }
            _ => return None,
        };
    }
}
