//! Saved plans: the round trip, damage, and staleness.

use acier::plan::{Options, Plan, Refreshed, file};
use acier::seal::Key;
use acier::state::State;

use super::cloud::{Project, carry_out, key};

const TEXT: &str = r#"
resource "azurerm_resource_group" "main" {
  for_each = toset(["a.b", "c\"d"])
  name     = each.key
  location = "West Europe"
  tags     = { owner = "me" }
}
resource "azurerm_container_group" "web" {
  name                = "web"
  resource_group_name = azurerm_resource_group.main["a.b"].name
  location            = azurerm_resource_group.main["a.b"].id
  password            = "hunter2"
  container {
    name    = "app"
    image   = "nginx:1"
    cpu     = 1.5
    secrets = { KEY = "opensesame" }
  }
}
output "ip" {
  value = azurerm_container_group.web.ip_address
}
"#;

fn sources() -> Vec<(String, String)> {
    vec![("main.tf".into(), TEXT.into()), ("other.tf".into(), String::new())]
}

/// A first plan, and one that changes and reads back what the first made.
fn plans() -> Vec<Plan> {
    let mut state = State::default();
    let project = Project::load(TEXT);
    let (first, _) = project.plan(&state, &Refreshed::default(), &Options::default()).unwrap();
    carry_out(&project, &first, &mut state);
    let project = Project::load(&TEXT.replace("1.5", "2").replace("opensesame", "sesame"));
    let addr = acier::addr::parse::addr("azurerm_container_group.web").unwrap();
    let refreshed = Refreshed {
        found: vec![(addr.clone(), None, Some(state.objects[&addr].clone())), (addr, Some("0badcafe".into()), None)],
    };
    let (second, _) = project.plan(&state, &refreshed, &Options::default()).unwrap();
    vec![first, second]
}

#[test]
fn a_saved_plan_is_the_same_plan() {
    for plan in plans() {
        let bytes = file::to_bytes(&plan, &sources(), "default", &key());
        let saved = file::from_bytes(&bytes, &key()).unwrap();
        assert_eq!(saved.plan, plan);
        assert_eq!(saved.sources, sources());
        for secret in ["hunter2", "sesame", "resource", "nginx"] {
            assert!(!String::from_utf8_lossy(&bytes).contains(secret), "{secret} stands in the file in clear");
        }
        let again = file::from_bytes(&file::to_bytes(&plan, &sources(), "default", &key()), &key()).unwrap();
        assert_eq!(again.digest, saved.digest);
        let other = file::from_bytes(&file::to_bytes(&plan, &sources()[..1], "default", &key()), &key()).unwrap();
        assert_ne!(other.digest, saved.digest);
    }
}

#[test]
fn damaged_and_foreign_files_are_refused() {
    let bytes = file::to_bytes(&plans()[0], &sources(), "default", &key());
    let cut = |at: usize| bytes[..at].to_vec();
    let text = String::from_utf8(bytes.clone()).unwrap();
    let first = text.lines().next().unwrap();
    let later = text.replacen(first, "acier plan 999", 1).into_bytes();
    let table = [
        (Vec::new(), "not a plan"),
        (b"{\"format_version\":\"1.2\"}\n".to_vec(), "not a plan"),
        (b"PK\x03\x04\xff\xfe".to_vec(), "not a plan"),
        (cut(5), "damaged"),
        (cut(40), "damaged"),
        (cut(bytes.len() / 2), "damaged"),
        (cut(bytes.len() - 1), "damaged"),
        (later, "another version"),
    ];
    for (bytes, expected) in table {
        let refused = file::from_bytes(&bytes, &key()).unwrap_err();
        assert!(refused.contains(expected), "{refused}");
    }
    let refused = file::from_bytes(&bytes, &Key::new(&[8; 32])).unwrap_err();
    assert!(refused.contains("key of another state"), "{refused}");
    // Which workspace it is for stands in clear, and cannot be changed all the same.
    let own = file::to_bytes(&plans()[0], &sources(), "dev", &key());
    assert_eq!(file::workspace_of(&own), Some("dev"));
    assert_eq!(&*file::from_bytes(&own, &key()).unwrap().workspace, "dev");
    let changed = String::from_utf8(own).unwrap().replacen(" dev\n", " prod\n", 1);
    assert!(file::from_bytes(changed.as_bytes(), &key()).is_err());
}

#[test]
fn no_flipped_bit_passes() {
    let bytes = file::to_bytes(&plans()[0], &[], "default", &key());
    let step = bytes.len() / 300 + 1;
    for at in (0..bytes.len()).step_by(step).chain(bytes.len() - 3..bytes.len()) {
        for bit in 0..8 {
            let mut flipped = bytes.clone();
            flipped[at] ^= 1 << bit;
            assert!(file::from_bytes(&flipped, &key()).is_err(), "bit {bit} of byte {at}");
        }
    }
}

#[test]
fn a_state_that_moved_on_refuses_the_plan() {
    let plan = plans().remove(1);
    let state = |lineage: Option<&str>, serial| State { lineage: lineage.map(Into::into), serial, ..State::default() };
    assert!(file::audit(&plan, &state(Some("lineage"), 1)).is_ok());
    let stale = file::audit(&plan, &state(Some("lineage"), 4)).unwrap_err();
    assert_eq!(stale.summary, "Saved plan is stale");
    assert!(stale.detail.contains("serial 1 ") && stale.detail.contains("serial 4 "), "{}", stale.detail);
    for foreign in [state(Some("other"), 1), state(None, 0)] {
        let refused = file::audit(&plan, &foreign).unwrap_err();
        assert_eq!(refused.summary, "Saved plan does not match the state");
    }
}
