//! The type that several share, as Terraform 1.11 finds it, and conversions to a type.
//!
//! **Never:** depend on the language: types have short names here, values are built by hand.

use std::collections::BTreeMap;

use acier::value::convert::convert;
use acier::value::unify::unify;
use acier::value::{Marks, Number, Type, Value};

/// The type of a short name: `n`umber, `s`tring, `b`ool, `0` for any; `l`ist, s`e`t and `m`ap of
/// one; `t`uple and `o`bject of several, the attributes being `a` and `b`.
fn named(name: &str) -> Type {
    let rest = &name[1..];
    let each = || (0..rest.len()).map(|at| named(&rest[at..=at]));
    match name.as_bytes()[0] {
        b'n' => Type::Number,
        b's' => Type::String,
        b'b' => Type::Bool,
        b'0' => Type::Dynamic,
        b'l' => Type::list(named(rest)),
        b'e' => Type::set(named(rest)),
        b'm' => Type::map(named(rest)),
        b't' => Type::tuple(each().collect()),
        b'o' => Type::object(["a", "b"].into_iter().map(Into::into).zip(each()).collect::<BTreeMap<_, _>>()),
        _ => panic!("{name:?} names no type"),
    }
}

/// Types, and the one they share.
const SHARED: &[(&str, &str)] = &[
    ("ln tn", "ln"),
    ("os obs", "ms"),
    ("os ons", "ms"),
    ("tns tb", "ls"),
    ("es tnb", "es"),
    ("mb ons", "ms"),
    ("es tb", "es"),
    ("lb tb", "lb"),
    ("tn ts", "ts"),
    ("t ts", "ls"),
    ("ls es", "ls"),
    ("t lts", "lts"),
    ("ms obs", "ms"),
    ("ln tns", "ls"),
    ("mn ms", "ms"),
    ("en t0", "en"),
    ("en t", "en"),
    ("ln t", "ln"),
    ("os ob", "os"),
    ("ls tb", "ls"),
    ("mn o0", "mn"),
    ("ms o0", "ms"),
    ("tb t0", "tb"),
    ("ms os", "ms"),
    ("ln t0", "ln"),
    ("on ons", "ms"),
    ("onb ons", "ons"),
    ("tns tnb", "tns"),
    ("o o0", "m0"),
    ("o obs", "ms"),
    ("t t0", "l0"),
    ("o os", "ms"),
    ("ls lb", "ls"),
    ("es t0", "es"),
    ("es ts", "es"),
    ("ob o0", "ob"),
    ("o ob", "mb"),
    ("mn ons", "ms"),
    ("ls en", "ls"),
    ("lb t", "lb"),
    ("mn o", "mn"),
    ("es tn", "es"),
    ("n s", "s"),
    ("mn os", "ms"),
    ("on o0", "on"),
    ("obs o0", "ms"),
    ("es t", "es"),
    ("t tb", "lb"),
    ("ls tn", "ls"),
    ("ts tnb", "ls"),
    ("ls t", "ls"),
    ("t0 ls ln", "ls"),
    ("tn t tns", "ls"),
    ("tns t ln", "ls"),
    ("mb ob obs", "ms"),
    ("n b s", "s"),
    ("b n s", "s"),
    ("s n b", "s"),
    ("on os", "os"),
    ("ls tnb", "ls"),
    ("o on", "mn"),
    ("ln es", "ln"),
    ("os onb obs", "ms"),
    ("lb t0 es", "lb"),
    ("en ts", "en"),
    ("en tns", "en"),
    ("0 s", "s"),
    ("0", "0"),
    ("mn ob", "none"),
    ("n ln", "none"),
    ("mn mb", "none"),
    ("tnb ons", "none"),
    ("s ls", "none"),
    ("tns o", "none"),
    ("es mn", "none"),
    ("ls o0", "none"),
    ("s es", "none"),
    ("b on", "none"),
    ("s tnb", "none"),
    ("n os", "none"),
    ("ms tnb", "none"),
    ("lb ms", "none"),
    ("en onb", "none"),
    ("ts onb", "none"),
    ("s t0", "none"),
    ("b lb", "none"),
    ("mb tns", "none"),
    ("n on", "none"),
    ("s en", "none"),
    ("s ts", "none"),
    ("ts ons", "none"),
    ("es obs", "none"),
    ("onb lts", "none"),
    ("ts o", "none"),
    ("obs lts", "none"),
    ("s t", "none"),
    ("o0 o0 ln", "none"),
    ("ons tns lts", "none"),
    ("ts o ons", "none"),
    ("es obs lb", "none"),
    ("ln o tnb", "none"),
    ("ms lts en", "none"),
    ("ons obs", "none"),
    ("n b", "none"),
];

#[test]
fn several_types_share_one() {
    for (names, want) in SHARED {
        let mut types: Vec<Type> = names.split(' ').map(named).collect();
        let want = if *want == "none" { None } else { Some(named(want).to_string()) };
        for order in ["forwards", "backwards"] {
            assert_eq!(unify(&types).map(|ty| ty.to_string()), want, "{names} {order}");
            types.reverse();
        }
    }
}

/// A value, a type and what becomes of it, or where what is wrong.
type Conversion = (Value, &'static str, Result<Value, (&'static str, &'static str)>);

fn conversions() -> Vec<Conversion> {
    let text = |text: &str| Value::string(text);
    let pair = |a: Value, b: Value| Value::object([("a".into(), a), ("b".into(), b)].into_iter().collect());
    let map = |ty: Type, a: Value, b: Value| Value::map(ty, [("a".into(), a), ("b".into(), b)].into_iter().collect());
    let mixed = || Value::tuple(vec![Value::int(1), text("x"), Value::bool(true)]);
    let strings = || vec![text("1"), text("x"), text("true")];
    vec![
        (Value::int(5), "s", Ok(text("5"))),
        (Value::bool(true), "s", Ok(text("true"))),
        (text("2.50"), "n", Ok(Value::number(Number::parse("2.5").unwrap()))),
        (text("0"), "b", Ok(Value::bool(false))),
        (text("five"), "n", Err(("", "a number is required"))),
        (text("TRUE"), "b", Err(("", "a bool is required; to convert from string, use lowercase \"true\""))),
        (text("yes"), "b", Err(("", "a bool is required"))),
        (Value::bool(true), "n", Err(("", "a number is required"))),
        (text("x"), "ls", Err(("", "list of string required"))),
        (mixed(), "ls", Ok(Value::list(Type::String, strings()))),
        (mixed(), "l0", Ok(Value::list(Type::String, strings()))),
        (mixed(), "ln", Err(("[1]", "a number is required"))),
        (Value::tuple(vec![]), "l0", Ok(Value::list(Type::Dynamic, vec![]))),
        (Value::list(Type::String, vec![]), "e0", Ok(Value::set(Type::String, vec![]))),
        (
            Value::tuple(vec![text("b"), text("a"), text("b")]),
            "es",
            Ok(Value::set(Type::String, vec![text("a"), text("b")])),
        ),
        (Value::list(Type::String, strings()), "tsss", Err(("", "a tuple is required"))),
        (mixed(), "tss", Err(("", "a tuple of 2 elements is required"))),
        (mixed(), "tssb", Ok(Value::tuple(vec![text("1"), text("x"), Value::bool(true)]))),
        (pair(Value::int(1), text("x")), "m0", Ok(map(Type::String, text("1"), text("x")))),
        (pair(Value::int(1), text("x")), "mn", Err(("[\"b\"]", "a number is required"))),
        (pair(Value::int(1), text("x")), "os", Ok(Value::object([("a".into(), text("1"))].into_iter().collect()))),
        (map(Type::String, text("1"), text("x")), "ons", Ok(pair(Value::int(1), text("x")))),
        (Value::object(Default::default()), "os", Err(("", "attribute \"a\" is required"))),
        (Value::null(Type::Dynamic), "ls", Ok(Value::null(Type::list(Type::String)))),
        (Value::null(Type::list(Type::String)), "l0", Ok(Value::null(Type::list(Type::String)))),
        (Value::unknown(Type::list(Type::Number)), "e0", Ok(Value::unknown(Type::set(Type::Number)))),
        (Value::unknown(Type::Dynamic), "n", Ok(Value::unknown(Type::Number))),
        (Value::unknown(Type::Bool), "n", Err(("", "a number is required"))),
        (
            Value::tuple(vec![Value::tuple(vec![Value::int(1)]), Value::tuple(vec![text("x")])]),
            "ll0",
            Ok(Value::list(
                Type::list(Type::String),
                vec![Value::list(Type::String, vec![text("1")]), Value::list(Type::String, vec![text("x")])],
            )),
        ),
    ]
}

#[test]
fn values_become_what_is_wanted_or_say_why_not() {
    for (value, want, result) in conversions() {
        let got = convert(&value, &named(want));
        match result {
            Ok(expected) => assert_eq!(got, Ok(expected), "{value:?} to {want}"),
            Err((path, message)) => {
                let mismatch = got.expect_err("this cannot be converted");
                assert_eq!(
                    (mismatch.path.to_string().as_str(), mismatch.message.as_str()),
                    (path, message),
                    "{value:?} to {want}"
                );
            }
        }
    }
}

#[test]
fn marks_stay() {
    let secret = || Value::string("7").with_marks(Marks::SENSITIVE);
    assert_eq!(convert(&secret(), &Type::Number), Ok(Value::int(7).with_marks(Marks::SENSITIVE)));
    let listed = convert(&Value::tuple(vec![secret()]), &Type::list(Type::Number)).unwrap();
    assert_eq!(listed.as_sequence().unwrap()[0].marks(), Marks::SENSITIVE);
}
