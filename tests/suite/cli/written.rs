//! What `state show -hcl` writes is configuration that asks for exactly what exists.

use super::bench::Folder;

#[test]
fn a_written_configuration_plans_empty() {
    for example in ["01-quickstart", "03-in-place-update"] {
        let folder = Folder::example(example);
        assert_eq!(folder.run("apply -auto-approve -no-color").code, Some(0), "{example}");
        let mut text = String::from("provider \"azurerm\" {\n  features {}\n  environment = \"emulator\"\n}\n");
        for addr in folder.run("state list").out.lines() {
            text.push_str(&folder.run(&format!("state show -hcl {addr}")).out);
        }
        folder.write("main.tf", &text);
        let plan = folder.run("plan -no-color");
        assert_eq!(plan.code, Some(0), "{example}: {}\n{text}", plan.err);
        // Only the outputs, which no object tells, go away.
        assert!(plan.out.contains("without changing any real infrastructure"), "{example}:\n{}\n{text}", plan.out);
    }
}

#[test]
fn secrets_are_named_and_not_written() {
    let folder = Folder::example("04-secrets")
        .set("TF_VAR_database_password", "canary-1")
        .set("TF_VAR_registry_password", "canary-2")
        .set("TF_VAR_storage_key", "Y2FuYXJ5LTM=");
    assert_eq!(folder.run("apply -auto-approve").code, Some(0));
    let shown = folder.run("state show -hcl azurerm_container_group.app").out;
    assert!(shown.contains("# container[0].secure_environment_variables is a secret"), "{shown}");
    assert!(!shown.contains("canary") && !shown.contains("hmac"), "{shown}");
}
