//! Damages snippets and holds parser, evaluator and formatter to what must be true of any text.
//!
//! **Never:** know why an input is good: only what follows from it is checked. In: a seed. Out: the
//! first promise that is broken, with the text. `benches/fuzz.rs` runs the same for as long as asked.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::rc::Rc;

use acier::diag::{Diagnostic, Diagnostics, Sources, Span};
use acier::lang::ast::{Access, Block, Body, Expr, ExprKind, ObjectKey, Part};
use acier::lang::eval::{Env, eval};
use acier::lang::fmt::format;
use acier::lang::host::Host;
use acier::lang::{files, parse};
use acier::schema::Schemas;
use acier::value::{Name, Value};

use super::shape;

/// A stream of numbers that depends on its seed alone (splitmix64).
pub(crate) struct Draw(pub(crate) u64);

impl Draw {
    pub(crate) fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) % end.max(1) as u64) as usize
    }

    fn of<'t>(&mut self, words: &[&'t str]) -> &'t str {
        words[self.below(words.len())]
    }
}

/// What may be put anywhere: signs, and words that mean something.
const TOKENS: &[&str] = &[
    "{",
    "}",
    "[",
    "]",
    "(",
    ")",
    "\"",
    "${",
    "%{",
    "~}",
    "~",
    "$${",
    "\n",
    "\r\n",
    "\r",
    " ",
    "\t",
    "=",
    "=>",
    "==",
    "!=",
    "<",
    ">=",
    "<<",
    "<<T\n",
    "<<-T\n",
    "\nT\n",
    "T",
    "...",
    ".",
    ",",
    ":",
    "::",
    "?",
    "!",
    "-",
    "+",
    "*",
    "/",
    "%",
    "&&",
    "||",
    "&",
    "#",
    "//",
    "/*",
    "*/",
    "for ",
    " in ",
    " if ",
    "else",
    "endif",
    "endfor",
    "null",
    "true",
    "var.x",
    "local.m",
    "each.key",
    "[*]",
    ".*",
    ".0",
    "0",
    "1",
    "1.5",
    "1e3",
    "99999999999999999999",
    "\\n",
    "\\u00e9",
    "\\",
    "'",
    ";",
    "é",
    "u\u{308}",
    "\u{feff}",
    "\u{a0}",
    "🦀",
    "upper(",
    "length(",
    "merge(",
    "format(\"%s\", ",
    "toset(",
    "try(",
    "x = ",
    "b \"l\" {\n",
    "variable \"v\" {\n",
    "type = ",
];

/// The text of a seed: some snippet, damaged a few times.
pub(crate) fn damaged(corpus: &[String], draw: &mut Draw) -> String {
    let mut text = corpus[draw.below(corpus.len())].clone();
    for _ in 0..draw.below(8) {
        let at = place(&text, draw.below(text.len() + 1));
        let end = place(&text, at + draw.below(12));
        match draw.below(12) {
            0 | 1 => text.replace_range(at..end, ""),
            2..=5 => text.insert_str(at, draw.of(TOKENS)),
            6 => text.replace_range(at..end, draw.of(TOKENS)),
            7 => {
                let piece = text[at..end].to_owned();
                text.insert_str(at, &piece);
            }
            8 => {
                let other = &corpus[draw.below(corpus.len())];
                let from = place(other, draw.below(other.len() + 1));
                let to = place(other, from + draw.below(40));
                text.insert_str(at, &other[from..to]);
            }
            9 => text.truncate(at),
            10 => {
                let token = draw.of(TOKENS);
                text.insert_str(at, &token.repeat(1 + draw.below(60)));
            }
            _ => {
                let mut bytes = text.into_bytes();
                if let Some(byte) = bytes.get_mut(at) {
                    *byte ^= 1 << draw.below(8);
                }
                text = String::from_utf8_lossy(&bytes).into_owned();
            }
        }
    }
    text
}

fn place(text: &str, at: usize) -> usize {
    (at.min(text.len())..=text.len()).find(|at| text.is_char_boundary(*at)).unwrap_or(text.len())
}

/// The first promise that a text breaks.
pub(crate) fn check(text: &str) -> Result<(), String> {
    let mut sources = Sources::default();
    let json = text.trim_start().starts_with('{') && text.contains("\":");
    let file = sources.add(if json { "x.tf.json" } else { "x.tf" }, text);
    let (body, found) = files::body(&sources, file, &Schemas::default());
    places(&found, text)?;
    spans(&body, text)?;
    // Writing out a number of a million digits takes seconds, here as in Terraform.
    let long = |letters: &[u8]| matches!(letters[0], b'e' | b'E') && letters[1..].iter().all(u8::is_ascii_digit);
    if text.replace(['+', '-'], "").as_bytes().windows(6).any(long) {
        return Ok(());
    }
    if let Err(found) = parse::template(&sources, file) {
        places(&found, text)?;
    }
    match parse::expression(&sources, file) {
        Ok(expr) => evaluate(&expr),
        Err(found) => places(&found, text)?,
    }
    body.attributes.iter().for_each(|attribute| evaluate(&attribute.expr));
    if json || found.has_errors() {
        return Ok(());
    }
    formats(text, &body)
}

fn places(found: &Diagnostics, text: &str) -> Result<(), String> {
    for one in found.iter() {
        let span = one.span.ok_or_else(|| format!("an error without a place: {one:?}"))?;
        inside(span, text).map_err(|why| format!("{why}: {one:?}"))?;
    }
    Ok(())
}

pub(crate) fn inside(span: Span, text: &str) -> Result<(), String> {
    let (start, end) = (span.start as usize, span.end as usize);
    let fits = start <= end && text.get(start..end).is_some();
    if fits { Ok(()) } else { Err(format!("{start}..{end} is no place in the text")) }
}

/// Formatting changes neither tree nor letters, and a second or third time nothing at all.
fn formats(text: &str, body: &Body) -> Result<(), String> {
    let again = |text: &str| {
        let mut sources = Sources::default();
        let file = sources.add("x.tf", text);
        let formatted =
            format(&sources, file).map_err(|found| format!("what was formatted is refused: {found:?}\n{text}"))?;
        Ok::<_, String>((formatted, parse::file(&sources, file).0))
    };
    let (once, _) = again(text)?;
    let (twice, tree) = again(&once)?;
    let (shape, other) = (plain(body), plain(&tree));
    if shape != other {
        return Err(format!("the tree changed:\n{shape}\n{other}\n{once}"));
    }
    let (thrice, _) = again(&twice)?;
    if thrice != twice {
        return Err(format!("formatting does not come to rest:\n{twice}\n{thrice}"));
    }
    // Quotes, parentheses and escapes are the only letters that come and go.
    let letters = |text: &str| -> BTreeMap<char, usize> {
        let mut count = BTreeMap::new();
        for letter in text.chars().filter(|letter| letter.is_alphanumeric()) {
            *count.entry(letter).or_default() += 1;
        }
        count
    };
    let keeps = !text.contains("/*") && !text.contains('\\') && !text.contains("type");
    if keeps && letters(text) != letters(&once) {
        return Err(format!("letters were lost:\n{once}"));
    }
    Ok(())
}

/// The shape of a body without what `fmt` takes off on purpose.
fn plain(body: &Body) -> String {
    fn strip(body: &Body, in_variable: bool) -> Body {
        let attributes = body.attributes.iter().filter(|one| !in_variable || &*one.name != "type").map(|attribute| {
            let mut attribute = attribute.clone();
            let mut expr = &attribute.expr;
            while let ExprKind::Wrapped(inner) | ExprKind::Parens(inner) = &expr.kind {
                expr = inner;
            }
            attribute.expr = expr.clone();
            attribute
        });
        let blocks = body.blocks.iter().map(|block| Block {
            body: strip(&block.body, &*block.name == "variable"),
            name: block.name.clone(),
            labels: block.labels.clone(),
            header: block.header,
        });
        Body { attributes: attributes.collect(), blocks: blocks.collect(), end: body.end }
    }
    shape::body(&strip(body, false))
}

fn evaluate(expr: &Expr) {
    let lookup = |root: &Name, steps: &[Access], span: Span| match (&**root, steps.first()) {
        ("var", Some(Access::Attr(..))) => Ok((Value::string("x"), 1)),
        ("local", Some(Access::Attr(..))) => {
            let members = [("a", Value::int(1)), ("b", Value::null(acier::value::Type::String))];
            Ok((Value::object(members.into_iter().map(|(name, value)| (name.into(), value)).collect()), 1))
        }
        _ => Err(Diagnostic::error("Reference to undeclared value", "There is no such value.").at(span).into()),
    };
    let host = Host {
        root: ".".into(),
        cwd: PathBuf::from("/work"),
        home: None,
        workspace: "default".into(),
        now: "2026-11-22T10:20:30Z".into(),
        planned: None,
        read: Rc::new(|_| Err("No such file or directory (os error 2)".into())),
        list: Rc::new(|_| Ok(Vec::new())),
    };
    let _ = eval(expr, &mut Env { lookup: &lookup, bound: Vec::new(), host: &host, applying: false });
}

/// Every span of a tree lies in the text.
fn spans(body: &Body, text: &str) -> Result<(), String> {
    for attribute in &body.attributes {
        inside(attribute.name_span, text)?;
        expr_spans(&attribute.expr, text)?;
    }
    for block in &body.blocks {
        inside(block.header, text)?;
        block.labels.iter().try_for_each(|label| inside(label.span, text))?;
        spans(&block.body, text)?;
    }
    body.end.map_or(Ok(()), |end| inside(end, text))
}

fn expr_spans(expr: &Expr, text: &str) -> Result<(), String> {
    inside(expr.span, text)?;
    let all = |exprs: &[&Expr]| exprs.iter().try_for_each(|one| expr_spans(one, text));
    match &expr.kind {
        ExprKind::Literal(_) => Ok(()),
        ExprKind::Template(parts) => part_spans(parts, text),
        ExprKind::Reference(_, steps) => step_spans(steps, text),
        ExprKind::Access(inner, steps) => all(&[inner]).and_then(|()| step_spans(steps, text)),
        ExprKind::Wrapped(inner) | ExprKind::Unary(_, inner) | ExprKind::Parens(inner) => all(&[inner]),
        ExprKind::Binary(_, left, right) => all(&[left, right]),
        ExprKind::Conditional(condition, yes, no) => all(&[condition, yes, no]),
        ExprKind::Call(call) => {
            inside(call.name_span, text)?;
            call.args.iter().try_for_each(|one| expr_spans(one, text))
        }
        ExprKind::Tuple(items) => items.iter().try_for_each(|one| expr_spans(one, text)),
        ExprKind::Object(items) => items.iter().try_for_each(|(key, value)| {
            match key {
                ObjectKey::Name(_, span) => inside(*span, text)?,
                ObjectKey::Expr(key) => expr_spans(key, text)?,
            }
            expr_spans(value, text)
        }),
        ExprKind::For(inner) => {
            let rest = inner.key.iter().chain(&inner.condition);
            all(&[&inner.collection, &inner.value])
                .and_then(|()| rest.into_iter().try_for_each(|one| expr_spans(one, text)))
        }
    }
}

fn step_spans(steps: &[Access], text: &str) -> Result<(), String> {
    steps.iter().try_for_each(|step| match step {
        Access::Attr(_, span) => inside(*span, text),
        Access::Index(index, span) => inside(*span, text).and_then(|()| expr_spans(index, text)),
        Access::AttrSplat(rest, span) | Access::FullSplat(rest, span) => {
            inside(*span, text).and_then(|()| step_spans(rest, text))
        }
    })
}

fn part_spans(parts: &[Part], text: &str) -> Result<(), String> {
    parts.iter().try_for_each(|part| match part {
        Part::Text(_, span) => inside(*span, text),
        Part::Interpolation(inner) => expr_spans(inner, text),
        Part::If { condition, yes, no } => {
            expr_spans(condition, text)?;
            part_spans(yes, text).and_then(|()| part_spans(no, text))
        }
        Part::For { collection, body, .. } => expr_spans(collection, text).and_then(|()| part_spans(body, text)),
    })
}
