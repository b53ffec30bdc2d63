//! Crashes while names, modules, subscriptions and owners change: the process is killed at every point of
//! the apply, the same command is given again, and cloud, configuration and state agree.

use std::collections::BTreeMap;
use std::path::Path;
use std::rc::Rc;

use acier::emulator::embedded::Embedded;
use acier::plan::{Action, Mode};

use super::azure::{believed, run};
use super::{SHOP, STAGES, cloud, finish};
use crate::lab::{Fuse, scratch};

const SUBSCRIPTIONS: &str = include_str!("../../../examples/10-two-subscriptions/main.tf");

/// A way from one configuration to another.
struct Row {
    name: &'static str,
    /// What somebody else made.
    foreign: Option<String>,
    before: Option<String>,
    after: String,
    mode: Mode,
    /// Ends of ids that exist in the end although the state does not know them.
    left: &'static [&'static str],
    /// How often an id may have come into being.
    created: u32,
}

const PROVIDER: &str = "provider \"azurerm\" {\n  features {}\n}\n";

fn group(name: &str, further: &str) -> String {
    format!(
        "resource \"azurerm_resource_group\" \"{name}\" {{\n  name = \"{name}\"\n  location = \"westeurope\"\n  {further}\n}}\n"
    )
}

/// A container group whose name says how large it is, so that another size is another object.
fn sized(name: &str, cpu: u32, further: &str) -> String {
    format!(
        "resource \"azurerm_container_group\" \"{name}\" {{\n  name = \"{name}-{cpu}\"\n  \
         resource_group_name = azurerm_resource_group.main.name\n  location = \"westeurope\"\n  os_type = \"Linux\"\n  \
         ip_address_type = \"None\"\n  container {{\n    name = \"app\"\n    image = \"nginx:1\"\n    cpu = {cpu}\n    \
         memory = 1\n  }}\n  {further}\n}}\n"
    )
}

const CBD: &str = "lifecycle {\n    create_before_destroy = true\n  }";

fn rows() -> Vec<Row> {
    let moved = SUBSCRIPTIONS.replace(
        "  name     = \"acier-subscriptions\"\n  location = \"West Europe\"",
        "  provider = azurerm.archive\n  name     = \"acier-moved\"\n  location = \"West Europe\"",
    );
    let moved = moved.replace(
        "\"azurerm_container_group\" \"main\" {",
        "\"azurerm_container_group\" \"main\" {\n  provider = azurerm.archive",
    );
    assert_ne!(moved, SUBSCRIPTIONS);
    let row = |name, before: Option<String>, after: String, mode| Row {
        name,
        foreign: None,
        before,
        after,
        mode,
        left: &[],
        created: 1,
    };
    let sizes = |cpu| format!("{PROVIDER}{}{}", group("main", ""), sized("app", cpu, CBD));
    let chained = |cpu| format!("{}{}", sizes(cpu), sized("side", 1, "depends_on = [azurerm_container_group.app]"));
    vec![
        row("make in four subscriptions", None, SUBSCRIPTIONS.into(), Mode::Normal),
        row("to another subscription", Some(SUBSCRIPTIONS.into()), moved, Mode::Normal),
        row("end in four subscriptions", Some(SUBSCRIPTIONS.into()), SUBSCRIPTIONS.into(), Mode::Destroy),
        row("end what came in stages", Some(STAGES.into()), STAGES.into(), Mode::Destroy),
        row("create before destroy", Some(chained(1)), chained(2), Mode::Normal),
        everything_at_once(),
        taken_along(),
        into_modules(),
    ]
}

/// Moved, removed with and without destruction, imported, replaced and made in one apply.
fn everything_at_once() -> Row {
    let before = [
        PROVIDER.to_owned(),
        group("main", ""),
        sized("old", 1, ""),
        sized("gone", 1, ""),
        sized("kept", 1, ""),
        sized("big", 1, CBD),
        "resource \"terraform_data\" \"note\" {\n  input = \"a\"\n}\n".to_owned(),
    ];
    let after = [
        PROVIDER.to_owned(),
        group("main", ""),
        sized("old", 1, "").replace("\"azurerm_container_group\" \"old\"", "\"azurerm_container_group\" \"new\""),
        sized("big", 2, CBD),
        sized("fresh", 1, ""),
        group("theirs", "tags = { ours = \"yes\" }"),
        "resource \"terraform_data\" \"memo\" {\n  input = \"b\"\n}\n".to_owned(),
        "moved {\n  from = azurerm_container_group.old\n  to = azurerm_container_group.new\n}\n".to_owned(),
        "moved {\n  from = terraform_data.note\n  to = terraform_data.memo\n}\n".to_owned(),
        "removed {\n  from = azurerm_container_group.gone\n}\n".to_owned(),
        "removed {\n  from = azurerm_container_group.kept\n  lifecycle {\n    destroy = false\n  }\n}\n".to_owned(),
        "import {\n  to = azurerm_resource_group.theirs\n  identity = { name = \"theirs\" }\n}\n".to_owned(),
    ];
    Row {
        name: "everything at once",
        foreign: Some(format!("{PROVIDER}{}", group("theirs", ""))),
        before: Some(before.concat()),
        after: after.concat(),
        mode: Mode::Normal,
        left: &["/containerGroups/kept-1"],
        created: 1,
    }
}

/// A terraform_data that is replaced takes what is triggered by it along.
fn taken_along() -> Row {
    let text = |trigger: u32| {
        format!(
            "{PROVIDER}{}resource \"terraform_data\" \"release\" {{\n  input = \"x\"\n  triggers_replace = {trigger}\n}}\n{}",
            group("main", ""),
            sized("app", 1, "lifecycle {\n    replace_triggered_by = [terraform_data.release]\n  }")
        )
    };
    Row {
        name: "taken along",
        foreign: None,
        before: Some(text(1)),
        after: text(2),
        mode: Mode::Normal,
        left: &[],
        created: 2,
    }
}

/// Two blocks become one in a module with keys, and change on the way.
fn into_modules() -> Row {
    let inner = SHOP.replace("default = \"1\"", "default = \"2\"");
    let (_, inner) = inner.split_once("provider \"azurerm\"").expect("a provider block");
    let (_, inner) = inner.split_once("\n}\n").expect("its end");
    let inner = format!(
        "variable \"tag\" {{\n  default = \"2\"\n}}\nvariable \"cpu\" {{\n  default = 1\n}}\nvariable \"note\" {{\n  default = \"first\"\n}}\n{inner}"
    );
    let mut outer = format!("{PROVIDER}module \"shop\" {{\n  source = \"./shop\"\n  for_each = toset([\"a b\"])\n}}\n");
    for kind in ["azurerm_resource_group", "azurerm_container_group"] {
        outer.push_str(&format!("moved {{\n  from = {kind}.shop\n  to = module.shop[\"a b\"].{kind}.shop\n}}\n"));
    }
    Row {
        name: "into modules",
        foreign: None,
        before: Some(SHOP.into()),
        after: format!("{outer}//// shop/main.tf\n{inner}"),
        mode: Mode::Normal,
        left: &[],
        created: 1,
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_called_or_kept_otherwise_survives_every_crash() {
    for row in rows() {
        let points = matrix(&row).await;
        println!("{:<28} killed at {points:>4} points: all converged", row.name);
        assert!(points > 8, "{}: only {points} points", row.name);
    }
}

async fn matrix(row: &Row) -> usize {
    for at in 0.. {
        let folder = scratch();
        let cloud = cloud("300ms");
        if let Some(foreign) = &row.foreign {
            let other = scratch();
            finish(other.path(), &cloud, foreign, Mode::Normal, row.name).await;
        }
        if let Some(before) = &row.before {
            finish(folder.path(), &cloud, before, Mode::Normal, row.name).await;
        }
        let died = run(folder.path(), &cloud, &row.after, row.mode, &Fuse::new(Some(at))).await.is_none();
        let what = format!("{}, killed at point {at}", row.name);
        finish(folder.path(), &cloud, &row.after, row.mode, &what).await;
        verify(folder.path(), &cloud, row, &what).await;
        if !died {
            return at;
        }
    }
    0
}

async fn verify(folder: &Path, cloud: &Rc<Embedded>, row: &Row, what: &str) {
    let state = believed(folder);
    assert!(state.pending.is_empty() && state.deposed.is_empty(), "{what}: {:?} {:?}", state.pending, state.deposed);
    let ids = state.objects.values().map(|object| object.id.to_lowercase());
    let mut known: Vec<String> = ids.filter(|id| id.starts_with("/subscriptions/")).collect();
    known.sort();
    let census: BTreeMap<String, (u32, bool)> =
        cloud.snapshot().into_iter().map(|entry| (entry.id.to_lowercase(), (entry.created, entry.exists))).collect();
    let outside = |id: &str| row.left.iter().any(|end| id.ends_with(&end.to_lowercase()));
    let existing: Vec<&String> = census.iter().filter(|(_, (_, exists))| *exists).map(|(id, _)| id).collect();
    let (left, existing): (Vec<&String>, Vec<&String>) = existing.into_iter().partition(|id| outside(id));
    assert_eq!((left.len(), existing), (row.left.len(), known.iter().collect()), "{what}: cloud and state differ");
    for (id, (created, _)) in &census {
        assert!(*created <= row.created, "{what}: {id} was created {created} times");
    }
    if row.mode == Mode::Destroy {
        assert!(known.is_empty(), "{what}: {known:?} is left");
        return;
    }
    let end = run(folder, cloud, &row.after, row.mode, &Fuse::new(None)).await.expect("it has no fuse");
    let plan = end.plan.expect("a plan");
    let found: Vec<String> = plan
        .changes
        .iter()
        .filter(|change| change.action != Action::NoOp)
        .map(|change| format!("{:?} {}", change.action, change.addr))
        .collect();
    assert!(found.is_empty() && plan.drift.is_empty(), "{what}: planning again finds {found:?}");
}
