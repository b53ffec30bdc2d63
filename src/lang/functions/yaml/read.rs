//! Builds a value from the events of a YAML parser.
//!
//! **Never:** let an alias multiply without end: what a document stands for is counted, shared parts
//! each time. A key that comes twice, also by a merge (`<<`), has its last value, as in Terraform.

use std::borrow::Cow;
use std::collections::BTreeMap;

use saphyr_parser::{Event, Marker, Parser, ScalarStyle, Span, StrInput, Tag};

use crate::lang::eval::conversion::convert_to;
use crate::value::{Content, Members, Name, Type, Value};

use super::super::row::{Fault, Outcome};
use super::scalar::{self, resolve};

/// How deep a document may nest.
const DEEPEST: usize = 1_000;
/// How many values it may stand for.
const MOST: usize = 10_000_000;

struct Reader<'t> {
    parser: Parser<'t, StrInput<'t>>,
    /// Where the text ends, in characters, if the last line has no break.
    open_end: Option<usize>,
    /// Behind tabs that the parser did not like.
    tab: Option<usize>,
    /// The values of anchors and how many values they hold; none while they are read.
    anchors: BTreeMap<usize, Option<(Value, usize)>>,
    depth: usize,
    count: usize,
}

/// The value of the only document of a text.
pub(super) fn document(text: &str) -> Outcome {
    check_characters(text)?;
    check_directives(text)?;
    // The next line of YAML 1.1 is an ordinary letter in later versions.
    let mut text = text.strip_prefix('\u{feff}').unwrap_or(text).replace('\u{85}', "\n");
    loop {
        let mut reader = Reader {
            parser: Parser::new_from_str(&text),
            open_end: (!text.ends_with(['\n', '\r'])).then(|| text.chars().count()),
            tab: None,
            anchors: BTreeMap::new(),
            depth: 0,
            count: 0,
        };
        let value = reader.document();
        let Some(tab) = reader.tab else { return value };
        // What the parser refuses since YAML 1.2, tabs behind a colon, are as good as spaces before.
        let end = text.char_indices().nth(tab).map_or(text.len(), |(at, _)| at);
        let start = text[..end].trim_end_matches(['\t', ' ']).len();
        if start == end {
            return value;
        }
        text.replace_range(start..end, &" ".repeat(end - start));
    }
}

/// YAML allows what can be seen, line breaks and tabs.
fn check_characters(text: &str) -> Result<(), Fault> {
    let allowed = |letter: char| match letter {
        '\t' | '\n' | '\r' | '\u{85}' => true,
        '\u{fffe}' | '\u{ffff}' => false,
        letter => !letter.is_control(),
    };
    match text.chars().find(|letter| !allowed(*letter)) {
        Some(letter) => Err(format!("control characters are not allowed, and there is {letter:?}").into()),
        None => Ok(()),
    }
}

/// Directives stand before the document: `%YAML 1.1`, `%TAG`, and no others.
fn check_directives(text: &str) -> Result<(), Fault> {
    let before = text.lines().take_while(|line| line.starts_with(['%', '#']) || line.trim().is_empty());
    for directive in before.filter(|line| line.starts_with('%')) {
        let words: Vec<&str> = directive.split_whitespace().collect();
        match words.as_slice() {
            ["%TAG", ..] | ["%YAML", "1.1", ..] => {}
            ["%YAML", ..] => return Err("found incompatible YAML document: only version 1.1 is understood".into()),
            _ => return Err(format!("found unknown directive {:?}", words.first().unwrap_or(&"%")).into()),
        }
    }
    Ok(())
}

fn at(mark: Marker, why: &str) -> Fault {
    Fault::Call(format!("on line {}, column {}: {why}", mark.line(), mark.col() + 1))
}

impl<'t> Reader<'t> {
    fn document(&mut self) -> Outcome {
        self.next()?;
        match self.next()? {
            (Event::DocumentStart(_), _) => {}
            (_, span) => return Err(at(span.start, "missing start of document")),
        }
        let (event, span) = self.next()?;
        let value = self.node(event, span)?;
        for expected in [Event::DocumentEnd, Event::StreamEnd] {
            let (event, span) = self.next()?;
            if event != expected {
                return Err(at(span.start, "unexpected extra content after value"));
            }
        }
        Ok(value)
    }

    fn next(&mut self) -> Result<(Event<'t>, Span), Fault> {
        match self.parser.next_event() {
            Some(Ok(next)) => Ok(next),
            Some(Err(error)) => {
                if error.info().starts_with("':' must be followed by") {
                    self.tab = Some(error.marker().index());
                }
                Err(at(*error.marker(), error.info()))
            }
            None => Err("the document ends too early".into()),
        }
    }

    /// The value that begins with an event.
    fn node(&mut self, event: Event<'t>, span: Span) -> Outcome {
        let mark = span.start;
        self.count += 1;
        if self.count > MOST {
            return Err(at(mark, "the document stands for too many values"));
        }
        let before = self.count;
        let (anchor, value) = match event {
            Event::Alias(anchor) => return self.alias(anchor, mark),
            Event::Scalar(text, style, anchor, tag) => {
                let quoted = matches!(style, ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted);
                let name = tag.map(|tag| name_tag(&tag));
                let Some(known) = scalar::Tag::read(name.as_deref()) else {
                    return Err(at(mark, &format!("unsupported tag {:?}", name.unwrap_or_default())));
                };
                let block = matches!(style, ScalarStyle::Literal | ScalarStyle::Folded);
                // The parser adds the line break that the text lacks.
                let open = block && self.open_end.is_some_and(|end| span.end.index() >= end);
                let text = if open { text.strip_suffix('\n').unwrap_or(&text) } else { &text };
                (anchor, resolve(known, text, quoted).map_err(|why| at(mark, &why))?)
            }
            Event::SequenceStart(anchor, tag) => {
                check_tag(tag, "!!seq", "sequence", mark)?;
                (anchor, self.collection(anchor, mark, Reader::sequence)?)
            }
            Event::MappingStart(anchor, tag) => {
                check_tag(tag, "!!map", "mapping", mark)?;
                (anchor, self.collection(anchor, mark, Reader::mapping)?)
            }
            _ => return Err(at(mark, "a value is missing")),
        };
        if anchor > 0 {
            self.anchors.insert(anchor, Some((value.clone(), self.count - before + 1)));
        }
        Ok(value)
    }

    fn alias(&mut self, anchor: usize, mark: Marker) -> Outcome {
        match self.anchors.get(&anchor) {
            Some(Some((value, count))) => {
                self.count += count - 1;
                Ok(value.clone())
            }
            Some(None) => Err(at(mark, "an anchor cannot be referred to from inside its own definition")),
            None => Err(at(mark, "reference to an undefined anchor")),
        }
    }

    fn collection(&mut self, anchor: usize, mark: Marker, read: fn(&mut Self) -> Outcome) -> Outcome {
        if anchor > 0 {
            self.anchors.insert(anchor, None);
        }
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(at(mark, "the document nests too deeply"));
        }
        let value = read(self);
        self.depth -= 1;
        value
    }

    fn sequence(&mut self) -> Outcome {
        let mut members = Vec::new();
        loop {
            match self.next()? {
                (Event::SequenceEnd, _) => return Ok(Value::tuple(members)),
                (event, span) => members.push(self.node(event, span)?),
            }
        }
    }

    fn mapping(&mut self) -> Outcome {
        let mut members = Members::new();
        loop {
            let (event, span) = self.next()?;
            let mark = span.start;
            if event == Event::MappingEnd {
                return Ok(Value::object(members));
            }
            // `<<`, quoted or not, but without a tag.
            let key = match &event {
                Event::Scalar(text, _, _, None) if text == "<<" => None,
                _ => Some(self.node(event, span)?),
            };
            let (event, value_span) = self.next()?;
            let value = self.node(event, value_span)?;
            match key {
                None => merge(&mut members, &value, mark)?,
                Some(key) => {
                    let key = name(&key).map_err(|why| at(mark, why))?;
                    members.insert(key, value);
                }
            }
        }
    }
}

/// A tag as people write it: `!!str`.
fn name_tag(tag: &Tag) -> String {
    let whole = format!("{}{}", tag.handle, tag.suffix);
    whole.strip_prefix("tag:yaml.org,2002:").map(|name| format!("!!{name}")).unwrap_or(whole)
}

fn check_tag(tag: Option<Cow<'_, Tag>>, own: &str, word: &str, mark: Marker) -> Result<(), Fault> {
    match tag.map(|tag| name_tag(&tag)) {
        Some(tag) if tag != own => Err(at(mark, &format!("can't interpret {word} as {tag}"))),
        _ => Ok(()),
    }
}

fn merge(members: &mut Members, from: &Value, mark: Marker) -> Result<(), Fault> {
    match from.content() {
        Content::Object(others) => {
            members.extend(others.iter().map(|(name, member)| (name.clone(), member.clone())));
            Ok(())
        }
        _ if from.is_null() => Err(at(mark, "cannot merge null into mapping")),
        _ => Err(at(mark, &format!("cannot merge {} into mapping", from.ty().friendly()))),
    }
}

fn name(key: &Value) -> Result<Name, &'static str> {
    if key.is_null() {
        return Err("mapping key cannot be null");
    }
    match convert_to(key, &Type::String).ok().as_ref().map(Value::content) {
        Some(Content::String(name)) => Ok(name.clone()),
        _ => Err("only strings are allowed as mapping keys"),
    }
}
