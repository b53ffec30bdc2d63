//! `acier ps`: container groups, from the service's own lists.
//!
//! **Never:** show what only a read of each group would tell; `acier inspect` does.

use std::path::Path;

use comfy_table::{Table, presets};
use serde_json::json;

use crate::addr::Addr;
use crate::arm::id::key;
use crate::cli::arguments::PsArguments;
use crate::cli::exit::Exit;
use crate::cli::groups::{FLEET, KIND};
use crate::cli::project::Var;
use crate::cli::screen::Screen;
use crate::cli::session::Outcome;
use crate::cli::sight::Sight;
use crate::resources::operate::Group;

pub(in crate::cli) async fn run(
    folder: &Path,
    vars: &[Var],
    arguments: &PsArguments,
    screen: &Screen,
) -> Outcome<Exit> {
    let sight = Sight::open(folder, vars, arguments.variables.input, None, screen).await?;
    let own: Vec<(&Addr, &str)> = sight
        .state
        .objects
        .iter()
        .filter(|(_, object)| &*object.kind == KIND || &*object.kind == FLEET)
        .map(|(addr, object)| (addr, &*object.id))
        .collect();
    let everything = arguments.all || arguments.resource_group.is_some();
    let mut rows: Vec<(Option<&Addr>, Group)> = Vec::new();
    for scope in scopes(&own, arguments) {
        let groups = match sight.cloud.groups(scope.as_deref()).await {
            Ok(groups) => groups,
            Err(error) => return sight.fault(screen, &error),
        };
        for group in groups {
            // A group that an ngroup keeps is at the address of the ngroup.
            let is = |id: &str| key(id) == key(&group.id) || group.orchestrator.as_deref().map(key) == Some(key(id));
            let addr = own.iter().find(|(_, id)| is(id)).map(|(addr, _)| *addr);
            if everything || addr.is_some() {
                rows.push((addr, group));
            }
        }
    }
    if arguments.json {
        let list: Vec<_> = rows.iter().map(|(addr, group)| document(*addr, group)).collect();
        screen.line(&format!("{:#}", serde_json::Value::Array(list)));
    } else if rows.is_empty() {
        screen.line("No container groups.");
    } else {
        screen.line(&table(&rows));
    }
    Ok(Exit::Done)
}

/// The resource groups to list; nothing stands for the whole subscription.
fn scopes(own: &[(&Addr, &str)], arguments: &PsArguments) -> Vec<Option<String>> {
    if arguments.all {
        return vec![None];
    }
    if let Some(name) = &arguments.resource_group {
        return vec![Some(name.clone())];
    }
    let mut names: Vec<String> =
        own.iter().filter_map(|(_, id)| crate::arm::id::ResourceId::parse(id).ok()).map(|id| id.group).collect();
    names.sort_by_key(|name| name.to_lowercase());
    names.dedup_by_key(|name| name.to_lowercase());
    names.into_iter().map(Some).collect()
}

fn document(addr: Option<&Addr>, group: &Group) -> serde_json::Value {
    json!({
        "address": addr.map(ToString::to_string),
        "id": group.id,
        "name": group.name,
        "location": group.location,
        "os_type": group.os_type,
        "provisioning_state": group.provisioning_state,
        "ip_address": group.ip_address,
        "fqdn": group.fqdn,
        "containers": group.containers.iter().map(|c| json!({ "name": c.name, "image": c.image })).collect::<Vec<_>>(),
    })
}

fn table(rows: &[(Option<&Addr>, Group)]) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_header(["ADDRESS", "NAME", "LOCATION", "PROVISIONING", "IP", "FQDN", "CONTAINERS"]);
    for (addr, group) in rows {
        let images: Vec<String> = group.containers.iter().map(|c| format!("{} ({})", c.name, c.image)).collect();
        table.add_row([
            addr.map_or_else(|| "-".to_owned(), ToString::to_string),
            group.name.clone(),
            group.location.clone(),
            group.provisioning_state.clone(),
            group.ip_address.clone().unwrap_or_else(|| "-".into()),
            group.fqdn.clone().unwrap_or_else(|| "-".into()),
            images.join("\n"),
        ]);
    }
    let text = table.trim_fmt();
    let lines = text.lines().map(|line| line.strip_prefix(' ').unwrap_or(line).trim_end());
    lines.collect::<Vec<_>>().join("\n")
}
