//! The master property: a random configuration, a random one before it, a random script of faults
//! and deaths. Apply until quiet; then planning again finds nothing, the world equals the
//! configuration, and no id was ever created twice.

mod early;
mod toy;

use std::collections::BTreeMap;
use std::fmt::Write;
use std::rc::Rc;

use acier::plan::{Action, Mode};
use acier::seal::Key;
use acier::state::{Event, Journal, JournalError, State};
use proptest::prelude::*;

use acier::engine::Level;
use acier::value::Members;

use crate::lab::{End, Fuse, Fused, Interrupt, Text, live, live_until};
use toy::{KIND, Luck, Toys, schemas};

/// Keeps events; the state after a death is what they add up to.
#[derive(Default)]
struct Memory {
    events: Vec<Event>,
}

impl Journal for &mut Memory {
    fn append(&mut self, events: &[Event], _durable: bool) -> Result<(), JournalError> {
        self.events.extend_from_slice(events);
        Ok(())
    }
}

impl Memory {
    fn replay(&self) -> State {
        let mut state = State::default();
        for event in &self.events {
            state.apply(event).expect("a journal contradicts nothing");
        }
        state
    }
}

/// One thing of a configuration: its size and shape, whether it has a secret, and which earlier
/// things it refers to.
#[derive(Clone, Debug)]
struct Thing {
    there: bool,
    size: u8,
    shape: u8,
    secret: bool,
    needs: Vec<bool>,
}

fn thing() -> impl Strategy<Value = Thing> {
    (prop::bool::weighted(0.8), 0..3_u8, 0..2_u8, any::<bool>(), prop::collection::vec(prop::bool::weighted(0.3), 6))
        .prop_map(|(there, size, shape, secret, needs)| Thing { there, size, shape, secret, needs })
}

fn luck() -> impl Strategy<Value = Luck> {
    prop_oneof![
        9 => Just(Luck::Fine),
        1 => Just(Luck::Refused),
        1 => Just(Luck::Throttled),
        1 => Just(Luck::LostBefore),
        1 => Just(Luck::LostAfter),
        1 => Just(Luck::ArrivesLate),
        1 => Just(Luck::RefusedTwin),
        1 => Just(Luck::Late),
        1 => Just(Luck::FailsLater),
        1 => Just(Luck::FailsUndone),
        1 => Just(Luck::Unpollable),
        1 => Just(Luck::Endless),
        1 => Just(Luck::Runs),
        1 => Just(Luck::RunFails),
    ]
}

/// How a run ends before its time.
#[derive(Clone, Copy, Debug)]
enum Cut {
    /// The process dies at this point.
    Death(usize),
    /// The user interrupts.
    Interrupt(Interrupt),
}

fn cut() -> impl Strategy<Value = Cut> {
    prop_oneof![
        2 => (0..60_usize).prop_map(Cut::Death),
        1 => (0..12_usize).prop_map(|at| Cut::Interrupt((at, Level::Finish))),
        1 => (0..12_usize).prop_map(|at| Cut::Interrupt((at, Level::Abort))),
    ]
}

/// A configuration: its things, and whether replacements are made first. Such things have their
/// shape in their names, so that the replacement has an id of its own.
#[derive(Clone, Debug)]
struct Things {
    first: bool,
    things: Vec<Thing>,
}

fn things() -> impl Strategy<Value = Things> {
    (prop::bool::weighted(0.3), prop::collection::vec(thing(), 1..6))
        .prop_map(|(first, things)| Things { first, things })
}

impl Things {
    fn name(&self, number: usize) -> String {
        if self.first { format!("t{number}-{}", self.things[number].shape) } else { format!("t{number}") }
    }
}

fn text(config: &Things) -> String {
    let mut text = String::new();
    let things = &config.things;
    for (number, thing) in things.iter().enumerate().filter(|(_, thing)| thing.there) {
        let needs = thing.needs.iter().take(number).enumerate();
        let inputs: Vec<String> = needs
            .filter(|(other, needs)| **needs && things[*other].there)
            .map(|(other, _)| format!("{KIND}.t{other}.stamp"))
            .collect();
        let secret = if thing.secret { "\"canary\"" } else { "null" };
        writeln!(
            text,
            "resource \"{KIND}\" \"t{number}\" {{\n  name = \"{}\"\n  size = {}\n  shape = {}\n  secret = {secret}\n  \
             inputs = [{}]\n  lifecycle {{\n    create_before_destroy = {}\n  }}\n}}",
            config.name(number),
            thing.size,
            thing.shape,
            inputs.join(", "),
            config.first
        )
        .expect("a string takes any text");
    }
    text
}

/// The same with each thing in a module of its own; all of them are one folder.
fn housed(config: &Things) -> String {
    let mut text = String::new();
    let things = &config.things;
    for (number, thing) in things.iter().enumerate().filter(|(_, thing)| thing.there) {
        let needs = thing.needs.iter().take(number).enumerate();
        let inputs: Vec<String> = needs
            .filter(|(other, needs)| **needs && things[*other].there)
            .map(|(other, _)| format!("module.t{other}[\"x\"].stamp"))
            .collect();
        writeln!(
            text,
            "module \"t{number}\" {{\n  source = \"./house\"\n  for_each = toset([\"x\"])\n  name = \"{}\"\n  size = {}\n  \
             shape = {}\n  secret = {}\n  inputs = [{}]\n}}",
            config.name(number),
            thing.size,
            thing.shape,
            if thing.secret { "\"canary\"" } else { "null" },
            inputs.join(", "),
        )
        .expect("a string takes any text");
    }
    text.push_str("//// house/main.tf\n");
    for name in ["name", "size", "shape", "secret", "inputs"] {
        writeln!(text, "variable \"{name}\" {{}}").expect("a string takes any text");
    }
    writeln!(
        text,
        "resource \"{KIND}\" \"own\" {{\n  name = var.name\n  size = var.size\n  shape = var.shape\n  secret = var.secret\n  \
         inputs = var.inputs\n  lifecycle {{\n    create_before_destroy = {}\n  }}\n}}\noutput \"stamp\" {{\n  value = \
         {KIND}.own.stamp\n}}",
        config.first
    )
    .expect("a string takes any text");
    text
}

/// Applies until a run is complete and changes nothing; each run may be cut short.
async fn settle(toys: &Toys, memory: &mut Memory, text: &str, cuts: &[Cut], key: &Key) {
    let text = Text::load(text, &Rc::new(schemas()));
    let mut cuts = cuts.iter().copied();
    let mut last = String::new();
    for _ in 0..60 {
        let (death, interrupt) = match cuts.next() {
            Some(Cut::Death(at)) => (Some(at), None),
            Some(Cut::Interrupt(interrupt)) => (None, Some(interrupt)),
            None => (None, None),
        };
        let fuse = Fuse::new(death);
        toys.fuse.replace(fuse.clone());
        let mut state = memory.replay();
        let mut journal = Fused { inner: &mut *memory, fuse: fuse.clone() };
        let end = fuse.guard(live_until(toys, &text, &mut state, &mut journal, key, Mode::Normal, interrupt)).await;
        last = match &end {
            Some(end) => format!(
                "{:?} {:?}",
                end.report,
                end.plan.as_ref().map(|plan| plan
                    .changes
                    .iter()
                    .map(|c| (c.addr.to_string(), c.action, &c.why, &c.differences))
                    .collect::<Vec<_>>())
            ),
            None => "died".into(),
        };
        let Some(End { plan: Some(plan), report }) = end else { continue };
        if report.is_complete() && plan.is_empty() && plan.drift.is_empty() {
            assert_eq!(memory.replay(), state, "replaying the journal gives another state");
            return;
        }
    }
    panic!("it never became quiet: {last}");
}

/// Of what exists: size, shape, number of inputs, and whether it has the secret.
type Facts = (i64, i64, usize, bool);

fn facts(members: &Members) -> Facts {
    let number = |name: &str| members.get(name).unwrap().as_int().expect("a number");
    let inputs = members.get("inputs").unwrap().as_sequence().map_or(0, <[_]>::len);
    (number("size"), number("shape"), inputs, members.get("secret").unwrap().as_str() == Some("canary"))
}

fn check(toys: &Toys, memory: &Memory, config: &Things) {
    assert_eq!(*toys.violations.borrow(), Default::default());
    let state = memory.replay();
    assert!(state.pending.is_empty() && state.deposed.is_empty());
    let world: BTreeMap<String, Facts> =
        toys.world.borrow().iter().map(|(id, members)| (id.clone(), facts(members))).collect();
    let things = &config.things;
    let wanted: BTreeMap<String, Facts> = things
        .iter()
        .enumerate()
        .filter(|(_, thing)| thing.there)
        .map(|(number, thing)| {
            let inputs = thing.needs.iter().take(number).enumerate().filter(|(other, on)| **on && things[*other].there);
            let facts = (thing.size.into(), thing.shape.into(), inputs.count(), thing.secret);
            (format!("/toys/{}", config.name(number)), facts)
        })
        .collect();
    assert_eq!(world, wanted, "the world is not what the configuration says");
    let known: Vec<String> = state.objects.values().map(|object| object.id.to_string()).collect();
    assert_eq!(known, wanted.keys().cloned().collect::<Vec<_>>(), "the state is not what exists");
    let stored = format!("{:?}", memory.events);
    assert!(!stored.contains("canary"), "a secret reached the journal");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn whatever_happens_it_converges(
        before in things(),
        after in things(),
        luck in prop::collection::vec(luck(), 0..12),
        cuts in prop::collection::vec(cut(), 0..4),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
        let key = Key::new(&[7; 32]);
        runtime.block_on(async {
            let toys = Toys::new(luck);
            let mut memory = Memory::default();
            settle(&toys, &mut memory, &text(&before), &[], &key).await;
            check(&toys, &memory, &before);
            settle(&toys, &mut memory, &text(&after), &cuts, &key).await;
            check(&toys, &memory, &after);
        });
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, ..ProptestConfig::default() })]

    #[test]
    fn whatever_happens_in_modules_it_converges(
        before in things(),
        after in things(),
        luck in prop::collection::vec(luck(), 0..12),
        cuts in prop::collection::vec(cut(), 0..4),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
        let key = Key::new(&[7; 32]);
        runtime.block_on(async {
            let toys = Toys::new(luck);
            let mut memory = Memory::default();
            settle(&toys, &mut memory, &housed(&before), &[], &key).await;
            check(&toys, &memory, &before);
            settle(&toys, &mut memory, &housed(&after), &cuts, &key).await;
            check(&toys, &memory, &after);
        });
    }
}

/// How things that somebody else made come under management.
#[derive(Clone, Copy, Debug, PartialEq)]
enum By {
    Imports,
    Adoption,
    Both,
}

/// The configuration `after`, with what it takes to get the things of `foreign` managed.
fn taking(after: &Things, foreign: &Things, by: By) -> String {
    let mut text = if by == By::Imports { String::new() } else { "# adopt\n".into() };
    text.push_str(&self::text(after));
    for number in (0..after.things.len()).filter(|number| by != By::Adoption && foreign.things[*number].there) {
        writeln!(text, "import {{\n  to = {KIND}.t{number}\n  id = \"/Toys/T{number}\"\n}}").unwrap();
    }
    text
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn whoever_made_it_it_converges(
        foreign in prop::collection::vec(thing(), 5),
        after in prop::collection::vec(thing(), 1..6),
        by in prop_oneof![Just(By::Imports), Just(By::Adoption), Just(By::Both)],
        luck in prop::collection::vec(luck(), 0..12),
        cuts in prop::collection::vec(cut(), 0..4),
    ) {
        let (mut foreign, mut after) = (foreign, after);
        foreign.truncate(after.len());
        for (foreign, after) in foreign.iter_mut().zip(&mut after) {
            // What nobody manages stays as it is, and no cloud tells what a secret is.
            foreign.there &= after.there;
            foreign.secret = after.secret;
            if by == By::Imports && foreign.there {
                // What was deleted for its replacement cannot be imported by a run that comes later.
                after.shape = foreign.shape;
            }
        }
        let (foreign, after) = (Things { first: false, things: foreign }, Things { first: false, things: after });
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
        let key = Key::new(&[7; 32]);
        runtime.block_on(async {
            let toys = Toys::new(Vec::new());
            settle(&toys, &mut Memory::default(), &text(&foreign), &[], &key).await;
            toys.befall(luck);
            let mut memory = Memory::default();
            settle(&toys, &mut memory, &taking(&after, &foreign, by), &cuts, &key).await;
            check(&toys, &memory, &after);
        });
    }
}

/// What the planner decided stays decided: a plan of a settled configuration holds only no-ops.
#[tokio::test(start_paused = true)]
async fn a_second_plan_is_empty() {
    let toys = Toys::new(Vec::new());
    let mut memory = Memory::default();
    let key = Key::new(&[7; 32]);
    let thing = Thing { there: true, size: 1, shape: 1, secret: true, needs: vec![true; 6] };
    let things = Things { first: false, things: vec![thing; 5] };
    settle(&toys, &mut memory, &text(&things), &[], &key).await;
    let mut state = memory.replay();
    let serial = state.serial;
    let own = Text::load(&text(&things), &Rc::new(schemas()));
    let end = live(&toys, &own, &mut state, &mut &mut memory, &key, Mode::Normal).await;
    let plan = end.plan.expect("a plan");
    assert!(plan.changes.iter().all(|change| change.action == Action::NoOp), "{:?}", plan.changes);
    assert_eq!(state.serial, serial, "a run that changes nothing begins no operation");
}

/// One thing that is replaced create-first when its shape changes.
fn lone(shape: u8) -> Things {
    let thing = Thing { there: true, size: 1, shape, secret: false, needs: Vec::new() };
    Things { first: true, things: vec![thing] }
}

async fn run_once(toys: &Toys, memory: &mut Memory, config: &Things, interrupt: Option<Interrupt>) -> End {
    let (text, key) = (Text::load(&text(config), &Rc::new(schemas())), Key::new(&[7; 32]));
    let mut state = memory.replay();
    live_until(toys, &text, &mut state, &mut &mut *memory, &key, Mode::Normal, interrupt).await
}

/// However often the new object cannot be made, the old one stays and is known.
#[tokio::test(start_paused = true)]
async fn a_refused_replacement_costs_nothing() {
    let toys = Toys::new(vec![Luck::Refused, Luck::LostBefore, Luck::Refused, Luck::FailsUndone, Luck::Fine]);
    let mut memory = Memory::default();
    run_once(&toys, &mut memory, &lone(0), None).await;
    for _ in 0..4 {
        let end = run_once(&toys, &mut memory, &lone(1), None).await;
        assert!(!end.report.is_complete());
        assert_eq!(end.plan.expect("a plan").counts(), (1, 0, 1));
        assert_eq!(toys.world.borrow().keys().collect::<Vec<_>>(), ["/toys/t0-0"]);
    }
    run_once(&toys, &mut memory, &lone(1), None).await;
    check(&toys, &memory, &lone(1));
}

/// An interrupt while an id is still being looked at begins nothing.
#[tokio::test(start_paused = true)]
async fn an_interrupt_begins_nothing_new() {
    for level in [Level::Finish, Level::Abort] {
        let toys = Toys::new(Vec::new());
        let mut memory = Memory::default();
        let end = run_once(&toys, &mut memory, &lone(0), Some((0, level))).await;
        assert!(end.report.interrupted);
        assert_eq!(end.report.skipped.len(), 1);
        assert!(toys.world.borrow().is_empty() && memory.replay().pending.is_empty());
    }
}

/// A deletion that the cloud calls failed has not failed if nothing is left.
#[tokio::test(start_paused = true)]
async fn what_is_gone_is_deleted() {
    let toys = Toys::new(vec![Luck::FailsLater, Luck::Fine]);
    let mut memory = Memory::default();
    run_once(&toys, &mut memory, &lone(0), None).await;
    let none = Things { first: false, things: Vec::new() };
    let end = run_once(&toys, &mut memory, &none, None).await;
    assert!(end.report.is_complete(), "{:?}", end.report);
    check(&toys, &memory, &none);
}
