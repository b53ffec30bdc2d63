//! Random stories, lived by acier and by Terraform: both must plan, make and refuse the same.
//!
//! `ACIER_DRAW=200 ACIER_SEED=7` draws more, and others; a story that differs is made as small as it
//! goes before it is shown. `ACIER_SHRINK=no` leaves that out, `ACIER_STORY=3,14` lives only these.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use super::both::{Side, Told};
use super::explained::{self, About};
use super::story::{Step, Story};

/// What came of a story.
#[derive(Default)]
struct Outcome {
    steps: usize,
    planned: usize,
    applied: usize,
    quiet: usize,
    /// The first thing that differs, and how.
    differs: Option<(usize, &'static str, String)>,
    explained: Vec<&'static str>,
    /// One went on and the other did not, for a reason that is explained.
    parted: bool,
}

fn compare(outcome: &mut Outcome, (at, step, mistake): (usize, &Step, &str), ours: &[Told], theirs: &[Told]) {
    for (ours, theirs) in ours.iter().zip(theirs) {
        if ours.text == theirs.text {
            continue;
        }
        let about = About { what: ours.what, mistake, options: &step.options, files: &step.files() };
        let (own, other, used) = explained::lay_aside(&about, &ours.text, &theirs.text);
        outcome.explained.extend(used);
        if own != other {
            let diff = similar::TextDiff::from_lines(&other, &own);
            let text = diff.unified_diff().context_radius(6).header("Terraform", "acier").to_string();
            outcome.differs = Some((at, ours.what, text));
            return;
        }
        // From here on the two have lived differently.
        let apart = ours.what == "state" && ours.text != theirs.text;
        if apart || ours.text.lines().next() != theirs.text.lines().next() {
            outcome.parted = true;
            return;
        }
    }
}

fn live(story: &Story) -> Outcome {
    let (mut acier, mut terraform) = (Side::new(true), Side::new(false));
    let mut outcome = Outcome::default();
    let mistake = story.mistake.unwrap_or_default();
    for (at, step) in story.steps.iter().enumerate() {
        acier.write(step);
        terraform.write(step);
        let (ours, theirs) = (acier.play(step, at), terraform.play(step, at));
        outcome.steps += 1;
        outcome.planned += usize::from(theirs.len() > 1);
        outcome.applied +=
            usize::from(theirs.iter().any(|told| told.what == "apply" && told.text.starts_with("exit code Some(0)")));
        compare(&mut outcome, (at, step, mistake), &ours, &theirs);
        if outcome.differs.is_some() || outcome.parted {
            return outcome;
        }
    }
    // Once more, when everything is done.
    if let Some(last) = story.steps.last().filter(|_| outcome.applied > 0) {
        let again = Step {
            options: last.options.iter().filter(|option| option.starts_with("-var")).cloned().collect(),
            ..last.clone()
        };
        let ((ours, _), (theirs, _)) = (acier.plan(&again, "plan again"), terraform.plan(&again, "plan again"));
        outcome.quiet += usize::from(theirs[0].text.starts_with("exit code Some(0)"));
        compare(&mut outcome, (story.steps.len(), &again, mistake), &ours, &theirs);
    }
    outcome
}

/// What a difference is about: its changed lines without places, or the first of a document.
fn sign(what: &str, difference: &str) -> String {
    let changed = difference
        .lines()
        .filter(|line| line.starts_with(['+', '-']) && !line.starts_with("+++") && !line.starts_with("---"));
    let bare = changed.map(|line| line.split(" (").next().unwrap_or_default().trim_end_matches(','));
    if what.contains("document") || what == "state" {
        return bare.take(1).map(str::to_owned).collect();
    }
    bare.map(|line| format!("{line}\n")).collect()
}

/// The smallest story that differs in the same thing.
fn shrink(mut story: Story, mut outcome: Outcome) -> (Story, Outcome) {
    let of = |outcome: &Outcome| outcome.differs.as_ref().map(|(_, what, text)| (*what, sign(what, text)));
    let wanted = of(&outcome);
    let mut tries = setting("ACIER_TRIES", 120);
    loop {
        let found = story.smaller().into_iter().find_map(|smaller| {
            tries = tries.checked_sub(1)?;
            let came = live(&smaller);
            (of(&came) == wanted).then_some((smaller, came))
        });
        match found {
            Some((smaller, came)) => (story, outcome) = (smaller, came),
            None => return (story, outcome),
        }
    }
}

fn setting(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).ok().map_or(otherwise, |text| text.parse().expect("a number"))
}

#[test]
fn acier_and_terraform_live_random_stories_alike() {
    if !crate::expr::theirs::there("random configurations were not compared") {
        return;
    }
    let (count, seed) = (setting("ACIER_DRAW", 12), setting("ACIER_SEED", 1));
    let shrinks = std::env::var("ACIER_SHRINK").map_or(true, |word| word != "no");
    let only = std::env::var("ACIER_STORY").ok();
    let next = AtomicU64::new(0);
    let all = Mutex::new((Outcome::default(), String::new(), 0));
    let work = || {
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if number >= count {
                return;
            }
            if only.as_ref().is_some_and(|only| !only.split(',').any(|one| one == number.to_string())) {
                continue;
            }
            let story = Story::draw(seed.wrapping_mul(1_000_003).wrapping_add(number));
            let mut outcome = live(&story);
            let mut shown = story.clone();
            if outcome.differs.is_some() && shrinks {
                (shown, outcome) = shrink(story, outcome);
            }
            let mut all = all.lock().unwrap();
            let (sum, text, wrong) = &mut *all;
            sum.steps += outcome.steps;
            sum.planned += outcome.planned;
            sum.applied += outcome.applied;
            sum.quiet += outcome.quiet;
            sum.explained.extend(outcome.explained);
            if let Some((at, what, difference)) = outcome.differs {
                *wrong += 1;
                let mistake = shown.mistake.unwrap_or_default();
                let head = format!("######## story {number} of seed {seed}, step {at}: {what} [{mistake}]");
                writeln!(text, "{head}\n{}{difference}", shown.show()).unwrap();
            }
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..setting("ACIER_WORKERS", 2) {
            scope.spawn(work);
        }
    });
    let (sum, text, wrong) = all.into_inner().unwrap();
    let mut families: BTreeMap<&str, usize> = BTreeMap::new();
    sum.explained.iter().for_each(|about| *families.entry(about).or_default() += 1);
    families.iter().for_each(|(about, count)| println!("explained {count} times: {about}"));
    println!(
        "{count} stories of seed {seed}: {} steps, {} planned, {} applied, {} quiet in the end; {} explained differences, {wrong} others",
        sum.steps,
        sum.planned,
        sum.applied,
        sum.quiet,
        sum.explained.len()
    );
    assert!(wrong == 0, "{wrong} of {count} stories differ (ACIER_SEED={seed})\n{text}");
}
