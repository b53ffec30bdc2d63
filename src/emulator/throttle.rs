//! Request limits: token buckets of Azure Resource Manager and the windows of container groups.
//!
//! **Never:** persist; a restarted emulator has fresh limits. Counted always, enforced only when
//! the settings ask for it. Numbers: "Throttling of requests in Azure Resource Manager" (250 reads
//! and 25 more a second, 200 writes and 10, 200 deletes and 10) and "Azure Container Instances, service limits"
//! (100 creations in five minutes, 300 in an hour, the same again for deletions).

use std::collections::{BTreeMap, VecDeque};

use crate::emulator::answer::Refusal;

#[derive(Clone, Debug)]
struct Bucket {
    left: f64,
    at: i64,
}

#[derive(Clone, Debug, Default)]
struct Window {
    hits: VecDeque<i64>,
}

const MINUTES: i64 = 300_000;
const HOUR: i64 = 3_600_000;

impl Window {
    /// Counts a hit if there is room; what is left, or the milliseconds until there is room.
    fn hit(&mut self, now: i64, span: i64, limit: usize, strict: bool) -> Result<usize, i64> {
        while self.hits.front().is_some_and(|at| at + span <= now) {
            self.hits.pop_front();
        }
        if self.hits.len() >= limit {
            return match self.hits.front() {
                Some(first) if strict => Err(first + span - now),
                _ => Ok(0),
            };
        }
        self.hits.push_back(now);
        Ok(limit - self.hits.len())
    }
}

/// What was asked so far.
#[derive(Clone, Debug, Default)]
pub(crate) struct Throttle {
    buckets: BTreeMap<(String, &'static str), Bucket>,
    windows: BTreeMap<(String, &'static str, i64), Window>,
}

fn refuse(subscription: &str, kind: &str, wait: i64) -> Refusal {
    let seconds = (wait + 999) / 1_000;
    let message = format!(
        "Number of '{kind}' requests for subscription '{subscription}' exceeded. Please try again after '{seconds}' seconds."
    );
    Refusal::gateway(429, "SubscriptionRequestsThrottled", message).with("retry-after", seconds.to_string())
}

impl Throttle {
    /// Takes one token for a request; the header that says what is left.
    pub(crate) fn take(
        &mut self,
        subscription: &str,
        method: &str,
        now: i64,
        strict: bool,
    ) -> Result<(String, String), Refusal> {
        let (kind, word, size, rate) = match method {
            "GET" | "HEAD" => ("reads", "read", 250.0, 25.0),
            "DELETE" => ("deletes", "delete", 200.0, 10.0),
            _ => ("writes", "write", 200.0, 10.0),
        };
        let full = Bucket { left: size, at: now };
        let bucket = self.buckets.entry((subscription.to_lowercase(), kind)).or_insert(full);
        #[expect(clippy::cast_precision_loss, reason = "a pause of milliseconds")]
        let gained = (now - bucket.at) as f64 / 1_000.0 * rate;
        *bucket = Bucket { left: (bucket.left + gained).min(size), at: now };
        if bucket.left < 1.0 && strict {
            #[expect(clippy::cast_possible_truncation, reason = "at most a second")]
            let wait = ((1.0 - bucket.left) / rate * 1_000.0).ceil() as i64;
            return Err(refuse(subscription, word, wait));
        }
        bucket.left = (bucket.left - 1.0).max(0.0);
        #[expect(clippy::cast_possible_truncation, reason = "a bucket holds 250")]
        let left = bucket.left as i64;
        Ok((format!("x-ms-ratelimit-remaining-subscription-{kind}"), left.to_string()))
    }

    /// Counts the creation or deletion of a container group; the two headers that say what is left.
    pub(crate) fn count(
        &mut self,
        subscription: &str,
        kind: &'static str,
        now: i64,
        strict: bool,
    ) -> Result<[(String, String); 2], Refusal> {
        // Without enforcement the counters start where the service's largest subscriptions do.
        let limits = if strict {
            [("pt5m", MINUTES, 100), ("pt1h", HOUR, 300)]
        } else {
            [("pt5m", MINUTES, 1_500), ("pt1h", HOUR, 15_000)]
        };
        let mut headers = [(String::new(), String::new()), (String::new(), String::new())];
        for ((name, span, limit), header) in limits.into_iter().zip(&mut headers) {
            let window = self.windows.entry((subscription.to_lowercase(), kind, span)).or_default();
            let left = window.hit(now, span, limit, strict).map_err(|wait| refuse(subscription, kind, wait))?;
            *header = (format!("x-ms-ratelimit-remaining-subscription-resource-requests-{name}"), left.to_string());
        }
        Ok(headers)
    }
}
