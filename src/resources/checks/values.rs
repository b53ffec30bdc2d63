//! Checks of one known value.
//!
//! **Never:** look at other attributes. The error is a full sentence.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::resources::ids;
use crate::value::Value;

type Verdict = Result<(), String>;

macro_rules! words {
    ($(#[doc = $about:literal] $list:ident $check:ident [$($word:literal),+];)+) => {
        $(
            #[doc = $about]
            pub(crate) const $list: &[&str] = &[$($word),+];
            pub(crate) fn $check(value: &Value) -> Verdict {
                one_of(value, $list)
            }
        )+
    };
}

words! {
    /// Operating systems.
    OS_TYPES os_type ["Linux", "Windows"];
    /// SKUs.
    SKUS sku ["Confidential", "Dedicated", "NotSpecified", "Standard"];
    /// Kinds of address; the last is no address.
    ADDRESS_TYPES address_type ["Public", "Private", "None"];
    /// Who may reuse a DNS name.
    REUSE_POLICIES reuse_policy ["Noreuse", "ResourceGroupReuse", "SubscriptionReuse", "TenantReuse", "Unsecure"];
    /// Restart policies.
    RESTART_POLICIES restart_policy ["Always", "Never", "OnFailure"];
    /// How far to wait.
    GOALS goal ["provisioned", "running", "succeeded", "terminated"];
    /// Priorities.
    PRIORITIES priority ["Regular", "Spot"];
    /// Kinds of identity.
    IDENTITY_TYPES identity_type ["SystemAssigned", "UserAssigned", "SystemAssigned, UserAssigned"];
    /// Kinds of logs.
    LOG_TYPES log_type ["ContainerInsights", "ContainerInstanceLogs"];
    /// Protocols.
    PROTOCOLS protocol ["TCP", "UDP"];
    /// Which containers may use an identity.
    ACCESSES access ["All", "System", "User"];
    /// Schemes of probes.
    SCHEMES scheme ["http", "https"];
    /// How ngroups update their container groups.
    UPDATE_MODES update_mode ["Manual", "Rolling"];
    /// Tiers of file shares.
    SHARE_TIERS share_tier ["Cool", "Hot", "Premium", "TransactionOptimized"];
    /// Who uses a file share.
    SHARE_ACCESSES share_access ["Shared", "Exclusive"];
}

fn one_of(value: &Value, words: &[&str]) -> Verdict {
    match value.as_str() {
        Some(text) if !words.contains(&text) => {
            // Old versions of azurerm took these words in any case, so that old files have "public".
            let meant = words.iter().find(|word| word.eq_ignore_ascii_case(text));
            let meant = meant.map(|word| format!(" Write \"{word}\"; upper and lower case count.")).unwrap_or_default();
            let words: Vec<String> = words.iter().map(|word| format!("\"{word}\"")).collect();
            Err(format!("\"{text}\" is not one of {}.{meant}", words.join(", ")))
        }
        _ => Ok(()),
    }
}

fn holds(condition: bool, message: impl FnOnce() -> String) -> Verdict {
    if condition { Ok(()) } else { Err(message()) }
}

fn text(value: &Value, check: impl FnOnce(&str) -> Verdict) -> Verdict {
    value.as_str().map_or(Ok(()), check)
}

pub(crate) fn not_empty(value: &Value) -> Verdict {
    text(value, |text| holds(!text.trim().is_empty(), || "The value must not be empty.".into()))
}

pub(crate) fn each_not_empty(value: &Value) -> Verdict {
    value.as_sequence().unwrap_or_default().iter().try_for_each(not_empty)
}

pub(crate) fn each_value_not_empty(value: &Value) -> Verdict {
    value.as_members().into_iter().flatten().try_for_each(|(_, value)| not_empty(value))
}

/// Text in base64; the text itself may be secret and is not shown.
pub(crate) fn base64(value: &Value) -> Verdict {
    text(value, |text| {
        holds(STANDARD.decode(text).is_ok(), || "The value must be in base64. Use base64encode().".into())
    })
}

/// Text that holds JSON; it may be secret and is not shown.
pub(crate) fn json(value: &Value) -> Verdict {
    text(value, |text| {
        let read = serde_json::from_str::<serde_json::Value>(text);
        holds(text.is_empty() || read.is_ok(), || "The value must be JSON. Use jsonencode().".into())
    })
}

/// Resource groups: 1 to 90 letters, digits and `-_.()`, no full stop at the end.
pub(crate) fn resource_group_name(value: &Value) -> Verdict {
    text(value, |name| {
        let allowed = |character: char| character.is_alphanumeric() || "-_.()".contains(character);
        let fits = (1..=90).contains(&name.chars().count()) && name.chars().all(allowed) && !name.ends_with('.');
        holds(fits, || {
            format!(
                "The name of a resource group is 1 to 90 letters, digits, hyphens, underscores, full stops and \
                 parentheses and does not end in a full stop, so \"{name}\" is not one."
            )
        })
    })
}

/// Upper case is let through, because the service was seen to accept it.
fn label(value: &Value, what: &str) -> Verdict {
    text(value, |name| {
        let inside = |character: char| character.is_ascii_alphanumeric() || character == '-';
        let fits = (1..=63).contains(&name.len())
            && name.chars().all(inside)
            && !name.starts_with('-')
            && !name.ends_with('-');
        holds(fits, || {
            format!(
                "The name of a {what} is 1 to 63 letters, digits and hyphens with no hyphen at either end, so \
                 \"{name}\" is not one."
            )
        })
    })
}

pub(crate) fn group_name(value: &Value) -> Verdict {
    label(value, "container group")
}

pub(crate) fn container_name(value: &Value) -> Verdict {
    label(value, "container")
}

pub(crate) fn volume_name(value: &Value) -> Verdict {
    label(value, "volume")
}

pub(crate) fn mount_path(value: &Value) -> Verdict {
    not_empty(value)?;
    text(value, |path| holds(!path.contains(':'), || format!("The mount path \"{path}\" must not contain a colon.")))
}

/// DNS labels: 5 to 63 lower-case letters, digits and hyphens, first a letter, last no hyphen.
pub(crate) fn dns_label(value: &Value) -> Verdict {
    text(value, |name| {
        let inside = |character: char| character.is_ascii_lowercase() || character.is_ascii_digit() || character == '-';
        let fits = (5..=63).contains(&name.len())
            && name.chars().all(inside)
            && name.starts_with(|first: char| first.is_ascii_lowercase())
            && !name.ends_with('-');
        holds(fits || name.is_empty(), || {
            format!(
                "A DNS name label is 5 to 63 lower-case letters, digits and hyphens that begin with a letter and do \
                 not end in a hyphen, so \"{name}\" is not one."
            )
        })
    })
}

pub(crate) fn port(value: &Value) -> Verdict {
    let fits = value.as_int().is_some_and(|port| (1..=65535).contains(&port));
    holds(fits || value.as_number().is_none(), || "A port is a whole number from 1 to 65535.".into())
}

/// The members of `exposed_port`.
pub(crate) fn ports(value: &Value) -> Verdict {
    for member in value.as_sequence().unwrap_or_default() {
        member.get("port").map_or(Ok(()), port)?;
        member.get("protocol").map_or(Ok(()), protocol)?;
    }
    Ok(())
}

pub(crate) fn positive(value: &Value) -> Verdict {
    holds(value.as_number().is_none_or(|number| number.as_f64() > 0.0), || "The value must be above 0.".into())
}

pub(crate) fn not_negative(value: &Value) -> Verdict {
    holds(value.as_number().is_none_or(|number| number.as_f64() >= 0.0), || "The value must not be below 0.".into())
}

pub(crate) fn whole(value: &Value) -> Verdict {
    let whole = value.as_int().is_some_and(|number| (0..=i64::from(i32::MAX)).contains(&number));
    holds(whole || value.as_number().is_none(), || "The value must be a whole number that is not below 0.".into())
}

pub(crate) fn uuid(value: &Value) -> Verdict {
    text(value, |text| holds(uuid::Uuid::try_parse(text).is_ok(), || format!("\"{text}\" is not a UUID.")))
}

pub(crate) fn key_id(value: &Value) -> Verdict {
    text(value, |id| {
        holds(ids::split_key(id).is_some(), || {
            format!("\"{id}\" is not the id of a version of a key: https://<vault>/keys/<name>/<version>.")
        })
    })
}

fn arm_id(id: &str, types: &str, example: &str) -> Verdict {
    let lower = id.to_ascii_lowercase();
    let fits = lower.starts_with("/subscriptions/") && lower.contains(types) && !lower.ends_with('/');
    holds(fits, || format!("\"{id}\" is not an id of the form {example}."))
}

pub(crate) fn identity_id(value: &Value) -> Verdict {
    text(value, |id| {
        arm_id(
            id,
            "/providers/microsoft.managedidentity/userassignedidentities/",
            "/subscriptions/<subscription>/resourceGroups/<group>/providers/Microsoft.ManagedIdentity/userAssignedIdentities/<name>",
        )
    })
}

pub(crate) fn workspace_id(value: &Value) -> Verdict {
    text(value, |id| {
        arm_id(
            id,
            "/providers/microsoft.operationalinsights/workspaces/",
            "/subscriptions/<subscription>/resourceGroups/<group>/providers/Microsoft.OperationalInsights/workspaces/<name>",
        )
    })
}

pub(crate) fn profile_id(value: &Value) -> Verdict {
    text(value, |id| {
        arm_id(
            id,
            "/providers/microsoft.containerinstance/containergroupprofiles/",
            "/subscriptions/<subscription>/resourceGroups/<group>/providers/Microsoft.ContainerInstance/containerGroupProfiles/<name>",
        )
    })
}

pub(crate) fn pool_id(value: &Value) -> Verdict {
    text(value, |id| {
        arm_id(
            id,
            "/providers/microsoft.standbypool/standbycontainergrouppools/",
            "/subscriptions/<subscription>/resourceGroups/<group>/providers/Microsoft.StandbyPool/standbyContainerGroupPools/<name>",
        )
    })
}

/// The address of a secret in a key vault, with or without a version.
pub(crate) fn secret_id(value: &Value) -> Verdict {
    text(value, |id| {
        let parts: Vec<&str> =
            id.strip_prefix("https://").unwrap_or_default().trim_end_matches('/').split('/').collect();
        let fits = matches!(parts[..], [host, "secrets", name] | [host, "secrets", name, _] if !host.is_empty() && !name.is_empty());
        holds(fits, || {
            format!(
                "\"{id}\" is not the id of a secret: https://<vault>/secrets/<name> or https://<vault>/secrets/<name>/<version>."
            )
        })
    })
}

pub(crate) fn identity_ids(value: &Value) -> Verdict {
    value.as_sequence().unwrap_or_default().iter().try_for_each(identity_id)
}

pub(crate) fn subnet_ids(value: &Value) -> Verdict {
    let ids = value.as_sequence().unwrap_or_default();
    holds(ids.len() <= 1, || format!("A container group joins one subnet, not {}.", ids.len()))?;
    ids.iter().filter_map(Value::as_str).try_for_each(|id| {
        arm_id(
            id,
            "/providers/microsoft.network/virtualnetworks/",
            "/subscriptions/<subscription>/resourceGroups/<group>/providers/Microsoft.Network/virtualNetworks/<network>/subnets/<name>",
        )
    })
}

/// The files of a secret volume. The values are secret, so only names are named.
pub(crate) fn base64_map(value: &Value) -> Verdict {
    let files = value.as_members().into_iter().flatten();
    let broken = files.filter(|(_, content)| content.as_str().is_some_and(|text| STANDARD.decode(text).is_err()));
    match broken.map(|(name, _)| format!("\"{name}\"")).reduce(|all, name| format!("{all}, {name}")) {
        None => Ok(()),
        Some(names) => Err(format!(
            "The files of a secret volume are given in base64, and the content of {names} is not. Use base64encode()."
        )),
    }
}

/// Profiles and ngroups: the pattern of the REST reference, 1 to 63 letters of either case, digits,
/// hyphens and underscores, with a letter or digit at both ends.
pub(crate) fn resource_name(value: &Value) -> Verdict {
    text(value, |name| {
        let end = |character: Option<char>| character.is_some_and(|own| own.is_ascii_alphanumeric());
        let inside = |character: char| character.is_ascii_alphanumeric() || "-_".contains(character);
        let fits = name.len() <= 63 && name.chars().all(inside) && end(name.chars().next()) && end(name.chars().last());
        holds(fits, || {
            format!(
                "The name is 1 to 63 letters, digits, hyphens and underscores that begin and end with a letter or a \
                 digit, so \"{name}\" is not one."
            )
        })
    })
}

/// The name of a container group has at most 63 characters, of which a UUID takes 36.
pub(crate) fn name_prefix(value: &Value) -> Verdict {
    text(value, |prefix| {
        let inside = |character: char| character.is_ascii_alphanumeric() || character == '-';
        let fits =
            prefix.len() <= 27 && prefix.chars().all(inside) && !prefix.starts_with('-') && !prefix.contains("--");
        holds(fits, || {
            format!(
                "A UUID follows the prefix, and together they name a container group. So a prefix is at most 27 letters, \
                 digits and single hyphens that do not begin with a hyphen, and \"{prefix}\" is not one."
            )
        })
    })
}

fn between(value: &Value, least: i64, most: i64) -> Verdict {
    let fits = value.as_int().is_some_and(|number| (least..=most).contains(&number));
    holds(fits || value.as_number().is_none(), || format!("The value must be a whole number from {least} to {most}."))
}

pub(crate) fn percent(value: &Value) -> Verdict {
    between(value, 0, 100)
}

/// A batch of nothing would never end.
pub(crate) fn batch_percent(value: &Value) -> Verdict {
    between(value, 1, 100)
}

pub(crate) fn at_least_one(value: &Value) -> Verdict {
    between(value, 1, i64::from(i32::MAX))
}

/// Availability zones, as Azure numbers them in every region.
pub(crate) fn zones(value: &Value) -> Verdict {
    let zones = value.as_sequence().unwrap_or_default().iter().filter_map(Value::as_str);
    zones.into_iter().try_for_each(|zone| {
        let message =
            || format!("The availability zones of a region are \"1\", \"2\" and \"3\", so \"{zone}\" is not one.");
        holds(["1", "2", "3"].contains(&zone), message)
    })
}

/// A duration as ISO 8601 writes it, without years and months, whose length varies: `P1DT2H30M`.
pub(crate) fn duration(value: &Value) -> Verdict {
    text(value, |text| {
        let parts = |part: &str, units: &str| {
            let mut units = units.chars();
            let mut digits = String::new();
            let whole = part.chars().all(|letter| {
                if letter.is_ascii_digit() || letter == '.' && !digits.is_empty() {
                    digits.push(letter);
                    return true;
                }
                let known = !digits.is_empty() && units.any(|unit| unit == letter);
                digits.clear();
                known
            });
            whole && digits.is_empty()
        };
        let (days, time) = match text.strip_prefix('P').map(|rest| rest.split_once('T').ok_or(rest)) {
            Some(Ok((days, time))) if !time.is_empty() => (days, time),
            Some(Err(days)) if !days.is_empty() => (days, ""),
            _ => ("?", ""),
        };
        holds(parts(days, "WD") && parts(time, "HMS"), || {
            format!("\"{text}\" is not a duration as ISO 8601 writes it, such as \"PT30S\", \"PT2M\" or \"P1DT12H\".")
        })
    })
}

/// A pool of a load balancer or an application gateway.
pub(crate) fn pool_of_addresses(value: &Value) -> Verdict {
    text(value, |id| {
        arm_id(
            id,
            "/backendaddresspools/",
            "/subscriptions/<subscription>/resourceGroups/<group>/providers/Microsoft.Network/<loadBalancers or applicationGateways>/<name>/backendAddressPools/<name>",
        )
    })
}

pub(crate) fn gateway_id(value: &Value) -> Verdict {
    text(value, |id| {
        arm_id(
            id,
            "/providers/microsoft.network/applicationgateways/",
            "/subscriptions/<subscription>/resourceGroups/<group>/providers/Microsoft.Network/applicationGateways/<name>",
        )
    })
}
