//! What the service refuses, with the codes of its documentation.

use serde_json::{Value, json};

use super::{Cloud, SUBSCRIPTION, body, group, request, web, with};
use acier::emulator::settings::Settings;

const PROPERTIES: &str = "/properties";

fn inside(path: &str) -> String {
    format!("{PROPERTIES}/containers/0/properties{path}")
}

#[test]
fn bodies_that_are_refused() {
    let container = web()["properties"]["containers"][0].clone();
    let secret_port = json!({"type": "Public", "ports": [{"port": 0}]});
    let cases: Vec<(&str, Value, u16, &str)> = vec![
        ("no location", with(web(), "/location", Value::Null), 400, "LocationRequired"),
        ("no such location", with(web(), "/location", json!("atlantis")), 400, "LocationNotAvailableForResourceType"),
        ("no OS type", with(web(), "/properties/osType", Value::Null), 400, "InvalidOsType"),
        ("wrong OS type", with(web(), "/properties/osType", json!("Plan9")), 400, "InvalidOsType"),
        ("no requests", with(web(), &inside("/resources"), Value::Null), 400, "ResourceRequestsNotSpecified"),
        (
            "no CPU",
            with(web(), &inside("/resources/requests/cpu"), Value::Null),
            400,
            "ResourceSomeRequestsNotSpecified",
        ),
        ("too large", with(web(), &inside("/resources/requests/cpu"), json!(32)), 409, "ServiceUnavailable"),
        (
            "large for Spot",
            with(with(web(), &inside("/resources/requests/cpu"), json!(5)), "/properties/priority", json!("Spot")),
            409,
            "ServiceUnavailable",
        ),
        (
            "address without ports",
            with(web(), "/properties/ipAddress", json!({"type": "Public"})),
            400,
            "MissingIpAddressPorts",
        ),
        ("port zero", with(web(), "/properties/ipAddress", secret_port), 400, "InvalidPort"),
        (
            "short label",
            with(
                web(),
                "/properties/ipAddress",
                json!({"type": "Public", "dnsNameLabel": "abc", "ports": [{"port": 80}]}),
            ),
            400,
            "InvalidDnsNameLabel",
        ),
        (
            "missing image",
            with(web(), &inside("/image"), json!("example.azurecr.io/missing:1")),
            400,
            "InaccessibleImage",
        ),
        ("no containers", with(web(), "/properties/containers", json!([])), 400, "InvalidContainerGroup"),
        (
            "twin containers",
            with(web(), "/properties/containers", json!([container, container])),
            400,
            "InvalidContainerName",
        ),
        (
            "container in capitals",
            with(web(), "/properties/containers/0/name", json!("App")),
            400,
            "InvalidContainerName",
        ),
        ("no image", with(web(), &inside("/image"), Value::Null), 400, "InvalidImageName"),
        ("restart policy", with(web(), "/properties/restartPolicy", json!("Sometimes")), 400, "InvalidRestartPolicy"),
        ("tag that is no text", with(web(), "/tags", json!({"a": 1})), 400, "InvalidTagValue"),
    ];
    for (what, body, status, code) in cases {
        let mut cloud = Cloud::slow(0);
        let reply = cloud.put("web", &body);
        assert_eq!((reply.status, reply.code()), (status, code), "{what}: {:?}", reply.body);
        assert_eq!(cloud.get("web").status, 404, "{what} left something behind");
    }
}

#[test]
fn names() {
    let long = "a".repeat(63);
    let longer = "a".repeat(64);
    for (name, status) in [
        ("web", 201),
        ("myContainerGroup", 201),
        ("a", 201),
        (long.as_str(), 201),
        (longer.as_str(), 400),
        ("a_b", 400),
        ("-a", 400),
        ("a-", 400),
        ("a--b", 400),
    ] {
        assert_eq!(Cloud::slow(0).put(name, &web()).status, status, "{name}");
    }
    for (name, status) in [("r.g_(1)-x", 201), ("gr%C3%BCn", 201), ("dot.", 400), ("a%20b", 400)] {
        let reply = Cloud::slow(0).ask("PUT", &format!("/resourceGroups/{name}"), Some(&json!({"location": "westus"})));
        assert_eq!(reply.status, status, "{name}");
    }
}

#[test]
fn requests_that_are_refused() {
    let other = json!({"location": "eastus"});
    let cases: Vec<(&'static str, String, Option<Value>, u16, &str)> = vec![
        ("GET", group("none"), None, 404, "ResourceNotFound"),
        ("GET", group("web").replace("/rg/", "/none/"), None, 404, "ResourceGroupNotFound"),
        ("DELETE", group("web").replace("/rg/", "/none/"), None, 404, "ResourceGroupNotFound"),
        ("PUT", group("web").replace("/rg/", "/none/"), Some(web()), 404, "ResourceGroupNotFound"),
        ("GET", group("").replace("/rg/", "/none/"), None, 404, "ResourceGroupNotFound"),
        ("GET", "/resourceGroups/none".into(), None, 404, "ResourceGroupNotFound"),
        ("DELETE", "/resourceGroups/none".into(), None, 404, "ResourceGroupNotFound"),
        ("PUT", "/resourceGroups/rg".into(), Some(other), 409, "InvalidResourceGroupLocation"),
        ("PUT", "/resourceGroups/new".into(), Some(json!({})), 400, "LocationRequired"),
        ("PUT", group("web"), Some(json!([1])), 400, "InvalidRequestContent"),
        ("POST", format!("{}/stop", group("none")), None, 404, "ResourceNotFound"),
        ("PATCH", group("none"), Some(json!({"tags": {}})), 404, "ResourceNotFound"),
        ("GET", format!("{}/containers/none/logs", group("here")), None, 404, "ContainerNotFound"),
        ("GET", format!("{}/containers/app/logs?tail=many", group("here")), None, 400, "InvalidTail"),
        ("POST", format!("{}/containers/app/exec", group("here")), Some(json!({})), 400, "InvalidExecCommand"),
        ("GET", "/nowhere/at/all".into(), None, 404, "InvalidResourceType"),
        ("GET", "/providers/Microsoft.Nowhere".into(), None, 404, "InvalidResourceNamespace"),
        ("GET", "/resourcegroups?$filter=nonsense".into(), None, 400, "InvalidFilterInQueryString"),
        ("PUT", group("here"), Some(with(web(), "/location", json!("eastus"))), 409, "InvalidResourceLocation"),
    ];
    for (method, path, body, status, code) in cases {
        let mut cloud = Cloud::slow(0);
        cloud.make("here", &web());
        let reply = cloud.ask(method, &path, body.as_ref());
        assert_eq!((reply.status, reply.code()), (status, code), "{method} {path}: {:?}", reply.body);
    }
}

#[test]
fn who_refused_is_told() {
    let mut cloud = Cloud::slow(0);
    assert_eq!(cloud.get("none").header("x-ms-failure-cause"), "gateway");
    assert_eq!(
        cloud.put("web", &with(web(), "/properties/osType", Value::Null)).header("x-ms-failure-cause"),
        "service"
    );
    let head = cloud.ask("HEAD", "/resourceGroups/none", None);
    assert_eq!((head.status, head.header("x-ms-failure-cause"), &head.body), (404, "gateway", &Value::Null));
}

#[test]
fn tokens_and_versions() {
    let path = group("web");
    let url = |query: &str| format!("{}/subscriptions/{}{path}{query}", super::BASE, super::SUBSCRIPTION);
    let mut cloud = Cloud::slow(0);
    let mut bare = request("GET", url("?api-version=2023-05-01"), None);
    bare.headers.clear();
    let reply = cloud.send(&bare).expect("an answer");
    assert_eq!((reply.status, reply.code()), (401, "AuthenticationFailed"));
    assert!(reply.header("www-authenticate").starts_with("Bearer authorization_uri="));
    bare.headers.push(("authorization".into(), "Basic abc".into()));
    assert_eq!(cloud.send(&bare).expect("an answer").status, 401);
    for (query, status, code) in [
        ("", 400, "MissingApiVersionParameter"),
        ("?api-version=2001-01-01", 400, "NoRegisteredProviderFound"),
        ("?API-Version=2018-10-01", 404, "ResourceNotFound"),
        ("?api-version=2026-07-01", 404, "ResourceNotFound"),
    ] {
        let reply = cloud.follow(&url(query));
        assert_eq!((reply.status, reply.code()), (status, code), "{query}");
    }
    let odd = format!("{}/subscriptions/not-a-guid/resourceGroups?api-version=2022-09-01", super::BASE);
    assert_eq!(cloud.follow(&odd).code(), "InvalidSubscriptionId");
    let soon = format!("{}/subscriptions/{}/resourceGroups?api-version=soon", super::BASE, super::SUBSCRIPTION);
    assert_eq!(cloud.follow(&soon).code(), "InvalidApiVersionParameter");
}

#[test]
fn updates_that_need_a_new_group() {
    let subnet = format!(
        "/subscriptions/{SUBSCRIPTION}/resourceGroups/r/providers/Microsoft.Network/virtualNetworks/v/subnets/s"
    );
    let one = json!({"name": "more", "properties": {"image": "redis", "resources": {"requests": {"cpu": 0.5, "memoryInGB": 0.5}}}});
    let containers = json!([web()["properties"]["containers"][0], one]);
    let cases: Vec<(&str, Value)> = vec![
        ("OS type", with(web(), "/properties/osType", json!("Windows"))),
        ("restart policy", with(web(), "/properties/restartPolicy", json!("OnFailure"))),
        ("CPU", with(web(), &inside("/resources/requests/cpu"), json!(2))),
        ("memory", with(web(), &inside("/resources/requests/memoryInGB"), json!(2))),
        ("GPU", with(web(), &inside("/resources/requests/gpu"), json!({"count": 1, "sku": "V100"}))),
        ("one more container", with(web(), "/properties/containers", containers)),
        ("zones", with(web(), "/zones", json!(["1"]))),
        ("subnet", with(web(), "/properties/subnetIds", json!([{"id": subnet}]))),
        (
            "log workspace",
            with(web(), "/properties/diagnostics", json!({"logAnalytics": {"workspaceId": "w", "workspaceKey": "k"}})),
        ),
    ];
    for (what, body) in cases {
        let mut cloud = Cloud::slow(0);
        cloud.make("web", &web());
        let reply = cloud.put("web", &body);
        assert_eq!((reply.status, reply.code()), (400, "InvalidContainerGroupUpdate"), "{what}");
    }
    for (what, body) in [
        ("restart policy left out", with(web(), "/properties/restartPolicy", Value::Null)),
        ("CPU as 1.0", with(web(), &inside("/resources/requests/cpu"), json!(1.0))),
        ("image", with(web(), &inside("/image"), json!("nginx:2"))),
        (
            "label",
            with(
                web(),
                "/properties/ipAddress",
                json!({"type": "Public", "dnsNameLabel": "my-label", "ports": [{"port": 80}]}),
            ),
        ),
    ] {
        let mut cloud = Cloud::slow(0);
        cloud.make("web", &web());
        assert_eq!(cloud.put("web", &body).status, 200, "{what}");
    }
    // A group whose containers ended is deployed anew.
    let mut cloud = Cloud::slow(0);
    cloud.make("job", &body("alpine", "Never", &["true"]));
    cloud.pass(1_000);
    assert_eq!(cloud.put("job", &web()).status, 200);
}

#[test]
fn nothing_is_done_during_an_operation() {
    let mut cloud = Cloud::slow(9_000);
    cloud.make("web", &web());
    cloud.pass(1_000);
    let verbs = ["start", "stop", "restart"].map(|verb| ("POST", format!("{}/{verb}", group("web"))));
    let others =
        [("PUT", group("web")), ("DELETE", group("web")), ("GET", format!("{}/containers/app/logs", group("web")))];
    for (method, path) in verbs.into_iter().chain(others) {
        let body = (method == "PUT").then(web);
        let reply = cloud.ask(method, &path, body.as_ref());
        assert_eq!((reply.status, reply.code()), (409, "ContainerGroupTransitioning"), "{method} {path}");
    }
    assert_eq!(cloud.ask("PATCH", &group("web"), Some(&json!({"tags": {"a": "b"}}))).status, 200);
    cloud.pass(8_000);
    assert_eq!(cloud.ask("DELETE", &group("web"), None).status, 200);
}

#[test]
fn quotas() {
    let quota = Settings::parse_quota("standardcores=4, ContainerGroups=3").expect("a quota");
    let mut cloud = Cloud::new(Settings { quota, ..Settings::default() });
    cloud.make("one", &with(web(), &inside("/resources/requests/cpu"), json!(3)));
    let reply = cloud.put("two", &with(web(), &inside("/resources/requests/cpu"), json!(2)));
    assert_eq!((reply.status, reply.code()), (400, "ContainerGroupQuotaReached"));
    assert_eq!(
        reply.at("/error/message"),
        "Resource type 'Microsoft.ContainerInstance/containerGroups' container group quota 'StandardCores' exceeded in region 'westeurope'. Limit: '4', Usage: '3' Requested: '2'."
    );
    cloud.make("two", &web());
    // Another location and Spot have their own shares; an update gives its old share back.
    let spot = with(web(), "/properties/priority", json!("Spot"));
    cloud.make("three", &spot);
    assert_eq!(cloud.put("two", &web()).status, 200);
    assert_eq!(cloud.put("four", &spot).code(), "ContainerGroupQuotaReached");
    cloud.make("elsewhere", &with(web(), "/location", json!("West US")));
    let usages = cloud.ask("GET", "/providers/Microsoft.ContainerInstance/locations/westeurope/usages", None);
    let numbers: Vec<(Value, Value, Value)> = usages.body["value"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|item| (item["name"]["value"].clone(), item["currentValue"].clone(), item["limit"].clone()))
        .collect();
    assert_eq!(
        numbers[..2],
        [(json!("ContainerGroups"), json!(3), json!(3)), (json!("StandardCores"), json!(4), json!(4))]
    );
    cloud.ask("DELETE", &group("one"), None);
    cloud.make("four", &web());
    for (text, why) in [
        ("Cores=1", "no quota named \"Cores\""),
        ("StandardCores", "has no limit"),
        ("StandardCores=-1", "is not a number from zero up"),
    ] {
        let error = Settings::parse_quota(text).expect_err(text);
        assert!(error.contains(why), "{error}");
    }
}

#[test]
fn labels_belong_to_one_group_of_a_region() {
    let mut cloud = Cloud::slow(0);
    let labelled = |scope: Option<&str>| {
        let mut address = json!({"type": "Public", "dnsNameLabel": "my-label", "ports": [{"port": 80}]});
        if let Some(scope) = scope {
            address["autoGeneratedDomainNameLabelScope"] = json!(scope);
        }
        with(web(), "/properties/ipAddress", address)
    };
    cloud.make("one", &labelled(None));
    assert_eq!(cloud.put("two", &labelled(None)).code(), "DnsNameLabelNotAvailable");
    cloud.make("three", &labelled(Some("TenantReuse")));
    assert_ne!(cloud.get("three").at("/properties/ipAddress/fqdn"), cloud.get("one").at("/properties/ipAddress/fqdn"));
    cloud.make("four", &with(labelled(None), "/location", json!("eastus")));
    cloud.ask("DELETE", &group("one"), None);
    cloud.make("two", &labelled(None));
}

#[test]
fn request_limits() {
    let mut cloud = Cloud::new(Settings { throttle: true, ..Settings::default() });
    let first = cloud.put("g0", &web());
    assert_eq!(first.header("x-ms-ratelimit-remaining-subscription-resource-requests-pt5m"), "99");
    assert_eq!(first.header("x-ms-ratelimit-remaining-subscription-resource-requests-pt1h"), "299");
    assert_eq!(first.header("x-ms-ratelimit-remaining-subscription-writes"), "198");
    for number in 1..100 {
        cloud.pass(100);
        cloud.make(&format!("g{number}"), &web());
    }
    let reply = cloud.put("more", &web());
    assert_eq!((reply.status, reply.code()), (429, "SubscriptionRequestsThrottled"));
    let wait: i64 = reply.header("retry-after").parse().expect("seconds");
    cloud.pass(wait * 1_000);
    cloud.make("more", &web());
    // Updates and deletions do not count as creations.
    assert_eq!(
        cloud.ask("DELETE", &group("g1"), None).header("x-ms-ratelimit-remaining-subscription-resource-requests-pt5m"),
        "99"
    );
    let reads = (0..400).filter(|_| cloud.get("g0").status == 429).count();
    assert!((140..=160).contains(&reads), "of 400 reads at once {reads} were refused");
}

#[test]
fn a_subscription_may_not_be_registered() {
    let mut cloud = Cloud::slow(0);
    let provider = "/providers/Microsoft.ContainerInstance";
    assert_eq!(cloud.ask("GET", provider, None).at("/registrationState"), "Registered");
    cloud.ask("POST", &format!("{provider}/unregister"), None);
    assert_eq!(cloud.put("web", &web()).code(), "MissingSubscriptionRegistration");
    assert_eq!(cloud.ask("POST", &format!("{provider}/register"), None).status, 200);
    cloud.make("web", &web());
}
