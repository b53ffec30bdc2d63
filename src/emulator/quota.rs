//! How much of each quota is in use, per subscription and location, kept up as groups come and go.
//!
//! **Never:** scan the groups. A stopped or finished group keeps its share until it is deleted.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::emulator::answer::Refusal;
use crate::emulator::settings::QUOTAS;

/// What a container group takes of each quota.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Share {
    /// Regular cores.
    standard: f64,
    /// Spot cores.
    spot: f64,
}

impl Share {
    /// The share of a body with these properties.
    pub(crate) fn of(properties: &Map<String, Value>) -> Share {
        let containers = properties.get("containers").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        let cores = containers
            .iter()
            .filter_map(|container| container.pointer("/properties/resources/requests/cpu").and_then(Value::as_f64))
            .sum();
        let spot = properties.get("priority").and_then(Value::as_str) == Some("Spot");
        if spot { Share { spot: cores, standard: 0.0 } } else { Share { standard: cores, spot: 0.0 } }
    }
}

/// What is in use in one location of one subscription.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Used {
    groups: f64,
    share: Share,
}

impl Used {
    fn of(&self, quota: &str) -> f64 {
        match quota {
            "ContainerGroups" => self.groups,
            "StandardCores" => self.share.standard,
            _ => self.share.spot,
        }
    }
}

/// What is in use everywhere.
#[derive(Clone, Debug, Default)]
pub(crate) struct Usage {
    used: BTreeMap<String, Used>,
}

fn place(subscription: &str, location: &str) -> String {
    format!("{}/{location}", subscription.to_lowercase())
}

impl Usage {
    /// Counts a group in (`1.0`) or out (`-1.0`).
    pub(crate) fn count(&mut self, subscription: &str, location: &str, share: Share, sign: f64) {
        let used = self.used.entry(place(subscription, location)).or_default();
        used.groups += sign;
        used.share.standard += sign * share.standard;
        used.share.spot += sign * share.spot;
    }

    /// Refuses a group that does not fit beside what is in use, without `before`.
    pub(crate) fn check(
        &self,
        limits: &BTreeMap<&'static str, f64>,
        subscription: &str,
        location: &str,
        before: Option<Share>,
        after: Share,
    ) -> Result<(), Refusal> {
        let used = self.used.get(&place(subscription, location)).copied().unwrap_or_default();
        let wanted = Used { groups: 1.0, share: after };
        let given = before.map(|share| Used { groups: 1.0, share }).unwrap_or_default();
        for (quota, limit) in limits {
            let usage = used.of(quota) - given.of(quota);
            let requested = wanted.of(quota);
            if requested > 0.0 && usage + requested > *limit {
                let message = format!(
                    "Resource type 'Microsoft.ContainerInstance/containerGroups' container group quota '{quota}' exceeded in region '{location}'. Limit: '{limit}', Usage: '{usage}' Requested: '{requested}'."
                );
                return Err(Refusal::service(400, "ContainerGroupQuotaReached", message));
            }
        }
        Ok(())
    }

    /// The usages of a location, as the API lists them.
    pub(crate) fn list(&self, limits: &BTreeMap<&'static str, f64>, subscription: &str, location: &str) -> Value {
        let used = self.used.get(&place(subscription, location)).copied().unwrap_or_default();
        let items: Vec<Value> = QUOTAS
            .iter()
            .map(|(name, words)| {
                #[expect(clippy::cast_possible_truncation, reason = "counts and cores are small; the API has whole numbers")]
                let whole = |number: f64| number.ceil() as i64;
                let id = format!("/subscriptions/{subscription}/providers/Microsoft.ContainerInstance/locations/{location}/usages/{name}");
                let limit = limits.get(name).copied().unwrap_or(1_000_000.0);
                json!({"id": id, "unit": "Count", "currentValue": whole(used.of(name)), "limit": whole(limit),
                    "name": {"value": name, "localizedValue": words}})
            })
            .collect();
        json!({"value": items})
    }
}
