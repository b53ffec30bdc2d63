//! Cuts code into tokens, one at a time, as the reader asks for them.
//!
//! **Never:** look inside of a template: a quote or the first line of a heredoc is one token, and
//! `template` reads on from there. In: bytes and where to start. Out: a token and where it stands;
//! spaces, comments and, where they mean nothing, line breaks are passed over.

use super::extent;

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// The end of the text.
    End,
    Newline,
    Name,
    Number,
    /// The opening quote of a string.
    Quote,
    /// `<<EOT` with its line break.
    Heredoc,
    OpenBrace,
    CloseBrace,
    /// `~}`
    TrimBrace,
    OpenBracket,
    CloseBracket,
    OpenParen,
    CloseParen,
    Dot,
    Ellipsis,
    Comma,
    Colon,
    DoubleColon,
    Question,
    Assign,
    Arrow,
    Bang,
    Minus,
    Plus,
    Star,
    Slash,
    Percent,
    And,
    Or,
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    /// `/*` without an end.
    OpenComment,
    /// What the language has no use for.
    Invalid,
}

/// A token and the bytes it takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) start: usize,
    pub(super) end: usize,
}

/// Signs, longer ones first.
const SIGNS: &[(&[u8], Kind)] = &[
    (b"...", Kind::Ellipsis),
    (b"::", Kind::DoubleColon),
    (b"=>", Kind::Arrow),
    (b"==", Kind::Equal),
    (b"!=", Kind::NotEqual),
    (b"<=", Kind::LessOrEqual),
    (b">=", Kind::GreaterOrEqual),
    (b"&&", Kind::And),
    (b"||", Kind::Or),
    (b"~}", Kind::TrimBrace),
    (b"**", Kind::Invalid),
    (b"=", Kind::Assign),
    (b"{", Kind::OpenBrace),
    (b"}", Kind::CloseBrace),
    (b"[", Kind::OpenBracket),
    (b"]", Kind::CloseBracket),
    (b"(", Kind::OpenParen),
    (b")", Kind::CloseParen),
    (b".", Kind::Dot),
    (b",", Kind::Comma),
    (b":", Kind::Colon),
    (b"?", Kind::Question),
    (b"!", Kind::Bang),
    (b"-", Kind::Minus),
    (b"+", Kind::Plus),
    (b"*", Kind::Star),
    (b"/", Kind::Slash),
    (b"%", Kind::Percent),
    (b"<", Kind::Less),
    (b">", Kind::Greater),
    (b"\"", Kind::Quote),
];

/// The token that starts at `at` or behind the spaces there.
pub(super) fn next(text: &str, mut at: usize, lines: bool) -> Token {
    let bytes = text.as_bytes();
    let limit = bytes.len();
    while at < limit {
        let token = |kind, end| Token { kind, start: at, end };
        match bytes[at] {
            b' ' | b'\t' => at += 1,
            b'\n' if lines => return token(Kind::Newline, at + 1),
            b'\r' if lines && bytes.get(at + 1) == Some(&b'\n') => return token(Kind::Newline, at + 2),
            b'\n' => at += 1,
            b'\r' if bytes.get(at + 1) == Some(&b'\n') => at += 2,
            b'#' | b'/' => match extent::comment(bytes, at, limit) {
                Some(end) => at = end,
                None if bytes[at..].starts_with(b"/*") => return token(Kind::OpenComment, at + 2),
                None => return token(Kind::Slash, at + 1),
            },
            b'<' => {
                if let Some(intro) = extent::intro(bytes, at, limit) {
                    return token(Kind::Heredoc, intro.body);
                }
                return sign(bytes, at);
            }
            byte if byte.is_ascii_digit() => return token(Kind::Number, extent::number(bytes, at, limit)),
            byte if extent::begins_name(byte) => return name(text, at),
            _ => return sign(bytes, at),
        }
    }
    Token { kind: Kind::End, start: limit, end: limit }
}

fn sign(bytes: &[u8], at: usize) -> Token {
    let found = SIGNS.iter().find(|(sign, _)| bytes[at..].starts_with(sign));
    let (length, kind) = found.map_or((1, Kind::Invalid), |(sign, kind)| (sign.len(), *kind));
    Token { kind, start: at, end: at + length }
}

/// A name of letters of any script (Unicode annex 31), or a letter that begins none.
fn name(text: &str, at: usize) -> Token {
    let rest = &text[at..];
    let mut letters = rest.char_indices();
    let begins = letters.next().filter(|(_, letter)| *letter == '_' || unicode_ident::is_xid_start(*letter));
    if begins.is_none() {
        let length = rest.chars().next().map_or(1, char::len_utf8);
        return Token { kind: Kind::Invalid, start: at, end: at + length };
    }
    let end = letters.find(|(_, letter)| *letter != '-' && !unicode_ident::is_xid_continue(*letter));
    Token { kind: Kind::Name, start: at, end: at + end.map_or(rest.len(), |(end, _)| end) }
}
