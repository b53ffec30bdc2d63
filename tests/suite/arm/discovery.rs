//! Clouds by name, by the host of their tokens, and by their own description.

use acier::arm::cloud::Endpoints;
use acier::arm::discovery::{discover, read, request};
use acier::arm::wire::Response;
use acier::emulator::embedded::Embedded;
use acier::emulator::settings::Settings;
use serde_json::json;

#[test]
fn clouds_have_azurerms_names() {
    let public = ["", "public", "Global", "AzureCloud"];
    let government = ["usgovernment", "usgovernmentl4", "dod", "usgovernmentl5", "AzureUSGovernment"];
    for (names, wanted) in [
        (&public[..], Endpoints::public()),
        (&government[..], Endpoints::usgovernment()),
        (&["china", "AzureChinaCloud"][..], Endpoints::china()),
    ] {
        for name in names {
            assert_eq!(Endpoints::named(name).unwrap(), wanted, "{name}");
        }
    }
    assert!(Endpoints::named("moon").is_err());
    for (host, name, authority) in [
        ("https://login.microsoftonline.com/", "public", "https://login.microsoftonline.com"),
        ("https://login.microsoftonline.us", "usgovernment", "https://login.microsoftonline.us"),
        ("https://login.chinacloudapi.cn/", "china", "https://login.chinacloudapi.cn"),
        ("https://login.example.com/", "public", "https://login.example.com"),
    ] {
        let cloud = Endpoints::of_authority(host).unwrap();
        assert_eq!((cloud.name.as_str(), cloud.authority.as_str()), (name, authority), "{host}");
    }
    assert!(Endpoints::of_authority("http://login.example.com").is_err());
}

#[tokio::test(start_paused = true)]
async fn the_emulator_describes_itself() {
    let emulator = Embedded::open(None, Settings::default()).unwrap();
    let found = discover(&&emulator, "cloud.example:8443").await.unwrap();
    assert_eq!(found.authority, "https://cloud.example:8443");
    assert_eq!(found.resource_manager, "https://cloud.example:8443");
    assert_eq!(found.scope(), "https://cloud.example:8443/.default");
}

#[test]
fn a_description_is_read_and_not_believed_blindly() {
    let document = |change: &dyn Fn(&mut serde_json::Value)| {
        let mut said = json!({
            "name": "AzureUSGovernment",
            "resourceManager": "https://management.usgovcloudapi.net/",
            "authentication": {"loginEndpoint": "https://login.microsoftonline.us/", "identityProvider": "AAD", "tenant": "common"},
        });
        change(&mut said);
        Response { status: 200, headers: Vec::new(), body: said.to_string().into_bytes() }
    };
    let host = "management.usgovcloudapi.net";
    assert_eq!(read(host, &document(&|_| ())).unwrap(), Endpoints::usgovernment());
    let listed = document(&|said| {
        let other =
            json!({"name": "AzureCloud", "resourceManager": "https://management.azure.com/", "authentication": {}});
        *said = json!([other, said.take()]);
    });
    assert_eq!(read(host, &listed).unwrap(), Endpoints::usgovernment());
    type Change<'a> = &'a dyn Fn(&mut serde_json::Value);
    let wrong: [(Change<'_>, &str); 7] = [
        (&|said| said["name"] = json!(""), "it has no \"name\""),
        (&|said| said["resourceManager"] = json!(null), "it has no \"resourceManager\""),
        (&|said| said["authentication"] = json!({}), "it has no \"loginEndpoint\""),
        (&|said| said["authentication"]["identityProvider"] = json!("ADFS"), "Azure Stack"),
        (&|said| said["name"] = json!("AzureStackCloud"), "Azure Stack"),
        (&|said| said["authentication"]["loginEndpoint"] = json!("http://login.example"), "unencrypted to another"),
        (&|said| said["resourceManager"] = json!("https://127.0.0.1:1"), "addresses of this machine"),
    ];
    for (change, message) in wrong {
        let why = read(host, &document(change)).unwrap_err();
        assert!(why.message.contains(message), "{message}: {why:?}");
    }
    for (status, body, message) in [(404, "{}", "status 404"), (200, "<html>", "not JSON")] {
        let response = Response { status, headers: Vec::new(), body: body.into() };
        assert!(read(host, &response).unwrap_err().message.contains(message));
    }
    for host in ["https://x", "a/b", "a?b", "user@host", "", "a b"] {
        assert!(request(host).is_err(), "{host}");
    }
    let url = "https://host:8443/metadata/endpoints?api-version=2022-09-01";
    assert_eq!(request("host:8443").unwrap().url, url);
}
