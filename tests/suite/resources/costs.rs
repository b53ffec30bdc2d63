//! What changes cost, and that each cost says why.

use acier::resources::schemas;
use acier::schema::walk::{Found, find};
use acier::schema::{Block, Cost, Secrecy, Usage};
use acier::value::Path;

fn walk(block: &Block, place: &str, told: &mut dyn FnMut(&str, Cost, &str)) {
    for attribute in block.attributes.iter().filter(|attribute| attribute.usage != Usage::Computed) {
        told(&format!("{place}{}", attribute.name), attribute.cost, attribute.reason);
    }
    for nested in &block.blocks {
        let place = format!("{place}{}", nested.name);
        told(&place, nested.cost, nested.reason);
        walk(&nested.block, &format!("{place}."), told);
    }
}

#[test]
fn every_cost_has_a_reason_that_is_a_sentence() {
    for (kind, schema) in &schemas().managed {
        walk(&schema.block, "", &mut |place, cost, reason| {
            let sentence = reason.ends_with('.') && reason.starts_with(char::is_uppercase);
            assert!(sentence || cost == Cost::Nothing, "{kind}.{place} costs {cost:?} because of {reason:?}");
        });
    }
}

/// Azure Container Instances, "Update containers in Azure Container Instances".
#[test]
fn changes_of_container_groups_cost_what_azure_documents() {
    use Cost::{Nothing, Readdress, Replace, Restart};
    let table = [
        ("tags", Nothing),
        ("wait_for", Nothing),
        ("triggers", Restart),
        ("network_profile_id", Nothing),
        ("identity", Restart),
        ("identity.type", Restart),
        ("image_registry_credential.password", Restart),
        ("container.image", Restart),
        ("container.commands", Restart),
        ("container.environment_variables", Restart),
        ("container.secure_environment_variables", Restart),
        ("container.ports", Restart),
        ("container.volume.storage_account_key", Restart),
        ("container.liveness_probe.http_get.path", Restart),
        ("exposed_port", Restart),
        ("init_container", Restart),
        ("dns_name_label", Readdress),
        ("container", Replace),
        ("container.name", Replace),
        ("container.cpu", Replace),
        ("container.memory_limit", Replace),
        ("os_type", Replace),
        ("restart_policy", Replace),
        ("subnet_ids", Replace),
        ("zones", Replace),
        ("ip_address_type", Replace),
        ("priority", Replace),
        ("sku", Replace),
        ("dns_config.nameservers", Replace),
        ("diagnostics.log_analytics.workspace_key", Replace),
        ("name", Replace),
        ("location", Replace),
        ("resource_group_name", Replace),
    ];
    let schema = &schemas().managed["azurerm_container_group"];
    for (place, wanted) in table {
        let path = place.split('.').fold(Path::root(), |path, name| path.attr(name));
        let cost = match find(&schema.block, &path) {
            Some(Found::Attribute(attribute)) => attribute.cost,
            Some(Found::Nested(nested)) => nested.cost,
            _ => panic!("there is no {place}"),
        };
        assert_eq!(cost, wanted, "{place}");
    }
}

#[test]
fn secrets_that_never_come_back_are_write_only() {
    let places = [
        "container.secure_environment_variables",
        "init_container.secure_environment_variables",
        "image_registry_credential.password",
        "container.volume.storage_account_key",
        "container.volume.secret",
        "init_container.volume.secret",
        "diagnostics.log_analytics.workspace_key",
    ];
    let schema = &schemas().managed["azurerm_container_group"];
    for place in places {
        let path = place.split('.').fold(Path::root(), |path, name| path.attr(name));
        let Some(Found::Attribute(attribute)) = find(&schema.block, &path) else { panic!("there is no {place}") };
        assert_eq!(attribute.secrecy, Secrecy::WriteOnly, "{place}");
    }
}

/// An update may move what it does not name.
#[test]
fn addresses_are_unsettled_by_what_may_move_them() {
    let schema = &schemas().managed["azurerm_container_group"];
    let unsettled = |name: &str| schema.block.attribute(name).unwrap().unsettled_by;
    assert_eq!(unsettled("ip_address"), Some(Cost::Restart));
    assert_eq!(unsettled("fqdn"), Some(Cost::Readdress));
    assert_eq!(unsettled("exposed_port"), Some(Cost::Restart));
    assert_eq!(unsettled("id"), None);
}

#[test]
fn a_provider_block_has_features_once() {
    let features = schemas().providers["azurerm"].block.nested("features").cloned().unwrap();
    assert_eq!((features.min, features.max), (1, 1));
}

/// Azure Container Instances, "About NGroups" and "NGroups Rolling Update".
#[test]
fn what_an_ngroup_costs_depends_on_how_it_updates() {
    use Cost::{Replace, Restart, Revise, Roll};
    let schema = &schemas().managed["azurerm_container_ngroup"];
    let object = |mode: &str, in_place: Option<bool>, count: i64, zones: &[&str]| {
        let rolling: Vec<_> = in_place.into_iter().map(|own| serde_json::json!({"in_place_update": own})).collect();
        let members = serde_json::json!({"name": "a", "desired_count": count, "update_mode": mode, "zones": zones,
            "rolling_update": rolling});
        super::configured(&schema.block, &members)
    };
    let old = object("Rolling", None, 3, &["1", "2"]);
    let profile = "container_group_profile.revision";
    let cases = [
        (profile, object("Manual", None, 3, &[]), Some(Revise)),
        (profile, object("Rolling", None, 3, &[]), Some(Roll)),
        (profile, object("Rolling", Some(false), 3, &[]), Some(Roll)),
        (profile, object("Rolling", Some(true), 3, &[]), Some(Restart)),
        ("desired_count", object("Manual", None, 4, &[]), Some(Revise)),
        ("desired_count", object("Manual", None, 2, &[]), Some(Roll)),
        ("zones", object("Manual", None, 3, &["1", "2", "3"]), Some(Revise)),
        ("zones", object("Manual", None, 3, &["1", "3"]), None),
        ("zones", object("Manual", None, 3, &[]), None),
        ("name", object("Manual", None, 3, &[]), None),
    ];
    for (place, after, wanted) in cases {
        let path = place.split('.').fold(Path::root(), |path, name| path.attr(name));
        let weighed = schema.weigh.unwrap()(&path, &old, &after);
        assert_eq!(weighed.map(|(cost, _)| cost), wanted, "{place} of {after:?}");
        assert!(weighed.is_none_or(|(_, reason)| reason.ends_with('.')), "{place}");
    }
    // What cannot be told stays at the row's own cost, the greatest that it can have.
    for (place, cost) in [(profile, Roll), ("desired_count", Roll), ("zones", Replace), ("fault_domain_count", Replace)]
    {
        let path = place.split('.').fold(Path::root(), |path, name| path.attr(name));
        let Some(Found::Attribute(attribute)) = find(&schema.block, &path) else { panic!("there is no {place}") };
        assert_eq!(attribute.cost, cost, "{place}");
    }
}

/// Whatever changes of a profile, nothing that runs is touched.
#[test]
fn a_profile_costs_nothing_that_runs() {
    let schema = &schemas().managed["azurerm_container_group_profile"];
    walk(&schema.block, "", &mut |place, cost, _| {
        let fixed = ["name", "resource_group_name", "location"].contains(&place);
        let wanted = if fixed {
            Cost::Replace
        } else if place == "tags" {
            Cost::Nothing
        } else {
            Cost::Revise
        };
        assert_eq!(cost, wanted, "{place}");
    });
    // It has all that a container group has, but for what only a group can have.
    let group = &schemas().managed["azurerm_container_group"];
    let names = |block: &Block| {
        let attributes = block.attributes.iter().map(|attribute| attribute.name.to_string());
        attributes.chain(block.blocks.iter().map(|nested| nested.name.to_string())).collect::<Vec<_>>()
    };
    let own = names(&schema.block);
    let missing: Vec<String> = names(&group.block).into_iter().filter(|name| !own.contains(name)).collect();
    let wanted = "subnet_ids subnet_name network_profile_id wait_for triggers ip_address fqdn provisioning_state \
                  instance_view is_created_from_standby_pool identity identity_acl secret_reference dns_config \
                  container_group_profile standby_pool_profile";
    assert_eq!(missing.join(" "), wanted);
}
