//! Numbers as decimal text with a given number of digits.
//!
//! **Never:** round twice: digits come from the exact value, half to even, as Go's `math/big` does.
//! In: a number and how many digits. Out: text such as `-1.50`, `1.5e+06`, `+Inf`; none where it
//! would have millions of digits.

use crate::value::Number;

fn minus(number: &Number) -> &'static str {
    if number.is_negative() { "-" } else { "" }
}

fn infinite(number: &Number) -> String {
    if number.is_negative() { "-Inf".into() } else { "+Inf".into() }
}

/// So many digits behind the point.
pub(super) fn fixed(number: &Number, decimals: usize) -> Option<String> {
    if number.is_infinite() {
        return Some(infinite(number));
    }
    let (digits, point) = number.fixed_digits(decimals)?;
    let start = usize::try_from(-point).unwrap_or(0).min(decimals);
    let (whole, fraction) = digits.split_at(usize::try_from(point).unwrap_or(0).min(digits.len()));
    let zeros = usize::try_from(point).unwrap_or(0) - whole.len();
    let whole = if point <= 0 || digits.is_empty() { "0".to_owned() } else { format!("{whole}{}", "0".repeat(zeros)) };
    let fraction = format!("{}{fraction}", "0".repeat(start));
    let dot = if decimals > 0 { "." } else { "" };
    Some(format!("{}{whole}{dot}{fraction:0<decimals$}", minus(number)))
}

/// One digit before the point, so many behind it, and an exponent.
pub(super) fn scientific(number: &Number, decimals: usize, letter: char) -> Option<String> {
    if number.is_infinite() {
        return Some(infinite(number));
    }
    let (digits, point) = number.significant_digits(decimals + 1)?;
    let digits = format!("{digits:0<width$}", width = decimals + 1);
    Some(with_exponent(number, &digits, point - 1, letter))
}

fn with_exponent(number: &Number, digits: &str, power: i64, letter: char) -> String {
    let (first, rest) = digits.split_at(digits.len().min(1));
    let point = if rest.is_empty() { "" } else { "." };
    let sign = if power < 0 { '-' } else { '+' };
    format!("{}{first}{point}{rest}{letter}{sign}{:02}", minus(number), power.abs())
}

/// With an exponent where that is large, else without; without a precision, the shortest text.
pub(super) fn general(number: &Number, precision: Option<usize>, letter: char) -> Option<String> {
    if number.is_infinite() {
        return Some(infinite(number));
    }
    let (digits, point) = match precision {
        None => number.shortest_digits(),
        Some(count) => number.significant_digits(count.max(1))?,
    };
    let length = i64::try_from(digits.len()).unwrap_or(i64::MAX);
    let limit = match precision {
        None => 6,
        Some(count) => {
            let count = i64::try_from(count.max(1)).unwrap_or(i64::MAX);
            if count > length && length >= point { length } else { count }
        }
    };
    let minus = minus(number);
    if digits.is_empty() {
        return Some(format!("{minus}0"));
    }
    if point - 1 < -4 || point > limit {
        return Some(with_exponent(number, &digits, point - 1, letter));
    }
    let zeros = |count: i64| "0".repeat(usize::try_from(count).unwrap_or(0));
    if point <= 0 {
        return Some(format!("{minus}0.{}{digits}", zeros(-point)));
    }
    if length <= point {
        return Some(format!("{minus}{digits}{}", zeros(point - length)));
    }
    let (whole, fraction) = digits.split_at(usize::try_from(point).unwrap_or(0));
    Some(format!("{minus}{whole}.{fraction}"))
}
