//! Steps into values: attributes, indexes, splats.
//!
//! **Never:** look names up beyond [`super::Env`]. In: a value and the steps behind it. Out: the
//! member, with the marks of all that was passed through. Errors have the span of their step.

use crate::diag::Span;
use crate::value::{Bounds, Content, Marks, Name, Number, Type, Value};

use super::super::ast::Access;
use super::{Answer, Errors, Evaluator, conversion, fail, undecided};
use crate::diag::suggest::did_you_mean;

impl Evaluator<'_, '_> {
    /// The value of a reference and the steps behind it.
    pub(super) fn reference(&mut self, name: &Name, steps: &[Access], span: Span) -> Answer {
        if let Some((_, value)) = self.env.bound.iter().rev().find(|(bound, _)| bound == name) {
            let value = value.clone();
            return self.walk(value, steps, span);
        }
        let lookup = self.env.lookup;
        match lookup(name, steps, span) {
            Ok((value, used)) => self.walk(value, steps.get(used..).unwrap_or_default(), span),
            Err(errors) => {
                self.failed = undecided();
                for error in errors.0 {
                    if !self.unresolved.0.contains(&error) {
                        self.unresolved.push(error);
                    }
                }
                Err(crate::diag::Diagnostics::none())
            }
        }
    }

    /// Goes through steps, one after the other. `span` is that of the whole expression.
    pub(super) fn walk(&mut self, mut value: Value, steps: &[Access], span: Span) -> Answer {
        for (place, step) in steps.iter().enumerate() {
            let next = match step {
                Access::Attr(name, span) => {
                    get_attribute(&value, name, *span).inspect_err(|_| self.failed = undecided())
                }
                Access::Index(key, span) => {
                    let key = self.expr(key);
                    self.go_on(key, |this, key| index(&value, &key, *span).inspect_err(|_| this.failed = undecided()))
                }
                Access::AttrSplat(inner, at) | Access::FullSplat(inner, at) => {
                    let source = Span { end: at.start.max(span.start), ..span };
                    self.splat(value, inner, source, span)
                }
            };
            // Nothing is certain of what fails but at the end.
            let last = place + 1 == steps.len();
            value = next.inspect_err(|_| {
                if !last {
                    self.failed = undecided()
                }
            })?;
        }
        Ok(value)
    }

    fn splat(&mut self, source: Value, steps: &[Access], source_span: Span, span: Span) -> Answer {
        let marks = source.marks();
        let answer = self.splat_value(source, steps, source_span, span);
        if answer.is_ok() {
            self.failed = undecided();
        } else {
            self.failed = self.failed.clone().with_marks(marks);
        }
        answer
    }

    fn splat_value(&mut self, source: Value, steps: &[Access], source_span: Span, span: Span) -> Answer {
        let (source, marks) = source.unmark();
        let is_sequence = matches!(shape(&source), Shape::Sequence | Shape::Set);
        match source.content() {
            Content::Null(_) if is_sequence => {
                self.failed = undecided();
                let why = "Splat expressions (with the * symbol) cannot be applied to null sequences.";
                return Err(fail("Splat of null value", why, source_span));
            }
            Content::Null(_) => return Ok(Value::tuple(Vec::new()).with_marks(marks)),
            Content::Unknown { ty: Type::Dynamic, .. } => return Ok(source.with_marks(marks)),
            Content::Unknown { ty, .. } if is_sequence => {
                let (ty, errors) = self.splat_type(ty, steps, span);
                // It is not null, or the apply ends with an error here.
                let (least, most) = source.length_range();
                let result = match ty {
                    Type::List(_) => Value::unknown_within(ty, Bounds::length(least, most)),
                    _ => Value::unknown_not_null(ty),
                };
                return self.or_failed(errors, result.with_marks(marks));
            }
            Content::Unknown { not_null: false, .. } => {
                // It may turn out null, and then the result is empty: not even its length is known.
                let walked = self.walk(source, steps, span);
                self.failed = undecided();
                walked?;
                return Ok(Value::unknown(Type::Dynamic).with_marks(marks));
            }
            _ => {}
        }
        let members =
            if is_sequence { source.as_sequence().unwrap_or_default() } else { std::slice::from_ref(&source) };
        let mut errors = Errors::default();
        let mut results = Vec::with_capacity(members.len());
        for member in members {
            results.extend(errors.keep(self.walk(member.clone(), steps, span)));
        }
        if errors.any() {
            // What it would have been is what it is of members that are not known.
            let ty = match source.content() {
                Content::List(element, _) | Content::Set(element, _) => Type::list(element.clone()),
                _ => Type::tuple(members.iter().map(Value::ty).collect()),
            };
            let result = Value::unknown(self.splat_type(&ty, steps, span).0);
            return self.or_failed(errors, result);
        }
        let result = match source.content() {
            Content::List(element, _) | Content::Set(element, _) if results.is_empty() => {
                let (ty, errors) = self.splat_type(&Type::list(element.clone()), steps, span);
                let element = if let Type::List(element) = ty { (*element).clone() } else { Type::Dynamic };
                return self.or_failed(errors, Value::list(element, results).with_marks(marks));
            }
            Content::List(..) | Content::Set(..) => {
                let first = results[0].ty();
                if results.iter().all(|result| result.ty() == first) {
                    Value::list(first, results)
                } else {
                    Value::tuple(results)
                }
            }
            _ => Value::tuple(results),
        };
        Ok(result.with_marks(marks))
    }

    /// The type of what a splat over a type gives, and what fails whatever the members are.
    fn splat_type(&mut self, source: &Type, steps: &[Access], span: Span) -> (Type, Errors) {
        let mut errors = Errors::default();
        let mut each = |element: &Type| {
            let member = errors.keep(self.walk(Value::unknown(element.clone()), steps, span));
            member.unwrap_or_else(|| self.failed.clone()).ty()
        };
        let ty = match source {
            Type::List(element) | Type::Set(element) => Type::list(each(element)),
            Type::Tuple(elements) => Type::tuple(elements.iter().map(each).collect()),
            _ => Type::Dynamic,
        };
        (ty, errors)
    }
}

/// `value.name`
pub(super) fn get_attribute(value: &Value, name: &Name, span: Span) -> Answer {
    let unsupported = |detail: String| Err(fail("Unsupported attribute", detail, span));
    let missing = |known: &mut dyn Iterator<Item = &Name>| {
        // The names of members are as secret as what holds them.
        let advice = match all_have(value, name) {
            true => MEMBERS_HAVE_IT.to_owned(),
            false => did_you_mean(name, known.filter(|_| !value.is_sensitive()).map(|known| &**known)),
        };
        fail("Unsupported attribute", format!("This object does not have an attribute named {name:?}.{advice}"), span)
    };
    let member = match value.content() {
        Content::Null(_) => {
            let why = "This value is null, so it does not have any attributes.";
            return Err(fail("Attempt to get attribute from null value", why, span));
        }
        Content::Object(members) => members.get(name).cloned().ok_or_else(|| missing(&mut members.keys()))?,
        Content::Unknown { ty: Type::Object(members), .. } => {
            Value::unknown(members.get(name).cloned().ok_or_else(|| missing(&mut members.keys()))?)
        }
        Content::Map(_, members) => match members.get(name) {
            Some(member) => member.clone(),
            None => {
                let known = members.keys().filter(|_| !value.is_sensitive());
                let advice = did_you_mean(name, known.map(|known| &**known));
                let why = format!("This map does not have an element with the key {name:?}.{advice}");
                return Err(fail("Missing map element", why, span));
            }
        },
        Content::Unknown { ty: Type::Map(element), .. } => Value::unknown((**element).clone()),
        Content::Unknown { ty: Type::Dynamic, .. } => Value::unknown(Type::Dynamic),
        Content::Tuple(_) if all_have(value, name) => {
            let why = format!(
                "This value is a list of objects and has no attribute of its own. Did you mean to access attribute \
                 {name:?} for a specific element, as in [0], or across all elements, with [*]?"
            );
            return unsupported(why);
        }
        _ => return unsupported(describe_unsupported(&value.ty(), name)),
    };
    Ok(member.with_marks(value.marks()))
}

const MEMBERS_HAVE_IT: &str =
    " Its members have one: choose a member by its key, as in [\"key\"], or take those of all with values(...)[*].";

/// Whether a value is a collection of objects that have an attribute, as the instances of a block are.
fn all_have(value: &Value, name: &Name) -> bool {
    let has = |member: &Value| match member.content() {
        Content::Object(members) => members.contains_key(name),
        Content::Unknown { ty: Type::Object(members), .. } => members.contains_key(name),
        _ => false,
    };
    match value.content() {
        _ if value.is_sensitive() => false,
        Content::Object(members) => !members.is_empty() && members.iter().all(|(_, member)| has(member)),
        Content::Tuple(members) => !members.is_empty() && members.iter().all(has),
        _ => false,
    }
}

fn describe_unsupported(ty: &Type, name: &Name) -> String {
    let attributes = |element: &Type| match element {
        Type::Object(attributes) => Some(attributes.contains_key(name)),
        _ => None,
    };
    match ty {
        Type::List(element) if attributes(element) == Some(true) => format!(
            "Can't access attributes on a list of objects. Did you mean to access attribute {name:?} for a specific \
             element of the list, or across all elements of the list?"
        ),
        Type::List(element) if attributes(element).is_some() => {
            "Can't access attributes on a list of objects. Did you \
             mean to access an attribute for a specific element of the list, or across all elements of the list?"
                .into()
        }
        Type::Set(element) if attributes(element).is_some() => "Can't access attributes on a set of objects. Did you \
             mean to access an attribute across all elements of the set?"
            .into(),
        ty if ty.is_primitive() => format!("Can't access attributes on a primitive-typed value ({}).", ty.friendly()),
        _ => "This value does not have any attributes.".into(),
    }
}

const NO_ELEMENT: &str = "The given key does not identify an element in this collection value";

/// `value[key]`. Looks at the content, not at the type, because making the type of a tuple or an
/// object goes through all its members.
pub(super) fn index(value: &Value, key: &Value, span: Span) -> Answer {
    let invalid = |detail: String| fail("Invalid index", detail, span);
    if value.is_null() {
        let why = "This value is null, so it does not have any indices.";
        return Err(fail("Attempt to index null value", why, span));
    }
    if key.is_null() {
        return Err(invalid("Can't use a null value as an indexing key.".into()));
    }
    let marks = value.marks().union(key.marks());
    let undecided = |value: &Value| matches!(value.content(), Content::Unknown { ty: Type::Dynamic, .. });
    if undecided(value) || undecided(key) {
        return Ok(Value::unknown(Type::Dynamic).with_marks(marks));
    }
    let wanted = match shape(value) {
        Shape::Sequence => Type::Number,
        Shape::Map | Shape::Object => Type::String,
        Shape::Set => {
            return Err(invalid(
                "Elements of a set are identified only by their value and don't have any separate index or key to \
                 select with, so it's only possible to perform operations across all elements of the set."
                    .into(),
            ));
        }
        Shape::Other => return Err(invalid("This value does not have any indices.".into())),
    };
    let converted = conversion::convert_to(key, &wanted).map_err(|why| invalid(format!("{NO_ELEMENT}: {why}.")))?;
    let member = match converted.content() {
        Content::Number(number) => at_position(value, number).map_err(|why| invalid(format!("{NO_ELEMENT}{why}.")))?,
        Content::String(text) => at_key(value, text).ok_or_else(|| {
            let hint = if matches!(key.content(), Content::Number(_)) && shape(value) == Shape::Object {
                " An object only supports looking up attributes by name, not by numeric index."
            } else {
                ""
            };
            let known = value.as_members().into_iter().flat_map(|members| members.keys());
            let known = known.filter(|_| !marks.has(Marks::SENSITIVE));
            invalid(format!("{NO_ELEMENT}.{}{hint}", did_you_mean(text, known.map(|known| &**known))))
        })?,
        _ => unknown_member(value),
    };
    Ok(member.with_marks(marks))
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Shape {
    Sequence,
    Set,
    Map,
    Object,
    Other,
}

fn shape(value: &Value) -> Shape {
    match value.content() {
        Content::List(..) | Content::Tuple(_) => Shape::Sequence,
        Content::Set(..) => Shape::Set,
        Content::Map(..) => Shape::Map,
        Content::Object(_) => Shape::Object,
        Content::Null(ty) | Content::Unknown { ty, .. } => match ty {
            Type::List(_) | Type::Tuple(_) => Shape::Sequence,
            Type::Set(_) => Shape::Set,
            Type::Map(_) => Shape::Map,
            Type::Object(_) => Shape::Object,
            _ => Shape::Other,
        },
        _ => Shape::Other,
    }
}

/// What any member of a value may be.
fn unknown_member(value: &Value) -> Value {
    Value::unknown(match value.content() {
        Content::List(element, _) | Content::Map(element, _) => element.clone(),
        Content::Unknown { ty: Type::List(element) | Type::Map(element), .. } => (**element).clone(),
        _ => Type::Dynamic,
    })
}

fn at_position(value: &Value, number: &Number) -> Result<Value, &'static str> {
    let position = number.as_i64().and_then(|position| usize::try_from(position).ok());
    let length = match (value.content(), position) {
        (Content::List(_, members) | Content::Tuple(members), position) => {
            if let Some(member) = position.and_then(|position| members.get(position)) {
                return Ok(member.clone());
            }
            members.len()
        }
        (Content::Unknown { ty: Type::Tuple(elements), .. }, position) => {
            if let Some(element) = position.and_then(|position| elements.get(position)) {
                return Ok(Value::unknown(element.clone()));
            }
            elements.len()
        }
        _ => return Ok(unknown_member(value)),
    };
    Err(if !number.is_integer() {
        ": indexing a sequence requires a whole number, but the given index has a fractional part"
    } else if number < &Number::from(0) {
        ": a negative number is not a valid index for a sequence"
    } else if length == 0 {
        ": the collection has no elements"
    } else {
        ": the given index is greater than or equal to the length of the collection"
    })
}

fn at_key(value: &Value, key: &str) -> Option<Value> {
    match value.content() {
        Content::Unknown { .. } => Some(unknown_member(value)),
        _ => value.get(key).cloned(),
    }
}

/// The members of a value in iteration order, each with its key: what `for` goes through.
/// None if it cannot be gone through or is unknown.
pub(super) fn entries(value: &Value) -> Option<Vec<(Value, Value)>> {
    let numbered = |members: &[Value]| {
        let keys = (0_i64..).map(Value::int);
        keys.zip(members.iter().cloned()).collect()
    };
    Some(match value.content() {
        Content::List(_, members) | Content::Tuple(members) => numbered(members),
        Content::Set(_, members) => members.iter().map(|member| (member.clone(), member.clone())).collect(),
        Content::Map(_, members) | Content::Object(members) => {
            members.iter().map(|(key, member)| (Value::string(key.clone()), member.clone())).collect()
        }
        _ => return None,
    })
}

/// The marks of a value taken off, for those who need both.
pub(super) fn take_marks(value: Value, into: &mut Marks) -> Value {
    let (value, marks) = value.unmark();
    *into = into.union(marks);
    value
}
