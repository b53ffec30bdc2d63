//! Terraform's numbers.
//!
//! **Never:** lose digits of an integer.

use std::cmp::Ordering;
use std::fmt;

/// A number.
#[derive(Clone, Debug)]
pub enum Number {
    /// A whole number.
    Int(i64),
    /// Any other number.
    Float(f64),
}

impl From<i64> for Number {
    fn from(value: i64) -> Number {
        Number::Int(value)
    }
}

impl Number {
    /// Reads a decimal literal ("1", "-2.5", "1e3"), of any length.
    #[must_use]
    pub fn parse(text: &str) -> Option<Number> {
        text.parse::<i64>().map(Number::Int).ok().or_else(|| text.parse::<f64>().ok().map(Number::from_f64))
    }

    /// The number that a binary float holds, with a precision of 53 bits.
    #[must_use]
    pub fn from_f64(value: f64) -> Number {
        Number::Float(value)
    }

    /// The whole number it is, if it is one within `i64`.
    #[must_use]
    pub fn as_i64(&self) -> Option<i64> {
        match self {
            Number::Int(value) => Some(*value),
            Number::Float(value) if value.fract() == 0.0 => Some(*value as i64),
            Number::Float(_) => None,
        }
    }

    /// The nearest binary float.
    #[must_use]
    pub fn as_f64(&self) -> f64 {
        match self {
            Number::Int(value) => *value as f64,
            Number::Float(value) => *value,
        }
    }
}

impl PartialEq for Number {
    fn eq(&self, other: &Number) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}
impl Eq for Number {}
impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Number) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Number {
    fn cmp(&self, other: &Number) -> Ordering {
        self.as_f64().total_cmp(&other.as_f64())
    }
}

/// The shortest decimal text that identifies the number at its precision, never with an exponent.
impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Number::Int(value) => write!(f, "{value}"),
            Number::Float(value) => write!(f, "{value}"),
        }
    }
}
