//! The ids of Azure: `/subscriptions/{s}/resourceGroups/{g}/providers/{ns}/{kind}/{name}`.
//!
//! **Never:** check whether a name is allowed: each service has its own rules.
//! In: text as a user or the service wrote it; out: its parts, and back. Fixed segments are read
//! in any case, because Azure itself returns `resourcegroups` and `resourceGroups` alike.

use std::fmt;

/// The id of a resource group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResourceGroupId {
    /// The subscription, usually a GUID.
    pub subscription: String,
    /// The group's name.
    pub group: String,
}

/// The id of a resource inside a resource group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResourceId {
    /// The subscription, usually a GUID.
    pub subscription: String,
    /// The name of the resource group.
    pub group: String,
    /// The provider's namespace: `Microsoft.ContainerInstance`.
    pub provider: String,
    /// The kind: `containerGroups`; a child's is `virtualNetworks/subnets`.
    pub kind: String,
    /// The name; a child's is `network/subnet`, as many parts as the kind has.
    pub name: String,
}

/// Text that is no id.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("\"{text}\" is not {wanted}: {why}")]
pub struct BadId {
    /// The text.
    pub text: String,
    /// What was wanted, with an example of its form.
    pub wanted: &'static str,
    /// What is wrong with it.
    pub why: String,
}

const GROUP_FORM: &str = "a resource group id (/subscriptions/{subscription}/resourceGroups/{name})";
const RESOURCE_FORM: &str =
    "a resource id (/subscriptions/{subscription}/resourceGroups/{group}/providers/{namespace}/{kind}/{name})";

impl ResourceGroupId {
    /// An id from its parts.
    #[must_use]
    pub fn new(subscription: impl Into<String>, group: impl Into<String>) -> Self {
        Self { subscription: subscription.into(), group: group.into() }
    }

    /// Reads an id.
    ///
    /// # Errors
    /// When the text is not the id of a resource group.
    pub fn parse(text: &str) -> Result<Self, BadId> {
        let bad = |why: String| BadId { text: text.to_owned(), wanted: GROUP_FORM, why };
        let (subscription, group, rest) = split_scope(text).map_err(bad)?;
        if let Some(more) = rest.first() {
            return Err(bad(format!("it goes on with \"{more}\" after the name of the group")));
        }
        Ok(Self::new(subscription, group))
    }
}

impl ResourceId {
    /// An id from its parts.
    #[must_use]
    pub fn new(group: &ResourceGroupId, provider: &str, kind: &str, name: &str) -> Self {
        Self {
            subscription: group.subscription.clone(),
            group: group.group.clone(),
            provider: provider.to_owned(),
            kind: kind.to_owned(),
            name: name.to_owned(),
        }
    }

    /// Reads an id.
    ///
    /// # Errors
    /// When the text is not the id of a resource in a resource group.
    pub fn parse(text: &str) -> Result<Self, BadId> {
        let bad = |why: String| BadId { text: text.to_owned(), wanted: RESOURCE_FORM, why };
        let (subscription, group, rest) = split_scope(text).map_err(bad)?;
        let [fixed, provider, pairs @ ..] = rest.as_slice() else {
            return Err(bad("it ends before the namespace of the provider".to_owned()));
        };
        if !fixed.eq_ignore_ascii_case("providers") {
            return Err(bad(format!("it has \"{fixed}\" where \"providers\" should stand")));
        }
        if pairs.is_empty() || !pairs.len().is_multiple_of(2) {
            return Err(bad("each kind needs a name after it".to_owned()));
        }
        let every_second = |from: usize| pairs.iter().skip(from).step_by(2).copied().collect::<Vec<_>>().join("/");
        Ok(Self {
            subscription: subscription.to_owned(),
            group: group.to_owned(),
            provider: (*provider).to_owned(),
            kind: every_second(0),
            name: every_second(1),
        })
    }

    /// The group that holds the resource.
    #[must_use]
    pub fn resource_group(&self) -> ResourceGroupId {
        ResourceGroupId::new(self.subscription.clone(), self.group.clone())
    }

    /// Whether this is of a provider's kind, in any case.
    #[must_use]
    pub fn is_a(&self, provider: &str, kind: &str) -> bool {
        self.provider.eq_ignore_ascii_case(provider) && self.kind.eq_ignore_ascii_case(kind)
    }
}

impl fmt::Display for ResourceGroupId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "/subscriptions/{}/resourceGroups/{}", self.subscription, self.group)
    }
}

impl fmt::Display for ResourceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { subscription, group, provider, kind, name } = self;
        write!(f, "/subscriptions/{subscription}/resourceGroups/{group}/providers/{provider}")?;
        for (kind, name) in kind.split('/').zip(name.split('/')) {
            write!(f, "/{kind}/{name}")?;
        }
        Ok(())
    }
}

impl std::str::FromStr for ResourceGroupId {
    type Err = BadId;
    fn from_str(text: &str) -> Result<Self, BadId> {
        Self::parse(text)
    }
}

impl std::str::FromStr for ResourceId {
    type Err = BadId;
    fn from_str(text: &str) -> Result<Self, BadId> {
        Self::parse(text)
    }
}

/// The id to compare by: two texts name one thing exactly when their keys are equal.
#[must_use]
pub fn key(id: &str) -> String {
    id.trim_end_matches('/').to_lowercase()
}

/// Whether two ids name one thing.
#[must_use]
pub fn same(left: &str, right: &str) -> bool {
    let (left, right) = (left.trim_end_matches('/'), right.trim_end_matches('/'));
    left.eq_ignore_ascii_case(right) || (!left.is_ascii() && key(left) == key(right))
}

/// Subscription, group and the segments after them.
fn split_scope(text: &str) -> Result<(&str, &str, Vec<&str>), String> {
    let Some(path) = text.strip_prefix('/') else { return Err("an id begins with a slash".to_owned()) };
    let parts: Vec<&str> = path.trim_end_matches('/').split('/').collect();
    if parts.iter().any(|part| part.trim().is_empty()) {
        return Err("it has an empty part".to_owned());
    }
    let [first, subscription, second, group, rest @ ..] = parts.as_slice() else {
        return Err("it ends before the name of the resource group".to_owned());
    };
    for (found, wanted) in [(first, "subscriptions"), (second, "resourceGroups")] {
        if !found.eq_ignore_ascii_case(wanted) {
            return Err(format!("it has \"{found}\" where \"{wanted}\" should stand"));
        }
    }
    Ok((subscription, group, rest.to_vec()))
}
