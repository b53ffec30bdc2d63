//! The quickstart against the emulator in another process, over https, and what goes wrong there.

use super::bench::{Folder, Served, golden, redact};

#[test]
fn the_quickstart_works_over_https_with_nothing_but_an_auth_file() {
    let mut emulator = Served::start("");
    let folder = emulator.serve(Folder::example("01-quickstart").set("TF_VAR_environment", "public"));
    folder.run("apply -auto-approve").exits(0).quiet().says("Resources: 4 added, 0 changed, 0 destroyed.");
    folder.run("plan -detailed-exitcode").exits(0).quiet().says("No changes.");
    folder.run("ps").exits(0).quiet().says("azurerm_container_group.web");
    folder.run("inspect azurerm_container_group.task").exits(0).quiet().says("Terminated (Completed)");
    folder.run("logs azurerm_container_group.task").exits(0).says("counting the 5 most used words");
    let counts = emulator.census();
    assert_eq!(counts.len(), 4);
    assert!(counts.values().all(|counts| *counts == (1, true)), "{counts:?}");
    folder.run("destroy -auto-approve").exits(0).quiet().says("Resources: 4 destroyed.");
    folder.run("ps -all").exits(0).says("No container groups.");
    let counts = emulator.census();
    assert!(counts.values().all(|counts| *counts == (1, false)), "{counts:?}");
    assert_eq!(emulator.stop().err, "");
    assert!(folder.files("state/emulator").is_empty(), "there is an embedded emulator");
}

#[test]
fn a_wrong_secret_is_told_with_advice_and_without_the_secret() {
    let emulator = Served::start("");
    let auth = std::fs::read_to_string(emulator.auth_file()).unwrap();
    let folder = Folder::example("03-in-place-update").set("AZURE_AUTH_LOCATION", "auth.json");
    folder.write("auth.json", auth.replace("\"acier-emulator\"", "\"not-the-right-one\""));
    let ran = folder.run("apply -auto-approve -var environment=public").exits(1);
    let ran = ran.never_says("not-the-right-one").complains("AADSTS7000215").complains("main.tf line");
    golden("golden/wrong-secret.txt", &redact(&ran.err, &folder));
    assert!(emulator.census().is_empty());
}

#[test]
fn an_authority_that_nobody_trusts_is_named() {
    let emulator = Served::start("");
    let auth = std::fs::read_to_string(emulator.auth_file()).unwrap();
    let folder = Folder::example("03-in-place-update").set("AZURE_AUTH_LOCATION", "auth.json");
    folder.write("auth.json", auth.replace("caCertificatePath", "notes"));
    // Some machines trust nobody at all, which is told in other words.
    let other = rcgen::generate_simple_self_signed(vec!["example.com".to_owned()]).unwrap();
    folder.write("other.pem", other.cert.pem());
    let folder = folder.set("SSL_CERT_FILE", "other.pem");
    let ran = folder.run("apply -auto-approve -var environment=public").exits(1);
    ran.complains("no trusted authority has signed").complains("caCertificatePath");
}

#[test]
fn an_emulator_that_went_away_loses_nothing() {
    let mut emulator = Served::start("");
    let folder = emulator.serve(Folder::example("03-in-place-update").set("TF_VAR_environment", "public"));
    folder.run("apply -auto-approve").exits(0);
    let before = folder.kept();
    assert_eq!(emulator.stop().err, "");
    folder.run("plan").exits(1).complains("cannot be reached").never_says("will be created");
    assert!(folder.kept() == before, "a plan without a cloud wrote something");
}
