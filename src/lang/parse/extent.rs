//! Where names, numbers, comments and heredocs begin and end.
//!
//! **Never:** build anything: only positions go in and out, in bytes of the source text. The
//! reader and the formatter cut texts by the same rules, these.

/// The start of a heredoc.
pub(in crate::lang) struct Intro {
    /// Whether it is `<<-`, which removes indentation.
    pub(in crate::lang) flush: bool,
    /// The first byte of the marker and the one behind it.
    pub(in crate::lang) marker: (usize, usize),
    /// The first byte of the first line.
    pub(in crate::lang) body: usize,
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

/// The byte behind the marker, if a line begins at `at` that holds the marker alone and ends.
pub(in crate::lang) fn marker_line(text: &[u8], at: usize, marker: (usize, usize)) -> Option<usize> {
    if at > 0 && text[at - 1] != b'\n' {
        return None;
    }
    let marker = &text[marker.0..marker.1];
    let blank = |byte: &u8| byte.is_ascii_whitespace() && *byte != b'\n';
    let start = at + text[at..].iter().take_while(|byte| blank(byte)).count();
    let behind = text[start..].strip_prefix(marker)?;
    let rest = behind.iter().find(|byte| !blank(byte));
    (rest == Some(&b'\n')).then_some(start + marker.len())
}

/// The byte behind a heredoc, past those that begin in a sequence of it; none if one has no end. For
/// texts with errors in them.
pub(in crate::lang) fn rest_of_heredoc(text: &[u8], intro: &Intro) -> Option<usize> {
    let mut open = vec![intro.marker];
    let mut at = intro.body;
    while let Some(marker) = open.last() {
        if let Some(end) = marker_line(text, at, *marker) {
            open.pop();
            at = end;
            continue;
        }
        let line = &text[at..at + text[at..].iter().position(|byte| *byte == b'\n')?];
        let sequence = line.windows(2).position(|pair| matches!(pair, b"${" | b"%{"));
        let inner =
            line.windows(2).rposition(|pair| pair == b"<<").filter(|inner| sequence.is_some_and(|at| at < *inner));
        open.extend(inner.and_then(|inner| self::intro(text, at + inner, text.len())).map(|inner| inner.marker));
        at += line.len() + 1;
    }
    Some(at)
}

/// The byte behind a string of which nothing is known but that its opening quote stands before
/// `at`; the end of its line if it has no end there. For texts with errors in them.
pub(in crate::lang) fn rest_of_string(text: &[u8], mut at: usize) -> usize {
    // For each sequence that is open, the strings around it being open too: its open braces.
    let mut sequences: Vec<usize> = Vec::new();
    let mut in_string = true;
    while at < text.len() && text[at] != b'\n' {
        match (text[at], sequences.last_mut()) {
            (b'"', None) if in_string => return at + 1,
            (b'"', _) => in_string = !in_string,
            (b'\\', _) if in_string => at += 1,
            (b'$' | b'%', _) if in_string => match lead(text, at, text.len()) {
                Lead::Sequence => {
                    sequences.push(0);
                    in_string = false;
                    at += 1;
                }
                Lead::Escape => at += 2,
                Lead::Text => {}
            },
            (b'<', Some(_)) if !in_string => {
                // The line break behind the marker does not end the string.
                let end = intro(text, at, text.len()).and_then(|intro| rest_of_heredoc(text, &intro));
                let blanks = |end: usize| text[end..].iter().position(|byte| *byte == b'\n').unwrap_or(0);
                at = end.map_or(at, |end| end + blanks(end));
            }
            (b'{', Some(open)) if !in_string => *open += 1,
            (b'}', Some(0)) if !in_string => {
                sequences.pop();
                in_string = true;
            }
            (b'}', Some(open)) if !in_string => *open -= 1,
            _ => {}
        }
        at += 1;
    }
    at.min(text.len())
}
