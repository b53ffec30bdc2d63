//! Errors: every form that Azure and what stands before it use.

use acier::arm::error::{ArmError, Sort};
use acier::arm::wire::{Lost, Response};

const URL: &str = "https://user:pass@management.azure.com/subscriptions/s/x?api-version=2025-09-01&s=signed&t=1";

fn answer(status: u16, body: &str) -> Response {
    Response { status, headers: Vec::new(), body: body.as_bytes().to_vec() }
}

#[test]
fn each_form_of_an_error_is_understood() {
    let rows: &[(u16, &str, Sort, &str, &str)] = &[
        (
            404,
            r#"{"error":{"code":"ResourceGroupNotFound","message":"Resource group 'x' could not be found."}}"#,
            Sort::NotFound,
            "ResourceGroupNotFound",
            "Resource group 'x' could not be found.",
        ),
        (404, r#"{"error":{"code":"ResourceNotFound","message":"m"}}"#, Sort::NotFound, "ResourceNotFound", "m"),
        (404, r#"{"error":{"code":"InvalidResourceType","message":"m"}}"#, Sort::Rejected, "InvalidResourceType", "m"),
        (
            404,
            r#"{"error":{"code":"SubscriptionNotFound","message":"m"}}"#,
            Sort::Rejected,
            "SubscriptionNotFound",
            "m",
        ),
        (404, "", Sort::Rejected, "", "The answer had status 404 and no body."),
        // Some providers leave the outer object out.
        (409, r#"{"code":"Conflict","message":"m"}"#, Sort::Rejected, "Conflict", "m"),
        // The deletion of a resource group answers in PascalCase.
        (
            409,
            r#"{"Error":{"Code":"ResourceGroupDeletionTimeout","Message":"too long","Target":null,
                "Details":[{"Code":null,"Target":"/subscriptions/s/a","Message":"still there","Details":null}]}}"#,
            Sort::Rejected,
            "ResourceGroupDeletionTimeout",
            "too long\nstill there (/subscriptions/s/a)",
        ),
        (
            400,
            r#"{"error":{"code":"DeploymentFailed","message":"See below.","details":[
                {"code":"A","message":"first","target":"properties.osType"},
                {"code":"B","message":"second","details":[{"code":"C","message":"third"}]},
                {"message":"See below."}]}}"#,
            Sort::Rejected,
            "DeploymentFailed",
            "See below.\nA: first (properties.osType)\nB: second\nC: third",
        ),
        (
            400,
            r#"{"error":{"code":"Outer","message":"{\r\n \"error\": {\"code\":\"Inner\",\"message\":\"the real one\"}}"}}"#,
            Sort::Rejected,
            "Outer",
            "Inner: the real one",
        ),
        (400, r#"{"odata.error":{"code":"X","message":{"lang":"en","value":"words"}}}"#, Sort::Rejected, "X", "words"),
        (400, r#"{"error":{"code":"X"}}"#, Sort::Rejected, "X", "Azure gave no reason but the code X."),
        (400, "\u{feff}{\"error\":{\"code\":\"X\",\"message\":\"m\"}}", Sort::Rejected, "X", "m"),
        (
            401,
            r#"{"error":{"code":"ExpiredAuthenticationToken","message":"m"}}"#,
            Sort::Denied,
            "ExpiredAuthenticationToken",
            "m",
        ),
        (403, r#"{"error":{"code":"AuthorizationFailed","message":"m"}}"#, Sort::Denied, "AuthorizationFailed", "m"),
        (
            429,
            r#"{"error":{"code":"SubscriptionRequestsThrottled","message":"m"}}"#,
            Sort::Throttled,
            "SubscriptionRequestsThrottled",
            "m",
        ),
        (408, "", Sort::Unreachable, "", "The answer had status 408 and no body."),
        (501, r#"{"error":{"code":"N","message":"m"}}"#, Sort::Rejected, "N", "m"),
        (504, r#"{"error":{"code":"GatewayTimeout","message":"m"}}"#, Sort::Unreachable, "GatewayTimeout", "m"),
        (
            502,
            "<html>\r\n<head><title>502 Bad Gateway</title></head></html>",
            Sort::Unreachable,
            "",
            "The answer had status 502 and a body that is not an error of Azure Resource Manager: \
             <html> <head><title>502 Bad Gateway</title></head></html>",
        ),
        (
            500,
            r#"{"unexpected":1}"#,
            Sort::Unreachable,
            "",
            "The answer had status 500 and a body that is not an error of Azure Resource Manager: {\"unexpected\":1}",
        ),
    ];
    for (status, body, sort, code, message) in rows {
        let error = ArmError::from_response("GET", URL, &answer(*status, body));
        assert_eq!(
            (error.sort, error.status, error.code.as_str(), error.message.as_str()),
            (*sort, *status, *code, *message),
            "{status} {body}"
        );
    }
}

#[test]
fn a_head_has_no_body_to_tell_with() {
    assert!(ArmError::from_response("HEAD", URL, &answer(404, "")).is_gone());
}

#[test]
fn a_long_foreign_body_is_shortened() {
    let error = ArmError::from_response("GET", URL, &answer(503, &"ä".repeat(100_000)));
    assert!(error.message.len() < 1000 && error.message.ends_with("..."), "{}", error.message);
}

#[test]
fn a_redirection_names_where_it_leads_and_nothing_more() {
    let mut response = answer(302, "");
    response.headers.push(("location".into(), "https://login.example/start?code=hidden".into()));
    let error = ArmError::from_response("GET", URL, &response);
    assert!(error.message.contains("https://login.example/start") && !error.message.contains("hidden"), "{error}");
}

#[test]
fn an_error_names_its_request_without_signatures() {
    let mut response = answer(409, r#"{"error":{"code":"X","message":"m"}}"#);
    response.headers.push(("x-ms-request-id".into(), "westus:1".into()));
    response.headers.push(("x-ms-correlation-request-id".into(), "run".into()));
    let error = ArmError::from_response("PUT", URL, &response);
    assert_eq!(error.request, "PUT https://management.azure.com/subscriptions/s/x?api-version=2025-09-01");
    assert_eq!((error.correlation_id.as_deref(), error.request_id.as_deref()), (Some("run"), Some("westus:1")));
    assert_eq!(error.to_string(), "X: m");
}

#[test]
fn a_lost_call_says_whether_it_may_have_happened() {
    let lost = |sent| ArmError::from_lost("PUT", URL, &Lost { message: "reset.".into(), sent, lasting: false });
    assert_eq!(lost(true).message, "reset. The request may have reached Azure all the same.");
    assert_eq!(lost(false).message, "reset.");
    assert_eq!(lost(false).sort, Sort::Unreachable);
}
