//! Draws function calls from a table of what functions roughly take and give.
//!
//! **Never:** functions whose answers change from run to run, or that only acier or only Terraform
//! has. One letter a parameter: n number, s text, b bool, l list, t set, m map, a anything; a `*`
//! behind the last one repeats it.

use super::draw::{Draw, Kind};

const CALLS: &[(&str, &str, &str)] = &[
    ("abs", "n", "n"),
    ("ceil", "n", "n"),
    ("floor", "n", "n"),
    ("signum", "n", "n"),
    ("max", "n*", "n"),
    ("min", "n*", "n"),
    ("pow", "nn", "n"),
    ("log", "nn", "n"),
    ("parseint", "sn", "n"),
    ("sum", "l", "n"),
    ("length", "l", "n"),
    ("length", "m", "n"),
    ("length", "s", "n"),
    ("index", "la", "n"),
    ("tonumber", "a", "n"),
    ("upper", "s", "s"),
    ("lower", "s", "s"),
    ("title", "s", "s"),
    ("trimspace", "s", "s"),
    ("chomp", "s", "s"),
    ("indent", "ns", "s"),
    ("trim", "ss", "s"),
    ("trimprefix", "ss", "s"),
    ("trimsuffix", "ss", "s"),
    ("strrev", "s", "s"),
    ("substr", "snn", "s"),
    ("replace", "sss", "s"),
    ("join", "sl", "s"),
    ("join", "st", "s"),
    ("tostring", "a", "s"),
    ("jsonencode", "a", "s"),
    ("base64encode", "s", "s"),
    ("base64decode", "s", "s"),
    ("urlencode", "s", "s"),
    ("md5", "s", "s"),
    ("sha256", "s", "s"),
    ("coalesce", "s*", "s"),
    ("element", "ln", "s"),
    ("one", "l", "s"),
    ("one", "t", "s"),
    ("lookup", "mss", "s"),
    ("lookup", "ms", "s"),
    ("startswith", "ss", "b"),
    ("endswith", "ss", "b"),
    ("strcontains", "ss", "b"),
    ("contains", "la", "b"),
    ("contains", "ta", "b"),
    ("alltrue", "l", "b"),
    ("anytrue", "l", "b"),
    ("can", "a", "b"),
    ("issensitive", "a", "b"),
    ("tobool", "a", "b"),
    ("split", "ss", "l"),
    ("keys", "m", "l"),
    ("values", "m", "l"),
    ("concat", "l*", "l"),
    ("distinct", "l", "l"),
    ("flatten", "l", "l"),
    ("compact", "l", "l"),
    ("reverse", "l", "l"),
    ("sort", "l", "l"),
    ("sort", "t", "l"),
    ("slice", "lnn", "l"),
    ("range", "n", "l"),
    ("range", "nn", "l"),
    ("range", "nnn", "l"),
    ("chunklist", "ln", "l"),
    ("coalescelist", "l*", "l"),
    ("matchkeys", "lll", "l"),
    ("formatlist", "sl", "l"),
    ("setproduct", "l*", "l"),
    ("setproduct", "t*", "t"),
    ("setunion", "t*", "t"),
    ("setintersection", "t*", "t"),
    ("setsubtract", "tt", "t"),
    ("toset", "a", "t"),
    ("tolist", "a", "l"),
    ("tomap", "a", "m"),
    ("merge", "m*", "m"),
    ("zipmap", "ll", "m"),
    ("transpose", "m", "m"),
    ("try", "aa", "a"),
    ("try", "aaa", "a"),
    ("sensitive", "a", "a"),
    ("nonsensitive", "a", "a"),
    ("jsondecode", "s", "a"),
    ("format", "sa*", "s"),
];

const FORMATS: [&str; 10] =
    ["\"%s\"", "\"%d\"", "\"%v\"", "\"%05.1f|\"", "\"%q\"", "\"%#v\"", "\"%t\"", "\"%s %s\"", "\"%%\"", "\"%-6s|\""];

fn kind(letter: char) -> Kind {
    match letter {
        'n' => Kind::Number,
        's' => Kind::Text,
        'b' => Kind::Bool,
        'l' => Kind::List,
        't' => Kind::Set,
        'm' => Kind::Map,
        _ => Kind::Any,
    }
}

/// A call that gives roughly the kind.
pub(super) fn draw(draw: &mut Draw, wanted: Kind, depth: usize) -> String {
    let fits = |gives: &str| gives.chars().all(|letter| kind(letter) == wanted || letter == 'a');
    let rows: Vec<_> = CALLS.iter().filter(|(_, _, gives)| fits(gives)).collect();
    let (name, takes, _) = rows[draw.below(rows.len())];
    let mut arguments = Vec::new();
    let letters: Vec<char> = takes.chars().filter(|letter| *letter != '*').collect();
    for letter in &letters {
        arguments.push(draw.draw(kind(*letter), depth));
    }
    if takes.ends_with('*') {
        for _ in 0..draw.below(3) {
            arguments.push(draw.draw(kind(letters[letters.len() - 1]), depth));
        }
        if draw.below(12) == 0 {
            let last = arguments.last_mut().expect("an argument");
            *last = format!("{}...", draw.draw(Kind::List, depth));
        }
    }
    if matches!(*name, "format" | "formatlist") && draw.below(5) > 0 {
        arguments[0] = draw.of(&FORMATS).to_owned();
    }
    match draw.below(60) {
        0 => drop(arguments.pop()),
        1 => arguments.push(draw.draw(Kind::Any, 0)),
        _ => {}
    }
    format!("{name}({})", arguments.join(", "))
}
