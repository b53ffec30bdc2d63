//! Numbers as decimal text with a given number of digits.
//!
//! **Never:** round twice: digits come from the exact value, half to even, as Go's `math/big` does.
//! In: a number and how many digits. Out: text such as `-1.50`, `1.5e+06`, `+Inf`.

use num_bigint::BigUint;

use crate::value::Number;

/// A magnitude as a whole number over a power of two.
struct Exact {
    negative: bool,
    numerator: BigUint,
    halvings: usize,
}

/// None for infinities.
fn exact(number: &Number) -> Option<Exact> {
    let negative = number.to_string().starts_with('-');
    let shift = Number::from(1_i64 << 32);
    let mut scaled = number.clone();
    let mut halvings = 0;
    while !scaled.is_integer() {
        if scaled.is_infinite() || halvings > 1 << 16 {
            return None;
        }
        scaled = scaled.mul(&shift)?;
        halvings += 32;
    }
    Some(Exact { negative, numerator: scaled.to_bigint()?.magnitude().clone(), halvings })
}

impl Exact {
    /// The magnitude times `10^decimals`, rounded to a whole number.
    fn scaled(&self, decimals: i64) -> BigUint {
        let ten = |power: i64| BigUint::from(10_u8).pow(u32::try_from(power).unwrap_or(0));
        let mut dividend = self.numerator.clone();
        let mut divisor = BigUint::from(1_u8) << self.halvings;
        if decimals >= 0 {
            dividend *= ten(decimals);
        } else {
            divisor *= ten(-decimals);
        }
        let (whole, rest) = (&dividend / &divisor, &dividend % &divisor);
        let twice = rest << 1_usize;
        let up = twice > divisor || twice == divisor && whole.bit(0);
        if up { whole + 1_u8 } else { whole }
    }

    /// So many significant digits, and the power of ten of the first one.
    fn significant(&self, count: usize, number: &Number) -> (String, i64) {
        if self.numerator == BigUint::ZERO {
            return ("0".repeat(count), 0);
        }
        let (shortest, point) = shortest_digits(number);
        drop(shortest);
        let mut power = point - 1;
        let count = i64::try_from(count).unwrap_or(i64::MAX);
        loop {
            let digits = self.scaled(count - 1 - power).to_string();
            match i64::try_from(digits.len()).unwrap_or(0) - count {
                0 => return (digits, power),
                more if more > 0 => power += 1,
                _ => power -= 1,
            }
        }
    }
}

/// The fewest digits that identify a number, without zeros at the ends, and where the point is:
/// the value is `0.digits` times ten to the power of it.
fn shortest_digits(number: &Number) -> (String, i64) {
    let text = number.to_string();
    let text = text.trim_start_matches(['-', '+']);
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let all = format!("{whole}{fraction}");
    let leading = all.len() - all.trim_start_matches('0').len();
    let digits = all.trim_matches('0').to_owned();
    let length = |text: usize| i64::try_from(text).unwrap_or(i64::MAX);
    let point = if digits.is_empty() { 1 } else { length(whole.len()) - length(leading) };
    (digits, point)
}

fn infinite(number: &Number) -> String {
    if number.to_string().starts_with('-') { "-Inf".into() } else { "+Inf".into() }
}

/// So many digits behind the point.
pub(super) fn fixed(number: &Number, decimals: usize) -> String {
    let Some(exact) = exact(number) else { return infinite(number) };
    let digits = exact.scaled(i64::try_from(decimals).unwrap_or(0)).to_string();
    let digits = format!("{digits:0>width$}", width = decimals + 1);
    let (whole, fraction) = digits.split_at(digits.len() - decimals);
    let point = if decimals > 0 { "." } else { "" };
    format!("{}{whole}{point}{fraction}", if exact.negative { "-" } else { "" })
}

/// One digit before the point, so many behind it, and an exponent.
pub(super) fn scientific(number: &Number, decimals: usize, letter: char) -> String {
    let Some(exact) = exact(number) else { return infinite(number) };
    let (digits, power) = exact.significant(decimals + 1, number);
    with_exponent(exact.negative, &digits, power, letter)
}

fn with_exponent(negative: bool, digits: &str, power: i64, letter: char) -> String {
    let (first, rest) = digits.split_at(digits.len().min(1));
    let point = if rest.is_empty() { "" } else { "." };
    let (minus, sign) = (if negative { "-" } else { "" }, if power < 0 { '-' } else { '+' });
    format!("{minus}{first}{point}{rest}{letter}{sign}{:02}", power.abs())
}

/// With an exponent where that is large, else without; without a precision, the shortest text.
pub(super) fn general(number: &Number, precision: Option<usize>, letter: char) -> String {
    let Some(exact) = exact(number) else { return infinite(number) };
    let (digits, point) = match precision {
        None => shortest_digits(number),
        Some(count) => {
            let (digits, power) = exact.significant(count.max(1), number);
            (digits.trim_end_matches('0').to_owned(), power + 1)
        }
    };
    let length = i64::try_from(digits.len()).unwrap_or(i64::MAX);
    let limit = match precision {
        None => 6,
        Some(count) => {
            let count = i64::try_from(count.max(1)).unwrap_or(i64::MAX);
            if count > length && length >= point { length } else { count }
        }
    };
    if digits.is_empty() {
        return if exact.negative { "-0".into() } else { "0".into() };
    }
    if point - 1 < -4 || point > limit {
        return with_exponent(exact.negative, &digits, point - 1, letter);
    }
    let minus = if exact.negative { "-" } else { "" };
    let zeros = |count: i64| "0".repeat(usize::try_from(count).unwrap_or(0));
    if point <= 0 {
        return format!("{minus}0.{}{digits}", zeros(-point));
    }
    if length <= point {
        return format!("{minus}{digits}{}", zeros(point - length));
    }
    let (whole, fraction) = digits.split_at(usize::try_from(point).unwrap_or(0));
    format!("{minus}{whole}.{fraction}")
}
