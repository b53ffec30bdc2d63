//! The creations and deletions that Azure Container Instances allows, kept on our side.
//!
//! **Never:** sleep or look at a clock: time is passed in, counted from any fixed moment.
//! In: who wants a turn, and what the answers say is left. Out: when the turn is. Source: Azure
//! Container Instances, "Service quotas": 100 in five minutes and 300 in an hour, for creations
//! and, counted apart, for deletions; many subscriptions have more, which the headers tell.

use std::collections::VecDeque;
use std::time::Duration;

use super::wire::Response;

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counted {
    /// PUTs of container groups that are not there yet.
    Creations,
    /// DELETEs of container groups.
    Deletions,
}

/// How many turns there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// In any five minutes.
    pub five_minutes: usize,
    /// In any hour.
    pub hour: usize,
}

impl Default for Rate {
    fn default() -> Rate {
        Rate { five_minutes: 100, hour: 300 }
    }
}

const FIVE_MINUTES: Duration = Duration::from_secs(300);
const HOUR: Duration = Duration::from_secs(3600);
/// A request arrives some time after its turn, and never the same time.
const MARGIN: Duration = Duration::from_secs(2);
/// After so long a call has its answer, or never gets one.
const ANSWERED: Duration = Duration::from_secs(600);
const LEFT: &str = "x-ms-ratelimit-remaining-subscription-resource-requests-";

/// The turns of both sorts.
#[derive(Clone, Debug, Default)]
pub struct Budget {
    creations: Turns,
    deletions: Turns,
}

#[derive(Clone, Debug, Default)]
struct Turns {
    rate: Rate,
    /// When turns were or will be, in order; those of the last hour.
    given: VecDeque<Duration>,
    /// How many of the last given ones have no answer yet.
    open: usize,
    /// The service said that there is no turn before.
    held: Duration,
}

impl Budget {
    /// Takes the next turn, and says how long it is until then.
    pub fn take(&mut self, counted: Counted, now: Duration) -> Duration {
        self.turns(counted).take(now).saturating_sub(now)
    }

    /// Gives no turn before `now + wait`, because a call was refused as too early: the service counted
    /// it not, so neither do we.
    pub fn hold(&mut self, counted: Counted, now: Duration, wait: Duration) {
        let turns = self.turns(counted);
        turns.held = turns.held.max(now + wait);
        if turns.open > 0 {
            turns.given.remove(turns.given.len() - turns.open);
            turns.open -= 1;
        }
    }

    /// Believes what an answer to a counted call says is left.
    pub fn learn(&mut self, counted: Counted, now: Duration, response: &Response) {
        let left = |window: &str| response.header(&format!("{LEFT}{window}"))?.trim().parse().ok();
        let (five_minutes, hour) = (left("pt5m"), left("pt1h"));
        if five_minutes.is_none() && hour.is_none() {
            return;
        }
        self.turns(counted).learn(now, five_minutes, hour);
    }

    /// What is believed to be allowed.
    #[must_use]
    pub fn rate(&self, counted: Counted) -> Rate {
        match counted {
            Counted::Creations => self.creations.rate,
            Counted::Deletions => self.deletions.rate,
        }
    }

    /// How long it is from now until the last of so many turns, if nobody else takes any.
    #[must_use]
    pub fn foresee(&self, counted: Counted, now: Duration, count: usize) -> Duration {
        let mut turns = match counted {
            Counted::Creations => self.creations.clone(),
            Counted::Deletions => self.deletions.clone(),
        };
        (0..count).map(|_| turns.take(now)).last().unwrap_or(now).saturating_sub(now)
    }

    fn turns(&mut self, counted: Counted) -> &mut Turns {
        match counted {
            Counted::Creations => &mut self.creations,
            Counted::Deletions => &mut self.deletions,
        }
    }
}

impl Turns {
    /// How many turns were so long ago or longer.
    fn before(&self, now: Duration, span: Duration) -> usize {
        self.given.partition_point(|at| *at + span <= now)
    }

    fn take(&mut self, now: Duration) -> Duration {
        let mut turn = self.given.back().copied().unwrap_or(now).max(now).max(self.held);
        for (most, span) in [(self.rate.five_minutes, FIVE_MINUTES), (self.rate.hour, HOUR)] {
            // The turn that must have left the window before this one can be in it.
            let before = self.given.len().checked_sub(most.max(1)).and_then(|at| self.given.get(at));
            turn = before.map_or(turn, |before| turn.max(*before + span + MARGIN));
        }
        self.given.push_back(turn);
        self.open += 1;
        while self.given.front().is_some_and(|first| *first + HOUR + MARGIN <= now) {
            self.given.pop_front();
        }
        // A refused call has no such header; after some time it has an answer all the same.
        self.open = self.open.min(self.given.len() - self.before(now, ANSWERED));
        turn
    }

    /// Of the turns without an answer the service has counted some, and its clock is not ours, so
    /// what is certain lies on either side of the truth: at least so many are allowed, and at
    /// least so many were used by others.
    fn learn(&mut self, now: Duration, five_minutes: Option<usize>, hour: Option<usize>) {
        self.open = self.open.saturating_sub(1);
        let answered = self.given.len() - self.open;
        let within = |span: Duration| answered.saturating_sub(self.before(now, span));
        let mut strangers = [0, 0];
        let mut rate = self.rate;
        let windows = [(five_minutes, &mut rate.five_minutes, FIVE_MINUTES), (hour, &mut rate.hour, HOUR)];
        for ((left, limit, span), strangers) in windows.into_iter().zip(&mut strangers) {
            let Some(left) = left else { continue };
            *limit = (*limit).max(left + within(span - MARGIN));
            *strangers = limit.saturating_sub(left + within(span + MARGIN) + self.open);
        }
        self.rate = rate;
        if strangers == [0, 0] {
            return;
        }
        // What others used is as good as used by us. Nobody tells when it was: it is taken to be spread
        // over the window, and who is too early by that is told until when to wait.
        let at = self.given.get(answered).copied().unwrap_or(now).min(now);
        let [lately, before] = [strangers[0], strangers[1].saturating_sub(strangers[0])];
        let spread = |count: usize, from: Duration, span: Duration| {
            let step = span / u32::try_from(count.max(1)).unwrap_or(u32::MAX);
            (0..count).map(move |place| (from + step * u32::try_from(place).unwrap_or(u32::MAX)).min(at))
        };
        let recent = at.saturating_sub(FIVE_MINUTES);
        let others = spread(before, at.saturating_sub(HOUR), recent.saturating_sub(at.saturating_sub(HOUR)));
        let others: Vec<Duration> = others.chain(spread(lately, recent, at - recent)).collect();
        let open = self.given.split_off(answered);
        self.given.extend(others);
        self.given.make_contiguous().sort_unstable();
        self.given.extend(open);
    }
}
