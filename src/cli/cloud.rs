//! Which cloud a run acts on, and how it signs in there.
//!
//! **Never:** send a request. In: the provider block, the environment, the auth file that
//! AZURE_AUTH_LOCATION names. Out: the Azure side of the provider port, over the network or over
//! the emulator in this process. What the provider block says wins; then the auth file; then ARM_*.
#![expect(clippy::disallowed_methods, reason = "this is the door for credentials in the environment and in files")]

use std::path::Path;
use std::rc::Rc;

use crate::arm::auth::{Credentials, Secret, SignIn};
use crate::arm::auth_file::{AuthFile, decode, parse};
use crate::arm::client::{Client, Options};
use crate::arm::cloud::Endpoints;
use crate::arm::net::{Network, Settings as NetworkSettings};
use crate::arm::throttle::Limits;
use crate::arm::wire::{Lost, Request, Response, Transport};
use crate::diag::{Diagnostic, Span};
use crate::emulator::embedded::{BASE, Embedded};
use crate::emulator::settings::Identity;
use crate::resources::azure::Azure;
use crate::value::{Content, Type, Value};

use super::arguments::EmulatorBehaviour;

/// Carries requests to whichever cloud was chosen.
pub(super) enum Carrier {
    /// The emulator in this process.
    Embedded(Box<Embedded>),
    /// The network.
    Net(Network),
    /// Nothing: there is nothing to ask.
    Nowhere,
}

impl Transport for Carrier {
    async fn send(&self, request: Request) -> Result<Response, Lost> {
        match self {
            Carrier::Embedded(embedded) => embedded.send(request).await,
            Carrier::Net(net) => net.send(request).await,
            Carrier::Nowhere => {
                Err(Lost { message: "no cloud was chosen, because nothing needs one".into(), sent: false })
            }
        }
    }
}

/// The cloud of a run.
pub(super) type Cloud = Azure<Carrier>;

/// What the provider block and the environment say.
struct Settings<'a> {
    block: &'a Value,
    span: Option<Span>,
}

impl Settings<'_> {
    fn own(&self, name: &str) -> Option<String> {
        self.block.text(name).map(str::to_owned).filter(|text| !text.is_empty())
    }

    fn text(&self, name: &str, variable: &str) -> Option<String> {
        self.own(name).or_else(|| env(variable))
    }

    fn flag(&self, name: &str, variable: &str) -> bool {
        let own = self.block.get(name).and_then(Value::as_bool);
        own.unwrap_or_else(|| env(variable).is_some_and(|text| matches!(text.as_str(), "1" | "true" | "TRUE" | "True")))
    }

    fn problem(&self, summary: &str, detail: &str, hint: &str) -> Diagnostic {
        Diagnostic::error(summary, detail).hint(hint).at_maybe(self.span)
    }
}

fn env(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|text| !text.trim().is_empty())
}

/// Chooses the cloud.
///
/// # Errors
/// Settings that are missing, contradict each other or are not supported yet.
pub(super) fn connect(
    block: &Value,
    span: Option<Span>,
    folder: &Path,
    notice: Rc<dyn Fn(String)>,
) -> Result<Cloud, Box<Diagnostic>> {
    let settings = Settings { block, span };
    if let Content::Unknown { .. } = block.content() {
        let detail = "The provider configuration depends on values that are only known after apply.";
        return Err(Box::new(settings.problem(
            "Provider configuration not known",
            detail,
            "use variables or literals",
        )));
    }
    let environment = settings.text("environment", "ARM_ENVIRONMENT");
    if environment.as_deref().is_some_and(|name| name.eq_ignore_ascii_case("emulator")) {
        return embed(&settings, folder, notice).map_err(Box::new);
    }
    if let Some(host) = settings.text("metadata_host", "ARM_METADATA_HOSTNAME") {
        let detail = format!("The provider shall learn its endpoints from {host}.");
        let hint = "name the endpoints in a file for AZURE_AUTH_LOCATION instead";
        return Err(Box::new(settings.problem("metadata_host is not supported yet", &detail, hint)));
    }
    network(&settings, environment.as_deref(), notice).map_err(Box::new)
}

/// The cloud of a configuration that makes nothing: no credentials are needed for it.
pub(super) fn nowhere() -> Option<Cloud> {
    let nobody = String::new;
    let credentials = Credentials::ClientSecret { tenant: nobody(), client: nobody(), secret: Secret::new(nobody()) };
    let endpoints = Endpoints::named("public").ok()?;
    let client = Client::new(Carrier::Nowhere, SignIn::new(credentials), endpoints, Options::new(nobody()));
    Some(Azure::new(client, &Value::null(Type::Dynamic)))
}

fn embed(settings: &Settings<'_>, folder: &Path, notice: Rc<dyn Fn(String)>) -> Result<Cloud, Diagnostic> {
    let behaviour = EmulatorBehaviour {
        latency: env("ACIER_EMULATOR_LATENCY"),
        faults: env("ACIER_EMULATOR_FAULTS"),
        quota: env("ACIER_EMULATOR_QUOTA"),
        faithful: env("ACIER_EMULATOR_FAITHFUL").is_some(),
        unregistered: env("ACIER_EMULATOR_UNREGISTERED").is_some(),
    };
    let problem = |detail: String| Diagnostic::error("The emulator cannot start", detail).at_maybe(settings.span);
    let parsed = super::behaviour::settings(&behaviour)
        .map_err(|detail| settings.problem("Emulator setting not understood", &detail, "see `acier emulator -help`"))?;
    let embedded = Embedded::open(Some(&folder.join("state").join("emulator")), parsed).map_err(problem)?;
    let endpoints = Endpoints::custom(Some(BASE), Some(BASE), Some(BASE)).map_err(|error| problem(error.0))?;
    let Identity { tenant, client, secret, subscription, .. } = Identity::default();
    let credentials = Credentials::ClientSecret { tenant, client, secret: Secret::new(secret) };
    let subscription = settings.text("subscription_id", "ARM_SUBSCRIPTION_ID").unwrap_or(subscription);
    // Azure's limits guard a service that many share; nobody shares a cloud in this process.
    let options = Options { notice: Some(notice), limits: Limits::UNLIMITED, ..Options::new(subscription) };
    let client = Client::new(Carrier::Embedded(Box::new(embedded)), SignIn::new(credentials), endpoints, options);
    Ok(Azure::new(client, settings.block))
}

fn network(
    settings: &Settings<'_>,
    environment: Option<&str>,
    notice: Rc<dyn Fn(String)>,
) -> Result<Cloud, Diagnostic> {
    let file = auth_file(settings)?;
    let endpoints = match &file {
        Some(file) => file.endpoints.clone(),
        None => Endpoints::named(environment.unwrap_or("public")).map_err(|error| {
            let detail = format!("{}.", error.0);
            settings.problem("Unknown environment", &detail, "use public, usgovernment, china or emulator")
        })?,
    };
    let credentials = credentials(settings, file.as_ref()).map_err(|diagnostic| *diagnostic)?;
    let filed = file.as_ref().map(|file| file.subscription.clone());
    let Some(subscription) = settings.own("subscription_id").or(filed).or_else(|| env("ARM_SUBSCRIPTION_ID")) else {
        let detail = "Neither the provider block nor the environment says which subscription to work in.";
        let hint = "set subscription_id in the provider block, or ARM_SUBSCRIPTION_ID";
        return Err(settings.problem("No subscription", detail, hint));
    };
    let network = Network::new(NetworkSettings {
        certificates: authorities(settings, file.as_ref())?,
        ..NetworkSettings::default()
    });
    let options = Options { notice: Some(notice), ..Options::new(subscription) };
    let client = Client::new(Carrier::Net(network), SignIn::new(credentials), endpoints, options);
    Ok(Azure::new(client, settings.block))
}

/// The provider block's own service principal, else the file's, else the environment's.
fn credentials(settings: &Settings<'_>, file: Option<&AuthFile>) -> Result<Credentials, Box<Diagnostic>> {
    let own = ["client_id", "client_secret", "tenant_id"].iter().any(|name| settings.own(name).is_some());
    if let Some(file) = file
        && !own
    {
        return Ok(file.credentials.clone());
    }
    let tenant =
        settings.own("tenant_id").or_else(|| file.map(|file| file.tenant.clone())).or_else(|| env("ARM_TENANT_ID"));
    let client =
        settings.own("client_id").or_else(|| file.map(|file| file.client.clone())).or_else(|| env("ARM_CLIENT_ID"));
    let filed = file.and_then(|file| match &file.credentials {
        Credentials::ClientSecret { secret, .. } => Some(secret.expose().to_owned()),
        _ => None,
    });
    let secret = settings.own("client_secret").or(filed).or_else(|| env("ARM_CLIENT_SECRET"));
    if let (Some(tenant), Some(client), Some(secret)) = (&tenant, &client, &secret) {
        let secret = Secret::new(secret.clone());
        return Ok(Credentials::ClientSecret { tenant: tenant.clone(), client: client.clone(), secret });
    }
    let other = [
        ("use_oidc", "ARM_USE_OIDC"),
        ("use_msi", "ARM_USE_MSI"),
        ("use_aks_workload_identity", "ARM_USE_AKS_WORKLOAD_IDENTITY"),
    ];
    for (name, variable) in other {
        if settings.flag(name, variable) {
            let detail = format!("{name} (or {variable}) asks for a way to sign in that acier does not have yet.");
            let hint = "sign in with a client secret: ARM_CLIENT_ID, ARM_CLIENT_SECRET, ARM_TENANT_ID";
            return Err(Box::new(settings.problem("This way to sign in is not supported yet", &detail, hint)));
        }
    }
    let missing: Vec<&str> = [("client_id", &client), ("client_secret", &secret), ("tenant_id", &tenant)]
        .into_iter()
        .filter(|(_, value)| value.is_none())
        .map(|(name, _)| name)
        .collect();
    let detail = format!(
        "acier signs in with a client secret, and these settings are missing: {}. They may stand in the provider \
         block, in the file that AZURE_AUTH_LOCATION names, or in the environment as ARM_CLIENT_ID, \
         ARM_CLIENT_SECRET and ARM_TENANT_ID.",
        missing.join(", ")
    );
    let hint = "create a service principal with `az ad sp create-for-rbac --json-auth > auth.json` and set \
                AZURE_AUTH_LOCATION=auth.json; or try without an account: environment = \"emulator\"";
    Err(Box::new(settings.problem("No credentials", &detail, hint)))
}

fn auth_file(settings: &Settings<'_>) -> Result<Option<AuthFile>, Diagnostic> {
    let Some(path) = env("AZURE_AUTH_LOCATION") else { return Ok(None) };
    let bytes = std::fs::read(&path).map_err(|error| {
        let detail = format!("AZURE_AUTH_LOCATION names {path}, which cannot be read: {error}.");
        settings.problem("The auth file cannot be read", &detail, "correct the path, or unset AZURE_AUTH_LOCATION")
    })?;
    decode(&bytes).and_then(|text| parse(&text)).map(Some).map_err(|error| {
        let detail = format!("AZURE_AUTH_LOCATION names {path}: {}", error.message);
        settings.problem("The auth file is not usable", &detail, &error.hint)
    })
}

/// Certificates to trust beside the system's, PEM texts one behind the other.
fn authorities(settings: &Settings<'_>, file: Option<&AuthFile>) -> Result<Vec<u8>, Diagnostic> {
    let named = ["ACIER_CA_BUNDLE", "REQUESTS_CA_BUNDLE"]
        .into_iter()
        .filter_map(|variable| env(variable).map(|path| (variable.to_owned(), path)));
    let filed =
        file.and_then(|file| file.ca_certificate_path.clone()).map(|path| ("caCertificatePath".to_owned(), path));
    let mut found = Vec::new();
    for (source, path) in named.chain(filed) {
        let bytes = std::fs::read(&path).map_err(|error| {
            let detail = format!("{source} names {path}, which cannot be read: {error}.");
            settings.problem("A certificate file cannot be read", &detail, "correct the path")
        })?;
        found.extend(bytes);
        found.push(b'\n');
    }
    Ok(found)
}
