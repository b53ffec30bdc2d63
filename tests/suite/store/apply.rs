//! `State::apply` is total, changes nothing when it refuses, and depends on nothing but the past.

use acier::state::State;
use proptest::prelude::*;

use super::generate;

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(256) })]

    #[test]
    fn any_event_fits_or_is_refused_without_a_trace(events in prop::collection::vec(generate::event(), 1..30)) {
        let mut state = State::default();
        for event in events {
            let before = state.clone();
            if let Err(contradiction) = state.apply(&event) {
                prop_assert_eq!(&state, &before);
                prop_assert!(!contradiction.0.is_empty());
            }
        }
    }

    #[test]
    fn replaying_a_prefix_is_the_same_as_having_stopped_there(events in generate::history(30), cut in any::<prop::sample::Index>()) {
        let cut = cut.index(events.len() + 1);
        let stepwise = super::story::states(&events);
        let mut replayed = State::default();
        super::story::apply(&mut replayed, &events[..cut]);
        prop_assert_eq!(&replayed, &stepwise[cut]);
        super::story::apply(&mut replayed, &events[cut..]);
        prop_assert_eq!(Some(&replayed), stepwise.last());
    }
}
