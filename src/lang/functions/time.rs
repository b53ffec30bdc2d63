//! Functions on points in time.
//!
//! **Never:** look at a clock: [`crate::lang::host::Host::now`] holds the time of the run.
//! Times are RFC 3339 texts; what they mean is computed in whole seconds, fractions are cut.

use crate::lang::eval::Env;
use crate::value::{Type, Value};

use super::row::{Fault, Kind, Outcome, Row, bad, text};
use super::text::{make, take_text};

pub(super) const ROWS: &[Row] = &[
    Row::new("formatdate", &[text("format"), text("time")], Kind::String, formatdate),
    Row::host("plantimestamp", &[], Kind::String, |_, env| make(env.host.planned_at().to_owned())),
    Row::new("timeadd", &[text("timestamp"), text("duration")], Kind::String, timeadd).maybe_null(),
    Row::new("timecmp", &[text("timestamp_a"), text("timestamp_b")], Kind::Number, timecmp),
    Row::host("timestamp", &[], Kind::String, timestamp),
];

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
const DAYS: [&str; 7] = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

/// A point in time with the offset in which it was written, in seconds.
struct Time {
    /// Nanoseconds since 1970 in UTC.
    nanos: i128,
    offset: i64,
}

/// The same, taken apart.
struct Parts {
    year: i64,
    month: usize,
    day: i64,
    weekday: usize,
    hour: i64,
    minute: i64,
    second: i64,
}

/// Days since 1970 of a date of the Gregorian calendar (Howard Hinnant, "chrono-Compatible
/// Low-Level Date Algorithms", `days_from_civil`).
fn days_of(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

/// The way back (`civil_from_days`).
fn date_of(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let of_era = days.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * of_year + 2) / 153;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, month, of_year - (153 * shifted + 2) / 5 + 1)
}

fn days_in(year: i64, month: i64) -> i64 {
    let (next_year, next) = if month == 12 { (year + 1, 1) } else { (year, month + 1) };
    days_of(next_year, next, 1) - days_of(year, month, 1)
}

impl Time {
    /// Reads RFC 3339. The error says which part cannot be read, as Terraform does.
    fn parse(text: &str) -> Result<Time, String> {
        let mut rest = text;
        let cannot = |rest: &str, part: &str| {
            if rest.is_empty() {
                format!("end of string before {part}")
            } else {
                format!("cannot use {rest:?} as {part}")
            }
        };
        let number = |rest: &mut &str, digits: usize, part: &str| -> Result<i64, String> {
            let found = rest.get(..digits).filter(|found| found.bytes().all(|byte| byte.is_ascii_digit()));
            let found = found.ok_or_else(|| cannot(rest, part))?;
            *rest = &rest[digits..];
            found.parse().map_err(|_| format!("cannot use {found:?} as {part}"))
        };
        let sign = |rest: &mut &str, sign: char, part: &str| -> Result<(), String> {
            *rest = rest.strip_prefix(sign).ok_or_else(|| {
                if part.starts_with("required") { format!("missing {part}") } else { cannot(rest, part) }
            })?;
            Ok(())
        };
        let year = number(&mut rest, 4, "year")?;
        sign(&mut rest, '-', "date separator '-'")?;
        let at_month = rest;
        let month = number(&mut rest, 2, "month")?;
        if !(1..=12).contains(&month) {
            return Err(format!("cannot use {:?} as month", at_month.get(2..).unwrap_or_default()));
        }
        sign(&mut rest, '-', "date separator '-'")?;
        let day = number(&mut rest, 2, "day of month")?;
        if day < 1 || day > days_in(year, month) {
            return Err("day out of range".into());
        }
        sign(&mut rest, 'T', "required time introducer 'T'")?;
        let hour = number(&mut rest, 2, "hour")?;
        sign(&mut rest, ':', "hour/minute separator ':'")?;
        let minute = number(&mut rest, 2, "minute")?;
        sign(&mut rest, ':', "minute/second separator ':'")?;
        let second = number(&mut rest, 2, "second")?;
        for (value, limit, part) in [(hour, 24, "hour"), (minute, 60, "minute"), (second, 60, "second")] {
            if value >= limit {
                return Err(format!("{part} must be between 0 and {} inclusive", limit - 1));
            }
        }
        let mut fraction = 0;
        if let Some(after) = rest.strip_prefix('.') {
            let digits = after.len() - after.trim_start_matches(|letter: char| letter.is_ascii_digit()).len();
            if digits == 0 {
                return Err(cannot(after, "fraction of a second"));
            }
            fraction = format!("{:0<9.9}", &after[..digits]).parse().unwrap_or(0);
            rest = &after[digits..];
        }
        let offset = match rest.split_at_checked(1) {
            Some(("Z", "")) => 0,
            Some((plus @ ("+" | "-"), mut of)) => {
                let hours = number(&mut of, 2, "UTC offset")?;
                sign(&mut of, ':', "separator ':' in the UTC offset")?;
                let minutes = number(&mut of, 2, "UTC offset")?;
                if !of.is_empty() || hours > 23 || minutes > 59 {
                    return Err(format!("cannot use {rest:?} as UTC offset"));
                }
                (hours * 60 + minutes) * if plus == "-" { -60 } else { 60 }
            }
            _ => return Err(cannot(rest, "UTC offset")),
        };
        let seconds = days_of(year, month, day) * 86_400 + hour * 3_600 + minute * 60 + second - offset;
        Ok(Time { nanos: i128::from(seconds) * 1_000_000_000 + fraction, offset })
    }

    fn parts(&self) -> Parts {
        let seconds = i64::try_from(self.nanos.div_euclid(1_000_000_000)).unwrap_or_default() + self.offset;
        let (days, of_day) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
        let (year, month, day) = date_of(days);
        Parts {
            year,
            month: usize::try_from(month).unwrap_or(1),
            day,
            weekday: usize::try_from((days + 4).rem_euclid(7)).unwrap_or(0),
            hour: of_day / 3_600,
            minute: of_day / 60 % 60,
            second: of_day % 60,
        }
    }

    fn offset(&self, separator: &str) -> String {
        let (sign, minutes) = if self.offset < 0 { ('-', -self.offset / 60) } else { ('+', self.offset / 60) };
        format!("{sign}{:02}{separator}{:02}", minutes / 60, minutes % 60)
    }

    fn rfc3339(&self) -> String {
        let Parts { year, month, day, hour, minute, second, .. } = self.parts();
        let offset = if self.offset == 0 { "Z".into() } else { self.offset(":") };
        format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}{offset}")
    }
}

fn take_time(args: &[Value], index: usize) -> Result<Time, Fault> {
    Time::parse(take_text(args, index)?).or_else(|why| bad(index, format!("not a valid RFC3339 timestamp: {why}")))
}

fn timestamp(_: &[Value], env: &Env<'_>) -> Outcome {
    if env.applying { make(env.host.now.clone()) } else { Ok(Value::unknown(Type::String)) }
}

fn timecmp(args: &[Value], _: &Type) -> Outcome {
    let order = take_time(args, 0)?.nanos.cmp(&take_time(args, 1)?.nanos);
    Ok(Value::int(order as i64))
}

fn timeadd(args: &[Value], _: &Type) -> Outcome {
    let mut time = take_time(args, 0).map_err(Fault::of_call)?;
    time.nanos += parse_duration(take_text(args, 1)?)?;
    make(time.rfc3339())
}

/// Nanoseconds of a duration as Go writes it: `1h30m`, `-1.5h`, `300ms`.
fn parse_duration(text: &str) -> Result<i128, Fault> {
    let invalid = || Fault::Call(format!("time: invalid duration {text:?}"));
    let (negative, mut rest) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    if rest == "0" {
        return Ok(0);
    }
    if rest.is_empty() {
        return Err(invalid());
    }
    let mut total: i128 = 0;
    while !rest.is_empty() {
        let digits = |text: &str| text.len() - text.trim_start_matches(|letter: char| letter.is_ascii_digit()).len();
        let (whole, after) = rest.split_at(digits(rest));
        let (fraction, after) = match after.strip_prefix('.') {
            Some(after) => after.split_at(digits(after)),
            None => ("", after),
        };
        if whole.is_empty() && fraction.is_empty() {
            return Err(invalid());
        }
        let unit_end = after.find(|letter: char| letter == '.' || letter.is_ascii_digit()).unwrap_or(after.len());
        let (unit, after) = after.split_at(unit_end);
        let nanos: i128 = match unit {
            "ns" => 1,
            "us" | "µs" | "μs" => 1_000,
            "ms" => 1_000_000,
            "s" => 1_000_000_000,
            "m" => 60_000_000_000,
            "h" => 3_600_000_000_000,
            "" => return Err(format!("time: missing unit in duration {text:?}").into()),
            other => return Err(format!("time: unknown unit {other:?} in duration {text:?}").into()),
        };
        let count = |digits: &str| if digits.is_empty() { Some(0) } else { digits.parse::<i128>().ok() };
        // Eighteen digits of a fraction are more than a nanosecond can tell.
        let fraction = &fraction[..fraction.len().min(18)];
        let scale = 10_i128.pow(u32::try_from(fraction.len()).unwrap_or(0));
        let whole = count(whole).and_then(|whole| whole.checked_mul(nanos)).ok_or_else(invalid)?;
        total = total.checked_add(whole + count(fraction).ok_or_else(invalid)? * nanos / scale).ok_or_else(invalid)?;
        if total > i128::from(i64::MAX) {
            return Err(invalid());
        }
        rest = after;
    }
    Ok(if negative { -total } else { total })
}

fn formatdate(args: &[Value], _: &Type) -> Outcome {
    let format = take_text(args, 0)?;
    let time = take_time(args, 1)?;
    let parts = time.parts();
    let mut out = String::new();
    let mut rest = format;
    while let Some(letter) = rest.chars().next() {
        if letter == '\'' {
            let (literal, after) = take_quoted(rest)?;
            out.push_str(&literal);
            rest = after;
            continue;
        }
        if !letter.is_ascii_alphabetic() {
            out.push(letter);
            rest = &rest[letter.len_utf8()..];
            continue;
        }
        let length = rest.len() - rest.trim_start_matches(letter).len();
        let (verb, after) = rest.split_at(length);
        out.push_str(&format_part(verb, &time, &parts)?);
        rest = after;
    }
    make(out)
}

fn take_quoted(rest: &str) -> Result<(String, &str), Fault> {
    let mut literal = String::new();
    let mut letters = rest.char_indices().skip(1).peekable();
    while let Some((at, letter)) = letters.next() {
        match letter {
            '\'' if letters.peek().is_some_and(|(_, next)| *next == '\'') => {
                letters.next();
                literal.push('\'');
            }
            '\'' => return Ok((literal, &rest[at + 1..])),
            other => literal.push(other),
        }
    }
    bad(0, "unterminated literal '")
}

fn format_part(verb: &str, time: &Time, parts: &Parts) -> Result<String, Fault> {
    let Parts { year, month, day, weekday, hour, minute, second } = parts;
    let twelve = if hour % 12 == 0 { 12 } else { hour % 12 };
    let (month_name, day_name) = (MONTHS[(month - 1) % 12], DAYS[weekday % 7]);
    Ok(match verb {
        "YYYY" => format!("{year:04}"),
        "YY" => format!("{:02}", year % 100),
        "MMMM" => month_name.into(),
        "MMM" => month_name[..3].into(),
        "MM" => format!("{month:02}"),
        "M" => month.to_string(),
        "DD" => format!("{day:02}"),
        "D" => day.to_string(),
        "EEEE" => day_name.into(),
        "EEE" => day_name[..3].into(),
        "hh" => format!("{hour:02}"),
        "h" => hour.to_string(),
        "HH" => format!("{twelve:02}"),
        "H" => twelve.to_string(),
        "mm" => format!("{minute:02}"),
        "m" => minute.to_string(),
        "ss" => format!("{second:02}"),
        "s" => second.to_string(),
        "AA" => if *hour < 12 { "AM" } else { "PM" }.into(),
        "aa" => if *hour < 12 { "am" } else { "pm" }.into(),
        "Z" if time.offset == 0 => "Z".into(),
        "ZZZ" if time.offset == 0 => "UTC".into(),
        "ZZZZ" | "ZZZ" => time.offset(""),
        "ZZZZZ" | "Z" => time.offset(":"),
        other => {
            let letter = &other[..1];
            let what = match letter {
                "Y" => "year must either be \"YY\" or \"YYYY\"",
                "M" => "month must be \"M\", \"MM\", \"MMM\", or \"MMMM\"",
                "D" => "day of month must either be \"D\" or \"DD\"",
                "E" => "day of week must either be \"EEE\" or \"EEEE\"",
                "h" => "24-hour must either be \"h\" or \"hh\"",
                "H" => "12-hour must either be \"H\" or \"HH\"",
                "m" => "minute must either be \"m\" or \"mm\"",
                "s" => "second must either be \"s\" or \"ss\"",
                "Z" => "timezone must be Z, ZZZ, ZZZZ, or ZZZZZ",
                "A" => "must use \"AA\" for AM/PM",
                "a" => "must use \"aa\" for am/pm",
                _ => "",
            };
            let what = if what.is_empty() { String::new() } else { format!(": {what}") };
            return bad(0, format!("invalid date format verb {other:?}{what}"));
        }
    })
}
