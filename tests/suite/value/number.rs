//! Arithmetic and texts of numbers, as Terraform 1.11 answers them.
//!
//! **Never:** compare with the machine's floats but where that is the question.
//! A row is an expression in reverse Polish notation: operands are read as written numbers,
//! `#3` is an integer that a function made, `f0.5` the result of a floating point function.

use std::cmp::Ordering;

use acier::value::Number;

const ROWS: &[(&str, &str)] = &[
    // Written numbers and their shortest texts.
    ("1.50", "1.5"),
    ("1e3", "1000"),
    ("1e-7", "0.0000001"),
    ("-0", "-0"),
    ("5.", "5"),
    (".5", "0.5"),
    ("+5", "5"),
    ("1p3", "8"),
    ("3p-2", "0.75"),
    ("123456789012345678901234567890.123", "123456789012345678901234567890.123"),
    ("0.1234567890123456789012345678901234567890", "0.123456789012345678901234567890123456789"),
    ("9223372036854775808", "9223372036854775808"),
    ("-9223372036854775808", "-9223372036854775808"),
    ("inf", "+Inf"),
    ("-Inf", "-Inf"),
    // 512 bits.
    ("0.1 0.2 +", "0.3"),
    (
        "1 3 /",
        "0.33333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333335",
    ),
    ("1 3 / 3 *", "1"),
    ("1e-30 1 +", "1.000000000000000000000000000001"),
    ("9223372036854775807 1 +", "9223372036854775808"),
    ("-9223372036854775808 1 -", "-9223372036854775809"),
    ("4611686018427387904 2 *", "9223372036854775808"),
    ("-9223372036854775808 -1 *", "9223372036854775808"),
    ("-9223372036854775808 -1 /", "9223372036854775808"),
    // The larger precision of the two decides; a product takes the bits it needs.
    ("#1 #3 /", "0.33333333333333333334"),
    (
        "#2 3 / 2 *",
        "1.3333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333334",
    ),
    ("f9223372036854775808", "9223372036854776000"),
    ("f9223372036854775808 f9223372036854775808 *", "85070591730234620000000000000000000000"),
    ("f1.4142135623730951 f1.4142135623730951 *", "2.00000000000000027343234630647693"),
    ("f1.4142135623730951 f1.4142135623730951 +", "2.8284271247461903"),
    ("f1.4142135623730951 floor f3 /", "0.3333333333333333"),
    ("f1.4142135623730951 floor #3 /", "0.33333333333333333334"),
    // Remainders are cut towards zero, and by zero leave the number.
    ("5 0 %", "5"),
    ("5 -3 %", "2"),
    ("-5 3 %", "-2"),
    ("-4 2 %", "0"),
    ("5.5 2 %", "1.5"),
    ("1e30 7 %", "1"),
    ("-7 1e300 %", "-7"),
    ("1e300 7 %", "0"),
    ("-9223372036854775808 -1 %", "0"),
    // Zero has a sign.
    ("0 -5 *", "-0"),
    ("0 -5 /", "-0"),
    ("0 -5 %", "0"),
    ("-0 5 %", "-0"),
    ("-5 5 +", "0"),
    ("0 neg", "-0"),
    ("-0 abs", "0"),
    // Whole parts.
    ("1.5 ceil", "2"),
    ("-0.5 ceil", "0"),
    ("-0.5 floor", "-1"),
    ("-1.5 ceil", "-1"),
    ("1e50 0.5 + floor", "100000000000000000000000000000000000000000000000000"),
    ("-1.50 abs", "1.5"),
    // Infinities, and questions that no number answers.
    ("1 0 /", "+Inf"),
    ("-1 0 /", "-Inf"),
    ("5 inf /", "0"),
    ("inf 1 +", "+Inf"),
    ("-2 inf *", "-Inf"),
    ("inf inf -", "none"),
    ("0 inf *", "none"),
    ("0 0 /", "none"),
    ("inf inf /", "none"),
    ("5 inf %", "none"),
    ("inf 5 %", "none"),
];

fn evaluate(row: &str) -> Option<Number> {
    let mut stack: Vec<Number> = Vec::new();
    for word in row.split(' ') {
        let next = match word {
            "+" | "-" | "*" | "/" | "%" => {
                let (right, left) = (stack.pop().unwrap(), stack.pop().unwrap());
                match word {
                    "+" => left.add(&right)?,
                    "-" => left.sub(&right)?,
                    "*" => left.mul(&right)?,
                    "/" => left.div(&right)?,
                    _ => left.rem(&right)?,
                }
            }
            "neg" => stack.pop().unwrap().neg(),
            "abs" => stack.pop().unwrap().abs(),
            "floor" => stack.pop().unwrap().floor(),
            "ceil" => stack.pop().unwrap().ceil(),
            word => match (word.strip_prefix('#'), word.strip_prefix('f')) {
                (Some(count), _) => Number::from(count.parse::<i64>().unwrap()),
                (_, Some(float)) => Number::from_f64(float.parse().unwrap()),
                _ => Number::parse(word).unwrap_or_else(|| panic!("{word} is a number")),
            },
        };
        stack.push(next);
    }
    stack.pop()
}

#[test]
fn arithmetic_gives_terraforms_digits() {
    for (row, want) in ROWS {
        let got = evaluate(row).map_or_else(|| "none".to_owned(), |number| number.to_string());
        assert_eq!(got, *want, "{row}");
    }
}

#[test]
fn a_text_reads_back_to_the_same_number() {
    for (row, want) in ROWS {
        if let Some(number) = evaluate(row) {
            let again = Number::parse(want).unwrap().with_precision(number.precision());
            assert_eq!(again, number, "{row}");
        }
    }
}

#[test]
fn what_is_no_number_is_refused() {
    for text in [
        "", "-", "+", ".", "e5", ".e5", "1e", "1e+", "1_000", "0x10", "0b1", " 1", "1 ", "Infinity", "nan", "--1",
        "1.2.3",
    ] {
        assert!(Number::parse(text).is_none(), "{text:?}");
    }
}

/// In this order, each below the next.
const ASCENDING: &[&str] = &[
    "-Inf",
    "-1e400",
    "-9223372036854775809",
    "-9223372036854775808",
    "-1.5",
    "-1e-400",
    "0",
    "1e-400",
    "0.1",
    "0.1000000000000000000000000000001",
    "1",
    "9007199254740992",
    "9007199254740993",
    "9223372036854775807",
    "9223372036854775808",
    "1e30",
    "1000000000000000000000000000001",
    "1e400",
    "inf",
];

#[test]
fn order_is_exact() {
    let numbers: Vec<Number> = ASCENDING.iter().map(|text| Number::parse(text).unwrap()).collect();
    for (i, a) in numbers.iter().enumerate() {
        for (j, b) in numbers.iter().enumerate() {
            assert_eq!(a.cmp(b), i.cmp(&j), "{a} and {b}");
        }
    }
    let equal = [("-0", "0"), ("1.0", "1"), ("1e18", "1000000000000000000"), ("0.5", "5e-1")];
    for (a, b) in equal {
        assert_eq!(Number::parse(a).unwrap().cmp(&Number::parse(b).unwrap()), Ordering::Equal, "{a} and {b}");
    }
    assert_ne!(Number::parse("0.1").unwrap(), Number::from_f64(0.1));
    assert_eq!(Number::from(3), Number::from_f64(3.0));
}

#[test]
fn machine_numbers_go_both_ways() {
    let floats = [0.0, -0.0, 1.0, -1.5, 0.1, 1e308, f64::MAX, f64::MIN_POSITIVE, 5e-324, 2.5e-323, f64::INFINITY];
    for float in floats {
        assert_eq!(Number::from_f64(float).as_f64().to_bits(), float.to_bits(), "{float}");
    }
    // Halfway cases go to the even neighbour, beyond the largest to infinity, below the smallest to zero.
    let read = [
        ("9007199254740993", 9_007_199_254_740_992.0),
        ("9007199254740995", 9_007_199_254_740_996.0),
        ("1.7976931348623159e308", f64::INFINITY),
        ("2.4e-324", 0.0),
        ("2.5e-324", 5e-324),
        ("1e-400", 0.0),
    ];
    for (text, float) in read {
        assert_eq!(Number::parse(text).unwrap().as_f64(), float, "{text}");
    }
    let whole = [("1e3", Some(1000)), ("1.5", None), ("-0", Some(0)), ("9223372036854775808", None), ("inf", None)];
    for (text, want) in whole {
        assert_eq!(Number::parse(text).unwrap().as_i64(), want, "{text}");
    }
    assert_eq!(Number::parse("-9223372036854775808").unwrap().as_i64(), Some(i64::MIN));
    assert_eq!(Number::parse("1e30").unwrap().to_bigint().unwrap().to_string(), "1000000000000000000000000000000");
    assert_eq!(Number::parse("1e30").unwrap().signum(), 1);
    assert!(Number::parse("2.50e1").unwrap().is_integer() && !Number::parse("2.5").unwrap().is_integer());
}
