//! A syntax tree as one line of text, so that tables can say what a snippet should become.
//!
//! **Never:** look at spans: the tests of places do that.
//! `(+ 1 2)`, `a.b[0]`, `{a => 1}`, `<"text" ${x}>` for templates, `wrap(x)` for `"${x}"` alone.

use acier::lang::ast::{Access, Body, Expr, ExprKind, ObjectKey, Part, UnaryOp};
use acier::value::{Content, Value};

pub(super) fn body(body: &Body) -> String {
    let mut out: Vec<String> =
        body.attributes.iter().map(|attribute| format!("{} = {}", attribute.name, expr(&attribute.expr))).collect();
    out.extend(body.blocks.iter().map(|block| {
        let labels: String = block.labels.iter().map(|label| format!(" {:?}", &*label.text)).collect();
        format!("{}{labels} {{{}}}", block.name, self::body(&block.body))
    }));
    out.join("; ")
}

pub(super) fn expr(expr: &Expr) -> String {
    let list = |items: &[Expr]| items.iter().map(self::expr).collect::<Vec<_>>().join(", ");
    match &expr.kind {
        ExprKind::Literal(value) => literal(value),
        ExprKind::Template(template) => parts(template),
        ExprKind::Wrapped(inner) => format!("wrap({})", self::expr(inner)),
        ExprKind::Reference(name, steps) => format!("{name}{}", accesses(steps)),
        ExprKind::Access(inner, steps) => format!("<{}>{}", self::expr(inner), accesses(steps)),
        ExprKind::Unary(UnaryOp::Not, inner) => format!("(! {})", self::expr(inner)),
        ExprKind::Unary(UnaryOp::Negate, inner) => format!("(- {})", self::expr(inner)),
        ExprKind::Binary(operator, left, right) => format!("({operator:?} {} {})", self::expr(left), self::expr(right)),
        ExprKind::Conditional(condition, yes, no) => {
            format!("(if {} {} {})", self::expr(condition), self::expr(yes), self::expr(no))
        }
        ExprKind::Call(call) => format!("{}({}{})", call.name, list(&call.args), if call.spread { "..." } else { "" }),
        ExprKind::Tuple(items) => format!("[{}]", list(items)),
        ExprKind::Object(items) => {
            let items: Vec<String> =
                items.iter().map(|(key, value)| format!("{} => {}", self::key(key), self::expr(value))).collect();
            format!("{{{}}}", items.join(", "))
        }
        ExprKind::For(inner) => {
            let key_name = inner.key_name.as_ref().map(|name| format!("{name}, ")).unwrap_or_default();
            let key = inner.key.as_ref().map(|key| format!("{} => ", self::expr(key))).unwrap_or_default();
            let grouped = if inner.grouped { "..." } else { "" };
            let condition = inner.condition.as_ref().map(|c| format!(" if {}", self::expr(c))).unwrap_or_default();
            let (value, collection) = (self::expr(&inner.value), self::expr(&inner.collection));
            format!("for({key_name}{} in {collection}: {key}{value}{grouped}{condition})", inner.value_name)
        }
        ExprKind::Parens(inner) => format!("({})", self::expr(inner)),
    }
}

pub(super) fn parts(parts: &[Part]) -> String {
    let parts: Vec<String> = parts.iter().map(part).collect();
    format!("<{}>", parts.join(" "))
}

fn part(part: &Part) -> String {
    match part {
        Part::Text(text, _) => format!("{text:?}"),
        Part::Interpolation(inner) => format!("${{{}}}", expr(inner)),
        Part::If { condition, yes, no } => format!("if({} {} {})", expr(condition), parts(yes), parts(no)),
        Part::For { key_name, value_name, collection, body } => {
            let key_name = key_name.as_ref().map(|name| format!("{name}, ")).unwrap_or_default();
            format!("for({key_name}{value_name} in {} {})", expr(collection), parts(body))
        }
    }
}

fn key(key: &ObjectKey) -> String {
    match key {
        ObjectKey::Name(name, _) => name.to_string(),
        ObjectKey::Expr(inner) => expr(inner),
    }
}

fn accesses(steps: &[Access]) -> String {
    steps
        .iter()
        .map(|step| match step {
            Access::Attr(name, _) => format!(".{name}"),
            Access::Index(index, _) => format!("[{}]", expr(index)),
            Access::AttrSplat(rest, _) => format!(".*({})", accesses(rest)),
            Access::FullSplat(rest, _) => format!("[*]({})", accesses(rest)),
        })
        .collect()
}

fn literal(value: &Value) -> String {
    match value.content() {
        Content::Null(_) => "null".into(),
        Content::Bool(value) => value.to_string(),
        Content::Number(number) => number.to_string(),
        Content::String(text) => format!("{text:?}"),
        other => format!("{other:?}"),
    }
}
