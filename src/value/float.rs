//! Binary floating point of any precision: the arithmetic behind `Number`.
//!
//! **Never:** know infinities or integers of the machine; those are `number`'s.
//! A finite value is a whole mantissa times a power of two. Results are rounded to a precision in
//! bits, half to even, as Terraform's numbers are (Go `math/big.Float`).
//! The decision to question: mantissas are kept odd, so equal values have equal parts.

use std::cmp::Ordering;

use num_bigint::BigUint;

/// A finite number.
#[derive(Clone, Debug)]
pub(super) struct Float {
    pub(super) negative: bool,
    /// Odd, or zero.
    pub(super) mantissa: BigUint,
    pub(super) exponent: i64,
    pub(super) precision: u32,
}

impl Float {
    /// A value of exactly these parts, rounded to `precision` bits.
    pub(super) fn new(negative: bool, mantissa: BigUint, exponent: i64, precision: u32) -> Float {
        Float::rounded(negative, mantissa, exponent, false, precision)
    }

    pub(super) fn zero(negative: bool, precision: u32) -> Float {
        Float { negative, mantissa: BigUint::ZERO, exponent: 0, precision }
    }

    /// Rounds half to even. `more` says that a little is missing behind the mantissa's last bit.
    fn rounded(negative: bool, mantissa: BigUint, exponent: i64, more: bool, precision: u32) -> Float {
        let (mut mantissa, mut exponent) = (mantissa, exponent);
        let surplus = mantissa.bits().saturating_sub(u64::from(precision));
        if surplus > 0 {
            let half = mantissa.bit(surplus - 1);
            let beyond = more || mantissa.trailing_zeros().is_some_and(|zeros| zeros < surplus - 1);
            let odd = mantissa.bit(surplus);
            mantissa >>= surplus;
            exponent += i64::try_from(surplus).unwrap_or(i64::MAX);
            if half && (beyond || odd) {
                mantissa += 1u32;
            }
        }
        match mantissa.trailing_zeros() {
            None => return Float::zero(negative, precision),
            Some(0) => {}
            Some(zeros) => {
                mantissa >>= zeros;
                exponent += i64::try_from(zeros).unwrap_or(i64::MAX);
            }
        }
        Float { negative, mantissa, exponent, precision }
    }

    pub(super) fn with_precision(&self, precision: u32) -> Float {
        Float::new(self.negative, self.mantissa.clone(), self.exponent, precision)
    }

    pub(super) fn is_zero(&self) -> bool {
        self.mantissa == BigUint::ZERO
    }

    pub(super) fn is_integer(&self) -> bool {
        self.exponent >= 0 || self.is_zero()
    }

    /// The exponent of the bit above the highest: the value is below two to this power.
    pub(super) fn top(&self) -> i64 {
        self.exponent.saturating_add(i64::try_from(self.mantissa.bits()).unwrap_or(i64::MAX))
    }

    pub(super) fn negated(&self) -> Float {
        Float { negative: !self.negative, ..self.clone() }
    }

    pub(super) fn add(&self, other: &Float, precision: u32) -> Float {
        if self.is_zero() && other.is_zero() {
            return Float::zero(self.negative && other.negative, precision);
        }
        if self.is_zero() {
            return other.with_precision(precision);
        }
        if other.is_zero() {
            return self.with_precision(precision);
        }
        let (large, small) = if self.top() >= other.top() { (self, other) } else { (other, self) };
        // Far below the last bit only the sign of the smaller one matters.
        let cut = large.exponent.min(large.top() - i64::from(precision)) - 3;
        let tiny;
        let small = if small.top() < cut {
            tiny = Float { mantissa: BigUint::from(1u32), exponent: cut - 1, ..small.clone() };
            &tiny
        } else {
            small
        };
        let exponent = large.exponent.min(small.exponent);
        let align = |value: &Float| &value.mantissa << u64::try_from(value.exponent - exponent).unwrap_or(0);
        let (a, b) = (align(large), align(small));
        if large.negative == small.negative {
            return Float::new(large.negative, a + b, exponent, precision);
        }
        match a.cmp(&b) {
            Ordering::Equal => Float::zero(false, precision),
            Ordering::Greater => Float::new(large.negative, a - b, exponent, precision),
            Ordering::Less => Float::new(small.negative, b - a, exponent, precision),
        }
    }

    pub(super) fn sub(&self, other: &Float, precision: u32) -> Float {
        self.add(&other.negated(), precision)
    }

    pub(super) fn mul(&self, other: &Float, precision: u32) -> Float {
        let negative = self.negative != other.negative;
        Float::new(negative, &self.mantissa * &other.mantissa, self.exponent + other.exponent, precision)
    }

    /// The quotient; the divisor is not zero.
    pub(super) fn div(&self, other: &Float, precision: u32) -> Float {
        let negative = self.negative != other.negative;
        if self.is_zero() {
            return Float::zero(negative, precision);
        }
        let wanted = u64::from(precision) + 2 + other.mantissa.bits();
        let shift = wanted.saturating_sub(self.mantissa.bits());
        let numerator = &self.mantissa << shift;
        let quotient = &numerator / &other.mantissa;
        let more = &quotient * &other.mantissa != numerator;
        let exponent = self.exponent - other.exponent - i64::try_from(shift).unwrap_or(i64::MAX);
        Float::rounded(negative, quotient, exponent, more, precision)
    }

    /// What a division that is cut towards zero leaves, in the steps in which Terraform takes
    /// them: each result is rounded to the precision of the dividend.
    pub(super) fn rem(&self, other: &Float) -> Float {
        let quotient = self.div(other, self.precision.max(other.precision));
        let whole = quotient.truncated().with_precision(self.precision);
        let whole = if whole.is_zero() { Float::zero(false, self.precision) } else { whole };
        let taken = other.mul(&whole, self.precision);
        self.sub(&taken, self.precision)
    }

    /// The whole part. Only what stands behind the point is touched, so a large exponent costs nothing.
    pub(super) fn truncated(&self) -> Float {
        if self.is_integer() {
            return self.clone();
        }
        Float::new(self.negative, &self.mantissa >> self.exponent.unsigned_abs(), 0, self.precision)
    }

    /// The whole part, without its sign; as many bits as it has.
    pub(super) fn magnitude(&self) -> BigUint {
        match u64::try_from(self.exponent) {
            Ok(shift) => &self.mantissa << shift,
            Err(_) => &self.mantissa >> self.exponent.unsigned_abs(),
        }
    }

    pub(super) fn compare(&self, other: &Float) -> Ordering {
        match (self.is_zero(), other.is_zero()) {
            (true, true) => return Ordering::Equal,
            (true, false) => return if other.negative { Ordering::Greater } else { Ordering::Less },
            (false, true) => return if self.negative { Ordering::Less } else { Ordering::Greater },
            (false, false) => {}
        }
        if self.negative != other.negative {
            return if self.negative { Ordering::Less } else { Ordering::Greater };
        }
        let magnitude = self.top().cmp(&other.top()).then_with(|| {
            // The highest bits stand at the same place, so the shift is no longer than a mantissa.
            let exponent = self.exponent.min(other.exponent);
            let align = |value: &Float| &value.mantissa << u64::try_from(value.exponent - exponent).unwrap_or(0);
            align(self).cmp(&align(other))
        });
        if self.negative { magnitude.reverse() } else { magnitude }
    }

    /// The nearest binary float of the machine.
    pub(super) fn to_f64(&self) -> f64 {
        let sign = if self.negative { -1.0 } else { 1.0 };
        if self.is_zero() {
            return 0.0 * sign;
        }
        if self.top() > 1024 {
            return f64::INFINITY * sign;
        }
        // Subnormal floats have fewer bits.
        let bits = (self.top() + 1074).min(53);
        if bits < 0 {
            return 0.0 * sign;
        }
        let near = if bits == 0 {
            // Between zero and the smallest float: exactly half of it goes to zero.
            let above_half = self.mantissa.bits() > 1;
            return if above_half { f64::from_bits(1) * sign } else { 0.0 * sign };
        } else {
            self.with_precision(u32::try_from(bits).unwrap_or(53))
        };
        let digits = near.mantissa.to_u64_digits().first().copied().unwrap_or(0);
        let mut value = digits as f64;
        let mut exponent = near.exponent;
        while exponent > 0 {
            let step = exponent.min(512);
            value *= 2f64.powi(i32::try_from(step).unwrap_or(0));
            exponent -= step;
        }
        while exponent < 0 {
            let step = (-exponent).min(512);
            value *= 2f64.powi(-i32::try_from(step).unwrap_or(0));
            exponent += step;
        }
        value * sign
    }
}
