//! The parser's tree to ours.
//!
//! **Never:** evaluate; or take the text of a string, a number or a name from the parser, which
//! saw a masked text: all are read from the source at their places.
//! In: the parser's nodes, where the parsed text starts, its mask. Out: `ast`.

use std::ops::Range;
use std::sync::Arc;

use hcl_edit::Span as _;
use hcl_edit::expr::{
    BinaryOperator, Expression, ForExpr, FuncCall, Object, Traversal, TraversalOperator, UnaryOperator,
};
use hcl_edit::structure::{Block as HclBlock, BlockLabel, Body as HclBody, Structure};
use unicode_normalization::UnicodeNormalization;

use crate::lang::ast::{
    Access, Attribute, BinaryOp, Block, Body, Call, Expr, ExprKind, For, Label, ObjectKey, UnaryOp,
};
use crate::value::{Name, Number, Type, Value};

use super::Reader;
use super::mask::{Holds, Mask};

/// What the parser read: where it starts in the source, and what was masked.
#[derive(Clone, Copy)]
struct Origin<'m> {
    base: usize,
    mask: &'m Mask,
}

impl Origin<'_> {
    fn range(self, range: Option<Range<usize>>) -> Range<usize> {
        let range = range.unwrap_or_default();
        range.start + self.base..range.end + self.base
    }
}

impl Reader<'_> {
    pub(super) fn convert_file(&mut self, body: &HclBody, base: usize, mask: &Mask) -> Body {
        let mut converted = self.convert_body(body, Origin { base, mask });
        converted.end = Some(self.span(self.text.len()..self.text.len()));
        converted
    }

    pub(super) fn convert_expr(&mut self, expr: &Expression, base: usize, mask: &Mask) -> Expr {
        self.convert(expr, Origin { base, mask })
    }

    /// The name at a place, as the source has it.
    pub(super) fn name(&self, range: Range<usize>) -> Name {
        normalise(self.text.get(range).unwrap_or_default())
    }

    fn convert_body(&mut self, body: &HclBody, origin: Origin<'_>) -> Body {
        let mut converted = Body::default();
        for structure in body.iter() {
            match structure {
                Structure::Attribute(attribute) => {
                    let name = origin.range(attribute.key.span());
                    converted.attributes.push(Attribute {
                        name: self.name(name.clone()),
                        name_span: self.span(name),
                        expr: self.convert(&attribute.value, origin),
                    });
                }
                Structure::Block(block) => {
                    let block = self.convert_block(block, origin);
                    converted.blocks.push(block);
                }
            }
        }
        converted
    }

    fn convert_block(&mut self, block: &HclBlock, origin: Origin<'_>) -> Block {
        let name = origin.range(block.ident.span());
        let mut header = self.span(name.clone());
        let mut labels = Vec::with_capacity(block.labels.len());
        for label in &block.labels {
            let (range, quoted) = match label {
                BlockLabel::Ident(ident) => (origin.range(ident.span()), false),
                BlockLabel::String(text) => (origin.range(text.span()), true),
            };
            let span = self.span(range.clone());
            header = header.to(span);
            let text = if quoted { self.label(range) } else { self.name(range) };
            labels.push(Label { text, span });
        }
        let mut body = self.convert_body(&block.body, origin);
        let end = origin.range(block.span()).end;
        body.end = Some(self.span(end.saturating_sub(1)..end));
        Block { name: self.name(name), labels, header, body }
    }

    fn label(&mut self, range: Range<usize>) -> Name {
        match self.string(range.clone()).kind {
            ExprKind::Literal(value) => value.as_str().map(Arc::from).unwrap_or_default(),
            _ => {
                let detail = "Template sequences are not allowed in a block label: a label is fixed text.";
                self.fault(range, "Invalid string literal", detail);
                Name::default()
            }
        }
    }

    fn convert(&mut self, expr: &Expression, origin: Origin<'_>) -> Expr {
        let range = origin.range(expr.span());
        let span = self.span(range.clone());
        let kind = match expr {
            Expression::Null(_) => ExprKind::Literal(Value::null(Type::Dynamic)),
            Expression::Bool(value) => ExprKind::Literal(Value::bool(*value.value())),
            Expression::Number(_) => self.number(range),
            Expression::String(_) | Expression::StringTemplate(_) | Expression::HeredocTemplate(_) => {
                return match origin.mask.groups.get(&range.start) {
                    Some(end) => self.expr(range.start..*end, Holds::Expression),
                    None => self.string(range),
                };
            }
            Expression::Array(array) => ExprKind::Tuple(array.iter().map(|item| self.convert(item, origin)).collect()),
            Expression::Object(object) => self.object(object, origin),
            Expression::Parenthesis(inner) => ExprKind::Parens(Box::new(self.convert(inner.inner(), origin))),
            Expression::Variable(_) => self.word(range),
            Expression::Conditional(conditional) => ExprKind::Conditional(
                Box::new(self.convert(&conditional.cond_expr, origin)),
                Box::new(self.convert(&conditional.true_expr, origin)),
                Box::new(self.convert(&conditional.false_expr, origin)),
            ),
            Expression::FuncCall(call) => self.call(call, origin),
            Expression::Traversal(traversal) => self.traversal(traversal, origin),
            Expression::UnaryOp(operation) => {
                let operator = match operation.operator.value() {
                    UnaryOperator::Neg => UnaryOp::Negate,
                    UnaryOperator::Not => UnaryOp::Not,
                };
                ExprKind::Unary(operator, Box::new(self.convert(&operation.expr, origin)))
            }
            Expression::BinaryOp(operation) => {
                let left = self.convert(&operation.lhs_expr, origin);
                let right = self.convert(&operation.rhs_expr, origin);
                let span = left.span.to(right.span);
                let kind = ExprKind::Binary(binary(*operation.operator.value()), Box::new(left), Box::new(right));
                return Expr { kind, span };
            }
            Expression::ForExpr(expr) => self.for_expr(expr, origin),
        };
        Expr { kind, span }
    }

    /// A name. Keys of objects may have been renamed in the mask, so keywords are looked for again.
    fn word(&self, range: Range<usize>) -> ExprKind {
        match &*self.name(range) {
            "null" => ExprKind::Literal(Value::null(Type::Dynamic)),
            "true" => ExprKind::Literal(Value::bool(true)),
            "false" => ExprKind::Literal(Value::bool(false)),
            name => ExprKind::Reference(name.into(), Vec::new()),
        }
    }

    fn number(&mut self, range: Range<usize>) -> ExprKind {
        let text = self.text.get(range.clone()).unwrap_or_default();
        let (negative, digits) = match text.strip_prefix('-') {
            Some(rest) => (true, rest.trim_start()),
            None => (false, text),
        };
        let Some(number) = Number::parse(digits) else {
            self.fault(range, "Invalid number literal", format!("\"{text}\" is not a number."));
            return ExprKind::Literal(Value::null(Type::Number));
        };
        if !negative {
            return ExprKind::Literal(Value::number(number));
        }
        let span = self.span(range.end - digits.len()..range.end);
        let operand = Expr { kind: ExprKind::Literal(Value::number(number)), span };
        ExprKind::Unary(UnaryOp::Negate, Box::new(operand))
    }

    fn object(&mut self, object: &Object, origin: Origin<'_>) -> ExprKind {
        let items = object.iter().map(|(key, value)| {
            let range = origin.range(key.span());
            let key = match key {
                hcl_edit::expr::ObjectKey::Ident(_) if self.text[range.start..].starts_with('"') => {
                    ObjectKey::Expr(self.string(range))
                }
                hcl_edit::expr::ObjectKey::Ident(_) => ObjectKey::Name(self.name(range.clone()), self.span(range)),
                // Words such as `null` are names when they stand alone as a key.
                hcl_edit::expr::ObjectKey::Expression(Expression::Null(_) | Expression::Bool(_)) => {
                    ObjectKey::Name(self.name(range.clone()), self.span(range))
                }
                hcl_edit::expr::ObjectKey::Expression(expr) => ObjectKey::Expr(self.convert(expr, origin)),
            };
            (key, self.convert(value.expr(), origin))
        });
        ExprKind::Object(items.collect())
    }

    fn call(&mut self, call: &FuncCall, origin: Origin<'_>) -> ExprKind {
        let last = origin.range(call.name.name.span());
        let start = call.name.namespace.first().map_or(last.start, |first| origin.range(first.span()).start);
        let parts = call.name.namespace.iter().chain([&call.name.name]);
        let parts: Vec<Name> = parts.map(|part| self.name(origin.range(part.span()))).collect();
        ExprKind::Call(Call {
            name: parts.join("::").into(),
            name_span: self.span(start..last.end),
            args: call.args.iter().map(|argument| self.convert(argument, origin)).collect(),
            spread: call.args.expand_final(),
        })
    }

    fn for_expr(&mut self, expr: &ForExpr, origin: Origin<'_>) -> ExprKind {
        ExprKind::For(Box::new(For {
            key_name: expr.intro.key_var.as_ref().map(|name| self.name(origin.range(name.span()))),
            value_name: self.name(origin.range(expr.intro.value_var.span())),
            collection: self.convert(&expr.intro.collection_expr, origin),
            key: expr.key_expr.as_ref().map(|key| self.convert(key, origin)),
            value: self.convert(&expr.value_expr, origin),
            condition: expr.cond.as_ref().map(|condition| self.convert(&condition.expr, origin)),
            grouped: expr.grouping,
        }))
    }

    fn traversal(&mut self, traversal: &Traversal, origin: Origin<'_>) -> ExprKind {
        let operators: Vec<_> =
            traversal.operators.iter().map(|operator| (operator.value(), origin.range(operator.span()))).collect();
        let mut steps = operators.as_slice();
        let accesses = self.accesses(&mut steps, origin);
        match &traversal.expr {
            Expression::Variable(name) => ExprKind::Reference(self.name(origin.range(name.span())), accesses),
            other => ExprKind::Access(Box::new(self.convert(other, origin)), accesses),
        }
    }

    fn accesses(&mut self, steps: &mut &[(&TraversalOperator, Range<usize>)], origin: Origin<'_>) -> Vec<Access> {
        let mut accesses = Vec::with_capacity(steps.len());
        while let [(operator, range), rest @ ..] = *steps {
            *steps = rest;
            let span = self.span(range.clone());
            accesses.push(match operator {
                TraversalOperator::AttrSplat(_) => Access::AttrSplat(self.attributes(steps, origin), span),
                TraversalOperator::FullSplat(_) => Access::FullSplat(self.accesses(steps, origin), span),
                other => self.access(other, range.clone(), origin),
            });
        }
        accesses
    }

    /// The steps that an attribute splat applies to each element.
    fn attributes(&mut self, steps: &mut &[(&TraversalOperator, Range<usize>)], origin: Origin<'_>) -> Vec<Access> {
        let mut accesses = Vec::new();
        while let [(operator, range), rest @ ..] = *steps {
            match operator {
                TraversalOperator::GetAttr(_) | TraversalOperator::LegacyIndex(_) => {
                    accesses.push(self.access(operator, range.clone(), origin));
                }
                TraversalOperator::AttrSplat(_) => {
                    let detail = "A splat expression (*) cannot be used inside another attribute-only splat \
                                  expression. Use the form \"[*]\" instead.";
                    self.fault(range.clone(), "Nested splat expression not allowed", detail);
                }
                TraversalOperator::FullSplat(_) | TraversalOperator::Index(_) => break,
            }
            *steps = rest;
        }
        accesses
    }

    fn access(&mut self, operator: &TraversalOperator, range: Range<usize>, origin: Origin<'_>) -> Access {
        let span = self.span(range.clone());
        match operator {
            TraversalOperator::Index(index) => Access::Index(Box::new(self.convert(index, origin)), span),
            TraversalOperator::LegacyIndex(index) => {
                let digits = origin.range(index.span());
                let value = Number::parse(self.text.get(digits.clone()).unwrap_or_default()).unwrap_or(Number::from(0));
                let index = Expr { kind: ExprKind::Literal(Value::number(value)), span: self.span(digits) };
                Access::Index(Box::new(index), span)
            }
            TraversalOperator::GetAttr(name) => Access::Attr(self.name(origin.range(name.span())), span),
            TraversalOperator::AttrSplat(_) | TraversalOperator::FullSplat(_) => Access::Attr(Name::default(), span),
        }
    }
}

/// Text as Terraform holds it: in Unicode normal form C.
pub(super) fn normalise(text: &str) -> Name {
    if text.is_ascii() { text.into() } else { text.nfc().collect::<String>().into() }
}

fn binary(operator: BinaryOperator) -> BinaryOp {
    match operator {
        BinaryOperator::Eq => BinaryOp::Equal,
        BinaryOperator::NotEq => BinaryOp::NotEqual,
        BinaryOperator::LessEq => BinaryOp::LessOrEqual,
        BinaryOperator::GreaterEq => BinaryOp::GreaterOrEqual,
        BinaryOperator::Less => BinaryOp::Less,
        BinaryOperator::Greater => BinaryOp::Greater,
        BinaryOperator::Plus => BinaryOp::Add,
        BinaryOperator::Minus => BinaryOp::Subtract,
        BinaryOperator::Mul => BinaryOp::Multiply,
        BinaryOperator::Div => BinaryOp::Divide,
        BinaryOperator::Mod => BinaryOp::Remainder,
        BinaryOperator::And => BinaryOp::And,
        BinaryOperator::Or => BinaryOp::Or,
    }
}
