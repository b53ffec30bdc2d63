//! What refers to a block sees what is published last, and places are found in the text.

use std::rc::Rc;

use acier::addr::{Block, Key, Mode};
use acier::diag::Sources;
use acier::lang::inputs::Inputs;
use acier::lang::scope::Scope;
use acier::lang::tree::load_alone;
use acier::lang::watch::watched;
use acier::value::{Path, Type, Value};

use super::cases::{host, settle};
use super::kinds::schemas;

const TEXT: &str = r#"
locals {
  name  = azurerm_resource_group.a["k"].name
  upper = upper(local.name)
}
resource "azurerm_resource_group" "a" {
  for_each = { k = "first" }
  name     = each.value
  location = "x"
}
resource "azurerm_resource_group" "b" {
  for_each = { for key, group in azurerm_resource_group.a : key => group.name }
  name     = each.value
  location = "x"
}
output "upper" {
  value = local.upper
}
"#;

#[test]
fn publishing_again_reaches_locals_and_repetitions() {
    let mut sources = Sources::default();
    let file = sources.add("main.tf", TEXT);
    let schemas = Rc::new(schemas());
    let (tree, found) = load_alone(&sources, &[file], &schemas);
    assert!(found.is_empty(), "{found:?}");
    let mut scope = Scope::new(Rc::new(tree), &Inputs::default(), schemas.clone(), host(), false);
    assert!(scope.output("upper").unwrap().is_unknown(), "nothing is published yet");

    let a = Block::root(Mode::Managed, "azurerm_resource_group", "a");
    let first = a.instance(Key::Str("k".into()));
    let keys = scope.keys(&a).unwrap();
    scope.publish_keys(&a, keys);
    assert_eq!(scope.output("upper").unwrap(), Value::unknown_not_null(Type::String));

    let desired = scope.desired(&first).unwrap().value;
    let schema = &schemas.managed["azurerm_resource_group"].block;
    scope.publish(&first, settle(&desired, schema));
    assert_eq!(scope.output("upper").unwrap(), Value::string("FIRST"));
    let b = Block::root(Mode::Managed, "azurerm_resource_group", "b");
    assert_eq!(scope.keys(&b).unwrap(), [Key::Str("k".into())]);
    let second = b.instance(Key::Str("k".into()));
    assert_eq!(scope.desired(&second).unwrap().value.text("name"), Some("first"));

    let members = desired.as_members().unwrap().clone();
    let other = Value::object(members.into_iter().chain([("name".into(), Value::string("again"))]).collect());
    scope.publish(&first, other);
    assert_eq!(scope.output("upper").unwrap(), Value::string("AGAIN"));
    assert_eq!(scope.desired(&second).unwrap().value.text("name"), Some("again"));
}

#[test]
fn places_of_values_are_found_in_the_text() {
    let text = r#"
resource "azurerm_container_group" "web" {
  name                = "web"
  resource_group_name = "rg"
  location            = "x"
  os_type             = "Linux"
  tags                = { a = "1", b = "2" }
  container {
    name  = "first"
    image = "i0"
    cpu   = 1
  }
  dynamic "container" {
    for_each = [1]
    content {
      name  = "second"
      image = "i1"
      cpu   = 1
    }
  }
}
"#;
    let mut sources = Sources::default();
    let file = sources.add("main.tf", text);
    let (module, found) = load_alone(&sources, &[file], &schemas());
    assert!(found.is_empty(), "{found:?}");
    let block = Block::root(Mode::Managed, "azurerm_container_group", "web");
    let root = Path::root();
    let cases = [
        (root.attr("os_type"), "os_type             = \"Linux\""),
        (root.attr("tags").key("b"), "\"2\""),
        (root.attr("container").index(0), "container"),
        (root.attr("container").index(0).attr("image"), "image = \"i0\""),
        (root.attr("container").index(1).attr("image"), "image = \"i1\""),
        (root.attr("container").index(0).attr("ports").index(0).attr("port"), "container"),
        (root.attr("container").index(1), "dynamic \"container\""),
        (root.attr("ip_address"), "resource \"azurerm_container_group\" \"web\""),
    ];
    for (path, expected) in cases {
        let span = module.root().blocks[&block].locate(&path);
        assert_eq!(sources.text(span), Some(expected), "{path}");
    }
}

#[test]
fn what_changes_by_itself_is_seen_however_it_is_referred_to() {
    let cases = [
        ("azurerm_container_group.web.provisioning_state", true),
        ("resource.azurerm_container_group.web.provisioning_state", true),
        ("\"${true ? { a = [azurerm_container_group.web.instance_view] } : null}\"", true),
        ("[for c in resource.azurerm_container_group.web.container : c.instance_view]", true),
        ("[for c in azurerm_container_group.web.container : c.name]", false),
        ("azurerm_container_group.web", true),
        ("azurerm_container_group.web.name", false),
        ("length(azurerm_container_group.web.container)", false),
        ("data.azurerm_container_group.web.provisioning_state", false),
    ];
    let schemas = acier::resources::schemas();
    for (expr, expected) in cases {
        let text =
            format!("resource \"azurerm_container_group\" \"web\" {{}}\noutput \"o\" {{\n  value = {expr}\n}}\n");
        let mut sources = Sources::default();
        let file = sources.add("main.tf", text);
        let (tree, _) = load_alone(&sources, &[file], &schemas);
        assert_eq!(!watched(&tree, &schemas).is_empty(), expected, "{expr}");
    }
}
