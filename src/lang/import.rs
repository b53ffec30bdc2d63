//! `import` blocks: which object is to be managed at which address.
//!
//! **Never:** look whether the object exists; the planner asks for it. In: a block. Out: an
//! [`Import`], and when its turn comes, what it wants. Source of the rules: Terraform 1.11,
//! "import block", and 1.12 for `identity`. Stricter than Terraform in one thing: two objects for
//! one address are refused even when they come from one block.

use crate::addr::{Addr, Block as BlockAddr, Key, Mode, ModulePath};
use crate::diag::{Diagnostic, Diagnostics, Span};
use crate::value::convert::convert;
use crate::value::{Content, Marks, Name, Type, Value};

use super::arguments::{argument, expect, lacking, refuse_labels};
use super::ast::{Access, Attribute, Block, Expr, ExprKind};
use super::frame::FrameId;
use super::load::Loader;
use super::module::{Import, Node};
use super::names::{Place, Reader};
use super::reference::{Target, resolve};
use super::scope::Scope;

/// One object that is to be managed.
#[derive(Clone, Debug, PartialEq)]
pub struct Wanted {
    /// At which address.
    pub addr: Addr,
    /// Which: the text of an id, or an object of the names that its id is made of.
    pub named: Value,
    /// Where that stands; nothing if it came from a command line.
    pub span: Option<Span>,
}

impl Loader<'_> {
    pub(super) fn import(&mut self, block: &Block) {
        refuse_labels(block, &mut self.out);
        let body = &block.body;
        let known = ["to", "id", "identity", "for_each", "provider"];
        expect(body, &known, &[], &mut self.out);
        self.only_default_provider(body);
        let named = match (argument(body, "id"), argument(body, "identity")) {
            (Some(id), None) => Some((&id.expr, false)),
            (None, Some(identity)) => Some((&identity.expr, true)),
            (None, None) => {
                self.out.0.extend(lacking(body, "id", &known, block.header));
                None
            }
            (Some(_), Some(identity)) => {
                let detail = "An import block names its object either by \"id\" or by \"identity\", not by both.";
                let wrong = Diagnostic::error("Invalid combination of \"id\" and \"identity\"", detail);
                self.out.push(wrong.at(identity.name_span).hint("Remove one of the two."));
                None
            }
        };
        let Some(to) = argument(body, "to") else {
            self.out.0.extend(lacking(body, "to", &known, block.header));
            return;
        };
        let Some(Destination { block: mut addr, keys, key }) = self.import_target(to) else { return };
        match self.schemas.managed.get_key_value(&addr.kind) {
            Some((kind, _)) => addr.kind = kind.clone(),
            None => return self.unknown_kind(&addr, to.expr.span),
        }
        let for_each = argument(body, "for_each").map(|each| each.expr.clone());
        let alone = key.is_none() && keys.iter().all(Option::is_none) && for_each.is_none();
        let fresh = !alone
            || self.declare("import", &addr.to_string().into(), to.expr.span, |at| {
                (
                    format!("Duplicate import configuration for \"{addr}\""),
                    format!(
                        "An import block for the resource \"{addr}\" was already declared at {at}. A resource can have \
                         only one import block."
                    ),
                )
            });
        if let (true, Some((named, by_names))) = (fresh, named) {
            self.module.imports.push(Import {
                span: block.header,
                to: addr,
                module_keys: keys,
                key,
                to_span: to.expr.span,
                named: named.clone(),
                by_names,
                for_each,
            });
        }
    }

    /// The block that `to` names, and the key behind it.
    fn import_target(&mut self, to: &Attribute) -> Option<Destination> {
        let span = to.expr.span;
        let mut invalid = |detail: &str, hint: &str| {
            self.out.push(Diagnostic::error("Invalid import address", detail).at(span).hint(hint));
        };
        let form = "Write the address of a resource without quotes: to = azurerm_container_group.web.";
        let ExprKind::Reference(root, steps) = &to.expr.kind else {
            invalid("The address must be a reference to a resource and not a text or a calculation.", form);
            return None;
        };
        let Some((path, keys, root, steps)) = modules(root, steps) else {
            invalid("The name of a module call must follow \"module.\", and a resource behind that.", form);
            return None;
        };
        match resolve(root, steps, span) {
            Ok((Target::Block(addr), used)) if addr.mode == Mode::Managed => {
                let block = addr.within(path);
                match &steps[used..] {
                    [] => Some(Destination { block, keys, key: None }),
                    [Access::Index(key, _)] => Some(Destination { block, keys, key: Some((**key).clone()) }),
                    _ => {
                        let detail =
                            "Resource instance key must be given in square brackets, and nothing may follow it.";
                        invalid(detail, form);
                        None
                    }
                }
            }
            Ok(_) => {
                invalid("Only managed resources can be imported.", form);
                None
            }
            Err(wrong) => {
                self.out.extend(wrong);
                None
            }
        }
    }
}

/// What `to` names.
struct Destination {
    block: BlockAddr,
    keys: Vec<Option<Expr>>,
    key: Option<Expr>,
}

/// The modules that a reference to a resource begins with, the keys behind them, and the rest.
type Within<'e> = (ModulePath, Vec<Option<Expr>>, &'e Name, &'e [Access]);

/// Takes the modules off the front of a reference to a resource.
fn modules<'e>(root: &'e Name, steps: &'e [Access]) -> Option<Within<'e>> {
    let (mut path, mut keys) = (ModulePath::ROOT, Vec::new());
    let (mut root, mut steps) = (root, steps);
    while &**root == "module" {
        let [Access::Attr(name, _), rest @ ..] = steps else { return None };
        path = path.call(name, Key::None);
        let rest = match rest {
            [Access::Index(key, _), rest @ ..] => {
                keys.push(Some((**key).clone()));
                rest
            }
            rest => {
                keys.push(None);
                rest
            }
        };
        let [Access::Attr(next, _), rest @ ..] = rest else { return None };
        (root, steps) = (next, rest);
    }
    Some((path, keys, root, steps))
}

impl Scope {
    /// What the `import` blocks for a block want, in the order in which they stand, in all instances of
    /// its module.
    ///
    /// # Errors
    /// What is wrong with them, or not known yet.
    pub fn imports(&mut self, block: &BlockAddr) -> Result<Vec<Wanted>, Diagnostics> {
        let module = self.tree.root().clone();
        let mut wanted = Vec::new();
        let mut out = Diagnostics::none();
        for (at, import) in module.imports_of(&block.declared()) {
            self.names.settle(FrameId::ROOT, &Node::Import(at));
            match self.expand_import(import) {
                Ok(found) => wanted.extend(found),
                Err(wrong) => out.extend(wrong),
            }
        }
        if out.is_empty() { Ok(wanted) } else { Err(out) }
    }

    /// What is wrong with an `import` block whatever is not known yet turns out to be.
    pub(super) fn validate_import(&mut self, at: usize) -> Diagnostics {
        let module = self.tree.root().clone();
        let Some(import) = module.imports.get(at) else { return Diagnostics::none() };
        let mut place = Place::default();
        let mut out = Diagnostics::none();
        let outside = Place::default();
        if let Some(each) = &import.for_each {
            let value = self.names.reader(FrameId::ROOT, &outside).value(each);
            out.extend(value.and_then(|value| members(&value, each.span, true)).err().unwrap_or_default());
            place.each = Some((Value::unknown_not_null(Type::Dynamic), Value::unknown(Type::Dynamic)));
        }
        let reader = self.names.reader(FrameId::ROOT, &place);
        for key in import.module_keys.iter().chain([&import.key]).flatten() {
            out.extend(reader.value(key).err().unwrap_or_default());
        }
        let named = reader.value(&import.named);
        out.extend(named.and_then(|value| name(import, &value, true)).err().unwrap_or_default());
        out
    }

    fn expand_import(&self, import: &Import) -> Result<Vec<Wanted>, Diagnostics> {
        let Some(each) = &import.for_each else {
            return Ok(vec![one(import, &self.names.reader(FrameId::ROOT, &Place::default()))?]);
        };
        let value = self.names.reader(FrameId::ROOT, &Place::default()).value(each)?;
        let members = members(&value, each.span, false)?.unwrap_or_default();
        let mut wanted = Vec::with_capacity(members.len());
        for member in members {
            let place = Place { each: Some(member), ..Place::default() };
            wanted.push(one(import, &self.names.reader(FrameId::ROOT, &place))?);
        }
        Ok(wanted)
    }
}

fn one(import: &Import, reader: &Reader<'_>) -> Result<Wanted, Diagnostics> {
    let read = |expr: &Option<Expr>| match expr {
        None => Ok(Key::None),
        Some(expr) => key(&reader.value(expr)?, expr.span),
    };
    let mut module = import.to.module.clone();
    for (step, key) in module.0.iter_mut().zip(&import.module_keys) {
        step.key = read(key)?;
    }
    let key = read(&import.key)?;
    let named = name(import, &reader.value(&import.named)?, false)?;
    let named = named.unwrap_or_else(|| Value::null(Type::Dynamic));
    Ok(Wanted { addr: import.to.within(module).instance(key), named, span: Some(import.named.span) })
}

fn key(value: &Value, span: Span) -> Result<Key, Diagnostics> {
    Key::of(value).ok_or_else(|| {
        let detail = "The instance key of an import must be a known string or whole number.";
        Diagnostic::error("Invalid import 'to' expression", detail).at(span).into()
    })
}

/// Keys and values of `for_each`; nothing if it is not known and that is allowed. As in Terraform,
/// null is none, and lists will do.
fn members(value: &Value, span: Span, lenient: bool) -> Result<Option<Vec<(Value, Value)>>, Diagnostics> {
    let invalid = |detail: &str| Diagnostics::from(Diagnostic::error("Invalid for_each argument", detail).at(span));
    if value.contains_mark(Marks::EPHEMERAL) {
        return Err(invalid("The \"for_each\" of an import block must not be derived from an ephemeral value."));
    }
    if !value.is_wholly_known() {
        if lenient {
            return Ok(None);
        }
        return Err(invalid(
            "The \"for_each\" expression includes values derived from other resource attributes that cannot be \
             determined until apply, and so acier cannot determine the full set of values that might be used to import \
             this resource.",
        ));
    }
    Ok(Some(match value.content() {
        Content::Null(_) => Vec::new(),
        Content::Map(_, members) | Content::Object(members) => {
            members.iter().map(|(name, member)| (Value::string(name.clone()), member.clone())).collect()
        }
        Content::Set(_, members) => members.iter().map(|member| (member.clone(), member.clone())).collect(),
        Content::List(_, members) | Content::Tuple(members) => {
            (0..).map(Value::int).zip(members.iter().cloned()).collect()
        }
        _ => {
            return Err(invalid(&format!(
                "The \"for_each\" of an import block must be a map, a set, a list or an object, and you have provided a \
                 value of type {}.",
                value.ty().friendly()
            )));
        }
    }))
}

/// How the object is named; nothing if that is not known yet and that is allowed.
fn name(import: &Import, value: &Value, lenient: bool) -> Result<Option<Value>, Diagnostics> {
    let word = if import.by_names { "identity" } else { "id" };
    let invalid = |detail: String| {
        Diagnostics::from(Diagnostic::error(format!("Invalid import {word} argument"), detail).at(import.named.span))
    };
    if value.contains_mark(Marks::EPHEMERAL) {
        return Err(invalid(format!("The import {word} must not be derived from an ephemeral value.")));
    }
    let (value, _) = value.clone().unmark_deep();
    if !value.is_wholly_known() {
        if lenient {
            return Ok(None);
        }
        return Err(invalid(format!(
            "The import block {word:?} argument depends on resource attributes that cannot be determined until apply, so \
             acier cannot plan to import this resource."
        )));
    }
    if value.is_null() {
        return Err(invalid(format!("The import {word} cannot be null.")));
    }
    if import.by_names {
        return names(&value).map(Some).map_err(invalid);
    }
    let text = convert(&value, &Type::String)
        .map_err(|why| invalid(format!("The import ID is unsuitable: {}.", why.message)))?;
    match text.as_str() {
        Some("") => Err(invalid(
            "The import ID value evaluates to an empty string, please provide a non-empty value.".to_owned(),
        )),
        _ => Ok(Some(text)),
    }
}

/// An object of texts; null members say nothing.
fn names(value: &Value) -> Result<Value, String> {
    let Some(members) = value.as_members() else {
        return Err(format!("The import identity must be an object, not {}.", value.ty().friendly()));
    };
    let mut names = crate::value::Members::new();
    for (name, member) in members.iter().filter(|(_, member)| !member.is_null()) {
        match convert(member, &Type::String) {
            Ok(text) if text.as_str().is_some_and(|text| !text.is_empty()) => {
                drop(names.insert(Name::clone(name), text))
            }
            _ => return Err(format!("The name {name:?} in the import identity must be a text that is not empty.")),
        }
    }
    Ok(Value::object(names))
}
