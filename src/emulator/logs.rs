//! The logs of a container, as text: `tail` and `timestamps` as the API has them.
//!
//! **Never:** keep a log. Lines come from the container's program and the time; a restart begins
//! anew. Limits: a thousand lines, four megabytes (Azure Container Instances, "Container logs").

use serde_json::json;

use crate::emulator::answer::{Refusal, instant, of};
use crate::emulator::container_groups::{find, transitioning};
use crate::emulator::route::Ask;
use crate::emulator::view::{is_transitioning, members};
use crate::emulator::world::{Answer, Place, World};

const LONGEST: usize = 4 * 1024 * 1024;

/// Answers for the log of a container.
pub(crate) fn read(world: &World, ask: &Ask<'_>, place: &Place, container: &str) -> Answer {
    let group = find(world, place)?;
    if is_transitioning(&group, ask.now) {
        return Err(transitioning(&group.name));
    }
    let members = members(&group, ask.now);
    let Some(member) = members.iter().find(|member| member.name().eq_ignore_ascii_case(container)) else {
        let message = format!("The container '{container}' in container group '{}' was not found.", group.name);
        // The service's own code is not documented.
        return Err(Refusal::service(404, "ContainerNotFound", message));
    };
    let tail = match ask.query("tail") {
        None => usize::MAX,
        Some(text) => text.parse().map_err(|_| {
            Refusal::service(400, "InvalidTail", format!("The value '{text}' of tail is not a number of lines."))
        })?,
    };
    let stamps = ask.query("timestamps").is_some_and(|value| value.eq_ignore_ascii_case("true"));
    let lines = member.life.log(&member.timeline, group.stopped.unwrap_or(ask.now));
    let mut content = String::new();
    for line in &lines[lines.len().saturating_sub(tail)..] {
        if stamps {
            content.push_str(&instant(line.at));
            content.push(' ');
        }
        content.push_str(&line.text);
        content.push('\n');
    }
    let spare = content.len().saturating_sub(LONGEST);
    let from = (spare..=content.len()).find(|at| content.is_char_boundary(*at)).unwrap_or_default();
    Ok(of(200, &json!({"content": content[from..]})))
}
