//! Where inside a value something lies: `container[0].image`.
//!
//! **Never:** hold values. A member of a set has no path of its own: the path ends at the set.

use std::fmt;

use super::{Name, Value};

/// One step into a value.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// An attribute of an object.
    Attr(Name),
    /// An element of a list or tuple, counted from zero.
    Index(usize),
    /// An element of a map.
    Key(Name),
}

/// Steps from the root of a value inwards.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Path(pub Vec<Step>);

impl Path {
    /// The root itself.
    #[must_use]
    pub fn root() -> Path {
        Path(Vec::new())
    }

    /// This path with one more attribute.
    #[must_use]
    pub fn attr(&self, name: &str) -> Path {
        self.then(Step::Attr(name.into()))
    }

    /// This path with one more index.
    #[must_use]
    pub fn index(&self, index: usize) -> Path {
        self.then(Step::Index(index))
    }

    /// This path with one more map key.
    #[must_use]
    pub fn key(&self, key: &str) -> Path {
        self.then(Step::Key(key.into()))
    }

    /// This path with one more step.
    #[must_use]
    pub fn then(&self, step: Step) -> Path {
        let mut steps = self.0.clone();
        steps.push(step);
        Path(steps)
    }

    /// Whether `self` is `other` or lies above it.
    #[must_use]
    pub fn covers(&self, other: &Path) -> bool {
        other.0.starts_with(&self.0)
    }

    /// The member of `value` at this path, if all of it is known and there.
    #[must_use]
    pub fn find<'v>(&self, value: &'v Value) -> Option<&'v Value> {
        self.0.iter().try_fold(value, |value, step| match step {
            Step::Attr(name) | Step::Key(name) => value.get(name),
            Step::Index(index) => value.as_sequence().and_then(|members| members.get(*index)),
        })
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, step) in self.0.iter().enumerate() {
            match step {
                Step::Attr(name) if position == 0 => write!(f, "{name}")?,
                Step::Attr(name) => write!(f, ".{name}")?,
                Step::Index(index) => write!(f, "[{index}]")?,
                Step::Key(key) => write!(f, "[{key:?}]")?,
            }
        }
        Ok(())
    }
}
