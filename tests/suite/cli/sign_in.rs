//! Every way to sign in, from outside: by the provider block, the environment, files and programs.
//!
//! The emulator runs in a process of its own and is known by nothing but its metadata host and its
//! authority's certificate, as a cloud out there would be.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpListener;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::bench::{Folder, Ran, Served, golden, redact, root};

const CLIENT: &str = "00000000-0000-4000-8000-0000000000cc";
const TENANT: &str = "00000000-0000-4000-8000-0000000000aa";
const SUBSCRIPTION: &str = "00000000-0000-4000-8000-000000000001";

/// A configuration whose plan signs in, asks the service something and tells who it was.
const WHO: &str = "
data \"azurerm_client_config\" \"me\" {}
data \"azurerm_subscription\" \"here\" {}
output \"client\" {
  value = \"client ${data.azurerm_client_config.me.client_id} in ${data.azurerm_subscription.here.subscription_id}\"
}
";

fn folder(emulator: &Served, block: &str) -> Folder {
    let folder = Folder::with(&format!("provider \"azurerm\" {{\n  features {{}}\n{block}}}\n{WHO}"));
    let host = emulator.https.trim_start_matches("https://");
    folder.set("ARM_METADATA_HOSTNAME", host).set("ACIER_CA_BUNDLE", emulator.kept("ca.pem").to_str().unwrap())
}

type Env<'a> = Vec<(&'a str, &'a str)>;

/// Signs in by the environment and by the provider block alone.
fn signs_in(emulator: &Served, way: &str, block: &str, env: &[(&str, &str)]) {
    let ran = folder(emulator, block).run_with("plan", env);
    let wanted = format!("\"client {CLIENT} in {SUBSCRIPTION}\"");
    assert!(ran.code == Some(0) && ran.out.contains(&wanted), "{way}: {ran:?}");
    ran.quiet().never_says("acier-emulator");
}

#[test]
fn service_principals_and_federated_workloads() {
    let emulator = Served::start("");
    let file = |name: &str| emulator.kept(name).to_str().unwrap().to_owned();
    let (pem, pfx, token_file) = (file("client.pem"), file("client.pfx"), file("federated-token"));
    let inline = STANDARD.encode(fs::read(&pfx).unwrap());
    let token = fs::read_to_string(&token_file).unwrap();
    let texts = Folder::new();
    texts.write("secret", "acier-emulator\n");
    texts.write("client", CLIENT);
    let path = |name: &str| texts.path().join(name).to_str().unwrap().to_owned();
    let (secret_file, client_file) = (path("secret"), path("client"));
    let github = format!("{}/acier/oidc/github?api-version=2.0", emulator.https);
    let devops = format!("{}/acier/oidc/devops", emulator.https);
    let who = [("ARM_CLIENT_ID", CLIENT), ("ARM_TENANT_ID", TENANT), ("ARM_SUBSCRIPTION_ID", SUBSCRIPTION)];
    let with = |more: &[(&'static str, &'static str)]| -> Env<'static> {
        who.into_iter().chain(more.iter().copied()).collect()
    };
    let oidc = |more: Env<'_>| -> Vec<(String, String)> {
        let all = who.into_iter().chain([("ARM_USE_OIDC", "true")]).chain(more);
        all.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
    };
    fn borrowed(env: &[(String, String)]) -> Env<'_> {
        env.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
    }

    signs_in(&emulator, "secret", "", &with(&[("ARM_CLIENT_SECRET", "acier-emulator")]));
    let files = format!(
        "  client_id_file_path = \"{client_file}\"\n  client_secret_file_path = \"{secret_file}\"\n  \
         tenant_id = \"{TENANT}\"\n  subscription_id = \"{SUBSCRIPTION}\"\n"
    );
    signs_in(&emulator, "files", &files, &[]);
    let certificate = format!("  client_certificate_path = \"{pem}\"\n");
    // azurerm asks the certificate first, so the secret does not count, wrong as it is.
    signs_in(&emulator, "PEM", &certificate, &with(&[("ARM_CLIENT_SECRET", "wrong")]));
    let certificate =
        format!("  client_certificate = \"{inline}\"\n  client_certificate_password = \"acier-emulator\"\n");
    signs_in(&emulator, "PKCS#12 in base64", &certificate, &with(&[]));

    let given = oidc(vec![("ARM_OIDC_TOKEN", &token), ("ARM_OIDC_REQUEST_URL", "https://127.0.0.1:1/")]);
    signs_in(&emulator, "token", "", &borrowed(&given));
    let filed = oidc(vec![("ARM_OIDC_TOKEN_FILE_PATH", &token_file)]);
    signs_in(&emulator, "token file", "", &borrowed(&filed));
    let asked =
        [("ACTIONS_ID_TOKEN_REQUEST_URL", github.as_str()), ("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "acier-emulator")];
    signs_in(&emulator, "GitHub", "", &borrowed(&oidc(asked.to_vec())));
    let asked = [
        ("SYSTEM_OIDCREQUESTURI", devops.as_str()),
        ("SYSTEM_ACCESSTOKEN", "acier-emulator"),
        ("ARM_ADO_PIPELINE_SERVICE_CONNECTION_ID", "connection"),
    ];
    signs_in(&emulator, "Azure DevOps", "", &borrowed(&oidc(asked.to_vec())));
    let injected = [
        ("AZURE_CLIENT_ID", CLIENT),
        ("AZURE_TENANT_ID", TENANT),
        ("AZURE_FEDERATED_TOKEN_FILE", token_file.as_str()),
        ("ARM_SUBSCRIPTION_ID", SUBSCRIPTION),
    ];
    signs_in(&emulator, "AKS", "  use_aks_workload_identity = true\n", &injected);
}

#[test]
fn machines_and_the_environment_of_azures_sdks() {
    let emulator = Served::start("");
    let imds = format!("  use_msi = true\n  msi_endpoint = \"{}/metadata/identity/oauth2/token\"\n", emulator.http);
    let subscription = ("ARM_SUBSCRIPTION_ID", SUBSCRIPTION);
    signs_in(&emulator, "machine", &imds, &[subscription]);
    signs_in(&emulator, "one identity of a machine", &imds, &[subscription, ("ARM_CLIENT_ID", CLIENT)]);
    let app = format!("{}/msi/token", emulator.http);
    let app = [("IDENTITY_ENDPOINT", app.as_str()), ("IDENTITY_HEADER", "acier-emulator"), ("ARM_USE_MSI", "true")];
    signs_in(&emulator, "app", "", &app.into_iter().chain([subscription]).collect::<Vec<_>>());

    let sdk = [("AZURE_CLIENT_ID", CLIENT), ("AZURE_TENANT_ID", TENANT), ("AZURE_SUBSCRIPTION_ID", SUBSCRIPTION)];
    let secret = ("AZURE_CLIENT_SECRET", "acier-emulator");
    signs_in(&emulator, "secret of the SDKs", "", &sdk.into_iter().chain([secret]).collect::<Vec<_>>());
    let pfx = emulator.kept("client.pfx");
    let certificate = [
        ("AZURE_CLIENT_CERTIFICATE_PATH", pfx.to_str().unwrap()),
        ("AZURE_CLIENT_CERTIFICATE_PASSWORD", "acier-emulator"),
    ];
    signs_in(&emulator, "certificate of the SDKs", "", &sdk.into_iter().chain(certificate).collect::<Vec<_>>());
}

#[test]
fn auth_files_with_secret_certificate_or_lines() {
    let emulator = Served::start("");
    let plain = |block: &str| Folder::with(&format!("provider \"azurerm\" {{\n  features {{}}\n{block}}}\n{WHO}"));
    let wanted = format!("\"client {CLIENT} in {SUBSCRIPTION}\"");
    for name in ["auth.json", "auth-certificate.json"] {
        let folder = plain("").set("AZURE_AUTH_LOCATION", emulator.kept(name).to_str().unwrap());
        // The file is a whole sign-in: nothing of the environment is mixed into it.
        let other = [("ARM_CLIENT_ID", "other"), ("ARM_CLIENT_SECRET", "wrong"), ("ARM_USE_MSI", "true")];
        folder.run_with("plan", &other).exits(0).quiet().says(&wanted);
    }
    let lines = format!(
        "client={CLIENT}\nkey=acier-emulator\ntenant={TENANT}\nsubscription={SUBSCRIPTION}\nbaseURL={0}/\nauthURL={0}/\n",
        emulator.https.replace(':', "\\:")
    );
    let folder = plain("").set("AZURE_AUTH_LOCATION", "azure.properties");
    folder.write("azure.properties", lines);
    let ca = emulator.kept("ca.pem");
    folder.run_with("plan", &[("ACIER_CA_BUNDLE", ca.to_str().unwrap())]).exits(0).quiet().says(&wanted);
    // The provider block may say how else to sign in; then the file still says where.
    let token = emulator.kept("federated-token");
    let block = format!("  use_oidc = true\n  oidc_token_file_path = \"{}\"\n", token.display());
    let auth = fs::read_to_string(emulator.auth_file()).unwrap().replace("\"acier-emulator\"", "\"wrong\"");
    let folder = plain(&block).set("AZURE_AUTH_LOCATION", "auth.json");
    folder.write("auth.json", auth);
    folder.run("plan").exits(0).quiet().says(&wanted);
}

#[test]
fn a_proof_that_the_service_refuses_is_told_in_its_words() {
    let emulator = Served::start("");
    let other = root().join("tests/suite/arm/certificates/other.pem");
    let who = [("ARM_CLIENT_ID", CLIENT), ("ARM_TENANT_ID", TENANT), ("ARM_SUBSCRIPTION_ID", SUBSCRIPTION)];
    let case = |name: &str, block: &str| {
        let folder = folder(&emulator, block);
        let ran = folder.run_with("plan", &who).exits(1).complains("main.tf line 1");
        golden(&format!("golden/sign-in-{name}.txt"), &redact(&ran.err, &folder));
    };
    case("unregistered", &format!("  client_certificate_path = \"{}\"\n", other.display()));
    let token = "e30.eyJpc3MiOiJodHRwczovL2V4YW1wbGUifQ.c2ln";
    case("untrusted", &format!("  use_oidc = true\n  oidc_token = \"{token}\"\n"));
    let url = format!("{}/metadata/identity/oauth2/token", emulator.http);
    let unknown = format!("  use_msi = true\n  msi_endpoint = \"{url}\"\n  client_id = \"nobody\"\n");
    case("unknown-identity", &unknown);
    let url = format!("{}/acier/oidc/github", emulator.https);
    let wrong = format!("  use_oidc = true\n  oidc_request_url = \"{url}\"\n  oidc_request_token = \"not-this-one\"\n");
    case("pipeline", &wrong);
}

#[test]
fn tokens_are_renewed_while_an_apply_goes_on() {
    let mut emulator = Served::start("-token-lifetime=1s -latency=2s");
    let folder = emulator.serve(Folder::example("03-in-place-update").set("TF_VAR_environment", "public"));
    folder.run("apply -auto-approve").exits(0).quiet().says("Apply complete!");
    folder.run("plan -detailed-exitcode").exits(0).quiet();
    assert_eq!(emulator.stop().err, "");
}

#[test]
fn a_resource_provider_is_registered_when_asked() {
    let emulator = Served::start("");
    let namespace = format!("/subscriptions/{SUBSCRIPTION}/providers/Microsoft.ContainerInstance");
    let state = || {
        let (status, body) = emulator.ask("GET", &format!("{namespace}?api-version=2022-09-01"), "");
        assert_eq!(status, 200, "{body}");
        body.contains("\"registrationState\":\"Registered\"")
    };
    for (setting, registers) in [
        ("resource_provider_registrations = \"core\"", false),
        ("skip_provider_registration = true", false),
        ("resource_provider_registrations = \"extended\"", true),
        ("resource_providers_to_register = [\"Microsoft.ContainerInstance\"]", true),
    ] {
        emulator.ask("POST", &format!("{namespace}/unregister?api-version=2022-09-01"), "");
        assert!(!state());
        let group = "resource \"azurerm_resource_group\" \"a\" {\n  name     = \"a\"\n  location = \"westeurope\"\n}\n";
        let folder = Folder::with(&format!("provider \"azurerm\" {{\n  features {{}}\n  {setting}\n}}\n{group}"));
        let folder = emulator.serve(folder);
        folder.run("plan").exits(0);
        assert!(!state(), "a plan registered something: {setting}");
        folder.run("apply -auto-approve").exits(0);
        assert_eq!(state(), registers, "{setting}");
        folder.run("destroy -auto-approve").exits(0);
    }
}

/// A service that gives everybody a token and knows nothing; it tells the heads of its requests.
fn listen() -> (String, std::sync::mpsc::Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let (sender, heads) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = BufReader::new(stream.unwrap());
            let (mut head, mut line) = (String::new(), String::new());
            while stream.read_line(&mut line).unwrap() > 2 {
                head.push_str(&std::mem::take(&mut line).to_lowercase());
            }
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok());
            let mut body = vec![0; length.unwrap_or(0)];
            stream.read_exact(&mut body).unwrap();
            let token = head.starts_with("post");
            let (status, body) = match token {
                true => ("200 OK", "{\"access_token\": \"e30.e30.c2ln\", \"expires_in\": 3600}"),
                false => ("404 Not Found", "{\"error\": {\"code\": \"SubscriptionNotFound\", \"message\": \"no\"}}"),
            };
            let answer = format!(
                "HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
                body.len()
            );
            stream.get_mut().write_all(answer.as_bytes()).unwrap();
            if sender.send(head).is_err() {
                return;
            }
        }
    });
    (address, heads)
}

#[test]
fn calls_are_marked_as_the_provider_block_says() {
    let partner = "00000000-0000-4000-8000-00000000aaaa";
    let rows = [
        (String::new(), false, true, 0),
        (format!("  partner_id = \"{partner}\"\n"), true, true, 0),
        ("  disable_correlation_request_id = true\n".to_owned(), false, false, 0),
        ("  auxiliary_tenant_ids = [\"b\", \"c\"]\n".to_owned(), false, true, 2),
        // These have nothing to act on.
        ("  storage_use_azuread = true\n  disable_terraform_partner_id = true\n".to_owned(), false, true, 0),
    ];
    for (block, marked, correlated, elsewhere) in rows {
        let (address, heads) = listen();
        let here = "data \"azurerm_subscription\" \"here\" {}\noutput \"here\" {\n  value = data.azurerm_subscription.here.id\n}\n";
        let folder = Folder::with(&format!("provider \"azurerm\" {{\n  features {{}}\n{block}}}\n{here}"));
        let url = format!("http://{address}");
        let auth = serde_json::json!({
            "clientId": "c", "clientSecret": "s", "tenantId": "a", "subscriptionId": SUBSCRIPTION,
            "activeDirectoryEndpointUrl": url, "resourceManagerEndpointUrl": url,
        });
        folder.write("auth.json", auth.to_string());
        folder.run_with("plan", &[("AZURE_AUTH_LOCATION", "auth.json")]).exits(1).complains("SubscriptionNotFound");
        let heads: Vec<String> = heads.try_iter().collect();
        let (tokens, calls): (Vec<&String>, Vec<&String>) = heads.iter().partition(|head| head.starts_with("post"));
        assert_eq!((tokens.len(), calls.len()), (1 + elsewhere, 1), "{heads:?}");
        let agent = format!(
            "user-agent: acier/{}{}\r\n",
            env!("CARGO_PKG_VERSION"),
            if marked { format!(" pid-{partner}") } else { String::new() }
        );
        assert!(calls[0].contains(&agent), "{heads:?}");
        assert_eq!(calls[0].contains("x-ms-correlation-request-id: "), correlated, "{heads:?}");
        let header = "x-ms-authorization-auxiliary: bearer e30.e30.c2ln, bearer e30.e30.c2ln\r\n";
        assert_eq!(calls[0].contains(header), elsewhere == 2, "{heads:?}");
        for tenant in ["/a/", "/b/", "/c/"].iter().take(1 + elsewhere) {
            assert!(tokens.iter().any(|head| head.contains(&format!("{tenant}oauth2/v2.0/token"))), "{heads:?}");
        }
    }
}

#[cfg(unix)]
mod azure_cli {
    use super::{Env, Folder, Ran, SUBSCRIPTION, Served, TENANT, folder, fs, golden, redact, root};

    fn run(folder: &Folder, mode: &str, env: &[(&str, &str)]) -> Ran {
        let program = root().join("tests/suite/cli/fake-az");
        let own = [("PATH", program.to_str().unwrap()), ("AZ_MODE", mode), ("AZ_LOG", "az.log")];
        folder.run_with("plan", &own.into_iter().chain(env.iter().copied()).collect::<Vec<_>>())
    }

    fn asked(folder: &Folder) -> Vec<String> {
        let log = fs::read_to_string(folder.path().join("az.log")).unwrap_or_default();
        log.lines().map(str::to_owned).collect()
    }

    #[test]
    fn whoever_is_signed_in_there_is_asked_last() {
        let emulator = Served::start("");
        let scope = format!("{}/.default", emulator.https);
        let token = format!("az account get-access-token --output json --scope {scope}");
        let show = "az account show --output json".to_owned();
        let subscription = ("ARM_SUBSCRIPTION_ID", SUBSCRIPTION);
        let rows: [(&str, &str, Env<'_>, Vec<String>); 6] = [
            ("", "", vec![], vec![show, token.clone()]),
            ("", "old", vec![subscription], vec![format!("{token} --subscription {SUBSCRIPTION}")]),
            ("", "", vec![subscription, ("ARM_TENANT_ID", TENANT)], vec![format!("{token} --tenant {TENANT}")]),
            // use_oidc without a token, as in a configuration that is also run in a pipeline.
            (
                "  use_oidc = true\n",
                "",
                vec![subscription, ("ARM_TENANT_ID", TENANT)],
                vec![format!("{token} --tenant {TENANT}")],
            ),
            (
                "",
                "",
                vec![subscription, ("ARM_TENANT_ID", TENANT), ("AZUREPS_HOST_ENVIRONMENT", "cloud-shell/1.0")],
                vec![token.clone()],
            ),
            (
                "  use_cli = true\n",
                "",
                vec![subscription, ("ARM_USE_CLI", "false")],
                vec![format!("{token} --subscription {SUBSCRIPTION}")],
            ),
        ];
        for (block, mode, env, wanted) in rows {
            let folder = folder(&emulator, block);
            let said = format!("\"client az in {SUBSCRIPTION}\"");
            run(&folder, mode, &env).exits(0).quiet().says(&said).never_says("c2ln");
            // One token serves the whole run.
            assert_eq!(asked(&folder), wanted, "{block} {env:?}");
        }
    }

    #[test]
    fn what_it_complains_about_is_told() {
        let emulator = Served::start("");
        let subscription = [("ARM_SUBSCRIPTION_ID", SUBSCRIPTION), ("AZ_SUBSCRIPTION", SUBSCRIPTION)];
        let rows: [(&str, &str, Env<'_>); 4] = [
            ("signed-out", "signed-out", subscription.to_vec()),
            ("signed-out-no-subscription", "signed-out", vec![]),
            ("no-such-subscription", "no-such-subscription", subscription.to_vec()),
            (
                "not-installed",
                "",
                vec![("PATH", "nowhere"), ("ARM_SUBSCRIPTION_ID", SUBSCRIPTION), ("ARM_CLIENT_SECRET", "hush")],
            ),
        ];
        for (name, mode, env) in rows {
            let folder = folder(&emulator, "");
            let ran = run(&folder, mode, &env).exits(1).complains("main.tf line 1").never_says("hush");
            golden(&format!("golden/az-{name}.txt"), &redact(&ran.err, &folder));
        }
    }
}
