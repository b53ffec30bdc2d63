//! What one can choose about the emulator: latency, quota, faults, faithfulness, who signs in.
//!
//! **Never:** read the environment or a file; the command line hands texts in.
//! Texts are parsed here and their errors are whole sentences. The default is instant and without
//! limits, because most people want to try a configuration and not to wait.

use std::collections::BTreeMap;

use crate::emulator::faults::Faults;
use crate::emulator::login::well_known;
pub use crate::emulator::login::well_known::Registered;

/// Quotas that can be set, with the names that the usages API gives them
/// (Azure Container Instances, "Resource availability and quota limits").
pub const QUOTAS: &[(&str, &str)] = &[
    ("ContainerGroups", "Container Groups"),
    ("StandardCores", "Standard Cores"),
    ("StandardSpotCores", "Standard Spot Cores"),
];

/// Who may sign in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// The tenant.
    pub tenant: String,
    /// The subscription that is always there; any other comes to be when it is used.
    pub subscription: String,
    /// The client id of the only service principal.
    pub client: String,
    /// Its secret.
    pub secret: String,
    /// Its object id.
    pub object: String,
}

impl Default for Identity {
    /// The well-known identity of the emulator; it opens nothing but loopback emulators.
    fn default() -> Self {
        Identity {
            tenant: "00000000-0000-4000-8000-0000000000aa".to_owned(),
            subscription: "00000000-0000-4000-8000-000000000001".to_owned(),
            client: "00000000-0000-4000-8000-0000000000cc".to_owned(),
            secret: "acier-emulator".to_owned(),
            object: "00000000-0000-4000-8000-0000000000dd".to_owned(),
        }
    }
}

/// The name of the emulator's own small issuer of federated tokens.
pub const ISSUER: &str = "https://issuer.acier.invalid";
/// Whom federated tokens must be for.
pub const AUDIENCE: &str = "api://AzureADTokenExchange";

/// Workloads that the small issuer knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Workload {
    /// A GitHub workflow.
    GitHub,
    /// An Azure DevOps pipeline.
    AzureDevOps,
    /// A pod with a token file.
    Pod,
}

impl Workload {
    /// What its tokens name as their subject.
    #[must_use]
    pub fn subject(self) -> &'static str {
        match self {
            Workload::GitHub => "repo:acier/emulator:ref:refs/heads/main",
            Workload::AzureDevOps => "sc://acier/emulator/connection",
            Workload::Pod => "system:serviceaccount:default:acier",
        }
    }
}

/// A federated credential: whose tokens count as the service principal's proof.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Federated {
    /// Who issues them.
    pub issuer: String,
    /// Whom they name.
    pub subject: String,
    /// Whom they are for.
    pub audience: String,
    /// The issuer's public RSA key, as PKCS#1 has it.
    pub key: Vec<u8>,
}

impl Federated {
    /// A workload of the small issuer.
    #[must_use]
    pub fn of(workload: Workload) -> Federated {
        let (issuer, audience) = (ISSUER.to_owned(), AUDIENCE.to_owned());
        Federated { issuer, subject: workload.subject().to_owned(), audience, key: well_known::public_key() }
    }
}

/// The choices.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Milliseconds that a creation takes; zero answers `Succeeded` to the first poll.
    pub latency: i64,
    /// Limits by quota name; what is not named is not limited.
    pub quota: BTreeMap<&'static str, f64>,
    /// What goes wrong.
    pub faults: Faults,
    /// Send `Retry-After` only where the service was seen to.
    pub faithful: bool,
    /// Refuse with 429 what exceeds the documented request limits.
    pub throttle: bool,
    /// Subscriptions begin without Microsoft.ContainerInstance registered.
    pub unregistered: bool,
    /// Seconds that a token lives.
    pub token_seconds: i64,
    /// Items on one page of a list.
    pub page: usize,
    /// Who may sign in.
    pub identity: Identity,
    /// Certificates that are registered with the service principal.
    pub certificates: Vec<Registered>,
    /// Federated credentials of the service principal.
    pub federated: Vec<Federated>,
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            latency: 0,
            quota: BTreeMap::new(),
            faults: Faults::default(),
            faithful: false,
            throttle: false,
            unregistered: false,
            token_seconds: 86_399,
            page: 100,
            identity: Identity::default(),
            certificates: vec![well_known::certificate()],
            federated: [Workload::GitHub, Workload::AzureDevOps, Workload::Pod].map(Federated::of).to_vec(),
        }
    }
}

impl Settings {
    /// Milliseconds of a text such as `0`, `250ms`, `3s`, `2m` or `1.5s`.
    ///
    /// # Errors
    /// A sentence that says what is wrong.
    pub fn parse_latency(text: &str) -> Result<i64, String> {
        let text = text.trim();
        let units = [("ms", 1.0), ("s", 1_000.0), ("m", 60_000.0), ("h", 3_600_000.0)];
        let (number, factor) = units
            .iter()
            .find_map(|(unit, factor)| text.strip_suffix(unit).map(|number| (number, *factor)))
            .unwrap_or((text, 1_000.0));
        match number.trim().parse::<f64>() {
            #[expect(clippy::cast_possible_truncation, reason = "the range was checked")]
            Ok(value) if (0.0..=86_400_000.0).contains(&(value * factor)) => Ok((value * factor) as i64),
            _ => Err(format!(
                "The latency \"{text}\" is not a time. Write a number with ms, s, m or h, at most a day, such as \"500ms\" or \"10s\"."
            )),
        }
    }

    /// Seconds that a token lives, of a text such as `30s` or `10m`.
    ///
    /// # Errors
    /// A sentence that says what is wrong.
    pub fn parse_lifetime(text: &str) -> Result<i64, String> {
        match Settings::parse_latency(text) {
            Ok(life) if life >= 1_000 => Ok(life / 1_000),
            _ => Err(format!(
                "The token lifetime \"{}\" is not a time of at least a second. Write a number with s, m or h, such as \"30s\".",
                text.trim()
            )),
        }
    }

    /// Limits of a text such as `StandardCores=4,ContainerGroups=100`.
    ///
    /// # Errors
    /// A sentence that says what is wrong.
    pub fn parse_quota(text: &str) -> Result<BTreeMap<&'static str, f64>, String> {
        let mut limits = BTreeMap::new();
        for part in text.split(',').map(str::trim).filter(|part| !part.is_empty()) {
            let (name, limit) = part.split_once('=').ok_or_else(|| {
                format!("The quota \"{part}\" has no limit. Write a name, an equals sign and a number, such as \"StandardCores=4\".")
            })?;
            let known = QUOTAS.iter().map(|(known, _)| *known).find(|known| known.eq_ignore_ascii_case(name.trim()));
            let Some(known) = known else {
                let names: Vec<&str> = QUOTAS.iter().map(|(known, _)| *known).collect();
                return Err(format!(
                    "There is no quota named \"{}\". The quotas are {}.",
                    name.trim(),
                    names.join(", ")
                ));
            };
            match limit.trim().parse::<f64>() {
                Ok(limit) if limit.is_finite() && limit >= 0.0 => limits.insert(known, limit),
                _ => {
                    return Err(format!(
                        "The limit \"{}\" of the quota {known} is not a number from zero up.",
                        limit.trim()
                    ));
                }
            };
        }
        Ok(limits)
    }
}
