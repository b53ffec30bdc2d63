//! Terraform text to syntax tree.
//!
//! **Never:** evaluate. The tables say what each snippet becomes; where a Terraform binary is
//! on the path, it judges the same snippets.

mod corpus;
mod forms;
mod fuzz;
mod peer;
mod shape;
mod tables;

use std::io::Write;
use std::process::Stdio;

use acier::diag::{Diagnostics, Sources};
use acier::lang::ast::{Expr, ExprKind, Part};
use acier::lang::parse;

use tables::{EXPRESSIONS, FILES, REFUSED, TEMPLATES};

fn read(text: &str) -> (Sources, acier::lang::ast::Body, Diagnostics) {
    let mut sources = Sources::default();
    let file = sources.add("main.tf", text);
    let (body, found) = parse::file(&sources, file);
    (sources, body, found)
}

fn errors(sources: &Sources, found: &Diagnostics) -> Vec<(String, usize, usize)> {
    let place = |diagnostic: &acier::diag::Diagnostic| {
        let span = diagnostic.span.expect("every syntax error has a place");
        sources.position(span.file, span.start).expect("the place lies in the text")
    };
    found.iter().map(|one| (one.summary.clone(), place(one).line, place(one).column)).collect()
}

/// The snippet as the value of an argument: a heredoc needs the line break behind it.
fn as_file(snippet: &str) -> String {
    format!("a = {snippet}\n")
}

#[test]
fn expressions_become_trees() {
    for (snippet, want) in EXPRESSIONS {
        let (sources, body, found) = read(&as_file(snippet));
        assert!(found.is_empty(), "{snippet:?}: {:?}", errors(&sources, &found));
        assert_eq!(shape::expr(&body.attributes[0].expr), *want, "{snippet:?}");
    }
}

#[test]
fn files_become_bodies() {
    for (text, want) in FILES {
        let (sources, body, found) = read(text);
        assert!(found.is_empty(), "{text:?}: {:?}", errors(&sources, &found));
        assert_eq!(shape::body(&body), *want, "{text:?}");
    }
}

#[test]
fn errors_say_what_and_where() {
    for (text, want) in REFUSED {
        let (sources, _, found) = read(text);
        let want: Vec<_> = want.iter().map(|(summary, line, column)| (summary.to_string(), *line, *column)).collect();
        assert_eq!(errors(&sources, &found), want, "{text:?}");
        for one in found.iter() {
            assert!(one.detail.ends_with('.') && !one.summary.ends_with('.'), "{text:?}: {one:?}");
        }
    }
}

#[test]
fn whole_texts_are_templates() {
    for (text, want) in TEMPLATES {
        let mut sources = Sources::default();
        let file = sources.add("a.tftpl", *text);
        let parts = parse::template(&sources, file).unwrap_or_else(|found| panic!("{text:?}: {found:?}"));
        assert_eq!(shape::parts(&parts), *want, "{text:?}");
    }
}

#[test]
fn a_lone_expression_may_end_with_a_line_break() {
    for (text, want) in
        [("[1, 2]", "[1, 2]"), (" { a = \"x\" }\n", "{a => \"x\"}"), ("1e400", &*format!("1{}", "0".repeat(400)))]
    {
        let mut sources = Sources::default();
        let file = sources.add("<value for var.x>", text);
        let expr = parse::expression(&sources, file).unwrap_or_else(|found| panic!("{text:?}: {found:?}"));
        assert_eq!(shape::expr(&expr), want);
    }
    let mut sources = Sources::default();
    let file = sources.add("<value for var.x>", "[1] [");
    let found = parse::expression(&sources, file).expect_err("a bracket stays open");
    assert!(found.has_errors());
    let file = sources.add("<value for var.x>", "a b");
    let found = parse::expression(&sources, file).expect_err("two expressions are not one");
    assert_eq!(errors(&sources, &found), [("Extra characters after expression".to_owned(), 1, 3)]);
}

/// Every node's span must cut exactly its own text out of the source.
#[test]
fn spans_are_exact_to_the_byte() {
    let text = "\u{feff}# ü\nresource \"ü\" \"b\" {\n  x = \"é ${ f(var.a[0], \"${local.b}\") } %{ if c.d }y%{ endif }\"\n  \
                y = <<-T\n    é ${g.h}\n  T\n  z = [for k in { a = 1, a = m.n } : k]\n}\n";
    let (sources, body, found) = read(text);
    assert!(found.is_empty(), "{found:?}");
    let block = &body.blocks[0];
    assert_eq!(sources.text(block.header), Some("resource \"ü\" \"b\""));
    assert_eq!(sources.text(block.labels[0].span), Some("\"ü\""));
    assert_eq!(sources.text(block.body.end.unwrap()), Some("}"));
    let mut seen = Vec::new();
    for attribute in &block.body.attributes {
        assert_eq!(sources.text(attribute.name_span), Some(&*attribute.name));
        collect(&attribute.expr, &sources, &mut seen);
    }
    let want = ["f(var.a[0], \"${local.b}\")", "var.a[0]", "local.b", "c.d", "g.h", "{ a = 1, a = m.n }", "m.n", "k"];
    for one in want {
        assert!(seen.iter().any(|text| text == one), "{one} is not among {seen:?}");
    }
}

fn collect(expr: &Expr, sources: &Sources, seen: &mut Vec<String>) {
    seen.push(sources.text(expr.span).expect("the span lies in the text").to_owned());
    match &expr.kind {
        ExprKind::Template(parts) => collect_parts(parts, sources, seen),
        ExprKind::Wrapped(inner) => collect(inner, sources, seen),
        ExprKind::Call(call) => call.args.iter().for_each(|argument| collect(argument, sources, seen)),
        ExprKind::Object(items) => items.iter().for_each(|(_, value)| collect(value, sources, seen)),
        ExprKind::For(inner) => [&inner.collection, &inner.value].iter().for_each(|one| collect(one, sources, seen)),
        _ => {}
    }
}

fn collect_parts(parts: &[Part], sources: &Sources, seen: &mut Vec<String>) {
    for part in parts {
        match part {
            Part::Interpolation(inner) => collect(inner, sources, seen),
            Part::If { condition, yes, no } => {
                collect(condition, sources, seen);
                collect_parts(yes, sources, seen);
                collect_parts(no, sources, seen);
            }
            Part::For { collection, body, .. } => {
                collect(collection, sources, seen);
                collect_parts(body, sources, seen);
            }
            Part::Text(..) => {}
        }
    }
}

/// Terraform reads two thousand levels of each kind.
#[test]
fn deep_nesting_is_read_or_refused_with_a_reason() {
    let nested =
        |open: &str, close: &str, depth: usize| format!("a = {}1{}\n", open.repeat(depth), close.repeat(depth));
    let pairs =
        [("[", "]"), ("(", ")"), ("{ a = ", " }"), ("\"${", "}\""), ("f(", ")"), ("b[", "]"), ("- ", ""), ("!", "")];
    let mut cases: Vec<(String, Option<&str>)> = Vec::new();
    for (depth, want) in [(2_000, None), (100_000, Some("Nesting too deep"))] {
        cases.extend(pairs.iter().map(|(open, close)| (nested(open, close, depth), want)));
        cases.push((format!("a = 1{}\n", " + 1".repeat(depth)), want));
        cases.push((format!("a = {}1\n", "x ? 0 : ".repeat(depth)), want));
        cases.push((format!("a = {}1{}\n", "x ? ".repeat(depth), " : 0".repeat(depth)), want));
        cases.push((format!("a = b{}\n", "[*]".repeat(depth)), want));
        cases.push((format!("{}{}", "a {\n".repeat(depth), "}\n".repeat(depth)), want));
        let loops = ["%{ for x in y }".repeat(depth), "%{ endfor }".repeat(depth)].concat();
        cases.push((format!("a = \"{loops}\"\n"), want));
        cases.push((format!("a = b{}\n", ".c".repeat(depth)), None));
    }
    for (text, want) in cases {
        let (_, body, found) = read(&text);
        assert_eq!(found.iter().next().map(|one| one.summary.as_str()), want, "{}", &text[..60]);
        assert!(found.iter().count() < 3, "one cause, one error: {}", &text[..60]);
        drop(body);
    }
}

/// Cutting or doubling bytes of valid snippets must never stop the parser or give a place outside.
#[test]
fn damaged_text_gives_errors_and_places_inside() {
    for (snippet, _) in EXPRESSIONS {
        let text = as_file(snippet);
        for at in (0..text.len()).filter(|at| text.is_char_boundary(*at)) {
            for damaged in [text[..at].to_owned(), text[at..].to_owned(), format!("{}\"{}", &text[..at], &text[at..])] {
                let (_, _, found) = read(&damaged);
                for one in found.iter() {
                    let span = one.span.expect("every syntax error has a place");
                    assert!(span.start <= span.end && span.end as usize <= damaged.len(), "{damaged:?}: {one:?}");
                }
            }
        }
    }
}

/// Terraform's own verdict on every snippet of the tables, where it is installed.
#[test]
fn terraform_agrees() {
    let accepts = |text: &str| -> Option<bool> {
        let mut child = crate::judge::terraform()
            .args(["fmt", "-"])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .ok()?;
        child.stdin.take()?.write_all(text.as_bytes()).ok()?;
        Some(child.wait().ok()?.success())
    };
    if !crate::judge::is_here("nobody judges the snippets") {
        return;
    }
    let valid = EXPRESSIONS.iter().map(|(snippet, _)| as_file(snippet)).chain(FILES.iter().map(|(t, _)| t.to_string()));
    for text in valid {
        assert_eq!(accepts(&text), Some(true), "Terraform refuses {text:?}");
    }
    for (text, _) in REFUSED {
        assert_eq!(accepts(text), Some(false), "Terraform accepts {text:?}");
    }
}

/// The same for configurations, values, tests, states and saved plans, from one seed.
#[test]
fn damaged_documents_are_refused_or_understood() {
    let forms = forms::Forms::new();
    let mut draw = fuzz::Draw(11);
    for _ in 0..1_500 {
        let (shown, tried) = forms.draw(&mut draw);
        if let Err(why) = tried() {
            panic!("{shown}\n{why}");
        }
    }
}

/// The first texts of the fuzzer, from one seed: `cargo bench --bench fuzz` goes on from there.
#[test]
fn damaged_snippets_keep_every_promise() {
    let corpus = corpus::corpus();
    let mut draw = fuzz::Draw(7);
    for _ in 0..4_000 {
        let text = fuzz::damaged(&corpus, &mut draw);
        if let Err(why) = fuzz::check(&text) {
            panic!("{text:?}\n{why}");
        }
    }
}
