//! Where strings, heredocs and template sequences end.
//!
//! **Never:** build anything: only positions go in and out, in bytes of the source text.
//! Interpolations hold expressions that hold strings again, so the functions call each other.
//! The decision to question: a quoted string ends at a line break, so that one missing quote
//! is one error and not a page of them.

/// How a quoted string ends.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(in crate::lang) enum Quoted {
    /// Behind its closing quote.
    Closed(usize),
    /// At a line break, which may not stand in it.
    Broken(usize),
    /// Nowhere before the end of the text.
    Open,
}

/// The start of a heredoc.
pub(in crate::lang) struct Intro {
    /// Whether it is `<<-`, which removes indentation.
    pub(in crate::lang) flush: bool,
    /// The first byte of the marker and the one behind it.
    pub(in crate::lang) marker: (usize, usize),
    /// The first byte of the first line.
    pub(in crate::lang) body: usize,
}

/// The end of a heredoc.
pub(in crate::lang) struct Terminator {
    /// The first byte of the line with the terminator.
    pub(in crate::lang) line: usize,
    /// The byte behind the terminator.
    pub(in crate::lang) end: usize,
}

/// The byte behind the string whose opening quote stands at `at`.
pub(in crate::lang) fn quoted(text: &[u8], at: usize, limit: usize) -> Quoted {
    let mut at = at + 1;
    while at < limit {
        match text[at] {
            b'"' => return Quoted::Closed(at + 1),
            b'\n' => return Quoted::Broken(if text[at - 1] == b'\r' { at - 1 } else { at }),
            b'\\' if at + 1 < limit && text[at + 1] != b'\n' => at += 2,
            b'$' | b'%' => match lead(text, at, limit) {
                Lead::Sequence => match sequence(text, at + 2, limit) {
                    Some(end) => at = end,
                    None => return Quoted::Open,
                },
                Lead::Escape => at += 3,
                Lead::Text => at += 1,
            },
            _ => at += 1,
        }
    }
    Quoted::Open
}

/// What a dollar or percent sign in a template begins.
pub(in crate::lang) enum Lead {
    /// `${` or `%{`
    Sequence,
    /// `$${` or `%%{`
    Escape,
    /// Itself.
    Text,
}

/// What the dollar or percent sign at `at` begins.
pub(in crate::lang) fn lead(text: &[u8], at: usize, limit: usize) -> Lead {
    let next = |ahead: usize| if at + ahead < limit { text[at + ahead] } else { 0 };
    match (next(1), next(2)) {
        (b'{', _) => Lead::Sequence,
        (sign, b'{') if sign == text[at] => Lead::Escape,
        _ => Lead::Text,
    }
}

/// The byte behind the brace that closes a sequence whose content starts at `at`.
pub(in crate::lang) fn sequence(text: &[u8], mut at: usize, limit: usize) -> Option<usize> {
    let mut depth = 0usize;
    while at < limit {
        match text[at] {
            b'{' => {
                depth += 1;
                at += 1;
            }
            b'}' if depth == 0 => return Some(at + 1),
            b'}' => {
                depth -= 1;
                at += 1;
            }
            b'"' => match quoted(text, at, limit) {
                Quoted::Closed(end) | Quoted::Broken(end) => at = end,
                Quoted::Open => return None,
            },
            b'<' => match intro(text, at, limit) {
                Some(intro) => at = terminator(text, &intro, limit)?.end,
                None => at += 1,
            },
            b'#' | b'/' => at = comment(text, at, limit).unwrap_or(at + 1),
            _ => at += 1,
        }
    }
    None
}

/// The byte behind the comment that starts at `at`, if one does; the line break is not part of it.
pub(in crate::lang) fn comment(text: &[u8], at: usize, limit: usize) -> Option<usize> {
    let rest = &text[at..limit];
    if rest.starts_with(b"#") || rest.starts_with(b"//") {
        let end = rest.iter().position(|byte| *byte == b'\n').map_or(limit, |length| at + length);
        return Some(if end > at && text[end - 1] == b'\r' && end < limit { end - 1 } else { end });
    }
    if rest.starts_with(b"/*") {
        let close = rest[2..].windows(2).position(|pair| pair == b"*/");
        return close.map(|length| at + 2 + length + 2);
    }
    None
}

/// Whether an identifier may begin with this byte; all of Unicode beyond ASCII is left to the parser.
pub(in crate::lang) fn begins_name(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || byte == b'_' || byte >= 0x80
}

/// The byte behind the identifier that starts at `at`.
pub(in crate::lang) fn name(text: &[u8], at: usize, limit: usize) -> usize {
    let continues = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-') || *byte >= 0x80;
    text[at..limit].iter().position(|byte| !continues(byte)).map_or(limit, |length| at + length)
}

/// The byte behind the number that starts at `at`.
pub(in crate::lang) fn number(text: &[u8], at: usize, limit: usize) -> usize {
    let digits = |from: usize| {
        text[from.min(limit)..limit].iter().position(|byte| !byte.is_ascii_digit()).map_or(limit, |n| from + n)
    };
    let mut end = digits(at);
    if end + 1 < limit && text[end] == b'.' && text[end + 1].is_ascii_digit() {
        end = digits(end + 1);
    }
    if end < limit && matches!(text[end], b'e' | b'E') {
        let sign = usize::from(end + 1 < limit && matches!(text[end + 1], b'+' | b'-'));
        let exponent = end + 1 + sign;
        if exponent < limit && text[exponent].is_ascii_digit() {
            end = digits(exponent);
        }
    }
    end
}

/// Reads `<<EOT` or `<<-EOT` with its line break; anything else is not a heredoc.
pub(in crate::lang) fn intro(text: &[u8], at: usize, limit: usize) -> Option<Intro> {
    let rest = text[at..limit].strip_prefix(b"<<")?;
    let flush = rest.first() == Some(&b'-');
    let start = at + 2 + usize::from(flush);
    if start >= limit || !begins_name(text[start]) {
        return None;
    }
    let end = name(text, start, limit);
    let body = match &text[end..limit] {
        [b'\n', ..] => end + 1,
        [b'\r', b'\n', ..] => end + 2,
        _ => return None,
    };
    Some(Intro { flush, marker: (start, end), body })
}

/// Finds the line that holds the marker and nothing else.
pub(in crate::lang) fn terminator(text: &[u8], intro: &Intro, limit: usize) -> Option<Terminator> {
    let marker = &text[intro.marker.0..intro.marker.1];
    let mut at = intro.body;
    let mut line_start = true;
    while at < limit {
        if line_start {
            let line_end = at + text[at..limit].iter().position(|byte| *byte == b'\n')?;
            let line = &text[at..line_end];
            if line.trim_ascii() == marker {
                let lead = line.len() - line.trim_ascii_start().len();
                return Some(Terminator { line: at, end: at + lead + marker.len() });
            }
            line_start = false;
        }
        match text[at] {
            b'\n' => {
                line_start = true;
                at += 1;
            }
            b'$' | b'%' => match lead(text, at, limit) {
                Lead::Sequence => at = sequence(text, at + 2, limit)?,
                Lead::Escape => at += 3,
                Lead::Text => at += 1,
            },
            _ => at += 1,
        }
    }
    None
}
