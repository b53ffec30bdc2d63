//! Registering resource providers, and what a location says of itself.

use std::collections::BTreeMap;

use serde_json::json;

use super::{Cloud, web, with};
use acier::emulator::settings::Settings;

const PROVIDER: &str = "/providers/Microsoft.ContainerInstance";
const STATE: &str = "/registrationState";

#[test]
fn a_subscription_registers_before_it_creates() {
    let mut cloud = Cloud::new(Settings { unregistered: true, latency: 5_000, ..Settings::default() });
    assert_eq!(cloud.ask("GET", PROVIDER, None).at(STATE), "NotRegistered");
    let refused = cloud.put("web", &web());
    assert_eq!((refused.status, refused.code()), (409, "MissingSubscriptionRegistration"));
    assert_eq!(cloud.get("web").status, 404, "reading needs no registration");
    assert_eq!(cloud.ask("GET", "/providers/Microsoft.Network", None).at(STATE), "Registered");
    let register = format!("{PROVIDER}/register");
    for (after, state, status) in [(0, "Registering", 409), (4_999, "Registering", 409), (1, "Registered", 201)] {
        cloud.pass(after);
        // Asking again does not begin anew.
        assert_eq!(cloud.ask("POST", &register, None).at(STATE), state);
        assert_eq!(cloud.ask("GET", PROVIDER, None).at(STATE), state);
        assert_eq!(cloud.put("web", &web()).status, status, "{state}");
    }
    assert_eq!(cloud.ask("POST", &format!("{PROVIDER}/unregister"), None).at(STATE), "Unregistered");
    assert_eq!(cloud.put("other", &web()).code(), "MissingSubscriptionRegistration");
    assert_eq!(cloud.get("web").status, 200);
    let unknown = cloud.ask("POST", "/providers/Microsoft.Nothing/register", None);
    assert_eq!((unknown.status, unknown.code()), (404, "InvalidResourceNamespace"));
}

/// What usages show as free can be had, and what capabilities show as the most is the most.
#[test]
fn usages_and_capabilities_mean_what_they_say() {
    let quota = BTreeMap::from([("ContainerGroups", 3.0), ("StandardCores", 40.0), ("StandardSpotCores", 4.0)]);
    let mut cloud = Cloud::new(Settings { quota, ..Settings::default() });
    let path = format!("{PROVIDER}/locations/West%20Europe");
    let cpu = "/properties/containers/0/properties/resources/requests/cpu";
    let rows = cloud.ask("GET", &format!("{path}/capabilities"), None).at("/value");
    let rows = rows.as_array().expect("a list");
    let kinds: Vec<_> = rows.iter().map(|own| (own["osType"].clone(), own["ipAddressType"].clone())).collect();
    assert_eq!(
        kinds,
        [("Linux", "Public"), ("Linux", "Private"), ("Windows", "Public"), ("Windows", "Private")]
            .map(|(os, address)| (json!(os), json!(address)))
    );
    for row in rows {
        let most = row["capabilities"]["maxCpu"].as_f64().expect("a number");
        let sent = with(web(), "/properties/osType", row["osType"].clone());
        let more = cloud.put("web", &with(sent.clone(), cpu, json!(most + 1.0)));
        assert_eq!((more.status, more.code()), (409, "ServiceUnavailable"), "{row}");
        cloud.make("web", &with(sent, cpu, json!(most)));
        let usages = cloud.ask("GET", &format!("{path}/usages"), None).at("/value");
        let own = |name: &str| {
            let items = usages.as_array().expect("a list");
            items.iter().find(|own| own["name"]["value"] == name).cloned().unwrap_or_default()
        };
        assert_eq!(own("StandardCores")["currentValue"].as_f64(), Some(most));
        assert_eq!((&own("StandardCores")["limit"], &own("ContainerGroups")["currentValue"]), (&json!(40), &json!(1)));
        let left = 40.0 - most;
        if left < 31.0 {
            let too_many = cloud.put("second", &with(web(), cpu, json!(left + 1.0)));
            assert_eq!(too_many.code(), "ContainerGroupQuotaReached");
            cloud.make("second", &with(web(), cpu, json!(left)));
            assert_eq!(cloud.ask("DELETE", &super::group("second"), None).status, 200);
        }
        assert_eq!(cloud.ask("DELETE", &super::group("web"), None).status, 200);
    }
    for what in ["usages", "capabilities", "cachedImages"] {
        let refused = cloud.ask("GET", &format!("{PROVIDER}/locations/nowhere/{what}"), None);
        assert_eq!((refused.status, refused.code()), (400, "LocationNotAvailableForResourceType"), "{what}");
    }
}

/// Each version that a client sends takes a body, answers 200 for the same body again, and shows
/// the address as that version was seen to.
#[test]
fn every_version_takes_a_body() {
    let versions = Cloud::slow(0).ask("GET", PROVIDER, None).at("/resourceTypes/0/apiVersions");
    let versions = versions.as_array().expect("a list").clone();
    assert!(versions.len() > 20);
    for version in versions {
        let mut cloud = Cloud::slow(4_000);
        cloud.api = Box::leak(version.as_str().expect("text").to_owned().into_boxed_str());
        let api = cloud.api;
        let address = json!({"type": "Public", "ports": [{"port": 80, "protocol": "TCP"}]});
        let sent = with(web(), "/properties/ipAddress", address);
        let made = cloud.put("web", &sent);
        assert_eq!((made.status, made.at("/properties/provisioningState")), (201, json!("Pending")), "{api}");
        assert!(made.header("azure-asyncoperation").contains("?api-version=2018-06-01"), "{api}");
        assert_eq!(made.at("/properties/ipAddress/ip").is_string(), api < "2021", "{api}");
        cloud.pass(4_000);
        let ip = cloud.get("web").at("/properties/ipAddress/ip");
        assert!(ip.is_string(), "{api}");
        let again = cloud.put("web", &sent);
        assert_eq!((again.status, again.at("/properties/ipAddress/ip")), (200, ip), "{api}");
        assert!(again.has("azure-asyncoperation"), "{api}");
    }
}

/// The default says when to ask again; `-faithful` only where the service was recorded to.
#[test]
fn who_is_told_to_wait() {
    for (faithful, put, restart, delete) in [(false, Some("1"), Some("1"), Some("1")), (true, None, None, Some("15"))] {
        let mut cloud = Cloud::new(Settings { faithful, ..Settings::default() });
        let told = |reply: &super::Reply| reply.has("retry-after").then(|| reply.header("retry-after").to_owned());
        let made = cloud.put("web", &web());
        assert_eq!(told(&made).as_deref(), put);
        let restarted = cloud.ask("POST", &format!("{}/restart", super::group("web")), None);
        assert_eq!((restarted.status, told(&restarted).as_deref()), (204, restart));
        let deleted = cloud.ask("DELETE", "/resourceGroups/rg", None);
        assert_eq!((deleted.status, told(&deleted).as_deref()), (202, delete));
    }
}
