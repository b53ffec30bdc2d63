//! JSON objects as bodies: arguments, and blocks with their labels.
//!
//! **Never:** know what may stand where; `shape` does. In: a node and its shape. Out: `ast::Body`.
//! Each level of labels, and each body, is one object or an array of them; the property `//` of a
//! body is a comment; null is no block at all.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::diag::Span;
use crate::lang::ast::{Attribute, Block, Body, Expr, ExprKind, Label, ObjectKey};
use crate::lang::parse;
use crate::value::Name;

use super::Maker;
use super::read::{Kind, Node, Property};
use super::shape::Shape;

/// A block in the making.
struct Header {
    name: Name,
    labels: Vec<Label>,
    /// The last name that belongs to it: of the block, or its last label.
    span: Span,
}

impl<'s> Maker<'s> {
    pub(super) fn body(&mut self, node: &Node, shape: &Shape<'s>) -> Body {
        let mut body = Body::default();
        let mut seen = BTreeMap::new();
        let end = node.range.end;
        body.end = Some(self.span(&(end.saturating_sub(1)..end)));
        let detail = "A JSON object is required here, to define arguments and child blocks.";
        for property in self.properties(node, detail) {
            let name = self.name(&property.name);
            if &*name == "//" {
                continue;
            }
            let name_span = self.span(&property.name);
            match shape.labels(&name) {
                Some(labels) => {
                    let header = Header { name, labels: Vec::new(), span: name_span };
                    self.blocks(&mut body, header, labels, &property.value, shape);
                }
                None if matches!(shape, Shape::Root) => {
                    let detail = format!("No argument or block type is named {name:?}.");
                    self.fault(&property.name, "Extraneous JSON object property", detail);
                }
                None => {
                    let expr = self.argument(&name, &property.value, shape);
                    match seen.insert(name.clone(), property.name.start) {
                        None => body.attributes.push(Attribute { name, name_span, expr }),
                        Some(first) => self.twice(&name, first, &property.name, shape),
                    }
                }
            }
        }
        body
    }

    fn argument(&mut self, name: &str, value: &Node, shape: &Shape<'s>) -> Expr {
        let (Kind::Object(properties), Some(_)) = (&value.kind, shape.member_strings("")) else {
            return self.expr(value, shape.strings(name));
        };
        let members = properties.iter().map(|property| {
            let name = self.name(&property.name);
            let strings = shape.member_strings(&name).unwrap_or(shape.strings(&name));
            let key = ObjectKey::Name(name, self.span(&property.name));
            (key, self.expr(&property.value, strings))
        });
        let kind = ExprKind::Object(members.collect());
        Expr { kind, span: self.span(&value.range) }
    }

    fn twice(&mut self, name: &str, first: usize, place: &Range<usize>, shape: &Shape<'s>) {
        if self.out.0.len() >= parse::ENOUGH {
            return;
        }
        let line = self.text[..first].matches('\n').count() + 1;
        let detail = format!("The argument {name:?} was already set on line {line}.");
        let free = matches!(shape, Shape::Locals | Shape::Values | Shape::Providers);
        let summary = if free { "Duplicate attribute definition" } else { "Duplicate argument" };
        self.fault(place, summary, detail);
    }

    /// The properties of an object, or of an array of objects.
    fn properties<'n>(&mut self, node: &'n Node, detail: &str) -> Vec<&'n Property> {
        match &node.kind {
            Kind::Object(properties) => properties.iter().collect(),
            Kind::Array(items) => {
                let mut all = Vec::new();
                for item in items {
                    match &item.kind {
                        Kind::Object(properties) => all.extend(properties),
                        _ => self.fault(&item.range, "Incorrect JSON value type", detail),
                    }
                }
                all
            }
            Kind::Null => Vec::new(),
            _ => {
                self.fault(&node.range, "Incorrect JSON value type", detail);
                Vec::new()
            }
        }
    }

    /// Blocks whose remaining labels and bodies a node holds.
    fn blocks(&mut self, body: &mut Body, header: Header, labels: usize, node: &Node, shape: &Shape<'s>) {
        if labels > 0 {
            let detail = "Either a JSON object or JSON array of objects is required here, to specify labels for this \
                          block.";
            let before = self.out.0.len();
            let properties = self.properties(node, detail);
            if properties.is_empty() && !matches!(node.kind, Kind::Null) && self.out.0.len() == before {
                let typed = labels > 1 || matches!(&*header.name, "backend" | "provisioner" | "dynamic");
                let (name, word) = (&header.name, if typed { "type" } else { "name" });
                let detail = format!(
                    "At least one object property is required, whose name represents the {name} block's {word}."
                );
                self.fault(&(node.range.start..node.range.start + 1), "Missing block label", detail);
            }
            for property in properties {
                let span = self.span(&property.name);
                let mut labels_so_far = header.labels.clone();
                labels_so_far.push(Label { text: self.name(&property.name), span });
                let header = Header { name: header.name.clone(), labels: labels_so_far, span };
                self.blocks(body, header, labels - 1, &property.value, shape);
            }
            return;
        }
        match &node.kind {
            Kind::Null => {}
            Kind::Object(_) => self.block(body, &header, node, shape),
            Kind::Array(items) => {
                for item in items {
                    self.block(body, &header, item, shape);
                }
            }
            _ => {
                let detail = format!(
                    "Either a JSON object or a JSON array is required, representing the contents of one or more {:?} \
                     blocks.",
                    header.name
                );
                self.fault(&node.range, "Incorrect JSON value type", detail);
            }
        }
    }

    fn block(&mut self, body: &mut Body, header: &Header, node: &Node, shape: &Shape<'s>) {
        let labels: Vec<Name> = header.labels.iter().map(|label| label.text.clone()).collect();
        let inner = shape.inner(&header.name, &labels, self.schemas);
        let content = self.body(node, &inner);
        body.blocks.push(Block {
            name: header.name.clone(),
            labels: header.labels.clone(),
            header: header.span,
            body: content,
        });
    }
}
