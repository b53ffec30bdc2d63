//! Calls, tuples, objects and `for`.
//!
//! **Never:** refuse equal keys: Terraform lets the last one win. In: tokens from an opening
//! bracket on. Out: `ast::Expr`. In objects line breaks separate; in all other brackets, and in
//! a `for` between braces, they mean nothing.

use crate::lang::ast::{Call, Expr, ExprKind, For, ObjectKey};
use crate::value::Name;

use super::fault::OPEN_TO_THE_END;
use super::token::{Kind, Token};
use super::{Parsed, Reader};

const FOR: &str = "Invalid 'for' expression";

impl Reader<'_> {
    /// A call whose name begins with `first`.
    pub(super) fn call(&mut self, first: Token) -> Parsed<Expr> {
        let mut name = self.name(first);
        while self.eat(Kind::DoubleColon).is_some() {
            let token = self.peek();
            if token.kind != Kind::Name {
                let detail = "Function scope resolution symbol :: must be followed by a function name in this scope.";
                return self.refuse(token, "Missing function name", detail);
            }
            self.advance();
            name = format!("{name}::{}", self.name(token)).into();
        }
        let name_span = self.span_from(first.start);
        let opener = self.peek();
        if opener.kind != Kind::OpenParen {
            let detail = "Function selector must be followed by an opening parenthesis to begin the function call.";
            return self.refuse(opener, "Missing open parenthesis", detail);
        }
        self.advance();
        self.open += 1;
        let (args, spread) = self.with_lines(false, |reader| reader.arguments(opener))?;
        Ok(Expr { kind: ExprKind::Call(Call { name, name_span, args, spread }), span: self.span_from(first.start) })
    }

    fn arguments(&mut self, opener: Token) -> Parsed<(Vec<Expr>, bool)> {
        let unclosed = "Unterminated function call";
        let mut args = Vec::new();
        let mut spread = false;
        while !matches!(self.peek().kind, Kind::CloseParen | Kind::End) {
            args.push(self.expr()?);
            if self.eat(Kind::Ellipsis).is_some() {
                spread = true;
                let detail = "An expanded function argument (with ...) must be immediately followed by closing \
                              parentheses.";
                self.close(Kind::CloseParen, opener, unclosed, ("Missing closing parenthesis", detail))?;
                return Ok((args, spread));
            }
            if self.eat(Kind::Comma).is_none() {
                break;
            }
        }
        let detail = "A comma is required to separate each function argument from the next.";
        self.close(Kind::CloseParen, opener, unclosed, ("Missing argument separator", detail))?;
        args.shrink_to_fit();
        Ok((args, spread))
    }

    /// `[...]`
    pub(super) fn tuple(&mut self) -> Parsed<Expr> {
        let opener = self.advance();
        self.open += 1;
        let kind = self.with_lines(false, |reader| {
            if reader.eat_word("for") {
                return reader.for_expr(opener, false);
            }
            let mut members = Vec::new();
            while !matches!(reader.peek().kind, Kind::CloseBracket | Kind::End) {
                members.push(reader.expr()?);
                if reader.eat(Kind::Comma).is_none() {
                    break;
                }
            }
            let unclosed = "Unterminated tuple constructor expression";
            let detail = "Expected a comma to mark the beginning of the next item.";
            reader.close(Kind::CloseBracket, opener, unclosed, ("Missing item separator", detail))?;
            members.shrink_to_fit();
            Ok(ExprKind::Tuple(members))
        })?;
        Ok(Expr { kind, span: self.span_from(opener.start) })
    }

    /// `{...}`
    pub(super) fn object(&mut self) -> Parsed<Expr> {
        let opener = self.advance();
        self.open += 1;
        let comprehension =
            self.with_lines(false, |reader| reader.eat_word("for").then(|| reader.for_expr(opener, true)));
        let kind = match comprehension {
            Some(kind) => kind?,
            None => self.with_lines(true, |reader| reader.items(opener))?,
        };
        Ok(Expr { kind, span: self.span_from(opener.start) })
    }

    fn items(&mut self, opener: Token) -> Parsed<ExprKind> {
        let mut items = Vec::new();
        loop {
            while self.eat(Kind::Newline).is_some() {}
            let token = self.peek();
            match token.kind {
                Kind::CloseBrace => break,
                Kind::End => return self.unclosed_object(opener),
                _ => {}
            }
            let key = self.key()?;
            self.equals(opener)?;
            items.push((key, self.expr()?));
            let token = self.peek();
            match token.kind {
                Kind::CloseBrace => break,
                Kind::Comma | Kind::Newline => drop(self.advance()),
                Kind::End => return self.unclosed_object(opener),
                _ => {
                    let detail = "Expected a newline or comma to mark the beginning of the next attribute.";
                    return self.refuse(token, "Missing attribute separator", detail);
                }
            }
        }
        self.advance();
        self.open = self.open.saturating_sub(1);
        items.shrink_to_fit();
        Ok(ExprKind::Object(items))
    }

    fn unclosed_object<T>(&mut self, opener: Token) -> Parsed<T> {
        let detail = format!("There is no corresponding closing brace {OPEN_TO_THE_END}");
        self.refuse(opener, "Unterminated object constructor expression", detail)
    }

    /// What stands between a key and its value.
    fn equals(&mut self, opener: Token) -> Parsed<()> {
        let token = self.peek();
        match token.kind {
            Kind::Assign | Kind::Colon => {
                self.advance();
                Ok(())
            }
            Kind::Newline | Kind::CloseBrace | Kind::Comma => {
                let detail = "Expected an attribute value, introduced by an equals sign (\"=\").";
                self.refuse(token, "Missing attribute value", detail)
            }
            Kind::End => self.unclosed_object(opener),
            _ => {
                let detail = "Expected an equals sign (\"=\") to mark the beginning of the attribute value.";
                self.refuse(token, "Missing key/value separator", detail)
            }
        }
    }

    /// A name that stands alone is itself, also `null` and `true`; anything else is an expression.
    fn key(&mut self) -> Parsed<ObjectKey> {
        let token = self.peek();
        if token.kind == Kind::Name {
            self.advance();
            if !matches!(self.peek().kind, Kind::Assign | Kind::Colon | Kind::Newline | Kind::CloseBrace | Kind::Comma)
            {
                self.at = token.start;
                return self.expr().map(ObjectKey::Expr);
            }
            return Ok(ObjectKey::Name(self.name(token), self.span_of(token)));
        }
        self.expr().map(ObjectKey::Expr)
    }

    /// What follows the word `for` behind an opening bracket or brace.
    fn for_expr(&mut self, opener: Token, object: bool) -> Parsed<ExprKind> {
        let first = self.for_name("For expression requires variable name after 'for'.")?;
        let second = match self.eat(Kind::Comma) {
            Some(_) => Some(self.for_name("For expression requires value variable name after comma.")?),
            None => None,
        };
        if !self.eat_word("in") {
            let token = self.peek();
            let detail = if second.is_some() {
                "For expression requires the 'in' keyword after its variable names."
            } else {
                "For expression requires a comma or the 'in' keyword after its first variable name."
            };
            return self.refuse(token, FOR, detail);
        }
        let collection = self.expr()?;
        if self.eat(Kind::Colon).is_none() {
            let token = self.peek();
            return self.refuse(token, FOR, "For expression requires a colon after the collection expression.");
        }
        let mut value = self.expr()?;
        let mut key = None;
        let arrow = self.peek();
        match (arrow.kind == Kind::Arrow, object) {
            (true, true) => {
                self.advance();
                key = Some(std::mem::replace(&mut value, self.expr()?));
            }
            (true, false) => {
                return self.refuse(arrow, FOR, "Key expression is not valid when building a tuple.");
            }
            (false, true) => {
                return self.refuse(arrow, FOR, "Key expression is required when building an object.");
            }
            (false, false) => {}
        }
        let ellipsis = self.eat(Kind::Ellipsis);
        if let Some(ellipsis) = ellipsis
            && !object
        {
            return self.refuse(ellipsis, FOR, "Grouping ellipsis (\"...\") cannot be used when building a tuple.");
        }
        let condition = if self.eat_word("if") { Some(self.expr()?) } else { None };
        let closing = if object { Kind::CloseBrace } else { Kind::CloseBracket };
        let detail = "Extra characters after the end of the 'for' expression: expected its closing bracket, or a \
                      condition that begins with the word \"if\".";
        self.close(closing, opener, FOR, (FOR, detail))?;
        let (key_name, value_name) = match second {
            Some(second) => (Some(first), second),
            None => (None, first),
        };
        let grouped = ellipsis.is_some();
        Ok(ExprKind::For(Box::new(For { key_name, value_name, collection, key, value, condition, grouped })))
    }

    fn for_name(&mut self, detail: &str) -> Parsed<Name> {
        let token = self.peek();
        if token.kind != Kind::Name {
            return self.refuse(token, FOR, detail);
        }
        self.advance();
        Ok(self.name(token))
    }
}
