//! `templatefile` and `templatestring`.
//!
//! **Never:** let a template see names beyond its variables. Errors inside a template are told as
//! text with their place in it, because the place is not in the configuration.

use crate::diag::{Diagnostics, Sources, Span};
use crate::lang::ast::{Access, Call, Expr, ExprKind, Part};
use crate::lang::eval::conversion::convert_to;
use crate::lang::eval::{Answer, Env, Errors, Evaluator, fail, references_in, undecided};
use crate::lang::parse;
use crate::value::{Content, Marks, Members, Name, Type, Value};

use super::call::plain_name;
use super::files::read_text;
use super::row::{Fault, Row, any, bad, text};

pub(super) const ROWS: &[Row] = &[
    Row::lazy("templatefile", &[text("path"), any("vars")], templatefile),
    Row::lazy("templatestring", &[text("template"), any("vars")], templatestring),
];

const PARAMS: [&str; 2] = ["path", "vars"];

fn templatefile(evaluator: &mut Evaluator<'_, '_>, call: &Call, _: Span) -> Answer {
    let Ok(Inputs { text: path, vars, marks, given }) = inputs(evaluator, call)? else {
        return Ok(Value::unknown(Type::Dynamic));
    };
    let rendered = (|| {
        if evaluator.in_template {
            return Err("cannot recursively call templatefile from inside another template function".into());
        }
        let source = read_text(std::slice::from_ref(&path), evaluator.env)?;
        render(evaluator, path.as_str().unwrap_or_default(), source, &vars, 0)
    })();
    let value = rendered.map_err(|fault| explain(call, &PARAMS, fault.veiled(&given)))?;
    Ok(value.with_marks(marks))
}

fn templatestring(evaluator: &mut Evaluator<'_, '_>, call: &Call, _: Span) -> Answer {
    let params = ["template", "vars"];
    if let Some(template) = call.args.first() {
        check_template_expression(template).map_err(|why| explain(call, &params, Fault::Argument(0, why)))?;
    }
    let Inputs { text: template, vars, marks, given } = match inputs(evaluator, call)? {
        Ok(inputs) => inputs,
        Err(Type::Dynamic) => return Ok(Value::unknown(Type::Dynamic)),
        Err(_) => return Ok(Value::unknown_not_null(Type::String)),
    };
    let rendered = (|| {
        if evaluator.in_template {
            return Err("cannot recursively call templatestring from inside another template function".into());
        }
        let source = template.as_str().unwrap_or_default().to_owned();
        let value = render(evaluator, "<templatestring argument>", source, &vars, 0)?;
        convert_to(&value, &Type::String).map_err(|why| Fault::Call(format!("invalid template result: {why}")))
    })();
    let value = rendered.map_err(|fault| explain(call, &params, fault.veiled(&given)))?;
    Ok(value.with_marks(marks))
}

/// A literal would be a template of the configuration itself, and is taken for a mistake.
fn check_template_expression(template: &Expr) -> Result<(), String> {
    match &template.kind {
        ExprKind::Reference(..) => Ok(()),
        ExprKind::Literal(_) | ExprKind::Template(_) => Err(
            "invalid template expression: templatestring is only for rendering templates retrieved dynamically from \
             elsewhere, and so does not support providing a literal template; consider using a template string \
             expression instead"
                .into(),
        ),
        _ => Err(
            "invalid template expression: must be a direct reference to a single string from elsewhere, containing \
                  valid Terraform template syntax"
                .into(),
        ),
    }
}

/// The arguments of a call.
struct Inputs {
    /// The text argument.
    text: Value,
    vars: Value,
    /// The marks of both, which they have no more.
    marks: Marks,
    /// Both as they were given.
    given: [Value; 2],
}

/// The arguments; or else the type of the variables, if not both are known.
fn inputs(evaluator: &mut Evaluator<'_, '_>, call: &Call) -> Result<Result<Inputs, Type>, Diagnostics> {
    let mut errors = Errors::default();
    let name = if plain_name(call) == "templatestring" { "template" } else { "path" };
    let argument = |name: &str, at: Span, why: &str| {
        fail("Invalid function argument", format!("Invalid value for \"{name}\" parameter: {why}."), at)
    };
    let [first, second] = call.args.as_slice() else {
        let why = format!("Call to function \"{}\" failed: its two arguments must be written out.", call.name);
        return Err(fail("Error in function call", why, call.name_span));
    };
    let first_value = evaluator
        .expr(first)
        .and_then(|value| convert_to(&value, &Type::String).map_err(|why| argument(name, first.span, &why)));
    let first_value = errors.keep(first_value);
    let second_value = errors.keep(evaluator.expr(second));
    let (Some(path), Some(vars)) = (first_value, second_value) else { return errors.or_else(|| Err(Type::Dynamic)) };
    for (value, name, at) in [(&path, name, first.span), (&vars, "vars", second.span)] {
        if value.is_null() {
            return Err(argument(name, at, "argument must not be null"));
        }
    }
    let given = [path.clone(), vars.clone()];
    let (text, path_marks) = path.unmark();
    // A secret marks the text even if the template does not use it.
    let (vars, vars_marks) = vars.unmark_deep();
    if text.is_unknown() || vars.is_unknown() {
        return Ok(Err(vars.ty()));
    }
    Ok(Ok(Inputs { text, vars, marks: path_marks.union(vars_marks), given }))
}

fn explain(call: &Call, params: &[&str], fault: Fault) -> Diagnostics {
    match fault {
        Fault::Argument(index, why) => {
            let at = call.args.get(index).map_or(call.name_span, |argument| argument.span);
            let name = params.get(index).copied().unwrap_or_default();
            fail("Invalid function argument", format!("Invalid value for \"{name}\" parameter: {why}."), at)
        }
        Fault::Call(why) => {
            fail("Error in function call", format!("Call to function \"{}\" failed: {why}.", call.name), call.name_span)
        }
    }
}

fn render(
    evaluator: &Evaluator<'_, '_>,
    file_name: &str,
    source: String,
    vars: &Value,
    template_argument: usize,
) -> Result<Value, Fault> {
    let members = take_vars(vars)?;
    let mut sources = Sources::default();
    let file = sources.add(file_name, source);
    let parts = parse::template(&sources, file).map_err(|errors| {
        let told = tell(&errors, &sources);
        if file_name.starts_with('<') {
            Fault::Argument(template_argument, format!("invalid template: {told}"))
        } else {
            Fault::Call(told)
        }
    })?;
    check_names(&parts, members, &sources)?;
    let lookup = |name: &Name, _: &[Access], span: Span| match members.get(name) {
        Some(value) => Ok((value.clone(), 0)),
        None => Err(fail("Reference to unknown variable", format!("There is no variable named {name:?}."), span)),
    };
    let mut env =
        Env { lookup: &lookup, bound: Vec::new(), host: evaluator.env.host, applying: evaluator.env.applying };
    let mut inner =
        Evaluator { env: &mut env, in_template: true, unresolved: Diagnostics::none(), failed: undecided() };
    let answer = match parts.as_slice() {
        [Part::Interpolation(only)] => inner.expr(only),
        parts => inner.template(parts),
    };
    let unresolved = std::mem::take(&mut inner.unresolved);
    answer.map_err(|mut errors| {
        errors.extend(unresolved);
        Fault::Call(tell(&errors, &sources))
    })
}

fn take_vars(vars: &Value) -> Result<&Members, Fault> {
    let (Content::Map(_, members) | Content::Object(members)) = vars.content() else {
        return bad(1, "invalid vars value: must be a map");
    };
    let valid = |name: &str| {
        name.starts_with(|first: char| first.is_alphabetic() || first == '_')
            && name.chars().all(|letter| letter.is_alphanumeric() || matches!(letter, '_' | '-'))
    };
    match members.keys().find(|name| !valid(name)) {
        Some(name) => bad(
            1,
            format!(
                "invalid template variable name {name:?}: must start with a letter, followed by zero or more letters, \
                 digits, and underscores"
            ),
        ),
        None => Ok(members),
    }
}

fn check_names(parts: &[Part], members: &Members, sources: &Sources) -> Result<(), Fault> {
    let mut missing = None;
    references_in(parts, &mut |name, _, span| {
        if missing.is_none() && !members.contains_key(name) {
            let end = span.start.saturating_add(u32::try_from(name.len()).unwrap_or(0));
            missing = Some((name.clone(), Span { end, ..span }));
        }
    });
    match missing {
        Some((name, span)) => {
            bad(1, format!("vars map does not contain key {:?}, referenced at {}", &*name, place(span, sources)))
        }
        None => Ok(()),
    }
}

/// A place as Terraform writes it in a line: `name:line,column-column`.
fn place(span: Span, sources: &Sources) -> String {
    let name = sources.get(span.file).map(|source| source.name.to_string()).unwrap_or_default();
    let (Some(start), Some(end)) = (sources.position(span.file, span.start), sources.position(span.file, span.end))
    else {
        return name;
    };
    if start.line == end.line {
        format!("{name}:{},{}-{}", start.line, start.column, end.column)
    } else {
        format!("{name}:{},{}-{},{}", start.line, start.column, end.line, end.column)
    }
}

pub(super) fn tell(errors: &Diagnostics, sources: &Sources) -> String {
    let Some(first) = errors.iter().next() else { return "the template cannot be rendered".into() };
    let at = first.span.map(|span| format!("{}: ", place(span, sources))).unwrap_or_default();
    let more = match errors.iter().count() {
        0 | 1 => String::new(),
        count => format!(", and {} other diagnostic(s)", count - 1),
    };
    format!("{at}{}; {}{more}", first.summary, first.detail.trim_end_matches('.'))
}
