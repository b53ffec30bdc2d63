//! Long-running operations: status, headers and body in, verdict out.

use std::time::Duration;

use acier::arm::error::Sort;
use acier::arm::lro::{Ticket, Verdict, first, next};
use acier::arm::wire::Response;

const CALL: &str = "https://management.azure.com/subscriptions/s/resourceGroups/g?api-version=1";
const OPERATION: &str = "azure-asyncoperation: https://other.example/operations/1?api-version=2018-06-01&t=1&c=abc";
const LOCATION: &str = "location: https://other.example/operationresults/tok?api-version=1";

/// Headers as lines of `name: value`.
fn answer(status: u16, headers: &[&str], body: &str) -> Response {
    let headers =
        headers.iter().map(|line| line.split_once(": ").unwrap()).map(|(n, v)| (n.into(), v.into())).collect();
    Response { status, headers, body: body.as_bytes().to_vec() }
}

/// A verdict in one line.
fn show(verdict: &Verdict) -> String {
    match verdict {
        Verdict::Finished { status, body } => format!("finished {status} {body}"),
        Verdict::Failed(error) => format!("failed {:?} {error}", error.sort),
        Verdict::Wait { ticket, after, note, .. } => {
            let after = after.map_or_else(|| "-".to_owned(), |after| format!("{}ms", after.as_millis()));
            format!("wait {} {after} [{note}]", ticket.url())
        }
    }
}

#[test]
fn the_answer_to_a_call() {
    let op = "https://other.example/operations/1?api-version=2018-06-01&t=1&c=abc";
    let loc = "https://other.example/operationresults/tok?api-version=1";
    let creating = r#"{"properties":{"provisioningState":"Creating"}}"#;
    let rows: &[(&str, u16, &[&str], &str, String)] = &[
        // Container groups: 201 and Azure-AsyncOperation without Retry-After.
        ("PUT", 201, &[OPERATION], r#"{"properties":{"provisioningState":"Pending"}}"#, format!("wait {op} - [Pending]")),
        ("PUT", 200, &[OPERATION, "retry-after: 3"], creating, format!("wait {op} 3000ms [Creating]")),
        ("PUT", 201, &[LOCATION, OPERATION], "{}", format!("wait {op} - []")),
        ("PUT", 201, &[LOCATION, "retry-after-ms: 250", "retry-after: 1"], "{}", format!("wait {loc} 250ms []")),
        ("PUT", 202, &[LOCATION, "x-ms-retry-after-ms: 5"], "", format!("wait {loc} 5ms []")),
        // Resource groups: done at once.
        ("PUT", 201, &[], r#"{"properties":{"provisioningState":"Succeeded"}}"#, r#"finished 201 {"properties":{"provisioningState":"Succeeded"}}"#.into()),
        ("PUT", 200, &[], r#"{"properties":{"provisioningState":"sUCCEEDED"}}"#, r#"finished 200 {"properties":{"provisioningState":"sUCCEEDED"}}"#.into()),
        ("PUT", 200, &[], r#"{"id":"x"}"#, r#"finished 200 {"id":"x"}"#.into()),
        ("PUT", 201, &[], creating, format!("wait {CALL} - [Creating]")),
        ("PUT", 202, &[], "", format!("wait {CALL} - []")),
        ("PUT", 200, &[], r#"{"properties":{"provisioningState":"Failed"}}"#, "failed Rejected OperationFailed: The operation ended as Failed and Azure gave no reason.".into()),
        ("PUT", 200, &[], "<html>", "failed Malformed The answer had status 200 and a body that is not JSON: <html>".into()),
        // Tags are set at once, whatever the group's last deployment came to.
        ("PATCH", 200, &[], r#"{"properties":{"provisioningState":"Failed"}}"#, r#"finished 200 {"properties":{"provisioningState":"Failed"}}"#.into()),
        ("PATCH", 202, &[], creating, format!("wait {CALL} - [Creating]")),
        // A container group is deleted at once, and its body says "Updating" or worse.
        ("DELETE", 200, &[], creating, format!("finished 200 {creating}")),
        ("DELETE", 204, &[], "", "finished 204 null".into()),
        ("DELETE", 202, &[OPERATION], "", format!("wait {op} - []")),
        ("DELETE", 202, &[LOCATION, "retry-after: 15"], "", format!("wait {loc} 15000ms []")),
        ("DELETE", 202, &[], "", format!("wait {CALL} - []")),
        ("DELETE", 404, &[], r#"{"error":{"code":"ResourceGroupNotFound","message":"m"}}"#, "finished 404 null".into()),
        ("DELETE", 404, &[], r#"{"error":{"code":"SubscriptionNotFound","message":"m"}}"#, "failed Rejected SubscriptionNotFound: m".into()),
        // Restart answers 204 and has an operation all the same.
        ("POST", 204, &[OPERATION], "", format!("wait {op} - []")),
        ("POST", 204, &[], "", "finished 204 null".into()),
        ("POST", 200, &[], r#"{"password":"p"}"#, r#"finished 200 {"password":"p"}"#.into()),
        ("POST", 202, &[LOCATION], "", format!("wait {loc} - []")),
        ("POST", 202, &[], "", "failed Malformed Azure has accepted the call and does not say where to ask how it goes.".into()),
        // An address that is not absolute cannot be followed.
        ("PUT", 201, &["azure-asyncoperation: /operations/1"], creating, format!("wait {CALL} - [Creating]")),
        ("PUT", 409, &[], r#"{"error":{"code":"ResourceGroupBeingDeleted","message":"m"}}"#, "failed Rejected ResourceGroupBeingDeleted: m".into()),
        ("PUT", 302, &[LOCATION], "", "failed Rejected The answer was a redirection to https://other.example/operationresults/tok?api-version=1 (status 302), which Azure Resource Manager never sends.".into()),
    ];
    for (method, status, headers, body, wanted) in rows {
        assert_eq!(
            show(&first(method, CALL, &answer(*status, headers, body))),
            *wanted,
            "{method} {status} {headers:?}"
        );
    }
}

/// What each kind of ticket makes of the answer to its poll.
#[test]
fn the_answer_to_a_poll() {
    let operation = |method| follow(method, &[OPERATION], "");
    let location = |method| follow(method, &[LOCATION], "");
    let resource = |method| follow(method, &[], r#"{"properties":{"provisioningState":"Creating"}}"#);
    let events = r#"{"status":"Creating","properties":{"events":[
        {"lastTimestamp":"2023-05-01T16:44:22Z","message":"newest"},{"lastTimestamp":"2023-05-01T16:44:21Z","message":"older"}]}}"#;
    let warned = r#"{"status":"Failed","properties":{"events":[
        {"type":"Normal","message":"pulling"},{"type":"Warning","message":"no such image"},{"type":"Warning","message":"gave up"}]}}"#;
    let gone = r#"{"error":{"code":"ResourceNotFound","message":"m"}}"#;
    let timeout = r#"{"Error":{"Code":"ResourceGroupDeletionTimeout","Message":"m"}}"#;
    let go_on = |ticket: &Ticket, rest: &str| format!("wait {} {rest}", ticket.url());
    let rows: Vec<(Ticket, u16, &[&str], &str, String)> = vec![
        // An operation: 200 for all outcomes.
        (operation("PUT"), 200, &[], r#"{"status":"Pending"}"#, go_on(&operation("PUT"), "- [Pending]")),
        (operation("PUT"), 200, &["retry-after: 0"], events, go_on(&operation("PUT"), "0ms [Creating: newest]")),
        (operation("PUT"), 200, &[], r#"{"status":"Succeeded","properties":{"a":1}}"#, "finished 200 null".into()),
        (operation("PUT"), 200, &[], r#"{"status":"succeeded"}"#, "finished 200 null".into()),
        (
            operation("PUT"),
            200,
            &[],
            r#"{"status":"CANCELED"}"#,
            "failed Rejected OperationCanceled: The operation ended as CANCELED and Azure gave no reason.".into(),
        ),
        (
            operation("PUT"),
            200,
            &[],
            r#"{"status":"Failed","error":{"code":"X","message":"m"}}"#,
            "failed Rejected X: m".into(),
        ),
        (
            operation("PUT"),
            200,
            &[],
            r#"{"status":"Failed","error":{"message":"pulled;started"}}"#,
            "failed Rejected OperationFailed: pulled;started".into(),
        ),
        (
            operation("PUT"),
            200,
            &[],
            r#"{"status":"Failed"}"#,
            "failed Rejected OperationFailed: The operation ended as Failed and Azure gave no reason.".into(),
        ),
        (
            operation("PUT"),
            200,
            &[],
            warned,
            "failed Rejected OperationFailed: The operation ended as Failed. Its last warnings: no such image; gave up"
                .into(),
        ),
        (operation("PUT"), 202, &[], "", go_on(&operation("PUT"), "- []")),
        (operation("POST"), 204, &[], "", "finished 204 null".into()),
        (
            operation("PUT"),
            200,
            &[],
            "oops",
            "failed Malformed The answer had status 200 and a body that is not JSON: oops".into(),
        ),
        // It may move while it runs.
        (
            operation("PUT"),
            200,
            &["azure-asyncoperation: https://b.example/2"],
            r#"{"status":"Running"}"#,
            "wait https://b.example/2 - [Running]".into(),
        ),
        (operation("PUT"), 200, &[LOCATION], r#"{"status":"Running"}"#, go_on(&operation("PUT"), "- [Running]")),
        // A moment after the call nothing is found; a server's bad minute is not the operation's end.
        (operation("PUT"), 404, &[], "", go_on(&operation("PUT"), "- []")),
        (operation("PUT"), 503, &["retry-after: 9"], "", go_on(&operation("PUT"), "9000ms []")),
        (operation("PUT"), 429, &[], "", go_on(&operation("PUT"), "- []")),
        (
            operation("PUT"),
            403,
            &[],
            r#"{"error":{"code":"AuthorizationFailed","message":"m"}}"#,
            "failed Denied AuthorizationFailed: m".into(),
        ),
        (operation("DELETE"), 404, &[], gone, "finished 404 null".into()),
        (operation("DELETE"), 404, &[], "", go_on(&operation("DELETE"), "- []")),
        // A location: 202 until it is there.
        (location("DELETE"), 202, &[LOCATION, "retry-after: 15"], "", go_on(&location("DELETE"), "15000ms []")),
        (location("DELETE"), 202, &["location: https://b.example/2"], "", "wait https://b.example/2 - []".into()),
        (location("DELETE"), 200, &[], "", "finished 200 null".into()),
        (location("DELETE"), 204, &[], "", "finished 204 null".into()),
        (location("DELETE"), 404, &[], "", "finished 404 null".into()),
        (location("DELETE"), 409, &[], timeout, "failed Rejected ResourceGroupDeletionTimeout: m".into()),
        (location("POST"), 201, &[], r#"{"a":1}"#, r#"finished 201 {"a":1}"#.into()),
        (location("PUT"), 200, &[], r#"{"id":"x"}"#, r#"finished 200 {"id":"x"}"#.into()),
        (
            location("PUT"),
            200,
            &[],
            r#"{"properties":{"provisioningState":"Creating"}}"#,
            go_on(&location("PUT"), "- [Creating]"),
        ),
        // The resource itself.
        (
            resource("PUT"),
            200,
            &[],
            r#"{"properties":{"provisioningState":"Repairing"}}"#,
            go_on(&resource("PUT"), "- [Repairing]"),
        ),
        (resource("PUT"), 200, &[], r#"{"properties":{}}"#, r#"finished 200 {"properties":{}}"#.into()),
        (
            resource("PUT"),
            200,
            &[],
            r#"{"properties":{"provisioningState":"Canceled","error":{"code":"Y","message":"m"}}}"#,
            "failed Rejected Y: m".into(),
        ),
        (resource("PUT"), 404, &[], gone, go_on(&resource("PUT"), "- []")),
        (
            follow("DELETE", &[], ""),
            200,
            &[],
            r#"{"properties":{"provisioningState":"Deleting"}}"#,
            format!("wait {CALL} - [Deleting]"),
        ),
        (follow("DELETE", &[], ""), 404, &[], gone, "finished 404 null".into()),
        (
            follow("DELETE", &[], ""),
            404,
            &[],
            r#"{"error":{"code":"InvalidResourceType","message":"m"}}"#,
            format!("wait {CALL} - []"),
        ),
    ];
    for (ticket, status, headers, body, wanted) in rows {
        assert_eq!(show(&next(&ticket, &answer(status, headers, body))), wanted, "{ticket:?} {status} {body}");
    }
}

#[test]
fn silence_is_believed_after_a_while_and_forgotten_after_an_answer() {
    let mut ticket = follow("PUT", &[OPERATION], "");
    let mut polls = 0;
    let error = loop {
        match next(&ticket, &answer(404, &[], r#"{"error":{"code":"OperationNotFound","message":"m"}}"#)) {
            Verdict::Wait { ticket: again, .. } => ticket = again,
            other => break other,
        }
        polls += 1;
        if polls == 5 {
            let Verdict::Wait { ticket: fresh, .. } = next(&ticket, &answer(200, &[], r#"{"status":"Pending"}"#))
            else {
                panic!("a pending operation is not over")
            };
            ticket = fresh;
        }
    };
    assert_eq!((polls, show(&error)), (15, "failed Rejected OperationNotFound: m".to_owned()));
}

#[test]
fn a_failure_names_the_call_and_not_the_poll() {
    let verdict =
        next(&follow("PUT", &[OPERATION], ""), &answer(200, &["x-ms-request-id: r"], r#"{"status":"Failed"}"#));
    let Verdict::Failed(error) = verdict else { panic!("{verdict:?}") };
    assert_eq!((error.request.as_str(), error.sort), (format!("PUT {CALL}").as_str(), Sort::Rejected));
    assert_eq!(error.request_id.as_deref(), Some("r"));
}

#[test]
fn a_ticket_survives_as_text_and_hides_its_signature() {
    let long = format!("azure-asyncoperation: https://x.example/op?api-version=1&s={}", "Sig".repeat(2000));
    for ticket in [follow("PUT", &[&long], ""), follow("DELETE", &[LOCATION], ""), follow("DELETE", &[], "")] {
        assert_eq!(Ticket::from_text(&ticket.to_text()).unwrap(), ticket);
        assert!(!format!("{ticket:?}").contains("Sig"), "{ticket:?}");
    }
    let error = Ticket::from_text("{}").unwrap_err();
    assert_eq!(error.sort, Sort::Malformed);
}

#[test]
fn waits_may_be_given_as_a_date() {
    let date = "date: Mon, 02 Nov 2026 08:00:00 GMT";
    for (header, wanted) in [
        ("retry-after: Mon, 02 Nov 2026 08:00:42 GMT", Some(Duration::from_secs(42))),
        ("retry-after: Mon, 02 Nov 2026 07:00:00 GMT", Some(Duration::ZERO)),
        ("retry-after: soon", None),
        ("retry-after: 99999999999999", Some(Duration::from_secs(86_400))),
    ] {
        let verdict = first("PUT", CALL, &answer(201, &[OPERATION, header, date], ""));
        assert!(matches!(&verdict, Verdict::Wait { after, .. } if *after == wanted), "{header}: {verdict:?}");
    }
}

/// The ticket of a call that was accepted.
fn follow(method: &str, headers: &[&str], body: &str) -> Ticket {
    match first(method, CALL, &answer(202, headers, body)) {
        Verdict::Wait { ticket, .. } => ticket,
        other => panic!("{other:?}"),
    }
}
