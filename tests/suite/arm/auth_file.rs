//! The auth file: both forms, and a sentence for each way it can be wrong.

use acier::arm::auth_file::{Proof, decode, parse};

const FULL: &str = r#"{
  "clientId": "11111111-0000-0000-0000-000000000000",
  "clientSecret": "s3cr~t.\"x",
  "subscriptionId": "22222222-0000-0000-0000-000000000000",
  "tenantId": "33333333-0000-0000-0000-000000000000",
  "activeDirectoryEndpointUrl": "https://login.microsoftonline.com",
  "resourceManagerEndpointUrl": "https://management.azure.com/",
  "activeDirectoryGraphResourceId": "https://graph.windows.net/",
  "sqlManagementEndpointUrl": "https://management.core.windows.net:8443/",
  "galleryEndpointUrl": "https://gallery.azure.com/",
  "managementEndpointUrl": "https://management.core.windows.net/"
}"#;

const OLD: &str = "# made by hand\nsubscription=22222222-0000-0000-0000-000000000000\r\n\
    client = 11111111-0000-0000-0000-000000000000\nkey=s3cr~t.\"x\ntenant=33333333-0000-0000-0000-000000000000\n\
    managementURI=https\\://management.core.windows.net/\nbaseURL=https\\://management.azure.com/\n\
    authURL=https\\://login.microsoftonline.com/\ngraphURL=https\\://graph.windows.net/\n";

fn small(more: &str) -> String {
    format!(r#"{{"clientId":"c","clientSecret":"hush","subscriptionId":"s","tenantId":"t"{more}}}"#)
}

#[test]
fn both_forms_say_the_same() {
    for text in [FULL.to_owned(), OLD.to_owned(), format!("\u{feff}{FULL}"), format!("\u{feff}{OLD}")] {
        let file = parse(&text).unwrap();
        assert_eq!(file.subscription, "22222222-0000-0000-0000-000000000000");
        assert_eq!(file.endpoints, acier::arm::cloud::Endpoints::public());
        assert_eq!(file.ca_certificate_path, None);
        let Proof::Secret(secret) = &file.proof else { panic!("{file:?}") };
        assert_eq!(file.tenant, "33333333-0000-0000-0000-000000000000");
        assert_eq!(file.client, "11111111-0000-0000-0000-000000000000");
        assert_eq!(secret.expose(), "s3cr~t.\"x");
        assert!(!format!("{file:?}").contains("s3cr"), "{file:?}");
    }
}

#[test]
fn endpoints_choose_the_cloud() {
    let loopback = r#","resourceManagerEndpointUrl":"http://127.0.0.1:8443/","activeDirectoryEndpointUrl":"http://127.0.0.1:8443","caCertificatePath":"ca.pem""#;
    let rows = [
        ("", "public", "https://login.microsoftonline.com", "https://management.azure.com/.default"),
        (
            r#","resourceManagerEndpointUrl":null,"activeDirectoryEndpointUrl":" ","managementEndpointUrl":"""#,
            "public",
            "https://login.microsoftonline.com",
            "https://management.azure.com/.default",
        ),
        (
            r#","resourceManagerEndpointUrl":"https://management.usgovcloudapi.net/""#,
            "usgovernment",
            "https://login.microsoftonline.us",
            "https://management.usgovcloudapi.net/.default",
        ),
        (
            r#","resourceManagerEndpointUrl":"https://management.chinacloudapi.cn","managementEndpointUrl":"https://management.core.chinacloudapi.cn/""#,
            "china",
            "https://login.chinacloudapi.cn",
            "https://management.chinacloudapi.cn/.default",
        ),
        (loopback, "127.0.0.1:8443", "http://127.0.0.1:8443", "http://127.0.0.1:8443/.default"),
        (
            r#","resourceManagerEndpointUrl":"https://arm.stack.example","managementEndpointUrl":"https://audience.example/""#,
            "arm.stack.example",
            "https://login.microsoftonline.com",
            "https://audience.example//.default",
        ),
    ];
    for (more, name, authority, scope) in rows {
        let file = parse(&small(more)).unwrap();
        let endpoints = &file.endpoints;
        assert_eq!(
            (endpoints.name.as_str(), endpoints.authority.as_str(), endpoints.scope().as_str()),
            (name, authority, scope),
            "{more}"
        );
    }
    assert_eq!(parse(&small(loopback)).unwrap().ca_certificate_path.as_deref(), Some("ca.pem"));
}

#[test]
fn what_is_wrong_is_named_and_no_value_is_repeated() {
    let without = |key: &str| FULL.replace(&format!("\"{key}\""), "\"other\"");
    let rows = [
        (without("clientId"), "\"clientId\" is missing", "az ad sp create-for-rbac"),
        (without("clientSecret"), "\"clientSecret\" is missing", "--json-auth"),
        (without("subscriptionId"), "\"subscriptionId\" is missing: the subscription to work in", "--json-auth"),
        (FULL.replace("tenantId", "tenantid"), "\"tenantId\" is missing", "Rename \"tenantid\" to \"tenantId\""),
        (FULL.replace("22222222-0000-0000-0000-000000000000", " "), "\"subscriptionId\" is blank", "--json-auth"),
        (FULL.replace("33333333-0000-0000-0000-000000000000", "a/../b"), "\"tenantId\" (the tenant of", "GUID"),
        (OLD.replace("key=", "clientSecret="), "\"key\" is missing", "--json-auth"),
        (
            r#"{"clientId":"c","clientCertificate":" ","subscriptionId":"s","tenantId":"t"}"#.to_owned(),
            "\"clientSecret\" is missing",
            "--json-auth",
        ),
        (r#"{"clientId":"c","clientSecret":12345}"#.to_owned(), "\"clientSecret\" is not a text", "quotation marks"),
        (FULL.replace("\",\n  \"tenantId", "\"\n  \"tenantId"), "The file is not JSON: line 5", "--json-auth"),
        (String::new(), "The file is empty", "--json-auth"),
        ("hush hush\n".to_owned(), "line 1 has no \"=\"", "--json-auth"),
        (
            small(r#","resourceManagerEndpointUrl":"management.azure.com""#),
            "\"management.azure.com\" is not a URL",
            "blank",
        ),
        (small(r#","resourceManagerEndpointUrl":"http://arm.example""#), "unencrypted to another machine", "blank"),
        (small(r#","activeDirectoryEndpointUrl":"ftp://x""#), "begins with ftp://", "blank"),
    ];
    for (text, message, hint) in rows {
        let error = parse(&text).unwrap_err();
        assert!(error.message.contains(message), "{message}: {error:?}");
        assert!(error.hint.contains(hint), "{hint}: {error:?}");
        assert!(!format!("{error:?}").contains("s3cr") && !format!("{error:?}").contains("hush"), "{error:?}");
    }
}

#[test]
fn text_comes_as_windows_writes_it() {
    let utf16 = |mark: u16, bytes: fn(u16) -> [u8; 2]| -> Vec<u8> {
        std::iter::once(mark).chain(FULL.encode_utf16()).flat_map(bytes).collect()
    };
    for bytes in [FULL.as_bytes().to_vec(), utf16(0xfeff, u16::to_le_bytes), utf16(0xfeff, u16::to_be_bytes)] {
        assert_eq!(decode(&bytes).unwrap(), FULL);
    }
    for bytes in [&b"\xff\xfe\x00"[..], b"\xc3\x28", b"\xff\xfe\x00\xd8"] {
        assert_eq!(decode(bytes).unwrap_err().hint, "Save it as UTF-8.");
    }
}

#[test]
fn a_certificate_proves_instead_of_a_secret() {
    let json = r#"{"clientId":"c","clientCertificate":"/p/c.pem","subscriptionId":"s","tenantId":"t"}"#;
    let with = json.replace("\"subscriptionId", "\"clientCertificatePassword\":\"hush\",\"subscriptionId");
    let old = "client=c\ncertificate=/p/c.pem\ncertificatePassword=hush\nsubscription=s\ntenant=t\n";
    for (text, secret) in [(json, None), (with.as_str(), Some("hush")), (old, Some("hush"))] {
        let file = parse(text).unwrap();
        let Proof::Certificate { path, password } = &file.proof else { panic!("{file:?}") };
        assert_eq!((path.as_str(), password.as_ref().map(|secret| secret.expose())), ("/p/c.pem", secret));
        assert!(!format!("{file:?}").contains("hush"), "{file:?}");
    }
}
