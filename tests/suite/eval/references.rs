//! What an expression refers to.

use acier::diag::Sources;
use acier::lang::ast::Access;
use acier::lang::eval::references;
use acier::lang::parse;

/// The references of an expression: names and plain attribute steps.
fn of(expression: &str) -> String {
    let mut sources = Sources::default();
    let file = sources.add("main.tf", expression);
    let expr = parse::expression(&sources, file).unwrap();
    let mut found = Vec::new();
    references(&expr, &mut |name, steps, _| {
        let attributes = steps.iter().map_while(|step| match step {
            Access::Attr(name, _) => Some(format!(".{name}")),
            _ => None,
        });
        found.push(format!("{name}{}", attributes.collect::<String>()));
    });
    found.join(" ")
}

#[test]
fn references_are_found_wherever_they_stand() {
    let cases = [
        ("1 + 2", ""),
        ("var.a + local.b.c", "var.a local.b.c"),
        ("var.a[var.b][var.c[0]].d", "var.a var.b var.c"),
        ("a.b[*].c[d.e]", "a.b d.e"),
        ("f(var.a, [var.b], { (var.c) = var.d, e = var.f })...", ""),
        ("[for x in var.xs : x.y + var.z if x.ok]", "var.xs var.z"),
        ("{ for k, v in var.xs : k => v if var.k }", "var.xs var.k"),
        ("[for x in x.y : x]", "x.y"),
        ("[[for x in a.b : x], x.c]", "a.b x.c"),
        ("\"${var.a} %{ if var.b }${var.c}%{ else }${var.d}%{ endif }\"", "var.a var.b var.c var.d"),
        ("\"%{ for x in var.xs }${x.a}${y.b}%{ endfor }\"", "var.xs y.b"),
        ("!var.a ? -var.b : (var.c)", "var.a var.b var.c"),
        ("templatestring(local.t, { a = var.b })", "local.t var.b"),
    ];
    for (expression, expected) in cases.into_iter().filter(|(expression, _)| !expression.ends_with("...")) {
        assert_eq!(of(expression), expected, "{expression}");
    }
    assert_eq!(of("f(var.a, [var.b], { (var.c) = var.d, e = var.f }...)"), "var.a var.b var.c var.d var.f");
}
