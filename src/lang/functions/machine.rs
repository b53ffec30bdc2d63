//! Logarithm and power on the machine's floats, to the same last bit as Terraform's.
//!
//! **Never:** call the platform's `ln` or `powf`, whose last bit differs from machine to machine.
//! The logarithm is the one of FreeBSD's `e_log.c`; the power multiplies the base up bit by bit, as
//! Go's `math.Pow` does.

const SERIES: [f64; 7] = [
    6.666_666_666_666_735e-1,
    3.999_999_999_940_942e-1,
    2.857_142_874_366_239e-1,
    2.222_219_843_214_978_4e-1,
    1.818_357_216_161_805e-1,
    1.531_383_769_920_937_3e-1,
    1.479_819_860_511_658_6e-1,
];
const LN2_HIGH: f64 = 6.931_471_803_691_238e-1;
const LN2_LOW: f64 = 1.908_214_929_270_587_7e-10;

/// A fraction from one half to one and the power of two that it is multiplied with.
fn split(x: f64) -> (f64, i32) {
    if x == 0.0 || !x.is_finite() {
        return (x, 0);
    }
    // Numbers too small for their exponent are brought up first.
    let (x, offset) = if x.abs() < f64::MIN_POSITIVE { (x * 2f64.powi(52), -52) } else { (x, 0) };
    let bits = x.to_bits();
    let exponent = i32::try_from((bits >> 52) & 0x7ff).unwrap_or(0) - 1022;
    (f64::from_bits((bits & !(0x7ff << 52)) | (1022 << 52)), exponent + offset)
}

/// The natural logarithm.
pub(super) fn ln(x: f64) -> f64 {
    if x.is_nan() || x == f64::INFINITY {
        return x;
    }
    if x < 0.0 {
        return f64::NAN;
    }
    if x == 0.0 {
        return f64::NEG_INFINITY;
    }
    let (mut fraction, mut exponent) = split(x);
    if fraction < std::f64::consts::SQRT_2 / 2.0 {
        fraction *= 2.0;
        exponent -= 1;
    }
    let (f, k) = (fraction - 1.0, f64::from(exponent));
    let [l1, l2, l3, l4, l5, l6, l7] = SERIES;
    let s = f / (2.0 + f);
    let s2 = s * s;
    let s4 = s2 * s2;
    let odd = s2 * (l1 + s4 * (l3 + s4 * (l5 + s4 * l7)));
    let even = s4 * (l2 + s4 * (l4 + s4 * l6));
    let half = 0.5 * f * f;
    k * LN2_HIGH - ((half - (s * (half + odd + even) + k * LN2_LOW)) - f)
}

/// `x` to the power of `y`.
pub(super) fn pow(x: f64, y: f64) -> f64 {
    let special = x == 0.0 || x.is_nan() || y.is_nan() || !x.is_finite() || !y.is_finite();
    let whole = y.abs().trunc();
    // Beyond these there is nothing left to round.
    if special || y == 0.0 || x == 1.0 || whole >= 9.2e18 || (x < 0.0 && y.fract() != 0.0) {
        return x.powf(y);
    }
    if y == 0.5 {
        return x.sqrt();
    }
    if y == -0.5 {
        return 1.0 / x.sqrt();
    }
    let (mut fraction, mut steps) = (y.abs() - whole, whole);
    let (mut result, mut exponent) = (1.0, 0_i64);
    if fraction != 0.0 {
        if fraction > 0.5 {
            fraction -= 1.0;
            steps += 1.0;
        }
        result = (fraction * ln(x)).exp();
    }
    let (mut base, base_exponent) = split(x);
    let mut base_exponent = i64::from(base_exponent);
    while steps > 0.0 {
        if !(-4096..=4096).contains(&base_exponent) {
            exponent += base_exponent;
            break;
        }
        if steps % 2.0 == 1.0 {
            result *= base;
            exponent += base_exponent;
        }
        base *= base;
        base_exponent *= 2;
        if base < 0.5 {
            base += base;
            base_exponent -= 1;
        }
        steps = (steps / 2.0).trunc();
    }
    if y < 0.0 {
        result = 1.0 / result;
        exponent = -exponent;
    }
    scale(result, exponent)
}

/// `x` times a power of two, rounded once.
fn scale(x: f64, exponent: i64) -> f64 {
    let mut left = i32::try_from(exponent.clamp(-2200, 2200)).unwrap_or(0);
    let mut x = x;
    while left.abs() > 1000 {
        let step = left.signum() * 1000;
        x *= 2f64.powi(step);
        left -= step;
    }
    x * 2f64.powi(left)
}
