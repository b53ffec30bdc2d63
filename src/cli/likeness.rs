//! Which objects of the state may have been meant by an address that is none of them.
//!
//! **Never:** decide: it only fills a sentence of an error. In: the state and the address as it was
//! written. Out: a sentence to stand behind another one, or nothing.

use crate::diag::suggest::did_you_mean;
use crate::state::State;

/// How many instances of a block are named at most.
const MANY: usize = 5;

/// ` Did you mean ...?`, or the instances that the block of the address does have.
pub(super) fn meant(state: &State, address: &str) -> String {
    let all: Vec<String> = state.objects.keys().map(ToString::to_string).collect();
    let block = match address.rfind('[') {
        Some(at) if address.ends_with(']') => &address[..at],
        _ => address,
    };
    let is_of_block =
        |addr: &&String| **addr == block || addr.strip_prefix(block).is_some_and(|key| key.starts_with('['));
    let instances: Vec<&str> = all.iter().filter(is_of_block).map(String::as_str).collect();
    match instances.len() {
        0 => did_you_mean(address, all.iter().map(String::as_str)).replace('"', ""),
        1..=MANY => format!(" The state has {}.", instances.join(", ")),
        more => format!(" The state has {} and {} more instances.", instances[..MANY].join(", "), more - MANY),
    }
}
