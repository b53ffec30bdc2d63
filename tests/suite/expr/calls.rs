//! Draws function calls from a table of what functions roughly take and give.
//!
//! **Never:** functions whose answers change from run to run, or that only acier or only Terraform
//! has. One letter a parameter: n number, s text, b bool, l list, t set, m map, a anything, others
//! texts of a table; a `*` behind the last one repeats it.

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
    ("element", "tn", "a"),
    ("lookup", "msa", "a"),
    ("regex", "ps", "s"),
    ("regexall", "ps", "l"),
    ("replace", "sps", "s"),
    ("formatdate", "od", "s"),
    ("timeadd", "du", "s"),
    ("timecmp", "dd", "n"),
    ("cidrhost", "cn", "s"),
    ("cidrnetmask", "c", "s"),
    ("cidrsubnet", "cnn", "s"),
    ("cidrsubnets", "cn*", "l"),
    ("jsondecode", "j", "a"),
    ("yamldecode", "y", "a"),
    ("yamlencode", "a", "s"),
    ("csvdecode", "v", "l"),
    ("base64gzip", "s", "s"),
    ("textencodebase64", "se", "s"),
    ("textdecodebase64", "se", "s"),
    ("uuidv5", "es", "s"),
    ("sha1", "s", "s"),
    ("sha512", "s", "s"),
    ("base64sha256", "s", "s"),
    ("base64sha512", "s", "s"),
    ("file", "f", "s"),
    ("fileexists", "f", "b"),
    ("filebase64", "f", "s"),
    ("filemd5", "f", "s"),
    ("fileset", "fg", "t"),
    ("basename", "f", "s"),
    ("dirname", "f", "s"),
    ("pathexpand", "f", "s"),
    ("templatefile", "fm", "s"),
    ("ephemeralasnull", "a", "a"),
    ("core::length", "a", "n"),
    ("core::merge", "mm", "m"),
    ("core::coalesce", "a*", "a"),
    ("coalesce", "a*", "a"),
    ("merge", "a*", "m"),
    ("concat", "a*", "l"),
    ("flatten", "a", "l"),
    ("setproduct", "a*", "l"),
    ("zipmap", "la", "m"),
    ("contains", "aa", "b"),
    ("index", "aa", "n"),
    ("keys", "a", "l"),
    ("values", "a", "l"),
    ("length", "a", "n"),
    ("element", "an", "a"),
    ("distinct", "a", "l"),
    ("formatlist", "sa*", "l"),
    ("can", "j", "b"),
    ("try", "a", "a"),
    ("provider::terraform::encode_expr", "a", "s"),
    ("provider::terraform::encode_tfvars", "m", "s"),
    ("provider::terraform::decode_tfvars", "w", "m"),
];

/// Texts that some functions read: mostly right, sometimes not.
const READ: &[(char, &[&str])] = &[
    (
        'p',
        &[
            "\"[a-z]+\"",
            "\"(a)(b)?\"",
            "\"(?P<x>.)\"",
            "\"^$\"",
            "\"(\"",
            "\"/[aeiou]/\"",
            "\"/(?P<v>l+)/\"",
            "\"\\\\d\"",
            "\".\"",
        ],
    ),
    ('o', &["\"YYYY-MM-DD\"", "\"hh:mm:ss Z\"", "\"EEE, DD MMM YY\"", "\"'q' h AA\"", "\"Q\"", "\"'x\""]),
    (
        'd',
        &[
            "\"2024-02-29T23:59:60Z\"",
            "\"2020-01-01T00:00:00Z\"",
            "\"1999-12-31T12:30:00+02:30\"",
            "\"2020-1-1\"",
            "\"x-${local.later_id}\"",
        ],
    ),
    ('u', &["\"1h\"", "\"-1.5h\"", "\"10m30s\"", "\"1d\"", "\"\"", "\"1h10ms\""]),
    (
        'c',
        &["\"10.0.0.0/8\"", "\"192.168.1.7/24\"", "\"fd00::/48\"", "\"10.0.0.0/33\"", "\"0.0.0.0/0\"", "\"10.0.0.0\""],
    ),
    (
        'j',
        &[
            "\"[1, \\\"a\\\", null]\"",
            "\"{\\\"a\\\": {\\\"b\\\": 1.50}}\"",
            "\"true\"",
            "\"nul\"",
            "\" 1e2 \"",
            "\"[\"",
            "\"\\\"x${local.later_id}\"",
            "\"{${local.later_id}\"",
            "\"q-${local.later_id}\"",
        ],
    ),
    (
        'y',
        &[
            "\"a: 1\\nb: [x, ~]\"",
            "\"- yes\\n- 0x1f\"",
            "\"a: &x 1\\nb: *x\"",
            "\"a: |\\n  t\\n\"",
            "\"a: b: c\"",
            "\"12\"",
            "\"\"",
        ],
    ),
    ('v', &["\"a,b\\n1,2\\n\"", "\"a,a\\n1,2\"", "\"a\\n\\\"x\\ny\\\"\"", "\"a,b\\n1\"", "\"\""]),
    ('e', &["\"UTF-8\"", "\"UTF-16LE\"", "\"dns\"", "\"url\"", "\"nope\"", "\"ISO-8859-1\""]),
    (
        'f',
        &[
            "\"files/hello.txt\"",
            "\"files/none\"",
            "\"files/data.bin\"",
            "\"files\"",
            "\"a/b.c\"",
            "\"~/x\"",
            "\"files/hi.tftpl\"",
            "\"files/one.tftpl\"",
        ],
    ),
    ('g', &["\"*\"", "\"**/*.txt\"", "\"sub/*.{md,txt}\"", "\"[a\"", "\"hello.*\""]),
    ('w', &["\"a = 1\"", "\"a = [1, \\\"x\\\"]\\nb = {}\"", "\"a = b\"", "\"a\"", "\"\""]),
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
        arguments.push(match READ.iter().find(|(read, _)| read == letter) {
            Some((_, texts)) if draw.below(12) > 0 => draw.of(texts).to_owned(),
            Some(_) => draw.draw(Kind::Text, depth),
            None => draw.draw(kind(*letter), depth),
        });
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
