//! What a person calls an object, and the id that it means, for every kind.

use acier::arm::auth::{Credentials, SignIn};
use acier::arm::client::{Client, Options};
use acier::arm::cloud::Endpoints;
use acier::arm::wire::{Lost, Request, Response, Transport};
use acier::provider::Provider;
use acier::resources::azure::Azure;
use acier::resources::kinds::MANAGED;
use acier::value::{Type, Value};

struct Silent;

impl Transport for Silent {
    async fn send(&self, request: Request) -> Result<Response, Lost> {
        panic!("nothing is asked, but {} is", request.url)
    }
}

fn azure() -> Azure<Silent> {
    let client = Client::new(Silent, SignIn::new(Credentials::Anonymous), Endpoints::public(), Options::new("sub"));
    Azure::new(client, &Value::null(Type::Dynamic))
}

#[test]
fn ids_of_every_kind_are_recognised_in_any_case() {
    let azure = azure();
    for kind in MANAGED {
        let segments = kind.id.split('/').map(|segment| match segment {
            "{subscription}" => "sub".to_owned(),
            hole if hole.starts_with('{') => format!("n-{}", hole.len()),
            fixed => fixed.to_owned(),
        });
        let id = segments.collect::<Vec<_>>().join("/");
        let recognise = |text: String| azure.recognise("", kind.name, &Value::string(text));
        for spelling in [id.clone(), id.to_lowercase(), format!("{id}/"), id.trim_start_matches('/').to_owned()] {
            assert_eq!(*recognise(spelling).unwrap(), *id);
        }
        let other = recognise(id.replace("/sub/", "/other/")).unwrap_err();
        assert!(other.message.contains("subscription other") && other.hint.is_some(), "{other:?}");
        for wrong in
            [format!("{id}/more"), format!("{id}?x"), format!("{id} "), String::from("/"), id.replace("sub", "")]
        {
            let fault = recognise(wrong.clone()).unwrap_err();
            assert!(fault.message.contains(kind.name) || fault.message.contains("subscription"), "{wrong}: {fault:?}");
        }
    }
}
