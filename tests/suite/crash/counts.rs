//! How many requests a run makes where nothing is to be done.

use std::fmt::Write;
use std::rc::Rc;

use acier::emulator::embedded::Embedded;
use acier::emulator::settings::Settings;
use acier::plan::Mode;

use super::azure::run;
use crate::lab::{Fuse, scratch};

pub(super) fn fleet(groups: usize) -> String {
    let mut text = String::from(
        "resource \"azurerm_resource_group\" \"fleet\" {\n  name = \"fleet\"\n  location = \"westeurope\"\n}\n",
    );
    write!(
        text,
        "resource \"azurerm_container_group\" \"member\" {{\n  count = {groups}\n  name = \"member-${{count.index}}\"\n  \
         resource_group_name = azurerm_resource_group.fleet.name\n  location = \"westeurope\"\n  os_type = \"Linux\"\n  \
         ip_address_type = \"None\"\n  container {{\n    name = \"app\"\n    image = \"nginx:1\"\n    cpu = 0.1\n    \
         memory = 0.1\n  }}\n}}\n"
    )
    .unwrap();
    text
}

/// The same spread evenly over so many resource groups.
pub(super) fn spread(groups: usize, folders: usize) -> String {
    let folder = format!("azurerm_resource_group.fleet[count.index % {folders}].name");
    fleet(groups)
        .replace("name = \"fleet\"", &format!("count = {folders}\n  name = \"fleet-${{count.index}}\""))
        .replace("azurerm_resource_group.fleet.name", &folder)
}

/// Lists answer for many: a thousand groups of one resource group take a dozen requests, not a thousand.
#[tokio::test(start_paused = true)]
async fn a_refresh_of_a_thousand_groups_makes_few_requests() {
    let folder = scratch();
    let cloud = Rc::new(Embedded::open(None, Settings::default()).unwrap());
    let text = fleet(1_000);
    let made = run(folder.path(), &cloud, &text, Mode::Normal, &Fuse::new(None)).await.expect("nobody dies");
    assert_eq!((made.report.added, made.report.is_complete()), (1_001, true), "{:?}", made.report.diagnostics);
    let count = || ["GET", "PUT", "POST", "PATCH", "DELETE", "HEAD"].map(|method| cloud.requests(method));
    let before: u64 = count().iter().sum();
    let again = run(folder.path(), &cloud, &text, Mode::Normal, &Fuse::new(None)).await.expect("nobody dies");
    assert!(again.plan.expect("a plan").is_empty());
    let used = count().iter().sum::<u64>() - before;
    println!("a no-op run over 1,001 objects made {used} requests, sign-in included");
    assert!(used <= 20, "{used} requests");
}

/// A thousand groups in a hundred resource groups: one list of the subscription, not a hundred lists.
#[tokio::test(start_paused = true)]
async fn a_refresh_of_a_hundred_resource_groups_makes_few_requests() {
    let folder = scratch();
    let cloud = Rc::new(Embedded::open(None, Settings::default()).unwrap());
    let text = spread(1_000, 100);
    let made = run(folder.path(), &cloud, &text, Mode::Normal, &Fuse::new(None)).await.expect("nobody dies");
    assert_eq!((made.report.added, made.report.is_complete()), (1_100, true), "{:?}", made.report.diagnostics);
    let count = || ["GET", "PUT", "POST", "PATCH", "DELETE", "HEAD"].map(|method| cloud.requests(method));
    let before: u64 = count().iter().sum();
    let again = run(folder.path(), &cloud, &text, Mode::Normal, &Fuse::new(None)).await.expect("nobody dies");
    assert!(again.plan.expect("a plan").is_empty());
    let used = count().iter().sum::<u64>() - before;
    println!("a no-op run over 1,100 objects in 100 resource groups made {used} requests, sign-in included");
    assert!(used <= 20, "{used} requests");
}
