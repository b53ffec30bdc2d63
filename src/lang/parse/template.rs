//! Templates: quoted strings, heredocs and whole template texts.
//!
//! **Never:** look into an expression: what stands in `${ }` is read by `expr`. Text is cut into
//! the pieces that Terraform trims and indents by: a whole stretch in a quoted string, one line
//! elsewhere. Out: `ast::Part`s with escapes, `~` and the indentation of `<<-` carried out (HCL
//! specification, "Template Sub-language").

use crate::diag::Span;
use crate::lang::ast::{Expr, ExprKind, Part};
use crate::value::{Type, Value};

use super::extent::{self, Lead};
use super::pieces::{Piece, remove_indentation};
use super::token::{Kind, Token};
use super::{Parsed, Reader, Stop};

/// What kind of text a template stands in, and so where it ends.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// At a quote; backslashes escape.
    Quoted,
    /// Before the line that holds the marker, which stands here in the text, and nothing else.
    Heredoc { marker: (usize, usize) },
    /// At the end of the text.
    Bare,
}

/// A template as an expression: plain text and a lone interpolation are what they hold.
pub(super) fn expression(mut parts: Vec<Part>, span: Span) -> Expr {
    let kind = match parts.as_mut_slice() {
        [] => ExprKind::Literal(Value::string("")),
        [Part::Text(text, _)] => ExprKind::Literal(Value::string(text.clone())),
        [Part::Interpolation(_)] => match parts.pop() {
            Some(Part::Interpolation(inner)) => ExprKind::Wrapped(Box::new(inner)),
            _ => ExprKind::Template(parts),
        },
        _ => ExprKind::Template(parts),
    };
    Expr { kind, span }
}

impl Reader<'_> {
    /// The string or heredoc that begins with the next token.
    pub(super) fn string(&mut self) -> Parsed<Expr> {
        let opener = self.advance();
        let intro = extent::intro(self.text.as_bytes(), opener.start, self.text.len());
        let form = match &intro {
            Some(intro) => Form::Heredoc { marker: intro.marker },
            None => Form::Quoted,
        };
        let mut pieces = self.pieces(opener, form)?;
        if intro.is_some_and(|intro| intro.flush) {
            remove_indentation(&mut pieces);
        }
        let parts = self.assemble(pieces)?;
        Ok(expression(parts, self.span_from(opener.start)))
    }

    /// The whole text as a template.
    pub(super) fn bare_template(&mut self) -> Parsed<Vec<Part>> {
        let start = Token { kind: Kind::Quote, start: self.at, end: self.at };
        let pieces = self.pieces(start, Form::Bare)?;
        self.assemble(pieces)
    }

    /// The pieces up to the end of the template, which is passed.
    fn pieces(&mut self, opener: Token, form: Form) -> Parsed<Vec<Piece>> {
        let mut pieces = Vec::new();
        let mut trim_next = false;
        loop {
            let at = self.at;
            if self.ends(opener, form)? {
                return Ok(pieces);
            }
            let bytes = self.text.as_bytes();
            if matches!(bytes[at], b'$' | b'%') && matches!(extent::lead(bytes, at, bytes.len()), Lead::Sequence) {
                match self.sequence(&mut pieces, form) {
                    Ok(trim) => trim_next = trim,
                    // The marker has been passed: the heredoc is over.
                    Err(Stop::Fault) if self.skip_heredoc(form) => return Ok(pieces),
                    Err(stop) => return Err(stop),
                }
                continue;
            }
            let mut text = self.literal(form);
            if trim_next {
                text = text.trim_start().to_owned();
            }
            trim_next = false;
            pieces.push(Piece::Text { text, range: at..self.at });
        }
    }

    /// Whether the template ends here; its end is passed.
    fn ends(&mut self, opener: Token, form: Form) -> Parsed<bool> {
        let bytes = self.text.as_bytes();
        match (form, bytes.get(self.at)) {
            (Form::Bare, end) => Ok(end.is_none()),
            (Form::Quoted, Some(b'"')) => {
                self.at += 1;
                Ok(true)
            }
            (Form::Quoted, Some(b'\r' | b'\n')) if bytes[self.at..].starts_with(b"\r\n") || bytes[self.at] == b'\n' => {
                let detail = "Quoted strings may not be split over multiple lines. To produce a multi-line string, \
                              either use the \\n escape to represent a newline character or use the \"heredoc\" \
                              multi-line template syntax.";
                self.fault(self.at..self.at + 1, "Invalid multi-line string", detail);
                Ok(true)
            }
            (Form::Heredoc { .. }, Some(_)) => {
                let end = self.heredoc_end(self.at, form);
                self.at = end.unwrap_or(self.at);
                Ok(end.is_some())
            }
            (Form::Quoted, None) => {
                let detail = "No closing marker was found for the string.";
                self.refuse(Token { end: opener.start + 1, ..opener }, "Unterminated template string", detail)
            }
            (Form::Heredoc { marker }, None) => {
                let word = &self.text[marker.0..marker.1];
                let detail = format!(
                    "The heredoc has no end: \"{word}\" must stand alone on a line behind it, with a line break after \
                     it."
                );
                self.refuse(Token { end: marker.1, ..opener }, "Unterminated template string", detail)
            }
            (Form::Quoted, Some(_)) => Ok(false),
        }
    }

    /// The byte behind a heredoc's marker, if the line that begins here holds it alone.
    pub(super) fn heredoc_end(&self, at: usize, form: Form) -> Option<usize> {
        let Form::Heredoc { marker } = form else { return None };
        extent::marker_line(self.text.as_bytes(), at, marker)
    }

    /// `${...}` or `%{...}`; whether the text behind it is to be trimmed.
    fn sequence(&mut self, pieces: &mut Vec<Piece>, form: Form) -> Parsed<bool> {
        let start = self.at;
        let opener = Token { kind: Kind::OpenBrace, start, end: start + 2 };
        self.at += 2;
        if self.text[self.at..].starts_with('~') {
            self.at += 1;
            if let Some(Piece::Text { text, .. }) = pieces.last_mut() {
                text.truncate(text.trim_end().len());
            }
        }
        self.open += 1;
        let base = self.open;
        let directive = self.text.as_bytes()[start] == b'%';
        let read = self.with_lines(false, |reader| {
            if directive { reader.directive(start, opener) } else { reader.interpolation(opener) }
        });
        let (piece, closing) = match read {
            Ok((piece, closing)) => (Some(piece), closing),
            Err(Stop::Top) => return Err(Stop::Top),
            Err(Stop::Fault) => {
                let closing = self.leave_sequence(base, form)?;
                (self.broken_directive(start, closing), closing)
            }
        };
        self.open = base - 1;
        pieces.extend(piece.map(|mut piece| {
            if let Piece::If { range, .. }
            | Piece::Else { range }
            | Piece::EndIf { range }
            | Piece::For { range, .. }
            | Piece::EndFor { range } = &mut piece
            {
                range.end = self.at;
            }
            piece
        }));
        Ok(closing.kind == Kind::TrimBrace)
    }

    /// Stands for a directive at fault, so that its end is not a fault too.
    fn broken_directive(&self, start: usize, closing: Token) -> Option<Piece> {
        let text = self.text[start..closing.end].strip_prefix("%{")?;
        let word = text.trim_start_matches('~').trim_start().split(|letter: char| !letter.is_alphanumeric()).next();
        let range = start..start;
        let nothing =
            || Expr { kind: ExprKind::Literal(Value::null(Type::Dynamic)), span: self.span(start..closing.end) };
        match word {
            Some("if") => Some(Piece::If { condition: nothing(), range }),
            Some("for") => Some(Piece::For { key_name: None, value_name: "_".into(), collection: nothing(), range }),
            Some("else") => Some(Piece::Else { range }),
            Some("endif") => Some(Piece::EndIf { range }),
            Some("endfor") => Some(Piece::EndFor { range }),
            _ => None,
        }
    }

    fn interpolation(&mut self, opener: Token) -> Parsed<(Piece, Token)> {
        let expr = self.expr()?;
        let found = self.peek();
        let detail = format!(
            "Expected a closing brace to end the interpolation expression, but found {}.",
            self.describe(found)
        );
        let closing = self.end_sequence(opener, "Extra characters after interpolation expression", detail)?;
        Ok((Piece::Interpolation(expr), closing))
    }

    /// Takes the brace that ends a sequence.
    fn end_sequence(&mut self, opener: Token, summary: &str, detail: String) -> Parsed<Token> {
        let token = self.peek();
        match token.kind {
            Kind::CloseBrace | Kind::TrimBrace => Ok(self.advance()),
            Kind::End => {
                let detail = "There is no closing brace for this interpolation or directive sequence before the end \
                              of the template. This might be caused by incorrect nesting inside the sequence.";
                self.refuse(opener, "Unclosed template interpolation sequence", detail)
            }
            _ => self.refuse(token, summary, detail),
        }
    }

    /// Text up to the next sequence, in a template of lines also only to the end of the line.
    fn literal(&mut self, form: Form) -> String {
        let bytes = self.text.as_bytes();
        let limit = bytes.len();
        let mut text = String::new();
        let (mut at, mut copied) = (self.at, self.at);
        while at < limit {
            match bytes[at] {
                b'"' if form == Form::Quoted => break,
                b'\n' if form == Form::Quoted => {
                    at -= usize::from(bytes[at - 1] == b'\r' && at > copied);
                    break;
                }
                b'\n' => {
                    at += 1;
                    break;
                }
                b'\\' if form == Form::Quoted => {
                    text.push_str(&self.text[copied..at]);
                    let end = self.escape(at, limit, &mut text);
                    (at, copied) = (end, end);
                }
                b'$' | b'%' => match extent::lead(bytes, at, limit) {
                    Lead::Sequence => break,
                    Lead::Escape => {
                        text.push_str(&self.text[copied..at]);
                        (at, copied) = (at + 2, at + 1);
                    }
                    Lead::Text => at += 1,
                },
                _ => at += 1,
            }
        }
        text.push_str(&self.text[copied..at]);
        self.at = at;
        text
    }

    /// Reads a backslash escape and gives the byte behind it.
    fn escape(&mut self, at: usize, limit: usize, text: &mut String) -> usize {
        let rest = &self.text[at + 1..limit];
        let Some(selector) = rest.chars().next() else {
            self.fault(at..limit, "Invalid escape sequence", "A backslash must be followed by an escape selector.");
            return limit;
        };
        if matches!(selector, '\r' | '\n') {
            self.fault(at..at + 1, "Invalid escape sequence", "A backslash must be followed by an escape selector.");
            return at + 1;
        }
        let plain = match selector {
            'n' => Some('\n'),
            'r' => Some('\r'),
            't' => Some('\t'),
            '"' => Some('"'),
            '\\' => Some('\\'),
            _ => None,
        };
        if let Some(plain) = plain {
            text.push(plain);
            return at + 2;
        }
        let digits = match selector {
            'u' => 4,
            'U' => 8,
            other => {
                let end = at + 1 + other.len_utf8();
                let detail = format!("The symbol \"{other}\" is not a valid escape sequence selector.");
                self.fault(at..end, "Invalid escape sequence", detail);
                return end;
            }
        };
        let end = at + 2 + digits;
        let code = rest.get(1..1 + digits).filter(|code| code.bytes().all(|byte| byte.is_ascii_hexdigit()));
        let symbol = code.and_then(|code| u32::from_str_radix(code, 16).ok()).and_then(char::from_u32);
        let Some(symbol) = symbol else {
            let detail = format!(
                "The \\{selector} escape sequence must be followed by {digits} hexadecimal digits that name a \
                 Unicode character."
            );
            self.fault(at..at + 2, "Invalid escape sequence", detail);
            return at + 2;
        };
        text.push(symbol);
        end
    }

    fn directive(&mut self, start: usize, opener: Token) -> Parsed<(Piece, Token)> {
        let range = start..start;
        let word = self.peek();
        let keyword = if word.kind == Kind::Name { &self.text[word.start..word.end] } else { "" };
        let piece = match keyword {
            "if" => {
                self.advance();
                Piece::If { condition: self.expr()?, range }
            }
            "for" => {
                self.advance();
                self.for_directive(start)?
            }
            "else" => Piece::Else { range },
            "endif" => Piece::EndIf { range },
            "endfor" => Piece::EndFor { range },
            "" => {
                let detail = "A template directive keyword (\"if\", \"for\", etc) is expected at the beginning of a \
                              %{ sequence.";
                return self.refuse(word, "Invalid template directive", detail);
            }
            _ => {
                let detail = format!("\"{keyword}\" is not a valid template control keyword.");
                return self.refuse(word, "Invalid template control keyword", detail);
            }
        };
        if matches!(keyword, "else" | "endif" | "endfor") {
            self.advance();
        }
        let found = self.peek();
        let summary = format!("Extra characters in {keyword} marker");
        let detail =
            format!("Expected a closing brace to end the {keyword} directive, but found {}.", self.describe(found));
        let closing = self.end_sequence(opener, &summary, detail)?;
        Ok((piece, closing))
    }

    fn for_directive(&mut self, start: usize) -> Parsed<Piece> {
        let mut names = Vec::new();
        let first = self.peek();
        if let Some(name) = self.eat(Kind::Name) {
            names.push(self.name(name));
            if self.eat(Kind::Comma).is_some()
                && let Some(name) = self.eat(Kind::Name)
            {
                names.push(self.name(name));
            }
        }
        let value_name = names.pop().filter(|_| self.eat_word("in"));
        let Some(value_name) = value_name else {
            let detail = "A for directive names one or two variables and then, after the keyword \"in\", what they go \
                          through: \"%{ for x in list }\".";
            return self.refuse(first, "Invalid 'for' directive", detail);
        };
        let collection = self.expr()?;
        Ok(Piece::For { key_name: names.pop(), value_name, collection, range: start..start })
    }
}
