//! What acier refuses because of its state: a second process, plans that do not fit, damage,
//! another cloud. A refusal writes nothing.

use super::bench::{Folder, Served};

fn shop() -> Folder {
    let folder = Folder::example("03-in-place-update");
    folder.run("apply -auto-approve").exits(0);
    folder
}

#[test]
fn a_second_process_is_refused_and_writes_nothing() {
    let folder = shop();
    let mut first = folder.start("apply -var tag=2", &[]);
    first.await_line("Only 'yes' will be accepted");
    let before = folder.kept();
    for line in ["plan", "apply -auto-approve", "destroy -auto-approve", "refresh"] {
        // The first one goes on for as long as nobody answers: to wait for it would be to wait without end.
        folder.run(line).exits(3).complains("State is in use");
    }
    folder.run("state rm azurerm_container_group.shop").exits(3).complains("State is in use");
    assert!(folder.kept() == before, "a refusal wrote something");
    folder.run("state list").exits(0).says("azurerm_container_group.shop");
    folder.run("output -raw name").exits(0).says("acier-shop-front");

    first.answer("yes");
    first.end().exits(0).quiet().says("0 added, 1 changed, 0 destroyed.");
    folder.run("plan -detailed-exitcode -var tag=2").exits(0).says("No changes.");
}

#[test]
fn a_second_process_is_refused_while_the_first_waits_for_the_cloud() {
    let folder = Folder::example("01-quickstart");
    let mut first = folder.start("apply -auto-approve", &[("ACIER_EMULATOR_LATENCY", "1h")]);
    first.await_line("azurerm_container_group.app: Creating...");
    let refused = folder.run("apply -auto-approve").exits(3).complains("State is in use");
    assert_eq!(refused.out, "");
    first.kill();
    let segments = folder.files("state/log").into_keys().collect::<Vec<_>>();
    assert_eq!(segments, ["state/log/0000000001.acier"], "only the first process wrote");
}

#[test]
fn groups_can_be_looked_at_beside_a_running_apply() {
    let emulator = Served::start("");
    let folder = emulator.serve(Folder::example("03-in-place-update"));
    folder.run("apply -auto-approve -var environment=public").exits(0);
    let mut first = folder.start("apply -var tag=2 -var environment=public", &[]);
    first.await_line("Only 'yes' will be accepted");
    let before = folder.kept();
    folder.run("ps -var environment=public").exits(0).quiet().says("azurerm_container_group.shop");
    folder.run("inspect azurerm_container_group.shop -var environment=public").exits(0).quiet().says("Running");
    folder.run("logs azurerm_container_group.shop -var environment=public").exits(0).quiet();
    assert!(folder.kept() == before, "looking wrote something");
    first.answer("no");
    first.end().exits(1).says("Apply cancelled.");
}

#[test]
fn a_saved_plan_is_carried_out_as_it_was_shown() {
    let folder = shop();
    let planned = folder.run("plan -out=plan.acier -var tag=2").exits(0).quiet().says("Saved the plan to: plan.acier");
    let shown = folder.run("show plan.acier").exits(0).quiet();
    assert!(planned.out.starts_with(&shown.out), "{}\n---\n{}", planned.out, shown.out);
    // What the configuration says by now is not what was approved.
    folder.write("more.tf", "output \"more\" {\n  value = 1\n}\n");
    folder.run("apply plan.acier").exits(0).quiet().says("0 added, 1 changed, 0 destroyed.");
    folder.run("output more").exits(1).complains("Output \"more\" not found");
    folder.run("plan -detailed-exitcode -var tag=2").exits(2).says("more = 1").never_says("azurerm");
}

#[test]
fn a_saved_plan_is_refused_after_the_state_has_moved() {
    let folder = shop();
    folder.run("plan -out=plan.acier -var tag=2").exits(0);
    folder.run("apply -auto-approve -var tag=3").exits(0).says("1 changed");
    let before = folder.kept();
    let refused = folder.run("apply plan.acier").exits(4).complains("Saved plan is stale");
    let refused = refused.complains("serial 1 of the state, which is at serial 2 now").complains("What to do:");
    assert_eq!(refused.out, "");
    assert!(folder.kept() == before, "a refusal wrote something");
    folder.run("plan -detailed-exitcode -var tag=3").exits(0).says("No changes.");
}

#[test]
fn plans_of_other_folders_and_damaged_plans_are_refused() {
    let folder = shop();
    folder.run("plan -out=plan.acier -var tag=2").exits(0);
    let plan = folder.files("").remove("plan.acier").unwrap();
    let mut flipped = plan.clone();
    flipped[plan.len() / 2] ^= 1;
    let files: [(&str, &[u8], &str); 4] = [
        ("cut.acier", &plan[..plan.len() / 2], "the file is damaged"),
        ("flipped.acier", &flipped, "the file is damaged"),
        ("empty.acier", b"", "this is not a plan that acier saved"),
        ("foreign.acier", b"PK\x03\x04 a plan of another tool", "as Terraform saves its plans"),
    ];
    for (name, bytes, _) in files {
        folder.write(name, bytes);
    }
    let before = folder.kept();
    for (name, _, reason) in files {
        folder.run(&format!("apply {name}")).exits(1).complains(reason).complains(name);
        folder.run(&format!("show {name}")).exits(1).complains(reason);
    }
    folder.run("apply nowhere.acier").exits(1).complains("as a plan file");
    assert!(folder.kept() == before, "a refusal wrote something");

    let other = shop();
    other.write("plan.acier", &plan);
    let before = other.kept();
    other.run("apply plan.acier").exits(1).complains("it does not belong to this folder");
    assert!(other.kept() == before, "a refusal wrote something");

    let fresh = Folder::example("03-in-place-update");
    fresh.write("plan.acier", &plan);
    fresh.run("apply plan.acier").exits(1).complains("it does not belong to this folder");
    fresh.run("state list").exits(0).quiet();
}

type Damage = fn(&[u8]) -> Vec<u8>;

/// What happens to a file of the store.
const DAMAGE: [(&str, Damage); 3] = [
    ("emptied", |_| Vec::new()),
    ("cut in half", |bytes| bytes[..bytes.len() / 2].to_vec()),
    ("flipped in one bit", |bytes| {
        let mut bytes = bytes.to_vec();
        let middle = bytes.len() / 2;
        bytes[middle] ^= 4;
        bytes
    }),
];

#[test]
fn a_damaged_store_is_rebuilt_or_refused_by_name() {
    let folder = shop();
    folder.run("apply -auto-approve -var tag=2").exits(0);
    let whole = folder.files("state");
    let judged = [
        ("state/head", "head"),
        ("state/secret.key", "secret.key"),
        ("state/log/0000000001.acier", "operation 1"),
        ("state/log/0000000002.acier", "operation 2"),
        ("state/index/db", "index"),
        ("state/index/conf", "index"),
    ];
    for (name, named) in judged {
        for (what, damage) in DAMAGE {
            folder.write(name, damage(&whole[name]));
            let ran = folder.run("plan -detailed-exitcode -var tag=2").never_says("will be created");
            let ran = ran.never_says("panicked");
            match ran.code {
                Some(0) => drop(ran.says("No changes.")),
                Some(5) => drop(ran.complains(named).complains("What to do:")),
                code => panic!("{name}, {what}: {code:?}\n{}{}", ran.out, ran.err),
            }
            restore(&folder, &whole);
        }
    }
    folder.run("plan -detailed-exitcode -var tag=2").exits(0).says("No changes.");
}

#[test]
fn a_damaged_store_goes_on_after_a_repair() {
    let folder = shop();
    folder.run("apply -auto-approve -var tag=2").exits(0);
    let log = "state/log/0000000002.acier";
    let bytes = folder.files("state").remove(log).unwrap();
    folder.write(log, &bytes[..bytes.len() / 2]);
    folder.run("plan").exits(5).complains("acier state repair");
    let before = folder.kept();
    folder.run("state repair").exits(1).says("azurerm_container_group.shop").says("Repair cancelled.");
    assert!(folder.kept() == before, "without a yes nothing is written");
    folder.run("state repair -auto-approve").exits(0).says("Repaired. The damaged files are in");
    folder.run("plan -detailed-exitcode -var tag=2").exits(0).never_says("will be created");
    folder.run("state repair").exits(0).says("there is nothing to repair");
}

/// Puts the state folder back as it was.
fn restore(folder: &Folder, whole: &std::collections::BTreeMap<String, Vec<u8>>) {
    std::fs::remove_dir_all(folder.path().join("state")).unwrap();
    for (name, bytes) in whole {
        folder.write(name, bytes);
    }
}

#[test]
fn state_of_one_subscription_is_refused_on_another() {
    let folder = shop();
    let before = folder.kept();
    let other = [("ARM_SUBSCRIPTION_ID", "00000000-0000-4000-8000-000000000002")];
    for line in ["plan", "apply -auto-approve", "destroy -auto-approve", "ps"] {
        let refused = folder.run_with(line, &other).exits(1).complains("The state belongs to another cloud");
        let refused = refused.complains("00000000-0000-4000-8000-000000000001");
        assert_eq!(refused.complains("00000000-0000-4000-8000-000000000002").out, "");
    }
    assert!(folder.kept() == before, "a refusal wrote something");

    let emulator = Served::start("");
    let served = emulator.serve(Folder::example("03-in-place-update"));
    for (name, bytes) in folder.files("state") {
        served.write(&name, bytes);
    }
    served.run("plan -var environment=public").exits(1).complains("The state belongs to another cloud");
    folder.run("plan -detailed-exitcode").exits(0).says("No changes.");
}
