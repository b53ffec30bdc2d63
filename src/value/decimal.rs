//! Decimal text to binary floats and back.
//!
//! **Never:** use the machine's floats: every digit counts.
//! Reading follows Go's `big.ParseFloat` in base ten, writing its shortest form: the fewest digits
//! that read back to the same value at its precision, never with an exponent.

use num_bigint::BigUint;

use super::float::Float;

/// Exponents beyond this are refused: their digits would fill the memory.
const LARGEST_EXPONENT: i64 = 1_000_000;

/// Powers of ten beyond the largest exponent of two there is, as far as Go reads exponents at all.
const CERTAINLY_INFINITE: std::ops::RangeInclusive<i64> = 646_456_994..=i32::MAX as i64;

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
    tens -= i64::try_from(fraction.len()).ok()?;
    let endless = CERTAINLY_INFINITE.contains(&tens) && twos == 0;
    if !endless && tens.abs() > LARGEST_EXPONENT || twos.abs() > LARGEST_EXPONENT {
        return None;
    }
    let digits: Vec<u8> = bytes[..whole_end].iter().chain(&bytes[fraction]).copied().collect();
    let mantissa = BigUint::parse_bytes(&digits, 10)?;
    if mantissa == BigUint::ZERO {
        return Some(Float::zero(negative, precision));
    }
    if endless {
        // One bit, too far to the left to be a number: whoever takes the form that fits makes it infinite.
        return Some(Float::new(negative, BigUint::from(1u32), i64::from(u32::MAX), precision));
    }
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

/// Digits without leading or trailing zeros, and how many of them stand before the point.
struct Decimal {
    digits: Vec<u8>,
    point: i64,
}

impl Decimal {
    fn new(mantissa: &BigUint, exponent: i64) -> Decimal {
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

/// The shortest decimal text of a value other than zero, without its sign.
pub(super) fn shortest(value: &Float) -> String {
    let mut decimal = Decimal::new(&value.mantissa, value.exponent);
    // A mantissa of one bit more than the precision, so that one unit is half of the last place.
    let wanted = u64::from(value.precision) + 1;
    let shift = wanted.saturating_sub(value.mantissa.bits());
    let mantissa = &value.mantissa << shift;
    let exponent = value.exponent - i64::try_from(shift).unwrap_or(0);
    let lower = Decimal::new(&(&mantissa - 1u32), exponent);
    let upper = Decimal::new(&(&mantissa + 1u32), exponent);
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
    layout(&decimal)
}

fn layout(decimal: &Decimal) -> String {
    let digits = String::from_utf8_lossy(&decimal.digits);
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
