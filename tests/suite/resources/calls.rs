//! The port over a scripted wire: which requests are sent, and what their answers mean.

use std::cell::RefCell;
use std::collections::VecDeque;

use acier::arm::auth::{Credentials, SignIn};
use acier::arm::client::{Client, Options};
use acier::arm::cloud::Endpoints;
use acier::arm::wire::{Lost, Request, Response, Transport};
use acier::provider::{Call, Fault, FaultKind, Handle, Progress, Provider, Verb};
use acier::resources::azure::Azure;
use acier::schema::Cost;
use acier::value::{Marks, Type, Value};
use serde_json::{Value as Json, json};

use super::{configured, group, resource_group, with};

const RG: &str = "/subscriptions/sub/resourceGroups/rg";
const CG: &str = "/subscriptions/sub/resourceGroups/rg/providers/Microsoft.ContainerInstance/containerGroups/web";
const OPERATION: &str = "https://management.azure.com/subscriptions/sub/operations/1?t=signed";

/// One expected request and its answer.
struct Exchange {
    asked: &'static str,
    status: u16,
    operation: bool,
    answer: Json,
}

fn answer(asked: &'static str, status: u16, answer: Json) -> Exchange {
    Exchange { asked, status, operation: false, answer }
}

fn accept(asked: &'static str, status: u16, answer: Json) -> Exchange {
    Exchange { asked, status, operation: true, answer }
}

fn absent(asked: &'static str) -> Exchange {
    answer(asked, 404, json!({"error": {"code": "ResourceNotFound", "message": "gone"}}))
}

/// Answers in order and refuses everything else.
struct Script {
    left: RefCell<VecDeque<Exchange>>,
    sent: RefCell<Vec<Json>>,
}

impl Transport for &Script {
    async fn send(&self, request: Request) -> Result<Response, Lost> {
        let next = self.left.borrow_mut().pop_front();
        let path = request.url.trim_start_matches("https://management.azure.com");
        let path = path.split("?api-version").next().unwrap().replace(CG, "CG").replace(RG, "RG");
        let asked = format!("{} {}", request.method, path.replace("/subscriptions/sub/operations/1?t=signed", "OP"));
        let next = next.unwrap_or_else(|| panic!("an unexpected {asked}"));
        assert_eq!(asked, next.asked);
        if let Some(body) = request.body {
            self.sent.borrow_mut().push(serde_json::from_slice(&body).unwrap());
        }
        let headers = if next.operation { vec![("azure-asyncoperation".into(), OPERATION.into())] } else { Vec::new() };
        let body = if next.answer.is_null() { Vec::new() } else { next.answer.to_string().into_bytes() };
        Ok(Response { status: next.status, headers, body })
    }
}

fn script(exchanges: Vec<Exchange>) -> Script {
    Script { left: RefCell::new(exchanges.into()), sent: RefCell::default() }
}

fn azure<'s>(script: &'s Script, settings: &Value) -> Azure<&'s Script> {
    let sign_in = SignIn::new(Credentials::Anonymous);
    Azure::new(Client::new(script, sign_in, Endpoints::public(), Options::new("sub")), settings)
}

fn none() -> Value {
    Value::null(Type::Dynamic)
}

/// Runs a call to its end; the number of waits beside the outcome.
async fn run<T: Transport>(azure: &Azure<T>, call: &Call) -> (Result<Value, Fault>, usize) {
    let mut progress = azure.begin(call).await;
    let mut waits = 0;
    loop {
        match progress {
            Ok(Progress::Done(value)) => return (Ok(value), waits),
            Ok(Progress::Pending { ticket, after, .. }) => {
                assert!(after.as_secs() <= 10 && !after.is_zero());
                waits += 1;
                progress = azure.poll(call, &ticket).await;
            }
            Err(fault) => return (Err(fault), waits),
        }
    }
}

fn web(more: &Json) -> Value {
    let base = json!({"name": "web", "resource_group_name": "rg", "location": "westeurope", "os_type": "Linux",
        "container": [{"name": "a", "image": "i", "cpu": 1, "memory": 1, "ports": [{"port": 80}],
            "secure_environment_variables": {"S": "x"}}]});
    group(&with(&base, more))
}

fn body(state: &str, ip: Option<&str>, tags: Json) -> Json {
    let mut address = json!({"type": "Public", "ports": [{"port": 80, "protocol": "TCP"}]});
    if let Some(ip) = ip {
        address["ip"] = json!(ip);
    }
    json!({"id": CG, "name": "web", "location": "westeurope", "tags": tags, "properties": {
        "provisioningState": state, "osType": "Linux", "sku": "Standard", "restartPolicy": "Always", "ipAddress": address,
        "containers": [{"name": "a", "properties": {"image": "i", "ports": [{"port": 80, "protocol": "TCP"}],
            "environmentVariables": [{"name": "S"}], "resources": {"requests": {"cpu": 1.0, "memoryInGB": 1.0}}, 
            "instanceView": {"events": [{"type": "Warning", "name": "Failed", "message": "no such image", "count": 3}]}}}]}})
}

fn call(verb: Verb, kind: &str, id: &str, prior: Value, planned: Value, cost: Cost) -> Call {
    Call { verb, kind: kind.into(), id: id.into(), prior, planned, cloud: "".into(), cost }
}

fn creation(planned: Value) -> Call {
    call(Verb::Create, "azurerm_container_group", CG, none(), planned, Cost::Nothing)
}

#[tokio::test(start_paused = true)]
async fn a_group_is_created_and_read_once_it_is_ready_and_has_its_address() {
    let script = script(vec![
        accept("PUT CG", 201, body("Pending", None, json!(null))),
        answer("GET OP", 200, json!({"status": "Pending"})),
        answer("GET OP", 200, json!({"status": "Succeeded"})),
        absent("GET CG"),
        answer("GET CG", 200, body("Succeeded", None, json!(null))),
        answer("GET CG", 200, body("Succeeded", Some("1.2.3.4"), json!(null))),
    ]);
    let (ended, waits) = run(&azure(&script, &none()), &creation(web(&json!({})))).await;
    let value = ended.unwrap();
    assert_eq!(value.text("ip_address"), Some("1.2.3.4"));
    assert_eq!(value.text("id"), Some(CG));
    let secret = value.get("container").unwrap().as_sequence().unwrap()[0].get("secure_environment_variables").unwrap();
    assert_eq!(secret.text("S"), Some("x"));
    assert_eq!(waits, 4);
    assert!(script.left.borrow().is_empty());
    let sent = &script.sent.borrow()[0];
    assert_eq!(
        sent.pointer("/properties/containers/0/properties/environmentVariables/0/secureValue"),
        Some(&json!("x"))
    );
}

#[tokio::test(start_paused = true)]
async fn a_failed_creation_says_what_the_containers_say_and_a_false_failure_is_none() {
    let failed = || json!({"status": "Failed", "error": {"code": "X", "message": "it failed"}});
    for (state, fine) in [("Succeeded", true), ("Failed", false)] {
        let script = script(vec![
            accept("PUT CG", 201, body("Pending", None, json!(null))),
            answer("GET OP", 200, failed()),
            answer("GET CG", 200, body(state, Some("1.2.3.4"), json!(null))),
        ]);
        let (ended, _) = run(&azure(&script, &none()), &creation(web(&json!({})))).await;
        match ended {
            Ok(_) => assert!(fine),
            Err(fault) => {
                assert!(!fine);
                assert_eq!(fault.kind, FaultKind::Rejected);
                assert_eq!(fault.message, "it failed\na: no such image");
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn tags_alone_are_patched_and_the_rest_is_put_whole() {
    let (before, after) = (web(&json!({"tags": {"a": "1"}})), web(&json!({"tags": {"a": "2"}})));
    let quiet = script(vec![
        answer("PATCH CG", 200, body("Succeeded", None, json!({"a": "2"}))),
        answer("GET CG", 200, body("Succeeded", None, json!({"a": "2"}))),
    ]);
    let update = |cost| call(Verb::Update, "azurerm_container_group", CG, before.clone(), after.clone(), cost);
    run(&azure(&quiet, &none()), &update(Cost::Nothing)).await.0.unwrap();
    assert_eq!(*quiet.sent.borrow(), [json!({"tags": {"a": "2"}})]);
    // A PUT that leaves the tags as they were is followed by a PATCH.
    let loud = script(vec![
        answer("GET CG", 200, body("Succeeded", Some("1.2.3.4"), json!({"a": "1"}))),
        answer("PUT CG", 200, body("Succeeded", Some("1.2.3.4"), json!({"a": "1"}))),
        answer("PATCH CG", 200, body("Succeeded", Some("1.2.3.4"), json!({"a": "2"}))),
        answer("GET CG", 200, body("Succeeded", Some("1.2.3.4"), json!({"a": "2"}))),
    ]);
    let value = run(&azure(&loud, &none()), &update(Cost::Restart)).await.0.unwrap();
    assert_eq!(value.get("tags").unwrap().text("a"), Some("2"));
    assert!(loud.left.borrow().is_empty());
    let removed = call(Verb::Update, "azurerm_container_group", CG, before.clone(), web(&json!({})), Cost::Nothing);
    let script = script(vec![
        answer("PATCH CG", 200, body("Succeeded", None, json!({}))),
        answer("GET CG", 200, body("Succeeded", None, json!({}))),
    ]);
    run(&azure(&script, &none()), &removed).await.0.unwrap();
    assert_eq!(*script.sent.borrow(), [json!({"tags": {}})]);
}

#[tokio::test(start_paused = true)]
async fn a_fingerprint_is_never_sent() {
    let schemas = acier::resources::schemas();
    let hide = |_: &Value| Value::string("hmac").with_marks(Marks::FINGERPRINT);
    let hidden = schemas.conceal("azurerm_container_group", &web(&json!({})), &|map| map.map_children(hide));
    let script = script(Vec::new());
    let fault = run(&azure(&script, &none()), &creation(hidden)).await.0.unwrap_err();
    assert_eq!(fault.kind, FaultKind::Invalid);
    assert!(fault.message.contains("container[0].secure_environment_variables"), "{}", fault.message);
}

#[tokio::test(start_paused = true)]
async fn deletions_end_when_the_object_is_gone() {
    let delete = |kind: &str, id: &str, prior: Value| call(Verb::Delete, kind, id, prior, none(), Cost::Nothing);
    let cases = vec![
        vec![
            answer("DELETE CG", 200, body("Succeeded", None, json!(null))),
            answer("GET CG", 200, body("Deleting", None, json!(null))),
            absent("GET CG"),
        ],
        vec![answer("DELETE CG", 204, json!(null)), absent("GET CG")],
        vec![absent("DELETE CG"), absent("GET CG")],
    ];
    for exchanges in cases {
        let script = script(exchanges);
        let (ended, _) = run(&azure(&script, &none()), &delete("azurerm_container_group", CG, web(&json!({})))).await;
        assert!(ended.unwrap().is_null());
        assert!(script.left.borrow().is_empty());
    }
}

#[tokio::test(start_paused = true)]
async fn a_resource_group_that_holds_something_is_kept_unless_told_otherwise() {
    let prior = resource_group(&json!({"name": "rg", "location": "westeurope"}));
    let delete = call(Verb::Delete, "azurerm_resource_group", RG, prior, none(), Cost::Nothing);
    let full = || answer("GET RG/resources", 200, json!({"value": [{"id": "/x/other"}]}));
    let stubborn = script((0..9).map(|_| full()).collect());
    let (ended, waits) = run(&azure(&stubborn, &none()), &delete).await;
    let fault = ended.unwrap_err();
    assert_eq!((fault.kind, waits), (FaultKind::Rejected, 8));
    assert!(
        fault.message.contains("/x/other") && fault.hint.unwrap().contains("prevent_deletion_if_contains_resources")
    );
    let lagging = script(vec![
        full(),
        answer("GET RG/resources", 200, json!({"value": []})),
        accept("DELETE RG", 202, json!(null)),
        answer("GET OP", 200, json!({"status": "Succeeded"})),
        absent("GET RG"),
    ]);
    assert!(run(&azure(&lagging, &none()), &delete).await.0.unwrap().is_null());
    let block = &acier::resources::schemas().providers["azurerm"].block;
    let settings = json!({"features": [{"resource_group": [{"prevent_deletion_if_contains_resources": false}]}]});
    let blunt = script(vec![answer("DELETE RG", 200, json!(null)), absent("GET RG")]);
    assert!(run(&azure(&blunt, &configured(block, &settings)), &delete).await.0.unwrap().is_null());
}

#[tokio::test(start_paused = true)]
async fn lists_answer_for_many_and_what_they_do_not_name_is_read() {
    let handle = |id: &str| Handle {
        kind: "azurerm_container_group".into(),
        id: id.into(),
        prior: web(&json!({})),
        cloud: "".into(),
    };
    let script = script(vec![
        answer(
            "GET RG/providers/Microsoft.ContainerInstance/containerGroups",
            200,
            json!({"value": [body("Succeeded", Some("1.1.1.1"), json!(null))]}),
        ),
        absent("GET CG2"),
    ]);
    let azure = azure(&script, &none());
    let handles = [handle(&CG.to_uppercase()), handle(&format!("{CG}2"))];
    let scope = azure.scope(&handle(CG)).unwrap();
    let found = azure.list(&scope, &handles).await.unwrap();
    assert_eq!(found[0].text("ip_address"), Some("1.1.1.1"));
    assert!(found[1].is_null());
}

#[tokio::test(start_paused = true)]
async fn faults_carry_the_code_the_trace_and_advice() {
    let refusal = json!({"error": {"code": "InaccessibleImage", "message": "The image 'i' is not accessible."}});
    let script = script(vec![answer("PUT CG", 400, refusal)]);
    let fault = run(&azure(&script, &none()), &creation(web(&json!({})))).await.0.unwrap_err();
    assert_eq!((fault.kind, fault.code.as_str()), (FaultKind::Rejected, "InaccessibleImage"));
    assert!(fault.trace.contains("400") && fault.trace.contains("PUT"), "{}", fault.trace);
    assert!(fault.hint.unwrap().contains("image_registry_credential"));
}

#[tokio::test(start_paused = true)]
async fn what_became_of_a_lost_call_is_found_out_without_a_change() {
    let cases = vec![
        (Verb::Create, absent("GET CG"), Some(true)),
        (Verb::Create, answer("GET CG", 200, body("Succeeded", None, json!(null))), Some(false)),
        (Verb::Create, answer("GET CG", 200, body("Creating", None, json!(null))), None),
        (Verb::Delete, answer("GET CG", 200, body("Deleting", None, json!(null))), None),
        (Verb::Delete, answer("GET CG", 200, body("Succeeded", None, json!(null))), Some(false)),
    ];
    for (verb, exchange, wanted) in cases {
        let script = script(vec![exchange]);
        let call = call(verb, "azurerm_container_group", CG, web(&json!({})), web(&json!({})), Cost::Nothing);
        let found = match azure(&script, &none()).follow(&call).await.unwrap() {
            Progress::Done(value) => Some(value.is_null()),
            Progress::Pending { .. } => None,
        };
        assert_eq!(found, wanted);
    }
}

#[tokio::test(start_paused = true)]
async fn data_sources_are_read_and_must_be_there() {
    let config = |kind: &str, json: Json| configured(&acier::resources::schemas().data[kind].block, &json);
    let script = script(vec![
        answer(
            "GET RG",
            200,
            json!({"id": RG, "name": "rg", "location": "West Europe", "tags": {"a": "b"}, "properties": {}}),
        ),
        absent("GET CG"),
        answer(
            "GET /subscriptions/sub",
            200,
            json!({"id": "/subscriptions/sub", "subscriptionId": "sub", "displayName": "Mine"}),
        ),
    ]);
    let azure = azure(&script, &none());
    let group = azure
        .fetch("", "azurerm_resource_group", &config("azurerm_resource_group", json!({"name": "rg"})))
        .await
        .unwrap();
    assert_eq!((group.text("location"), group.text("id")), (Some("westeurope"), Some(RG)));
    let wanted = config("azurerm_container_group", json!({"name": "web", "resource_group_name": "rg"}));
    assert_eq!(azure.fetch("", "azurerm_container_group", &wanted).await.unwrap_err().kind, FaultKind::Gone);
    let own = azure.fetch("", "azurerm_subscription", &config("azurerm_subscription", json!({}))).await.unwrap();
    assert_eq!((own.text("display_name"), own.text("subscription_id")), (Some("Mine"), Some("sub")));
}

#[test]
fn ids_are_made_of_names() {
    let script = script(Vec::new());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let _inside = runtime.enter();
    let azure = azure(&script, &none());
    assert_eq!(&*azure.identify("", "azurerm_container_group", &web(&json!({}))).unwrap(), CG);
    let open = group(&json!({"name": "web", "resource_group_name": "<unknown>", "location": "w", "os_type": "Linux"}));
    assert_eq!(azure.identify("", "azurerm_container_group", &open).unwrap_err().kind, FaultKind::Invalid);
}
