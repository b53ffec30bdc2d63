//! The master property: a random configuration, a random one before it, a random script of faults
//! and deaths. Apply until quiet; then planning again finds nothing, the world equals the
//! configuration, and no id was ever created twice.

mod toy;

use std::collections::BTreeMap;
use std::fmt::Write;
use std::rc::Rc;

use acier::plan::{Action, Mode};
use acier::seal::Key;
use acier::state::{Event, Journal, JournalError, State};
use proptest::prelude::*;

use crate::lab::{End, Fuse, Fused, Text, live};
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
        6 => Just(Luck::Fine),
        1 => Just(Luck::Refused),
        1 => Just(Luck::LostBefore),
        1 => Just(Luck::LostAfter),
        1 => Just(Luck::FailsLater),
    ]
}

fn text(things: &[Thing]) -> String {
    let mut text = String::new();
    for (number, thing) in things.iter().enumerate().filter(|(_, thing)| thing.there) {
        let needs = thing.needs.iter().take(number).enumerate();
        let inputs: Vec<String> = needs
            .filter(|(other, needs)| **needs && things[*other].there)
            .map(|(other, _)| format!("{KIND}.t{other}.stamp"))
            .collect();
        let secret = if thing.secret { "\"canary\"" } else { "null" };
        writeln!(
            text,
            "resource \"{KIND}\" \"t{number}\" {{\n  name = \"t{number}\"\n  size = {}\n  shape = {}\n  secret = {secret}\n  \
             inputs = [{}]\n}}",
            thing.size,
            thing.shape,
            inputs.join(", ")
        )
        .expect("a string takes any text");
    }
    text
}

/// Applies until a run is complete and changes nothing; each run may die at its own point.
async fn settle(toys: &Toys, memory: &mut Memory, text: &str, deaths: &[usize], key: &Key) {
    let text = Text::load(text, &Rc::new(schemas()));
    let mut deaths = deaths.iter().copied();
    let mut last = String::new();
    for _ in 0..60 {
        let fuse = Fuse::new(deaths.next());
        toys.fuse.replace(fuse.clone());
        let mut state = memory.replay();
        let mut journal = Fused { inner: &mut *memory, fuse: fuse.clone() };
        let end = fuse.guard(live(toys, &text, &mut state, &mut journal, key, Mode::Normal)).await;
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

fn check(toys: &Toys, memory: &Memory, things: &[Thing]) {
    assert_eq!(*toys.violations.borrow(), Default::default());
    let state = memory.replay();
    assert!(state.pending.is_empty());
    let world: BTreeMap<String, (i64, i64, usize)> = toys
        .world
        .borrow()
        .iter()
        .map(|(id, members)| {
            let number = |name: &str| members[name].as_int().expect("a number");
            let inputs = members["inputs"].as_sequence().map_or(0, <[_]>::len);
            (id.clone(), (number("size"), number("shape"), inputs))
        })
        .collect();
    let wanted: BTreeMap<String, (i64, i64, usize)> = things
        .iter()
        .enumerate()
        .filter(|(_, thing)| thing.there)
        .map(|(number, thing)| {
            let inputs = thing.needs.iter().take(number).enumerate().filter(|(other, on)| **on && things[*other].there);
            (format!("/toys/t{number}"), (thing.size.into(), thing.shape.into(), inputs.count()))
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
        before in prop::collection::vec(thing(), 1..6),
        after in prop::collection::vec(thing(), 1..6),
        luck in prop::collection::vec(luck(), 0..12),
        deaths in prop::collection::vec(0..60_usize, 0..4),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
        let key = Key::new(&[7; 32]);
        runtime.block_on(async {
            let toys = Toys::new(luck);
            let mut memory = Memory::default();
            settle(&toys, &mut memory, &text(&before), &[], &key).await;
            check(&toys, &memory, &before);
            settle(&toys, &mut memory, &text(&after), &deaths, &key).await;
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
    let things: Vec<Thing> =
        (0..5).map(|_| Thing { there: true, size: 1, shape: 1, secret: true, needs: vec![true; 6] }).collect();
    settle(&toys, &mut memory, &text(&things), &[], &key).await;
    let mut state = memory.replay();
    let serial = state.serial;
    let own = Text::load(&text(&things), &Rc::new(schemas()));
    let end = live(&toys, &own, &mut state, &mut &mut memory, &key, Mode::Normal).await;
    let plan = end.plan.expect("a plan");
    assert!(plan.changes.iter().all(|change| change.action == Action::NoOp), "{:?}", plan.changes);
    assert_eq!(state.serial, serial, "a run that changes nothing begins no operation");
}
