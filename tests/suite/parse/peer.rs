//! hcl-edit reads the same texts: wherever it takes one too, both trees say the same.
//!
//! **Never:** judge what Terraform takes; hcl-edit refuses a little of it and takes a little more.
//! Texts of templates and heredocs are left out: their trimming is where hcl-edit is inexact.

use acier::lang::ast::{Access, BinaryOp, Body, Expr, ExprKind, ObjectKey, UnaryOp};
use acier::value::Content;
use hcl_edit::expr::{BinaryOperator, Expression, TraversalOperator, UnaryOperator};
use hcl_edit::structure::Body as HclBody;
use unicode_normalization::UnicodeNormalization;

use super::read;
use super::tables::{EXPRESSIONS, FILES};

fn ours(body: &Body) -> String {
    let attributes = body.attributes.iter().map(|attribute| format!("{}={}", attribute.name, our(&attribute.expr)));
    let blocks = body.blocks.iter().map(|block| {
        let labels: Vec<&str> = block.labels.iter().map(|label| &*label.text).collect();
        format!("{} {labels:?} {{{}}}", block.name, ours(&block.body))
    });
    attributes.chain(blocks).collect::<Vec<_>>().join("; ")
}

fn theirs(body: &HclBody) -> String {
    let attributes = body.attributes().map(|attribute| format!("{}={}", *attribute.key, their(&attribute.value)));
    let blocks = body.blocks().map(|block| {
        let labels: Vec<&str> = block.labels.iter().map(|label| label.as_str()).collect();
        format!("{} {labels:?} {{{}}}", *block.ident, theirs(&block.body))
    });
    attributes.chain(blocks).collect::<Vec<_>>().join("; ")
}

fn our(expr: &Expr) -> String {
    let list = |items: &[Expr]| items.iter().map(our).collect::<Vec<_>>().join(",");
    match &expr.kind {
        ExprKind::Literal(value) => match value.content() {
            Content::Null(_) => "null".into(),
            Content::Bool(value) => value.to_string(),
            Content::Number(number) => number.as_f64().to_string(),
            Content::String(text) => format!("{text:?}"),
            other => panic!("no literal is {other:?}"),
        },
        ExprKind::Template(_) | ExprKind::Wrapped(_) => "template".into(),
        ExprKind::Reference(name, steps) => format!("{name}{}", our_steps(steps)),
        ExprKind::Access(inner, steps) => format!("{}{}", our(inner), our_steps(steps)),
        ExprKind::Unary(UnaryOp::Not, inner) => format!("!{}", our(inner)),
        // hcl-edit takes the minus of a number into the number.
        ExprKind::Unary(UnaryOp::Negate, inner) => format!("-{}", our(inner)),
        ExprKind::Binary(operator, left, right) => format!("({} {operator:?} {})", our(left), our(right)),
        ExprKind::Conditional(condition, yes, no) => format!("({} ? {} : {})", our(condition), our(yes), our(no)),
        ExprKind::Call(call) => format!("{}({}{})", call.name, list(&call.args), if call.spread { "..." } else { "" }),
        ExprKind::Tuple(items) => format!("[{}]", list(items)),
        ExprKind::Object(items) => {
            let item = |(key, value): &(ObjectKey, Expr)| match key {
                ObjectKey::Name(name, _) => format!("{name}:{}", our(value)),
                ObjectKey::Expr(key) => format!("{}:{}", our(key), our(value)),
            };
            format!("{{{}}}", items.iter().map(item).collect::<Vec<_>>().join(","))
        }
        ExprKind::For(inner) => {
            let (key_name, grouped) = (inner.key_name.as_deref().unwrap_or("-"), inner.grouped);
            let maybe = |expr: &Option<Expr>| expr.as_ref().map(our).unwrap_or_default();
            let (key, value, condition) = (maybe(&inner.key), our(&inner.value), maybe(&inner.condition));
            format!(
                "for {key_name} {} {} {key} {value} {condition} {grouped}",
                inner.value_name,
                our(&inner.collection)
            )
        }
        ExprKind::Parens(inner) => format!("({})", our(inner)),
    }
}

fn our_steps(steps: &[Access]) -> String {
    let step = |step: &Access| match step {
        Access::Attr(name, _) => format!(".{name}"),
        Access::Index(index, _) => format!("[{}]", our(index)),
        Access::AttrSplat(inner, _) => format!(".*{}", our_steps(inner)),
        Access::FullSplat(inner, _) => format!("[*]{}", our_steps(inner)),
    };
    steps.iter().map(step).collect()
}

fn their(expr: &Expression) -> String {
    match expr {
        Expression::Null(_) => "null".into(),
        Expression::Bool(value) => value.value().to_string(),
        Expression::Number(number) => number.value().as_f64().unwrap().to_string(),
        Expression::String(text) => format!("{:?}", text.value()),
        Expression::StringTemplate(_) | Expression::HeredocTemplate(_) => "template".into(),
        Expression::Array(array) => format!("[{}]", array.iter().map(their).collect::<Vec<_>>().join(",")),
        Expression::Object(object) => {
            let item = |(key, value): (&hcl_edit::expr::ObjectKey, &hcl_edit::expr::ObjectValue)| match key {
                hcl_edit::expr::ObjectKey::Ident(name) => format!("{}:{}", **name, their(value.expr())),
                hcl_edit::expr::ObjectKey::Expression(key) => format!("{}:{}", their(key), their(value.expr())),
            };
            format!("{{{}}}", object.iter().map(item).collect::<Vec<_>>().join(","))
        }
        Expression::Parenthesis(inner) => format!("({})", their(inner.inner())),
        Expression::Variable(name) => name.value().to_string(),
        Expression::Conditional(found) => {
            format!("({} ? {} : {})", their(&found.cond_expr), their(&found.true_expr), their(&found.false_expr))
        }
        Expression::FuncCall(call) => {
            let names = call.name.namespace.iter().chain([&call.name.name]).map(|name| name.to_string());
            let args = call.args.iter().map(their).collect::<Vec<_>>().join(",");
            let spread = if call.args.expand_final() { "..." } else { "" };
            format!("{}({args}{spread})", names.collect::<Vec<_>>().join("::"))
        }
        Expression::Traversal(found) => {
            let steps = found.operators.iter().map(|step| match step.value() {
                TraversalOperator::GetAttr(name) => format!(".{}", **name),
                TraversalOperator::Index(index) => format!("[{}]", their(index)),
                TraversalOperator::LegacyIndex(index) => format!("[{}]", index.value()),
                TraversalOperator::AttrSplat(_) => ".*".into(),
                TraversalOperator::FullSplat(_) => "[*]".into(),
            });
            format!("{}{}", their(&found.expr), steps.collect::<String>())
        }
        Expression::UnaryOp(found) => match found.operator.value() {
            UnaryOperator::Not => format!("!{}", their(&found.expr)),
            UnaryOperator::Neg => format!("-{}", their(&found.expr)),
        },
        Expression::BinaryOp(found) => {
            let operator = same_operator(*found.operator.value());
            format!("({} {operator:?} {})", their(&found.lhs_expr), their(&found.rhs_expr))
        }
        Expression::ForExpr(found) => {
            let key_name = found.intro.key_var.as_ref().map_or("-".to_owned(), |name| name.to_string());
            let key = found.key_expr.as_ref().map(their).unwrap_or_default();
            let condition = found.cond.as_ref().map(|condition| their(&condition.expr)).unwrap_or_default();
            let (value, collection) = (their(&found.value_expr), their(&found.intro.collection_expr));
            let value_name = &*found.intro.value_var;
            format!("for {key_name} {value_name} {collection} {key} {value} {condition} {}", found.grouping)
        }
    }
}

fn same_operator(operator: BinaryOperator) -> BinaryOp {
    match operator {
        BinaryOperator::Eq => BinaryOp::Equal,
        BinaryOperator::NotEq => BinaryOp::NotEqual,
        BinaryOperator::LessEq => BinaryOp::LessOrEqual,
        BinaryOperator::GreaterEq => BinaryOp::GreaterOrEqual,
        BinaryOperator::Less => BinaryOp::Less,
        BinaryOperator::Greater => BinaryOp::Greater,
        BinaryOperator::Plus => BinaryOp::Add,
        BinaryOperator::Minus => BinaryOp::Subtract,
        BinaryOperator::Mul => BinaryOp::Multiply,
        BinaryOperator::Div => BinaryOp::Divide,
        BinaryOperator::Mod => BinaryOp::Remainder,
        BinaryOperator::And => BinaryOp::And,
        BinaryOperator::Or => BinaryOp::Or,
    }
}

/// Compares what both see in the texts that both take, and gives how many those are.
fn compared(texts: &[String]) -> usize {
    let mut taken = 0;
    let mut wrong = Vec::new();
    for text in texts {
        // Names and texts are in Unicode normal form C, as Terraform holds them.
        let Ok(body) = hcl_edit::parser::parse_body(&text.nfc().collect::<String>()) else { continue };
        let (_, own, found) = read(text);
        if !found.is_empty() {
            continue;
        }
        taken += 1;
        let (ours, theirs) = (ours(&own), theirs(&body));
        if ours != theirs {
            wrong.push(format!("{text}\n  we:       {ours}\n  hcl-edit: {theirs}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    taken
}

#[test]
fn what_hcl_edit_takes_it_reads_as_we_do() {
    let plain = |text: &&str| !text.contains("<<");
    let expressions = EXPRESSIONS.iter().map(|(snippet, _)| *snippet).filter(plain).map(super::as_file);
    let files = FILES.iter().map(|(text, _)| *text).filter(plain).map(str::to_owned);
    let texts: Vec<String> = expressions.chain(files).collect();
    let taken = compared(&texts);
    assert!(taken * 10 > texts.len() * 7, "{taken} of {} texts were compared", texts.len());
}

#[test]
fn drawn_configurations_are_read_alike() {
    let drawn = (0..400).map(crate::fmt::draw::configuration).filter(|text| !text.contains("<<"));
    let taken = compared(&drawn.collect::<Vec<_>>());
    assert!(taken > 100, "{taken} drawn configurations were compared");
}
