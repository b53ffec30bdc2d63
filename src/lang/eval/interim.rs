//! Arithmetic on numbers until `value::number` has its own.
//!
//! **Never:** outlive that. In and out: numbers, through binary floats where they are not whole.

use crate::value::Number;

/// The operations that the evaluator needs.
pub(crate) trait Arithmetic {
    fn add(&self, other: &Number) -> Number;
    fn sub(&self, other: &Number) -> Number;
    fn mul(&self, other: &Number) -> Number;
    fn div(&self, other: &Number) -> Option<Number>;
    fn rem(&self, other: &Number) -> Number;
    fn neg(&self) -> Number;
    fn floor(&self) -> Number;
    fn ceil(&self) -> Number;
    fn abs(&self) -> Number;
    fn is_integer(&self) -> bool;
}

fn number(value: f64) -> Number {
    if value.fract() == 0.0 && value.abs() < 9e15 { Number::from(value as i64) } else { Number::from_f64(value) }
}

impl Arithmetic for Number {
    fn add(&self, other: &Number) -> Number {
        number(self.as_f64() + other.as_f64())
    }
    fn sub(&self, other: &Number) -> Number {
        number(self.as_f64() - other.as_f64())
    }
    fn mul(&self, other: &Number) -> Number {
        number(self.as_f64() * other.as_f64())
    }
    fn div(&self, other: &Number) -> Option<Number> {
        let result = self.as_f64() / other.as_f64();
        (!result.is_nan()).then(|| number(result))
    }
    fn rem(&self, other: &Number) -> Number {
        number(self.as_f64() % other.as_f64())
    }
    fn neg(&self) -> Number {
        number(-self.as_f64())
    }
    fn floor(&self) -> Number {
        number(self.as_f64().floor())
    }
    fn ceil(&self) -> Number {
        number(self.as_f64().ceil())
    }
    fn abs(&self) -> Number {
        number(self.as_f64().abs())
    }
    fn is_integer(&self) -> bool {
        self.as_f64().fract() == 0.0
    }
}
