//! Azure Resource Manager's token buckets, kept on our side so that a fleet never runs into a 429.
//!
//! **Never:** sleep or look at a clock: time is passed in, counted from any fixed moment.
//! In: a call's kind and the moment; out: how long it should wait. Taking a token may leave the
//! bucket in debt: whoever comes later waits longer, so the order of arrival is the order of sending.

use std::time::Duration;

use super::wire::Response;

/// Which of the three limits a call counts against.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// GET and HEAD.
    Read,
    /// PUT, PATCH and POST (an exec or a stop counts as a write).
    Write,
    /// DELETE.
    Delete,
}

impl Kind {
    /// The limit that a method counts against.
    #[must_use]
    pub fn of(method: &str) -> Self {
        match method {
            "GET" | "HEAD" => Self::Read,
            "DELETE" => Self::Delete,
            _ => Self::Write,
        }
    }
}

/// The size of a bucket and how fast it fills.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Limit {
    /// Calls at once.
    pub burst: f64,
    /// Calls a second from then on.
    pub per_second: f64,
}

/// The limits of one subscription and principal.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Limits {
    /// For reads.
    pub reads: Limit,
    /// For writes.
    pub writes: Limit,
    /// For deletes.
    pub deletes: Limit,
}

impl Limits {
    /// For a cloud that has none: every call passes, until an answer says to wait.
    pub const UNLIMITED: Limits = {
        let open = Limit { burst: 1e9, per_second: 1e9 };
        Limits { reads: open, writes: open, deletes: open }
    };
}

impl Default for Limits {
    /// "Azure Resource Manager, request limits": 250 + 25/s, 200 + 10/s, 200 + 10/s.
    fn default() -> Self {
        let slow = Limit { burst: 200.0, per_second: 10.0 };
        Self { reads: Limit { burst: 250.0, per_second: 25.0 }, writes: slow, deletes: slow }
    }
}

/// The three buckets.
#[derive(Clone, Debug)]
pub struct Throttle {
    reads: Bucket,
    writes: Bucket,
    deletes: Bucket,
}

#[derive(Clone, Debug)]
struct Bucket {
    limit: Limit,
    tokens: f64,
    at: Duration,
}

impl Throttle {
    /// Full buckets at time zero.
    #[must_use]
    pub fn new(limits: Limits) -> Self {
        let bucket = |limit: Limit| Bucket { limit, tokens: limit.burst, at: Duration::ZERO };
        Self { reads: bucket(limits.reads), writes: bucket(limits.writes), deletes: bucket(limits.deletes) }
    }

    /// Takes a token, and says how long to wait before using it: nothing when one was there.
    pub fn take(&mut self, kind: Kind, now: Duration) -> Duration {
        let bucket = self.bucket(kind);
        bucket.fill(now);
        bucket.tokens -= 1.0;
        if bucket.tokens >= 0.0 {
            return Duration::ZERO;
        }
        Duration::try_from_secs_f64(-bucket.tokens / bucket.limit.per_second).unwrap_or(Duration::MAX)
    }

    /// Lets nothing of this kind pass before `now + wait`: Azure said so.
    pub fn hold(&mut self, kind: Kind, now: Duration, wait: Duration) {
        let bucket = self.bucket(kind);
        bucket.fill(now);
        bucket.tokens = bucket.tokens.min(1.0 - wait.as_secs_f64() * bucket.limit.per_second);
    }

    /// Believes an answer that says fewer calls are left than we thought.
    pub fn learn(&mut self, now: Duration, response: &Response) {
        for (name, value) in &response.headers {
            let Some(rest) = name.strip_prefix("x-ms-ratelimit-remaining-") else { continue };
            let Some(scope) = rest.strip_prefix("subscription-").or_else(|| rest.strip_prefix("tenant-")) else {
                continue;
            };
            let kind = match scope.strip_prefix("global-").unwrap_or(scope) {
                "reads" => Kind::Read,
                "writes" => Kind::Write,
                "deletes" => Kind::Delete,
                _ => continue,
            };
            if let Ok(left) = value.trim().parse::<u32>() {
                let bucket = self.bucket(kind);
                bucket.fill(now);
                bucket.tokens = bucket.tokens.min(f64::from(left));
            }
        }
    }

    fn bucket(&mut self, kind: Kind) -> &mut Bucket {
        match kind {
            Kind::Read => &mut self.reads,
            Kind::Write => &mut self.writes,
            Kind::Delete => &mut self.deletes,
        }
    }
}

impl Bucket {
    fn fill(&mut self, now: Duration) {
        let passed = now.saturating_sub(self.at).as_secs_f64();
        self.tokens = (self.tokens + passed * self.limit.per_second).min(self.limit.burst);
        self.at = self.at.max(now);
    }
}
