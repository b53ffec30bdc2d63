//! Terraform's numbers.
//!
//! **Never:** lose digits of an integer; compare through a float of the machine.
//! A number is a binary float with a precision of its own (Go `math/big.Float`, as cty uses it):
//! 512 bits where it was written or parsed, 64 for integers made by functions, 53 for results of
//! floating point functions. Whole numbers that fit are kept as `i64`, since nearly all do.
//! Equality and order ignore the precision.

use std::cmp::Ordering;
use std::fmt;
use std::sync::Arc;

use num_bigint::{BigInt, BigUint, Sign};

use super::decimal;
use super::float::Float;

/// The precision of numbers that were written down or parsed, in bits.
const WRITTEN: u32 = 512;
/// The precision of integers made by functions, in bits.
const COUNTED: u32 = 64;
/// The precision of the machine's floats, in bits.
const MACHINE: u32 = 53;
/// Exponents of two above this are infinite, as in Go, and those below the smallest are zero.
const LARGEST_EXPONENT: i64 = i32::MAX as i64;
const SMALLEST_EXPONENT: i64 = i32::MIN as i64;

/// The most bits of a whole number that is written down bit by bit.
const LARGEST_WHOLE: i64 = 1 << 22;

/// A number.
#[derive(Clone)]
pub struct Number(Repr);

#[derive(Clone)]
enum Repr {
    /// A whole number that has no more bits than its precision, and is not minus zero.
    Int(i64, u32),
    Float(Arc<Float>),
    Infinite {
        negative: bool,
    },
}

impl From<i64> for Number {
    /// A whole number with the precision of integers that functions make.
    fn from(value: i64) -> Number {
        Number(Repr::Int(value, COUNTED))
    }
}

impl From<BigInt> for Number {
    /// A whole number with 64 bits of precision, or as many as it has.
    fn from(value: BigInt) -> Number {
        let bits = u32::try_from(value.bits()).unwrap_or(u32::MAX).max(COUNTED);
        let (sign, magnitude) = value.into_parts();
        Number::finite(Float::new(sign == Sign::Minus, magnitude, 0, bits))
    }
}

/// Making numbers.
impl Number {
    /// Reads decimal text of any length with 512 bits of precision: "1", "-2.5", "1e3", also "5.",
    /// ".5", "1p3" (a power of two), "Inf" and a leading plus, as Terraform converts strings.
    #[must_use]
    pub fn parse(text: &str) -> Option<Number> {
        if let Ok(value) = text.parse::<i64>()
            && !(value == 0 && text.starts_with('-'))
        {
            return Some(Number(Repr::Int(value, WRITTEN)));
        }
        let negative = text.starts_with('-');
        let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
        if digits == "Inf" || digits == "inf" {
            return Some(Number::infinity(negative));
        }
        decimal::read(digits, negative, WRITTEN).map(Number::finite)
    }

    /// The number that a binary float holds, with a precision of 53 bits.
    /// Not-a-number has no counterpart: ask for it first, here it becomes zero.
    #[must_use]
    pub fn from_f64(value: f64) -> Number {
        if value.is_infinite() {
            return Number::infinity(value < 0.0);
        }
        let bits = value.to_bits();
        let field = i64::try_from((bits >> 52) & 0x7ff).unwrap_or(0);
        let fraction = bits & ((1 << 52) - 1);
        let (mantissa, exponent) = match field {
            0 => (fraction, -1074),
            0x7ff => (0, 0),
            _ => (fraction | 1 << 52, field - 1075),
        };
        Number::finite(Float::new(value.is_sign_negative(), BigUint::from(mantissa), exponent, MACHINE))
    }

    fn infinity(negative: bool) -> Number {
        Number(Repr::Infinite { negative })
    }

    /// Takes the form that fits.
    fn finite(float: Float) -> Number {
        if float.is_zero() {
            return Number(if float.negative { Repr::Float(Arc::new(float)) } else { Repr::Int(0, float.precision) });
        }
        let top = float.top();
        if top > LARGEST_EXPONENT {
            return Number::infinity(float.negative);
        }
        if top < SMALLEST_EXPONENT {
            return Number::finite(Float::zero(float.negative, float.precision));
        }
        if float.exponent >= 0 && top <= 63 && top <= i64::from(float.precision) {
            let magnitude = float.magnitude().to_u64_digits().first().copied().unwrap_or(0);
            if let Ok(value) = i64::try_from(magnitude) {
                return Number(Repr::Int(if float.negative { -value } else { value }, float.precision));
            }
        }
        Number(Repr::Float(Arc::new(float)))
    }

    /// The finite parts, or the sign of an infinity.
    fn float(&self) -> Result<Float, bool> {
        match &self.0 {
            Repr::Int(value, precision) => {
                Ok(Float::new(*value < 0, BigUint::from(value.unsigned_abs()), 0, *precision))
            }
            Repr::Float(float) => Ok((**float).clone()),
            Repr::Infinite { negative } => Err(*negative),
        }
    }

    /// The same number rounded to a precision in bits, half to even.
    #[must_use]
    pub fn with_precision(&self, bits: u32) -> Number {
        self.float().map_or_else(|_| self.clone(), |float| Number::finite(float.with_precision(bits)))
    }

    /// The precision in bits.
    #[must_use]
    pub fn precision(&self) -> u32 {
        match &self.0 {
            Repr::Int(_, precision) => *precision,
            Repr::Float(float) => float.precision,
            Repr::Infinite { .. } => WRITTEN,
        }
    }
}

/// Looking at numbers.
impl Number {
    /// The whole number it is, if it is one within `i64`.
    #[must_use]
    pub fn as_i64(&self) -> Option<i64> {
        match &self.0 {
            Repr::Int(value, _) => Some(*value),
            Repr::Float(float) if float.is_zero() => Some(0),
            Repr::Float(float) if float.is_integer() && float.top() <= 64 => i64::try_from(self.to_bigint()?).ok(),
            Repr::Float(_) | Repr::Infinite { .. } => None,
        }
    }

    /// The nearest binary float.
    #[must_use]
    pub fn as_f64(&self) -> f64 {
        match self.float() {
            Ok(float) => float.to_f64(),
            Err(true) => f64::NEG_INFINITY,
            Err(false) => f64::INFINITY,
        }
    }

    /// The whole number it is, if it is one and has no more than a few million bits.
    #[must_use]
    pub fn to_bigint(&self) -> Option<BigInt> {
        let float = self.float().ok().filter(|float| float.is_integer() && float.top() <= LARGEST_WHOLE)?;
        let sign = if float.negative { Sign::Minus } else { Sign::Plus };
        Some(BigInt::from_biguint(sign, float.magnitude()))
    }

    /// Whether it is a whole number.
    #[must_use]
    pub fn is_integer(&self) -> bool {
        self.float().is_ok_and(|float| float.is_integer())
    }

    /// Whether it is an infinity, which no plan or state can hold.
    #[must_use]
    pub fn is_infinite(&self) -> bool {
        matches!(self.0, Repr::Infinite { .. })
    }

    /// Whether it is zero, of either sign.
    #[must_use]
    pub fn is_zero(&self) -> bool {
        match &self.0 {
            Repr::Int(value, _) => *value == 0,
            Repr::Float(float) => float.is_zero(),
            Repr::Infinite { .. } => false,
        }
    }

    /// Whether it has a minus sign, which zero may have too.
    #[must_use]
    pub fn is_negative(&self) -> bool {
        match &self.0 {
            Repr::Int(value, _) => *value < 0,
            Repr::Float(float) => float.negative,
            Repr::Infinite { negative } => *negative,
        }
    }

    /// Minus one, zero or one.
    #[must_use]
    pub fn signum(&self) -> i64 {
        match self.cmp(&Number::from(0)) {
            Ordering::Less => -1,
            Ordering::Equal => 0,
            Ordering::Greater => 1,
        }
    }
}

/// Decimal digits, of finite numbers: without leading or trailing zeros, and how many stand before the
/// point. Those of zero are none.
impl Number {
    /// The fewest digits that identify the number at its precision.
    #[must_use]
    pub fn shortest_digits(&self) -> (String, i64) {
        let digits = self.nonzero().map(|float| decimal::shortest(&float));
        digits.map_or_else(|| (String::new(), 1), decimal::Decimal::into_text)
    }

    /// So many digits, rounded half to even. None where there would be millions.
    #[must_use]
    pub fn significant_digits(&self, count: usize) -> Option<(String, i64)> {
        let Some(float) = self.nonzero() else { return Some((String::new(), 1)) };
        let count = i64::try_from(count).unwrap_or(i64::MAX);
        decimal::rounded(&float, count).map(decimal::Decimal::into_text)
    }

    /// So many digits behind the point, rounded half to even. None where there would be millions.
    #[must_use]
    pub fn fixed_digits(&self, decimals: usize) -> Option<(String, i64)> {
        let Some(float) = self.nonzero() else { return Some((String::new(), 1)) };
        let count = i64::try_from(decimals).unwrap_or(i64::MAX).saturating_add(decimal::point(&float));
        decimal::rounded(&float, count).map(decimal::Decimal::into_text)
    }

    fn nonzero(&self) -> Option<Float> {
        self.float().ok().filter(|float| !float.is_zero())
    }
}

/// Arithmetic. `None` where no number is the answer: infinity minus infinity, zero by zero.
impl Number {
    /// The sum, at the larger precision of the two.
    #[must_use]
    pub fn add(&self, other: &Number) -> Option<Number> {
        if let (Repr::Int(a, p), Repr::Int(b, q)) = (&self.0, &other.0)
            && let Some(sum) = a.checked_add(*b)
        {
            return Some(Number::whole(sum, *p.max(q)));
        }
        match (self.float(), other.float()) {
            (Ok(a), Ok(b)) => Some(Number::finite(a.add(&b, a.precision.max(b.precision)))),
            (Err(a), Err(b)) if a != b => None,
            (Err(sign), _) | (_, Err(sign)) => Some(Number::infinity(sign)),
        }
    }

    /// The difference, at the larger precision of the two.
    #[must_use]
    pub fn sub(&self, other: &Number) -> Option<Number> {
        if let (Repr::Int(a, p), Repr::Int(b, q)) = (&self.0, &other.0)
            && let Some(difference) = a.checked_sub(*b)
        {
            return Some(Number::whole(difference, *p.max(q)));
        }
        self.add(&other.neg())
    }

    /// The product, at the larger precision of the two or as many bits as it needs, up to 512.
    #[must_use]
    pub fn mul(&self, other: &Number) -> Option<Number> {
        if let (Repr::Int(a, p), Repr::Int(b, q)) = (&self.0, &other.0)
            && let Some(product) = a.checked_mul(*b)
            && product != 0
        {
            return Some(Number::whole(product, *p.max(q).max(&bits(product))));
        }
        match (self.float(), other.float()) {
            (Ok(a), Ok(b)) => {
                let product = a.mul(&b, WRITTEN);
                let needed = u32::try_from(product.mantissa.bits()).unwrap_or(WRITTEN);
                Some(Number::finite(product.with_precision(needed.max(a.precision).max(b.precision))))
            }
            _ if self.is_zero() || other.is_zero() => None,
            _ => Some(Number::infinity(self.signum() != other.signum())),
        }
    }

    /// The quotient, at the larger precision of the two. By zero it is infinite.
    #[must_use]
    pub fn div(&self, other: &Number) -> Option<Number> {
        match (self.float(), other.float()) {
            (Ok(a), Ok(b)) if b.is_zero() => (!a.is_zero()).then(|| Number::infinity(a.negative != b.negative)),
            (Ok(a), Ok(b)) => Some(Number::finite(a.div(&b, a.precision.max(b.precision)))),
            (Err(_), Err(_)) => None,
            (Err(sign), Ok(b)) => Some(Number::infinity(sign != b.negative)),
            (Ok(a), Err(sign)) => Some(Number::finite(Float::zero(a.negative != sign, a.precision))),
        }
    }

    /// What a division that is cut towards zero leaves; by zero, the number itself: `5 % 0` is 5.
    #[must_use]
    pub fn rem(&self, other: &Number) -> Option<Number> {
        if let (Repr::Int(a, p), Repr::Int(b, q)) = (&self.0, &other.0)
            && *b != 0
            && p.min(q) >= &COUNTED
        {
            return Some(Number::whole(a.checked_rem(*b).unwrap_or(0), *p));
        }
        match (self.float(), other.float()) {
            (_, Ok(b)) if b.is_zero() => Some(self.clone()),
            (Ok(a), Ok(b)) => Some(Number::finite(a.rem(&b))),
            _ => None,
        }
    }

    /// The number with the other sign; zero becomes minus zero, as Terraform prints it.
    #[must_use]
    pub fn neg(&self) -> Number {
        match &self.0 {
            Repr::Int(value, precision) if *value != 0 && *value != i64::MIN => Number(Repr::Int(-value, *precision)),
            Repr::Infinite { negative } => Number::infinity(!negative),
            _ => self.float().map_or_else(Number::infinity, |float| Number::finite(float.negated())),
        }
    }

    /// The number without its sign.
    #[must_use]
    pub fn abs(&self) -> Number {
        match &self.0 {
            Repr::Float(float) if float.negative => Number::finite(float.negated()),
            Repr::Int(value, _) if *value < 0 => self.neg(),
            Repr::Infinite { .. } => Number::infinity(false),
            _ => self.clone(),
        }
    }

    /// The largest whole number that is not above it.
    #[must_use]
    pub fn floor(&self) -> Number {
        self.to_whole(true)
    }

    /// The smallest whole number that is not below it.
    #[must_use]
    pub fn ceil(&self) -> Number {
        self.to_whole(false)
    }

    fn to_whole(&self, down: bool) -> Number {
        let Repr::Float(float) = &self.0 else { return self.clone() };
        if float.is_integer() {
            return self.clone();
        }
        let cut = float.truncated();
        // Zero has no sign here.
        let cut = Number::finite(if cut.is_zero() { Float::zero(false, cut.precision) } else { cut });
        let away = Number(Repr::Int(if down { -1 } else { 1 }, float.precision));
        if float.negative == down { cut.add(&away).unwrap_or(cut) } else { cut }
    }

    fn whole(value: i64, precision: u32) -> Number {
        if bits(value) <= precision {
            return Number(Repr::Int(value, precision));
        }
        Number::finite(Float::new(value < 0, BigUint::from(value.unsigned_abs()), 0, precision))
    }
}

fn bits(value: i64) -> u32 {
    i64::BITS - value.unsigned_abs().leading_zeros()
}

fn below(yes: bool) -> Ordering {
    if yes { Ordering::Less } else { Ordering::Greater }
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
        if let (Repr::Int(a, _), Repr::Int(b, _)) = (&self.0, &other.0) {
            return a.cmp(b);
        }
        match (self.float(), other.float()) {
            (Ok(a), Ok(b)) => a.compare(&b),
            (Err(a), Err(b)) => b.cmp(&a),
            // An infinity lies beyond every finite number, on its side.
            (Err(negative), Ok(_)) => below(negative),
            (Ok(_), Err(negative)) => below(!negative),
        }
    }
}

/// The shortest decimal text that identifies the number at its precision, with an exponent only where
/// the number has more than a million digits.
impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Repr::Int(value, _) => write!(f, "{value}"),
            Repr::Float(float) => {
                let sign = if float.negative { "-" } else { "" };
                let text = if float.is_zero() { "0".to_owned() } else { decimal::layout(&decimal::shortest(float)) };
                write!(f, "{sign}{text}")
            }
            Repr::Infinite { negative } => f.write_str(if *negative { "-Inf" } else { "+Inf" }),
        }
    }
}

impl fmt::Debug for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}
