//! Lowering: a table of small graphs, and what must hold for every graph.

use std::collections::{BTreeMap, BTreeSet};

use acier::addr::{Block, Key, Mode};
use acier::plan::change::Why;
use acier::plan::steps::{Lowered, lower};
use acier::plan::{Action, Change, StepAct};
use acier::schema::{Cost, Timeouts};
use acier::value::{Type, Value};
use proptest::prelude::*;

fn block(name: &str) -> Block {
    Block::root(Mode::Managed, "k", name)
}

fn change(name: &str, key: Key, action: Action, needs: &[&str]) -> Change {
    let null = Value::null(Type::Dynamic);
    Change {
        addr: block(name).instance(key),
        deposed: None,
        kind: "k".into(),
        id: None,
        action,
        why: Why::Changed,
        cost: Cost::Nothing,
        before: null.clone(),
        after: null,
        differences: Vec::new(),
        needs: needs.iter().map(|name| block(name)).collect(),
        create_before_destroy: false,
        timeouts: Timeouts { create: 1, read: 1, update: 1, delete: 1 },
        importing: None,
    }
}

fn show(changes: &[Change], lowered: &Lowered) -> String {
    let mut lines = Vec::new();
    for step in &lowered.steps {
        let act = match step.act {
            StepAct::Create => "+",
            StepAct::Update => "~",
            StepAct::Delete => "-",
            StepAct::Depose => "^",
            StepAct::Read => "?",
            StepAct::Forget => ".",
        };
        let needs: Vec<String> = step.needs.iter().map(ToString::to_string).collect();
        lines.push(format!("{act}{}({})", changes[step.change].addr.block.name, needs.join(" ")));
    }
    lines.join(" ")
}

/// `name action: needs by configuration / needs by state`
fn read(text: &str) -> (Vec<Change>, Vec<Vec<Block>>) {
    let mut changes = Vec::new();
    let mut needed = Vec::new();
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let (head, sides) = line.split_once(':').unwrap();
        let (name, action) = head.split_once(' ').unwrap();
        let action = match action {
            "+" => Action::Create,
            "~" => Action::Update,
            "-" => Action::Delete,
            "-/+" => Action::Replace,
            "+/-" => Action::ReplaceCreateFirst,
            "<=" => Action::Read,
            "." => Action::Forget,
            "=" => Action::NoOp,
            other => panic!("{other}"),
        };
        let (config, state) = sides.split_once('/').unwrap_or((sides, sides));
        changes.push(change(name, Key::None, action, &config.split_whitespace().collect::<Vec<_>>()));
        needed.push(state.split_whitespace().map(block).collect());
    }
    (changes, needed)
}

#[test]
fn small_graphs() {
    let table = [
        ("created after what is needed", "a +: b\nb +: c\nc +:", "+c() +b(0) +a(1)"),
        ("deleted before what was needed", "a -: b\nb -: c\nc -:", "-a() -b(0) -c(1)"),
        ("replaced inside out", "a -/+: b\nb -/+:", "-a() -b(0) +b(1) +a(0 2)"),
        ("the user of a replaced object is updated", "a ~: b\nb -/+:", "-b() +b(0) ~a(1)"),
        ("created first: the old one goes last", "a ~: b\nb +/-:", "^b() +b(0) ~a(1) -b(1 2)"),
        ("both created first", "a +/-: b\nb +/-:", "^b() +b(0) ^a(1) +a(2) -a(3) -b(1 3 4)"),
        ("deleted after its last user lets go", "a ~: / b\nb -:", "~a() -b(0)"),
        ("reading in between", "a +: d\nd <=: b\nb ~:", "~b() ?d(0) +a(1)"),
        ("nothing has no step", "a =: b\nb =:", ""),
        ("forgetting waits for nobody", "a .: b\nb -:", ".a() -b()"),
        ("a wish gives way to rules", "w -/+:\nx -: / w\ny ~: w / x w", "-x() -w(0) +w(1) ~y(2)"),
        ("a circle in the state is cut", "a -: / b\nb -: / a", "-a() -b(0)"),
    ];
    for (name, graph, expected) in table {
        let (changes, needed) = read(graph);
        assert_eq!(show(&changes, &lower(&changes, &needed, &[])), expected, "{name}");
    }
}

/// `deposed` stands behind the change of its address.
fn with_deposed(text: &str, at: usize) -> (Vec<Change>, Vec<Vec<Block>>) {
    let (mut changes, mut needed) = read(text);
    let deposed = Change { deposed: Some("old".into()), action: Action::Delete, ..changes[at].clone() };
    changes.insert(at + 1, deposed);
    needed.insert(at + 1, needed[at].clone());
    (changes, needed)
}

#[test]
fn what_was_replaced_goes_when_its_replacement_stands() {
    let (changes, needed) = with_deposed("a -/+:", 0);
    assert_eq!(show(&changes, &lower(&changes, &needed, &[])), "-a() +a(0) -a(1)");
    assert_eq!(show(&changes, &lower(&changes, &needed, &[(0, 1)])), "-a() -a() +a(0 1)", "unless it has the id");
    let (changes, needed) = with_deposed("a =:", 0);
    assert_eq!(show(&changes, &lower(&changes, &needed, &[])), "-a()");
}

#[test]
fn nothing_that_exists_needs_a_half_made_object() {
    let (mut changes, mut needed) = with_deposed("r -/+:", 0);
    changes[0].why = Why::Tainted;
    let (user, its) = read("s +/-: r");
    changes.extend(user);
    needed.extend(its);
    assert_eq!(show(&changes, &lower(&changes, &needed, &[])), "-r() +r(0) ^s(1) +s(2) -s(3) -r(1 4)");
}

#[test]
fn an_id_is_free_before_it_is_taken_again() {
    let (changes, needed) = read("a +:\nz -:");
    assert_eq!(show(&changes, &lower(&changes, &needed, &[(0, 1)])), "-z() +a(0)");
}

fn graphs() -> impl Strategy<Value = (Vec<Change>, Vec<Vec<Block>>)> {
    let others = || prop::collection::vec(0..30_usize, 0..4);
    // So many instances of two blocks have more in common than is said pair by pair.
    let node = (0..8_usize, others(), others(), prop_oneof![3 => Just(1_u64), 1 => Just(9)]);
    prop::collection::vec(node, 1..30).prop_map(|nodes| {
        let mut changes = Vec::new();
        let mut needed: Vec<Vec<Block>> = Vec::new();
        for (at, (action, config, state, instances)) in nodes.iter().enumerate() {
            let action = [
                Action::NoOp,
                Action::Create,
                Action::Update,
                Action::Replace,
                Action::ReplaceCreateFirst,
                Action::Delete,
                Action::Read,
                Action::Update,
            ][*action];
            let below = |side: &[usize]| {
                side.iter().filter(|other| **other < at).map(|other| format!("n{other:02}")).collect::<Vec<_>>()
            };
            let (config, state) = (below(config), below(state));
            let config: Vec<&str> = config.iter().map(String::as_str).collect();
            for instance in 0..*instances {
                changes.push(change(&format!("n{at:02}"), Key::Int(instance), action, &config));
                needed.push(state.iter().map(|name| block(name)).collect());
            }
        }
        force_first(&mut changes);
        (changes, needed)
    })
}

/// The planner never replaces an object create-first whose needs are replaced delete-first.
fn force_first(changes: &mut [Change]) {
    for at in (0..changes.len()).rev() {
        if changes[at].action == Action::ReplaceCreateFirst {
            for change in changes.iter_mut().take(at).filter(|change| change.action == Action::Replace) {
                change.action = Action::ReplaceCreateFirst;
            }
            return;
        }
    }
}

proptest! {
    #[test]
    fn every_order_is_safe((changes, needed) in graphs()) {
        let Lowered { steps, sets } = lower(&changes, &needed, &[]);
        let mut at: BTreeMap<(usize, &str), u32> = BTreeMap::new();
        let mut all = Vec::new();
        for (place, step) in steps.iter().enumerate() {
            prop_assert_eq!(step.number as usize, place);
            let own = step.needs.iter().chain(step.sets.iter().flat_map(|set| &sets[*set as usize]));
            prop_assert!(own.clone().all(|needed| *needed < step.number), "a step before its needs");
            all.push(own.copied().collect::<BTreeSet<u32>>());
            let side = match step.act {
                StepAct::Delete => "gone",
                StepAct::Depose => "aside",
                _ => "made",
            };
            prop_assert!(at.insert((step.change, side), step.number).is_none(), "a step twice");
        }
        let needs = |step: u32, needed: u32| all[step as usize].contains(&needed);
        for (place, change) in changes.iter().enumerate() {
            let (made, gone) = (at.get(&(place, "made")), at.get(&(place, "gone")));
            let expected = match change.action {
                Action::NoOp => (false, false),
                Action::Delete => (false, true),
                Action::Replace | Action::ReplaceCreateFirst => (true, true),
                _ => (true, false),
            };
            prop_assert_eq!((made.is_some(), gone.is_some()), expected);
            if let (Some(made), Some(gone)) = (made, gone) {
                prop_assert_eq!(made < gone, change.action == Action::ReplaceCreateFirst);
            }
            let entry = at.get(&(place, "aside")).or(made);
            for (other, needed_change) in changes.iter().enumerate() {
                let block = &needed_change.addr.block;
                if let (true, Some(entry), Some(other)) = (change.needs.contains(block), entry, at.get(&(other, "made"))) {
                    prop_assert!(needs(*entry, *other), "made before what it needs");
                }
                if let (true, Some(gone), Some(other)) = (needed[place].contains(block), gone, at.get(&(other, "gone"))) {
                    prop_assert!(needs(*other, *gone), "deleted before what needs it");
                }
            }
        }
    }
}

#[test]
fn ten_thousand_are_counted_once() {
    let count = 10_000;
    let fan: Vec<Change> = (0..count).map(|at| change("many", Key::Int(at), Action::Replace, &["root"])).collect();
    let link = |at: u64| format!("n{at:05}");
    let chain: Vec<Change> = (0..count)
        .map(|at| match at {
            0 => change(&link(0), Key::None, Action::Replace, &[]),
            at => change(&link(at), Key::None, Action::Replace, &[&link(at - 1)]),
        })
        .collect();
    let pairs: Vec<Change> = fan
        .iter()
        .cloned()
        .chain((0..count).map(|at| change("more", Key::Int(at), Action::Replace, &["many"])))
        .collect();
    for (name, mut changes, root) in [("fan", fan, true), ("chain", chain, false), ("pairs", pairs, true)] {
        if root {
            changes.push(change("root", Key::None, Action::Replace, &[]));
        }
        let needed: Vec<Vec<Block>> = changes.iter().map(|change| change.needs.clone()).collect();
        let Lowered { steps, sets } = lower(&changes, &needed, &[]);
        assert_eq!(steps.len(), 2 * changes.len(), "{name}");
        let own: usize = steps.iter().map(|step| step.needs.len() + step.sets.len()).sum();
        let edges = own + sets.iter().map(Vec::len).sum::<usize>();
        assert!(edges < 4 * changes.len(), "{name}: {edges} edges");
    }
}
