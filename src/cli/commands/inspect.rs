//! `acier inspect`: one container group, or all of an ngroup, with what their containers do and did.
//!
//! **Never:** change anything.

use std::fmt::Write;
use std::path::Path;

use serde_json::json;

use crate::arm::id::{ResourceId, same};
use crate::cli::arguments::{GroupArguments, InspectArguments};
use crate::cli::exit::Exit;
use crate::cli::groups::{Meant, containers, find, fleet};
use crate::cli::project::Var;
use crate::cli::screen::Screen;
use crate::cli::session::Outcome;
use crate::cli::sight::Sight;
use crate::resources::operate::{Container, Event, Group};

pub(in crate::cli) async fn run(
    folder: &Path,
    vars: &[Var],
    arguments: &InspectArguments,
    screen: &Screen,
) -> Outcome<Exit> {
    let GroupArguments { variables, group } = &arguments.target;
    let sight = Sight::open(folder, vars, variables.input, Some(group), screen).await?;
    if let Some(meant) = fleet(group, &sight) {
        return members(&meant, arguments.json, &sight, screen).await;
    }
    let meant = find(group, None, &sight, screen)?;
    let mut group = sight.group(&meant, screen).await?;
    if let Some(name) = &meant.container {
        containers(&group, &meant, screen)?;
        group.containers.retain(|container| container.name.eq_ignore_ascii_case(name));
        group.init_containers.retain(|container| container.name.eq_ignore_ascii_case(name));
    }
    if arguments.json {
        screen.line(&format!("{:#}", document(&group)));
    } else {
        screen.text(&text(&meant.shown, &group));
    }
    Ok(Exit::Done)
}

/// Shows the container groups that an ngroup keeps.
async fn members(ngroup: &Meant, json: bool, sight: &Sight, screen: &Screen) -> Outcome<Exit> {
    let scope = ResourceId::parse(&ngroup.id).ok().map(|id| id.group);
    let listed = match sight.cloud.groups(scope.as_deref()).await {
        Ok(listed) => listed,
        Err(error) => return sight.fault(screen, &error),
    };
    let own = listed.iter().filter(|group| group.orchestrator.as_ref().is_some_and(|id| same(id, &ngroup.id)));
    let mut groups = Vec::new();
    for group in own {
        match sight.cloud.instance(&group.id).await {
            Ok(found) => groups.extend(found),
            Err(error) => return sight.fault(screen, &error),
        }
    }
    if json {
        let documents: Vec<_> = groups.iter().map(document).collect();
        screen.line(&format!("{:#}", serde_json::Value::Array(documents)));
    } else if groups.is_empty() {
        screen.line(&format!("{} keeps no container groups.", ngroup.shown));
    } else {
        let texts: Vec<String> =
            groups.iter().map(|group| text(&format!("{}: {}", ngroup.shown, group.name), group)).collect();
        screen.text(&texts.join("\n"));
    }
    Ok(Exit::Done)
}

fn document(group: &Group) -> serde_json::Value {
    json!({
        "id": group.id, "name": group.name, "location": group.location, "zones": group.zones,
        "ngroup": group.orchestrator, "os_type": group.os_type,
        "restart_policy": group.restart_policy, "provisioning_state": group.provisioning_state,
        "state": group.state, "ip_address": group.ip_address, "fqdn": group.fqdn,
        "containers": group.containers.iter().map(container_document).collect::<Vec<_>>(),
        "init_containers": group.init_containers.iter().map(container_document).collect::<Vec<_>>(),
        "events": group.events.iter().map(event_document).collect::<Vec<_>>(),
    })
}

fn container_document(container: &Container) -> serde_json::Value {
    json!({
        "name": container.name, "image": container.image, "state": container.state,
        "detail_status": container.detail, "exit_code": container.exit_code,
        "restart_count": container.restarts, "start_time": container.started, "finish_time": container.finished,
        "events": container.events.iter().map(event_document).collect::<Vec<_>>(),
    })
}

fn event_document(event: &Event) -> serde_json::Value {
    json!({
        "name": event.name, "type": event.kind, "message": event.message, "count": event.count,
        "first_timestamp": event.first, "last_timestamp": event.last,
    })
}

fn text(shown: &str, group: &Group) -> String {
    let mut out = String::new();
    let mut row = |name: &str, value: &str| {
        if !value.is_empty() {
            let _ = writeln!(out, "  {name:<14}{value}");
        }
    };
    row("id", &group.id);
    row("location", &group.location);
    row("zone", &group.zones.join(", "));
    row("os", &group.os_type);
    row("restart", group.restart_policy.as_deref().unwrap_or_default());
    row("provisioning", &group.provisioning_state);
    row("state", group.state.as_deref().unwrap_or_default());
    row("address", group.ip_address.as_deref().unwrap_or_default());
    row("fqdn", group.fqdn.as_deref().unwrap_or_default());
    let mut all = format!("{shown}\n{out}");
    for (word, containers) in [("init container", &group.init_containers), ("container", &group.containers)] {
        for container in containers {
            all.push_str(&describe(word, container));
        }
    }
    for event in &group.events {
        let _ = writeln!(all, "\n  group event   {}", line(event));
    }
    all
}

fn describe(word: &str, container: &Container) -> String {
    let mut out = format!("\n  {word} {}\n", container.name);
    let mut row = |name: &str, value: &str| {
        if !value.is_empty() {
            let _ = writeln!(out, "    {name:<12}{value}");
        }
    };
    row("image", &container.image);
    let state = match container.detail.as_deref().filter(|detail| !detail.is_empty()) {
        Some(detail) => format!("{} ({detail})", container.state.as_deref().unwrap_or("Waiting")),
        None => container.state.clone().unwrap_or_else(|| "Waiting".into()),
    };
    row("state", &state);
    row("exit code", &container.exit_code.map(|code| code.to_string()).unwrap_or_default());
    row("restarts", &container.restarts.to_string());
    row("started", container.started.as_deref().unwrap_or_default());
    row("finished", container.finished.as_deref().unwrap_or_default());
    for event in &container.events {
        row("event", &line(event));
    }
    out
}

fn line(event: &Event) -> String {
    let times = if event.count > 1 { format!(" ({} times)", event.count) } else { String::new() };
    let when = event.last.as_deref().unwrap_or_default();
    format!("{when} {} {}: {}{times}", event.kind, event.name, event.message)
}
