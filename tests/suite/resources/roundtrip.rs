//! What is written is what is read, whatever the service keeps to itself.

use acier::resources::codec::{decode, encode};
use acier::resources::{kinds, schemas};
use acier::value::{Marks, Value};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::Value as Json;

use super::generate::objects;

fn check(property: impl Fn(&'static acier::resources::table::Kind, Value) -> Result<(), TestCaseError>) {
    for kind in kinds::MANAGED {
        let mut runner = TestRunner::new(Config { cases: 96, failure_persistence: None, ..Config::default() });
        let ran = runner.run(&objects(&kind.table), |value| property(kind, value));
        if let Err(error) = ran {
            panic!("{}: {error}", kind.name);
        }
    }
}

#[test]
fn a_body_reads_back_as_the_object_that_it_was_written_from() {
    check(|kind, value| {
        let body = encode(kind, &value).unwrap();
        prop_assert_eq!(difference(&decode(kind, &body, &value), &value), None, "{}", body);
        Ok(())
    });
}

#[test]
fn what_the_service_keeps_to_itself_is_found_again_in_what_we_knew() {
    check(|kind, value| {
        let mut body = encode(kind, &value).unwrap();
        strip(&mut body);
        prop_assert_eq!(difference(&decode(kind, &body, &value), &value), None, "{}", body);
        Ok(())
    });
}

#[test]
fn fingerprints_stay_fingerprints_and_cannot_be_sent() {
    check(|kind, value| {
        let mut body = encode(kind, &value).unwrap();
        strip(&mut body);
        let hide = |secret: &Value| hidden(secret);
        let known = schemas().conceal(kind.name, &value, &hide);
        prop_assert_eq!(difference(&decode(kind, &body, &known), &known), None, "{}", body);
        prop_assert_eq!(encode(kind, &known).is_err(), known.contains_mark(Marks::FINGERPRINT));
        Ok(())
    });
}

#[test]
fn without_anything_known_the_type_is_still_that_of_the_schema() {
    check(|kind, value| {
        let mut body = encode(kind, &value).unwrap();
        strip(&mut body);
        let read = decode(kind, &body, &Value::null(acier::value::Type::Dynamic));
        prop_assert_eq!(read.ty(), schemas().managed[kind.name].block.ty());
        prop_assert!(read.is_wholly_known());
        Ok(())
    });
}

/// The first place where two values differ, marks included.
fn difference(found: &Value, wanted: &Value) -> Option<String> {
    if found == wanted {
        return None;
    }
    let inner = found.children().zip(wanted.children()).enumerate();
    let deeper = inner.filter_map(|(at, (a, b))| Some((at, difference(a, b)?))).next();
    Some(match (deeper, wanted.as_members()) {
        (Some((at, place)), Some(members)) => format!("{}.{place}", members.keys().nth(at).unwrap()),
        (Some((at, place)), None) => format!("[{at}].{place}"),
        (None, _) => format!(" is {found:?} instead of {wanted:?}"),
    })
}

/// Every known leaf replaced as a state would hold it.
fn hidden(secret: &Value) -> Value {
    if secret.is_null() {
        secret.clone()
    } else if secret.as_str().is_some() {
        Value::string("hmac").with_marks(Marks::FINGERPRINT.union(Marks::SENSITIVE))
    } else {
        secret.map_children(hidden)
    }
}

/// What the service takes out of its answers, as recorded.
fn strip(body: &mut Json) {
    match body {
        Json::Object(members) => {
            let secrets = ["secureValue", "password", "storageAccountKey", "workspaceKey", "protectedSettings"];
            for secret in secrets.into_iter().chain(["workspaceResourceId", "logType", "metadata"]) {
                members.remove(secret);
            }
            if let Some(secret @ Json::Object(_)) = members.get_mut("secret") {
                *secret = Json::Object(serde_json::Map::new());
            }
            members.values_mut().for_each(strip);
        }
        Json::Array(items) => items.iter_mut().for_each(strip),
        _ => {}
    }
}
