//! The shapes of answers, held to recorded exchanges with the service.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{BASE, Cloud, SUBSCRIPTION, group, request, web, with};
use acier::emulator::settings::Settings;

fn keys(value: &Value) -> Vec<&str> {
    value.as_object().expect("an object").keys().map(String::as_str).collect()
}

/// The body that Microsoft's command line sends for an Alpine container, and the answer recorded in
/// 2023, ids and times aside.
#[test]
fn a_recorded_creation() {
    let sent = json!({"properties": {"containers": [{"name": "cli", "properties": {"image": "alpine:latest",
        "command": ["/bin/sh", "-c", "while true; do echo hello; sleep 20; done"],
        "environmentVariables": [{"name": "KEY1", "value": "VALUE1"}, {"name": "KEY2", "value": "FOO=BAR="}],
        "resources": {"requests": {"memoryInGB": 1.0, "cpu": 1.0}}}}], "restartPolicy": "Never", "osType": "Linux",
        "priority": "Regular"}, "location": "westus", "tags": {}});
    let id = format!(
        "/subscriptions/{SUBSCRIPTION}/resourceGroups/rg/providers/Microsoft.ContainerInstance/containerGroups/cli"
    );
    let expected = format!(
        r#"{{"properties":{{"sku":"Standard","provisioningState":"Pending","provisioningTimeoutInSeconds":1800,"isCustomProvisioningTimeout":false,"containers":[{{"name":"cli","properties":{{"image":"alpine:latest","command":["/bin/sh","-c","while true; do echo hello; sleep 20; done"],"ports":[],"environmentVariables":[{{"name":"KEY1","value":"VALUE1"}},{{"name":"KEY2","value":"FOO=BAR="}}],"resources":{{"requests":{{"memoryInGB":1.0,"cpu":1.0}}}}}}}}],"initContainers":[],"restartPolicy":"Never","osType":"Linux","instanceView":{{"events":[],"state":"Pending"}},"priority":"Regular"}},"id":"{id}","name":"cli","type":"Microsoft.ContainerInstance/containerGroups","location":"westus","tags":{{}}}}"#
    );
    let mut cloud = Cloud::new(Settings { faithful: true, ..Settings::default() });
    let reply = cloud.put("cli", &sent);
    assert_eq!(reply.status, 201);
    assert_eq!(reply.body.to_string(), expected);
    let url = reply.header("azure-asyncoperation").to_owned();
    let prefix = format!(
        "{BASE}/subscriptions/{SUBSCRIPTION}/providers/Microsoft.ContainerInstance/locations/westus/operations/"
    );
    assert!(url.starts_with(&prefix) && url.contains("?api-version=2018-06-01&t=") && url.len() > 3_000, "{url}");
    assert!(!reply.has("retry-after") && !reply.has("location"));
    let operation = &url[prefix.len()..prefix.len() + 36];
    assert_eq!(reply.header("x-ms-request-id"), format!("westus:{operation}"));
    let poll = cloud.follow(&url);
    assert_eq!((poll.status, poll.at("/status"), poll.at("/id")), (200, json!("Succeeded"), json!(id)));
    assert_eq!(keys(&poll.body), ["id", "status", "startTime", "properties"]);
    let names: Vec<Value> =
        poll.body["properties"]["events"].as_array().expect("events").iter().map(|e| e["name"].clone()).collect();
    assert_eq!(names, ["Pulling", "Pulled", "Started"]);
}

#[test]
fn api_versions_shape_the_echo() {
    for (api, has) in
        [("2018-10-01", [false, false, false]), ("2019-12-01", [true, true, false]), ("2023-05-01", [true, true, true])]
    {
        let mut cloud = Cloud::slow(0);
        cloud.api = api;
        cloud.make("web", &web());
        let body = cloud.get("web").body;
        let own: Vec<bool> = ["sku", "initContainers", "provisioningTimeoutInSeconds"]
            .iter()
            .map(|name| body["properties"].get(name).is_some())
            .collect();
        assert_eq!(own, has, "{api}");
    }
}

#[test]
fn enums_get_their_case_and_unknown_members_stay() {
    let mut cloud = Cloud::slow(0);
    cloud.api = "2025-09-01";
    let sent = json!({
        "location": "West Europe",
        "extra": {"kept": true},
        "zones": ["1"],
        "tags": {"password": "is-a-tag"},
        "properties": {
            "osType": "linux", "restartPolicy": "never", "sku": "standard", "novel": [1, null],
            "ipAddress": {"type": "public", "ports": [{"port": 80, "protocol": "tcp"}, {"port": 81}], "ip": "1.2.3.4"},
            "containers": [{"name": "app", "properties": {
                "image": "nginx", "configMap": {"keyValuePairs": {"secret": "kept"}}, "livenessProbe": null,
                "ports": [{"port": 80, "protocol": "tcp"}], "resources": {"requests": {"cpu": 1, "memoryInGB": 2}}}}],
        },
    });
    assert_eq!(cloud.put("web", &sent).status, 201);
    let reply = cloud.get("web");
    for (path, value) in [
        ("/location", json!("westeurope")),
        ("/extra/kept", json!(true)),
        ("/tags/password", json!("is-a-tag")),
        ("/zones/0", json!("1")),
        ("/properties/osType", json!("Linux")),
        ("/properties/restartPolicy", json!("Never")),
        ("/properties/sku", json!("Standard")),
        ("/properties/novel", json!([1, null])),
        ("/properties/ipAddress/type", json!("Public")),
        ("/properties/ipAddress/ports/0/protocol", json!("TCP")),
        ("/properties/ipAddress/ports/1", json!({"port": 81})),
        ("/properties/containers/0/properties/ports/0/protocol", json!("TCP")),
        ("/properties/containers/0/properties/configMap/keyValuePairs/secret", json!("kept")),
        ("/properties/containers/0/properties/resources/requests/cpu", json!(1.0)),
        ("/properties/containers/0/properties/environmentVariables", json!([])),
    ] {
        assert_eq!(reply.at(path), value, "{path}");
    }
    assert_ne!(reply.at("/properties/ipAddress/ip"), "1.2.3.4");
    for absent in [
        "/properties/priority",
        "/properties/ipAddress/fqdn",
        "/properties/ipAddress/autoGeneratedDomainNameLabelScope",
        "/properties/containers/0/properties/command",
        "/properties/containers/0/properties/livenessProbe",
    ] {
        assert!(reply.body.pointer(absent).is_none(), "{absent}");
    }
}

#[test]
fn secrets_never_come_back() {
    let sent = with(
        web(),
        "/properties/containers/0/properties/environmentVariables",
        json!([{"name": "OPEN", "value": "seen"}, {"name": "SHUT", "secureValue": "HIDE"}, {"name": "ODD", "SecureValue": "HIDE"}]),
    );
    let sent = with(
        sent,
        "/properties/imageRegistryCredentials",
        json!([{"server": "r.example", "username": "u", "password": "HIDE"}]),
    );
    let sent = with(
        sent,
        "/properties/volumes",
        json!([
        {"name": "files", "azureFile": {"shareName": "s", "storageAccountName": "a", "storageAccountKey": "HIDE"}},
        {"name": "keys", "secret": {"HIDE.pem": "HIDE"}},
        {"name": "empty", "emptyDir": {}}]),
    );
    let sent = with(
        sent,
        "/properties/diagnostics",
        json!({"logAnalytics": {"workspaceId": "w", "workspaceKey": "HIDE", "workspaceResourceId": "HIDE"}}),
    );
    let sent = with(
        sent,
        "/properties/extensions",
        json!([{"name": "e", "properties": {"protectedSettings": {"a": "HIDE"}, "extensionType": "t", "version": "1"}}]),
    );
    let mut cloud = Cloud::slow(0);
    let made = cloud.put("web", &sent);
    let mut answers = vec![made.body];
    answers.push(cloud.get("web").body);
    answers.push(cloud.ask("GET", "/providers/Microsoft.ContainerInstance/containerGroups", None).body);
    answers.push(cloud.ask("PATCH", &group("web"), Some(&json!({"tags": {}}))).body);
    answers.push(cloud.ask("DELETE", &group("web"), None).body);
    for answer in &answers {
        assert!(!answer.to_string().contains("HIDE"), "{answer}");
    }
    let properties = &answers[1]["properties"];
    assert_eq!(
        properties["containers"][0]["properties"]["environmentVariables"],
        json!([{"name": "OPEN", "value": "seen"}, {"name": "SHUT"}, {"name": "ODD"}])
    );
    assert_eq!(properties["volumes"][1], json!({"name": "keys", "secret": {}}));
    assert_eq!(properties["volumes"][0]["azureFile"], json!({"shareName": "s", "storageAccountName": "a"}));
    assert_eq!(properties["imageRegistryCredentials"], json!([{"server": "r.example", "username": "u"}]));
    assert_eq!(properties["diagnostics"], json!({"logAnalytics": {"workspaceId": "w"}}));
}

#[test]
fn addresses_come_in_time() {
    let mut cloud = Cloud::slow(9_000);
    let public = json!({"type": "Public", "dnsNameLabel": "my-label", "ports": [{"port": 80}]});
    let private = json!({"type": "Private", "ports": [{"port": 80}]});
    let first = cloud.put("open", &with(web(), "/properties/ipAddress", public));
    assert_eq!(first.at("/properties/ipAddress/fqdn"), "my-label.westeurope.azurecontainer.io");
    assert_eq!(first.at("/properties/ipAddress/autoGeneratedDomainNameLabelScope"), "Unsecure");
    assert_eq!(first.at("/properties/ipAddress/ip"), Value::Null);
    let first = cloud.put("shut", &with(web(), "/properties/ipAddress", private));
    assert!(first.body["properties"].get("ipAddress").is_none());
    cloud.pass(9_000);
    let address = cloud.get("open").at("/properties/ipAddress/ip");
    assert!(address.as_str().expect("an address").starts_with("20."));
    assert!(cloud.get("shut").at("/properties/ipAddress/ip").as_str().expect("an address").starts_with("10."));
    // Updates keep the address, stopping gives it back.
    let again = cloud.get("open").body["properties"]["ipAddress"].clone();
    assert_eq!(cloud.put("open", &with(web(), "/properties/ipAddress", again)).status, 200);
    cloud.pass(9_000);
    assert_eq!(cloud.get("open").at("/properties/ipAddress/ip"), address);
    cloud.ask("POST", &format!("{}/stop", group("open")), None);
    assert_eq!(cloud.get("open").at("/properties/ipAddress/ip"), Value::Null);
    cloud.ask("POST", &format!("{}/start", group("open")), None);
    cloud.pass(9_000);
    assert_ne!(cloud.get("open").at("/properties/ipAddress/ip"), address);
}

#[test]
fn identities_are_filled_in() {
    let user = "/subscriptions/s/resourcegroups/rg/providers/Microsoft.ManagedIdentity/userAssignedIdentities/me";
    let mut cloud = Cloud::slow(0);
    cloud.make(
        "both",
        &with(web(), "/identity", json!({"type": "systemassigned,UserAssigned", "userAssignedIdentities": {user: {}}})),
    );
    let reply = cloud.get("both");
    assert_eq!(reply.at("/identity/type"), "SystemAssigned, UserAssigned");
    assert!(reply.at("/identity/principalId").is_string() && reply.at("/identity/tenantId").is_string());
    assert_eq!(keys(&reply.body["identity"]["userAssignedIdentities"][user]), ["principalId", "clientId"]);
    cloud.make("none", &with(web(), "/identity", json!({"type": "None", "userAssignedIdentities": null})));
    assert!(cloud.get("none").body.get("identity").is_none());
}

#[test]
fn lists_have_no_views_and_pages() {
    let mut cloud = Cloud::slow(0);
    for number in 0..250 {
        cloud.make(&format!("g{number:03}"), &web());
    }
    let mut url = cloud.url("/resourcegroups/RG/providers/microsoft.containerinstance/containergroups");
    let mut names = Vec::new();
    let mut pages = Vec::new();
    loop {
        let reply = cloud.follow(&url);
        let items = reply.body["value"].as_array().expect("a list").clone();
        pages.push(items.len());
        for item in &items {
            assert!(item["properties"].get("instanceView").is_none());
            assert!(item["properties"]["containers"][0]["properties"].get("instanceView").is_none());
            names.push(item["name"].as_str().expect("a name").to_owned());
        }
        let Some(next) = reply.body.get("nextLink").and_then(Value::as_str) else { break };
        assert!(next.contains("%24skipToken=") || next.contains("$skipToken="), "{next}");
        url = next.to_owned();
    }
    assert_eq!(pages, [100, 100, 50]);
    assert_eq!(names.len(), names.iter().collect::<BTreeSet<_>>().len());
    let all =
        cloud.ask("GET", "/resources?$filter=resourceGroup eq 'RG' and name eq 'G007'&$expand=provisioningState", None);
    assert_eq!(all.body["value"].as_array().map(Vec::len), Some(1), "{:?}", all.body);
    // The filter leaves out other names; the page is that of the first hundred.
    assert_eq!(all.body["value"][0]["provisioningState"], "Succeeded");
}

#[test]
fn segments_are_caseless_and_may_be_empty() {
    let mut cloud = Cloud::slow(0);
    cloud.make("MyGroup", &web());
    let path = "/resourcegroups/RG/providers/microsoft.containerinstance//ContainerGroups/mygroup";
    let reply = cloud.ask("GET", path, None);
    assert_eq!((reply.status, reply.at("/name")), (200, json!("MyGroup")));
    assert_eq!(
        reply.at("/id"),
        format!(
            "/subscriptions/{SUBSCRIPTION}/resourceGroups/rg/providers/Microsoft.ContainerInstance/containerGroups/MyGroup"
        )
    );
    assert_eq!(cloud.ask("PUT", path, Some(&web())).status, 200);
    assert_eq!(cloud.get("MYGROUP").at("/name"), "MyGroup");
}

#[test]
fn resource_groups() {
    let mut cloud = Cloud::slow(0);
    let made = cloud.ask("PUT", "/resourcegroups/Other", Some(&json!({"location": "West US", "tags": {"a": "1"}})));
    assert_eq!(made.status, 201);
    assert_eq!(
        made.body.to_string(),
        format!(
            r#"{{"id":"/subscriptions/{SUBSCRIPTION}/resourceGroups/Other","name":"Other","type":"Microsoft.Resources/resourceGroups","location":"westus","tags":{{"a":"1"}},"properties":{{"provisioningState":"Succeeded"}}}}"#
        )
    );
    assert_eq!(cloud.ask("PUT", "/resourceGroups/other", Some(&json!({"location": "westus"}))).status, 200);
    assert!(cloud.ask("GET", "/resourceGroups/OTHER", None).body.get("tags").is_none());
    assert_eq!(
        cloud.ask("PATCH", "/resourceGroups/other", Some(&json!({"tags": {"b": "2"}}))).at("/tags"),
        json!({"b": "2"})
    );
    let head = cloud.ask("HEAD", "/resourceGroups/other", None);
    assert_eq!((head.status, head.body), (204, Value::Null));
    let list = cloud.ask("GET", "/resourcegroups?$filter=tagname eq 'b' and tagvalue eq '2'", None);
    assert_eq!(list.body["value"].as_array().map(Vec::len), Some(1));
    assert_eq!(cloud.ask("GET", "/resourcegroups?$top=1", None).body["value"].as_array().map(Vec::len), Some(1));
}

#[test]
fn headers_that_every_answer_has() {
    let mut cloud = Cloud::slow(0);
    let mut ask = request("GET", cloud.url(&group("none")), None);
    ask.headers.extend(
        [
            ("x-ms-correlation-request-id", "run-1"),
            ("x-ms-client-request-id", "me"),
            ("x-ms-return-client-request-id", "true"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned())),
    );
    let reply = cloud.send(&ask).expect("an answer");
    for (name, value) in [
        ("x-ms-correlation-request-id", "run-1"),
        ("x-ms-client-request-id", "me"),
        ("cache-control", "no-cache"),
        ("content-type", "application/json; charset=utf-8"),
        ("strict-transport-security", "max-age=31536000; includeSubDomains"),
        ("date", "Thu, 01 Jan 2026 00:00:00 GMT"),
    ] {
        assert_eq!(reply.header(name), value);
    }
    assert!(reply.header("x-ms-routing-request-id").starts_with("EMULATOR:20260101T000000Z:"));
    assert!(reply.has("x-ms-ratelimit-remaining-subscription-reads"));
}

#[test]
fn what_azure_says_of_itself() {
    let mut cloud = Cloud::slow(0);
    for (path, pointer, value) in [
        ("", "/state", json!("Enabled")),
        ("/locations", "/value/0/name", json!("australiacentral")),
        ("/providers", "/value/0/namespace", json!("Microsoft.ContainerInstance")),
        ("/providers/microsoft.containerinstance", "/resourceTypes/0/resourceType", json!("containerGroups")),
        ("/providers/Microsoft.ContainerInstance/locations/westus/capabilities", "/value/0/location", json!("West US")),
        ("/providers/Microsoft.ContainerInstance/locations/westus/cachedImages", "/value/0/osType", json!("Linux")),
    ] {
        assert_eq!(cloud.ask("GET", path, None).at(pointer), value, "{path}");
    }
    for (path, pointer, value) in [
        ("/subscriptions", "/value/0/subscriptionId", json!(SUBSCRIPTION)),
        ("/tenants", "/value/0/tenantId", json!("00000000-0000-4000-8000-0000000000aa")),
        ("/providers/Microsoft.ContainerInstance/operations", "/value/0/origin", json!("User")),
    ] {
        assert_eq!(cloud.follow(&format!("{BASE}{path}?api-version=2023-05-01")).at(pointer), value, "{path}");
    }
}

fn form(url: &str, body: &str) -> acier::arm::wire::Request {
    let mut ask = request("POST", format!("{BASE}{url}"), None);
    ask.headers.clear();
    ask.body = Some(body.as_bytes().to_vec());
    ask
}

#[test]
fn signing_in() {
    let who = "client_id=00000000-0000-4000-8000-0000000000cc";
    let right =
        format!("grant_type=client_credentials&{who}&client_secret=acier-emulator&scope=https%3A%2F%2Fx%2F.default");
    let assertion = format!(
        "grant_type=client_credentials&{who}&client_assertion=abc&client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer&scope=https%3A%2F%2Fx%2F.default"
    );
    let cases = [
        (right.clone(), 200, Value::Null),
        (assertion, 400, json!("invalid_request")),
        (right.replace("acier-emulator", "guess"), 401, json!("invalid_client")),
        (right.replace("0000cc", "0000cd"), 400, json!("unauthorized_client")),
        (right.replace("client_credentials", "password"), 400, json!("unsupported_grant_type")),
        (right.replace("scope=", "other="), 400, json!("invalid_request")),
    ];
    let mut cloud = Cloud::slow(0);
    for (body, status, error) in cases {
        let reply = cloud.send(&form("/tenant/oauth2/v2.0/token", &body)).expect("an answer");
        assert_eq!((reply.status, reply.at("/error")), (status, error), "{body}");
    }
    let old = right.replace("scope=https%3A%2F%2Fx%2F.default", "resource=https://x");
    let reply = cloud.send(&form("/tenant/oauth2/token", &old)).expect("an answer");
    assert_eq!((reply.at("/expires_in"), reply.at("/resource")), (json!("86399"), json!("https://x")));
    // A token of the emulator's own runs out.
    let token = reply.at("/access_token");
    let mut ask = request("GET", cloud.url("/locations"), None);
    ask.headers = vec![("authorization".into(), format!("Bearer {}", token.as_str().expect("a token")))];
    assert_eq!(cloud.send(&ask).expect("an answer").status, 200);
    cloud.pass(86_400_000);
    assert_eq!(cloud.send(&ask).expect("an answer").code(), "ExpiredAuthenticationToken");
}

/// A client assertion as MSAL and older libraries sign it.
fn assertion(head: Value, claims: Value) -> String {
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use ring::signature::{RSA_PKCS1_SHA256, RSA_PSS_SHA256, RsaKeyPair};
    let key = pem::parse(include_str!("../../../src/emulator/login/client.key")).expect("PEM");
    let key = RsaKeyPair::from_pkcs8(key.contents()).expect("a key");
    let text = format!("{}.{}", URL_SAFE_NO_PAD.encode(head.to_string()), URL_SAFE_NO_PAD.encode(claims.to_string()));
    let mut signature = vec![0; key.public().modulus_len()];
    let random = ring::rand::SystemRandom::new();
    match head["alg"].as_str() {
        Some("PS256") => key.sign(&RSA_PSS_SHA256, &random, text.as_bytes(), &mut signature),
        _ => key.sign(&RSA_PKCS1_SHA256, &random, text.as_bytes(), &mut signature),
    }
    .expect("a signature");
    format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature))
}

#[test]
fn client_assertions_are_verified() {
    use sha2::Digest as _;
    let der = pem::parse(include_str!("../../../src/emulator/login/client.crt")).expect("PEM").into_contents();
    let named = |digest: &[u8]| base64::Engine::encode(&base64::engine::general_purpose::URL_SAFE_NO_PAD, digest);
    let (sha1, sha256) = (named(&sha1::Sha1::digest(&der)), named(&sha2::Sha256::digest(&der)));
    let mut cloud = Cloud::slow(0);
    let who = "00000000-0000-4000-8000-0000000000cc";
    let url = format!("{BASE}/tenant/oauth2/v2.0/token");
    let claims = |change: &dyn Fn(&mut Value)| {
        let mut claims = json!({"iss": who, "sub": who, "aud": url, "exp": 4_102_444_800.25, "jti": "1"});
        change(&mut claims);
        claims
    };
    let (old, new) = (json!({"alg": "RS256", "x5t": sha1}), json!({"alg": "PS256", "x5t#S256": sha256}));
    let rows = [
        (old.clone(), claims(&|_| ()), None),
        (new, claims(&|_| ()), None),
        // MSAL for Python pads the name of the certificate.
        (json!({"alg": "RS256", "x5t": format!("{sha1}=")}), claims(&|_| ()), None),
        (json!({"alg": "RS256", "x5t": "AAAA"}), claims(&|_| ()), Some(700_027)),
        // Signed in one way and said to be in another.
        (json!({"alg": "none", "x5t": sha1}), claims(&|_| ()), Some(700_027)),
        (json!({"alg": "RS512", "x5t": sha1}), claims(&|_| ()), Some(700_027)),
        (old.clone(), claims(&|claims| claims["sub"] = json!("other")), Some(700_021)),
        (
            old.clone(),
            claims(&|claims| claims["aud"] = json!("https://login.example/t/oauth2/v2.0/token")),
            Some(700_023),
        ),
        (old.clone(), claims(&|claims| claims["exp"] = json!(0)), Some(700_024)),
        (old.clone(), claims(&|claims| claims["iss"] = json!("other")), Some(700_211)),
    ];
    for (head, claims, number) in rows {
        let mut form = url::form_urlencoded::Serializer::new(String::new());
        form.append_pair("grant_type", "client_credentials").append_pair("client_id", who);
        form.append_pair("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer");
        form.append_pair("client_assertion", &assertion(head.clone(), claims.clone()))
            .append_pair("scope", "x/.default");
        let reply = cloud.send(&self::form("/tenant/oauth2/v2.0/token", &form.finish())).expect("an answer");
        let said = reply.at("/error_codes/0").as_u64();
        assert_eq!((reply.status == 200, said), (number.is_none(), number), "{head} {claims}");
    }
}

#[test]
fn metadata_needs_no_token() {
    let mut cloud = Cloud::slow(0);
    for (path, pointer, value) in [
        ("/metadata/endpoints?api-version=2022-09-01", "/resourceManager", BASE),
        ("/metadata/endpoints?api-version=2022-09-01", "/authentication/loginEndpoint", BASE),
        ("/metadata/endpoints?api-version=2022-09-01", "/suffixes/storage", "storage.localhost"),
        ("//metadata/endpoints?api-version=2018-01-01", "/authentication/identityProvider", "AAD"),
        ("/metadata/endpoints?api-version=2015-01-01", "/authentication/audiences/0", BASE),
        ("/t1/v2.0/.well-known/openid-configuration", "/token_endpoint", "https://cloud.test/t1/oauth2/v2.0/token"),
        ("/adfs/.well-known/openid-configuration", "/token_endpoint", "https://cloud.test/adfs/oauth2/token"),
    ] {
        let mut ask = request("GET", format!("{BASE}{path}"), None);
        ask.headers.clear();
        assert_eq!(cloud.send(&ask).expect("an answer").at(pointer), value, "{path}");
    }
}
