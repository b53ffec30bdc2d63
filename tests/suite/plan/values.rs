//! Proposing and comparing, value by value.

use acier::plan::diff::{cost, diff};
use acier::plan::propose::propose;
use acier::plan::render;
use acier::schema::{Block, Cost, Equality, Secrecy, Usage};
use acier::value::{Members, Number, Type, Value};

use super::cloud::key;
use super::kinds::{attribute, group};

fn text(value: &str) -> Value {
    Value::string(value)
}

fn none() -> Value {
    Value::null(Type::String)
}

fn unknown() -> Value {
    Value::unknown(Type::String)
}

fn one(usage: Usage, secrecy: Secrecy, equality: Equality, unsettled_by: Option<Cost>) -> Block {
    let mut attribute = attribute("x", Type::String, usage, Cost::Restart);
    (attribute.secrecy, attribute.equality, attribute.unsettled_by) = (secrecy, equality, unsettled_by);
    Block { attributes: vec![attribute], blocks: Vec::new(), retired: &[] }
}

fn object(value: Value) -> Value {
    Value::object(Members::from([("x".into(), value)]))
}

/// Usage, equality, what was (nothing: the object is new), what is asked, what is planned, whether it differs.
type Row = (Usage, Equality, Option<Value>, Value, Value, bool);

#[test]
fn one_attribute_at_a_time() {
    use Equality::{Caseless, Exact, Location};
    use Usage::{Computed, Optional, OptionalComputed, Required};
    let table: Vec<Row> = vec![
        (Required, Exact, None, text("a"), text("a"), true),
        (Required, Exact, Some(text("a")), text("a"), text("a"), false),
        (Required, Exact, Some(text("a")), text("A"), text("A"), true),
        (Required, Caseless, Some(text("a")), text("A"), text("a"), false),
        (Required, Location, Some(text("westeurope")), text("West Europe"), text("westeurope"), false),
        (Required, Location, Some(text("westeurope")), text("West US"), text("westus"), true),
        (Required, Exact, Some(text("a")), unknown(), unknown(), true),
        (Optional, Exact, Some(text("a")), none(), none(), true),
        (Optional, Exact, Some(none()), none(), none(), false),
        (OptionalComputed, Exact, None, none(), unknown(), true),
        (OptionalComputed, Exact, Some(text("a")), none(), text("a"), false),
        (OptionalComputed, Exact, Some(text("a")), text("b"), text("b"), true),
        (Computed, Exact, None, none(), unknown(), true),
        (Computed, Exact, Some(text("a")), none(), text("a"), false),
    ];
    for (usage, equality, prior, asked, planned, differs) in table {
        let block = one(usage, Secrecy::Plain, equality, None);
        let prior = prior.map(object);
        let got = propose(&block, prior.as_ref(), &object(asked.clone()), None);
        let row = format!("{usage:?} {equality:?} {prior:?} {asked:?}");
        assert_eq!(got, object(planned), "{row}");
        let before = prior.unwrap_or_else(|| object(none()));
        assert_eq!(!diff(&block, &before, &got, &key()).is_empty(), differs, "{row}");
    }
}

#[test]
fn a_costly_update_unsettles_computed_values() {
    let block = one(Usage::Computed, Secrecy::Plain, Equality::Exact, Some(Cost::Readdress));
    let prior = object(text("10.0.0.1"));
    let table =
        [(None, false), (Some(Cost::Restart), false), (Some(Cost::Readdress), true), (Some(Cost::Replace), true)];
    for (cost, unsettled) in table {
        let got = propose(&block, Some(&prior), &object(none()), cost);
        assert_eq!(got.get("x").unwrap().is_unknown(), unsettled, "{cost:?}");
    }
}

#[test]
fn secrets_are_compared_by_fingerprint() {
    let block = one(Usage::Optional, Secrecy::WriteOnly, Equality::Exact, None);
    let stored = object(key().fingerprint(&text("hunter2")));
    let table = [(text("hunter2"), false), (text("hunter3"), true), (none(), true), (unknown(), true)];
    for (asked, differs) in table {
        let planned = propose(&block, Some(&stored), &object(asked.clone()), None);
        assert!(planned.get("x").unwrap().same(&asked), "what is sent is the secret itself");
        assert!(planned.get("x").unwrap().is_sensitive());
        assert_eq!(!diff(&block, &stored, &planned, &key()).is_empty(), differs, "{asked:?}");
    }
}

#[test]
fn null_and_empty_are_one() {
    let mut tags = attribute("x", Type::map(Type::String), Usage::Optional, Cost::Nothing);
    tags.name = "x".into();
    let block = Block { attributes: vec![tags], blocks: Vec::new(), retired: &[] };
    let empty = object(Value::map(Type::String, Members::new()));
    let null = object(Value::null(Type::map(Type::String)));
    assert!(diff(&block, &null, &empty, &key()).is_empty());
    assert!(diff(&block, &empty, &null, &key()).is_empty());
}

fn container(name: &str, image: &str, cpu: i64) -> Value {
    let schema = &group().blocks[0].block;
    let mut members: Members =
        schema.attributes.iter().map(|found| (found.name.clone(), Value::null(found.ty.clone()))).collect();
    members.insert("name".into(), text(name));
    members.insert("image".into(), text(image));
    members.insert("cpu".into(), Value::int(cpu));
    members.insert("ports".into(), Value::set(schema.blocks[0].block.ty(), Vec::new()));
    Value::object(members)
}

fn containers(list: Vec<Value>) -> Value {
    let mut members: Members =
        group().attributes.iter().map(|found| (found.name.clone(), Value::null(found.ty.clone()))).collect();
    members.insert("container".into(), Value::list(group().blocks[0].block.ty(), list));
    Value::object(members)
}

#[test]
fn containers_are_paired_by_name() {
    let (a, b, c) = (container("a", "i:1", 1), container("b", "i:1", 1), container("c", "i:1", 1));
    let table = [
        (vec![a.clone()], vec![a.clone()], "", Cost::Nothing),
        (vec![a.clone()], vec![b.clone(), a.clone()], "container[0]", Cost::Restart),
        (vec![a.clone(), b.clone()], vec![b.clone()], "container[0]", Cost::Restart),
        (vec![a.clone(), b.clone()], vec![b.clone(), a.clone()], "container", Cost::Restart),
        (vec![a.clone()], vec![c.clone(), container("a", "i:2", 1)], "container[0] container[1].image", Cost::Restart),
        (vec![a.clone()], vec![container("a", "i:1", 2)], "container[0].cpu", Cost::Replace),
        (vec![a.clone(), a.clone()], vec![b.clone(), a.clone()], "container[0].name", Cost::Restart),
    ];
    for (before, after, paths, dearest) in table {
        let found = diff(&group(), &containers(before), &containers(after), &key());
        let shown: Vec<String> = found.iter().map(|found| found.path.to_string()).collect();
        assert_eq!(shown.join(" "), paths);
        assert_eq!(cost(&found), dearest, "{paths}");
    }
}

#[test]
fn values_as_expressions_write_them() {
    let list = Value::list(Type::String, vec![text("a\"b"), text("${x}")]);
    let map = Value::map(Type::Number, Members::from([("k".into(), Value::number(Number::from_f64(0.5)))]));
    let table = [
        (text("plain"), "\"plain\""),
        (none(), "tostring(null)"),
        (Value::bool(true), "true"),
        (Value::int(7), "7"),
        (text("pw").sensitive(), "(sensitive value)"),
        (text("a\nb\n"), "<<EOT\na\nb\n\nEOT"),
        (list.clone(), "tolist([\n  \"a\\\"b\",\n  \"${x}\",\n])"),
        (map.clone(), "tomap({\n  \"k\" = 0.5\n})"),
        (Value::set(Type::String, Vec::new()), "toset([])"),
        (object(Value::tuple(vec![map])), "{\n  \"x\" = [\n    tomap({\n      \"k\" = 0.5\n    }),\n  ]\n}"),
    ];
    for (value, expected) in table {
        assert_eq!(render::value(&value), expected);
    }
}

#[test]
fn an_object_looks_like_its_block() {
    let addr = acier::addr::parse::addr("azurerm_container_group.web[0]").unwrap();
    let mut members = containers(vec![container("a", "i:1", 1)]).as_members().unwrap().clone();
    members.insert("id".into(), text("/sub/rg/web"));
    members.insert("password".into(), text("hidden").sensitive());
    let expected = "\
# azurerm_container_group.web[0]: (tainted)
resource \"azurerm_container_group\" \"web\" {
    id       = \"/sub/rg/web\"
    password = (sensitive value)

    container {
        cpu   = 1
        image = \"i:1\"
        name  = \"a\"
    }
}
";
    assert_eq!(render::object(&addr, &Value::object(members), true), expected);
}
