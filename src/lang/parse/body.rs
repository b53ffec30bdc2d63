//! Arguments and blocks.
//!
//! **Never:** know which ones there may be. In: tokens, line breaks among them. Out: `ast::Body`.
//! A block is either empty or one argument on one line, or has each argument on a line of its own.

use std::collections::BTreeSet;

use crate::lang::ast::{Attribute, Block, Body, ExprKind, Label};
use crate::value::Name;

use super::fault::OPEN_TO_THE_END;
use super::recover::Resume;
use super::token::{Kind, Token};
use super::{ENOUGH, Parsed, Reader, Stop};

const ITEM: &str = "Argument or block definition required";

/// Names that are few are looked through one by one.
const FEW: usize = 16;

impl Reader<'_> {
    /// All of a file.
    pub(super) fn whole_body(&mut self) -> Body {
        let mut body = Body::default();
        while self.items_of(&mut body, None).is_err() && self.faults.len() < ENOUGH {}
        body.end = Some(self.span(self.text.len()..self.text.len()));
        body
    }

    /// Arguments and blocks up to the brace that closes `opener`, or the end.
    fn items_of(&mut self, body: &mut Body, opener: Option<Token>) -> Parsed<()> {
        let mut seen = BTreeSet::new();
        loop {
            let token = self.peek();
            let base = self.open;
            let item = match (token.kind, opener) {
                (Kind::Newline, _) => {
                    self.advance();
                    continue;
                }
                (Kind::End, None) => return Ok(()),
                (Kind::End, Some(opener)) => {
                    let detail = format!("There is no closing brace for this block {OPEN_TO_THE_END}");
                    let swallowed = self.swallowed(body).unwrap_or_default();
                    let _ = self.refuse::<()>(opener, "Unclosed configuration block", detail + &swallowed);
                    return Err(Stop::Top);
                }
                (Kind::CloseBrace, Some(_)) => return Ok(()),
                (Kind::Name, _) => self.item(body, &mut seen),
                _ => self.no_item(token),
            };
            match item {
                _ if self.faults.len() >= ENOUGH => return Err(Stop::Top),
                Ok(()) => {}
                Err(Stop::Top) => return Err(Stop::Top),
                Err(Stop::Fault) => {
                    if self.recover(token, base, opener.is_some()) == Resume::AtTop && opener.is_some() {
                        return Err(Stop::Top);
                    }
                }
            }
        }
    }

    fn no_item(&mut self, token: Token) -> Parsed<()> {
        match token.kind {
            Kind::Quote => self.refuse(token, "Invalid argument name", "Argument names must not be quoted."),
            Kind::CloseBrace => {
                let detail = "An argument or block definition is required here: there is nothing open that this brace \
                              could close.";
                let refused = self.refuse(token, ITEM, detail);
                self.advance();
                refused
            }
            _ => self.refuse(token, ITEM, "An argument or block definition is required here."),
        }
    }

    fn item(&mut self, body: &mut Body, seen: &mut BTreeSet<Name>) -> Parsed<()> {
        let name = self.advance();
        let open = self.open;
        self.height = 0;
        let token = self.peek();
        match token.kind {
            Kind::Assign => {
                self.argument(name, body, seen)?;
                let token = self.peek();
                if !matches!(token.kind, Kind::Newline | Kind::End) {
                    if token.kind == Kind::Comma {
                        let detail = "Argument definitions must be separated by newlines, not commas. An argument \
                                      definition must end with a newline.";
                        return self.refuse(token, "Unexpected comma after argument", detail);
                    }
                    let detail = match self.habit(token) {
                        Some(habit) => format!("{habit} An argument definition must end with a newline."),
                        None => "An argument definition must end with a newline.".into(),
                    };
                    return self.refuse(token, "Missing newline after argument", detail);
                }
            }
            Kind::Quote | Kind::OpenBrace | Kind::Name => {
                let block = self.deeper(|reader| reader.block(name))?;
                body.blocks.push(block);
                let token = self.peek();
                if !matches!(token.kind, Kind::Newline | Kind::End) {
                    let detail = "A block definition must end with a newline.";
                    return self.refuse(token, "Missing newline after block definition", detail);
                }
            }
            _ => {
                let detail = "An argument or block definition is required here. To set an argument, use the equals \
                              sign \"=\" to introduce the argument value.";
                let culprit = if token.kind == Kind::Invalid { token } else { name };
                return self.refuse(culprit, ITEM, detail);
            }
        }
        self.open = open;
        Ok(())
    }

    /// An argument, from its equals sign on.
    fn argument(&mut self, token: Token, body: &mut Body, seen: &mut BTreeSet<Name>) -> Parsed<()> {
        self.advance();
        let expr = self.expr()?;
        let name = self.name(token);
        if body.attributes.len() == FEW {
            seen.extend(body.attributes.iter().map(|attribute| attribute.name.clone()));
        }
        let may_be_twice = body.attributes.len() < FEW || !seen.insert(name.clone());
        let first = body.attributes.iter().filter(|_| may_be_twice).find(|attribute| attribute.name == name);
        if let Some(first) = first {
            let line = self.text[..first.name_span.start as usize].matches('\n').count() + 1;
            let detail = format!(
                "The argument \"{name}\" was already set on line {line}. Each argument may be set only once in a block."
            );
            self.fault(token.start..token.end, "Attribute redefined", detail);
        } else {
            body.attributes.push(Attribute { name, name_span: self.span_of(token), expr });
        }
        Ok(())
    }

    fn block(&mut self, name: Token) -> Parsed<Block> {
        let mut header = self.span_of(name);
        let mut labels = Vec::new();
        let opener = loop {
            let token = self.peek();
            let label = match token.kind {
                Kind::OpenBrace => break self.advance(),
                Kind::Name => {
                    self.advance();
                    Label { text: self.name(token), span: self.span_of(token) }
                }
                Kind::Quote => self.label()?,
                _ => return self.no_label(token),
            };
            header = header.to(label.span);
            labels.push(label);
        };
        self.open += 1;
        let mut body = Body::default();
        match self.peek().kind {
            Kind::Newline => self.items_of(&mut body, Some(opener))?,
            Kind::CloseBrace => {}
            _ => self.only_argument(&mut body, opener)?,
        }
        let end = self.advance();
        body.end = Some(self.span_of(end));
        // Thousands of small blocks are kept for as long as the program runs.
        body.attributes.shrink_to_fit();
        body.blocks.shrink_to_fit();
        labels.shrink_to_fit();
        Ok(Block { name: self.name(name), labels, header, body })
    }

    fn no_label<T>(&mut self, token: Token) -> Parsed<T> {
        let detail = match token.kind {
            Kind::Assign => {
                "The equals sign \"=\" indicates an argument definition, and must not be used when defining a block."
            }
            Kind::Newline | Kind::End => {
                "A block definition must have block content delimited by \"{\" and \"}\", starting on the same line \
                 as the block header."
            }
            _ => "Either a quoted string block label or an opening brace (\"{\") is expected here.",
        };
        self.refuse(token, "Invalid block definition", detail)
    }

    fn label(&mut self) -> Parsed<Label> {
        let string = self.string()?;
        let text = match string.kind {
            ExprKind::Literal(value) => value.as_str().map(Name::from).unwrap_or_default(),
            _ => {
                let detail = "Template sequences are not allowed in a block label: a label is fixed text.";
                self.fault(string.span.start as usize..string.span.end as usize, "Invalid string literal", detail);
                Name::default()
            }
        };
        Ok(Label { text, span: string.span })
    }

    /// The content of a block that is written on one line.
    fn only_argument(&mut self, body: &mut Body, opener: Token) -> Parsed<()> {
        let name = self.peek();
        if name.kind == Kind::End {
            let detail = format!("There is no closing brace for this block {OPEN_TO_THE_END}");
            return self.refuse(opener, "Unclosed configuration block", detail);
        }
        if name.kind != Kind::Name {
            return self.no_item(name);
        }
        self.advance();
        let token = self.peek();
        if token.kind != Kind::Assign {
            let detail = format!(
                "A single-line block definition can contain only a single argument. If you meant to define argument \
                 \"{}\", use an equals sign to assign it a value. To define a nested block, place it on a line of its \
                 own within its parent block.",
                &self.text[name.start..name.end]
            );
            return self.refuse(name, "Argument definition required", detail);
        }
        self.argument(name, body, &mut BTreeSet::new())?;
        let token = self.peek();
        match token.kind {
            Kind::CloseBrace => Ok(()),
            Kind::End => {
                let detail = format!("There is no closing brace for this block {OPEN_TO_THE_END}");
                self.refuse(opener, "Unclosed configuration block", detail)
            }
            _ => {
                let detail = "Single-line block syntax can include only one argument definition, and must be closed on \
                              the same line. To define multiple arguments, use the multi-line block syntax with one \
                              argument definition per line.";
                let habit = self.habit(token).map(|habit| format!("{habit} ")).unwrap_or_default();
                self.refuse(token, "Invalid single-argument block definition", format!("{habit}{detail}"))
            }
        }
    }
}
