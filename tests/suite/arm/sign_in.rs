//! Signing in: one token for many calls, renewed in time, and never shown.

use std::rc::Rc;
use std::time::Duration;

use acier::arm::auth::federated::{Federation, Pipeline};
use acier::arm::auth::managed_identity::ManagedIdentity;
use acier::arm::auth::{Credentials, Secret};
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
async fn a_refused_sign_in_is_shared_by_all_who_waited_for_it() {
    let refused = || say(401, r#"{"error":"invalid_client","error_description":"AADSTS7000215: no"}"#);
    let stage = stage(secret(), many(1), [refused(), refused()]);
    let answers = futures_util::future::join_all((0..20).map(|_| stage.client.send("GET", PATH, None))).await;
    assert!(answers.iter().all(|answer| answer.as_ref().is_err_and(|error| error.sort == Sort::SignIn)));
    assert_eq!(stage.exchanges.borrow().len(), 1);
    // Who comes later asks again.
    assert!(stage.client.send("GET", PATH, None).await.is_err());
    assert_eq!(stage.exchanges.borrow().len(), 2);
    assert!(stage.client.send("GET", PATH, None).await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn the_metadata_service_gets_the_time_it_needs() {
    let given = || say(200, r#"{"access_token":"a","expires_in":"3600","expires_on":"1","token_type":"Bearer"}"#);
    let not_found = r#"{"error":"invalid_request","error_description":"Identity not found"}"#;
    // What is answered before the token, the least and most seconds that it takes, and how it ends.
    let rows: Vec<(Vec<Step>, f64, f64, Option<&str>)> = vec![
        (vec![], 0.0, 0.0, None),
        (vec![say(404, ""), say(429, ""), say(500, "")], 5.0, 9.0, None),
        ((0..8).map(|_| say(410, "")).collect(), 70.0, 170.0, None),
        (vec![say_with(429, &["retry-after: 20"], "")], 20.0, 20.0, None),
        (vec![Step::Lose(true)], 0.7, 1.3, None),
        (vec![say(400, not_found)], 0.0, 0.0, Some("The managed identity service gave no token: Identity not found")),
        ((0..6).map(|_| say(404, "")).collect(), 20.0, 40.0, Some("status 404")),
        (vec![Step::Lose(false)], 0.0, 0.0, Some("service at http://169.254.169.254 could not be asked: connection")),
    ];
    for (before, least, most, wrong) in rows {
        let identity = ManagedIdentity::new(None, None, None, Some("id")).unwrap();
        let tries = before.len();
        let tokens = before.into_iter().chain(wrong.is_none().then(given));
        let stage = stage(Credentials::ManagedIdentity(identity), many(1), tokens);
        let answer = stage.client.send("GET", PATH, None).await;
        match wrong {
            None => assert_eq!(stage.headers("authorization"), ["Bearer a"], "{answer:?}"),
            Some(words) => {
                let error = answer.unwrap_err();
                assert!(error.sort == Sort::SignIn && error.message.contains(words), "{words}: {error:?}");
            }
        }
        let exchanges = stage.exchanges.borrow();
        assert_eq!(exchanges.len(), tries + usize::from(wrong.is_none()));
        let (took, request) = exchanges.last().unwrap();
        assert!((least..=most).contains(&took.as_secs_f64()), "{took:?} is not within {least} to {most}");
        let url = "http://169.254.169.254/metadata/identity/oauth2/token?api-version=2018-02-01\
                   &resource=https%3A%2F%2Fmanagement.azure.com&client_id=id";
        assert_eq!((request.method, request.url.as_str()), ("GET", url));
        assert_eq!(request.headers, [("metadata".to_owned(), "true".to_owned())]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_token_that_cannot_be_renewed_early_is_used_to_its_end() {
    let short = || say(200, r#"{"access_token":"short","expires_in":"100"}"#);
    let down = (0..12).map(|_| say(503, ""));
    let stage = stage(secret(), many(3), std::iter::once(short()).chain(down));
    stage.client.send("GET", PATH, None).await.unwrap();
    tokio::time::advance(Duration::from_secs(51)).await;
    // The first call after half a life tries to renew it, the next one does not wait for that again.
    stage.client.send("GET", PATH, None).await.unwrap();
    let tried = stage.exchanges.borrow().len();
    stage.client.send("GET", PATH, None).await.unwrap();
    assert_eq!((tried, stage.exchanges.borrow().len()), (7, 7));
    assert_eq!(stage.headers("authorization"), ["Bearer short", "Bearer short", "Bearer short"]);
    tokio::time::advance(Duration::from_secs(50)).await;
    assert_eq!(stage.client.send("GET", PATH, None).await.unwrap_err().sort, Sort::SignIn);
}

#[test]
fn nothing_that_holds_a_secret_shows_it() {
    let federated = |federation| Credentials::Federated { tenant: "t".into(), client: "c".into(), federation };
    let read = federated(Federation::Read(Rc::new(|| Ok(Secret::new("hush")))));
    let pipeline = || Pipeline::new("https://issuer.example/token?sig=hush", "hush".into()).unwrap();
    let devops = federated(Federation::AzureDevOps(pipeline(), "connection".into()));
    let github = federated(Federation::GitHub(pipeline()));
    let header = Some(Secret::new("hush"));
    let identity = ManagedIdentity::new(Some("http://127.0.0.1:1/msi/token"), None, header, None).unwrap();
    let identity = Credentials::ManagedIdentity(identity);
    let fixed = Credentials::Static("hush".into());
    for credentials in [secret(), fixed, read, devops, github, identity, Credentials::Anonymous] {
        let stage = stage(credentials.clone(), [], []);
        let shown = format!("{credentials:?} {:?}", stage.client.sign_in());
        assert!(!shown.contains("hush"), "{shown}");
    }
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
