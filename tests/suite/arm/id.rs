//! Ids: read in any case, printed in one way, compared by key.

use acier::arm::id::{ResourceGroupId, ResourceId, key, same};

#[test]
fn a_group_is_read_in_any_case_and_printed_in_one() {
    for text in ["/subscriptions/s-1/resourceGroups/Web (1)_ä.x", "/SUBSCRIPTIONS/s-1/resourcegroups/Web (1)_ä.x/"] {
        let id = ResourceGroupId::parse(text).unwrap();
        assert_eq!((id.subscription.as_str(), id.group.as_str()), ("s-1", "Web (1)_ä.x"));
        assert_eq!(id.to_string(), "/subscriptions/s-1/resourceGroups/Web (1)_ä.x");
    }
}

#[test]
fn resources_and_their_children_round_trip() {
    for (text, kind, name) in [
        (
            "/subscriptions/s/resourceGroups/g/providers/Microsoft.ContainerInstance/containerGroups/Web",
            "containerGroups",
            "Web",
        ),
        (
            "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/net/subnets/front",
            "virtualNetworks/subnets",
            "net/front",
        ),
    ] {
        let id: ResourceId = text.parse().unwrap();
        assert_eq!((id.kind.as_str(), id.name.as_str()), (kind, name));
        assert_eq!(id.to_string(), text);
        assert_eq!(id.resource_group().to_string(), "/subscriptions/s/resourceGroups/g");
    }
    let built = ResourceId::new(&ResourceGroupId::new("s", "g"), "Microsoft.ContainerInstance", "containerGroups", "a");
    assert!(built.is_a("microsoft.containerinstance", "CONTAINERGROUPS"));
    assert!(!built.is_a("Microsoft.Network", "containerGroups"));
}

#[test]
fn what_is_no_id_says_why() {
    for (text, why) in [
        ("", "begins with a slash"),
        ("subscriptions/s/resourceGroups/g/providers/N/k/n", "begins with a slash"),
        ("/subscriptions/s", "ends before the name of the resource group"),
        ("/subscriptions/s/groups/g/providers/N/k/n", "has \"groups\" where \"resourceGroups\""),
        ("/subscriptions//resourceGroups/g/providers/N/k/n", "empty part"),
        ("/subscriptions/s/resourceGroups/g", "ends before the namespace"),
        ("/subscriptions/s/resourceGroups/g/provider/N/k/n", "where \"providers\""),
        ("/subscriptions/s/resourceGroups/g/providers/N/k", "needs a name"),
        ("/subscriptions/s/resourceGroups/g/providers/N", "needs a name"),
        ("/subscriptions/s/resourceGroups/g/providers/N/k/n/l", "needs a name"),
    ] {
        let error = ResourceId::parse(text).unwrap_err().to_string();
        assert!(error.contains(why) && error.starts_with(&format!("\"{text}\" is not a resource id")), "{error}");
    }
    let error = ResourceGroupId::parse("/subscriptions/s/resourceGroups/g/providers/N/k/n").unwrap_err();
    assert!(error.to_string().contains("goes on with \"providers\""), "{error}");
}

#[test]
fn ids_that_differ_in_case_name_one_thing() {
    for (left, right, equal) in [
        ("/subscriptions/S/resourcegroups/G", "/subscriptions/s/resourceGroups/g/", true),
        ("/subscriptions/s/resourceGroups/Ä", "/subscriptions/s/resourceGroups/ä", true),
        ("/subscriptions/s/resourceGroups/a", "/subscriptions/s/resourceGroups/b", false),
    ] {
        assert_eq!(same(left, right), equal, "{left} {right}");
        assert_eq!(key(left) == key(right), equal, "{left} {right}");
    }
}
