//! Signing in: what proves who we are. One file for each way, and `sign_in` keeps the token.
//!
//! **Never:** show a secret or a token: `Debug` hides them, messages are cleaned of them.
//! In: what the settings say; out: the requests of each way and what their answers mean. The
//! proofs of one way are never tried with another: who names a way wants that one or an error.

pub mod azure_cli;
pub mod certificate;
mod claim;
mod exchange;
pub mod federated;
pub mod managed_identity;
pub mod order;
mod sign_in;

use std::fmt;
use std::rc::Rc;

use azure_cli::AzureCli;
use certificate::Certificate;
use federated::Federation;
use managed_identity::ManagedIdentity;

pub(in crate::arm) use sign_in::Asked;
pub use sign_in::{SignIn, TimeOfDay};

/// Text that is never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Hides a text.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text, for the one place that sends it.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl From<&str> for Secret {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(secret)")
    }
}

/// What proves who we are.
#[derive(Clone)]
pub enum Credentials {
    /// A service principal with a secret.
    ClientSecret {
        /// Its tenant: a GUID or a domain.
        tenant: String,
        /// Its application id.
        client: String,
        /// Its secret.
        secret: Secret,
    },
    /// A service principal with a certificate.
    ClientCertificate {
        /// Its tenant.
        tenant: String,
        /// Its application id.
        client: String,
        /// Its certificate and key.
        certificate: Rc<Certificate>,
    },
    /// A service principal or identity that trusts tokens of another issuer.
    Federated {
        /// Its tenant.
        tenant: String,
        /// Its application id.
        client: String,
        /// Where the other issuer's token comes from.
        federation: Federation,
    },
    /// The identity of the machine or app that runs this.
    ManagedIdentity(ManagedIdentity),
    /// Whoever is signed in to the Azure CLI.
    AzureCli(AzureCli),
    /// A token from elsewhere, which is never renewed.
    Static(Secret),
    /// No token at all.
    Anonymous,
}

impl Credentials {
    /// The same proof for another tenant; nothing if it is good for one tenant only.
    #[must_use]
    pub fn in_tenant(&self, tenant: &str) -> Option<Credentials> {
        let tenant = tenant.to_owned();
        match self.clone() {
            Self::ClientSecret { client, secret, .. } => Some(Self::ClientSecret { tenant, client, secret }),
            Self::ClientCertificate { client, certificate, .. } => {
                Some(Self::ClientCertificate { tenant, client, certificate })
            }
            Self::Federated { client, federation, .. } => Some(Self::Federated { tenant, client, federation }),
            Self::AzureCli(cli) => Some(Self::AzureCli(AzureCli { tenant: Some(tenant), ..cli })),
            Self::ManagedIdentity(_) | Self::Static(_) | Self::Anonymous => None,
        }
    }

    /// Whether there is nothing to renew.
    fn is_fixed(&self) -> bool {
        matches!(self, Self::Anonymous | Self::Static(_))
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ClientSecret { tenant, client, .. } => write!(f, "ClientSecret({client} in {tenant})"),
            Self::ClientCertificate { tenant, client, .. } => write!(f, "ClientCertificate({client} in {tenant})"),
            Self::Federated { tenant, client, .. } => write!(f, "Federated({client} in {tenant})"),
            Self::ManagedIdentity(identity) => write!(f, "{identity:?}"),
            Self::AzureCli(cli) => write!(f, "{cli:?}"),
            Self::Static(_) => f.write_str("Static"),
            Self::Anonymous => f.write_str("Anonymous"),
        }
    }
}

/// A setting that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Unusable {
    /// What is wrong, as a sentence, without anything secret.
    pub message: String,
    /// What to do.
    pub hint: String,
}

impl Unusable {
    fn new(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { message: message.into(), hint: hint.into() }
    }
}
