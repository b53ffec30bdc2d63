//! Where reading goes on after a syntax error.
//!
//! **Never:** note an error: the one that led here is told already. In: a place behind an error,
//! and what was open. Out: a place where an argument or block may begin, or where a template
//! goes on. A line that begins at the margin ends whatever is open, if blocks are indented.

use super::extent;
use super::template::Form;
use super::token::{Kind, Token};
use super::{Parsed, Reader, Stop};

/// Where reading goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Resume {
    /// In the same body.
    Here,
    /// Outside of all blocks.
    AtTop,
}

impl Reader<'_> {
    /// Skips the rest of the argument or block that began with `first`, where `base` brackets were open.
    pub(super) fn recover(&mut self, first: Token, base: usize, nested: bool) -> Resume {
        self.lines = true;
        let mut depth = self.open.saturating_sub(base);
        self.open = base;
        let margin_counts = self.at_margin(first.start) != nested;
        loop {
            let token = self.peek();
            if margin_counts && token.start > first.start && self.at_margin(token.start) {
                match token.kind {
                    Kind::CloseBrace => {
                        self.advance();
                        return self.at_top();
                    }
                    Kind::Name => return self.at_top(),
                    _ => {}
                }
            }
            match token.kind {
                Kind::End => return self.at_top(),
                Kind::Newline if depth == 0 => {
                    self.advance();
                    // The content of a block whose header was the error.
                    if self.peek().kind != Kind::OpenBrace {
                        return Resume::Here;
                    }
                    continue;
                }
                Kind::CloseBrace if depth == 0 && nested => return Resume::Here,
                Kind::OpenBrace | Kind::OpenBracket | Kind::OpenParen => depth += 1,
                Kind::CloseBrace | Kind::CloseBracket | Kind::CloseParen => depth = depth.saturating_sub(1),
                Kind::Quote | Kind::Heredoc => {
                    self.skip_string();
                    continue;
                }
                _ => {}
            }
            self.advance();
        }
    }

    fn at_top(&mut self) -> Resume {
        self.open = 0;
        Resume::AtTop
    }

    fn at_margin(&self, at: usize) -> bool {
        at == 0 || self.text.as_bytes()[at - 1] == b'\n'
    }

    /// Passes a string or heredoc without reading it.
    fn skip_string(&mut self) {
        let token = self.advance();
        let bytes = self.text.as_bytes();
        self.at = match extent::intro(bytes, token.start, bytes.len()) {
            Some(intro) => extent::rest_of_heredoc(bytes, &intro).unwrap_or_else(|| {
                self.skip_heredoc(Form::Heredoc { marker: intro.marker });
                self.at
            }),
            None => extent::rest_of_string(bytes, token.end),
        };
    }

    /// Passes the rest of a heredoc, up to the line with its marker; all of the text if there is none.
    pub(super) fn skip_heredoc(&mut self, form: Form) -> bool {
        if !matches!(form, Form::Heredoc { .. }) {
            return false;
        }
        let bytes = self.text.as_bytes();
        while self.at < bytes.len() {
            let line = bytes[self.at..].iter().position(|byte| *byte == b'\n');
            self.at = line.map_or(bytes.len(), |length| self.at + length + 1);
            if let Some(end) = self.heredoc_end(self.at, form) {
                self.at = end;
                return true;
            }
        }
        false
    }

    /// Skips to the brace that ends a template sequence, inside of which `base` brackets are open
    /// at its end. The sequence of a quoted string ends on its line, that of a heredoc before the marker.
    pub(super) fn leave_sequence(&mut self, base: usize, form: Form) -> Parsed<Token> {
        let mut depth = self.open.saturating_sub(base);
        let found = self.with_lines(true, |reader| {
            loop {
                let token = reader.peek();
                match token.kind {
                    Kind::End | Kind::OpenComment => return None,
                    Kind::Newline if form == Form::Quoted => return None,
                    Kind::Newline if reader.heredoc_end(token.end, form).is_some() => return None,
                    Kind::CloseBrace | Kind::TrimBrace if depth == 0 => return Some(reader.advance()),
                    Kind::OpenBrace | Kind::OpenBracket | Kind::OpenParen => depth += 1,
                    Kind::CloseBrace | Kind::CloseBracket | Kind::CloseParen => depth = depth.saturating_sub(1),
                    Kind::Quote | Kind::Heredoc => {
                        reader.skip_string();
                        continue;
                    }
                    _ => {}
                }
                reader.advance();
            }
        });
        // A sequence without an end on its line has none; brackets inside of it may be closed below.
        self.open = if found.is_some() { base } else { base - 1 + depth + usize::from(depth > 0) };
        found.ok_or(Stop::Fault)
    }
}
