//! Signing in: one token for many calls, renewed in time, and never shown.

use std::rc::Rc;
use std::time::Duration;

use acier::arm::auth::{Credentials, Secret};
use acier::arm::cloud::Endpoints;
use acier::arm::error::Sort;
use acier::arm::lro::Verdict;

use super::script::{Step, coded, say, say_with, secret, stage};

const PATH: &str = "/subscriptions/s/x?api-version=1";

fn many(count: usize) -> Vec<Step> {
    (0..count).map(|_| say(200, "{}")).collect()
}

#[tokio::test(start_paused = true)]
async fn calls_at_the_same_time_share_one_exchange() {
    let stage = stage(secret(), many(20), []);
    let answers = futures_util::future::join_all((0..20).map(|_| stage.client.send("GET", PATH, None))).await;
    assert!(answers.iter().all(Result::is_ok));
    let exchanges = stage.exchanges.borrow();
    assert_eq!(exchanges.len(), 1);
    let request = &exchanges[0].1;
    assert_eq!(request.url, "https://login.microsoftonline.com/t/oauth2/v2.0/token");
    let body = "grant_type=client_credentials&client_id=c&client_secret=hush%2Bhush\
                &scope=https%3A%2F%2Fmanagement.azure.com%2F.default";
    assert_eq!(request.body.as_deref(), Some(body.as_bytes()));
    assert!(request.headers.iter().all(|(name, _)| name != "authorization"));
}

#[tokio::test(start_paused = true)]
async fn the_token_is_renewed_in_the_middle_of_polling() {
    let begun = say_with(201, &["azure-asyncoperation: https://westus.example/op"], "");
    let running = (0..13).map(|_| say(200, r#"{"status":"Running"}"#));
    let stage = stage(secret(), std::iter::once(begun).chain(running), []);
    let verdict = stage.client.begin("PUT", PATH, None).await.unwrap();
    let Verdict::Wait { mut ticket, .. } = verdict else { panic!("{verdict:?}") };
    for _ in 0..13 {
        tokio::time::advance(Duration::from_secs(600)).await;
        match stage.client.poll(&ticket).await.unwrap() {
            Verdict::Wait { ticket: next, .. } => ticket = next,
            other => panic!("{other:?}"),
        }
    }
    // 3599 s of life less five minutes: the sixth poll (at 3600 s) is the first with a new one.
    let used: Vec<String> = stage.headers("authorization");
    let numbers: Vec<&str> = used.iter().filter_map(|header| header.strip_prefix("Bearer token-")).collect();
    assert_eq!(numbers.concat(), "11111122222233");
}

#[tokio::test(start_paused = true)]
async fn a_refused_token_is_renewed_once() {
    let expired = || say(401, &coded("ExpiredAuthenticationToken"));
    let stage_once = stage(secret(), [expired(), say(200, "{}")], []);
    assert!(stage_once.client.send("POST", PATH, None).await.is_ok());
    assert_eq!(stage_once.headers("authorization"), ["Bearer token-1", "Bearer token-2"]);

    let twice = stage(secret(), [expired(), expired()], []);
    assert_eq!(twice.client.send("GET", PATH, None).await.unwrap_err().sort, Sort::Denied);

    let fixed = stage(Credentials::Static("mine".into()), [expired()], []);
    assert_eq!(fixed.client.send("GET", PATH, None).await.unwrap_err().sort, Sort::Denied);
    assert_eq!(fixed.headers("authorization"), ["Bearer mine"]);
}

#[tokio::test(start_paused = true)]
async fn a_refused_sign_in_is_told_whole_and_without_the_secret() {
    let told = "AADSTS7000215: Invalid client secret provided. Trace ID: 1 Timestamp: 2";
    let rows: Vec<(Vec<Step>, u16, &str, String)> = vec![
        (
            vec![say(
                401,
                &format!(r#"{{"error":"invalid_client","error_description":"{told}","error_codes":[7000215]}}"#),
            )],
            401,
            "invalid_client",
            told.to_owned(),
        ),
        (
            vec![say(400, r#"{"error":"bad","error_description":"the secret hush+hush is wrong"}"#)],
            400,
            "bad",
            "the secret (secret) is wrong".to_owned(),
        ),
        (vec![say(200, "{}")], 200, "", "The sign-in answered without a token.".to_owned()),
        (
            (0..6).map(|_| Step::Lose(true)).collect(),
            0,
            "",
            "Signing in at https://login.microsoftonline.com failed: connection reset. \
             The request may have reached Azure all the same."
                .to_owned(),
        ),
        ((0..6).map(|_| say(503, "")).collect(), 503, "", "The answer had status 503 and no body.".to_owned()),
    ];
    for (tokens, status, code, message) in rows {
        let tries = tokens.len();
        let stage = stage(secret(), [], tokens);
        let error = stage.client.send("PUT", PATH, None).await.unwrap_err();
        assert_eq!(
            (error.sort, error.status, error.code.as_str(), error.message.as_str()),
            (Sort::SignIn, status, code, message.as_str())
        );
        assert_eq!((stage.exchanges.borrow().len(), stage.calls.borrow().len()), (tries, 0));
        assert!(error.request.ends_with("/t/oauth2/v2.0/token"), "{}", error.request);
    }
}

#[tokio::test(start_paused = true)]
async fn a_token_that_cannot_be_renewed_early_is_used_to_its_end() {
    let short = || say(200, r#"{"access_token":"short","expires_in":"100"}"#);
    let down = (0..12).map(|_| say(503, ""));
    let stage = stage(secret(), many(2), std::iter::once(short()).chain(down));
    stage.client.send("GET", PATH, None).await.unwrap();
    tokio::time::advance(Duration::from_secs(51)).await;
    stage.client.send("GET", PATH, None).await.unwrap();
    assert_eq!(stage.headers("authorization"), ["Bearer short", "Bearer short"]);
    tokio::time::advance(Duration::from_secs(50)).await;
    assert_eq!(stage.client.send("GET", PATH, None).await.unwrap_err().sort, Sort::SignIn);
}

#[test]
fn nothing_that_holds_a_secret_shows_it() {
    let federated = Credentials::Federated {
        tenant: "t".into(),
        client: "c".into(),
        assertion: Rc::new(|| Ok(Secret::new("hush"))),
    };
    for credentials in [secret(), Credentials::Static("hush".into()), federated, Credentials::Anonymous] {
        let stage = stage(credentials.clone(), [], []);
        let shown = format!("{credentials:?} {:?}", stage.client.sign_in());
        assert!(!shown.contains("hush"), "{shown}");
    }
}

#[test]
fn other_ways_to_sign_in_ask_in_their_own_form() {
    let endpoints = Endpoints::public();
    let metadata = Credentials::ManagedIdentity { client: Some("id".into()) }.request(&endpoints).unwrap().unwrap();
    assert_eq!(
        (metadata.method, metadata.url.as_str()),
        (
            "GET",
            "http://169.254.169.254/metadata/identity/oauth2/token?api-version=2018-02-01\
             &resource=https%3A%2F%2Fmanagement.azure.com&client_id=id"
        )
    );
    assert_eq!(metadata.headers, [("metadata".to_owned(), "true".to_owned())]);

    let federated = |answer: Result<Secret, String>| Credentials::Federated {
        tenant: "t".into(),
        client: "c".into(),
        assertion: Rc::new(move || answer.clone()),
    };
    let request = federated(Ok("a.b.c\n".into())).request(&endpoints).unwrap().unwrap();
    let body = String::from_utf8(request.body.unwrap()).unwrap();
    assert!(
        body.contains("client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer"),
        "{body}"
    );
    assert!(body.contains("&client_assertion=a.b.c&"), "{body}");
    let error = federated(Err("no such file".into())).request(&endpoints).unwrap_err();
    assert_eq!((error.sort, error.message.as_str()), (Sort::SignIn, "no such file"));
}

#[tokio::test(start_paused = true)]
async fn a_token_tells_whom_it_was_given_to() {
    // The middle part is {"oid":"me?"} in base64url, without padding.
    for (token, wanted) in [
        ("head.eyJvaWQiOiJtZT8ifQ.sign", Ok(serde_json::json!({"oid": "me?"}))),
        ("opaque", Err(Sort::SignIn)),
        ("a.!!.b", Err(Sort::SignIn)),
    ] {
        let stage = stage(Credentials::Static(token.into()), [], []);
        assert_eq!(stage.client.claims().await.map_err(|error| error.sort), wanted, "{token}");
    }
    assert_eq!(stage(Credentials::Anonymous, [], []).client.claims().await, Ok(serde_json::Value::Null));
}
