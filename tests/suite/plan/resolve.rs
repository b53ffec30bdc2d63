//! What happens when the configuration says something else during apply than it did in the plan.

use acier::addr::parse;
use acier::plan::resolve::{Asked, Resolver};
use acier::plan::{Options, Refreshed};
use acier::state::State;

use super::cloud::{Project, carry_out};

const TEXT: &str = r#"
resource "azurerm_resource_group" "main" {
  name     = "rg"
  location = "westeurope"
}
resource "azurerm_container_group" "web" {
  name                = "web"
  resource_group_name = azurerm_resource_group.main.name
  location            = "westeurope"
  motd                = azurerm_resource_group.main.id
  password            = "first"
  tags                = { a = "1" }
}
output "id" {
  value = azurerm_container_group.web.id
}
output "group" {
  value = azurerm_resource_group.main.id
}
"#;

#[test]
fn what_the_plan_promised_must_hold() {
    let table = [
        ("", "", ""),
        (
            "\"westeurope\"\n  motd",
            "\"northeurope\"\n  motd",
            "location came out other than planned: it is \"northeurope\" instead of \"westeurope\"",
        ),
        ("azurerm_resource_group.main.id\n  password", "\"x\"\n  password", ""),
        (
            "azurerm_resource_group.main.id\n  password",
            "null\n  password",
            "motd came out other than planned: it is null now",
        ),
        ("\"first\"", "\"second\"", "password came out other than planned: the sensitive value is another one"),
        ("a = \"1\"", "b = \"1\"", "tags came out other than planned: it has a new member \"b\""),
        ("a = \"1\"", "", "tags came out other than planned: the member \"a\" is missing"),
    ];
    for (from, to, expected) in table {
        let state = State::default();
        let project = Project::load(TEXT);
        let (plan, _) = project.plan(&state, &Refreshed::default(), &Options::default()).unwrap();
        let other = Project::load(&TEXT.replacen(from, to, usize::from(!from.is_empty())));
        let mut state = state;
        let found = carry_out(&other, &plan, &mut state);
        let details: Vec<&str> = found.iter().map(|finding| finding.detail.as_str()).collect();
        let web = parse::addr("azurerm_container_group.web").unwrap();
        if expected.is_empty() {
            assert!(details.is_empty(), "{to}: {details:?}");
            assert!(state.objects.contains_key(&web));
        } else {
            assert!(details.len() == 1 && details[0].contains(expected), "{to}: {details:?}");
            assert!(!state.objects.contains_key(&web), "{to}: it was made all the same");
        }
    }
}

#[test]
fn outputs_of_what_was_not_made_are_left_out() {
    let state = State::default();
    let project = Project::load(TEXT);
    let (plan, _) = project.plan(&state, &Refreshed::default(), &Options::default()).unwrap();
    let mut resolver = Resolver::new(project.scope(true), &plan, &state);
    let names = |resolver: &mut Resolver| {
        let (values, found) = resolver.outputs();
        assert!(found.is_empty(), "{found:?}");
        values.iter().map(|(name, value)| format!("{name}={}", value.as_str().unwrap())).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(names(&mut resolver), "");
    for (name, id, expected) in [
        ("azurerm_resource_group.main", "/sub/rg", "group=/sub/rg"),
        ("azurerm_container_group.web", "/sub/rg/web", "group=/sub/rg id=/sub/rg/web"),
    ] {
        let addr = parse::addr(name).unwrap();
        let change = plan.changes.iter().find(|change| change.addr == addr).unwrap();
        let Asked::For(asked) = resolver.resolve(change, &super::cloud::key()).unwrap() else {
            panic!("{name} asks for nothing")
        };
        let mut members = asked.as_members().unwrap().clone();
        members.insert("id".into(), acier::value::Value::string(id));
        assert!(resolver.publish(&addr, acier::value::Value::object(members)).is_empty());
        assert_eq!(names(&mut resolver), expected);
    }
}
