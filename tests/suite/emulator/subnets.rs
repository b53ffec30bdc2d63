//! Container groups in a subnet: one deployment at a time, and the link that stays.

use serde_json::{Value, json};

use super::{Cloud, SUBSCRIPTION, group, web, with};

fn subnet(name: &str) -> String {
    format!(
        "/subscriptions/{SUBSCRIPTION}/resourceGroups/net/providers/Microsoft.Network/virtualNetworks/v/subnets/{name}"
    )
}

fn inside(ids: &[&str]) -> Value {
    let ids: Vec<Value> = ids.iter().map(|id| json!({"id": id})).collect();
    let sent = with(web(), "/properties/subnetIds", json!(ids));
    with(sent, "/properties/ipAddress", json!({"type": "Private", "ports": [{"port": 80}]}))
}

#[test]
fn a_subnet_deploys_one_group_at_a_time() {
    let mut cloud = Cloud::slow(9_000);
    let (one, two) = (subnet("one"), subnet("two"));
    cloud.make("first", &inside(&[&one]));
    let refused = cloud.put("second", &inside(&[&one.to_uppercase().replace("/SUBSCRIPTIONS", "/subscriptions")]));
    assert_eq!((refused.status, refused.code()), (409, "ServiceAssociationLinkNotReady"));
    assert_eq!(refused.at("/error/message"), "Network is not ready for container group 'second'. Please try again.");
    // Another subnet and no subnet are free.
    cloud.make("third", &inside(&[&two]));
    cloud.make("fourth", &web());
    cloud.pass(9_000);
    cloud.make("second", &inside(&[&one]));
    // Nor is anything deleted beside a deployment.
    assert_eq!(cloud.ask("DELETE", &group("first"), None).code(), "ServiceAssociationLinkNotReady");
    assert_eq!(cloud.ask("DELETE", &group("third"), None).status, 200);
    cloud.pass(9_000);
    assert_eq!(cloud.ask("DELETE", &group("first"), None).status, 200);
    // A move to another subnet is no update.
    assert_eq!(cloud.put("second", &inside(&[&two])).code(), "InvalidContainerGroupUpdate");
    // A network profile, which came before subnets, locks like one.
    cloud.api = "2019-12-01";
    let profile = |id: &str| with(web(), "/properties/networkProfile", json!({"id": id}));
    cloud.make("old", &profile("/subscriptions/s/p"));
    assert_eq!(cloud.put("older", &profile("/subscriptions/S/P")).code(), "ServiceAssociationLinkNotReady");
}

#[test]
fn which_subnets_there_are() {
    let mut cloud = Cloud::slow(0);
    let (one, two) = (subnet("one"), subnet("two"));
    let foreign = one.replace(SUBSCRIPTION, "00000000-0000-4000-8000-000000000002");
    let network = one.rsplit_once("/subnets").expect("a subnet").0.to_owned();
    for (ids, code) in [
        (vec![foreign.as_str()], "SubnetAndContainerGroupMustBeInSameSubscription"),
        (vec!["my-subnet"], "LinkedInvalidPropertyId"),
        (vec![network.as_str()], "LinkedInvalidPropertyId"),
        (vec![""], "LinkedInvalidPropertyId"),
        (vec![one.as_str(), two.as_str()], "InvalidSubnetIds"),
    ] {
        let refused = cloud.put("web", &inside(&ids));
        assert_eq!((refused.status, refused.code()), (400, code), "{ids:?}");
    }
    cloud.make("web", &inside(&[&one]));
    assert_eq!(cloud.get("web").at("/properties/subnetIds"), json!([{"id": one}]));
}

#[test]
fn the_link_stays_until_it_is_deleted() {
    let path = "/resourceGroups/net/providers/Microsoft.Network/virtualNetworks/v/subnets/one/providers/Microsoft.ContainerInstance/serviceAssociationLinks/default";
    let mut cloud = Cloud::slow(0);
    assert_eq!(cloud.ask("DELETE", path, None).status, 204);
    cloud.make("web", &inside(&[&subnet("one")]));
    assert_eq!(cloud.ask("DELETE", path, None).code(), "ServiceAssociationLinkInUse");
    cloud.ask("DELETE", &group("web"), None);
    assert_eq!(cloud.ask("DELETE", path, None).status, 200);
    assert_eq!(cloud.ask("DELETE", path, None).status, 204);
    // The groups of a resource group leave their subnets with it.
    cloud.make("web", &inside(&[&subnet("one")]));
    cloud.ask("DELETE", "/resourceGroups/rg", None);
    assert_eq!(cloud.ask("DELETE", path, None).status, 200);
}
