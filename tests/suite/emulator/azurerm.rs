//! The wire sequence of the unmodified azurerm provider (4.81), over https, and a table of what it needs.
//!
//! The requests are those it was seen to send: form fields, double slashes, bodies and order. Each
//! row of the table is a need of azurerm's code, checked on the answer of one named step.

use std::collections::BTreeMap;

use acier::emulator::http::{Bound, Options};
use acier::emulator::settings::Settings;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use reqwest::{Client, Method};
use serde_json::{Value, json};

use super::SUBSCRIPTION;
use super::served::{client, while_served};

const TENANT: &str = "00000000-0000-4000-8000-0000000000aa";
const CLIENT: &str = "00000000-0000-4000-8000-0000000000cc";
const RESOURCES: &str = "api-version=2025-04-01";
const INSTANCES: &str = "api-version=2025-09-01";
const CONTAINERS: &str = "/properties/containers";

/// One answer.
struct Seen {
    base: String,
    status: u16,
    headers: BTreeMap<String, String>,
    body: Value,
}

impl Seen {
    fn at(&self, path: &str) -> &Value {
        self.body.pointer(path).unwrap_or(&Value::Null)
    }

    fn text(&self, path: &str) -> &str {
        self.at(path).as_str().unwrap_or_default()
    }

    fn has(&self, path: &str) -> bool {
        self.body.pointer(path).is_some()
    }

    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }

    /// The claims of the token in the answer.
    fn claims(&self) -> Value {
        let parts: Vec<&str> = self.text("/access_token").split('.').collect();
        let middle = parts.get(1).filter(|_| parts.len() == 3).and_then(|part| URL_SAFE_NO_PAD.decode(part).ok());
        middle.and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default()
    }

    fn absent(&self, path: &str) -> bool {
        self.at(path).is_null()
    }
}

/// The provider: asks, and keeps each answer under the name of its step.
struct Provider {
    http: Client,
    base: String,
    token: String,
    seen: BTreeMap<String, Seen>,
}

impl Provider {
    async fn keep(&mut self, step: &str, request: reqwest::RequestBuilder) {
        let answer = request.header("X-Ms-Correlation-Request-Id", "one-run").send().await.expect("an answer");
        let headers = answer.headers().iter();
        let headers = headers.map(|(name, value)| (name.to_string(), value.to_str().expect("text").to_owned()));
        let (status, headers) = (answer.status().as_u16(), headers.collect());
        let body = answer.bytes().await.expect("a body");
        let body = if body.is_empty() { Value::Null } else { serde_json::from_slice(&body).expect("JSON") };
        let seen = Seen { base: self.base.clone(), status, headers, body };
        assert!(self.seen.insert(step.to_owned(), seen).is_none(), "two steps are named {step}");
    }

    async fn ask(&mut self, step: &str, method: Method, path: &str, body: Option<Value>) {
        let mut request = self.http.request(method, format!("{}{path}", self.base)).bearer_auth(&self.token);
        if let Some(body) = body {
            request = request.json(&body);
        }
        self.keep(step, request).await;
    }

    async fn get(&mut self, step: &str, path: &str) {
        self.ask(step, Method::GET, path, None).await;
    }

    async fn token(&mut self, step: &str, proof: &[(&str, &str)], scope: &str) {
        // azurerm does not trim the endpoint before it appends the tenant.
        let login = self.seen["metadata"].text("/authentication/loginEndpoint");
        let mut form = vec![("client_id", CLIENT), ("grant_type", "client_credentials"), ("scope", scope)];
        form.extend(proof);
        let request = self.http.post(format!("{login}/{TENANT}/oauth2/v2.0/token")).form(&form);
        let request = request.header("Accept", "application/json");
        self.keep(step, request).await;
    }

    /// Follows an operation as azurerm does: path and query of the URL, on the base that it knows.
    async fn poll(&mut self, step: &str, from: &str, header: &str) {
        let url = url::Url::parse(self.seen[from].header(header)).expect("an absolute URL");
        let path = format!("{}?{}", url.path(), url.query().unwrap_or_default());
        self.get(step, &path).await;
    }
}

/// What azurerm sends for two containers, the second one without ports, and an init container.
fn body() -> Value {
    let resources = json!({"requests": {"cpu": 0.5, "memoryInGB": 1.5}});
    json!({
        "identity": {"type": "None", "userAssignedIdentities": null},
        "location": "westeurope",
        "properties": {
            "containers": [
                {"name": "web", "properties": {
                    "command": [], "image": "nginx:1",
                    "environmentVariables": [{"name": "SHUT", "secureValue": "HIDE"}, {"name": "OPEN", "value": "seen"}],
                    "ports": [{"port": 80, "protocol": "TCP"}], "resources": resources.clone(),
                    "volumeMounts": [{"mountPath": "/keys", "name": "keys", "readOnly": false}]}},
                {"name": "beside", "properties": {
                    "command": ["sleep", "infinity"], "environmentVariables": [], "image": "busybox", "resources": resources}},
            ],
            "diagnostics": {"logAnalytics": {"workspaceId": "w", "workspaceKey": "HIDE"}},
            "imageRegistryCredentials": [{"password": "HIDE", "server": "r.example", "username": "u"}],
            "initContainers": [{"name": "first", "properties": {
                "command": ["true"], "environmentVariables": [], "image": "busybox",
                "volumeMounts": [{"mountPath": "/keys", "name": "keys", "readOnly": false}]}}],
            "ipAddress": {"autoGeneratedDomainNameLabelScope": "Unsecure", "dnsNameLabel": "acier-azurerm",
                "ports": [{"port": 80, "protocol": "TCP"}], "type": "Public"},
            "osType": "Linux", "restartPolicy": "Always", "sku": "Standard",
            "volumes": [
                {"name": "keys", "secret": {"HIDE.pem": "HIDE"}},
                {"name": "files", "azureFile": {"readOnly": false, "shareName": "s", "storageAccountName": "a", "storageAccountKey": "HIDE"}},
            ],
        },
        "tags": {"by": "azurerm"},
        "zones": [],
    })
}

async fn configure(azurerm: &mut Provider) {
    let request = azurerm.http.get(format!("{}/metadata/endpoints?api-version=2022-09-01", azurerm.base));
    azurerm.keep("metadata", request).await;
    let graph = format!("{}.default", azurerm.seen["metadata"].text("/microsoftGraphResourceId"));
    let manager = format!("{}/.default", azurerm.base);
    let secret = [("client_secret", "acier-emulator")];
    azurerm.token("token for graph", &secret, &graph).await;
    let ask = format!("{}/acier/oidc/github?audience=api%3A%2F%2FAzureADTokenExchange", azurerm.base);
    azurerm.keep("token of a pipeline", azurerm.http.get(ask).bearer_auth("acier-emulator")).await;
    let proof = azurerm.seen["token of a pipeline"].text("/value").to_owned();
    let kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
    azurerm
        .token("token by assertion", &[("client_assertion", &proof), ("client_assertion_type", kind)], &manager)
        .await;
    let identity = "metadata/identity/oauth2/token?api-version=2018-02-01&resource=https%3A%2F%2Fx%2F";
    let request = azurerm.http.get(format!("{}/{identity}", azurerm.base)).header("Metadata", "true");
    azurerm.keep("token of a machine", request).await;
    azurerm.token("token for a guess", &[("client_secret", "guess")], &manager).await;
    let request = azurerm.http.get(format!("{}//metadata/endpoints?api-version=2018-01-01", azurerm.base));
    azurerm.keep("metadata of locations", request).await;
    azurerm.token("token", &secret, &manager).await;
    azurerm.token = azurerm.seen["token"].text("/access_token").to_owned();
    let subscription = format!("/subscriptions/{SUBSCRIPTION}");
    azurerm.get("providers", &format!("{subscription}/providers?api-version=2022-09-01")).await;
    azurerm.get("subscription", &format!("{subscription}?api-version=2022-12-01")).await;
    let provider = format!("{subscription}/providers/Microsoft.ContainerInstance");
    azurerm.ask("register", Method::POST, &format!("{provider}/register?api-version=2022-09-01"), None).await;
    azurerm.get("provider", &format!("{provider}?api-version=2022-09-01")).await;
}

async fn live(azurerm: &mut Provider, parent: &str) {
    let group = format!("{parent}/providers/Microsoft.ContainerInstance/containerGroups/Web?{INSTANCES}");
    let parent = &format!("{parent}?{RESOURCES}");
    azurerm.get("parent before", parent).await;
    let sent = json!({"location": "westeurope", "tags": {}});
    azurerm.ask("parent put", Method::PUT, parent, Some(sent)).await;
    for step in ["parent first", "parent second", "parent third"] {
        azurerm.get(step, parent).await;
    }
    azurerm.get("group before", &group).await;
    azurerm.ask("group put", Method::PUT, &group, Some(body())).await;
    azurerm.poll("group poll", "group put", "azure-asyncoperation").await;
    azurerm.get("group", &group).await;
    azurerm.ask("group tags", Method::PATCH, &group, Some(json!({"tags": {"by": "patch"}}))).await;
    azurerm.ask("parent tags", Method::PATCH, parent, Some(json!({"tags": {"by": "patch"}}))).await;
    azurerm.get("group tagged", &group).await;
    // An identity is changed by sending the body of a GET back, with its read-only members.
    let mut back = azurerm.seen["group tagged"].body.clone();
    back["identity"] = json!({"type": "SystemAssigned", "userAssignedIdentities": null});
    // It fills the keys of volumes and of the workspace in again, but no other secret.
    for name in ["volumes", "diagnostics"] {
        back["properties"][name] = body()["properties"][name].clone();
    }
    azurerm.ask("identity put", Method::PUT, &group, Some(back)).await;
    azurerm.poll("identity poll", "identity put", "azure-asyncoperation").await;
    azurerm.get("group identified", &group).await;
}

async fn end(azurerm: &mut Provider, parent: &str) {
    let group = format!("{parent}/providers/Microsoft.ContainerInstance/containerGroups/Web?{INSTANCES}");
    let nested = format!("{parent}/resources?%24expand=provisioningState&%24top=10&{RESOURCES}");
    let parent = &format!("{parent}?{RESOURCES}");
    azurerm.get("nested before", &nested).await;
    azurerm.ask("group delete", Method::DELETE, &group, None).await;
    azurerm.get("group after", &group).await;
    azurerm.ask("group delete again", Method::DELETE, &group, None).await;
    azurerm.get("nested", &nested).await;
    azurerm.ask("parent delete", Method::DELETE, parent, None).await;
    azurerm.poll("parent poll", "parent delete", "location").await;
    azurerm.get("parent after", parent).await;
}

/// A step, what is needed of its answer, and whether it is so.
type Need = (&'static str, &'static str, fn(&Seen) -> bool);

const SIGN_IN: &[Need] = &[
    ("metadata", "answered without a token", |seen| seen.status == 200),
    ("metadata", "a name that is not Azure Stack's", |seen| !["", "AzureStackCloud"].contains(&seen.text("/name"))),
    ("metadata", "the base of all calls", |seen| seen.text("/resourceManager").trim_end_matches('/') == seen.base),
    ("metadata", "a resource of Graph", |seen| seen.text("/microsoftGraphResourceId").ends_with('/')),
    ("metadata", "a login endpoint without a slash at its end", |seen| {
        seen.text("/authentication/loginEndpoint") == seen.base
    }),
    ("metadata", "an identity provider that is not Azure Stack's", |seen| {
        seen.text("/authentication/identityProvider") == "AAD" && seen.text("/authentication/tenant") == "common"
    }),
    ("metadata", "audiences", |seen| {
        seen.at("/authentication/audiences").as_array().is_some_and(|own| !own.is_empty())
    }),
    ("metadata", "the suffix of key vaults", |seen| !seen.text("/suffixes/keyVaultDns").is_empty()),
    ("metadata", "the suffix of storage", |seen| !seen.text("/suffixes/storage").is_empty()),
    ("metadata of locations", "a double slash is no other path", |seen| seen.status == 200),
    ("metadata of locations", "no entry, or the locations of this host", |seen| {
        let host = seen.base.trim_start_matches("https://");
        let own = seen.at("/cloudEndpoint").as_object().into_iter().flat_map(|all| all.values());
        own.filter(|own| own["endpoint"] == host).all(|own| own["locations"].to_string().contains("\"westeurope\""))
    }),
    ("token for graph", "one token for each resource", |seen| seen.claims()["aud"] == format!("{}/graph", seen.base)),
    ("token for graph", "an object id, or else Graph is asked", |seen| seen.claims()["oid"].is_string()),
    ("token", "a bearer token of three parts", |seen| {
        seen.text("/token_type") == "Bearer" && seen.claims().is_object()
    }),
    ("token", "the claims tid, appid, oid and iat", |seen| {
        let claims = seen.claims();
        claims["tid"] == TENANT && claims["appid"] == CLIENT && claims["oid"].is_string() && claims["iat"].is_i64()
    }),
    ("token", "no scope of a person", |seen| !seen.claims()["scp"].to_string().contains("openid")),
    ("token", "more than twenty minutes to live", |seen| seen.at("/expires_in").as_i64() > Some(1_200)),
    ("token by assertion", "a federated token signs in too", |seen| seen.status == 200 && seen.claims().is_object()),
    ("token of a machine", "a managed identity's", |seen| {
        seen.claims().is_object() && seen.text("/expires_in").parse::<i64>().is_ok_and(|life| life > 1_200)
    }),
    ("token for a guess", "a wrong secret fails at once", |seen| {
        seen.status == 401
            && seen.text("/error") == "invalid_client"
            && seen.text("/error_description").starts_with("AADSTS")
    }),
    ("providers", "a list of namespaces with their state", |seen| {
        let own = seen.at("/value").as_array().cloned().unwrap_or_default();
        let state =
            |name: &str| own.iter().find(|own| own["namespace"] == name).map(|own| own["registrationState"].clone());
        state("Microsoft.ContainerInstance") == Some(json!("NotRegistered"))
            && state("Microsoft.Resources") == Some(json!("Registered"))
    }),
    ("register", "registering is accepted", |seen| seen.status == 200),
    ("provider", "and comes to its end", |seen| seen.text("/registrationState") == "Registered"),
    ("provider", "the resource type with its API version", |seen| {
        seen.text("/resourceTypes/0/resourceType") == "containerGroups"
            && seen.at("/resourceTypes/0/apiVersions").to_string().contains("2025-09-01")
    }),
    ("subscription", "what the data source shows", |seen| {
        ["/tenantId", "/displayName", "/state", "/subscriptionPolicies/quotaId"]
            .iter()
            .all(|path| !seen.text(path).is_empty())
            && seen.text("/id") == format!("/subscriptions/{SUBSCRIPTION}")
    }),
];

const LIFE: &[Need] = &[
    ("parent before", "404 before the creation", |seen| {
        seen.status == 404 && seen.text("/error/code") == "ResourceGroupNotFound"
    }),
    ("parent put", "201", |seen| seen.status == 201),
    ("parent third", "there for the third look too", |seen| {
        seen.status == 200 && seen.text("/properties/provisioningState") == "Succeeded"
    }),
    ("parent third", "an id in the case that azurerm parses", |seen| seen.text("/id").contains("/resourceGroups/")),
    ("group before", "404 before the creation", |seen| {
        seen.status == 404 && seen.text("/error/code") == "ResourceNotFound"
    }),
    ("group put", "200 or 201", |seen| seen.status == 201),
    ("group put", "an absolute URL to ask", |seen| seen.header("azure-asyncoperation").starts_with(&seen.base)),
    ("group put", "whole seconds to wait, or azurerm waits ten", |seen| seen.header("retry-after") == "1"),
    ("group poll", "200 with a status", |seen| seen.status == 200 && seen.text("/status") == "Succeeded"),
    ("group", "an id in the case that azurerm parses", |seen| {
        seen.text("/id").ends_with("/resourceGroups/Parent/providers/Microsoft.ContainerInstance/containerGroups/Web")
    }),
    ("group", "sku, restart policy and OS come back", |seen| {
        ["sku", "restartPolicy", "osType"].map(|name| seen.text(&format!("/properties/{name}")))
            == ["Standard", "Always", "Linux"]
    }),
    ("group", "the address with type, ports, label and scope", |seen| {
        let own = seen.at("/properties/ipAddress");
        own["type"] == "Public"
            && own["ports"] == json!([{"port": 80, "protocol": "TCP"}])
            && own["dnsNameLabel"] == "acier-azurerm"
            && own["autoGeneratedDomainNameLabelScope"] == "Unsecure"
    }),
    ("group", "the number and the name of the address", |seen| {
        !seen.text("/properties/ipAddress/ip").is_empty()
            && seen.text("/properties/ipAddress/fqdn") == "acier-azurerm.westeurope.azurecontainer.io"
    }),
    ("group", "containers in their order", |seen| {
        [0, 1].map(|at| seen.text(&format!("{CONTAINERS}/{at}/name"))) == ["web", "beside"]
    }),
    ("group", "an empty command stays empty", |seen| {
        *seen.at(&format!("{CONTAINERS}/0/properties/command")) == json!([])
    }),
    ("group", "ports also where none were sent, or azurerm crashes", |seen| {
        *seen.at(&format!("{CONTAINERS}/1/properties/ports")) == json!([])
    }),
    ("group", "resources, or azurerm crashes", |seen| {
        *seen.at(&format!("{CONTAINERS}/1/properties/resources"))
            == json!({"requests": {"cpu": 0.5, "memoryInGB": 1.5}})
    }),
    ("group", "mounts as they were sent", |seen| {
        *seen.at(&format!("{CONTAINERS}/0/properties/volumeMounts/0"))
            == json!({"mountPath": "/keys", "name": "keys", "readOnly": false})
    }),
    ("group", "a secure variable by name alone", |seen| {
        *seen.at(&format!("{CONTAINERS}/0/properties/environmentVariables"))
            == json!([{"name": "SHUT"}, {"name": "OPEN", "value": "seen"}])
    }),
    ("group", "registry, server and user without the password", |seen| {
        *seen.at("/properties/imageRegistryCredentials") == json!([{"server": "r.example", "username": "u"}])
    }),
    ("group", "volumes by name, without keys", |seen| {
        seen.at("/properties/volumes/0") == &json!({"name": "keys", "secret": {}})
            && seen.absent("/properties/volumes/1/azureFile/storageAccountKey")
            && seen.text("/properties/volumes/1/azureFile/shareName") == "s"
    }),
    ("group", "the workspace without its key", |seen| {
        *seen.at("/properties/diagnostics") == json!({"logAnalytics": {"workspaceId": "w"}})
    }),
    ("group", "the init container", |seen| seen.text("/properties/initContainers/0/name") == "first"),
    ("group", "no priority, which would force a replacement", |seen| !seen.has("/properties/priority")),
    ("group", "no limits", |seen| !seen.has(&format!("{CONTAINERS}/0/properties/resources/limits"))),
    ("group", "no zones but those that were sent", |seen| seen.at("/zones").as_array().is_none_or(Vec::is_empty)),
    ("group", "no identity for type None", |seen| !seen.has("/identity")),
    ("group", "a location without spaces", |seen| seen.text("/location") == "westeurope"),
    ("group tags", "200 and nothing else", |seen| seen.status == 200),
    ("parent tags", "200", |seen| seen.status == 200 && seen.text("/tags/by") == "patch"),
    ("group tagged", "the tags are those of the PATCH", |seen| *seen.at("/tags") == json!({"by": "patch"})),
    ("identity put", "a body of a GET is taken back", |seen| seen.status == 200),
    ("identity poll", "200 with a status", |seen| seen.text("/status") == "Succeeded"),
    ("group identified", "the identity with its principal and tenant", |seen| {
        seen.text("/identity/type") == "SystemAssigned"
            && !seen.text("/identity/principalId").is_empty()
            && seen.text("/identity/tenantId") == TENANT
    }),
    ("group identified", "secure variables keep their names", |seen| {
        seen.text(&format!("{CONTAINERS}/0/properties/environmentVariables/0/name")) == "SHUT"
    }),
    ("group identified", "what runs is said, not what was sent back", |seen| {
        seen.text("/properties/provisioningState") == "Succeeded"
            && seen.text("/properties/instanceView/state") == "Running"
    }),
    ("nested before", "what is left in the resource group, with its state", |seen| {
        seen.text("/value/0/provisioningState") == "Succeeded"
            && seen.text("/value/0/id").ends_with("/containerGroups/Web")
    }),
    ("group delete", "200, 202 or 204", |seen| seen.status == 200),
    ("group after", "404 in the end", |seen| seen.status == 404),
    ("group delete again", "204 for what is gone", |seen| seen.status == 204),
    ("nested", "an empty list, or azurerm refuses to delete", |seen| *seen.at("/value") == json!([])),
    ("parent delete", "202 with a place to ask", |seen| {
        seen.status == 202 && seen.header("location").starts_with(&seen.base)
    }),
    ("parent poll", "an end", |seen| seen.status == 200),
    ("parent after", "404", |seen| seen.status == 404),
];

#[tokio::test]
async fn the_unmodified_provider_could_use_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let settings = Settings { unregistered: true, ..Settings::default() };
    let options = Options { folder: folder.path().into(), http_port: 0, https_port: 0, auth_file: None, settings };
    let seen = while_served(options, async |bound: Bound| {
        let (http, base) = (client(&bound), bound.https.clone());
        let mut azurerm = Provider { http, base, token: String::new(), seen: BTreeMap::new() };
        configure(&mut azurerm).await;
        let parent = format!("/subscriptions/{SUBSCRIPTION}/resourceGroups/Parent");
        live(&mut azurerm, &parent).await;
        end(&mut azurerm, &parent).await;
        azurerm.seen
    })
    .await;
    let mut unmet = Vec::new();
    for (step, need, is_met) in SIGN_IN.iter().chain(LIFE) {
        let answer = seen.get(*step).unwrap_or_else(|| panic!("no step is named {step}"));
        if !is_met(answer) {
            unmet.push(format!("{step}: {need}\n    {} {:?}\n    {}", answer.status, answer.headers, answer.body));
        }
    }
    for (step, answer) in &seen {
        // azurerm tries again for as long as its time-out when it sees one of these.
        if [408, 424, 429].contains(&answer.status) || answer.status >= 500 {
            unmet.push(format!("{step}: a status that azurerm does not repeat for ever, not {}", answer.status));
        }
        if answer.body.to_string().contains("HIDE") {
            unmet.push(format!("{step}: no secret in {}", answer.body));
        }
        if answer.header("x-ms-correlation-request-id") != "one-run" {
            unmet.push(format!("{step}: the id of the run comes back"));
        }
    }
    assert!(unmet.is_empty(), "azurerm needs:\n{}", unmet.join("\n"));
}
