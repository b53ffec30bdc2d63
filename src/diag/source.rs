//! Source texts and places in them.
//!
//! **Never:** read a file. Whoever reads one hands its name and text in.
//! Offsets are bytes; lines and columns are computed when a place is shown, columns in characters.

use std::sync::Arc;

/// Which source text, by its number in [`Sources`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(pub u32);

/// A stretch of a source text, in bytes, the end not included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// The text.
    pub file: FileId,
    /// The first byte.
    pub start: u32,
    /// The byte after the last.
    pub end: u32,
}

impl Span {
    /// From the first byte of this to the last of `other`.
    #[must_use]
    pub fn to(self, other: Span) -> Span {
        Span { file: self.file, start: self.start.min(other.start), end: self.end.max(other.end) }
    }
}

/// One source text.
#[derive(Clone, Debug, PartialEq)]
pub struct Source {
    /// The name to show, as the user would write it: `main.tf`, `<value for var.x>`.
    pub name: Arc<str>,
    /// The text.
    pub text: Arc<str>,
    /// It holds values of variables: what stands behind the place of a finding may be another secret.
    pub guarded: bool,
    /// Where each line begins: ten thousand places of one file must not count its lines ten thousand times.
    lines: Arc<[u32]>,
}

impl Source {
    /// The number of the line that a byte lies in, counted from one, and where that line begins.
    #[must_use]
    pub fn line(&self, offset: usize) -> (usize, usize) {
        let number = self.lines.partition_point(|start| *start as usize <= offset);
        (number, self.lines.get(number.wrapping_sub(1)).map_or(0, |start| *start as usize))
    }

    /// The lines of a stretch of the text as they may be shown: up to the end of the stretch where the text
    /// is guarded, and without the passwords of addresses. As long as they are, in characters.
    #[must_use]
    pub fn shown(&self, start: usize, end: usize) -> String {
        let text = &self.text;
        let (start, end) = (text.floor_char_boundary(start), text.ceil_char_boundary(end.max(start)));
        let (_, from) = self.line(start);
        let to = if self.guarded { end } else { text[end..].find('\n').map_or(text.len(), |at| end + at) };
        veil(&text[from..to])
    }
}

/// The same text with stars for the passwords of addresses: `https://user:****@host`.
fn veil(text: &str) -> String {
    let (mut veiled, mut rest) = (String::with_capacity(text.len()), text);
    while let Some(at) = rest.find("://") {
        let (before, after) = rest.split_at(at + 3);
        veiled.push_str(before);
        let end = after.find(|letter: char| letter.is_whitespace() || "/\"'<>".contains(letter)).unwrap_or(after.len());
        let colon = after[..end].find(':').filter(|colon| after[*colon..end].contains('@'));
        let Some((colon, sign)) = colon.and_then(|colon| Some((colon, after[..end].rfind('@')?))) else {
            rest = after;
            continue;
        };
        veiled.push_str(&after[..=colon]);
        veiled.extend(after[colon + 1..sign].chars().map(|_| '*'));
        rest = &after[sign..];
    }
    veiled.push_str(rest);
    veiled
}

/// A place for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Position {
    /// Counted from one.
    pub line: usize,
    /// In characters, counted from one.
    pub column: usize,
}

/// All source texts of a run.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sources(Vec<Source>);

impl Sources {
    /// Adds a text and gives its number.
    pub fn add(&mut self, name: impl Into<Arc<str>>, text: impl Into<Arc<str>>) -> FileId {
        self.push(name.into(), text.into(), false)
    }

    /// Adds a text that holds values of variables, of which no more is shown than a finding is about.
    pub fn add_guarded(&mut self, name: impl Into<Arc<str>>, text: impl Into<Arc<str>>) -> FileId {
        self.push(name.into(), text.into(), true)
    }

    fn push(&mut self, name: Arc<str>, text: Arc<str>, guarded: bool) -> FileId {
        let ends = text.match_indices('\n').map(|(end, _)| end + 1);
        let lines = std::iter::once(0).chain(ends).map(|start| u32::try_from(start).unwrap_or(u32::MAX)).collect();
        self.0.push(Source { name, text, guarded, lines });
        FileId(u32::try_from(self.0.len() - 1).unwrap_or(u32::MAX))
    }

    /// A text by its number.
    #[must_use]
    pub fn get(&self, file: FileId) -> Option<&Source> {
        self.0.get(file.0 as usize)
    }

    /// All texts in the order of their numbers.
    pub fn iter(&self) -> std::slice::Iter<'_, Source> {
        self.0.iter()
    }

    /// The text of a span.
    #[must_use]
    pub fn text(&self, span: Span) -> Option<&str> {
        self.get(span.file)?.text.get(span.start as usize..span.end as usize)
    }

    /// Where a byte lies, for people.
    #[must_use]
    pub fn position(&self, file: FileId, offset: u32) -> Option<Position> {
        let source = self.get(file)?;
        let offset = source.text.floor_char_boundary(offset as usize);
        let (line, start) = source.line(offset);
        Some(Position { line, column: source.text[start..offset].chars().count() + 1 })
    }
}
