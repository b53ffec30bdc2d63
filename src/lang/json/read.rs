//! JSON text to a tree of values with their places.
//!
//! **Never:** know what a value is for. In: a text. Out: nodes, or the first thing that is wrong.
//! Own because crates give no places of values, drop doubled properties, and take numbers for
//! floats. The grammar is RFC 8259; summaries are those of HCL's JSON reader.

use std::ops::Range;

use crate::lang::parse::{DEEPEST, MORE_STACK, Origin, RED_ZONE};

/// A value.
pub(super) struct Node {
    pub(super) kind: Kind,
    /// Where it stands.
    pub(super) range: Range<usize>,
}

/// The kinds of values. Strings and numbers are read from their places when they are needed.
pub(super) enum Kind {
    Null,
    Bool(bool),
    Number,
    String,
    Array(Vec<Node>),
    Object(Vec<Property>),
}

/// A property of an object.
pub(super) struct Property {
    /// Where the name stands, with its quotes.
    pub(super) name: Range<usize>,
    pub(super) value: Node,
}

/// What is wrong, and where.
pub(super) struct Fault {
    pub(super) range: Range<usize>,
    pub(super) summary: &'static str,
    pub(super) detail: String,
}

type Read<T> = Result<T, Box<Fault>>;

struct Reader<'t> {
    text: &'t str,
    at: usize,
    depth: usize,
}

/// Reads a whole text.
pub(super) fn read(text: &str) -> Read<Node> {
    let mut reader = Reader { text, at: 0, depth: 0 };
    let node = reader.value()?;
    reader.space();
    if reader.at < text.len() {
        return reader.fault("Extraneous data after value", "Extra characters appear after the JSON value.");
    }
    Ok(node)
}

impl Reader<'_> {
    fn space(&mut self) {
        let rest = &self.text.as_bytes()[self.at..];
        self.at += rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r')).count();
    }

    fn peek(&mut self) -> Option<u8> {
        self.space();
        self.text.as_bytes().get(self.at).copied()
    }

    fn eat(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    /// A fault at the next letter.
    fn fault<T>(&self, summary: &'static str, detail: impl Into<String>) -> Read<T> {
        let length = self.text[self.at..].chars().next().map_or(0, char::len_utf8);
        fault(self.at..self.at + length, summary, detail)
    }

    fn value(&mut self) -> Read<Node> {
        self.space();
        let start = self.at;
        let kind = match self.peek() {
            None => return self.fault("Missing value", "The JSON data ends prematurely."),
            Some(b'{' | b'[') if self.depth >= DEEPEST => {
                let detail = format!("More than {DEEPEST} levels are nested here.");
                return self.fault("Nesting too deep", detail);
            }
            Some(open @ (b'{' | b'[')) => {
                self.depth += 1;
                let inner = stacker::maybe_grow(RED_ZONE, MORE_STACK, || {
                    if open == b'{' { self.object(start) } else { self.array(start) }
                });
                self.depth -= 1;
                inner?
            }
            Some(b'"') => {
                self.string()?;
                Kind::String
            }
            Some(b'-' | b'+' | b'.' | b'0'..=b'9') => {
                self.number()?;
                Kind::Number
            }
            Some(byte) if byte.is_ascii_alphabetic() => self.keyword()?,
            Some(_) => {
                let detail = "A JSON value must start with a brace, a bracket, a number, a string, or a keyword.";
                return self.fault("Invalid start of value", detail);
            }
        };
        Ok(Node { kind, range: start..self.at })
    }

    fn keyword(&mut self) -> Read<Kind> {
        let rest = &self.text[self.at..];
        let length = rest.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_').count();
        let kind = match &rest[..length] {
            "null" => Kind::Null,
            "true" => Kind::Bool(true),
            "false" => Kind::Bool(false),
            word => {
                let near = crate::diag::suggest::did_you_mean(word, ["null", "true", "false"]);
                let detail = format!("{word:?} is not a valid JSON keyword.{near}");
                return fault(self.at..self.at + length, "Invalid JSON keyword", detail);
            }
        };
        self.at += length;
        Ok(kind)
    }

    fn number(&mut self) -> Read<()> {
        let start = self.at;
        let rest = &self.text[start..];
        let length = rest.bytes().take_while(|b| b.is_ascii_digit() || matches!(b, b'-' | b'+' | b'.' | b'e' | b'E'));
        self.at += length.count();
        if is_number(&self.text[start..self.at]) {
            return Ok(());
        }
        fault(start..self.at, "Invalid JSON number", "There is a syntax error in the given JSON number.")
    }

    /// Passes a string; its escapes are held to the rules here and carried out by [`decode`].
    fn string(&mut self) -> Read<()> {
        let bytes = self.text.as_bytes();
        let start = self.at;
        let mut at = start + 1;
        loop {
            match bytes.get(at) {
                Some(b'"') => break,
                Some(b'\\') => {
                    let escape = &bytes[at + 1..];
                    let digits =
                        |escape: &[u8]| escape.iter().take(4).filter(|digit| digit.is_ascii_hexdigit()).count();
                    at += match escape.first() {
                        Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => 2,
                        Some(b'u') if digits(&escape[1..]) == 4 => 6,
                        _ => return invalid_string(at..at + 1),
                    };
                }
                Some(byte) if *byte >= b' ' => at += 1,
                Some(_) => return invalid_string(at..at + 1),
                None => return invalid_string(start..start + 1),
            }
        }
        self.at = at + 1;
        Ok(())
    }

    fn array(&mut self, start: usize) -> Read<Kind> {
        self.at += 1;
        let mut items = Vec::new();
        loop {
            let comma = self.at;
            if self.eat(b']') {
                if items.is_empty() {
                    return Ok(Kind::Array(items));
                }
                let detail = "JSON does not permit a trailing comma after the final value in an array.";
                return fault(comma - 1..comma, "Trailing comma in array", detail);
            }
            items.push(self.value()?);
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b']') => {
                    self.at += 1;
                    return Ok(Kind::Array(items));
                }
                Some(b'}') => {
                    let detail = "A JSON array must be closed with a bracket, not a brace.";
                    return self.fault("Mismatched brackets", detail);
                }
                None => {
                    let detail = "No closing bracket was found for this JSON array.";
                    return fault(start..start + 1, "Unclosed object", detail);
                }
                Some(_) => {
                    let detail = "A comma must appear between each value in an array.";
                    return self.fault("Missing attribute seperator comma", detail);
                }
            }
        }
    }

    fn object(&mut self, start: usize) -> Read<Kind> {
        self.at += 1;
        let mut properties = Vec::new();
        loop {
            let comma = self.at;
            if self.eat(b'}') {
                if properties.is_empty() {
                    return Ok(Kind::Object(properties));
                }
                let detail = "JSON does not permit a trailing comma after the final property in an object.";
                return fault(comma - 1..comma, "Trailing comma in object", detail);
            }
            let name = self.name()?;
            let value = self.value()?;
            properties.push(Property { name, value });
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b'}') => {
                    self.at += 1;
                    return Ok(Kind::Object(properties));
                }
                Some(b']') => {
                    let detail = "A JSON object must be closed with a brace, not a bracket.";
                    return self.fault("Mismatched braces", detail);
                }
                None => {
                    let detail = "No closing brace was found for this JSON object.";
                    return fault(start..start + 1, "Unclosed object", detail);
                }
                Some(_) => {
                    let detail = "A comma must appear between each property definition in an object.";
                    return self.fault("Missing attribute seperator comma", detail);
                }
            }
        }
    }

    /// The name of a property, and the colon behind it.
    fn name(&mut self) -> Read<Range<usize>> {
        let name = match self.value()? {
            Node { kind: Kind::String, range } => range,
            other => {
                let detail = "A JSON object property name must be a string.";
                return fault(other.range, "Invalid object property name", detail);
            }
        };
        if self.eat(b':') {
            return Ok(name);
        }
        let detail = match self.peek() {
            Some(b'=') => "JSON uses a colon as its name/value delimiter, not an equals sign.",
            _ => "A colon must appear between an object property's name and its value.",
        };
        self.fault("Missing property value colon", detail)
    }
}

fn fault<T>(range: Range<usize>, summary: &'static str, detail: impl Into<String>) -> Read<T> {
    Err(Box::new(Fault { range, summary, detail: detail.into() }))
}

fn invalid_string<T>(range: Range<usize>) -> Read<T> {
    fault(range, "Invalid JSON string", "There is a syntax error in the given JSON string.")
}

/// Whether a text is a number as JSON writes them.
fn is_number(text: &str) -> bool {
    let text = text.strip_prefix('-').unwrap_or(text);
    let (mantissa, exponent) = text.split_once(['e', 'E']).map_or((text, None), |(m, e)| (m, Some(e)));
    let (whole, fraction) = mantissa.split_once('.').map_or((mantissa, None), |(w, f)| (w, Some(f)));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    digits(whole)
        && (whole == "0" || !whole.starts_with('0'))
        && fraction.is_none_or(digits)
        && exponent.is_none_or(|exponent| digits(exponent.strip_prefix(['+', '-']).unwrap_or(exponent)))
}

/// The text that a string holds, and where its stretches lie in the source.
pub(super) fn decode(source: &str, range: &Range<usize>) -> (String, Origin) {
    let (mut at, end) = (range.start + 1, range.end - 1);
    let mut text = String::with_capacity(end - at);
    let mut origin = Origin { runs: vec![(0, at)] };
    while at < end {
        let Some(length) = source[at..end].find('\\') else {
            text.push_str(&source[at..end]);
            break;
        };
        text.push_str(&source[at..at + length]);
        at += length;
        let (letter, taken) = escape(&source[at + 1..end]);
        text.push(letter);
        at += 1 + taken;
        origin.runs.push((text.len(), at));
    }
    (text, origin)
}

/// The letter that an escape stands for, from behind its backslash, and how many bytes it takes.
fn escape(rest: &str) -> (char, usize) {
    let unit = |text: &str| text.get(..4).and_then(|digits| u32::from_str_radix(digits, 16).ok()).unwrap_or(0xfffd);
    match rest.as_bytes().first() {
        Some(b'b') => ('\u{8}', 1),
        Some(b'f') => ('\u{c}', 1),
        Some(b'n') => ('\n', 1),
        Some(b'r') => ('\r', 1),
        Some(b't') => ('\t', 1),
        Some(b'u') => {
            let high = unit(&rest[1..]);
            if (0xd800..0xdc00).contains(&high)
                && let Some(second) = rest.get(5..).and_then(|rest| rest.strip_prefix("\\u"))
                && let low @ 0xdc00..0xe000 = unit(second)
            {
                let letter = char::from_u32(0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00));
                return (letter.unwrap_or('\u{fffd}'), 11);
            }
            (char::from_u32(high).unwrap_or('\u{fffd}'), 5)
        }
        Some(byte) => (char::from(*byte), 1),
        None => ('\\', 0),
    }
}
