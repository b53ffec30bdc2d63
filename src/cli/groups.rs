//! Which container group a person means: an address of the state, address/container, or an ARM id.
//!
//! **Never:** ask the cloud.

use std::path::Path;

use crate::addr::{Addr, Target, parse};
use crate::arm::id::{ResourceId, same};
use crate::diag::suggest::{did_you_mean, nearest};
use crate::diag::{Diagnostic, Sources};
use crate::resources::operate::{Container, Group};
use crate::state::Object;
use crate::value::Name;

use super::arguments::{ContainerArguments, GroupArguments};
use super::project::Var;
use super::screen::Screen;
use super::session::{Outcome, fail};
use super::sight::Sight;

/// The only kind that has containers.
pub(super) const KIND: &str = "azurerm_container_group";
/// The kind that keeps container groups of its own.
pub(super) const FLEET: &str = "azurerm_container_ngroup";

/// A container group, and perhaps one of its containers.
#[derive(Clone, Debug)]
pub(super) struct Meant {
    /// The ARM id.
    pub(super) id: Name,
    /// What it is called: its address if the state has one.
    pub(super) shown: String,
    /// Its address in the state.
    pub(super) addr: Option<Addr>,
    /// The container, if one was named.
    pub(super) container: Option<String>,
}

/// Opens what is needed to look at a group or a container, and finds it.
pub(super) async fn look(
    folder: &Path,
    vars: &[Var],
    target: &ContainerArguments,
    screen: &Screen,
) -> Outcome<(Sight, Meant)> {
    let GroupArguments { variables, group } = &target.within;
    let sight = Sight::open(folder, vars, variables.input, Some(group), screen).await?;
    let meant = find(group, target.container.as_deref(), &sight, screen)?;
    Ok((sight, meant))
}

/// Finds the group that `text` names, and its container, which `-container` may name too.
pub(super) fn find(text: &str, option: Option<&str>, sight: &Sight, screen: &Screen) -> Outcome<Meant> {
    let mut meant = if text.starts_with('/') { by_id(text, sight, screen) } else { by_address(text, sight, screen) }?;
    match (&meant.container, option) {
        (Some(own), Some(option)) if own != option => {
            let detail = format!("{text} names the container \"{own}\", and -container names \"{option}\".");
            fail(screen, &Diagnostic::error("Two containers are named", detail), &Sources::default())
        }
        (None, Some(option)) => {
            meant.container = Some(option.to_owned());
            Ok(meant)
        }
        _ => Ok(meant),
    }
}

/// The one ngroup that `text` names, by address or by id.
pub(super) fn fleet(text: &str, sight: &Sight) -> Option<Meant> {
    let target = parse::target(text).ok();
    let names = |addr: &Addr, id: &str| match &target {
        _ if text.starts_with('/') => same(id, text),
        Some(target) => !matches!(target, Target::Module(_)) && target.covers(addr),
        None => false,
    };
    let objects = sight.state.objects.iter().filter(|(_, object)| &*object.kind == FLEET);
    let mut found = objects.filter(|(addr, object)| names(addr, &object.id));
    let (Some((addr, object)), None) = (found.next(), found.next()) else { return None };
    Some(Meant { id: object.id.clone(), shown: addr.to_string(), addr: Some(addr.clone()), container: None })
}

fn by_id(text: &str, sight: &Sight, screen: &Screen) -> Outcome<Meant> {
    let wrong = |detail: String| {
        let hint = "Write it as /subscriptions/{subscription}/resourceGroups/{group}/providers/Microsoft.ContainerInstance/containerGroups/{name}, \
                    perhaps with /containers/{container} behind it.";
        fail(screen, &Diagnostic::error("Not the id of a container group", detail).hint(hint), &Sources::default())
    };
    let id = match ResourceId::parse(text) {
        Ok(id) => id,
        Err(error) => return wrong(format!("{error}.")),
    };
    let provider = "Microsoft.ContainerInstance";
    let (name, container) = if id.is_a(provider, "containerGroups") {
        (id.name.clone(), None)
    } else if let Some((name, container)) =
        id.name.split_once('/').filter(|_| id.is_a(provider, "containerGroups/containers"))
    {
        (name.to_owned(), Some(container.to_owned()))
    } else {
        return wrong(format!("\"{text}\" is the id of a {}/{}.", id.provider, id.kind));
    };
    let id = ResourceId::new(&id.resource_group(), provider, "containerGroups", &name).to_string();
    let known = sight.state.objects.iter().find(|(_, object)| same(&object.id, &id));
    Ok(match known {
        Some((addr, object)) => {
            Meant { id: object.id.clone(), shown: addr.to_string(), addr: Some(addr.clone()), container }
        }
        None => Meant { id: id.as_str().into(), shown: id, addr: None, container },
    })
}

/// Takes the container off an address: the part after the last slash that stands in no index.
fn split_container(text: &str) -> (&str, Option<&str>) {
    let from = text.rfind(']').map_or(0, |at| at + 1);
    match text[from..].split_once('/') {
        Some((head, container)) => (&text[..from + head.len()], Some(container)),
        None => (text, None),
    }
}

fn by_address(text: &str, sight: &Sight, screen: &Screen) -> Outcome<Meant> {
    let (address, container) = split_container(text);
    let none = Sources::default();
    let known: Vec<String> = sight
        .state
        .objects
        .iter()
        .filter(|(_, object)| &*object.kind == KIND)
        .map(|(addr, _)| addr.to_string())
        .collect();
    let target = match parse::target(address) {
        Ok(target) => target,
        Err(error) => {
            let named = |(_, object): &(&Addr, &Object)| {
                &*object.kind == KIND
                    && ResourceId::parse(&object.id).is_ok_and(|id| id.name.eq_ignore_ascii_case(address))
            };
            let advice = match sight.state.objects.iter().find(named) {
                Some((addr, _)) => format!(" {address:?} is the name that {addr} has in Azure: write {addr}."),
                None => suggest(address, &known),
            };
            let detail = format!("{error}.{advice}");
            return fail(screen, &Diagnostic::error("Invalid address", detail), &none);
        }
    };
    let covered = sight.state.objects.iter().filter(|(addr, object)| target.covers(addr) && &*object.kind == KIND);
    let found: Vec<_> = covered.collect();
    match found.as_slice() {
        [(addr, object)] => Ok(Meant {
            id: object.id.clone(),
            shown: addr.to_string(),
            addr: Some((*addr).clone()),
            container: container.map(str::to_owned),
        }),
        [] => fail(screen, &unknown(&target, address, &known, sight), &none),
        many => {
            let names: Vec<String> = many.iter().map(|(addr, _)| addr.to_string()).collect();
            let detail = format!("{target} names {} container groups: {}.", many.len(), names.join(", "));
            fail(screen, &Diagnostic::error("More than one container group", detail).hint("Name one instance."), &none)
        }
    }
}

fn unknown(target: &Target, address: &str, known: &[String], sight: &Sight) -> Diagnostic {
    let summary = "No such container group";
    let block = match target {
        Target::Block(block) => Some(block),
        Target::Instance(addr) => Some(&addr.block),
        Target::Module(_) => None,
    };
    if let Some(block) = block
        && &*block.kind == FLEET
    {
        let detail = format!("{block} is an ngroup, which keeps container groups of its own.");
        return Diagnostic::error("An ngroup is no container group", detail)
            .hint(format!("`acier inspect {target}` shows its container groups; name one of them by its ARM id."));
    }
    if let Some(block) = block
        && sight.configured().contains(&block.to_string())
        && !known.iter().any(|known| known.starts_with(&block.to_string()))
    {
        let detail = format!("{block} is in the configuration, but it was not applied yet.");
        return Diagnostic::error(summary, detail).hint("Make it with `acier apply`.");
    }
    let detail = match target {
        Target::Module(_) => format!("{target} names a module, not a container group."),
        _ => format!("The state holds no container group at {target}.{}", suggest(address, known)),
    };
    Diagnostic::error(summary, detail).hint("`acier ps` lists the groups of this configuration; an ARM id works too.")
}

/// ` Did you mean ...?` for an address, also where only the name was written.
fn suggest(text: &str, known: &[String]) -> String {
    let named = known.iter().find(|known| known.split('.').next_back().is_some_and(|name| name == text));
    match named {
        Some(known) => format!(" Did you mean \"{known}\"?"),
        None => did_you_mean(text, known.iter().map(String::as_str)),
    }
}

/// The container of a group that was named, or all of its containers where none was.
pub(super) fn containers<'g>(group: &'g Group, meant: &Meant, screen: &Screen) -> Outcome<Vec<&'g Container>> {
    let Some(name) = &meant.container else { return Ok(group.containers.iter().collect()) };
    if let Some(container) = group.container(name) {
        return Ok(vec![container]);
    }
    let names: Vec<&str> =
        group.containers.iter().chain(&group.init_containers).map(|container| container.name.as_str()).collect();
    let guess = nearest(name, names.iter().copied()).map(|near| format!(" Did you mean \"{near}\"?"));
    let has = guess.unwrap_or_else(|| format!(" It has: {}.", names.join(", ")));
    let detail = format!("{} has no container \"{name}\".{has}", meant.shown);
    fail(screen, &Diagnostic::error("No such container", detail), &Sources::default())
}

/// The one container that is meant.
pub(super) fn container<'g>(group: &'g Group, meant: &Meant, screen: &Screen) -> Outcome<&'g Container> {
    let found = containers(group, meant, screen)?;
    match found.as_slice() {
        [one] => Ok(one),
        [] => {
            let detail = format!("{} has no containers yet.", meant.shown);
            fail(screen, &Diagnostic::error("No containers", detail), &Sources::default())
        }
        [first, ..] => {
            let names: Vec<&str> = found.iter().map(|container| container.name.as_str()).collect();
            let detail = format!("{} has {} containers: {}.", meant.shown, names.len(), names.join(", "));
            let hint = format!("Name one: {}/{}.", meant.shown, first.name);
            let separator = if meant.addr.is_some() { hint } else { "Name one with -container=NAME.".to_owned() };
            fail(screen, &Diagnostic::error("Which container?", detail).hint(separator), &Sources::default())
        }
    }
}
