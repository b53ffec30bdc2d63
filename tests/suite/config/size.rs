//! Large configurations: no stack is used up, and the work grows with the size.

use std::fmt::Write;
use std::rc::Rc;

use acier::addr::{Block, Key, Mode};
use acier::diag::Sources;
use acier::lang::inputs::Inputs;
use acier::lang::scope::Scope;
use acier::lang::tree::{Need, Tree, load_alone};
use acier::schema::Schemas;
use acier::value::Value;

use super::cases::host;
use super::kinds::schemas;

fn loaded(text: String) -> (Rc<Tree>, Rc<Schemas>) {
    let mut sources = Sources::default();
    let file = sources.add("main.tf", text);
    let schemas = schemas();
    let (tree, found) = load_alone(&sources, &[file], &schemas);
    assert!(!found.has_errors(), "{:?}", found.0.first());
    (Rc::new(tree), Rc::new(schemas))
}

fn scope(text: String) -> Scope {
    let (tree, schemas) = loaded(text);
    Scope::new(tree, &Inputs::default(), schemas, host(), false)
}

#[test]
fn a_chain_of_ten_thousand_locals_is_evaluated_without_recursion() {
    let mut text = String::from("locals {\n  l0 = 1\n");
    for index in 1..10_000 {
        let _ = writeln!(text, "  l{index} = local.l{}", index - 1);
    }
    text += "}\noutput \"last\" {\n  value = local.l9999\n}\n";
    assert_eq!(scope(text).output("last").unwrap(), Value::int(1));
}

#[test]
fn a_chain_of_blocks_is_ordered_and_needs_only_its_neighbour() {
    let mut text =
        String::from("resource \"azurerm_resource_group\" \"g0\" {\n  name = \"g\"\n  location = \"x\"\n}\n");
    for index in 1..3_000 {
        let before = index - 1;
        let _ = write!(
            text,
            "resource \"azurerm_resource_group\" \"g{index}\" {{\n  name = azurerm_resource_group.g{before}.name\n  \
             location = \"x\"\n}}\n"
        );
    }
    let (tree, _) = loaded(text);
    assert_eq!(tree.order.len(), 3_000);
    let last = Block::root(Mode::Managed, "azurerm_resource_group", "g2999");
    let needed = Block::root(Mode::Managed, "azurerm_resource_group", "g2998");
    assert_eq!(tree.needs(&last), [Need { block: needed, shared: 0 }]);
}

#[test]
fn instances_published_one_by_one_cost_the_same_each() {
    let mut scope = scope(
        "resource \"azurerm_resource_group\" \"a\" {\n  count = 10000\n  name = \"g\"\n  location = \"x\"\n}\n\
         resource \"azurerm_resource_group\" \"b\" {\n  count = 10000\n  \
         name = azurerm_resource_group.a[count.index].name\n  location = azurerm_resource_group.a[0].name\n}\n"
            .into(),
    );
    for name in ["a", "b"] {
        let block = Block::root(Mode::Managed, "azurerm_resource_group", name);
        let keys = scope.keys(&block).unwrap();
        assert_eq!(keys.len(), 10_000);
        scope.publish_keys(&block, keys.clone());
        for key in keys {
            let addr = block.instance(key);
            let desired = scope.desired(&addr).unwrap();
            scope.publish(&addr, desired.value);
        }
    }
    let last = Block::root(Mode::Managed, "azurerm_resource_group", "b").instance(Key::Int(9_999));
    assert_eq!(scope.desired(&last).unwrap().value.text("name"), Some("g"));
}
