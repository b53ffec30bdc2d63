//! The client: what it sends, what it makes of absence, and where a token may go.

use acier::arm::error::Sort;
use acier::arm::lro::{Ticket, Verdict};
use serde_json::json;

use super::script::{anonymous, coded, say, say_with, secret, stage};

const PATH: &str = "/subscriptions/s/x?api-version=1";

#[tokio::test(start_paused = true)]
async fn a_call_says_who_what_and_which_run() {
    let stage = stage(secret(), [say(200, ""), say(200, "")], []);
    stage.client.send("PUT", PATH, Some(&json!({"location": "westus"}))).await.unwrap();
    stage.client.send("GET", PATH, None).await.unwrap();
    let calls = stage.calls.borrow();
    let (put, get) = (&calls[0].1, &calls[1].1);
    assert_eq!((put.method, put.url.as_str()), ("PUT", "https://management.azure.com/subscriptions/s/x?api-version=1"));
    assert_eq!((put.body.as_deref(), get.body.as_deref()), (Some(&br#"{"location":"westus"}"#[..]), None));
    assert_eq!(stage.headers("content-type"), ["application/json"]);
    assert_eq!(stage.headers("authorization"), ["Bearer token-1", "Bearer token-1"]);
    assert_eq!(stage.headers("user-agent"), [concat!("acier/", env!("CARGO_PKG_VERSION")); 2]);
    assert_eq!(stage.headers("x-ms-correlation-request-id"), ["00000000-0000-0000-0000-00000000abcd"; 2]);
    let ids = stage.headers("x-ms-client-request-id");
    assert!(ids[0] != ids[1] && ids.iter().all(|id| id.len() == 36), "{ids:?}");
    assert_eq!(stage.client.subscription(), "sub");
}

#[tokio::test(start_paused = true)]
async fn paths_are_escaped_and_urls_are_not_touched() {
    let signed = format!("https://westus.example/op?api-version=1&c={}%2B", "x-_".repeat(1500));
    let stage = anonymous([say(200, ""), say(200, "")]);
    stage.client.send("GET", "/subscriptions/s/resourcegroups/gr (ü)?$filter=name eq 'a%20'", None).await.unwrap();
    stage.client.send("GET", &signed, None).await.unwrap();
    let escaped =
        "https://management.azure.com/subscriptions/s/resourcegroups/gr%20(%C3%BC)?$filter=name%20eq%20'a%20'";
    assert_eq!(stage.urls(), [escaped, &signed]);
    let error = stage.client.send("GET", "subscriptions/s", None).await.unwrap_err();
    assert!(error.sort == Sort::Malformed && error.message.contains("\"subscriptions/s\""), "{error}");
}

#[tokio::test(start_paused = true)]
async fn absent_is_what_azure_calls_absent_and_nothing_else() {
    for (status, body, wanted) in [
        (200, r#"{"id":"x"}"#.to_owned(), Ok(Some(json!({"id": "x"})))),
        (404, coded("ResourceNotFound"), Ok(None)),
        (404, coded("ResourceGroupNotFound"), Ok(None)),
        (404, coded("InvalidResourceType"), Err(Sort::Rejected)),
        (404, coded("SubscriptionNotFound"), Err(Sort::Rejected)),
        (404, "<html>not here</html>".to_owned(), Err(Sort::Rejected)),
        (404, String::new(), Err(Sort::Rejected)),
        (403, coded("AuthorizationFailed"), Err(Sort::Denied)),
        (200, "<html>sign in to the hotel's network</html>".to_owned(), Err(Sort::Malformed)),
        (200, String::new(), Err(Sort::Malformed)),
    ] {
        let read = anonymous([say(status, &body)]).client.get(PATH).await;
        assert_eq!(read.map_err(|error| error.sort), wanted, "{status} {body}");
    }
}

#[tokio::test(start_paused = true)]
async fn errors_carry_the_run_and_the_request() {
    let stage = anonymous([
        say(400, &coded("A")),
        say_with(400, &["x-ms-correlation-request-id: theirs", "x-ms-request-id: westus:1"], &coded("B")),
        say(200, "no json"),
    ]);
    let mut found = Vec::new();
    for _ in 0..3 {
        let error = stage.client.get(PATH).await.unwrap_err();
        assert_eq!(error.request, "GET https://management.azure.com/subscriptions/s/x?api-version=1");
        found.push((error.correlation_id.unwrap(), error.request_id));
    }
    let ours = "00000000-0000-0000-0000-00000000abcd".to_owned();
    assert_eq!(found, [(ours.clone(), None), ("theirs".into(), Some("westus:1".into())), (ours, None)]);
}

#[tokio::test(start_paused = true)]
async fn an_operation_is_begun_and_followed() {
    let pending = r#"{"properties":{"provisioningState":"Pending"}}"#;
    let stage = anonymous([
        say_with(201, &["azure-asyncoperation: https://westus.example/op/1?s=sig"], pending),
        say(200, r#"{"status":"Creating"}"#),
        say(200, r#"{"status":"Failed"}"#),
        say(409, &coded("ResourceGroupBeingDeleted")),
    ]);
    let begun = stage.client.begin("PUT", PATH, Some(&json!({}))).await.unwrap();
    let Verdict::Wait { ticket, .. } = begun else { panic!("{begun:?}") };
    let ticket = Ticket::from_text(&ticket.to_text()).unwrap();
    let polled = stage.client.poll(&ticket).await.unwrap();
    assert!(matches!(polled, Verdict::Wait { .. }), "{polled:?}");
    let polled = stage.client.poll(&ticket).await.unwrap();
    let Verdict::Failed(error) = polled else { panic!("{polled:?}") };
    assert_eq!(error.correlation_id.as_deref(), Some("00000000-0000-0000-0000-00000000abcd"));
    assert_eq!(stage.urls()[1..], ["https://westus.example/op/1?s=sig"; 2]);
    let refused = stage.client.begin("PUT", PATH, None).await.unwrap();
    assert!(matches!(&refused, Verdict::Failed(error) if error.code == "ResourceGroupBeingDeleted"), "{refused:?}");
}

#[tokio::test(start_paused = true)]
async fn a_token_leaves_the_machine_only_encrypted() {
    for (url, sent) in [
        ("https://elsewhere.example/op", true),
        ("http://elsewhere.example/op", false),
        ("http://management.azure.com/op", false),
        ("http://127.0.0.1.example/op", false),
        ("http://127.0.0.1:8080/op", true),
        ("http://localhost:8080/op", true),
        ("http://[::1]:8080/op", true),
        ("HTTPS://elsewhere.example/op", true),
    ] {
        let stage = stage(secret(), [say(200, "{}")], []);
        let answer = stage.client.send("GET", url, None).await;
        assert_eq!((answer.is_ok(), stage.calls.borrow().len()), (sent, usize::from(sent)), "{url}");
    }
}
