//! Container group profiles and ngroups: shapes, life, refusals, on a clock moved by hand.

use acier::emulator::embedded::Embedded;
use acier::emulator::settings::Settings;
use serde_json::{Value, json};

use super::{BASE, Cloud, Reply, START, SUBSCRIPTION, request, web, with};

const INSTANCE: &str = "/providers/Microsoft.ContainerInstance";

fn profile(name: &str) -> String {
    format!("/resourceGroups/rg{INSTANCE}/containerGroupProfiles/{name}")
}

fn ngroup(name: &str) -> String {
    format!("/resourceGroups/rg{INSTANCE}/ngroups/{name}")
}

fn image(image: &str) -> Value {
    with(web(), "/properties/containers/0/properties/image", json!(image))
}

/// An ngroup of a profile.
fn fleet(count: u32, name: &str) -> Value {
    let id = format!("/subscriptions/{SUBSCRIPTION}{}", profile(name));
    json!({"location": "westeurope", "properties": {"elasticProfile": {"desiredCount": count},
        "containerGroupProfiles": [{"resource": {"id": id}}]}})
}

/// A fleet that rolls, batch by batch, with a pause of five seconds.
fn rolling(count: u32, revision: u32, percent: u32) -> Value {
    let mut body = fleet(count, "app");
    body["properties"]["containerGroupProfiles"][0]["revision"] = json!(revision);
    body["properties"]["updateProfile"] = json!({"updateMode": "Rolling", "rollingUpdateProfile":
        {"maxBatchPercent": percent, "maxUnhealthyPercent": 0, "pauseTimeBetweenBatches": "PT5S"}});
    body
}

fn cloud(latency: i64) -> Cloud {
    let mut cloud = Cloud::slow(latency);
    cloud.api = "2025-09-01";
    assert_eq!(cloud.ask("PUT", &profile("app"), Some(&image("nginx:1"))).status, 201);
    cloud
}

fn items(reply: &Reply) -> Vec<Value> {
    reply.at("/value").as_array().expect("a list").clone()
}

/// The container groups of `rg`: name, image and zone.
fn groups(cloud: &mut Cloud) -> Vec<(String, String, String)> {
    let list = cloud.ask("GET", &format!("/resourceGroups/rg{INSTANCE}/containerGroups"), None);
    let text = |item: &Value, path: &str| item.pointer(path).and_then(Value::as_str).unwrap_or_default().to_owned();
    let group = |item: &Value| {
        (text(item, "/name"), text(item, "/properties/containers/0/properties/image"), text(item, "/zones/0"))
    };
    items(&list).iter().map(group).collect()
}

/// How many groups run each image.
fn images(cloud: &mut Cloud) -> Vec<(String, usize)> {
    let mut counts = std::collections::BTreeMap::<String, usize>::new();
    for (_, image, _) in groups(cloud) {
        *counts.entry(image).or_default() += 1;
    }
    counts.into_iter().collect()
}

fn make(cloud: &mut Cloud, name: &str, body: &Value) -> Reply {
    let reply = cloud.ask("PUT", &ngroup(name), Some(body));
    assert!([200, 201].contains(&reply.status), "{:?}", reply.body);
    reply
}

#[test]
fn a_profile_keeps_all_its_revisions() {
    let mut cloud = cloud(0);
    let revisions = format!("{}/revisions", profile("app"));
    for (body, status, revision) in [
        (image("nginx:1"), 200, 1),
        (image("nginx:2"), 200, 2),
        (image("nginx:2"), 200, 2),
        (with(image("nginx:2"), "/properties/shutdownGracePeriod", json!("PT1H")), 200, 3),
        (with(image("nginx:2"), "/zones", json!(["1"])), 200, 4),
    ] {
        let reply = cloud.ask("PUT", &profile("app"), Some(&body));
        assert_eq!((reply.status, reply.at("/properties/revision")), (status, json!(revision)), "{body}");
        assert!(!reply.has("azure-asyncoperation"));
    }
    // Secrets are not kept, and yet a new one makes a revision.
    for (password, revision) in [("one", 5), ("one", 5), ("two", 6)] {
        let credential = json!([{"server": "r.io", "username": "u", "password": password}]);
        let body = with(image("nginx:2"), "/properties/imageRegistryCredentials", credential);
        let reply = cloud.ask("PUT", &profile("app"), Some(&body));
        assert_eq!(reply.at("/properties/revision"), revision);
        assert!(!reply.body.to_string().contains(password));
    }
    let tagged = cloud.ask("PATCH", &profile("app"), Some(&json!({"tags": {"a": "1"}})));
    assert_eq!((tagged.status, tagged.at("/tags/a"), tagged.at("/properties/revision")), (200, json!("1"), json!(6)));
    let current = cloud.ask("GET", &profile("APP"), None);
    assert_eq!(current.at("/properties/registeredRevisions"), json!([1, 2, 3, 4, 5, 6]));
    assert_eq!(current.at("/type"), "Microsoft.ContainerInstance/containerGroupProfiles");
    assert_eq!(current.at("/name"), "app");
    let all = items(&cloud.ask("GET", &revisions, None));
    let numbers: Vec<&Value> = all.iter().map(|one| &one["properties"]["revision"]).collect();
    assert_eq!(numbers, [1, 2, 3, 4, 5, 6]);
    let first = cloud.ask("GET", &format!("{revisions}/1"), None);
    assert_eq!(first.at("/properties/containers/0/properties/image"), "nginx:1");
    assert_eq!((first.at("/id"), first.at("/zones")), (current.at("/id"), Value::Null));
    assert_eq!(cloud.ask("GET", &format!("{revisions}/7"), None).code(), "ResourceNotFound");
    for (status, after) in [(200, 404), (204, 404)] {
        assert_eq!(cloud.ask("DELETE", &profile("app"), None).status, status);
        assert_eq!(cloud.ask("GET", &profile("app"), None).status, after);
    }
}

#[test]
fn a_container_group_is_completed_from_its_profile() {
    let mut cloud = cloud(0);
    let full = with(image("nginx:2"), "/properties/containers/0/properties/ports", json!([{"port": 80}]));
    let full = with(full, "/properties/ipAddress", json!({"type": "Public", "ports": [{"port": 80}]}));
    cloud.ask("PUT", &profile("app"), Some(&full));
    let id = format!("/subscriptions/{SUBSCRIPTION}{}", profile("app"));
    let body = |revision: Value, containers: Value| {
        let reference = json!({"id": id, "revision": revision});
        json!({"location": "westeurope", "properties": {"containerGroupProfile": reference, "containers": containers}})
    };
    let none = json!([]);
    let named = json!([{"name": "app", "properties": {"environmentVariables": [{"name": "A", "value": "1"}]}}]);
    let own = json!([{"name": "app", "properties": {"image": "own"}}]);
    for (revision, containers, image, address) in [
        (Value::Null, &none, "nginx:2", true),
        (json!(2), &named, "nginx:2", true),
        (json!(1), &none, "nginx:1", false),
        (json!(2), &own, "own", true),
    ] {
        let reply = cloud.put("one", &body(revision.clone(), containers.clone()));
        assert_eq!(reply.status, 201, "{:?}", reply.body);
        assert_eq!(reply.at("/properties/containers/0/properties/image"), image);
        assert_eq!(reply.at("/properties/osType"), "Linux");
        assert_eq!(reply.at("/properties/ipAddress/type") == "Public", address, "{revision}");
        assert_eq!(reply.at("/properties/containerGroupProfile/id"), id);
        cloud.ask("DELETE", &super::group("one"), None);
    }
    for (revision, reference, code) in [
        (json!(9), id.clone(), "ContainerGroupProfileRevisionNotFound"),
        (Value::Null, id.replace("app", "nobody"), "ContainerGroupProfileNotFound"),
        (Value::Null, id.replace("containerGroupProfiles", "ngroups"), "InvalidContainerGroupProfileReference"),
    ] {
        let sent = with(body(revision, none.clone()), "/properties/containerGroupProfile/id", json!(reference));
        assert_eq!(cloud.put("one", &sent).code(), code);
    }
    // An older interface does not know profiles, so the group lacks what the profile would give.
    cloud.api = "2023-05-01";
    assert_eq!(cloud.put("one", &body(Value::Null, none)).code(), "InvalidOsType");
}

#[test]
fn an_ngroup_makes_and_keeps_its_container_groups() {
    let mut cloud = cloud(9_000);
    let body = with(fleet(5, "app"), "/zones", json!(["1", "2", "3"]));
    let naming = json!({"guidNamingPolicy": {"prefix": "cg-"}});
    let body = with(body, "/properties/elasticProfile/containerGroupNamingPolicy", naming);
    let made = make(&mut cloud, "fleet", &body);
    assert_eq!((made.status, made.at("/properties/provisioningState")), (201, json!("Creating")));
    assert_eq!(made.at("/properties/updateProfile"), json!({"updateMode": "Manual"}));
    assert_eq!(made.at("/type"), "Microsoft.ContainerInstance/ngroups");
    let url = made.header("azure-asyncoperation").to_owned();
    assert!(url.contains("/locations/westeurope/operationStatuses/"), "{url}");
    assert_eq!(cloud.follow(&url).at("/status"), "InProgress");
    let found = groups(&mut cloud);
    let mut zones: Vec<&str> = found.iter().map(|(_, _, zone)| zone.as_str()).collect();
    zones.sort_unstable();
    assert_eq!(zones, ["1", "1", "2", "2", "3"]);
    assert!(found.iter().all(|(name, image, _)| name.starts_with("cg-") && image == "nginx:1"), "{found:?}");
    assert_eq!(cloud.ask("PUT", &ngroup("fleet"), Some(&body)).code(), "NGroupTransitioning");
    cloud.pass(9_000);
    let done = cloud.follow(&url);
    assert_eq!((done.at("/status"), done.at("/endTime")), (json!("Succeeded"), json!("2026-01-01T00:00:09Z")));
    assert_eq!(cloud.ask("GET", &ngroup("fleet"), None).at("/properties/provisioningState"), "Succeeded");
    let one = cloud.get(&found[0].0);
    assert_eq!(one.at("/properties/orchestratorId"), made.at("/id"));
    assert_eq!(one.at("/properties/containerGroupProfile/revision"), 1);
    assert_eq!(one.at("/properties/instanceView/state"), "Running");
    // All are resources of the group, and a page at a time finds each once.
    let kinds = |cloud: &mut Cloud, query: &str| {
        let mut kinds = Vec::new();
        let mut next = cloud.url(&format!("/resourceGroups/rg/resources?{query}"));
        loop {
            let page = cloud.follow(&next);
            kinds.extend(items(&page).iter().map(|item| item["type"].as_str().expect("a type").to_owned()));
            match page.at("/nextLink").as_str() {
                Some(link) => next = link.to_owned(),
                None => return kinds,
            }
        }
    };
    for query in ["$top=100", "$top=1", "$top=2", "$top=5", "$top=6"] {
        let found = kinds(&mut cloud, query);
        let count = |kind: &str| found.iter().filter(|own| own.ends_with(kind)).count();
        assert_eq!((count("containerGroups"), count("containerGroupProfiles"), count("ngroups")), (5, 1, 1), "{query}");
    }
    let only = kinds(&mut cloud, "$filter=resourceType eq 'Microsoft.ContainerInstance/ngroups'");
    assert_eq!(only, ["Microsoft.ContainerInstance/ngroups"]);
    for list in [format!("{INSTANCE}/ngroups"), format!("/resourceGroups/rg{INSTANCE}/ngroups")] {
        assert_eq!(items(&cloud.ask("GET", &list, None))[0]["name"], "fleet");
    }
    // Fewer, more, tags alone, none.
    for (count, left) in [(2, 2), (4, 4), (4, 4)] {
        let changed = with(body.clone(), "/properties/elasticProfile/desiredCount", json!(count));
        assert_eq!(make(&mut cloud, "fleet", &changed).at("/properties/provisioningState"), "Updating");
        cloud.pass(9_000);
        assert_eq!(groups(&mut cloud).len(), left);
    }
    let tagged = cloud.ask("PATCH", &ngroup("fleet"), Some(&json!({"tags": {"a": "1"}})));
    assert_eq!((tagged.status, tagged.at("/tags/a"), tagged.has("azure-asyncoperation")), (200, json!("1"), false));
    let patched =
        cloud.ask("PATCH", &ngroup("fleet"), Some(&json!({"properties": {"elasticProfile": {"desiredCount": 1}}})));
    assert_eq!((patched.status, patched.at("/tags/a")), (202, json!("1")));
    assert_eq!(patched.at("/properties/elasticProfile/containerGroupNamingPolicy/guidNamingPolicy/prefix"), "cg-");
    cloud.pass(9_000);
    assert_eq!(groups(&mut cloud).len(), 1);
    let gone = cloud.ask("DELETE", &ngroup("fleet"), None);
    assert_eq!((gone.status, gone.body.clone()), (202, Value::Null));
    assert_eq!(cloud.ask("GET", &ngroup("fleet"), None).at("/properties/provisioningState"), "Deleting");
    cloud.pass(9_000);
    assert_eq!(cloud.follow(&gone.header("azure-asyncoperation").to_owned()).at("/status"), "Succeeded");
    assert_eq!((cloud.ask("GET", &ngroup("fleet"), None).status, groups(&mut cloud)), (404, Vec::new()));
    assert_eq!(cloud.ask("DELETE", &ngroup("fleet"), None).status, 204);
    assert!(cloud.world.snapshot().iter().all(|own| own.created == 1), "nothing was made twice");
}

/// Batches of 40 percent of five keep to a zone; each takes four seconds and is followed by five of pause.
#[test]
fn a_rolling_update_replaces_batch_by_batch() {
    let mut cloud = cloud(4_000);
    let zoned = |body: Value| with(body, "/zones", json!(["1", "2"]));
    make(&mut cloud, "fleet", &zoned(rolling(5, 1, 40)));
    cloud.pass(4_000);
    cloud.ask("PUT", &profile("app"), Some(&image("nginx:2")));
    cloud.pass(60_000);
    assert_eq!(images(&mut cloud), [("nginx:1".to_owned(), 5)], "a profile touches nothing that runs");
    let before: Vec<String> = groups(&mut cloud).into_iter().map(|(name, ..)| name).collect();
    let begun = cloud.now;
    let url = make(&mut cloud, "fleet", &zoned(rolling(5, 2, 40))).header("azure-asyncoperation").to_owned();
    for (after, old, new, status) in [
        (0, 5, 2, "InProgress"),
        (8_999, 5, 2, "InProgress"),
        (9_000, 3, 4, "InProgress"),
        (18_000, 1, 5, "InProgress"),
        (21_999, 1, 5, "InProgress"),
        (22_000, 0, 5, "Succeeded"),
    ] {
        cloud.now = begun + after;
        let counts = images(&mut cloud);
        let count = |image: &str| counts.iter().find(|(own, _)| own == image).map_or(0, |(_, count)| *count);
        assert_eq!((count("nginx:1"), count("nginx:2")), (old, new), "after {after}");
        assert_eq!(cloud.follow(&url).at("/status"), status, "after {after}");
    }
    let after = groups(&mut cloud);
    assert!(after.iter().all(|(name, ..)| !before.contains(name)), "{after:?} has some of {before:?}");
    assert_eq!(after.iter().filter(|(_, _, zone)| zone == "1").count(), 3);
}

#[test]
fn how_updates_reach_the_container_groups() {
    let in_place =
        |body: Value| with(body, "/properties/updateProfile/rollingUpdateProfile/inPlaceUpdate", json!(true));
    let manual = |body: Value| with(body, "/properties/updateProfile/updateMode", json!("Manual"));
    let cpu = with(image("nginx:2"), "/properties/containers/0/properties/resources/requests/cpu", json!(2));
    let crash = with(image("nginx:2"), "/properties/containers/0/properties/command", json!(["sh", "-c", "exit 1"]));
    type Shape = Box<dyn Fn(Value) -> Value>;
    let cases: Vec<(&str, Shape, Value, usize, usize, &str, &str)> = vec![
        ("replace", Box::new(|body| body), image("nginx:2"), 3, 0, "Succeeded", ""),
        ("in place", Box::new(in_place), image("nginx:2"), 3, 3, "Succeeded", ""),
        ("in place, which cannot be", Box::new(in_place), cpu, 0, 3, "Failed", "InvalidContainerGroupUpdate"),
        ("manual", Box::new(manual), image("nginx:2"), 0, 3, "Succeeded", ""),
        ("unhealthy", Box::new(|body| body), crash, 1, 2, "Failed", "RollingUpdateFailed"),
    ];
    for (what, shape, next, updated, kept, state, code) in cases {
        let mut cloud = cloud(1_000);
        make(&mut cloud, "fleet", &shape(rolling(3, 1, 1)));
        cloud.pass(1_000);
        let before: Vec<String> = groups(&mut cloud).into_iter().map(|(name, ..)| name).collect();
        cloud.ask("PUT", &profile("app"), Some(&next));
        let url = make(&mut cloud, "fleet", &shape(rolling(3, 2, 1))).header("azure-asyncoperation").to_owned();
        cloud.pass(60_000);
        let found = groups(&mut cloud);
        assert_eq!(found.iter().filter(|(_, image, _)| image == "nginx:2").count(), updated, "{what}: {found:?}");
        assert_eq!(found.iter().filter(|(name, ..)| before.contains(name)).count(), kept, "{what}: {found:?}");
        assert_eq!(cloud.ask("GET", &ngroup("fleet"), None).at("/properties/provisioningState"), state, "{what}");
        let status = cloud.follow(&url);
        assert_eq!((status.at("/status"), status.code()), (json!(state), code), "{what}");
        // What is made later is made from what the ngroup refers to now.
        make(&mut cloud, "fleet", &with(shape(rolling(3, 2, 1)), "/properties/elasticProfile/desiredCount", json!(4)));
        cloud.pass(1_000);
        let more = groups(&mut cloud).iter().filter(|(_, image, _)| image == "nginx:2").count();
        assert!(more > updated || code == "RollingUpdateFailed", "{what}: {more}");
    }
}

#[test]
fn what_somebody_deletes_is_made_again_or_missed() {
    for (maintains, left, wanted) in [(json!(true), 3, 3), (json!(false), 2, 2), (Value::Null, 2, 2)] {
        let mut cloud = cloud(1_000);
        let body = with(fleet(3, "app"), "/properties/elasticProfile/maintainDesiredCount", maintains.clone());
        make(&mut cloud, "fleet", &body);
        cloud.pass(1_000);
        let first = groups(&mut cloud)[0].0.clone();
        assert_eq!(cloud.ask("DELETE", &super::group(&first), None).status, 200);
        cloud.pass(1_000);
        assert_eq!(groups(&mut cloud).len(), left, "{maintains}");
        let own = cloud.ask("GET", &ngroup("fleet"), None);
        assert_eq!(own.at("/properties/elasticProfile/desiredCount"), wanted, "{maintains}");
        assert_eq!(own.at("/properties/provisioningState"), "Succeeded");
        // Leaving it out does not reset it.
        let again = make(&mut cloud, "fleet", &fleet(3, "app"));
        assert_eq!(again.at("/properties/elasticProfile/maintainDesiredCount"), maintains);
        // A container group that is updated by itself stays a member.
        cloud.pass(1_000);
        let last = groups(&mut cloud).last().expect("a group").0.clone();
        assert_eq!(cloud.put(&last, &image("nginx:9")).status, 200);
        cloud.pass(1_000);
        assert_eq!(cloud.get(&last).at("/properties/orchestratorId"), own.at("/id"));
    }
}

#[test]
fn all_container_groups_start_and_stop_together() {
    let mut cloud = cloud(4_000);
    make(&mut cloud, "fleet", &fleet(2, "app"));
    cloud.pass(4_000);
    let states = |cloud: &mut Cloud| {
        let names: Vec<String> = groups(cloud).into_iter().map(|(name, ..)| name).collect();
        let state = |name: &String| cloud.get(name).at("/properties/instanceView/state").as_str().unwrap().to_owned();
        names.iter().map(state).collect::<Vec<_>>()
    };
    for (verb, status, at_once, later) in [
        ("stop", 204, "Stopped", "Stopped"),
        ("start", 202, "Pending", "Running"),
        ("restart", 202, "Pending", "Running"),
    ] {
        let reply = cloud.ask("POST", &format!("{}/{verb}", ngroup("fleet")), None);
        assert_eq!((reply.status, reply.has("azure-asyncoperation")), (status, status == 202), "{verb}");
        assert_eq!(states(&mut cloud), [at_once; 2], "{verb}");
        let state = cloud.ask("GET", &ngroup("fleet"), None).at("/properties/provisioningState");
        assert_eq!(state == "Updating", status == 202, "{verb}");
        cloud.pass(4_000);
        assert_eq!(states(&mut cloud), [later; 2], "{verb}");
        if status == 202 {
            assert_eq!(cloud.follow(&reply.header("azure-asyncoperation").to_owned()).at("/status"), "Succeeded");
        }
    }
}

#[test]
fn tags_and_parts_of_the_ngroup_reach_the_containers() {
    let mut cloud = cloud(0);
    let mut body = fleet(1, "app");
    body["tags"] = json!({"metadata.container.environmentVariable.containerGroupName": "true",
        "metadata.container.environmentVariable.orchestratorId": "true"});
    body["identity"] = json!({"type": "SystemAssigned"});
    body["properties"]["containerGroupProfiles"][0]["containerGroupProperties"] = json!({
        "subnetIds": [{"id": "/subscriptions/s/resourceGroups/r/providers/Microsoft.Network/virtualNetworks/n/subnets/a"}],
        "volumes": [{"name": "share", "azureFile": {"shareName": "s", "storageAccountName": "a", "storageAccountKey": "hidden"}}],
        "containers": [{"name": "app", "properties": {"volumeMounts": [{"name": "share", "mountPath": "/s"}]}}],
    });
    let made = make(&mut cloud, "fleet", &body);
    assert!(!made.body.to_string().contains("hidden"));
    let name = groups(&mut cloud)[0].0.clone();
    let group = cloud.get(&name);
    let container = group.at("/properties/containers/0/properties");
    assert_eq!(
        container["environmentVariables"],
        json!([{"name": "ContainerGroupName", "value": name}, {"name": "OrchestratorId", "value": made.at("/id")}])
    );
    assert_eq!(container["volumeMounts"], json!([{"name": "share", "mountPath": "/s"}]));
    assert_eq!(group.at("/properties/volumes/0/azureFile/shareName"), "s");
    assert!(group.at("/properties/subnetIds/0/id").is_string());
    assert_eq!(group.at("/identity/type"), "SystemAssigned");
}

#[test]
fn what_is_refused() {
    let mut cloud = cloud(0);
    let zoned = with(fleet(1, "app"), "/zones", json!(["1", "2"]));
    make(&mut cloud, "zoned", &zoned);
    let elastic = |value: Value| with(fleet(1, "app"), "/properties/elasticProfile", value);
    let update = |value: Value| with(fleet(1, "app"), "/properties/updateProfile", value);
    let cases = [
        ("PUT", ngroup("-x"), fleet(1, "app"), "InvalidResourceName"),
        ("PUT", ngroup("x"), fleet(1, "nobody"), "ContainerGroupProfileNotFound"),
        ("PUT", ngroup("x"), elastic(json!({"desiredCount": -1})), "InvalidNGroupProperty"),
        (
            "PUT",
            ngroup("x"),
            elastic(json!({"desiredCount": 1, "containerGroupNamingPolicy":
            {"guidNamingPolicy": {"prefix": "-"}}})),
            "InvalidContainerGroupName",
        ),
        ("PUT", ngroup("x"), update(json!({"updateMode": "Slow"})), "InvalidUpdateMode"),
        ("PUT", ngroup("x"), update(json!({"rollingUpdateProfile": {"maxBatchPercent": 0}})), "InvalidNGroupProperty"),
        (
            "PUT",
            ngroup("x"),
            update(json!({"rollingUpdateProfile": {"pauseTimeBetweenBatches": "1m"}})),
            "InvalidPauseTime",
        ),
        (
            "PUT",
            ngroup("x"),
            json!({"properties": {"elasticProfile": {"desiredCount": 1}}}),
            "ContainerGroupProfileMissing",
        ),
        ("PUT", ngroup("zoned"), with(zoned.clone(), "/zones", json!(["1"])), "InvalidNGroupUpdate"),
        ("PUT", ngroup("zoned"), with(zoned.clone(), "/location", json!("eastus")), "InvalidResourceLocation"),
        ("PUT", profile("-x"), image("nginx"), "InvalidResourceName"),
        ("PUT", profile("x"), with(image("nginx"), "/properties/osType", Value::Null), "InvalidOsType"),
        ("PUT", profile("x"), with(image("nginx"), "/properties/containers", json!([])), "InvalidContainerGroup"),
        ("GET", ngroup("nobody"), Value::Null, "ResourceNotFound"),
        ("POST", format!("{}/start", ngroup("nobody")), Value::Null, "ResourceNotFound"),
        ("GET", profile("nobody"), Value::Null, "ResourceNotFound"),
    ];
    for (method, path, body, code) in cases {
        let reply = cloud.ask(method, &path, (!body.is_null()).then_some(&body));
        assert_eq!(reply.code(), code, "{method} {path} {body}: {:?}", reply.body);
    }
    // Adding a zone is fine, and versions from before profiles know neither.
    assert_eq!(make(&mut cloud, "zoned", &with(zoned, "/zones", json!(["1", "2", "3"]))).status, 200);
    cloud.api = "2023-05-01";
    for path in [profile("app"), ngroup("zoned"), format!("{INSTANCE}/ngroups")] {
        let reply = cloud.ask("GET", &path, None);
        assert_eq!((reply.status, reply.code()), (404, "InvalidResourceType"), "{path}");
    }
}

#[test]
fn quotas_and_faults_end_operations() {
    for (rules, quota, code, left) in [
        ("PUT ngroups/fleet: fail-operation=OutOfLuck", "", "OutOfLuck", 0),
        ("PUT ngroups/fleet: stuck", "", "DeploymentTimeout", 0),
        ("", "StandardCores=2", "ContainerGroupQuotaReached", 2),
    ] {
        let mut cloud =
            Cloud::new(Settings { quota: Settings::parse_quota(quota).expect("a quota"), ..Settings::default() });
        cloud.api = "2025-09-01";
        cloud.ask("PUT", &profile("app"), Some(&image("nginx:1")));
        cloud.world.set_faults(acier::emulator::faults::Faults::parse(rules).expect("rules"));
        let url = make(&mut cloud, "fleet", &fleet(3, "app")).header("azure-asyncoperation").to_owned();
        cloud.pass(1_800_000);
        let status = cloud.follow(&url);
        assert_eq!((status.at("/status"), status.code()), (json!("Failed"), code), "{rules}{quota}");
        assert_eq!(cloud.ask("GET", &ngroup("fleet"), None).at("/properties/provisioningState"), "Failed");
        assert_eq!(groups(&mut cloud).len(), left, "{rules}{quota}");
        // It can be deleted, and what it made goes with it.
        cloud.world.set_faults(acier::emulator::faults::Faults::default());
        cloud.ask("DELETE", &ngroup("fleet"), None);
        assert_eq!(groups(&mut cloud), Vec::new());
    }
}

#[test]
fn a_resource_group_takes_its_fleet_along() {
    let mut cloud = cloud(1_000);
    make(&mut cloud, "fleet", &rolling(3, 1, 1));
    // Deleted while it comes to be, it makes nothing any more.
    cloud.ask("DELETE", "/resourceGroups/rg", None);
    cloud.pass(60_000);
    assert_eq!(cloud.ask("GET", "/resourceGroups/rg", None).code(), "ResourceGroupNotFound");
    cloud.ask("PUT", "/resourceGroups/rg", Some(&json!({"location": "westeurope"})));
    assert_eq!(items(&cloud.ask("GET", "/resourceGroups/rg/resources", None)), Vec::<Value>::new());
    assert_eq!(cloud.ask("GET", &ngroup("fleet"), None).status, 404);
    assert!(cloud.world.snapshot().iter().filter(|own| own.exists).count() == 1);
}

/// Half way through a rolling update the emulator ends; opened again, it goes on where it was.
#[test]
fn a_rolling_update_survives_the_emulator() {
    let folder = tempfile::tempdir().expect("a folder");
    let settings = || Settings { latency: 1_000, ..Settings::default() };
    let ask = |cloud: &Embedded, method: &'static str, path: &str, body: Option<&Value>| {
        let url = format!("{BASE}/subscriptions/{SUBSCRIPTION}{path}?api-version=2025-09-01");
        Reply::read(cloud.answer(&request(method, url, body)).expect("an answer"))
    };
    let begin = Embedded::open_at(Some(folder.path()), settings(), START).expect("it opens");
    ask(&begin, "PUT", "/resourceGroups/rg", Some(&json!({"location": "westeurope"})));
    ask(&begin, "PUT", &profile("app"), Some(&image("nginx:1")));
    ask(&begin, "PUT", &ngroup("fleet"), Some(&rolling(3, 1, 1)));
    drop(begin);
    let middle = Embedded::open_at(Some(folder.path()), settings(), START + 10_000).expect("it opens again");
    ask(&middle, "PUT", &profile("app"), Some(&image("nginx:2")));
    let rolled = ask(&middle, "PUT", &ngroup("fleet"), Some(&rolling(3, 2, 1)));
    assert_eq!(rolled.status, 200, "{:?}", rolled.body);
    drop(middle);
    let end = Embedded::open_at(Some(folder.path()), settings(), START + 60_000).expect("it opens again");
    let list = ask(&end, "GET", &format!("/resourceGroups/rg{INSTANCE}/containerGroups"), None);
    let images: Vec<Value> =
        items(&list).iter().map(|item| item["properties"]["containers"][0]["properties"]["image"].clone()).collect();
    assert_eq!(images, ["nginx:2", "nginx:2", "nginx:2"]);
    let url = rolled.header("azure-asyncoperation").to_owned();
    let path = url.split_once(SUBSCRIPTION).expect("a path").1.split('?').next().expect("a path").to_owned();
    assert_eq!(ask(&end, "GET", &path, None).at("/status"), "Succeeded");
    assert_eq!(ask(&end, "GET", &profile("app"), None).at("/properties/registeredRevisions"), json!([1, 2]));
}
