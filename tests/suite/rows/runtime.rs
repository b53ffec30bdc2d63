//! What changes by itself while a group runs: never drift, never a change, and right where it is used.

use serde_json::json;

use super::{Lab, configuration, groups};

const KIND: &str = "azurerm_container_group";

/// A task that prints and ends.
fn task(output: &str) -> String {
    let mut members = groups::plain();
    members["ip_address_type"] = json!("None");
    members["restart_policy"] = json!("Never");
    members["container"][0]["ports"] = json!([]);
    members["container"][0]["commands"] = json!(["sh", "-c", "sleep 60; exit 3"]);
    configuration(KIND, &members) + output
}

fn output(name: &str, value: &str) -> String {
    format!("output \"{name}\" {{\n  value = {value}\n}}\n")
}

fn seen(lab: &Lab, name: &str) -> String {
    let value = &lab.state.outputs.iter().find(|(own, _)| &***own == name).expect("the output").1.value;
    value.as_str().map(str::to_owned).or_else(|| value.as_int().map(|code| code.to_string())).unwrap_or("null".into())
}

const STATE: &str = "azurerm_container_group.it.container[0].instance_view[0].current_state[0]";

#[tokio::test(start_paused = true)]
async fn what_nobody_refers_to_is_neither_drift_nor_change() {
    let mut lab = Lab::new();
    let text = task(&output("address", "azurerm_container_group.it.ip_address"));
    lab.apply(&text).await;
    tokio::time::advance(std::time::Duration::from_secs(120)).await;
    lab.rest(&text, "two minutes later").await;
}

#[tokio::test(start_paused = true)]
async fn outputs_that_refer_to_it_are_right_after_every_apply() {
    let mut lab = Lab::new();
    let mut text = task(&output("state", &format!("{STATE}.state")));
    text += &output("code", &format!("{STATE}.exit_code"));
    text += &output("group", "azurerm_container_group.it.instance_view[0].state");
    text += &output("provisioning", "azurerm_container_group.it.provisioning_state");
    lab.apply(&text).await;
    assert_eq!((seen(&lab, "state"), seen(&lab, "provisioning")), ("Running".into(), "Succeeded".into()));
    lab.rest(&text, "created").await;
    tokio::time::advance(std::time::Duration::from_secs(120)).await;
    let plan = lab.apply(&text).await.plan.unwrap();
    assert!(plan.steps.is_empty() && plan.drift.is_empty(), "{:?}", plan.drift);
    assert_eq!(
        (seen(&lab, "state"), seen(&lab, "code"), seen(&lab, "group")),
        ("Terminated".into(), "3".into(), "Failed".into())
    );
    lab.rest(&text, "told").await;
}

/// Reads of the groups of a plan: lists and single ones.
async fn reads(lab: &mut Lab, text: &str) -> (usize, usize) {
    let before = lab.asked.borrow().len();
    lab.apply(text).await;
    let asked = lab.asked.borrow();
    let of_groups = asked[before..].iter().filter(|line| line.starts_with("GET") && line.contains("containerGroups"));
    let (single, lists): (Vec<&String>, Vec<&String>) = of_groups.partition(|line| line.contains("containerGroups/"));
    (lists.len(), single.len())
}

#[tokio::test(start_paused = true)]
async fn only_what_is_referred_to_is_read_singly() {
    let mut lab = Lab::new();
    let mut members = groups::plain();
    members["name"] = json!("web-${each.key}");
    members["for_each"] = json!("fleet");
    let fleet =
        configuration(KIND, &members).replace("for_each = \"fleet\"", "for_each = toset([\"a\", \"b\", \"c\", \"d\"])");
    lab.apply(&fleet).await;
    let all = |value: &str| output("all", &format!("[for key, group in azurerm_container_group.it : {value}]"));
    let cases = [
        (all("group.ip_address"), (1, 0)),
        (all("group.container[0].image"), (1, 0)),
        (output("all", "length(azurerm_container_group.it)"), (1, 0)),
        (output("all", "[for group in values(azurerm_container_group.it) : group.fqdn]"), (1, 0)),
        (all("group.instance_view[0].state"), (0, 4)),
        (all("[for own in group.container : own.instance_view]"), (0, 4)),
        (all("[for own in group.container : own.name]"), (1, 0)),
        (output("all", "azurerm_container_group.it[\"a\"].container[*].instance_view"), (0, 4)),
        (output("all", "azurerm_container_group.it[\"a\"].container[*].name"), (1, 0)),
        (output("all", "azurerm_container_group.it[\"a\"].id"), (1, 0)),
    ];
    for (output, wanted) in cases {
        let text = fleet.clone() + &output;
        lab.apply(&text).await;
        assert_eq!(reads(&mut lab, &text).await, wanted, "{output}");
    }
}

/// azurerm takes several of these blocks and uses one of them.
#[tokio::test(start_paused = true)]
async fn blocks_that_do_not_count_make_no_difference() {
    let mut lab = Lab::new();
    let mut members = groups::plain();
    members["container"][0]["security"] = json!([{"privilege_enabled": true}, {"privilege_enabled": false}]);
    members["container"][0]["liveness_probe"] =
        json!([{"http_get": [{"path": "/a", "port": 80}, {"path": "/b", "port": 80}]}]);
    let text = configuration(KIND, &members);
    lab.apply(&text).await;
    lab.rest(&text, "created").await;
    let id = lab.object(KIND).text("id").unwrap().to_owned();
    let body = lab.look(&id).await;
    let container = body.pointer("/properties/containers/0/properties").unwrap();
    assert_eq!(container["securityContext"]["privileged"], true);
    assert_eq!(container["livenessProbe"]["httpGet"]["path"], "/b");
}
