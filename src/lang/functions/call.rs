//! Calls functions: finds the row, evaluates and converts the arguments, deals with nulls,
//! unknown values and marks as the row says, and puts errors in Terraform's words.
//!
//! **Never:** know a single function. In: a call and an evaluation under way. Out: its value.

use crate::diag::{Calling, Diagnostic, Diagnostics, Span};
use crate::value::{Content, Marks, Type, Value};

use super::super::ast::Call;
use super::super::eval::{Answer, Errors, Evaluator, conversion, fail, sizes};
use super::row::{Body, Fault, Outcome, Param, Returns, Row, veiled};
use crate::diag::suggest::did_you_mean;

/// Evaluates a call.
pub(crate) fn call(evaluator: &mut Evaluator<'_, '_>, call: &Call, span: Span) -> Answer {
    let row = find(call)?;
    let (values, spans) = match row.body {
        Body::Lazy(run) => {
            check_count(row, call, call.args.len(), span)?;
            return run(evaluator, call, span).map_err(|wrong| calling(row, call, wrong));
        }
        _ => match arguments(evaluator, row, call, span)? {
            Some(arguments) => arguments,
            None => return Ok(Value::unknown(Type::Dynamic)),
        },
    };
    apply(row, &values, evaluator)
        .map_err(|fault| calling(row, call, explain(row, call, &spans, fault.veiled(&values))))
}

/// The findings, with the call that they are about; those about a call within it have theirs.
fn calling(row: &Row, call: &Call, mut wrong: Diagnostics) -> Diagnostics {
    let rest = row.rest.iter().map(|param| format!("{}...", param.name));
    let parameters: Vec<String> = row.params.iter().map(|param| param.name.to_owned()).chain(rest).collect();
    let own = |finding: &&mut Diagnostic| finding.calling.is_none() && finding.summary.contains("function");
    for finding in wrong.0.iter_mut().filter(own) {
        let about = Calling { name: call.name.to_string(), parameters: parameters.join(", ") };
        finding.calling = Some(Box::new(about));
    }
    wrong
}

/// The name of a function without `core::`, which may stand before those of the language.
pub(super) fn plain_name(call: &Call) -> &str {
    call.name.strip_prefix("core::").unwrap_or(&call.name)
}

fn unknown_of_provider(call: &Call, rest: &str) -> Diagnostics {
    let detail = match rest.split_once("::") {
        Some(("terraform", function)) => {
            format!("The function {function:?} is not available from the provider \"terraform\".")
        }
        _ => format!(
            "There is no function named {:?}: acier knows the functions of the provider \"terraform\" and no others.",
            call.name
        ),
    };
    fail("Unknown provider function", detail, call.name_span)
}

fn find(call: &Call) -> Result<&'static Row, Diagnostics> {
    let unknown = |detail: String| fail("Call to unknown function", detail, call.name_span);
    if let Some(rest) = call.name.strip_prefix("provider::") {
        return super::find(&call.name).ok_or_else(|| unknown_of_provider(call, rest));
    }
    let core = call.name.starts_with("core::");
    let name = plain_name(call);
    if let Some(row) = super::find(name) {
        return Ok(row);
    }
    if core || name.contains("::") {
        let detail = format!("There is no function named {:?}.", call.name);
        return Err(fail("Unknown provider function", detail, call.name_span));
    }
    let meant = FOREIGN.iter().find(|(foreign, _)| foreign.eq_ignore_ascii_case(name));
    let hint = match meant {
        Some((_, own)) => format!(" Did you mean {own:?}?"),
        None => did_you_mean(name, super::names()),
    };
    Err(unknown(format!("There is no function named {name:?}.{hint}")))
}

/// What functions are called elsewhere, and here.
const FOREIGN: &[(&str, &str)] = &[
    ("len", "length"),
    ("size", "length"),
    ("count", "length"),
    ("str", "tostring"),
    ("string", "tostring"),
    ("int", "tonumber"),
    ("number", "tonumber"),
    ("bool", "tobool"),
    ("list", "tolist"),
    ("array", "tolist"),
    ("set", "toset"),
    ("map", "tomap"),
    ("includes", "contains"),
    ("has", "contains"),
    ("contain", "contains"),
    ("substring", "substr"),
    ("uppercase", "upper"),
    ("toupper", "upper"),
    ("lowercase", "lower"),
    ("tolower", "lower"),
    ("append", "concat"),
    ("push", "concat"),
    ("json", "jsonencode"),
    ("tojson", "jsonencode"),
    ("stringify", "jsonencode"),
    ("fromjson", "jsondecode"),
    ("parsejson", "jsondecode"),
    ("fromyaml", "yamldecode"),
    ("toyaml", "yamlencode"),
    ("base64", "base64encode"),
    ("b64enc", "base64encode"),
    ("b64dec", "base64decode"),
    ("now", "timestamp"),
    ("default", "coalesce"),
    ("readfile", "file"),
    ("template", "templatefile"),
];

fn check_count(row: &Row, call: &Call, given: usize, span: Span) -> Result<(), Diagnostics> {
    let expected = row.params.len();
    if let Some(missing) = row.params.get(given) {
        let at_least = if row.rest.is_some() { " at least" } else { "" };
        let why = format!(
            "Function \"{}\" expects{at_least} {expected} argument(s). Missing value for \"{}\".",
            call.name, missing.name
        );
        let parenthesis = Span { start: span.end.saturating_sub(1), ..span };
        return Err(calling(row, call, fail("Not enough function arguments", why, parenthesis)));
    }
    if row.rest.is_none() && given > expected {
        let why = format!("Function \"{}\" expects only {expected} argument(s).", call.name);
        let at = call.args.get(expected).or(call.args.last()).map_or(span, |extra| extra.span);
        return Err(calling(row, call, fail("Too many function arguments", why, at)));
    }
    Ok(())
}

type Arguments = (Vec<Value>, Vec<Span>);

/// The arguments, converted to what their parameters want. None if not even their number is known.
fn arguments(
    evaluator: &mut Evaluator<'_, '_>,
    row: &Row,
    call: &Call,
    span: Span,
) -> Result<Option<Arguments>, Diagnostics> {
    let (plain, spread) = match call.args.split_last() {
        Some((last, plain)) if call.spread => (plain, Some(last)),
        _ => (call.args.as_slice(), None),
    };
    let mut expanded = Vec::new();
    if let Some(last) = spread {
        let (value, marks) = evaluator.expr(last)?.unmark();
        let wrong = |detail: &str| fail("Invalid expanding argument value", detail, last.span);
        if value.is_null() {
            return Err(wrong("The expanding argument (indicated by ...) must not be null."));
        }
        match (value.as_sequence(), value.ty()) {
            (Some(members), _) => {
                expanded.extend(members.iter().map(|member| (member.clone().with_marks(marks), last.span)))
            }
            (None, Type::Dynamic | Type::List(_) | Type::Set(_) | Type::Tuple(_)) => return Ok(None),
            _ => return Err(wrong("The expanding argument (indicated by ...) must be of a tuple, list, or set type.")),
        }
    }
    check_count(row, call, plain.len() + expanded.len(), span)?;
    let mut errors = Errors::default();
    let mut values = Vec::with_capacity(plain.len() + expanded.len());
    let mut spans = Vec::with_capacity(plain.len() + expanded.len());
    let given = plain.iter().map(Ok).chain(expanded.into_iter().map(Err));
    for (index, argument) in given.enumerate() {
        let (answer, at) = match argument {
            Ok(expr) => (evaluator.expr(expr), expr.span),
            Err((value, at)) => (Ok(value), at),
        };
        let Some(param) = row.param(index) else { continue };
        let Some(value) = errors.keep(answer) else { continue };
        let converted = conversion::convert_to(&value, &param.kind.ty());
        let converted = converted.map_err(|why| {
            let why = veiled(&why, std::slice::from_ref(&value));
            calling(row, call, invalid_argument(param.name, &why, at))
        });
        values.extend(errors.keep(converted));
        spans.push(at);
    }
    errors.or_else(|| Some((values, spans)))
}

fn invalid_argument(name: &str, why: &str, at: Span) -> Diagnostics {
    fail("Invalid function argument", format!("Invalid value for \"{name}\" parameter: {why}."), at)
}

fn explain(row: &Row, call: &Call, spans: &[Span], fault: Fault) -> Diagnostics {
    match fault {
        Fault::Argument(index, why) => match (row.param(index), spans.get(index)) {
            (Some(param), Some(at)) => invalid_argument(param.name, &why, *at),
            _ => explain(row, call, spans, Fault::Call(why)),
        },
        Fault::Call(why) => {
            let detail = format!("Call to function \"{}\" failed: {why}.", call.name);
            fail("Error in function call", detail, call.name_span)
        }
    }
}

/// Refuses a converted argument that has not the type of its parameter nevertheless: a set with members
/// that are not known becomes a list of the elements that it has, not of those that are wanted.
fn conform(argument: &Value, param: &Param) -> Result<(), String> {
    let want = param.kind.ty();
    let open = match &want {
        Type::List(_) => argument.is_unknown(),
        _ => want.has_list(),
    };
    if !open || !want.is_concrete() {
        return Ok(());
    }
    let have = argument.ty();
    let (mut have, mut want) = (&have, &want);
    while let (Type::List(inner), Type::List(wanted)) | (Type::Map(inner), Type::Map(wanted)) = (have, want) {
        (have, want) = (inner, wanted);
    }
    if have == want || *have == Type::Dynamic {
        return Ok(());
    }
    Err(format!("{} required, but received {}", want.friendly(), have.friendly()))
}

/// Applies a function to converted arguments.
fn apply(row: &Row, values: &[Value], evaluator: &Evaluator<'_, '_>) -> Outcome {
    let mut marks = Marks::NONE;
    // Marks that the function deals with itself, unless it is not asked at all.
    let mut own_marks = Marks::NONE;
    let mut undecided = false;
    let mut unknown = false;
    let mut ready = Vec::with_capacity(values.len());
    for (index, value) in values.iter().enumerate() {
        let Some(param) = row.param(index) else { continue };
        // What comes behind an argument of an undecided type is not looked at.
        if value.is_null() && !param.nullable && !undecided {
            return Err(Fault::Argument(index, "argument must not be null".into()));
        }
        if !undecided {
            conform(value, param).map_err(|why| Fault::Argument(index, why))?;
        }
        let open = match value.content() {
            Content::Null(ty) => {
                *ty == Type::Dynamic && (!param.nullable || param.open_null && !evaluator.env.applying)
            }
            Content::Unknown { ty, .. } => *ty == Type::Dynamic,
            _ => false,
        };
        undecided |= open && !param.dynamic;
        unknown |= value.is_unknown() && !param.unknown;
        ready.push(if param.marked {
            own_marks = own_marks.union(value.marks());
            value.clone()
        } else {
            let (value, found) = value.clone().unmark_deep();
            marks = marks.union(found);
            value
        });
    }
    let (ty, unknown) = match row.returns {
        _ if undecided => (Type::Dynamic, true),
        Returns::Fixed(kind) => (kind.ty(), unknown),
        Returns::From(decide) => (decide(&ready)?, unknown),
    };
    let result = if unknown {
        Value::unknown(ty).with_marks(own_marks)
    } else {
        match row.body {
            Body::Pure(run) => run(&ready, &ty)?,
            Body::Host(run) => run(&ready, evaluator.env)?,
            Body::Lazy(_) => return Err("the arguments of this function cannot be evaluated beforehand".into()),
        }
    };
    sizes::within(&result)?;
    Ok(refine(result, row.not_null).with_marks(marks))
}

fn refine(result: Value, not_null: bool) -> Value {
    match result.content() {
        Content::Unknown { not_null: false, ty, .. } if not_null => {
            Value::unknown_not_null(ty.clone()).with_marks(result.marks())
        }
        _ => result,
    }
}
