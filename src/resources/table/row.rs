//! A row: everything that is said about one attribute, in one constant.
//!
//! **Never:** act on what it says. The functions only set fields, so that a row reads as a
//! sentence: required, at this place, costing a restart, about that.

use crate::schema::{Check, Cost, Derive, Equality, Secrecy, Usage};

use super::{Fallback, Form, Ty};

/// An attribute.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// The name in configuration.
    pub name: &'static str,
    /// The type in configuration and state.
    pub ty: Ty,
    /// Who gives it its value.
    pub usage: Usage,
    /// The value when the configuration gives none.
    pub fallback: Fallback,
    /// How secret it is.
    pub secrecy: Secrecy,
    /// What changing it costs.
    pub cost: Cost,
    /// Why it costs that.
    pub reason: &'static str,
    /// When two values are equal.
    pub equality: Equality,
    /// A check of the value alone.
    pub check: Option<Check>,
    /// It may also be written as blocks.
    pub as_blocks: bool,
    /// An in-place update that costs at least this makes the computed value unknown.
    pub unsettled_by: Option<Cost>,
    /// What the cloud will answer, where the configuration tells.
    pub derive: Option<Derive>,
    /// What to use instead.
    pub deprecated: Option<&'static str>,
    /// What it means.
    pub about: &'static str,
    /// Where it lies in the body: member names with dots between.
    pub place: &'static str,
    /// In which form.
    pub form: Form,
    /// The cloud does not always return it; when it does not, the known value stands.
    pub sticky: bool,
    /// A zero is the same as nothing and is not sent.
    pub zero_is_unset: bool,
    /// It is not in the body while that sibling attribute has that value.
    pub unless: Option<(&'static str, &'static str)>,
    /// It is in the body only beside that sibling attribute.
    pub beside: Option<&'static str>,
    /// It changes by itself while the object runs.
    pub volatile: bool,
    /// The version of the interface that it came with, if that is newer than the kind's; else empty.
    pub since: &'static str,
}

impl Row {
    const fn new(name: &'static str, ty: Ty, usage: Usage) -> Row {
        Row {
            name,
            ty,
            usage,
            fallback: Fallback::None,
            secrecy: Secrecy::Plain,
            cost: Cost::Nothing,
            reason: "",
            equality: Equality::Exact,
            check: None,
            as_blocks: false,
            unsettled_by: None,
            derive: None,
            deprecated: None,
            about: "",
            place: "",
            form: Form::Absent,
            sticky: false,
            zero_is_unset: false,
            unless: None,
            beside: None,
            volatile: false,
            since: "",
        }
    }

    /// The configuration must give it.
    #[must_use]
    pub const fn required(name: &'static str, ty: Ty) -> Row {
        Row::new(name, ty, Usage::Required)
    }

    /// The configuration may give it.
    #[must_use]
    pub const fn optional(name: &'static str, ty: Ty) -> Row {
        Row::new(name, ty, Usage::Optional)
    }

    /// The configuration may give it, otherwise the cloud does.
    #[must_use]
    pub const fn settled(name: &'static str, ty: Ty) -> Row {
        Row::new(name, ty, Usage::OptionalComputed)
    }

    /// Only the cloud gives it.
    #[must_use]
    pub const fn computed(name: &'static str, ty: Ty) -> Row {
        Row::new(name, ty, Usage::Computed)
    }

    /// Where it lies and in which form.
    #[must_use]
    pub const fn at(mut self, place: &'static str, form: Form) -> Row {
        self.place = place;
        self.form = form;
        self
    }

    /// The default.
    #[must_use]
    pub const fn fallback(mut self, fallback: Fallback) -> Row {
        self.fallback = fallback;
        self
    }

    /// It is not shown.
    #[must_use]
    pub const fn sensitive(mut self) -> Row {
        self.secrecy = Secrecy::Sensitive;
        self
    }

    /// It is not shown and never comes back.
    #[must_use]
    pub const fn write_only(mut self) -> Row {
        self.secrecy = Secrecy::WriteOnly;
        self
    }

    /// What a change costs and why.
    #[must_use]
    pub const fn costs(mut self, cost: Cost, reason: &'static str) -> Row {
        self.cost = cost;
        self.reason = reason;
        self
    }

    /// When two values are equal.
    #[must_use]
    pub const fn equal(mut self, equality: Equality) -> Row {
        self.equality = equality;
        self
    }

    /// A check of the value alone.
    #[must_use]
    pub const fn check(mut self, check: Check) -> Row {
        self.check = Some(check);
        self
    }

    /// It may also be written as blocks.
    #[must_use]
    pub const fn as_blocks(mut self) -> Row {
        self.as_blocks = true;
        self
    }

    /// What the cloud will answer can be told from the configuration.
    #[must_use]
    pub const fn derived(mut self, derive: Derive) -> Row {
        self.derive = Some(derive);
        self
    }

    /// In-place updates of at least this cost make it unknown.
    #[must_use]
    pub const fn unsettled_by(mut self, cost: Cost) -> Row {
        self.unsettled_by = Some(cost);
        self
    }

    /// It is old; use something else.
    #[must_use]
    pub const fn deprecated(mut self, instead: &'static str) -> Row {
        self.deprecated = Some(instead);
        self
    }

    /// What it means.
    #[must_use]
    pub const fn about(mut self, about: &'static str) -> Row {
        self.about = about;
        self
    }

    /// The cloud does not always return it.
    #[must_use]
    pub const fn sticky(mut self) -> Row {
        self.sticky = true;
        self
    }

    /// Zero means unset.
    #[must_use]
    pub const fn zero_is_unset(mut self) -> Row {
        self.zero_is_unset = true;
        self.equality = Equality::ZeroIsNull;
        self
    }

    /// In the body only beside a sibling attribute.
    #[must_use]
    pub const fn beside(mut self, sibling: &'static str) -> Row {
        self.beside = Some(sibling);
        self
    }

    /// It changes by itself: unknown after every change, otherwise as it was last seen.
    #[must_use]
    pub const fn volatile(mut self) -> Row {
        self.volatile = true;
        self.sticky = true;
        self.unsettled_by = Some(Cost::Nothing);
        self
    }

    /// It came with this version of the interface.
    #[must_use]
    pub const fn since(mut self, version: &'static str) -> Row {
        self.since = version;
        self
    }

    /// Not in the body while a sibling attribute has a value.
    #[must_use]
    pub const fn unless(mut self, sibling: &'static str, value: &'static str) -> Row {
        self.unless = Some((sibling, value));
        self
    }
}
