//! Character encodings by their IANA names: what `textencodebase64` and `textdecodebase64` know.
//!
//! **Never:** replace what cannot be said: a character without bytes, or bytes without a character,
//! are refused. Names are those of the IANA registry, of any letter case. The decision to question:
//! encodings of one byte leave the control characters from U+0080 undefined, as Terraform's do, but
//! for Latin-1, Latin-5 and the pages of IBM.

mod asian;
mod names;
mod pages;
mod wide;

use encoding_rs::{DecoderResult, EncoderResult, Encoding};

pub(super) use names::find;

/// How an encoding works.
#[derive(Clone, Copy)]
enum Form {
    Ascii,
    Latin1,
    Latin5,
    /// The upper half of a page; the lower half is ASCII.
    Page(&'static str),
    /// All of a page.
    Whole(&'static str),
    /// One byte a character, by the encoding standard of the web.
    Byte(&'static Encoding),
    /// Several bytes a character, by the encoding standard of the web and what it leaves out.
    Web(&'static Encoding),
    Hz,
    Utf8,
    Utf16(wide::Order),
}

/// An encoding.
pub(super) struct Charset {
    /// Its name, as messages say it.
    pub(super) name: &'static str,
    aliases: &'static str,
    form: Form,
}

impl Charset {
    /// The bytes of a text; none if a character cannot be said.
    pub(super) fn encode(&self, text: &str) -> Option<Vec<u8>> {
        match self.form {
            Form::Utf8 => Some(text.as_bytes().to_vec()),
            Form::Utf16(order) => Some(wide::encode(text, order)),
            Form::Hz => asian::encode_hz(text),
            Form::Web(encoding) => asian::encode(encoding, text),
            Form::Ascii | Form::Latin1 | Form::Latin5 | Form::Page(_) | Form::Whole(_) | Form::Byte(_) => {
                let table = self.table();
                let byte = |letter: char| {
                    let at = table.iter().position(|own| *own == Some(letter))?;
                    u8::try_from(at).ok()
                };
                text.chars().map(byte).collect()
            }
        }
    }

    /// The text of bytes; none if any have no meaning.
    pub(super) fn decode(&self, bytes: &[u8]) -> Option<String> {
        let text = match self.form {
            Form::Utf8 => String::from_utf8(bytes.to_vec()).ok(),
            Form::Utf16(order) => wide::decode(bytes, order),
            Form::Hz => asian::decode_hz(bytes),
            Form::Web(encoding) => asian::decode(encoding, bytes),
            Form::Ascii | Form::Latin1 | Form::Latin5 | Form::Page(_) | Form::Whole(_) | Form::Byte(_) => {
                let table = self.table();
                bytes.iter().map(|byte| table[usize::from(*byte)]).collect()
            }
        };
        // Terraform cannot tell this character from a fault, and takes it for one.
        text.filter(|text| !text.contains(char::REPLACEMENT_CHARACTER))
    }

    /// The characters of all 256 bytes.
    fn table(&self) -> [Option<char>; 256] {
        let mut table = [None; 256];
        for (byte, letter) in (0..=u8::MAX).zip(table.iter_mut()) {
            *letter = self.letter(byte);
        }
        table
    }

    fn letter(&self, byte: u8) -> Option<char> {
        let plain = char::from(byte);
        match self.form {
            Form::Whole(page) => page.chars().nth(usize::from(byte)),
            _ if byte.is_ascii() => Some(plain),
            Form::Page(page) => page.chars().nth(usize::from(byte) - 128),
            Form::Latin1 => Some(plain),
            Form::Latin5 => Some(match byte {
                0xd0 => 'Ğ',
                0xdd => 'İ',
                0xde => 'Ş',
                0xf0 => 'ğ',
                0xfd => 'ı',
                0xfe => 'ş',
                _ => plain,
            }),
            Form::Byte(encoding) => decode_web(encoding, &[byte])?.chars().next().filter(|letter| !letter.is_control()),
            Form::Ascii | Form::Web(_) | Form::Hz | Form::Utf8 | Form::Utf16(_) => None,
        }
    }
}

fn encode_web(encoding: &'static Encoding, text: &str) -> Option<Vec<u8>> {
    let mut encoder = encoding.new_encoder();
    let room = encoder.max_buffer_length_from_utf8_without_replacement(text.len())?;
    let mut bytes = Vec::with_capacity(room.max(16));
    let (result, _) = encoder.encode_from_utf8_to_vec_without_replacement(text, &mut bytes, true);
    matches!(result, EncoderResult::InputEmpty).then_some(bytes)
}

fn decode_web(encoding: &'static Encoding, bytes: &[u8]) -> Option<String> {
    let mut decoder = encoding.new_decoder_without_bom_handling();
    let room = decoder.max_utf8_buffer_length_without_replacement(bytes.len())?;
    let mut text = String::with_capacity(room.max(16));
    let (result, _) = decoder.decode_to_string_without_replacement(bytes, &mut text, true);
    matches!(result, DecoderResult::InputEmpty).then_some(text)
}
