//! How a run signs in: the settings of each way, gathered, and the credentials of the chosen one.
//!
//! **Never:** mix identities. A file that AZURE_AUTH_LOCATION names is a whole sign-in: its proof is
//! used unless the provider block itself has all that another way needs.
//! In: provider block, auth file, environment; out: credentials and the way that was taken.

use std::rc::Rc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::arm::auth::azure_cli::AzureCli;
use crate::arm::auth::certificate::Certificate;
use crate::arm::auth::federated::{Federation, Pipeline};
use crate::arm::auth::managed_identity::ManagedIdentity;
use crate::arm::auth::order::{Present, Way, choose, lacks};
use crate::arm::auth::{Credentials, Secret};
use crate::arm::auth_file::{AuthFile, Proof};

use super::settings::{Refused, Settings, env, read_trimmed};

/// Settings of the block that say how to prove who one is; with `true` for switches.
const PROOFS: [(&str, bool); 13] = [
    ("client_secret", false),
    ("client_secret_file_path", false),
    ("client_certificate", false),
    ("client_certificate_path", false),
    ("oidc_token", false),
    ("oidc_token_file_path", false),
    ("oidc_request_url", false),
    ("oidc_request_token", false),
    ("ado_pipeline_service_connection_id", false),
    ("msi_endpoint", false),
    ("use_oidc", true),
    ("use_msi", true),
    ("use_aks_workload_identity", true),
];

/// A certificate that was not read yet.
enum Sealed {
    /// PKCS#12 or PEM in base64.
    Inline(String),
    /// A file, and the setting that names it.
    File(String, &'static str),
}

/// All that the settings say about signing in.
struct Gathered {
    tenant: Option<String>,
    client: Option<String>,
    secret: Option<Secret>,
    certificate: Option<(Sealed, Option<Secret>)>,
    oidc: bool,
    aks: bool,
    token: Option<Secret>,
    token_file: Option<String>,
    request: Option<(String, Secret)>,
    connection: Option<String>,
    msi: bool,
    cli: bool,
}

/// How a run signs in.
pub(super) struct Chosen {
    pub(super) credentials: Credentials,
    /// Whether Azure's SDKs' own variables decided, AZURE_AUTHORITY_HOST among them.
    pub(super) sdk: bool,
}

/// Chooses the way to sign in; `subscription` is the one to work in, if it is known already.
pub(super) fn sign_in(
    settings: Settings<'_>,
    file: Option<&AuthFile>,
    subscription: Option<&str>,
) -> Result<Chosen, Refused> {
    let named = |(name, switch): &(&str, bool)| match switch {
        true => settings.own_flag(name) == Some(true),
        false => settings.own(name).is_some(),
    };
    let own = PROOFS.iter().any(named);
    if let Some(file) = file.filter(|_| !own) {
        return Ok(Chosen { credentials: filed(settings, file)?, sdk: false });
    }
    let gathered = gather(settings, file)?;
    let present = gathered.present();
    let way = choose(&present);
    let last = matches!(way, None | Some(Way::SdkSecret | Way::SdkCertificate | Way::AzureCli));
    if let Some(file) = file.filter(|_| last) {
        return Ok(Chosen { credentials: filed(settings, file)?, sdk: false });
    }
    let sdk =
        matches!(way, Some(Way::SdkSecret | Way::SdkCertificate)) || (gathered.aks && way == Some(Way::OidcToken));
    let credentials = match way {
        Some(way) => gathered.credentials(settings, way, lacks(&present), subscription)?,
        None => return Err(nothing(settings, &lacks(&present))),
    };
    Ok(Chosen { credentials, sdk })
}

/// The auth file's service principal; the provider block may name another one of the same proof.
fn filed(settings: Settings<'_>, file: &AuthFile) -> Result<Credentials, Refused> {
    let tenant = settings.own("tenant_id").unwrap_or_else(|| file.tenant.clone());
    check_tenant(settings, Some(&tenant))?;
    let client = settings.own_or_file("client_id")?.unwrap_or_else(|| file.client.clone());
    Ok(match &file.proof {
        Proof::Secret(secret) => Credentials::ClientSecret { tenant, client, secret: secret.clone() },
        Proof::Certificate { path, password } => {
            let sealed = Sealed::File(path.clone(), "clientCertificate in the file of AZURE_AUTH_LOCATION");
            let certificate = unseal(settings, &sealed, password.as_ref())?;
            Credentials::ClientCertificate { tenant, client, certificate }
        }
    })
}

fn gather(settings: Settings<'_>, file: Option<&AuthFile>) -> Result<Gathered, Refused> {
    let aks = settings.flag("use_aks_workload_identity", "ARM_USE_AKS_WORKLOAD_IDENTITY", false)?;
    let either = |own: Option<String>, filed: Option<String>, other: Option<String>| own.or(filed).or(other);
    let tenant = either(settings.own("tenant_id"), file.map(|file| file.tenant.clone()), env("ARM_TENANT_ID"));
    let own = settings.own_or_file("client_id")?;
    let client = either(own, file.map(|file| file.client.clone()), settings.env_or_file("ARM_CLIENT_ID")?);
    let secret = settings.own_or_file("client_secret")?.or(settings.env_or_file("ARM_CLIENT_SECRET")?);
    let password = settings.text("client_certificate_password", &["ARM_CLIENT_CERTIFICATE_PASSWORD"]);
    let inline = settings.text("client_certificate", &["ARM_CLIENT_CERTIFICATE"]).map(Sealed::Inline);
    let path = settings.own("client_certificate_path").map(|path| Sealed::File(path, "client_certificate_path"));
    let path = path
        .or_else(|| env("ARM_CLIENT_CERTIFICATE_PATH").map(|path| Sealed::File(path, "ARM_CLIENT_CERTIFICATE_PATH")));
    let token = settings.text("oidc_token", &["ARM_OIDC_TOKEN"]);
    let token_file = settings.text("oidc_token_file_path", &["ARM_OIDC_TOKEN_FILE_PATH"]);
    let url = ["ARM_OIDC_REQUEST_URL", "ACTIONS_ID_TOKEN_REQUEST_URL", "SYSTEM_OIDCREQUESTURI"];
    let bearer = ["ARM_OIDC_REQUEST_TOKEN", "ACTIONS_ID_TOKEN_REQUEST_TOKEN", "SYSTEM_ACCESSTOKEN"];
    let connection = ["ARM_ADO_PIPELINE_SERVICE_CONNECTION_ID", "ARM_OIDC_AZURE_SERVICE_CONNECTION_ID"];
    let agreed = |name: &str, set: Option<String>, variable: &str| agree(settings, aks, name, set, variable);
    check_tenant(settings, tenant.as_deref())?;
    Ok(Gathered {
        tenant: agreed("tenant_id", tenant, "AZURE_TENANT_ID")?,
        client: agreed("client_id", client, "AZURE_CLIENT_ID")?,
        secret: secret.map(Secret::new),
        certificate: inline.or(path).map(|sealed| (sealed, password.map(Secret::new))),
        oidc: aks || settings.flag("use_oidc", "ARM_USE_OIDC", false)?,
        aks,
        token: token.map(Secret::new),
        token_file: agreed("oidc_token_file_path", token_file, "AZURE_FEDERATED_TOKEN_FILE")?,
        request: settings
            .text("oidc_request_url", &url)
            .zip(settings.text("oidc_request_token", &bearer).map(Secret::new)),
        connection: settings.text("ado_pipeline_service_connection_id", &connection),
        msi: settings.flag("use_msi", "ARM_USE_MSI", false)?,
        cli: settings.flag("use_cli", "ARM_USE_CLI", true)?,
    })
}

/// A tenant becomes part of the address that proofs are sent to.
fn check_tenant(settings: Settings<'_>, tenant: Option<&str>) -> Result<(), Refused> {
    let fine = |tenant: &str| tenant.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '.');
    let Some(tenant) = tenant.filter(|tenant| !fine(tenant)) else { return Ok(()) };
    let detail = format!("tenant_id is \"{tenant}\", which no tenant is called.");
    Err(settings.problem("Setting not understood", &detail, "Write the GUID of the tenant, or one of its domains."))
}

/// A setting and what the webhook of AKS puts into a pod: both must say the same, as in azurerm.
fn agree(
    settings: Settings<'_>,
    aks: bool,
    name: &str,
    set: Option<String>,
    variable: &str,
) -> Result<Option<String>, Refused> {
    let Some(injected) = aks.then(|| env(variable)).flatten() else { return Ok(set) };
    match set {
        Some(set) if set != injected => {
            let detail = format!("{name} is \"{set}\", and AKS workload identity says \"{injected}\" ({variable}).");
            let hint = format!("Remove {name}, or turn use_aks_workload_identity off.");
            Err(settings.problem("Settings contradict each other", &detail, &hint))
        }
        _ => Ok(Some(injected)),
    }
}

impl Gathered {
    fn present(&self) -> Present {
        let sdk = env("AZURE_CLIENT_ID").is_some() && self.sdk_tenant().is_some();
        Present {
            tenant: self.tenant.is_some(),
            client: self.client.is_some(),
            certificate: self.certificate.is_some(),
            secret: self.secret.is_some(),
            oidc: self.oidc,
            oidc_token: self.token.is_some() || self.token_file.is_some(),
            oidc_request: self.request.is_some(),
            connection: self.connection.is_some(),
            msi: self.msi,
            sdk_secret: sdk && env("AZURE_CLIENT_SECRET").is_some(),
            sdk_certificate: sdk && env("AZURE_CLIENT_CERTIFICATE_PATH").is_some(),
            cli: self.cli,
        }
    }

    fn sdk_tenant(&self) -> Option<String> {
        env("AZURE_TENANT_ID").or_else(|| self.tenant.clone())
    }

    fn credentials(
        self,
        settings: Settings<'_>,
        way: Way,
        lacks: Vec<String>,
        subscription: Option<&str>,
    ) -> Result<Credentials, Refused> {
        let (tenant, client) = (self.tenant.clone().unwrap_or_default(), self.client.clone().unwrap_or_default());
        let federated =
            |federation| Credentials::Federated { tenant: tenant.clone(), client: client.clone(), federation };
        let sdk = || (self.sdk_tenant().unwrap_or_default(), env("AZURE_CLIENT_ID").unwrap_or_default());
        Ok(match way {
            Way::Certificate => {
                let Some((sealed, password)) = &self.certificate else { return Err(nothing(settings, &lacks)) };
                let certificate = unseal(settings, sealed, password.as_ref())?;
                Credentials::ClientCertificate { tenant, client, certificate }
            }
            Way::Secret => {
                Credentials::ClientSecret { tenant, client, secret: self.secret.unwrap_or_else(|| Secret::new("")) }
            }
            Way::OidcToken => federated(self.token(settings)?),
            Way::AzureDevOps => {
                let pipeline = self.pipeline(settings)?;
                federated(Federation::AzureDevOps(pipeline, self.connection.unwrap_or_default()))
            }
            Way::GitHub => federated(Federation::GitHub(self.pipeline(settings)?)),
            Way::ManagedIdentity => Credentials::ManagedIdentity(identity(settings)?),
            Way::SdkSecret => {
                let (tenant, client) = sdk();
                let secret = Secret::new(env("AZURE_CLIENT_SECRET").unwrap_or_default());
                Credentials::ClientSecret { tenant, client, secret }
            }
            Way::SdkCertificate => {
                let (tenant, client) = sdk();
                let name = "AZURE_CLIENT_CERTIFICATE_PATH";
                let sealed = Sealed::File(env(name).unwrap_or_default(), name);
                let password = env("AZURE_CLIENT_CERTIFICATE_PASSWORD").map(Secret::new);
                Credentials::ClientCertificate {
                    tenant,
                    client,
                    certificate: unseal(settings, &sealed, password.as_ref())?,
                }
            }
            Way::AzureCli => {
                // In Azure Cloud Shell the CLI knows one account and refuses to be told a tenant.
                let shell = env("AZUREPS_HOST_ENVIRONMENT").is_some_and(|text| text.starts_with("cloud-shell/"));
                let tenant = self.tenant.filter(|_| !shell);
                let subscription = subscription.filter(|_| !shell).map(str::to_owned);
                Credentials::AzureCli(AzureCli { tenant, subscription, passed_over: lacks.join(" ") })
            }
        })
    }

    /// The token that was given, or the file that is read for each exchange.
    fn token(&self, settings: Settings<'_>) -> Result<Federation, Refused> {
        let Some(path) = self.token_file.clone() else {
            let token = self.token.clone().unwrap_or_else(|| Secret::new(""));
            return Ok(Federation::Read(Rc::new(move || Ok(token.clone()))));
        };
        let now = settings.read_text("oidc_token_file_path", &path)?;
        if self.token.as_ref().is_some_and(|token| token.expose() != now) {
            let detail = format!("oidc_token and the file {path} that oidc_token_file_path names do not say the same.");
            return Err(settings.problem("Settings contradict each other", &detail, "Remove one of the two."));
        }
        Ok(Federation::Read(Rc::new(move || read_trimmed("oidc_token_file_path", &path).map(Secret::new))))
    }

    fn pipeline(&self, settings: Settings<'_>) -> Result<Pipeline, Refused> {
        let (url, token) = self.request.clone().unwrap_or_else(|| (String::new(), Secret::new("")));
        Pipeline::new(&url, token).map_err(|why| settings.unusable("OIDC setting not understood", &why))
    }
}

fn identity(settings: Settings<'_>) -> Result<ManagedIdentity, Refused> {
    // An app's own token service is told by two variables, and wants to see the second.
    let app = env("IDENTITY_ENDPOINT").zip(env("IDENTITY_HEADER"));
    let endpoint =
        settings.text("msi_endpoint", &["ARM_MSI_ENDPOINT"]).or_else(|| app.as_ref().map(|(url, _)| url.clone()));
    let header = app.filter(|(url, _)| Some(url) == endpoint.as_ref()).map(|(_, header)| Secret::new(header));
    let version = settings.text("msi_api_version", &["ARM_MSI_API_VERSION"]);
    let client = settings.own_or_file("client_id")?.or(settings.env_or_file("ARM_CLIENT_ID")?);
    ManagedIdentity::new(endpoint.as_deref(), version.as_deref(), header, client.as_deref())
        .map_err(|why| settings.unusable("Managed identity setting not understood", &why))
}

fn unseal(settings: Settings<'_>, sealed: &Sealed, password: Option<&Secret>) -> Result<Rc<Certificate>, Refused> {
    let (name, bytes) = match sealed {
        Sealed::File(path, name) => (format!("{name} names {path}"), settings.read(name, path)?),
        Sealed::Inline(text) => {
            let plain: String = text.split_whitespace().collect();
            let bytes = STANDARD.decode(plain).map_err(|_| {
                let detail = "client_certificate (or ARM_CLIENT_CERTIFICATE) is not base64.";
                let hint = "Make it with: base64 -w0 client.pfx; or name the file as client_certificate_path.";
                settings.problem("The client certificate cannot be used", detail, hint)
            })?;
            ("client_certificate".to_owned(), bytes)
        }
    };
    Certificate::read(&bytes, password).map(Rc::new).map_err(|why| {
        let detail = format!("{name}: {}", why.message);
        settings.problem("The client certificate cannot be used", &detail, &why.hint)
    })
}

fn nothing(settings: Settings<'_>, lacks: &[String]) -> Refused {
    let why = match lacks {
        [] => "No setting says how to sign in".to_owned(),
        all => format!("No way to sign in has all the settings that it needs. {}", all.join(" ").trim_end_matches('.')),
    };
    let detail = format!("{why}, and the Azure CLI is not asked, because use_cli (or ARM_USE_CLI) is false.");
    let hint = "Set client_id, tenant_id and one of client_secret, client_certificate_path or use_oidc; or use_msi; or \
                leave use_cli on and run `az login`; or try without an account: environment = \"emulator\".";
    settings.problem("No credentials", &detail, hint)
}
