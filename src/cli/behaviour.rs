//! The emulator's settings from their text forms.
//!
//! **Never:** interpret a fault rule or a quota: the emulator reads its own language.

use crate::emulator::faults::Faults;
use crate::emulator::settings::Settings;

use super::arguments::EmulatorBehaviour;

/// Reads the settings; the error is a full sentence.
pub(super) fn settings(behaviour: &EmulatorBehaviour) -> Result<Settings, String> {
    let mut settings = Settings::default();
    if let Some(text) = &behaviour.latency {
        settings.latency = Settings::parse_latency(text)?;
    }
    if let Some(text) = &behaviour.faults {
        settings.faults = Faults::parse(text)?;
    }
    if let Some(text) = &behaviour.quota {
        settings.quota = Settings::parse_quota(text)?;
    }
    if let Some(text) = &behaviour.token_lifetime {
        settings.token_seconds = Settings::parse_lifetime(text)?;
    }
    settings.faithful = behaviour.faithful;
    settings.unregistered = behaviour.unregistered;
    settings.throttle = behaviour.throttle;
    Ok(settings)
}
