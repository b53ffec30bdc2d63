//! Lists: page by page to the end, and never round in a circle.

use acier::arm::error::Sort;
use serde_json::json;

use super::script::{Step, anonymous, coded, say};

const PATH: &str = "/subscriptions/s/x?api-version=1";

fn page(items: &str, next: &str) -> Step {
    say(200, &format!(r#"{{"value":[{items}],"nextLink":{next}}}"#))
}

#[tokio::test(start_paused = true)]
async fn all_pages_are_read_even_behind_empty_ones() {
    let stage = anonymous([
        page("1,2", r#""https://management.azure.com/p2?$skipToken=a%2B""#),
        page("", r#""https://other.example/p3""#),
        page("3", "null"),
    ]);
    assert_eq!(stage.client.list(PATH).await.unwrap(), [json!(1), json!(2), json!(3)]);
    assert_eq!(stage.urls()[1..], ["https://management.azure.com/p2?$skipToken=a%2B", "https://other.example/p3"]);
    for (last, wanted) in [(r#"{"value":[]}"#, vec![]), (r#"{"value":[4],"nextLink":""}"#, vec![json!(4)])] {
        assert_eq!(anonymous([say(200, last)]).client.list(PATH).await.unwrap(), wanted);
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_no_list_is_an_error_and_not_an_empty_list() {
    let link = r#""https://x.example/again""#;
    let rows: Vec<(Vec<Step>, Sort, &str)> = vec![
        (vec![say(200, "{}")], Sort::Malformed, "no \"value\""),
        (vec![say(200, r#"{"value":{}}"#)], Sort::Malformed, "no \"value\""),
        (vec![say(200, "")], Sort::Malformed, "not JSON"),
        (vec![page("1", link), page("2", link)], Sort::Malformed, "lead back"),
        (vec![say(404, &coded("ResourceGroupNotFound"))], Sort::NotFound, "words"),
        (vec![page("1", link), say(403, &coded("AuthorizationFailed"))], Sort::Denied, "words"),
    ];
    for (steps, sort, words) in rows {
        let error = anonymous(steps).client.list(PATH).await.unwrap_err();
        assert!(error.sort == sort && error.message.contains(words), "{error:?}");
    }
}
