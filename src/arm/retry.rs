//! Which answers deserve another try, and after how long.
//!
//! **Never:** send, sleep or look at a clock: what has been tried and waited so far is passed in.
//! In: an answer, or that none came; out: a [`Pause`] or nothing. Jitter comes from a counter, so
//! that a run can be repeated exactly and a fleet of calls still does not move in step.

use std::time::Duration;

use super::error::{at, find_error, parse_body};
use super::wire::{Lost, Response};

/// How long to go on trying. No value is a promise about the number of tries within it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Patience {
    /// Tries after a lost connection, 408 or 5xx.
    pub tries: u32,
    /// The first wait after such a failure; it doubles from there.
    pub first_wait: Duration,
    /// The longest such wait.
    pub longest_wait: Duration,
    /// In all, for calls that Azure throttles.
    pub throttled: Duration,
    /// In all, for calls that meet a container group in transition.
    pub transitioning: Duration,
    /// Between two looks at a group in transition (Azure's own text: "please retry later").
    pub transition_wait: Duration,
    /// Tries when a registry answers badly.
    pub registry_tries: u32,
    /// The first wait for a registry; it doubles from there.
    pub registry_wait: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            tries: 5,
            first_wait: Duration::from_secs(1),
            longest_wait: Duration::from_secs(30),
            throttled: Duration::from_secs(900),
            transitioning: Duration::from_secs(600),
            transition_wait: Duration::from_secs(10),
            registry_tries: 3,
            registry_wait: Duration::from_secs(15),
        }
    }
}

/// No answer is believed that asks to wait longer than this.
const LONGEST: Duration = Duration::from_secs(24 * 3600);

/// What one call has been through so far.
#[derive(Clone, Copy, Debug, Default)]
pub struct Past {
    /// Failures of the connection or the server.
    pub failures: u32,
    /// Answers of a registry that did not work.
    pub registry: u32,
    /// Throttled answers.
    pub throttles: u32,
    /// Waited for the throttle.
    pub throttled: Duration,
    /// Looks at a container group in transition.
    pub transitions: u32,
    /// Waited for a container group in transition.
    pub transitioning: Duration,
}

/// A wait before another try.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pause {
    /// How long.
    pub wait: Duration,
    /// Why, for the user: `throttled by Azure`.
    pub why: String,
    /// Whether all calls of this sort should wait, not only this one.
    pub throttled: bool,
}

/// Whether to try again, and when; `past` takes note of it.
pub fn consider(
    method: &str,
    outcome: Result<&Response, &Lost>,
    past: &mut Past,
    patience: &Patience,
    seed: u64,
) -> Option<Pause> {
    // Everything but POST may be sent twice: a PATCH of Resource Manager sets members to given values.
    let repeatable = method != "POST";
    match outcome {
        Err(lost) if (repeatable || !lost.sent) && !lost.lasting => {
            backoff(past, patience, seed, None, lost.message.clone())
        }
        Err(_) => None,
        Ok(response) => match response.status {
            429 => throttled(response, past, patience, seed),
            409 => conflict(response, past, patience, seed),
            501 => None,
            408 | 500.. if repeatable => {
                let why = format!("Azure answered with status {}", response.status);
                backoff(past, patience, seed, retry_after(response), why)
            }
            _ => None,
        },
    }
}

/// The same for the token service of a machine or app, which has answers of its own for "not yet": 404,
/// 410 while it is updated (for up to 70 s), and 429, often without a time.
///
/// Source: "How to use managed identities for Azure resources on an Azure VM to acquire an access token", error handling.
pub fn consider_metadata(
    outcome: Result<&Response, &Lost>,
    past: &mut Past,
    patience: &Patience,
    seed: u64,
) -> Option<Pause> {
    match outcome {
        // Its address is on the machine itself: what is not there now will not come.
        Err(lost) if !lost.sent || lost.lasting => None,
        Err(lost) => backoff(past, patience, seed, None, lost.message.clone()),
        Ok(response) => {
            let patience = match response.status {
                410 => Patience { tries: patience.tries.max(UPDATE_TRIES), ..patience.clone() },
                404 | 429 | 500.. => patience.clone(),
                _ => return None,
            };
            let why = format!("the managed identity service answered with status {}", response.status);
            backoff(past, &patience, seed, retry_after(response), why)
        }
    }
}

/// With waits of 1, 2, 4 ... 30 s, less a quarter, these last for more than 70 s.
const UPDATE_TRIES: u32 = 8;

fn backoff(past: &mut Past, patience: &Patience, seed: u64, asked: Option<Duration>, why: String) -> Option<Pause> {
    if past.failures >= patience.tries {
        return None;
    }
    let own = doubled(patience.first_wait, past.failures).min(patience.longest_wait);
    past.failures += 1;
    let wait = asked.map_or_else(|| spread(own, seed), |asked| asked.min(patience.longest_wait));
    Some(Pause { wait, why, throttled: false })
}

fn throttled(response: &Response, past: &mut Past, patience: &Patience, seed: u64) -> Option<Pause> {
    // Without Retry-After nobody knows; the service's own windows are five minutes and an hour.
    let guess = doubled(Duration::from_secs(5), past.throttles).min(Duration::from_secs(60));
    // A little later than asked, never earlier: earlier tries are refused too.
    let later = |asked: Duration| asked + asked.mul_f64(fraction(seed) * 0.1);
    let wait = retry_after(response).map_or_else(|| spread(guess, seed), later).max(floor(past.throttles));
    if past.throttled + wait > patience.throttled {
        return None;
    }
    past.throttles += 1;
    past.throttled += wait;
    Some(Pause { wait, why: "throttled by Azure".to_owned(), throttled: true })
}

fn conflict(response: &Response, past: &mut Past, patience: &Patience, seed: u64) -> Option<Pause> {
    let body = parse_body(&response.body)?;
    let code = find_error(&body).and_then(|said| at(said, "code"))?.as_str()?;
    let own = code.eq_ignore_ascii_case("ContainerGroupTransitioning");
    // A subnet deploys one container group at a time (hashicorp/terraform-provider-azurerm#15025).
    if own || code.eq_ignore_ascii_case("ServiceAssociationLinkNotReady") {
        let asked = retry_after(response).unwrap_or_else(|| spread(patience.transition_wait, seed));
        let wait = asked.max(floor(past.transitions));
        if past.transitioning + wait > patience.transitioning {
            return None;
        }
        past.transitions += 1;
        past.transitioning += wait;
        let what = if own { "the container group is" } else { "another container group of the subnet is" };
        return Some(Pause { wait, why: format!("{what} still in transition"), throttled: false });
    }
    if code.eq_ignore_ascii_case("RegistryErrorResponse") && past.registry < patience.registry_tries {
        let own = doubled(patience.registry_wait, past.registry);
        past.registry += 1;
        let wait = retry_after(response).unwrap_or_else(|| spread(own, seed));
        return Some(Pause { wait, why: "the image registry answered with an error".to_owned(), throttled: false });
    }
    None
}

/// How long an answer asks to wait: `retry-after-ms` and `x-ms-retry-after-ms` in milliseconds,
/// else `retry-after` in seconds or as a date (RFC 9110), measured against the answer's own date.
#[must_use]
pub fn retry_after(response: &Response) -> Option<Duration> {
    let ms =
        ["retry-after-ms", "x-ms-retry-after-ms"].iter().find_map(|name| response.header(name)?.trim().parse().ok());
    if let Some(ms) = ms {
        return Some(Duration::from_millis(ms).min(LONGEST));
    }
    let text = response.header("retry-after")?.trim();
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds).min(LONGEST));
    }
    let instant = |text: &str| jiff::fmt::rfc2822::parse(text.trim()).ok().map(|zoned| zoned.timestamp());
    let wait = instant(text)?.duration_since(instant(response.header("date")?)?);
    Some(Duration::try_from(wait).unwrap_or(Duration::ZERO).min(LONGEST))
}

/// The least wait after so many tries: an answer that asks for no wait at all must not keep us busy for ever.
fn floor(times: u32) -> Duration {
    doubled(Duration::from_millis(1), times).min(Duration::from_secs(10))
}

fn doubled(first: Duration, times: u32) -> Duration {
    first.saturating_mul(1 << times.min(16))
}

/// Between three and five quarters of a wait.
fn spread(wait: Duration, seed: u64) -> Duration {
    wait.mul_f64(0.75 + fraction(seed) * 0.5)
}

/// A number from 0 to 1 that looks random and depends on the seed alone (splitmix64).
fn fraction(seed: u64) -> f64 {
    let mut mixed = seed.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    f64::from((mixed >> 40) as u32) / f64::from(1_u32 << 24)
}
