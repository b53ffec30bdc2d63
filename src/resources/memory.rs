//! What was seen of a group while it is waited for, as a part of the ticket.
//!
//! **Never:** decide by it. In and out: JSON. It keeps apart what the containers did before a
//! change from what they do after it, and what was told from what is new.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};

use super::operate::{Event, Group};

/// What was seen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Memory {
    /// How often an event had happened when it was last told, by who it befell and its key.
    pub(super) told: BTreeMap<String, i64>,
    /// Events from before the change, by key: how often, and when last.
    pub(super) base: BTreeMap<String, (i64, Option<String>)>,
    /// When each container had ended before the change.
    pub(super) ended: BTreeMap<String, String>,
    /// How often each container had been restarted before the change.
    pub(super) restarts: BTreeMap<String, i64>,
    /// How each container stood when it was last told.
    pub(super) states: BTreeMap<String, String>,
    /// Starts and restarts at the last look.
    pub(super) steady: String,
    /// At how many looks in a row these were the same.
    pub(super) looks: i64,
}

impl Memory {
    /// An event's name in the memory: the same as long as only its count and last time grow.
    pub(super) fn key(event: &Event) -> String {
        format!("{}|{}|{}", event.name, event.first.as_deref().unwrap_or_default(), event.message)
    }

    /// What is to be left out of account: how the group stands before it is changed.
    pub(super) fn before(group: &Group) -> Memory {
        let mut memory = Memory::default();
        super::run::news(group, &mut memory);
        memory.states.clear();
        let containers = || group.init_containers.iter().chain(&group.containers);
        for event in group.events.iter().chain(containers().flat_map(|container| &container.events)) {
            memory.base.insert(Memory::key(event), (event.count, event.last.clone()));
        }
        for container in containers() {
            memory.restarts.insert(container.name.clone(), container.restarts);
            if let Some(finished) = &container.finished {
                memory.ended.insert(container.name.clone(), finished.clone());
            }
        }
        memory
    }

    /// As JSON.
    pub(super) fn write(&self) -> Json {
        json!({ "told": self.told, "base": self.base, "ended": self.ended, "restarts": self.restarts,
            "states": self.states, "steady": self.steady, "looks": self.looks })
    }

    /// From JSON; what is missing or broken was not seen.
    pub(super) fn read(json: &Json) -> Memory {
        fn part<T: serde::de::DeserializeOwned + Default>(json: &Json, name: &str) -> T {
            json.get(name).and_then(|part| serde_json::from_value(part.clone()).ok()).unwrap_or_default()
        }
        Memory {
            told: part(json, "told"),
            base: part(json, "base"),
            ended: part(json, "ended"),
            restarts: part(json, "restarts"),
            states: part(json, "states"),
            steady: part(json, "steady"),
            looks: part(json, "looks"),
        }
    }
}
