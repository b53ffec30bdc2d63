//! Faults: their language, and what each does to a request.

use acier::emulator::faults::Faults;
use serde_json::{Value, json};

use super::{Cloud, group, request, web};

#[test]
fn rules_that_are_not_understood() {
    for (text, why) in [
        ("PUT containerGroups", "there is no colon"),
        ("FETCH x: 500", "\"FETCH\" is not a method"),
        ("PUT x:", "it says nothing after the colon"),
        ("PUT a b: 500", "\"b\" stands where a colon was expected"),
        ("PUT x: 200", "\"200\" is not an effect"),
        ("PUT x: explode", "\"explode\" is not an effect"),
        ("PUT x: 500 times", "\"times\" is not an option"),
        ("PUT x: 500 times=0", "is not a number above zero"),
        ("PUT x: 500 often=2", "there is no option \"often\""),
        ("PUT x: stuck code=X", "code goes with a status only"),
        ("PUT x: fail-operation", "needs a code"),
        ("PUT x: not-found-after-create=many", "\"many\" is not a number of reads"),
        ("PUT x: twice=2", "takes no value"),
        ("POST token: token-life", "needs a number"),
    ] {
        let error = Faults::parse(text).expect_err(text);
        assert!(error.contains(why), "{text}: {error}");
        assert!(error.starts_with(&format!("The fault \"{text}\"")) || text.ends_with(':'), "{error}");
    }
    assert_eq!(Faults::parse("# nothing\n ; ;\n"), Ok(Faults::default()));
}

/// What the n-th of the same requests answers; `-` for a lost connection.
fn statuses(rules: &str, method: &'static str, path: &str, times: usize) -> Vec<String> {
    let mut cloud = Cloud::faulty(rules);
    let url = cloud.url(path);
    let body = (method == "PUT").then(web);
    (0..times)
        .map(|_| match cloud.send(&request(method, url.clone(), body.as_ref())) {
            Ok(reply) => reply.status.to_string(),
            Err(lost) => {
                assert!(lost.sent, "{lost}");
                "-".to_owned()
            }
        })
        .collect()
}

#[test]
fn when_rules_fire() {
    let web = group("web");
    let logs = format!("{web}/containers/app/logs");
    for (rules, method, path, expected) in [
        ("PUT containerGroups/web: 429 after=2 times=3", "PUT", &web, "201 200 429 429 429 200"),
        ("* : 500 every=3", "GET", &web, "404 404 500 404 404 500"),
        ("*: 503 after=1 every=2 times=1", "GET", &web, "404 404 503 404 404 404"),
        ("PUT containergroups: reset-before times=2", "PUT", &web, "- - 201 200"),
        ("PUT CONTAINERGROUPS/w*b: reset-after times=1", "PUT", &web, "- 200"),
        ("PUT containerGroups/web: twice times=1", "PUT", &web, "200 200"),
        ("PUT containerGroups/other: 500", "PUT", &web, "201"),
        ("PUT resourceGroups: 500", "PUT", &web, "201"),
        ("GET containerGroups: 403", "GET", &web, "403"),
        ("GET containerGroups: 403", "GET", &logs, "404"),
        ("GET logs: 418", "GET", &logs, "418"),
        ("GET x: 500; GET containerGroups/web: 504 # why not", "GET", &web, "504"),
        ("GET containerGroups: 500 times=1\nGET containerGroups: 501 times=1", "GET", &web, "500 501 404"),
    ] {
        let expected: Vec<&str> = expected.split(' ').collect();
        assert_eq!(statuses(rules, method, path, expected.len()), expected, "{rules}");
    }
}

#[test]
fn what_refusals_say() {
    for (rules, code, retry) in [
        ("*: 429", "SubscriptionRequestsThrottled", Some("1")),
        ("*: 429 retry-after=17", "SubscriptionRequestsThrottled", Some("17")),
        ("*: 409 code=RegistryErrorResponse", "RegistryErrorResponse", None),
        ("*: 503 retry-after=2", "ServerBusy", Some("2")),
        ("*: 403", "AuthorizationFailed", None),
        ("*: 401", "InvalidAuthenticationToken", None),
    ] {
        let reply = Cloud::faulty(rules).get("web");
        assert_eq!(reply.code(), code, "{rules}");
        assert_eq!(reply.has("retry-after").then(|| reply.header("retry-after")), retry, "{rules}");
    }
    let denied = Cloud::faulty("DELETE containerGroups: 403").ask("DELETE", &group("web"), None);
    let message = denied.at("/error/message");
    let message = message.as_str().expect("text");
    assert!(
        message.contains("'Microsoft.ContainerInstance/containerGroups/delete' over scope '/subscriptions/"),
        "{message}"
    );
}

#[test]
fn creations_that_do_not_show_at_once() {
    let mut cloud = Cloud::faulty("PUT containerGroups: not-found-after-create=2");
    cloud.make("web", &web());
    let statuses: Vec<u16> = (0..4).map(|_| cloud.get("web").status).collect();
    assert_eq!(statuses, [404, 404, 200, 200]);
}

#[test]
fn operations_that_fail() {
    let mut cloud =
        Cloud::faulty("PUT web: fail-operation=RegistryErrorResponse; PUT stuck: stuck; PUT slow: slow=5000");
    for (name, after, status, code) in [
        ("web", 0, "Failed", json!("RegistryErrorResponse")),
        ("stuck", 1_799_999, "Creating", Value::Null),
        ("stuck", 1_800_000, "Failed", json!("DeploymentTimeout")),
        ("slow", 4_999, "Creating", Value::Null),
        ("slow", 5_000, "Succeeded", Value::Null),
    ] {
        let made = cloud.put(name, &web());
        let url = made.header("azure-asyncoperation").to_owned();
        cloud.pass(after);
        let poll = cloud.follow(&url);
        assert_eq!(
            (poll.status, poll.at("/status"), poll.at("/error/code")),
            (200, json!(status), code),
            "{name} after {after}"
        );
        assert_eq!(cloud.get(name).at("/properties/provisioningState"), status, "{name}");
        cloud.pass(1_800_000);
        assert_eq!(cloud.ask("DELETE", &group(name), None).status, 200, "{name}");
    }
}

#[test]
fn tokens_that_run_out() {
    let mut cloud = Cloud::faulty("POST token: token-life=60 times=1");
    let form = "grant_type=client_credentials&client_id=00000000-0000-4000-8000-0000000000cc&client_secret=acier-emulator&scope=x";
    let mut lives = Vec::new();
    for _ in 0..2 {
        let mut ask = request("POST", format!("{}/t/oauth2/v2.0/token", super::BASE), None);
        ask.headers.clear();
        ask.body = Some(form.as_bytes().to_vec());
        let signed = cloud.send(&ask).expect("an answer");
        lives.push((signed.at("/expires_in"), signed.at("/access_token")));
    }
    assert_eq!((&lives[0].0, &lives[1].0), (&json!(60), &json!(86_399)));
    let mut statuses = Vec::new();
    for after in [59_000, 1_000] {
        cloud.pass(after);
        for (_, token) in &lives {
            let mut ask = request("GET", cloud.url("/locations"), None);
            ask.headers = vec![("authorization".into(), format!("Bearer {}", token.as_str().expect("a token")))];
            statuses.push(cloud.send(&ask).expect("an answer").status);
        }
    }
    assert_eq!(statuses, [200, 200, 401, 200]);
    let denied = Cloud::faulty("*: 401 code=ExpiredAuthenticationToken").get("web");
    assert_eq!(denied.at("/error/message"), "The access token expiry is earlier than current time.");
    assert!(denied.header("www-authenticate").starts_with("Bearer authorization_uri="));
}
