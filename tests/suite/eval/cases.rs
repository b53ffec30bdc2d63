//! Every case file: an expression on a line, its answer indented on the next.
//!
//! With `ACIER_REWRITE=1` in the environment the answers are written anew; read the difference
//! before keeping it. `unknown.txt` and `marks.txt` use values that only these tests have; all
//! others use the locals below, which `terraform` gets too.

use std::fmt::Write;
use std::path::PathBuf;

use acier::value::{Marks, Type, Value};

use super::fixture::Fixture;

/// Names and expressions, as in a `locals` block.
pub(super) const LOCALS: &[(&str, &str)] = &[
    ("l", r#"["a", "b", "c"]"#),
    ("nums", "[3, 1, 2]"),
    ("m", "{ a = 1, b = 2 }"),
    ("mp", r#"tomap({ x = "1", y = "2" })"#),
    ("st", r#"toset(["b", "a", "c"])"#),
    ("n", "null"),
    ("s", r#""hello""#),
    ("o", r#"{ name = "x", tags = { k = "v" }, nul = null }"#),
    ("objs", r#"[{ id = 1, t = ["x"] }, { id = 2, t = ["y", "z"] }]"#),
    ("e", "[]"),
    ("tpl", r#""Hi $${name}%%{ for x in xs } <$${x}>%%{ endfor }""#),
    ("bad", r#""Hi $${x.""#),
];

/// Files that expressions may read.
pub(super) const FILES: &[(&str, &[u8])] = &[
    ("files/hello.txt", b"Hello\nWorld\n"),
    ("files/empty.txt", b""),
    ("files/data.bin", b"\xff\x00"),
    ("files/hi.tftpl", b"Hi ${name}!\n%{ for x in xs ~}\n- ${upper(x)}\n%{ endfor ~}\n"),
    ("files/one.tftpl", b"${[for x in xs : x]}"),
    ("files/wrong.tftpl", b"a\n${upper(xs)}"),
    ("files/inner.tftpl", b"${templatefile(\"files/hi.tftpl\", {})}"),
    ("files/sub/a.txt", b"a"),
    ("files/sub/b.md", b"b"),
    ("files/sub/deep/c.txt", b"c"),
];

/// Where the case files are.
pub(super) fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/suite/eval/cases")
}

/// The lines of a case file with what they answer: (expression, answer).
pub(super) fn read(name: &str) -> Vec<(String, String)> {
    let text = std::fs::read_to_string(folder().join(name)).unwrap();
    let mut cases: Vec<(String, String)> = Vec::new();
    for line in text.lines().filter(|line| !line.starts_with('#') && !line.is_empty()) {
        match line.strip_prefix("    ") {
            Some(answer) => cases.last_mut().expect("an expression before its answer").1 = answer.to_owned(),
            None => cases.push((line.to_owned(), String::new())),
        }
    }
    cases
}

/// The names of all case files.
pub(super) fn files() -> Vec<String> {
    let names = std::fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> = names.collect();
    names.sort();
    names
}

pub(super) fn fixture() -> Fixture {
    let mut fixture = Fixture::new(FILES);
    for (name, expression) in LOCALS {
        fixture.local(name, expression);
    }
    fixture
}

/// What only the tests of unknown and marked values see.
fn extend(fixture: &mut Fixture) {
    let unknown = [
        ("id", Value::unknown_not_null(Type::String)),
        ("text", Value::unknown(Type::String)),
        ("number", Value::unknown(Type::Number)),
        ("bool", Value::unknown(Type::Bool)),
        ("list", Value::unknown(Type::list(Type::String))),
        ("set", Value::unknown(Type::set(Type::String))),
        ("map", Value::unknown(Type::map(Type::Number))),
        ("tuple", Value::unknown(Type::tuple(vec![Type::Number, Type::String]))),
        ("object", Value::unknown(Type::object_of(&[("a", Type::Number), ("b", Type::String)]))),
        ("any", Value::unknown(Type::Dynamic)),
    ];
    for (name, value) in unknown {
        fixture.set("unknown", name, value);
    }
    fixture.local("secret", r#"sensitive("top")"#);
    fixture.local("secrets", r#"{ a = sensitive("x"), b = "y" }"#);
    fixture.local("sealed", r#"sensitive({ a = "x", b = ["y"] })"#);
    fixture.set("var", "fleeting", Value::string("e").with_marks(Marks::EPHEMERAL));
}

#[test]
fn every_case_has_its_answer() {
    let rewrite = std::env::var_os("ACIER_REWRITE").is_some();
    let mut fixture = fixture();
    extend(&mut fixture);
    let mut wrong = String::new();
    for name in files() {
        for (expression, expected) in read(&name) {
            let answer = fixture.answer(&expression);
            if answer != expected {
                writeln!(wrong, "{name}: {expression}\n    is       {answer}\n    expected {expected}").unwrap();
            }
        }
        if rewrite {
            write_anew(&name, &fixture);
        }
    }
    assert!(rewrite || wrong.is_empty(), "{wrong}");
}

fn write_anew(name: &str, fixture: &Fixture) {
    let path = folder().join(name);
    let text = std::fs::read_to_string(&path).unwrap();
    let mut out = String::new();
    for line in text.lines().filter(|line| !line.starts_with("    ")) {
        writeln!(out, "{line}").unwrap();
        if !line.starts_with('#') && !line.is_empty() {
            writeln!(out, "    {}", fixture.answer(line)).unwrap();
        }
    }
    std::fs::write(path, out).unwrap();
}
