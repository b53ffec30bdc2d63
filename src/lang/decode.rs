//! Evaluates a body by its schema: an object of exactly the schema's type.
//!
//! **Never:** judge which arguments may stand where; `structure` has done that.
//! In: a body, its schema, a reader. Out: the object, with unknowns in place of what is wrong, and
//! all findings. Checks of the schema run on what is known.

use crate::diag::suggest::did_you_mean;
use crate::diag::{Diagnostic, Diagnostics, Severity, Span};
use crate::schema::{Attribute, Block as Schema, NestedBlock, Nesting, ObjectCheck, Secrecy, Usage};
use crate::value::convert::convert;
use crate::value::{Content, Marks, Members, Path, Type, Value};

use super::arguments::{argument, missing_argument};
use super::ast::{Attribute as Written, Block, Body, Expr, ExprKind};
use super::constraint::describe;
use super::dynamic::{Elements, expand};
use super::locate::{inside, locate};
use super::names::Reader;
use super::shape::{Shape, collection};
use super::structure::{iterator, judge_count};
use super::veil::veil;

/// Decodes bodies at one place.
pub(super) struct Decoder<'a> {
    pub(super) reader: Reader<'a>,
    pub(super) out: Diagnostics,
    /// Whether the value is kept in the state; a provider's configuration is not.
    pub(super) stored: bool,
}

/// What blocks of one name become.
struct Found {
    values: Vec<Value>,
    /// A `dynamic` block is not known yet, so neither is the number of blocks.
    unknown: bool,
    marks: Marks,
}

impl Decoder<'_> {
    /// The object that a whole body becomes, with the schema's marks, its checks carried out.
    pub(super) fn whole(
        &mut self,
        body: &Body,
        schema: &Schema,
        shape: &Shape,
        checks: &[ObjectCheck],
        header: Span,
    ) -> Value {
        let value = self.block(body, schema, shape, header);
        let value = shape.mark(value, schema);
        if !self.out.has_errors() {
            let veil = |text: &str| veil(text, std::slice::from_ref(&value));
            for finding in checks.iter().flat_map(|check| check(&value)) {
                let mut wrong = Diagnostic::error(finding.summary, veil(&finding.detail));
                if finding.warning {
                    wrong.severity = Severity::Warning;
                }
                wrong.hint = finding.hint.map(|hint| veil(&hint));
                self.out.push(wrong.at(locate(body, &finding.path, header)));
            }
        }
        value
    }

    /// The object that a missing block becomes: null, or empty, in all its members.
    pub(super) fn empty(schema: &Schema) -> Value {
        let attributes =
            schema.attributes.iter().map(|attribute| (attribute.name.clone(), Value::null(attribute.ty.clone())));
        let blocks = schema.blocks.iter().map(|nested| {
            let element = nested.block.ty();
            let value = match nested.nesting {
                Nesting::List => Value::list(element, Vec::new()),
                Nesting::Set => Value::set(element, Vec::new()),
            };
            (nested.name.clone(), value)
        });
        Value::object(attributes.chain(blocks).collect())
    }

    fn block(&mut self, body: &Body, schema: &Schema, shape: &Shape, header: Span) -> Value {
        let mut members = shape.blank.clone();
        let mut set = |name: &str, value: Option<Value>| {
            if let (Some(value), Some(member)) = (value, members.get_mut(name)) {
                *member = value;
            }
        };
        for attribute in &schema.attributes {
            set(&attribute.name, self.attribute(body, attribute, header));
        }
        for (nested, shape) in schema.blocks.iter().zip(&shape.nested) {
            set(&nested.name, self.nested(body, nested, shape, header));
        }
        Value::object(members)
    }

    /// The value of an attribute, if it is not the one that it has anyway.
    fn attribute(&mut self, body: &Body, attribute: &Attribute, header: Span) -> Option<Value> {
        let value = match argument(body, &attribute.name) {
            Some(written) => self.written(written, attribute, header),
            None if attribute.as_blocks => self.as_blocks(body, attribute, header),
            None => None,
        };
        // An empty attribute as blocks says no more than none.
        let said = |value: &Value| {
            // The null of an attribute of any type has a type of its own.
            let nothing = value.is_null() && attribute.ty != Type::Dynamic;
            !(nothing || attribute.as_blocks && value.as_sequence().is_some_and(<[_]>::is_empty))
        };
        value.filter(said).map(|value| fill_members(value, attribute))
    }

    fn written(&mut self, written: &Written, attribute: &Attribute, header: Span) -> Option<Value> {
        let Some(value) = self.converted(written, &attribute.ty) else {
            return Some(Value::unknown(attribute.ty.clone()));
        };
        if value.is_null() {
            if attribute.usage == Usage::Required {
                self.out.push(
                    missing_argument(&attribute.name, header)
                        .hint(format!("The value given for {:?} is null, which counts as not given.", attribute.name)),
                );
            }
            return Some(value).filter(|_| attribute.ty == Type::Dynamic);
        }
        if let Some(instead) = attribute.deprecated {
            self.out.push(Diagnostic::warning("Argument is deprecated", instead).at(written.name_span));
        }
        if attribute.secrecy != Secrecy::WriteOnly {
            self.refuse_ephemeral(&attribute.name, value.contains_mark(Marks::EPHEMERAL), written.expr.span);
        }
        let value = self.spelled(value, attribute, written.expr.span);
        self.check(&value, attribute, written.expr.span);
        Some(value)
    }

    /// What is kept in the state must not live for one run only.
    fn refuse_ephemeral(&mut self, name: &str, ephemeral: bool, span: Span) {
        if self.stored && ephemeral {
            let detail = format!(
                "Ephemeral values are not valid for {name:?}, because it is not a write-only attribute and must be \
                 persisted to state."
            );
            self.out.push(Diagnostic::error("Invalid use of ephemeral value", detail).at(span));
        }
    }

    /// The value as it is spelled today. Up to azurerm 2.x upper and lower case did not count.
    fn spelled(&mut self, value: Value, attribute: &Attribute, span: Span) -> Value {
        let (plain, marks) = value.clone().unmark_deep();
        let Some(text) = plain.as_str().filter(|text| !attribute.words.contains(text)) else { return value };
        let Some(meant) = attribute.words.iter().find(|word| word.eq_ignore_ascii_case(text)) else { return value };
        let since = "In azurerm, upper and lower case count since version 3.0.";
        let (detail, hint) = if marks.has(Marks::SENSITIVE) {
            let words = attribute.words.join(", ");
            (format!("The value is sensitive and not shown. {since}"), format!("Write one of {words}."))
        } else {
            (format!("{text:?} is taken for {meant:?}. {since}"), format!("Write {meant:?}."))
        };
        self.out.push(Diagnostic::warning("Old spelling", detail).at(span).hint(hint).alike());
        Value::string(*meant).with_marks(marks)
    }

    fn check(&mut self, value: &Value, attribute: &Attribute, span: Span) {
        let Some(check) = attribute.check else { return };
        if !value.is_wholly_known() {
            return;
        }
        let (plain, marks) = value.clone().unmark_deep();
        let Err(mut detail) = check(&plain) else { return };
        if let Some(text) = plain.as_str().filter(|text| !attribute.words.is_empty() && !attribute.words.contains(text))
        {
            detail.push_str(&did_you_mean(text, attribute.words.iter().copied()));
        }
        let hidden = marks.has(Marks::SENSITIVE) || attribute.secrecy != Secrecy::Plain;
        let marked = marks.has(Marks::SENSITIVE) && plain.as_members().is_some();
        if hidden && (marked || !is_safe(&detail, &plain)) {
            detail = format!("The value of {:?} is not acceptable; it is sensitive and not shown.", attribute.name);
        }
        self.out.push(Diagnostic::error("Invalid value for attribute", detail).at(span));
    }

    /// An attribute that is written as blocks; nothing if there are none.
    fn as_blocks(&mut self, body: &Body, attribute: &Attribute, header: Span) -> Option<Value> {
        let (Type::Set(element) | Type::List(element)) = &attribute.ty else { return None };
        let Type::Object(types) = &**element else { return None };
        let found = self.blocks(body, &attribute.name, |decoder, content, _| {
            let members = types.iter().map(|(name, ty)| {
                let Some(written) = argument(content, name) else { return (name.clone(), Value::null(ty.clone())) };
                let value = decoder.converted(written, ty).unwrap_or_else(|| Value::unknown(ty.clone()));
                decoder.refuse_ephemeral(name, value.contains_mark(Marks::EPHEMERAL), written.expr.span);
                (name.clone(), value)
            });
            Value::object(members.collect::<Members>())
        })?;
        let value = if found.unknown {
            Value::unknown(attribute.ty.clone())
        } else if matches!(attribute.ty, Type::Set(_)) {
            Value::set((**element).clone(), found.values)
        } else {
            Value::list((**element).clone(), found.values)
        };
        let value = value.with_marks(found.marks);
        let span = locate(body, &Path::root().attr(&attribute.name), header);
        self.check(&value, attribute, span);
        Some(value)
    }

    /// The value that is written, in the type of its place; nothing (and a finding) if it has none.
    fn converted(&mut self, written: &Written, ty: &Type) -> Option<Value> {
        let value = self.reader.value(&written.expr).map_err(|wrong| self.out.extend(wrong)).ok()?;
        let mismatch = match convert(&value, ty) {
            Ok(value) => return Some(value),
            Err(mismatch) => mismatch,
        };
        let detail = format!(
            "Inappropriate value for attribute {:?}: {}.",
            written.name,
            describe(&mismatch, value.is_sensitive())
        );
        let wrong = Diagnostic::error("Incorrect attribute value type", detail);
        let hint = member(&written.expr, &value, ty).unwrap_or_else(|| format!("Write a value of the type {ty}."));
        let wrong = wrong.at(inside(&written.expr, &mismatch.path.0)).hint(hint);
        self.out.push(wrong.seen(self.reader.seen(&written.expr)));
        None
    }

    /// What nested blocks become; nothing if there are none.
    fn nested(&mut self, body: &Body, nested: &NestedBlock, shape: &Shape, header: Span) -> Option<Value> {
        let found = self.blocks(body, &nested.name, |decoder, content, header| {
            decoder.block(content, &nested.block, shape, header)
        });
        let Some(found) = found else {
            self.out.0.extend(judge_count(nested, 0, header, header));
            return None;
        };
        if found.unknown {
            let unknown = Value::unknown_not_null(collection(nested.nesting, shape.ty.clone()));
            return Some(unknown.with_marks(found.marks));
        }
        let too_many = nested.max > 0 && found.values.len() > nested.max;
        let last = if too_many { locate(body, &Path::root().attr(&nested.name), header) } else { header };
        self.out.0.extend(judge_count(nested, found.values.len(), header, last));
        let value = match nested.nesting {
            Nesting::List => Value::list(shape.ty.clone(), found.values),
            Nesting::Set => Value::set(shape.ty.clone(), found.values),
        };
        Some(value.with_marks(found.marks))
    }

    /// Decodes all blocks of a name, `dynamic` ones included; nothing if there are none.
    fn blocks(
        &mut self,
        body: &Body,
        name: &str,
        mut decode: impl FnMut(&mut Self, &Body, Span) -> Value,
    ) -> Option<Found> {
        let mut found: Option<Found> = None;
        for block in &body.blocks {
            let dynamic = block.makes(name);
            if &*block.name != name && !dynamic {
                continue;
            }
            let found = found.get_or_insert(Found { values: Vec::new(), unknown: false, marks: Marks::NONE });
            if dynamic {
                self.dynamic(block, found, &mut decode);
            } else {
                let value = decode(self, &block.body, block.header);
                found.values.push(value);
            }
        }
        found
    }

    fn dynamic(&mut self, block: &Block, found: &mut Found, decode: &mut impl FnMut(&mut Self, &Body, Span) -> Value) {
        let content = block.body.blocks.iter().find(|inner| &*inner.name == "content");
        let (Some(each), Some(content), Some(name)) = (argument(&block.body, "for_each"), content, iterator(block))
        else {
            return;
        };
        let elements = match self.reader.value(&each.expr).and_then(|value| expand(&value, each.expr.span)) {
            Ok(elements) => elements,
            Err(wrong) => {
                self.out.extend(wrong);
                found.unknown = true;
                return;
            }
        };
        self.refuse_ephemeral(&name, elements.marks().has(Marks::EPHEMERAL), each.expr.span);
        found.marks = found.marks.union(elements.marks());
        let pairs = match elements {
            Elements::Known(pairs, _) => pairs,
            Elements::Unknown(element, _) => {
                // One decoding with an unknown element finds what is wrong whatever the elements are.
                found.unknown = true;
                vec![element]
            }
        };
        for (key, value) in pairs {
            let pair = Members::from([("key".into(), key), ("value".into(), value)]);
            self.reader.bound.push((name.clone(), Value::object(pair)));
            let value = decode(self, &content.body, content.header);
            self.reader.bound.pop();
            found.values.push(value);
        }
    }
}

/// The value of an attribute as blocks with defaults in place of null members. Such an attribute's
/// default is an object: the defaults of the members of each element.
fn fill_members(value: Value, attribute: &Attribute) -> Value {
    let defaults = attribute.default.as_ref().filter(|_| attribute.as_blocks).and_then(Value::as_members);
    let (Some(defaults), Type::Set(element) | Type::List(element)) = (defaults, &attribute.ty) else { return value };
    let filled = value.map_children(|child| {
        let Some(members) = child.as_members() else { return child.clone() };
        let mut members = members.clone();
        for (name, default) in defaults {
            if let Some(member) = members.get_mut(name)
                && member.is_null()
                && !default.is_null()
            {
                *member = default.clone();
            }
        }
        Value::object(members).with_marks(child.marks())
    });
    match filled.content() {
        // Elements may have become equal, and a set sorts them.
        Content::Set(_, members) => Value::set((**element).clone(), members.to_vec()).with_marks(filled.marks()),
        _ => filled,
    }
}

/// Whether a text shows nothing of a secret.
fn is_safe(text: &str, secret: &Value) -> bool {
    if let Some(secret) = secret.as_str() {
        return !secret.is_empty() && !text.contains(secret);
    }
    // Of a map the names are no secrets, unless the whole of it is marked as one.
    secret.as_members().is_some_and(|members| members.iter().all(|(_, value)| is_safe(text, value)))
}

/// Advice for a whole object where one of its members is wanted.
fn member(expr: &Expr, value: &Value, wanted: &Type) -> Option<String> {
    let (plain, _) = value.clone().unmark_deep();
    let Type::Object(members) = plain.ty() else { return None };
    let is_reference = matches!(expr.kind, ExprKind::Reference(..));
    let likely = ["name", "id", "output"].into_iter().find(|name| members.get(*name).is_some_and(|ty| ty == wanted));
    let likely = likely.filter(|_| is_reference && matches!(wanted, Type::String))?;
    Some(format!("Choose one of its attributes, such as {likely}: write .{likely} behind it."))
}
