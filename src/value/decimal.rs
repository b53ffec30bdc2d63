//! Decimal text to binary floats and back.
//!
//! **Never:** use the machine's floats: every digit counts.
//! Reading follows Go's `big.ParseFloat` in base ten, writing its shortest form: the fewest digits
//! that read back to the same value at its precision, never with an exponent.

use num_bigint::BigUint;

use super::float::Float;

/// A number of more digits than this is written with an exponent, so that its text does not fill the
/// memory. It reads back to the same value.
const LONGEST: i64 = 1_000_000;

/// Exponents of two beyond this make more digits than are asked for as a rule; then these are computed
/// from the leading bits alone.
const LARGE: u64 = 4096;

/// Beyond this not all digits are made.
const VERY_LARGE: u64 = 1 << 22;

/// Reads a decimal number without its sign.
pub(super) fn read(text: &str, negative: bool, precision: u32) -> Option<Float> {
    let bytes = text.as_bytes();
    let digit_end =
        |from: usize| bytes[from..].iter().position(|b| !b.is_ascii_digit()).map_or(bytes.len(), |n| from + n);
    let whole_end = digit_end(0);
    let (mut end, mut fraction) = (whole_end, 0..0);
    if bytes.get(end) == Some(&b'.') {
        end = digit_end(end + 1);
        fraction = whole_end + 1..end;
    }
    if whole_end == 0 && fraction.is_empty() {
        return None;
    }
    let (mut tens, mut twos) = (0i64, 0i64);
    match bytes.get(end) {
        None => {}
        Some(b'e' | b'E') => tens = exponent(&text[end + 1..])?,
        Some(b'p' | b'P') => twos = exponent(&text[end + 1..])?,
        Some(_) => return None,
    }
    tens = tens.saturating_sub(i64::try_from(fraction.len()).ok()?);
    let digits: Vec<u8> = bytes[..whole_end].iter().chain(&bytes[fraction]).copied().collect();
    let mantissa = BigUint::parse_bytes(&digits, 10)?;
    if mantissa == BigUint::ZERO {
        return Some(Float::zero(negative, precision));
    }
    // Go looks at the exponent of two before it multiplies by a power of five.
    let top = i64::try_from(mantissa.bits()).ok()?.saturating_add(twos).saturating_add(tens);
    i32::try_from(top).ok()?;
    // Unrounded so far: the mantissa keeps all its bits until the power of five is applied.
    let bits = u32::try_from(mantissa.bits()).ok()?;
    let exact = Float::new(negative, mantissa, twos + tens, bits.max(precision));
    Some(match tens {
        0 => exact.with_precision(precision),
        1.. => exact.mul(&power_of_five(tens.unsigned_abs(), precision + 64), precision),
        _ => exact.div(&power_of_five(tens.unsigned_abs(), precision + 64), precision),
    })
}

fn exponent(text: &str) -> Option<i64> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let value = digits.parse::<i64>().ok()?;
    Some(if text.starts_with('-') { -value } else { value })
}

/// Five to a power, by repeated squaring with 64 bits to spare, in the order Go multiplies.
fn power_of_five(power: u64, precision: u32) -> Float {
    let small = u32::try_from(power.min(27)).unwrap_or(27);
    let mut result = Float::new(false, BigUint::from(5u32).pow(small), 0, precision);
    let mut rest = power - u64::from(small);
    let spare = precision + 64;
    let mut factor = Float::new(false, BigUint::from(5u32), 0, spare);
    while rest > 0 {
        if rest & 1 == 1 {
            result = result.mul(&factor, precision);
        }
        factor = factor.mul(&factor, spare);
        rest >>= 1;
    }
    result
}

/// Whether a value with an exponent of two has far more digits than so many.
fn has_far_more_digits(exponent: i64, count: usize) -> bool {
    exponent.unsigned_abs() > LARGE.max((count as u64).saturating_mul(8))
}

/// Digits without leading or trailing zeros, and how many of them stand before the point.
pub(super) struct Decimal {
    pub(super) digits: Vec<u8>,
    pub(super) point: i64,
}

impl Decimal {
    /// All digits of a value, or the first of them, and more than `count`.
    fn new(mantissa: &BigUint, exponent: i64, count: usize) -> Decimal {
        if has_far_more_digits(exponent, count) {
            return Decimal::beginning(mantissa, exponent, count);
        }
        let (whole, shifted) = match u64::try_from(exponent) {
            Ok(shift) => (mantissa << shift, 0),
            Err(_) => {
                let places = u32::try_from(exponent.unsigned_abs()).unwrap_or(u32::MAX);
                (mantissa * BigUint::from(5u32).pow(places), i64::from(places))
            }
        };
        let mut decimal = Decimal { digits: whole.to_str_radix(10).into_bytes(), point: 0 };
        decimal.point = i64::try_from(decimal.digits.len()).unwrap_or(i64::MAX) - shifted;
        decimal.trim();
        decimal
    }

    /// The first digits, with enough behind `count` to round by: a mantissa may lie as near to a short
    /// decimal as its last bit. Behind them others follow, and the powers of five in a mantissa make few
    /// of them zeros.
    fn beginning(mantissa: &BigUint, exponent: i64, count: usize) -> Decimal {
        let told = count as u64 + mantissa.bits() / 3;
        let wanted = i64::try_from(told).unwrap_or(i64::MAX).saturating_add(60);
        let precision = u32::try_from(wanted.saturating_mul(4)).unwrap_or(u32::MAX);
        let value = Float::new(false, mantissa.clone(), exponent, precision);
        let tens = wanted - (value.top() as f64 * std::f64::consts::LOG10_2) as i64;
        let power = power_of_five(tens.unsigned_abs(), precision + 64);
        let scaled = if tens < 0 { value.div(&power, precision) } else { value.mul(&power, precision) };
        let shifted = Float { exponent: scaled.exponent + tens, ..scaled };
        let digits = shifted.magnitude().to_str_radix(10).into_bytes();
        let point = i64::try_from(digits.len()).unwrap_or(i64::MAX) - tens;
        Decimal { digits, point }
    }

    /// The digits as text.
    pub(super) fn into_text(self) -> (String, i64) {
        (String::from_utf8_lossy(&self.digits).into_owned(), self.point)
    }

    fn at(&self, index: usize) -> u8 {
        self.digits.get(index).copied().unwrap_or(b'0')
    }

    fn trim(&mut self) {
        while self.digits.last() == Some(&b'0') {
            self.digits.pop();
        }
    }

    fn round_down(&mut self, count: usize) {
        self.digits.truncate(count);
        self.trim();
    }

    fn round_up(&mut self, count: usize) {
        self.digits.truncate(count);
        while self.digits.last() == Some(&b'9') {
            self.digits.pop();
        }
        match self.digits.last_mut() {
            Some(last) => *last += 1,
            None => {
                self.digits.push(b'1');
                self.point += 1;
            }
        }
    }

    fn round(&mut self, count: usize) {
        if count >= self.digits.len() {
            return;
        }
        let exactly_half = self.digits[count] == b'5' && count + 1 == self.digits.len();
        let up = if exactly_half { count > 0 && self.digits[count - 1] & 1 == 1 } else { self.digits[count] >= b'5' };
        if up { self.round_up(count) } else { self.round_down(count) }
    }
}

/// The first digits of a value other than zero, rounded half to even: `count` of them, or fewer where
/// the others are zeros. None where that would be too long.
pub(super) fn rounded(value: &Float, count: i64) -> Option<Decimal> {
    let kept = usize::try_from(count).unwrap_or(0);
    if value.exponent.unsigned_abs() > VERY_LARGE && !has_far_more_digits(value.exponent, kept) {
        return None;
    }
    let mut decimal = Decimal::new(&value.mantissa, value.exponent, kept);
    if count < 0 {
        decimal.digits.clear();
    }
    decimal.round(kept);
    Some(decimal)
}

/// Where the point stands in the digits of a value other than zero.
pub(super) fn point(value: &Float) -> i64 {
    Decimal::new(&value.mantissa, value.exponent, 1).point
}

/// The fewest digits that identify a value other than zero at its precision.
pub(super) fn shortest(value: &Float) -> Decimal {
    // So many digits are enough to tell the value from those beside it.
    let count = value.precision as usize / 3 + 2;
    let mut decimal = Decimal::new(&value.mantissa, value.exponent, count);
    // A mantissa of one bit more than the precision, so that one unit is half of the last place.
    let wanted = u64::from(value.precision) + 1;
    let shift = wanted.saturating_sub(value.mantissa.bits());
    let mantissa = &value.mantissa << shift;
    let exponent = value.exponent - i64::try_from(shift).unwrap_or(0);
    let lower = Decimal::new(&(&mantissa - 1u32), exponent, count);
    let upper = Decimal::new(&(&mantissa + 1u32), exponent, count);
    // The bounds themselves read back to the value only if its last bit is even.
    let inclusive = !mantissa.bit(1);
    for index in 0..decimal.digits.len() {
        let (low, digit, high) = (lower.at(index), decimal.at(index), upper.at(index));
        let down = low != digit || inclusive && index + 1 == lower.digits.len();
        let up = digit != high && (inclusive || digit + 1 < high || index + 1 < upper.digits.len());
        match (down, up) {
            (true, true) => decimal.round(index + 1),
            (true, false) => decimal.round_down(index + 1),
            (false, true) => decimal.round_up(index + 1),
            (false, false) => continue,
        }
        break;
    }
    decimal
}

/// The text of digits, with an exponent only where it would be very long.
pub(super) fn layout(decimal: &Decimal) -> String {
    let digits = String::from_utf8_lossy(&decimal.digits);
    if decimal.point.abs() > LONGEST {
        let (first, rest) = digits.split_at(digits.len().min(1));
        let dot = if rest.is_empty() { "" } else { "." };
        return format!("{first}{dot}{rest}e{:+}", decimal.point - 1);
    }
    let Ok(point) = usize::try_from(decimal.point) else {
        let zeros = usize::try_from(decimal.point.unsigned_abs()).unwrap_or(0);
        return format!("0.{}{digits}", "0".repeat(zeros));
    };
    if point == 0 {
        return format!("0.{digits}");
    }
    if point >= digits.len() {
        return format!("{digits}{}", "0".repeat(point - digits.len()));
    }
    format!("{}.{}", &digits[..point], &digits[point..])
}
