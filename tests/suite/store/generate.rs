//! Random values and random histories that do not contradict themselves.

use acier::addr::{Addr, Block, Key, Mode, ModulePath, ModuleStep};
use acier::state::{Act, Event, Intent, Object, OperationKind, Outcome, Output, State, StepId};
use acier::value::{Content, Marks, Members, Name, Number, Type, Value, order};
use proptest::prelude::*;

use super::story::LINEAGE;

fn ty() -> impl Strategy<Value = Type> {
    let leaf = prop_oneof![Just(Type::Dynamic), Just(Type::Bool), Just(Type::Number), Just(Type::String)];
    leaf.prop_recursive(3, 8, 3, |inner| {
        prop_oneof![
            inner.clone().prop_map(Type::list),
            inner.clone().prop_map(Type::set),
            inner.clone().prop_map(Type::map),
            prop::collection::vec(inner.clone(), 0..3).prop_map(Type::tuple),
            prop::collection::btree_map(name(), inner, 0..3).prop_map(Type::object),
        ]
    })
}

fn name() -> impl Strategy<Value = Name> {
    prop_oneof!["[a-z_]{1,6}", "\\PC{0,4}", Just("\u{0}\n\"\\\u{7f}é💧".to_owned())].prop_map(Name::from)
}

fn number() -> impl Strategy<Value = Number> {
    prop_oneof!["-?[1-9][0-9]{0,17}", "-?[0-9]{1,6}\\.[0-9]{1,6}[1-9]", "[1-9][0-9]{30,60}", Just("0".to_owned())]
        .prop_map(|text| Number::parse(&text).unwrap())
}

fn marks() -> impl Strategy<Value = Marks> {
    prop_oneof![
        6 => Just(Marks::NONE),
        2 => Just(Marks::SENSITIVE),
        1 => Just(Marks::SENSITIVE.union(Marks::FINGERPRINT)),
        1 => Just(Marks::FINGERPRINT),
    ]
}

pub(super) fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        any::<bool>().prop_map(Value::bool),
        number().prop_map(Value::number),
        name().prop_map(Value::string),
        ty().prop_map(Value::null),
        ty().prop_map(Value::unknown),
        ty().prop_map(Value::unknown_not_null),
    ];
    let marked = (leaf, marks()).prop_map(|(value, marks)| value.with_marks(marks));
    marked.prop_recursive(4, 24, 4, |inner| {
        let many = prop::collection::vec(inner.clone(), 0..4);
        let named = prop::collection::vec((name(), inner), 0..4).prop_map(Members::from_iter).boxed();
        let content = prop_oneof![
            (ty(), many.clone()).prop_map(|(ty, members)| Value::list(ty, members)),
            (ty(), many.clone()).prop_map(|(ty, mut members)| {
                order::sort(&mut members);
                Content::Set(ty, members.into()).into()
            }),
            many.prop_map(Value::tuple),
            (ty(), named.clone()).prop_map(|(ty, members)| Value::map(ty, members)),
            named.prop_map(Value::object),
        ];
        (content, marks()).prop_map(|(value, marks)| value.with_marks(marks))
    })
}

fn key() -> impl Strategy<Value = Key> {
    prop_oneof![Just(Key::None), (0_u64..3).prop_map(Key::Int), name().prop_map(Key::Str)]
}

fn addr() -> impl Strategy<Value = Addr> {
    let module = (prop_oneof![Just("net"), Just("a-b")], key());
    (prop::collection::vec(module, 0..2), prop_oneof![Just("x"), Just("ü1")], key(), any::<bool>()).prop_map(
        |(modules, name, key, data)| {
            let steps = modules.into_iter().map(|(name, key)| ModuleStep { name: name.into(), key }).collect();
            let mode = if data { Mode::Data } else { Mode::Managed };
            Addr { block: Block { module: ModulePath(steps), mode, kind: "toy_thing".into(), name: name.into() }, key }
        },
    )
}

fn object() -> impl Strategy<Value = Object> {
    (value(), prop::collection::vec(addr(), 0..2), any::<bool>(), any::<bool>()).prop_map(
        |(value, needs, tainted, create_before_destroy)| Object {
            kind: "toy_thing".into(),
            id: "/toy/1".into(),
            schema_version: 7,
            value,
            needs: needs.into_iter().map(|addr| addr.block).collect(),
            tainted,
            unfinished: !tainted && create_before_destroy,
            unprovisioned: tainted && create_before_destroy,
            cloud: tainted.then(|| "elsewhere".into()),
            create_before_destroy,
        },
    )
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![Just(Act::Create), Just(Act::Update), Just(Act::Delete)]
}

/// Any event at all, whether or not it fits.
pub(super) fn event() -> impl Strategy<Value = Event> {
    let step = || (1_u64..3, 0_u32..4).prop_map(|(operation, step)| StepId { operation, step });
    let deposed = || prop::option::of(prop_oneof![Just("d1"), Just("d2")].prop_map(Name::from));
    let maybe = || prop::option::of(object());
    let intent = (addr(), deposed(), act(), object()).prop_map(|(addr, deposed, act, object)| Intent {
        addr,
        deposed,
        act,
        kind: object.kind,
        id: object.id,
        planned: object.value,
        needs: object.needs,
        create_before_destroy: object.create_before_destroy,
        cloud: object.cloud,
        provisions: object.unprovisioned,
    });
    prop_oneof![
        1 => (1_u64..4, any::<bool>()).prop_map(|(serial, cloud)| Event::Begin {
            serial,
            kind: OperationKind::Resume,
            lineage: LINEAGE.into(),
            cloud: cloud.then(|| "toy".into()),
            at: "2026-01-01T00:00:00Z".into(),
        }),
        3 => (step(), intent).prop_map(|(step, intent)| Event::Intent { step, intent }),
        2 => (step(), name()).prop_map(|(step, ticket)| Event::Accepted { step, ticket }),
        3 => (step(), maybe()).prop_map(|(step, object)| Event::Done { step, object }),
        2 => (step(), name(), maybe()).prop_map(|(step, message, object)| Event::Failed { step, message, object }),
        1 => step().prop_map(|step| Event::Dropped { step }),
        2 => (addr(), deposed(), maybe()).prop_map(|(addr, deposed, object)| Event::Refreshed { addr, deposed, object }),
        2 => (addr(), prop_oneof![Just("d1"), Just("d2")]).prop_map(|(addr, key)| Event::Deposed { addr, key: key.into() }),
        1 => addr().prop_map(|addr| Event::Forgotten { addr }),
        2 => (name(), prop::option::of(value().prop_map(|value| Output { value })))
            .prop_map(|(name, output)| Event::Output { name, output }),
        1 => Just(Event::End { outcome: Outcome::Incomplete, at: "2026-01-01T00:00:01Z".into() }),
    ]
}

/// Events that fit, one after the other, inside operations: those that do not are left out.
pub(super) fn history(most: usize) -> impl Strategy<Value = Vec<Event>> {
    prop::collection::vec(event(), 1..most).prop_map(|events| {
        let mut state = State::default();
        let mut kept = Vec::new();
        for mut event in events {
            if let Event::Begin { serial, .. } = &mut event {
                *serial = state.serial + 1;
            } else if state.running.is_none() {
                let begin = super::story::begin(state.serial + 1);
                state.apply(&begin).unwrap();
                kept.push(begin);
            }
            if state.apply(&event).is_ok() {
                kept.push(event);
            }
        }
        kept
    })
}
