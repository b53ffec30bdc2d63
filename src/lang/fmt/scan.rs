//! A text as tokens, nothing left out but spaces.
//!
//! **Never:** judge: the text was parsed before. In: a text without syntax errors. Out: tokens
//! whose texts, with spaces between, are the text again. Newlines and comments are tokens; a
//! heredoc's first line with its line break is one, its end with its indentation another.

use crate::lang::parse::extent;

/// What a token is, as far as spacing depends on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Newline,
    Comment,
    Ident,
    Number,
    /// The quotes of a string.
    OpenQuote,
    CloseQuote,
    /// Text in a string or heredoc.
    Text,
    OpenHeredoc,
    CloseHeredoc,
    /// `${` or `%{`, and the brace that ends them.
    OpenSequence,
    CloseSequence,
    OpenBrace,
    CloseBrace,
    OpenBracket,
    CloseBracket,
    OpenParen,
    CloseParen,
    Dot,
    Comma,
    Ellipsis,
    DoubleColon,
    Equal,
    Bang,
    Minus,
    Colon,
    Question,
    /// Any other operator: arithmetic, comparison, logic.
    Operator,
    /// `=>` and what else there is.
    Other,
}

/// A token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) text: String,
}

impl Token {
    pub(super) fn new(kind: Kind, text: impl Into<String>) -> Token {
        Token { kind, text: text.into() }
    }

    /// Whether the line ends with it.
    pub(super) fn ends_line(&self) -> bool {
        self.kind == Kind::Newline || (self.kind == Kind::Comment && self.text.ends_with('\n'))
    }
}

/// Where the scanner is inside of.
enum Mode {
    /// Code, with the number of braces open in it.
    Code(usize),
    Quoted,
    /// A heredoc; where its marker stands.
    Heredoc((usize, usize)),
}

struct Scanner<'t> {
    text: &'t str,
    at: usize,
    modes: Vec<Mode>,
    tokens: Vec<Token>,
}

/// Cuts a text into tokens.
pub(super) fn tokens(text: &str) -> Vec<Token> {
    let mut scanner = Scanner { text, at: 0, modes: vec![Mode::Code(0)], tokens: Vec::new() };
    while scanner.at < text.len() {
        match scanner.modes.last() {
            Some(Mode::Quoted) => scanner.quoted(),
            Some(Mode::Heredoc(marker)) => {
                let marker = *marker;
                scanner.heredoc(marker);
            }
            _ => scanner.code(),
        }
    }
    scanner.tokens
}

/// Operators and brackets, longer ones first.
const SIGNS: &[(&str, Kind)] = &[
    ("...", Kind::Ellipsis),
    ("::", Kind::DoubleColon),
    ("=>", Kind::Other),
    ("==", Kind::Operator),
    ("!=", Kind::Operator),
    ("<=", Kind::Operator),
    (">=", Kind::Operator),
    ("&&", Kind::Operator),
    ("||", Kind::Operator),
    ("=", Kind::Equal),
    ("!", Kind::Bang),
    ("-", Kind::Minus),
    ("+", Kind::Operator),
    ("*", Kind::Operator),
    ("/", Kind::Operator),
    ("%", Kind::Operator),
    ("<", Kind::Operator),
    (">", Kind::Operator),
    ("(", Kind::OpenParen),
    (")", Kind::CloseParen),
    ("[", Kind::OpenBracket),
    ("]", Kind::CloseBracket),
    (".", Kind::Dot),
    (",", Kind::Comma),
    (":", Kind::Colon),
    ("?", Kind::Question),
];

impl Scanner<'_> {
    fn bytes(&self) -> &[u8] {
        self.text.as_bytes()
    }

    fn push(&mut self, kind: Kind, end: usize) {
        let end = end.clamp(self.at + 1, self.text.len());
        let end = (end..=self.text.len()).find(|at| self.text.is_char_boundary(*at)).unwrap_or(end);
        self.tokens.push(Token::new(kind, &self.text[self.at..end]));
        self.at = end;
    }

    fn code(&mut self) {
        let (bytes, at, limit) = (self.bytes(), self.at, self.text.len());
        match bytes[at] {
            b' ' | b'\t' => self.at += 1,
            b'\n' => self.push(Kind::Newline, at + 1),
            b'\r' if bytes.get(at + 1) == Some(&b'\n') => self.push(Kind::Newline, at + 2),
            b'"' => {
                self.push(Kind::OpenQuote, at + 1);
                self.modes.push(Mode::Quoted);
            }
            b'{' => {
                self.push(Kind::OpenBrace, at + 1);
                self.count(1);
            }
            b'}' if self.closes_sequence() => {
                self.push(Kind::CloseSequence, at + 1);
                self.modes.pop();
            }
            b'}' => {
                self.push(Kind::CloseBrace, at + 1);
                self.count(-1);
            }
            b'~' if bytes.get(at + 1) == Some(&b'}') => {
                self.push(Kind::CloseSequence, at + 2);
                self.modes.pop();
            }
            b'<' if extent::intro(bytes, at, limit).is_some() => self.open_heredoc(),
            byte if byte.is_ascii_digit() => {
                let end = extent::number(bytes, at, limit);
                self.push(Kind::Number, end);
            }
            byte if extent::begins_name(byte) => {
                let end = extent::name(bytes, at, limit);
                self.push(Kind::Ident, end);
            }
            _ => match extent::comment(bytes, at, limit) {
                Some(end) => self.comment(end),
                None => {
                    let rest = &self.text[at..];
                    let sign = SIGNS.iter().find(|(sign, _)| rest.starts_with(sign));
                    let (length, kind) = sign.map_or((1, Kind::Other), |(sign, kind)| (sign.len(), *kind));
                    self.push(kind, at + length);
                }
            },
        }
    }

    /// A comment to the end of the line takes the line break with it.
    fn comment(&mut self, end: usize) {
        let whole_line = !self.text[self.at..].starts_with("/*");
        let rest = &self.bytes()[end..];
        let line_break = if rest.starts_with(b"\r\n") { 2 } else { usize::from(rest.starts_with(b"\n")) };
        self.push(Kind::Comment, if whole_line { end + line_break } else { end });
    }

    fn count(&mut self, change: isize) {
        if let Some(Mode::Code(depth)) = self.modes.last_mut() {
            *depth = depth.saturating_add_signed(change);
        }
    }

    fn closes_sequence(&self) -> bool {
        self.modes.len() > 1 && matches!(self.modes.last(), Some(Mode::Code(0)))
    }

    fn open_heredoc(&mut self) {
        let (bytes, limit) = (self.bytes(), self.text.len());
        let Some(intro) = extent::intro(bytes, self.at, limit) else { return };
        self.push(Kind::OpenHeredoc, intro.body);
        self.modes.push(Mode::Heredoc(intro.marker));
    }

    /// The text up to the next sequence or the end; then what comes there.
    fn template(&mut self, ends: impl Fn(&[u8], usize) -> bool, escapes: bool) {
        let (start, limit) = (self.at, self.text.len());
        let mut at = start;
        while at < limit {
            let bytes = self.bytes();
            match bytes[at] {
                _ if at > start && ends(bytes, at) => break,
                b'\\' if escapes => at += 2,
                b'$' | b'%' => match extent::lead(bytes, at, limit) {
                    extent::Lead::Sequence => break,
                    extent::Lead::Escape => at += 3,
                    extent::Lead::Text => at += 1,
                },
                _ => at += 1,
            }
        }
        let at = at.min(limit);
        if at > start {
            return self.push(Kind::Text, at);
        }
        let trims = self.bytes().get(at + 2) == Some(&b'~');
        self.push(Kind::OpenSequence, at + 2 + usize::from(trims));
        self.modes.push(Mode::Code(0));
    }

    fn quoted(&mut self) {
        if self.bytes()[self.at] == b'"' {
            self.push(Kind::CloseQuote, self.at + 1);
            self.modes.pop();
            return;
        }
        self.template(|bytes, at| bytes[at] == b'"', true);
    }

    fn heredoc(&mut self, marker: (usize, usize)) {
        let Some(end) = extent::marker_line(self.bytes(), self.at, marker) else {
            let ends = |bytes: &[u8], at| extent::marker_line(bytes, at, marker).is_some();
            return self.template(ends, false);
        };
        // Spaces behind the marker stay, as Terraform leaves them.
        let spaces = self.bytes()[end..].iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
        self.push(Kind::CloseHeredoc, end + spaces);
        self.modes.pop();
    }
}
