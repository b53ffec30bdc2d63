//! The calls within an expression, and what acier answers to their arguments.
//!
//! **Never:** judge. In: an expression and the name of a function. Out: the answers to the arguments
//! of each call of it. Where a call stands inside of a `for`, an answer holds one for each member.

use acier::diag::{FileId, Sources};
use acier::lang::ast::{Access, Expr, ExprKind, ObjectKey, Part};
use acier::lang::parse;
use acier::value::Name;

use super::ours;

/// What is answered to each argument of each call of a function; to the call itself behind them.
pub(super) fn calls(expression: &str, function: &str) -> Vec<Vec<String>> {
    let mut sources = Sources::default();
    let file = sources.add("expression", expression.to_owned());
    let Ok(expr) = parse::expression(&sources, file) else { return Vec::new() };
    let mut walk = Walk { text: expression, file, function, around: Vec::new(), found: Vec::new() };
    walk.expr(&expr);
    let answer = |texts: Vec<String>| {
        ours::answers(&texts).iter().map(|answer| answer.lines().join("\n")).collect::<Vec<String>>()
    };
    walk.found.into_iter().map(answer).collect()
}

struct Walk<'e> {
    text: &'e str,
    file: FileId,
    function: &'e str,
    /// What stands before the value of each `for` around.
    around: Vec<String>,
    found: Vec<Vec<String>>,
}

impl Walk<'_> {
    fn text_of(&self, expr: &Expr) -> &str {
        &self.text[expr.span.start as usize..expr.span.end as usize]
    }

    /// An expression within the names that are bound around it.
    fn alone(&self, expr: &Expr) -> String {
        assert_eq!(expr.span.file, self.file);
        let before = self.around.concat();
        format!("{before}(\n{}\n){}", self.text_of(expr), "]".repeat(self.around.len()))
    }

    fn expr(&mut self, expr: &Expr) {
        match &expr.kind {
            ExprKind::Literal(_) => {}
            ExprKind::Template(parts) => self.parts(parts),
            ExprKind::Wrapped(inner) | ExprKind::Parens(inner) | ExprKind::Unary(_, inner) => self.expr(inner),
            ExprKind::Reference(_, steps) => self.steps(steps),
            ExprKind::Access(inner, steps) => {
                self.expr(inner);
                self.steps(steps);
            }
            ExprKind::Binary(_, left, right) => [left, right].into_iter().for_each(|side| self.expr(side)),
            ExprKind::Conditional(condition, yes, no) => {
                [condition, yes, no].into_iter().for_each(|part| self.expr(part));
            }
            ExprKind::Call(call) => {
                if call.name.trim_start_matches("core::") == self.function {
                    let parts = call.args.iter().chain([expr]).map(|part| self.alone(part)).collect();
                    self.found.push(parts);
                }
                call.args.iter().for_each(|argument| self.expr(argument));
            }
            ExprKind::Tuple(members) => members.iter().for_each(|member| self.expr(member)),
            ExprKind::Object(items) => {
                for (key, value) in items {
                    if let ObjectKey::Expr(key) = key {
                        self.expr(key);
                    }
                    self.expr(value);
                }
            }
            ExprKind::For(of) => {
                self.expr(&of.collection);
                self.within(of.key_name.as_ref(), &of.value_name, &of.collection, |walk| {
                    let inside = of.key.iter().chain([&of.value]).chain(&of.condition);
                    inside.for_each(|part| walk.expr(part));
                });
            }
        }
    }

    fn within(&mut self, key: Option<&Name>, value: &Name, collection: &Expr, run: impl FnOnce(&mut Self)) {
        let names = key.map_or_else(|| value.to_string(), |key| format!("{key}, {value}"));
        let source = self.text_of(collection);
        self.around.push(format!("[for {names} in (\n{source}\n) : "));
        run(self);
        self.around.pop();
    }

    fn steps(&mut self, steps: &[Access]) {
        for step in steps {
            match step {
                Access::Attr(..) => {}
                Access::Index(key, _) => self.expr(key),
                Access::AttrSplat(inner, _) | Access::FullSplat(inner, _) => self.steps(inner),
            }
        }
    }

    fn parts(&mut self, parts: &[Part]) {
        for part in parts {
            match part {
                Part::Text(..) => {}
                Part::Interpolation(inner) => self.expr(inner),
                Part::If { condition, yes, no } => {
                    self.expr(condition);
                    self.parts(yes);
                    self.parts(no);
                }
                Part::For { key_name, value_name, collection, body } => {
                    self.expr(collection);
                    self.within(key_name.as_ref(), value_name, collection, |walk| walk.parts(body));
                }
            }
        }
    }
}

#[test]
fn arguments_of_calls_are_answered_where_they_stand() {
    let found = calls("\"a${[for x in [1, 2] : cidrsubnet(\"x\", -x, 3)][0]}\"", "cidrsubnet");
    let [call] = found.as_slice() else { panic!("{found:?}") };
    assert_eq!(call[1], "[-1,-2] : tuple([number, number])");
    assert_eq!(call[2], "[3,3] : tuple([number, number])");
    assert_eq!(call[3], "! Error in function call");
}
