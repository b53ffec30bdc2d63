//! Which cloud a run acts on, and how it signs in there.
//!
//! **Never:** act on the cloud: at most a `metadata_host` is asked where the cloud is, and the Azure
//! CLI which subscription. In: the provider block, the environment, the auth file that
//! AZURE_AUTH_LOCATION names. Out: the Azure side of the provider port, over the network or over
//! the emulator in this process. What the provider block says wins; then the auth file; then ARM_*.
#![expect(clippy::disallowed_methods, reason = "this is the door for credentials in the environment and in files")]

mod calls;
mod settings;
mod several;
mod sign_in;

use std::path::Path;
use std::rc::Rc;

use crate::arm::auth::azure_cli::account;
use crate::arm::auth::{Credentials, Secret, SignIn};
use crate::arm::auth_file::{AuthFile, decode, parse};
use crate::arm::client::{Client, Options};
use crate::arm::cloud::{BadEndpoint, Endpoints};
use crate::arm::discovery::discover;
use crate::arm::net::{Network, Settings as NetworkSettings};
use crate::arm::throttle::Limits;
use crate::arm::wire::{Lost, Request, Response, Transport};
use crate::builtin::Builtin;
use crate::diag::suggest::did_you_mean;
use crate::diag::{Diagnostic, Span};
use crate::emulator::embedded::{BASE, Embedded};
use crate::emulator::settings::Identity;
use crate::provider::router::Router;
use crate::resources::advice::advice;
use crate::resources::azure::Azure;
use crate::value::{Type, Value};

use super::arguments::EmulatorBehaviour;
use settings::{Refused, Settings, env, env_any};
use several::Shared;
use sign_in::sign_in;

pub(super) use several::{connect_all, connect_within};

/// Carries requests to whichever cloud was chosen.
pub(super) enum Carrier {
    /// The emulator in this process.
    Embedded(Rc<Embedded>),
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
            Carrier::Nowhere => Err(Lost {
                message: "no cloud was chosen, because nothing needs one".into(),
                sent: false,
                lasting: true,
            }),
        }
    }
}

/// The cloud of a run.
pub(super) type Cloud = Router<Azure<Carrier>, Builtin>;

/// Chooses the cloud.
///
/// # Errors
/// Settings that are missing, contradict each other or cannot be used.
pub(super) async fn connect(
    block: &Value,
    span: Option<Span>,
    folder: &Path,
    notice: Rc<dyn Fn(String)>,
) -> Result<Cloud, Box<Diagnostic>> {
    let azure = connect_one(block, span, &mut Shared::default(), folder, notice).await?;
    Ok(Router::new(azure, Builtin::new(folder)))
}

/// The cloud of one provider configuration.
async fn connect_one(
    block: &Value,
    span: Option<Span>,
    shared: &mut Shared,
    folder: &Path,
    notice: Rc<dyn Fn(String)>,
) -> Result<Azure<Carrier>, Box<Diagnostic>> {
    let settings = Settings { block, span };
    if !block.is_wholly_known() {
        let detail = "The provider configuration depends on values that are only known after apply, or on data that is \
                      read only after signing in.";
        return Err(settings.problem("Provider configuration not known", detail, "Use variables or literals."));
    }
    let environment = settings.text("environment", &["ARM_ENVIRONMENT"]);
    if environment.as_deref().is_some_and(|name| name.eq_ignore_ascii_case("emulator")) {
        if settings.own("environment").is_some() && settings.own("metadata_host").is_some() {
            let detail = "environment = \"emulator\" is a cloud in this process, and metadata_host names another one.";
            return Err(settings.problem("Settings contradict each other", detail, "Remove one of the two."));
        }
        return embed(settings, shared, folder, notice);
    }
    network(settings, environment.as_deref(), shared, notice).await
}

/// The cloud of a configuration that makes nothing: no credentials are needed for it.
pub(super) fn nowhere(folder: &Path) -> Option<Cloud> {
    let nobody = String::new;
    let credentials = Credentials::ClientSecret { tenant: nobody(), client: nobody(), secret: Secret::new(nobody()) };
    let endpoints = Endpoints::named("public").ok()?;
    let client = Client::new(Carrier::Nowhere, SignIn::new(credentials), endpoints, Options::new(nobody()));
    Some(Router::new(Azure::new(client, &Value::null(Type::Dynamic)), Builtin::new(folder)))
}

fn embed(
    settings: Settings<'_>,
    shared: &mut Shared,
    folder: &Path,
    notice: Rc<dyn Fn(String)>,
) -> Result<Azure<Carrier>, Refused> {
    let behaviour = EmulatorBehaviour {
        latency: env("ACIER_EMULATOR_LATENCY"),
        faults: env("ACIER_EMULATOR_FAULTS"),
        quota: env("ACIER_EMULATOR_QUOTA"),
        faithful: env("ACIER_EMULATOR_FAITHFUL").is_some(),
        unregistered: env("ACIER_EMULATOR_UNREGISTERED").is_some(),
        throttle: env("ACIER_EMULATOR_THROTTLE").is_some(),
        token_lifetime: env("ACIER_EMULATOR_TOKEN_LIFETIME"),
    };
    let problem = |detail: String| settings.problem("The emulator cannot start", &detail, "");
    let parsed = super::behaviour::settings(&behaviour).map_err(|detail| {
        settings.problem("Emulator setting not understood", &detail, "See `acier emulator -help`.")
    })?;
    let embedded = match &shared.embedded {
        Some(embedded) => embedded.clone(),
        None => Rc::new(Embedded::open(Some(&folder.join("state").join("emulator")), parsed).map_err(problem)?),
    };
    shared.embedded = Some(embedded.clone());
    within(settings, shared, embedded, behaviour.throttle, notice)
}

fn within(
    settings: Settings<'_>,
    shared: &mut Shared,
    embedded: Rc<Embedded>,
    throttle: bool,
    notice: Rc<dyn Fn(String)>,
) -> Result<Azure<Carrier>, Refused> {
    let problem = |detail: String| settings.problem("The emulator cannot start", &detail, "");
    let endpoints = Endpoints::custom(Some(BASE), Some(BASE), Some(BASE)).map_err(|error| problem(error.0))?;
    let Identity { tenant, client, secret, subscription, .. } = Identity::default();
    let credentials = Credentials::ClientSecret { tenant, client, secret: Secret::new(secret) };
    let subscription = settings.text("subscription_id", &["ARM_SUBSCRIPTION_ID"]).unwrap_or(subscription);
    // Azure's limits guard a service that many share; nobody shares a cloud in this process.
    let limits = if throttle { Limits::default() } else { Limits::UNLIMITED };
    let options = Options { limits, ..calls::options(settings, subscription, notice)? };
    let auxiliary = calls::auxiliary(settings, &credentials)?;
    let sign_in = shared.sign_in(settings.block, credentials);
    let client = Client::new(Carrier::Embedded(embedded), sign_in, endpoints, options);
    let namespaces = calls::registrations(settings)?;
    Ok(Azure::new(client.with_auxiliary(auxiliary), settings.block).registering(namespaces))
}

async fn network(
    settings: Settings<'_>,
    environment: Option<&str>,
    shared: &mut Shared,
    notice: Rc<dyn Fn(String)>,
) -> Result<Azure<Carrier>, Refused> {
    let file = auth_file(settings)?;
    let network = Network::new(NetworkSettings {
        certificates: authorities(settings, file.as_ref())?,
        ..NetworkSettings::default()
    });
    let filed = file.as_ref().map(|file| file.subscription.clone());
    let subscription = settings.own("subscription_id").or(filed);
    let subscription = subscription.or_else(|| env_any(&["ARM_SUBSCRIPTION_ID", "AZURE_SUBSCRIPTION_ID"]));
    let chosen = sign_in(settings, file.as_ref(), subscription.as_deref())?;
    let endpoints = endpoints(settings, environment, file.as_ref(), chosen.sdk, &network).await?;
    let subscription = match subscription {
        Some(subscription) => Some(subscription),
        None => default_subscription(settings, &chosen.credentials).await?,
    };
    let Some(subscription) = subscription else {
        let detail = "Neither the provider block nor the environment says which subscription to work in.";
        let hint = "Set subscription_id in the provider block, or ARM_SUBSCRIPTION_ID.";
        return Err(settings.problem("No subscription", detail, hint));
    };
    let options = calls::options(settings, subscription, notice)?;
    let auxiliary = calls::auxiliary(settings, &chosen.credentials)?;
    let sign_in = shared.sign_in(settings.block, chosen.credentials);
    let client = Client::new(Carrier::Net(network), sign_in, endpoints, options);
    let namespaces = calls::registrations(settings)?;
    Ok(Azure::new(client.with_auxiliary(auxiliary), settings.block).registering(namespaces))
}

/// Where the cloud is: as the block's `metadata_host` says, or the auth file, or the environment.
async fn endpoints(
    settings: Settings<'_>,
    environment: Option<&str>,
    file: Option<&AuthFile>,
    sdk: bool,
    network: &Network,
) -> Result<Endpoints, Refused> {
    let host = settings.own("metadata_host").or_else(|| match file {
        Some(_) => None,
        None => env("ARM_METADATA_HOSTNAME"),
    });
    if let Some(host) = host {
        let summary = "The cloud could not be learned from metadata_host";
        return discover(network, host.trim()).await.map_err(|why| settings.unusable(summary, &why));
    }
    if let Some(file) = file {
        return Ok(file.endpoints.clone());
    }
    let clouds = ["public", "usgovernment", "china", "emulator"];
    let unknown = |error: BadEndpoint| {
        let detail = format!("{}.{}", error.0, did_you_mean(environment.unwrap_or_default(), clouds));
        settings.problem("Unknown environment", &detail, "Use public, usgovernment, china or emulator.")
    };
    match (environment, env("AZURE_AUTHORITY_HOST")) {
        (None, Some(host)) if sdk => Endpoints::of_authority(&host).map_err(|error| {
            let detail = format!("AZURE_AUTHORITY_HOST cannot be used: {}.", error.0);
            settings.problem("Unknown authority", &detail, "Unset it, or set environment.")
        }),
        (name, _) => Endpoints::named(name.unwrap_or("public")).map_err(unknown),
    }
}

/// The default subscription of whoever is signed in to the Azure CLI.
async fn default_subscription(settings: Settings<'_>, credentials: &Credentials) -> Result<Option<String>, Refused> {
    let Credentials::AzureCli(cli) = credentials else { return Ok(None) };
    let account = account(None).await.map_err(|why| {
        let told = [cli.passed_over.as_str(), &why.message].into_iter().filter(|text| !text.is_empty());
        let detail = format!(
            "Nothing else says how to sign in and which subscription to work in. {}",
            told.collect::<Vec<_>>().join(" ")
        );
        settings.problem("No credentials", &detail, advice(&detail).unwrap_or(&why.hint))
    })?;
    Ok(Some(account.subscription))
}

fn auth_file(settings: Settings<'_>) -> Result<Option<AuthFile>, Refused> {
    let Some(path) = env("AZURE_AUTH_LOCATION") else { return Ok(None) };
    let bytes = std::fs::read(&path).map_err(|error| {
        let detail = format!("AZURE_AUTH_LOCATION names {path}, which cannot be read: {error}.");
        settings.problem("The auth file cannot be read", &detail, "Correct the path, or unset AZURE_AUTH_LOCATION.")
    })?;
    decode(&bytes).and_then(|text| parse(&text)).map(Some).map_err(|error| {
        let detail = format!("AZURE_AUTH_LOCATION names {path}: {}.", error.message.trim_end_matches('.'));
        settings.problem("The auth file is not usable", &detail, &error.hint)
    })
}

/// Certificates to trust beside the system's, PEM texts one behind the other.
fn authorities(settings: Settings<'_>, file: Option<&AuthFile>) -> Result<Vec<u8>, Refused> {
    let named = ["ACIER_CA_BUNDLE", "REQUESTS_CA_BUNDLE"]
        .into_iter()
        .filter_map(|variable| env(variable).map(|path| (variable.to_owned(), path)));
    let filed =
        file.and_then(|file| file.ca_certificate_path.clone()).map(|path| ("caCertificatePath".to_owned(), path));
    let mut found = Vec::new();
    for (source, path) in named.chain(filed) {
        let bytes = std::fs::read(&path).map_err(|error| {
            let detail = format!("{source} names {path}, which cannot be read: {error}.");
            settings.problem("A certificate file cannot be read", &detail, "Correct the path.")
        })?;
        found.extend(bytes);
        found.push(b'\n');
    }
    Ok(found)
}
