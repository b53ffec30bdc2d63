//! Provider configurations: which ones there are, and which of them makes an instance.
//!
//! **Never:** connect to anything. In: `provider` blocks of the root module, and what resources and
//! module calls say about them. Out: configurations by name: empty for the default one, `azurerm.west`,
//! `azurerm.by_region["eu"]`. Source of the rules: Terraform, "Provider Configuration" and "Providers
//! Within Modules"; OpenTofu 1.9, "Provider Iteration".

use crate::addr::{Addr, Key, ModulePath};
use crate::diag::{Diagnostic, Diagnostics, Span};
use crate::schema::Schemas;
use crate::value::convert::convert;
use crate::value::{Name, Type, Value};

use super::arguments::{argument, is_name, unsupported_yet};
use super::ast::{Access, Body, Expr, ExprKind, ObjectKey};
use super::decode::Decoder;
use super::fixed;
use super::frame::FrameId;
use super::load::Loader;
use super::module::{Node, Passed, ProviderBlock, ProviderName};
use super::names::Place;
use super::repeat;
use super::scope::{Scope, about};
use super::tree::{Tree, UnitId};
use super::waits;

/// `provider = azurerm.west`, `provider = azurerm.by_region[each.key]`
#[derive(Clone, Debug)]
pub struct ProviderUse {
    /// The configuration as the module calls it.
    pub name: ProviderName,
    /// Which instance of it.
    pub key: Option<Expr>,
    /// Where it stands.
    pub span: Span,
}

/// One provider configuration with its values.
#[derive(Clone, Debug)]
pub struct Configuration {
    /// Its name; empty for the default one.
    pub name: Name,
    /// What it says: an object of its schema's type.
    pub value: Value,
    /// Where its block's header stands; nothing where nobody wrote one.
    pub span: Option<Span>,
}

impl ProviderBlock {
    /// Whether a configuration of this name is made by the block.
    #[must_use]
    pub fn makes(&self, configuration: &str) -> bool {
        match &self.name.alias {
            None => configuration.is_empty(),
            Some(_) => configuration.split('[').next() == Some(&*self.name.to_string()),
        }
    }
}

/// The name of the configuration that a block with this label makes; nothing (and a finding) if `alias` gives none.
pub(super) fn provider_name(label: &Name, body: &Body, out: &mut Diagnostics) -> Option<ProviderName> {
    let Some(named) = argument(body, "alias") else { return Some(ProviderName::default_of(label.clone())) };
    let alias = fixed::text(named, out)?;
    if !is_name(&alias) {
        let detail = "An alias must be a valid name. A name must start with a letter or underscore and may contain only \
                      letters, digits, underscores, and dashes.";
        out.push(Diagnostic::error("Invalid provider configuration alias", detail).at(named.expr.span));
        return None;
    }
    Some(ProviderName { provider: label.clone(), alias: Some(alias.into()) })
}

/// The provider that a kind belongs to: the name before its first underscore.
pub(super) fn provider_of(kind: &str) -> &str {
    kind.split('_').next().unwrap_or_default()
}

impl Loader<'_> {
    /// The `provider` argument of a resource or data source.
    pub(super) fn provider_use(&mut self, body: &Body, kind: &str) -> Option<ProviderUse> {
        let written = argument(body, "provider")?;
        let span = written.expr.span;
        let unquoted = self.unquoted(&written.expr);
        let Some((name, key)) = named(unquoted.as_ref().unwrap_or(&written.expr)) else {
            self.out.push(not_named(span));
            return None;
        };
        if &*name.provider != provider_of(kind) {
            let (own, other) = (provider_of(kind), &name.provider);
            let detail = format!("The {kind} belongs to the provider {own:?}, and not to {other:?}.");
            let wrong = Diagnostic::error("Invalid provider configuration reference", detail).at(span);
            self.out.push(wrong.hint("Name a configuration of its own provider, or remove the argument."));
            return None;
        }
        Some(ProviderUse { name, key: key.cloned(), span })
    }
}

/// The configuration that an expression names, and the key that chooses one of its instances: `azurerm`,
/// `azurerm.east`, `azurerm.by_region[each.key]`.
pub(super) fn named(expr: &Expr) -> Option<(ProviderName, Option<&Expr>)> {
    let ExprKind::Reference(provider, steps) = &expr.kind else { return None };
    let name = |alias: Option<&Name>| ProviderName { provider: provider.clone(), alias: alias.cloned() };
    match steps.as_slice() {
        [] => Some((name(None), None)),
        [Access::Attr(alias, _)] => Some((name(Some(alias)), None)),
        [Access::Attr(alias, _), Access::Index(key, _)] => Some((name(Some(alias)), Some(key))),
        _ => None,
    }
}

/// What is said of an expression that names no configuration.
pub(super) fn not_named(span: Span) -> Diagnostic {
    let detail = "A provider configuration is named by the local name of its provider, with its alias behind a dot if it \
                  has one, and the key of one of its instances if it has for_each: azurerm, azurerm.east, \
                  azurerm.by_region[each.key].";
    Diagnostic::error("Invalid provider configuration reference", detail).at(span)
}

/// A provider requirement without its `configuration_aliases`, which are names and no values. That the
/// caller passes them is checked where they are used.
pub(super) fn without_aliases(expr: &Expr, out: &mut Diagnostics) -> Expr {
    let ExprKind::Object(items) = &expr.kind else { return expr.clone() };
    let is_aliases = |key: &ObjectKey| matches!(key, ObjectKey::Name(name, _) if &**name == "configuration_aliases");
    for (_, value) in items.iter().filter(|(key, _)| is_aliases(key)) {
        let named = |expr: &Expr| matches!(&expr.kind, ExprKind::Reference(_, steps) if matches!(steps.as_slice(), [Access::Attr(..)]));
        if !matches!(&value.kind, ExprKind::Tuple(members) if members.iter().all(named)) {
            let detail = "Configuration aliases are a list of names, each with its alias behind a dot: [azurerm.west].";
            out.push(Diagnostic::error("Invalid configuration_aliases value", detail).at(value.span));
        }
    }
    let kept = items.iter().filter(|(key, _)| !is_aliases(key)).cloned().collect();
    Expr { kind: ExprKind::Object(kept), ..expr.clone() }
}

/// What is said about a `provider` block with `for_each` and without an alias.
pub(super) fn nameless(span: Span) -> Diagnostic {
    unsupported_yet(
        "for_each on a default provider configuration",
        "There is one default configuration, and for_each makes many.",
        "Give the block an alias, and choose with provider = azurerm.ALIAS[each.key].",
        span,
    )
}

/// What is wrong with naming a configuration in a module.
pub(super) enum Misuse {
    /// There is none of that name.
    Missing,
    /// It has many instances, and none is chosen.
    Unchosen,
    /// One of its instances is chosen, and it has none.
    Needless,
}

/// Judges the name of a configuration, and the key that chooses one of its instances.
pub(super) fn misuse(tree: &Tree, unit: UnitId, name: &ProviderName, key: Option<&Expr>) -> Option<Misuse> {
    let (owner, name, chosen) = tree.handed(unit, name);
    let Some(block) = tree.unit(owner).module.providers.iter().find(|block| block.name == name) else {
        return name.alias.is_some().then_some(Misuse::Missing);
    };
    // The call of the module may have chosen one.
    match (block.for_each.is_some() && chosen.is_none(), key) {
        (true, None) => Some(Misuse::Unchosen),
        (false, Some(_)) => Some(Misuse::Needless),
        _ => None,
    }
}

/// Checks that what a resource names is there.
pub(super) fn check(tree: &Tree, schemas: &Schemas) -> Diagnostics {
    let mut out = Diagnostics::none();
    for (id, unit) in tree.units() {
        for resource in unit.module.blocks.values() {
            let Some(used) = &resource.provider else { continue };
            if !schemas.providers.contains_key(&used.name.provider) {
                continue;
            }
            let name = &used.name;
            let (detail, hint) = match misuse(tree, id, name, used.key.as_ref()) {
                None => continue,
                Some(Misuse::Missing) => (
                    format!("There is no provider configuration {name}."),
                    format!("Declare it: provider {:?} with alias = ..., or correct the name.", name.provider),
                ),
                Some(Misuse::Unchosen) => (
                    format!("The provider configuration {name} has for_each, so one of its instances is to be chosen."),
                    format!("Write provider = {name}[each.key]."),
                ),
                Some(Misuse::Needless) => (
                    format!("The provider configuration {name} has no for_each, so it has no instances."),
                    format!("Write provider = {name}."),
                ),
            };
            let wrong = Diagnostic::error("Provider configuration not present", detail).at(used.span).hint(hint);
            out.push(wrong.about(tree.block(id, &resource.addr).to_string()));
        }
    }
    out
}

/// Whether anything in the configuration is made with the default configuration of a provider.
#[must_use]
pub fn uses_default(tree: &Tree, provider: &str) -> bool {
    tree.units().any(|(id, unit)| {
        unit.module.blocks.values().filter(|resource| provider_of(&resource.addr.kind) == provider).any(|resource| {
            let own = ProviderName::default_of(provider);
            let name = resource.provider.as_ref().map_or(&own, |used| &used.name);
            tree.configuration(id, name).1.alias.is_none()
        })
    })
}

impl Scope {
    /// All provider configurations of a provider, the default one first: without a block it is there
    /// all the same, all null.
    ///
    /// # Errors
    /// What is wrong with them.
    pub fn configurations(&mut self, provider: &Name) -> Result<Vec<Configuration>, Diagnostics> {
        self.configurations_but(provider, &|_| false)
    }

    /// The same but for those whose names are left out.
    ///
    /// # Errors
    /// What is wrong with the others.
    pub fn configurations_but(
        &mut self,
        provider: &Name,
        left_out: &dyn Fn(&str) -> bool,
    ) -> Result<Vec<Configuration>, Diagnostics> {
        let root = self.tree.root().clone();
        let mut out = Diagnostics::none();
        let of_provider = |block: &&ProviderBlock| block.name.provider == *provider;
        let (defaults, aliased): (Vec<&ProviderBlock>, Vec<&ProviderBlock>) =
            root.providers.iter().filter(of_provider).partition(|block| block.name.alias.is_none());
        let mut found = Vec::new();
        match self.provider(&ProviderName::default_of(provider.clone())) {
            _ if left_out(provider) => {}
            Ok(value) => {
                found.push(Configuration { name: "".into(), value, span: defaults.first().map(|block| block.span) })
            }
            Err(wrong) => out.extend(wrong),
        }
        for block in aliased {
            match self.provider_instances(block) {
                _ if left_out(&block.name.to_string()) => {}
                Ok(instances) => found.extend(instances),
                Err(wrong) => out.extend(about(wrong, &Node::Provider(block.name.clone()).to_string())),
            }
        }
        if out.has_errors() { Err(out) } else { Ok(found) }
    }

    /// The arguments of a provider configuration that are not known, each with the references in it that make it
    /// so. `name` is that of the configuration, with the key of an instance or without.
    pub fn open_arguments(&mut self, name: &str) -> Vec<(Name, Vec<String>)> {
        let root = self.tree.root().clone();
        let Some(block) = root.providers.iter().find(|block| block.makes(name)) else { return Vec::new() };
        self.names.settle(FrameId::ROOT, &Node::Provider(block.name.clone()));
        let mut found = Vec::new();
        for attribute in &block.body.attributes {
            let open = waits::open(&self.names, FrameId::ROOT, "provider argument", &attribute.expr);
            if !open.waits.is_empty() {
                found.push((attribute.name.clone(), open.waits.iter().map(ToString::to_string).collect()));
            }
        }
        found
    }

    /// Where an argument of a provider configuration stands.
    #[must_use]
    pub fn argument_span(&self, name: &str, argument: &str) -> Option<Span> {
        let block = self.tree.root().providers.iter().find(|block| block.makes(name))?;
        let found = block.body.attributes.iter().find(|attribute| &*attribute.name == argument)?;
        Some(found.expr.span)
    }

    fn provider_instances(&mut self, block: &ProviderBlock) -> Result<Vec<Configuration>, Diagnostics> {
        let span = Some(block.span);
        let Some(each) = &block.for_each else {
            let value = self.provider(&block.name)?;
            return Ok(vec![Configuration { name: block.name.to_string().into(), value, span }]);
        };
        self.names.settle(FrameId::ROOT, &Node::Provider(block.name.clone()));
        let outside = Place::default();
        let value = self.names.reader(FrameId::ROOT, &outside).value(each)?;
        let members = repeat::for_each(&value, each.span, false)?.unwrap_or_default();
        let mut found = Vec::new();
        for (name, value) in members.iter() {
            let value = self.decode_provider(block, &Place::each(name, value.clone()))?;
            found.push(Configuration { name: format!("{}{}", block.name, Key::Str(name.clone())).into(), value, span });
        }
        Ok(found)
    }

    /// The value of a provider block where `each` means something.
    pub(super) fn decode_provider(&mut self, block: &ProviderBlock, place: &Place) -> Result<Value, Diagnostics> {
        let Some((schema, shape)) = self.names.kinds.provider(&block.name.provider) else {
            let detail = format!("acier knows no provider {:?}.", block.name.provider);
            return Err(Diagnostic::error("Unknown provider", detail).into());
        };
        let reader = self.names.reader(FrameId::ROOT, place);
        let mut decoder = Decoder { reader, out: Diagnostics::none(), stored: false };
        let value = decoder.whole(&block.body, &schema.block, shape, &schema.checks, block.span);
        let out = about(decoder.out, &Node::Provider(block.name.clone()).to_string());
        let errors = self.keep_warnings(out);
        if errors.is_empty() { Ok(value) } else { Err(errors) }
    }

    /// Where the call of a module stands that the instance at `path` is in, or in which it lies, and what `each`
    /// and `count` mean there.
    fn calling(&mut self, path: &ModulePath, called: UnitId) -> Result<(FrameId, Place), Diagnostics> {
        let depth = self.tree.unit(called).path.0.len();
        let child = self.frame(&ModulePath(path.0.iter().take(depth).cloned().collect()))?;
        let place = self.names.calling_place(child)?;
        let here = self.names.frame(child);
        let (parent, call) = (here.parent.unwrap_or(FrameId::ROOT), here.call().cloned());
        call.into_iter().for_each(|call| self.names.settle(parent, &Node::Call(call)));
        Ok((parent, place))
    }

    /// The name of the provider configuration that makes an instance; empty for the default one.
    ///
    /// # Errors
    /// When the key that chooses it is wrong or not known.
    pub fn configuration(&mut self, addr: &Addr) -> Result<Name, Diagnostics> {
        let tree = self.tree.clone();
        let nothing = || Name::from("");
        if tree.root().providers.iter().all(|block| block.name.alias.is_none()) {
            return Ok(nothing());
        }
        let (Some(unit), Some(resource)) = (tree.find(&addr.block.module), tree.resource(&addr.block)) else {
            return Ok(nothing());
        };
        let own = ProviderName::default_of(provider_of(&addr.block.kind));
        let used = resource.provider.as_ref();
        let (_, name, chosen) = tree.handed(unit, used.map_or(&own, |used| &used.name));
        if name.alias.is_none() {
            return Ok(nothing());
        }
        let (frame, place, key) = match (used.and_then(|used| used.key.as_ref()), chosen) {
            (Some(key), _) => {
                let frame = self.frame(&addr.block.module)?;
                let place = self.place(frame, resource, addr)?;
                self.names.settle(frame, &Node::Block(addr.block.local().into_owned()));
                (frame, place, key)
            }
            (None, Some((called, Passed { key: Some(key), .. }))) => {
                let (frame, place) = self.calling(&addr.block.module, called)?;
                (frame, place, key)
            }
            _ => return Ok(name.to_string().into()),
        };
        let value = self.names.reader(frame, &place).value(key)?;
        let text = convert(&value, &Type::String).ok().and_then(|value| value.as_str().map(Name::from));
        let Some(text) = text else {
            let detail = "The key that chooses an instance of a provider configuration must be a known text.";
            return Err(Diagnostic::error("Invalid provider instance key", detail)
                .at(key.span)
                .about(addr.to_string())
                .into());
        };
        Ok(format!("{name}{}", Key::Str(text)).into())
    }
}
