//! Every example, from nothing to nothing: apply, look at it in every way, forget, adopt, destroy.

use std::fs;
use std::path::Path;

use acier::emulator::embedded::Embedded;
use acier::emulator::settings::Settings;

use super::bench::{Folder, golden, redact, root};

/// What one example makes.
struct Example {
    name: &'static str,
    /// Values of variables that it cannot do without.
    values: &'static [(&'static str, &'static str)],
    /// The addresses in its state.
    addresses: &'static [&'static str],
    /// A container group, its container, and that container's state.
    group: (&'static str, &'static str, &'static str),
    /// An output and its JSON.
    output: (&'static str, &'static str),
    /// Container groups that an ngroup of it keeps.
    members: usize,
}

const EXAMPLES: [Example; 11] = [
    Example {
        name: "01-quickstart",
        values: &[],
        addresses: &[
            "azurerm_container_group.app",
            "azurerm_container_group.task",
            "azurerm_container_group.web",
            "azurerm_resource_group.quickstart",
        ],
        group: ("azurerm_container_group.task", "wordcount", "Terminated (Completed)"),
        output: ("fqdn", "\"acier-quickstart-web.westeurope.azurecontainer.io\"\n"),
        members: 0,
    },
    Example {
        name: "02-variables-and-for-each",
        values: &[],
        addresses: &[
            "azurerm_container_group.site[\"api\"]",
            "azurerm_container_group.site[\"blog\"]",
            "azurerm_container_group.site[\"shop\"]",
            "azurerm_resource_group.sites",
        ],
        group: ("azurerm_container_group.site[\"shop\"]", "shop", "Running"),
        output: (
            "urls",
            "{\"api\":\"http://acier-dev-api.northeurope.azurecontainer.io\",\
             \"blog\":\"http://acier-dev-blog.northeurope.azurecontainer.io\",\
             \"shop\":\"http://acier-dev-shop.northeurope.azurecontainer.io\"}\n",
        ),
        members: 0,
    },
    Example {
        name: "03-in-place-update",
        values: &[],
        addresses: &["azurerm_container_group.shop", "azurerm_resource_group.shop"],
        group: ("azurerm_container_group.shop", "shop", "Running"),
        output: ("name", "\"acier-shop-front.westeurope.azurecontainer.io\"\n"),
        members: 0,
    },
    Example {
        name: "04-secrets",
        values: &[
            ("TF_VAR_database_password", "correct horse"),
            ("TF_VAR_registry_password", "battery"),
            ("TF_VAR_storage_key", "c3RhcGxl"),
        ],
        addresses: &["azurerm_container_group.app", "azurerm_resource_group.vault"],
        group: ("azurerm_container_group.app", "app", "Running"),
        output: ("connection", "\"postgres://app:correct horse@db.example.com/app\"\n"),
        members: 0,
    },
    Example {
        name: "05-fleet",
        values: &[],
        addresses: &[
            "azurerm_container_group_profile.web",
            "azurerm_container_ngroup.web",
            "azurerm_resource_group.fleet",
        ],
        group: ("azurerm_container_ngroup.web", "web", "Running"),
        output: (
            "fleet",
            "\"/subscriptions/00000000-0000-4000-8000-000000000001/resourceGroups/acier-fleet/providers/\
             Microsoft.ContainerInstance/ngroups/web\"\n",
        ),
        members: 3,
    },
    Example {
        name: "06-job",
        values: &[],
        addresses: &["azurerm_container_group.migration", "azurerm_resource_group.jobs"],
        group: ("azurerm_container_group.migration", "migrate", "Terminated (Completed)"),
        output: (
            "migration",
            "\"/subscriptions/00000000-0000-4000-8000-000000000001/resourceGroups/acier-jobs/providers/\
             Microsoft.ContainerInstance/containerGroups/migration\"\n",
        ),
        members: 0,
    },
    Example {
        name: "07-modules",
        values: &[],
        addresses: &[
            "azurerm_resource_group.apps",
            "module.app[\"blog\"].azurerm_container_group.this",
            "module.app[\"shop\"].azurerm_container_group.this",
        ],
        group: ("module.app[\"shop\"].azurerm_container_group.this", "app", "Running"),
        output: (
            "addresses",
            "{\"blog\":\"http://acier-modules-blog.westeurope.azurecontainer.io:8080\",\
             \"shop\":\"http://acier-modules-shop.westeurope.azurecontainer.io:80\"}\n",
        ),
        members: 0,
    },
    Example {
        name: "08-tests",
        values: &[],
        addresses: &["azurerm_container_group.web[0]", "azurerm_container_group.web[1]", "azurerm_resource_group.all"],
        group: ("azurerm_container_group.web[0]", "web", "Running"),
        output: (
            "urls",
            "[\"http://acier-tests-0.westeurope.azurecontainer.io\",\
             \"http://acier-tests-1.westeurope.azurecontainer.io\"]\n",
        ),
        members: 0,
    },
    Example {
        name: "09-provisioners",
        values: &[],
        addresses: &["azurerm_container_group.shop", "azurerm_resource_group.shop", "terraform_data.announcement"],
        group: ("azurerm_container_group.shop", "shop", "Running"),
        output: ("announced", "\"http://acier-provisioned-shop.westeurope.azurecontainer.io\"\n"),
        members: 0,
    },
    Example {
        name: "10-two-subscriptions",
        values: &[],
        addresses: &[
            "azurerm_container_group.main",
            "azurerm_resource_group.archive",
            "azurerm_resource_group.main",
            "azurerm_resource_group.team[\"blue\"]",
            "azurerm_resource_group.team[\"green\"]",
        ],
        group: ("azurerm_container_group.main", "web", "Running"),
        output: (
            "subscriptions",
            "[\"00000000-0000-4000-8000-00000000000a\",\
             \"/subscriptions/00000000-0000-4000-8000-00000000000b/resourceGroups/acier-blue\"]\n",
        ),
        members: 0,
    },
    Example {
        name: "11-stages",
        values: &[],
        addresses: &[
            "azurerm_container_group.ledger",
            "azurerm_container_group.watcher[\"by-address\"]",
            "azurerm_resource_group.ledger",
        ],
        group: ("azurerm_container_group.ledger", "ledger", "Running"),
        output: ("watchers", "[\"by-address\"]\n"),
        members: 0,
    },
];

fn folder(example: &Example) -> Folder {
    example.values.iter().fold(Folder::example(example.name), |folder, (name, value)| folder.set(name, value))
}

fn walk(example: &Example) {
    let folder = folder(example);
    let count = example.addresses.len();
    let (group, container, state) = example.group;

    let plan = folder.run("plan -detailed-exitcode").exits(2).quiet();
    golden(&format!("golden/{}.txt", example.name), &redact(&plan.out, &folder));
    let complete = format!("Apply complete! Resources: {count} added, 0 changed, 0 destroyed.");
    folder.run("apply -auto-approve").exits(0).quiet().says(&complete);
    folder.run("plan -detailed-exitcode").exits(0).quiet().says("No changes.");

    folder.run("ps").exits(0).quiet().says(group).says("Succeeded");
    folder.run(&format!("inspect {group}")).exits(0).quiet().says(&format!("container {container}\n")).says(state);
    let logs = folder.run(&format!("logs {group}/{container}"));
    if example.members == 0 {
        logs.exits(0).quiet();
    } else {
        logs.exits(1).complains("is an ngroup, which keeps container groups of its own");
    }
    show(&folder, example);

    let gone = format!("Destroy complete! Resources: {count} destroyed.");
    folder.run("destroy -auto-approve").exits(0).quiet().says(&gone);
    folder.run("ps -all").exits(0).quiet().says("No container groups.");
    folder.run("show").exits(0).quiet().says("The state is empty.");
    let made = census(folder.path());
    let clouded = example.addresses.iter().filter(|addr| !addr.starts_with("terraform_data.")).count();
    assert_eq!(made.len(), clouded + example.members, "{made:?}");
    for (id, created, exists) in made {
        assert!(created == 1 && !exists, "{id} was created {created} times; it exists: {exists}");
    }
}

#[test]
fn the_quickstart_works_from_apply_to_destroy() {
    walk(&EXAMPLES[0]);
}

#[test]
fn for_each_works_from_apply_to_destroy() {
    walk(&EXAMPLES[1]);
}

#[test]
fn the_update_example_works_from_apply_to_destroy() {
    walk(&EXAMPLES[2]);
}

#[test]
fn the_secrets_example_works_from_apply_to_destroy() {
    walk(&EXAMPLES[3]);
}

#[test]
fn the_fleet_example_works_from_apply_to_destroy() {
    walk(&EXAMPLES[4]);
}

#[test]
fn the_modules_example_works_from_apply_to_destroy() {
    walk(&EXAMPLES[10]);
}

#[test]
fn the_job_example_works_from_apply_to_destroy() {
    walk(&EXAMPLES[5]);
}

#[test]
fn the_tests_example_works_from_apply_to_destroy() {
    walk(&EXAMPLES[6]);
}

#[test]
fn the_stages_example_works_from_apply_to_destroy() {
    walk(&EXAMPLES[9]);
}

#[test]
fn the_provisioners_example_works_from_apply_to_destroy() {
    walk(&EXAMPLES[7]);
}

#[test]
fn the_subscriptions_example_works_from_apply_to_destroy() {
    walk(&EXAMPLES[8]);
}

/// What the comments of the example say.
#[test]
fn another_release_runs_the_commands_again() {
    let folder = Folder::example("09-provisioners");
    let said = "terraform_data.announcement (local-exec): Release 1 is at http://acier-provisioned-shop.";
    folder.run("apply -auto-approve").exits(0).quiet().says(said);
    let again = folder.run("apply -auto-approve -var release=2").exits(0).quiet();
    again.says("1 added, 0 changed, 1 destroyed").says("(local-exec): Release 2 is at http://acier-provisioned-shop.");
    let gone =
        "azurerm_container_group.shop (local-exec): acier-provisioned-shop.westeurope.azurecontainer.io goes away";
    folder.run("destroy -auto-approve -var release=2").exits(0).quiet().says(gone);
}

/// What the comments of the example say.
#[test]
fn changing_the_image_of_a_fleet_replaces_its_copies_zone_by_zone() {
    let folder = Folder::example("05-fleet");
    folder.run("apply -auto-approve").exits(0);
    let image = "-var image=nginx:1.28";
    let plan = folder.run(&format!("plan {image}")).exits(0).quiet();
    golden("golden/fleet-image.txt", &redact(&plan.out, &folder));
    let before = copies(&folder);
    assert_eq!(zones(&before), ["1", "2", "3"]);
    folder
        .run(&format!("apply {image} -auto-approve"))
        .exits(0)
        .says("0 added, 2 changed, 0 destroyed")
        .says("revision = 2");
    folder.run(&format!("plan {image} -detailed-exitcode")).exits(0);
    let after = copies(&folder);
    assert_eq!(zones(&after), ["1", "2", "3"]);
    for copy in after.as_array().unwrap() {
        assert_eq!(copy["containers"][0]["image"], "nginx:1.28");
        assert!(before.as_array().unwrap().iter().all(|old| old["name"] != copy["name"]), "{copy} was kept");
    }
    let more = folder.run(&format!("plan {image} -var copies=5")).exits(0).quiet();
    more.says("~ desired_count               = 3 -> 5 # container groups are added; those that are there run on");
    let fewer = folder.run(&format!("plan {image} -var copies=2")).exits(0).quiet();
    fewer.says("= 3 -> 2 # container groups are removed, as the service chooses; the others run on");
    // One that somebody else deletes is made again by the service, and acier finds nothing to do.
    folder.run(&format!("apply {image} -var copies=5 -auto-approve")).exits(0);
    assert_eq!(zones(&copies(&folder)), ["1", "1", "2", "2", "3"]);
    folder.run(&format!("plan {image} -var copies=5 -detailed-exitcode")).exits(0);
}

#[test]
fn data_sources_read_a_fleet() {
    let folder = Folder::example("05-fleet");
    folder.run("apply -auto-approve").exits(0);
    let named = |kind: &str| {
        format!("data \"{kind}\" \"it\" {{\n  name = \"web\"\n  resource_group_name = \"acier-fleet\"\n}}\n")
    };
    let outputs = "output \"zones\" {\n  value = join(\",\", data.azurerm_container_ngroup.it.zones)\n}\n\
                   output \"of\" {\n  value = data.azurerm_container_ngroup.it.container_group_profile[0].resource[0].id\n}\n\
                   output \"revisions\" {\n  value = data.azurerm_container_group_profile.it.registered_revisions\n}\n";
    let data = named("azurerm_container_ngroup") + &named("azurerm_container_group_profile") + outputs;
    folder.write("data.tf", &data);
    let plan = folder.run("plan").exits(0).quiet();
    plan.says("+ zones     = \"1,2,3\"")
        .says("/containerGroupProfiles/web\"")
        .says("+ revisions = [\n      + 1,\n    ]");
}

fn copies(folder: &Folder) -> serde_json::Value {
    serde_json::from_str(&folder.run("inspect -json azurerm_container_ngroup.web").exits(0).quiet().out).unwrap()
}

fn zones(copies: &serde_json::Value) -> Vec<String> {
    let zone = |copy: &serde_json::Value| copy["zones"][0].as_str().unwrap().to_owned();
    let mut zones: Vec<String> = copies.as_array().unwrap().iter().map(zone).collect();
    zones.sort();
    zones
}

#[test]
fn no_example_is_forgotten() {
    let entries = fs::read_dir(root().join("examples")).unwrap().map(Result::unwrap);
    let folders = entries.filter(|entry| entry.path().is_dir());
    let mut names: Vec<String> = folders.map(|entry| entry.file_name().into_string().unwrap()).collect();
    names.sort();
    let walked: Vec<&str> = EXAMPLES.iter().map(|example| example.name).collect();
    assert_eq!(names, walked);
}

#[test]
fn the_quickstarts_task_ends_and_leaves_its_log() {
    let folder = Folder::example("01-quickstart");
    folder.run("apply -auto-approve").exits(0).says("fqdn = \"acier-quickstart-web.westeurope.azurecontainer.io\"");
    let line = "counting the 5 most used words of at least 8 letters\n";
    let task = "azurerm_container_group.task";
    let inspected = folder.run(&format!("inspect {task}")).exits(0).quiet();
    golden("golden/inspect.txt", &redact(&inspected.out, &folder));
    assert_eq!(folder.run(&format!("logs {task}")).exits(0).quiet().out, line);
    let timed = folder.run(&format!("logs -timestamps {task}")).exits(0).quiet();
    assert_eq!(redact(&timed.out, &folder), format!("[TIME] {line}"));
    assert_eq!(folder.run(&format!("logs -tail=0 {task}")).exits(0).quiet().out, "");
    folder.run(&format!("logs {task}/other")).exits(1).complains("It has: wordcount.");
    folder.run("logs azurerm_container_group.other").exits(1).complains("`acier ps` lists the groups");
    let listed = folder.run("ps").exits(0).quiet();
    golden("golden/ps.txt", &redact(&listed.out, &folder));
    folder.run("inspect azurerm_container_group.web").exits(0).says("Running").says("restart       Always");
}

#[test]
fn forgetting_changes_the_state_and_nothing_else() {
    let folder = Folder::example("01-quickstart");
    folder.run("apply -auto-approve").exits(0);
    let before = census(folder.path());
    let rehearsed = folder.files("state");
    folder.run("state rm -dry-run azurerm_container_group.task").exits(0).says("Would forget");
    assert!(folder.files("state") == rehearsed, "a rehearsal wrote something");
    folder.run("state rm azurerm_container_group.task").exits(0).quiet().says("Forgot azurerm_container_group.task\n");
    assert_eq!(census(folder.path()), before);
    folder.run("state list azurerm_container_group.task").exits(1).complains("No such object");
    folder.run("plan").exits(0).says("azurerm_container_group.task will be created").says("Plan: 1 to add");
    let refused = folder.run("apply -auto-approve").exits(1).complains("The object exists already");
    refused.complains("/containerGroups/acier-task is there already").complains("What to do:");
    folder.run("ps -all").exits(0).says("acier-task");
}

#[test]
fn moving_by_hand_changes_addresses_and_nothing_else() {
    let folder = Folder::example("01-quickstart");
    folder.run("apply -auto-approve").exits(0);
    let before = census(folder.path());
    let (from, to) = ("azurerm_container_group.task", "azurerm_container_group.job");
    let rehearsed = folder.files("state");
    let line = format!("Would move \"{from}\" to \"{to}\"\n");
    assert_eq!(folder.run(&format!("state mv -dry-run {from} {to}")).exits(0).quiet().out, line);
    assert!(folder.files("state") == rehearsed, "a rehearsal wrote something");
    folder.run(&format!("state mv {from} {to}")).exits(0).quiet().says("Successfully moved 1 object(s).\n");
    let text = fs::read_to_string(folder.path().join("main.tf")).unwrap();
    let text = text.replace("\"azurerm_container_group\" \"task\"", "\"azurerm_container_group\" \"job\"");
    folder.write("main.tf", text.replace(from, to));
    folder.run("plan -detailed-exitcode").exits(0).says("No changes.");
    // What needs the group learns its new name.
    let group = "azurerm_resource_group.quickstart";
    folder.run(&format!("state mv {group} module.base.azurerm_resource_group.main")).exits(0);
    folder.run(&format!("state show -json {to}")).exits(0).says("\"module.base.azurerm_resource_group.main\"");
    folder.run("state mv module.base module.ground").exits(0).says("to \"module.ground.azurerm_resource_group.main\"");
    folder.run(&format!("state mv module.ground.azurerm_resource_group.main {group}")).exits(0);
    folder.run("plan -detailed-exitcode").exits(0).says("No changes.");
    assert_eq!(census(folder.path()), before);
    let refused = |line: &str, text: &str| drop(folder.run(&format!("state mv {line}")).exits(1).complains(text));
    refused("azurerm_container_group.none azurerm_container_group.x", "does not match anything in the current state");
    refused(&format!("{to} azurerm_container_group.web"), "there is already an object at azurerm_container_group.web");
    refused(&format!("{to} azurerm_resource_group.x"), "resource types don't match");
    refused(&format!("{to} module.x"), "the target must also be a resource instance");
    let named = folder.run("state replace-provider hashicorp/azurerm example/azurerm").exits(1);
    named.complains("There are no providers in the state");
}

#[test]
fn what_needs_a_module_learns_its_new_name() {
    let folder = Folder::with(
        "module \"m\" {\n  source   = \"./m\"\n  for_each = toset([\"a\"])\n}\nresource \"terraform_data\" \"z\" {\n  input = \
         module.m[\"a\"].id\n}\n",
    );
    folder.write(
        "m/main.tf",
        "resource \"terraform_data\" \"x\" {}\noutput \"id\" {\n  value = terraform_data.x.id\n}\n",
    );
    folder.run("apply -auto-approve").exits(0);
    let needs = || folder.run("state pull").exits(0).says("dependencies");
    needs().says("\"module.m.terraform_data.x\"");
    folder.run("state mv module.m[\"a\"] module.n[\"b\"]").exits(0);
    needs().says("\"module.n.terraform_data.x\"").never_says("module.m");
}

/// Every command that looks at the state.
fn show(folder: &Folder, example: &Example) {
    let lines = example.addresses.iter().map(|address| format!("{address}\n")).collect::<String>();
    assert_eq!(folder.run("state list").exits(0).quiet().out, lines);
    let shown = folder.run("show").exits(0).quiet();
    for address in example.addresses {
        let shown = shown.clone().says(&format!("# {address}:\n"));
        let alone = folder.run(&format!("state show {address}")).exits(0).quiet();
        shown.says(&alone.out);
    }
    let (name, json) = example.output;
    assert_eq!(folder.run(&format!("output -json {name}")).exits(0).quiet().out, json);
    if let Ok(serde_json::Value::String(text)) = serde_json::from_str(json) {
        assert_eq!(folder.run(&format!("output -raw {name}")).exits(0).quiet().out, text);
    } else {
        folder.run(&format!("output -raw {name}")).exits(1).complains("Unsupported value for raw output");
    }
}

/// What the embedded emulator of a folder ever held, and what of it exists.
fn census(folder: &Path) -> Vec<(String, u32, bool)> {
    let cloud = Embedded::open(Some(&folder.join("state/emulator")), Settings::default()).expect("the emulator opens");
    cloud.snapshot().into_iter().map(|entry| (entry.id, entry.created, entry.exists)).collect()
}
