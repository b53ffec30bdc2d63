//! The emulator on loopback, asked by a real client over http and https.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;

use acier::emulator::faults::Faults;
use acier::emulator::http::{Bound, Options, serve};
use acier::emulator::settings::Settings;
use reqwest::{Certificate, Client, Method};
use serde_json::{Value, json};
use tokio::sync::oneshot;

use super::{SUBSCRIPTION, group, web};

fn options(folder: &Path, faults: &str) -> Options {
    let settings = Settings { faults: Faults::parse(faults).expect("the rules are fine"), ..Settings::default() };
    Options { folder: folder.into(), http_port: 0, https_port: 0, auth_file: Some(folder.join("auth.json")), settings }
}

/// Serves while `work` asks, then stops.
pub(super) async fn while_served<T>(options: Options, work: impl AsyncFnOnce(Bound) -> T) -> T {
    let (told, bound) = oneshot::channel();
    let (stop, stopped) = oneshot::channel::<()>();
    let ready = |bound: &Bound| told.send(bound.clone()).expect("the test waits");
    let ask = async {
        let done = work(bound.await.expect("it is served")).await;
        stop.send(()).expect("it is still served");
        done
    };
    let (served, done) = tokio::join!(serve(options, ready, async { stopped.await.expect("the test stops it") }), ask);
    served.expect("it stops well");
    done
}

pub(super) fn client(bound: &Bound) -> Client {
    let pem = std::fs::read(&bound.ca).expect("a certificate");
    let ca = Certificate::from_pem(&pem).expect("PEM");
    // Another part of the process may have chosen the same provider already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    // Not every machine knows what localhost is.
    let here = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    Client::builder().tls_certs_only([ca]).no_proxy().resolve("localhost", here).build().expect("a client")
}

async fn ask(client: &Client, method: Method, base: &str, path: &str, body: Option<Value>) -> reqwest::Response {
    let url = format!("{base}/subscriptions/{SUBSCRIPTION}{path}?api-version=2023-05-01");
    let mut request = client.request(method, url).bearer_auth("some-token");
    if let Some(body) = body {
        request = request.json(&body);
    }
    request.send().await.expect("an answer")
}

#[tokio::test]
async fn both_ports_serve_one_world() {
    let folder = tempfile::tempdir().expect("a folder");
    while_served(options(folder.path(), ""), async |bound: Bound| {
        let client = client(&bound);
        let here = json!({"location": "westeurope"});
        assert_eq!(ask(&client, Method::PUT, &bound.http, "/resourceGroups/rg", Some(here)).await.status(), 201);
        let localhost = bound.https.replace("127.0.0.1", "localhost");
        for (base, name) in [(&bound.http, "one"), (&bound.https, "two"), (&localhost, "three")] {
            let made = ask(&client, Method::PUT, base, &group(name), Some(web())).await;
            assert_eq!(made.status(), 201, "{base}");
            let url = made.headers()["azure-asyncoperation"].to_str().expect("text").to_owned();
            assert!(url.starts_with(base.as_str()), "{url} does not begin with {base}");
            let poll: Value =
                client.get(url).bearer_auth("x").send().await.expect("an answer").json().await.expect("JSON");
            assert_eq!(poll["status"], "Succeeded");
        }
        let head = ask(&client, Method::HEAD, &bound.https, "/resourceGroups/rg", None).await;
        assert_eq!(head.status(), 204);
        let list: Value = ask(&client, Method::GET, &bound.http, &group(""), None).await.json().await.expect("JSON");
        assert_eq!(list["value"].as_array().map(Vec::len), Some(3));
        let odd = ask(&client, Method::OPTIONS, &bound.http, "", None).await;
        assert_eq!(odd.status(), 405);
        let large = ask(&client, Method::PUT, &bound.http, &group("large"), Some(json!("x".repeat(5 << 20)))).await;
        assert_eq!(large.status(), 413);
        let census: Value = client
            .get(format!("{}/acier/census", bound.http))
            .send()
            .await
            .expect("an answer")
            .json()
            .await
            .expect("JSON");
        assert_eq!(census.as_array().map(Vec::len), Some(4));
    })
    .await;
    // The same folder gives the same cloud behind the same authority.
    let ca = std::fs::read(folder.path().join("ca.pem")).expect("a certificate");
    while_served(options(folder.path(), ""), async |bound: Bound| {
        assert_eq!(std::fs::read(&bound.ca).expect("a certificate"), ca);
        assert_eq!(ask(&client(&bound), Method::GET, &bound.https, &group("two"), None).await.status(), 200);
    })
    .await;
}

#[tokio::test]
async fn the_auth_file_signs_in() {
    let folder = tempfile::tempdir().expect("a folder");
    while_served(options(folder.path(), ""), async |bound: Bound| {
        let path = folder.path().join("auth.json");
        let auth: Value = serde_json::from_str(&std::fs::read_to_string(&path).expect("a file")).expect("JSON");
        let keys: Vec<&str> = auth.as_object().expect("an object").keys().map(String::as_str).collect();
        assert_eq!(
            keys,
            [
                "clientId",
                "clientSecret",
                "subscriptionId",
                "tenantId",
                "activeDirectoryEndpointUrl",
                "resourceManagerEndpointUrl",
                "activeDirectoryGraphResourceId",
                "sqlManagementEndpointUrl",
                "galleryEndpointUrl",
                "managementEndpointUrl",
                "caCertificatePath"
            ]
        );
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            assert_eq!(std::fs::metadata(&path).expect("a file").permissions().mode() & 0o777, 0o600);
        }
        let text = |key: &str| auth[key].as_str().expect("text").to_owned();
        let url = format!("{}/{}/oauth2/v2.0/token", text("activeDirectoryEndpointUrl"), text("tenantId"));
        let form = [
            ("grant_type", "client_credentials".to_owned()),
            ("client_id", text("clientId")),
            ("client_secret", text("clientSecret")),
            ("scope", "https://management.azure.com/.default".to_owned()),
        ];
        let client = client(&bound);
        let token: Value = client.post(url).form(&form).send().await.expect("an answer").json().await.expect("JSON");
        let token = token["access_token"].as_str().expect("a token");
        let url = format!(
            "{}subscriptions/{}/locations?api-version=2022-12-01",
            text("resourceManagerEndpointUrl"),
            text("subscriptionId")
        );
        assert_eq!(client.get(url).bearer_auth(token).send().await.expect("an answer").status(), 200);
    })
    .await;
}

#[tokio::test]
async fn a_reset_breaks_the_connection() {
    let folder = tempfile::tempdir().expect("a folder");
    while_served(options(folder.path(), "PUT resourceGroups: reset-after times=1"), async |bound: Bound| {
        let client = client(&bound);
        let url = format!("{}/subscriptions/{SUBSCRIPTION}/resourceGroups/rg?api-version=2022-09-01", bound.https);
        let broken = client.put(url).bearer_auth("x").json(&json!({"location": "westus"})).send().await;
        assert!(broken.is_err(), "{broken:?}");
        assert_eq!(ask(&client, Method::GET, &bound.https, "/resourceGroups/rg", None).await.status(), 200);
    })
    .await;
}

#[tokio::test]
async fn strangers_are_not_trusted_and_ports_are_not_shared() {
    let folder = tempfile::tempdir().expect("a folder");
    let other = tempfile::tempdir().expect("a folder");
    while_served(options(folder.path(), ""), async |bound: Bound| {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let authority = rcgen::generate_simple_self_signed(vec!["127.0.0.1".to_owned()]).expect("a certificate");
        let authority = Certificate::from_pem(authority.cert.pem().as_bytes()).expect("PEM");
        let stranger = Client::builder().tls_certs_only([authority]).no_proxy().build().expect("a client");
        assert!(stranger.get(&bound.https).send().await.is_err());
        let port = bound.http.rsplit(':').next().and_then(|port| port.parse().ok()).expect("a port");
        let twin = Options { http_port: port, ..options(other.path(), "") };
        let error = serve(twin, |_| (), std::future::pending()).await.expect_err("the port is taken");
        assert!(error.starts_with(&format!("The emulator could not listen on 127.0.0.1:{port}: ")), "{error}");
        let error =
            serve(options(folder.path(), ""), |_| (), std::future::pending()).await.expect_err("the folder is in use");
        assert!(error.contains("Another emulator uses the folder"), "{error}");
    })
    .await;
}
