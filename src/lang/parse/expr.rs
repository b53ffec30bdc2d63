//! Operators, names and what follows them.
//!
//! **Never:** look at meaning: any name may stand anywhere. In: tokens. Out: `ast::Expr`.
//! All operators of one level bind to the left; a sign before a value takes the steps behind the
//! value with it (`-a.b` negates `a.b`). Source: the HCL native syntax specification.

use crate::lang::ast::{Access, BinaryOp, Expr, ExprKind, UnaryOp};
use crate::value::{Number, Type, Value};

use super::token::{self, Kind, Token};
use super::{DEEPEST, Parsed, Reader};

/// The operator that a token is, and how strongly it binds.
fn operator(kind: Kind) -> Option<(BinaryOp, u8)> {
    Some(match kind {
        Kind::Or => (BinaryOp::Or, 1),
        Kind::And => (BinaryOp::And, 2),
        Kind::Equal => (BinaryOp::Equal, 3),
        Kind::NotEqual => (BinaryOp::NotEqual, 3),
        Kind::Less => (BinaryOp::Less, 4),
        Kind::LessOrEqual => (BinaryOp::LessOrEqual, 4),
        Kind::Greater => (BinaryOp::Greater, 4),
        Kind::GreaterOrEqual => (BinaryOp::GreaterOrEqual, 4),
        Kind::Plus => (BinaryOp::Add, 5),
        Kind::Minus => (BinaryOp::Subtract, 5),
        Kind::Star => (BinaryOp::Multiply, 6),
        Kind::Slash => (BinaryOp::Divide, 6),
        Kind::Percent => (BinaryOp::Remainder, 6),
        _ => return None,
    })
}

impl Reader<'_> {
    /// An expression.
    pub(super) fn expr(&mut self) -> Parsed<Expr> {
        self.deeper(Self::conditional)
    }

    fn conditional(&mut self) -> Parsed<Expr> {
        let condition = self.operation(1)?;
        if self.eat(Kind::Question).is_none() {
            return Ok(condition);
        }
        let yes = self.expr()?;
        let token = self.peek();
        if token.kind != Kind::Colon {
            let detail = "The conditional operator (...?...:...) requires a false expression, delimited by a colon.";
            return self.refuse(token, "Missing false expression in conditional", detail);
        }
        self.advance();
        let no = self.expr()?;
        let span = condition.span.to(no.span);
        Ok(Expr { kind: ExprKind::Conditional(Box::new(condition), Box::new(yes), Box::new(no)), span })
    }

    /// Operands with operators between them that bind at least so strongly.
    fn operation(&mut self, least: u8) -> Parsed<Expr> {
        let before = std::mem::replace(&mut self.height, 0);
        let mut left = self.operand()?;
        while let Some((operator, level)) = operator(self.peek().kind)
            && level >= least
        {
            self.advance();
            let right = self.operation(level + 1)?;
            self.height += 1;
            if self.depth + self.height > DEEPEST {
                return self.too_deep();
            }
            let span = left.span.to(right.span);
            left = Expr { kind: ExprKind::Binary(operator, Box::new(left), Box::new(right)), span };
        }
        self.height = self.height.max(before);
        Ok(left)
    }

    /// A value with its signs before it and its steps behind it.
    fn operand(&mut self) -> Parsed<Expr> {
        let token = self.peek();
        let sign = match token.kind {
            Kind::Minus => UnaryOp::Negate,
            Kind::Bang => UnaryOp::Not,
            _ => {
                let term = self.term(token)?;
                return self.with_steps(term, token);
            }
        };
        self.advance();
        let operand = self.deeper(Self::operand)?;
        let span = self.span_of(token).to(operand.span);
        Ok(Expr { kind: ExprKind::Unary(sign, Box::new(operand)), span })
    }

    fn term(&mut self, token: Token) -> Parsed<Expr> {
        let kind = match token.kind {
            Kind::Name => {
                self.advance();
                return self.word(token);
            }
            Kind::Number => {
                self.advance();
                ExprKind::Literal(Value::number(self.number(token)))
            }
            Kind::Quote | Kind::Heredoc => return self.string(),
            Kind::OpenParen => {
                self.advance();
                self.open += 1;
                let inner = self.with_lines(false, |reader| {
                    let inner = reader.expr()?;
                    let other =
                        ("Unbalanced parentheses", "Expected a closing parenthesis to terminate the expression.");
                    reader.close(Kind::CloseParen, token, "Unbalanced parentheses", other)?;
                    Ok(inner)
                })?;
                ExprKind::Parens(Box::new(inner))
            }
            Kind::OpenBracket => return self.tuple(),
            Kind::OpenBrace => return self.object(),
            _ => return self.no_expression(token),
        };
        Ok(Expr { kind, span: self.span_from(token.start) })
    }

    /// A keyword, a call or a name.
    fn word(&mut self, token: Token) -> Parsed<Expr> {
        if matches!(self.peek().kind, Kind::OpenParen | Kind::DoubleColon) {
            return self.call(token);
        }
        let kind = match &self.text[token.start..token.end] {
            "null" => ExprKind::Literal(Value::null(Type::Dynamic)),
            "true" => ExprKind::Literal(Value::bool(true)),
            "false" => ExprKind::Literal(Value::bool(false)),
            _ => ExprKind::Reference(self.name(token), Vec::new()),
        };
        Ok(Expr { kind, span: self.span_of(token) })
    }

    fn number(&mut self, token: Token) -> Number {
        let text = &self.text[token.start..token.end];
        Number::parse(text).unwrap_or_else(|| {
            let detail = format!("\"{text}\" is not a number that can be represented.");
            self.fault(token.start..token.end, "Invalid number literal", detail);
            Number::from(0)
        })
    }

    /// The value with the steps that follow it: `.name`, `[index]`, splats.
    fn with_steps(&mut self, value: Expr, first: Token) -> Parsed<Expr> {
        if !matches!(self.peek().kind, Kind::Dot | Kind::OpenBracket) {
            return Ok(value);
        }
        // Even with spaces between: nothing can be taken from a number, and written together it reads as another.
        let dot = self.peek();
        if first.kind == Kind::Number
            && dot.kind == Kind::Dot
            && token::next(self.text, dot.end, self.lines).kind == Kind::Number
        {
            let token = Token { kind: Kind::Number, start: first.start, end: self.at };
            let detail = "A number has at most one dot. An address or a version is text: put it in quotes.";
            return self.refuse(token, "Invalid number literal", detail);
        }
        let steps = self.steps()?;
        let span = self.span_from(first.start);
        let kind = match value.kind {
            ExprKind::Reference(name, _) => ExprKind::Reference(name, steps),
            _ => ExprKind::Access(Box::new(value), steps),
        };
        Ok(Expr { kind, span })
    }

    fn steps(&mut self) -> Parsed<Vec<Access>> {
        let mut steps = Vec::new();
        loop {
            let token = self.peek();
            match token.kind {
                Kind::Dot => {
                    self.advance();
                    let star = self.peek();
                    if star.kind == Kind::Star {
                        self.advance();
                        let span = self.span_from(token.start);
                        let inner = self.deeper(Self::attributes)?;
                        steps.push(Access::AttrSplat(inner, span));
                    } else {
                        steps.push(self.attribute_step(token)?);
                    }
                }
                Kind::OpenBracket => {
                    self.advance();
                    self.open += 1;
                    let index = self.with_lines(false, |reader| reader.index(token))?;
                    let span = self.span_from(token.start);
                    match index {
                        Some(index) => steps.push(Access::Index(Box::new(index), span)),
                        None => {
                            let rest = self.deeper(Self::steps)?;
                            steps.push(Access::FullSplat(rest, span));
                        }
                    }
                }
                _ => {
                    steps.shrink_to_fit();
                    return Ok(steps);
                }
            }
        }
    }

    /// What stands between square brackets; none for a star.
    fn index(&mut self, opener: Token) -> Parsed<Option<Expr>> {
        let unclosed = "Missing close bracket on index";
        let other = (unclosed, "The index operator must end with a closing bracket (\"]\").");
        let star = self.peek();
        if star.kind == Kind::Star {
            self.advance();
            let summary = "Missing close bracket on splat index";
            let detail =
                "The star for a full splat operator must be immediately followed by a closing bracket (\"]\").";
            self.close(Kind::CloseBracket, opener, summary, (summary, detail))?;
            return Ok(None);
        }
        let index = self.expr()?;
        self.close(Kind::CloseBracket, opener, unclosed, other)?;
        Ok(Some(index))
    }

    /// The steps that an attribute splat applies to each element: names and numbers behind dots.
    fn attributes(&mut self) -> Parsed<Vec<Access>> {
        let mut steps = Vec::new();
        while let Some(dot) = self.eat(Kind::Dot) {
            let token = self.peek();
            if token.kind == Kind::Star {
                let detail = "A splat expression (*) cannot be used inside another attribute-only splat expression. \
                              Use the form \"[*]\" instead.";
                return self.refuse(token, "Nested splat expression not allowed", detail);
            }
            steps.push(self.attribute_step(dot)?);
        }
        Ok(steps)
    }

    /// A name behind a dot, or the number that older texts have there.
    fn attribute_step(&mut self, dot: Token) -> Parsed<Access> {
        let token = self.peek();
        match token.kind {
            Kind::Name => {
                self.advance();
                Ok(Access::Attr(self.name(token), self.span_from(dot.start)))
            }
            Kind::Number => {
                let text = &self.text[token.start..token.end];
                if !text.bytes().all(|byte| byte.is_ascii_digit()) {
                    let detail = "An index behind a dot is one whole number. Use square brackets for each index \
                                  instead: \"x[0][1]\".";
                    return self.refuse(token, "Invalid legacy index syntax", detail);
                }
                self.advance();
                let value = Value::number(self.number(token));
                let index = Expr { kind: ExprKind::Literal(value), span: self.span_of(token) };
                Ok(Access::Index(Box::new(index), self.span_from(dot.start)))
            }
            _ => {
                let detail = "An attribute name is required after a dot.";
                self.refuse(token, "Invalid attribute name", detail)
            }
        }
    }
}
