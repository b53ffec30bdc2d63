//! State files of Terraform come in and go out.

use serde_json::{Value, json};

use super::bench::Folder;

const SUBSCRIPTION: &str = "/subscriptions/00000000-0000-4000-8000-000000000001";

const CONFIGURATION: &str = r#"
provider "azurerm" {
  features {}
  environment = "emulator"
}

variable "password" {
  default = "cage-of-canaries-5521"
}

resource "azurerm_resource_group" "main" {
  name     = "moving"
  location = "West Europe"
}

resource "azurerm_container_group" "web" {
  for_each            = toset(["a b"])
  name                = "web"
  resource_group_name = azurerm_resource_group.main.name
  location            = azurerm_resource_group.main.location
  os_type             = "Linux"
  ip_address_type     = "Public"

  container {
    name   = "web"
    image  = "mcr.microsoft.com/azuredocs/aci-helloworld:latest"
    cpu    = 1
    memory = 1.5

    secure_environment_variables = {
      PASSWORD = var.password
    }

    ports {
      port     = 80
      protocol = "TCP"
    }
  }
}

resource "terraform_data" "note" {
  input = { text = "a", list = [1, true] }
}

output "group" {
  value = azurerm_resource_group.main.name
}
"#;

/// What azurerm 4 writes for the configuration: zero values where nothing is said.
fn azurerm_state() -> Value {
    let group = json!({
        "id": format!("{SUBSCRIPTION}/resourceGroups/moving"), "location": "westeurope", "managed_by": "",
        "name": "moving", "tags": {}, "timeouts": null,
    });
    let container = json!({
        "commands": [], "cpu": 1, "cpu_limit": 0, "environment_variables": {},
        "image": "mcr.microsoft.com/azuredocs/aci-helloworld:latest", "liveness_probe": [], "memory": 1.5,
        "memory_limit": 0, "name": "web", "ports": [{ "port": 80, "protocol": "TCP" }], "readiness_probe": [],
        "secure_environment_variables": { "PASSWORD": "cage-of-canaries-5521" }, "security": [], "volume": [],
    });
    let web = json!({
        "container": [container], "container_network_interface": null, "diagnostics": [], "dns_config": [],
        "dns_name_label": "", "dns_name_label_reuse_policy": "Unsecure",
        "exposed_port": [{ "port": 80, "protocol": "TCP" }], "fqdn": "",
        "id": format!("{SUBSCRIPTION}/resourceGroups/moving/providers/Microsoft.ContainerInstance/containerGroups/web"),
        "identity": [], "image_registry_credential": [], "init_container": [], "ip_address": "20.0.0.1",
        "ip_address_type": "Public", "key_vault_key_id": "", "key_vault_user_assigned_identity_id": "",
        "location": "westeurope", "name": "web", "network_profile_id": null, "os_type": "Linux", "priority": "",
        "resource_group_name": "moving", "restart_policy": "Always", "sku": "Standard", "subnet_ids": [],
        "tags": {}, "timeouts": null, "zones": [],
    });
    let secret = json!([[
        { "type": "get_attr", "value": "container" },
        { "type": "index", "value": { "value": 0, "type": "number" } },
        { "type": "get_attr", "value": "secure_environment_variables" },
    ]]);
    let azurerm = "provider[\"registry.terraform.io/hashicorp/azurerm\"]";
    json!({
        "version": 4, "terraform_version": "1.11.4", "serial": 7, "lineage": "af090696-d263-84d0-0094-cd9c7948fb2d",
        "outputs": { "group": { "value": "moving", "type": "string" } },
        "resources": [
            { "mode": "data", "type": "azurerm_client_config", "name": "me", "provider": azurerm,
              "instances": [{ "schema_version": 0, "attributes": {} }] },
            { "mode": "managed", "type": "azurerm_resource_group", "name": "main", "provider": azurerm,
              "instances": [{ "schema_version": 0, "attributes": group, "sensitive_attributes": [] }] },
            { "mode": "managed", "type": "azurerm_container_group", "name": "web", "provider": azurerm,
              "instances": [{ "index_key": "a b", "schema_version": 0, "attributes": web,
                              "sensitive_attributes": secret, "private": "bnVsbA==",
                              "dependencies": ["azurerm_resource_group.main"] }] },
            { "mode": "managed", "type": "terraform_data", "name": "note",
              "provider": "provider[\"terraform.io/builtin/terraform\"]",
              "instances": [{ "schema_version": 0, "attributes": {
                  "id": "cd132a36-377c-26bc-2e8c-a948d67da731",
                  "input": { "value": { "text": "a", "list": [1, true] },
                             "type": ["object", { "text": "string", "list": ["tuple", ["number", "bool"]] }] },
                  "output": { "value": { "text": "a", "list": [1, true] },
                              "type": ["object", { "text": "string", "list": ["tuple", ["number", "bool"]] }] },
                  "triggers_replace": null }, "sensitive_attributes": [] }] },
        ],
        "check_results": null,
    })
}

/// A folder whose cloud holds what the configuration asks for, and whose state knows nothing of it.
fn moving() -> Folder {
    let folder = Folder::with(CONFIGURATION);
    folder.run("apply -auto-approve").exits(0).quiet();
    folder.run("state rm azurerm_container_group.web azurerm_resource_group.main terraform_data.note").exits(0);
    folder
}

#[test]
fn the_state_of_azurerm_is_taken_over() {
    let folder = moving();
    folder.write("terraform.tfstate", azurerm_state().to_string());
    let ran = folder.run("state import-tfstate terraform.tfstate").exits(0).quiet();
    let ran = ran.says("azurerm_container_group.web[\"a b\"]: Import complete");
    ran.says("Imported 3 objects and 0 outputs from terraform.tfstate (serial 7, Terraform 1.11.4).")
        .says("Left out: 1 data sources");
    // What azurerm writes as empty counts as not there, so only what the cloud decides has changed.
    folder.run("plan -refresh-only -out=drift").exits(0);
    let drift: Value = serde_json::from_str(&folder.run("show -json drift").exits(0).out).unwrap();
    let mut differences: Vec<String> = Vec::new();
    for change in drift["resource_drift"].as_array().into_iter().flatten() {
        let (before, after) = (&change["change"]["before"], &change["change"]["after"]);
        let names = before.as_object().unwrap().keys().filter(|name| before[name.as_str()] != after[name.as_str()]);
        differences.extend(names.cloned());
    }
    let own = ["container", "instance_view", "ip_address", "is_created_from_standby_pool", "provisioning_state"];
    assert_eq!(differences, own);
    folder.run("plan -detailed-exitcode").exits(0).quiet().says("No changes.");
    for (name, bytes) in folder.files("state") {
        let hidden = !String::from_utf8_lossy(&bytes).contains("cage-of-canaries");
        assert!(hidden || name.starts_with("emulator"), "{name} holds a secret in clear");
    }
    // The secret is known by its fingerprint: another one is a change.
    folder.run("plan -detailed-exitcode -var password=other").exits(2).says("0 to add, 1 to change, 0 to destroy");
    folder.run("state import-tfstate terraform.tfstate").exits(0).says("3 were there already.");
    folder.run("destroy -auto-approve").exits(0).says("Resources: 3 destroyed.");
}

#[test]
fn what_is_pulled_comes_in_again() {
    let folder = Folder::with(CONFIGURATION);
    assert_eq!(folder.run("state pull").exits(0).out, "");
    folder.run("apply -auto-approve").exits(0).quiet();
    let pulled = folder.run("state pull").exits(0).quiet().never_says("cage-of-canaries").out;
    folder.write("pulled.tfstate", &pulled);
    let before: Value = serde_json::from_str(&pulled).unwrap();
    assert_eq!((&before["version"], &before["resources"].as_array().unwrap().len()), (&json!(4), &3));
    folder.run("state rm azurerm_container_group.web azurerm_resource_group.main terraform_data.note").exits(0);
    folder.run("state import-tfstate pulled.tfstate").exits(0).quiet();
    let again: Value = serde_json::from_str(&folder.run("state pull").exits(0).out).unwrap();
    assert_eq!((&before["resources"], &before["outputs"]), (&again["resources"], &again["outputs"]));
    folder.run("plan -detailed-exitcode").exits(0).quiet().says("No changes.");
    if !crate::judge::is_here("it was not asked to read a state file") {
        return;
    }
    let mut terraform = crate::judge::terraform();
    let listed =
        terraform.args(["state", "list", "-state=pulled.tfstate"]).current_dir(folder.path()).output().unwrap();
    let listed = String::from_utf8(listed.stdout).unwrap();
    assert_eq!(listed, "azurerm_container_group.web[\"a b\"]\nazurerm_resource_group.main\nterraform_data.note\n");
}

#[test]
fn modules_keys_taints_and_deposed_objects_keep_their_places() {
    let folder = Folder::with(CONFIGURATION);
    let object = |name: &str| {
        json!({ "schema_version": 0, "attributes": { "id": format!("{SUBSCRIPTION}/resourceGroups/{name}"),
                "name": name, "location": "westeurope" } })
    };
    let mut instances = vec![object("one"), object("two"), object("three")];
    instances[0]["index_key"] = json!(0);
    instances[1]["index_key"] = json!(1);
    instances[1]["status"] = json!("tainted");
    instances[2]["index_key"] = json!(1);
    instances[2]["deposed"] = json!("0badcafe");
    let resource = json!({ "module": "module.m[\"k\"].module.n", "mode": "managed",
        "type": "azurerm_resource_group", "name": "g",
        "provider": "provider[\"registry.terraform.io/hashicorp/azurerm\"]", "instances": instances });
    let document = json!({ "version": 4, "serial": 1, "lineage": "x", "outputs": {}, "resources": [resource] });
    folder.write("in.tfstate", document.to_string());
    folder.run("state import-tfstate in.tfstate").exits(0).quiet();
    let listed = folder.run("state list").exits(0).out;
    let group = "module.m[\"k\"].module.n.azurerm_resource_group.g";
    assert_eq!(listed, format!("{group}[0]\n{group}[1]\n{group}[1] (deposed object 0badcafe)\n"));
    folder.run(&format!("state list -id={SUBSCRIPTION}/resourceGroups/ONE")).exits(0).says("g[0]");
    let shown: Value = serde_json::from_str(&folder.run("show -json").exits(0).out).unwrap();
    let inner = &shown["values"]["root_module"]["child_modules"][0];
    assert_eq!(inner["address"], "module.m[\"k\"]");
    let resources = &inner["child_modules"][0]["resources"];
    assert_eq!((&resources[1]["tainted"], &resources[2]["deposed_key"]), (&json!(true), &json!("0badcafe")));
    let pulled: Value = serde_json::from_str(&folder.run("state pull").exits(0).out).unwrap();
    assert_eq!(pulled["resources"][0]["module"], "module.m[\"k\"].module.n");
    assert_eq!(pulled["resources"][0]["instances"][2]["deposed"], "0badcafe");
}

#[test]
fn files_that_cannot_be_taken_over_are_refused_and_nothing_is_written() {
    let folder = moving();
    let pulled = folder.run("state pull").exits(0).quiet().out;
    let changed = |change: &dyn Fn(&mut Value)| {
        let mut state = azurerm_state();
        change(&mut state);
        state.to_string()
    };
    let table: Vec<(String, &str)> = vec![
        (String::new(), "Empty state file"),
        ("\n".into(), "Empty state file"),
        ("{".into(), "Invalid state file"),
        ("{}".into(), "no number \"version\""),
        (changed(&|state| state["version"] = json!(3)), "Unsupported state file version"),
        (changed(&|state| state["version"] = json!(5)), "Unsupported state file version"),
        (changed(&|state| state["encrypted_data"] = json!("x")), "Encrypted state file"),
        (changed(&|state| state["resources"] = json!(null)), "no \"resources\""),
        (changed(&|state| (state["resources"], state["outputs"]) = (json!([]), json!({}))), "Nothing to import"),
        (
            changed(&|state| state["resources"][1]["type"] = json!("azurerm_key_vault")),
            "azurerm_key_vault: azurerm_key_vault.main",
        ),
        (
            changed(&|state| state["resources"][1]["instances"][0]["schema_version"] = json!(9)),
            "Object of a newer provider",
        ),
        (
            changed(&|state| state["resources"][1]["instances"][0]["attributes"]["id"] = json!("x")),
            "is not the id of an",
        ),
        (
            changed(&|state| state["resources"][1]["instances"][0]["attributes"]["id"] = json!(null)),
            "Object without an id",
        ),
        (
            changed(&|state| state["resources"][2]["instances"][0]["attributes"]["container"][0]["cpu"] = json!([])),
            "container[0].cpu: number is required",
        ),
        (azurerm_state().to_string().replace("000000000001", "000000000002"), "It is in the subscription"),
    ];
    for (text, expected) in table {
        folder.write("in.tfstate", &text);
        folder.run("state import-tfstate in.tfstate").exits(1).complains(expected);
        assert_eq!(folder.run("state pull").exits(0).quiet().out, pulled, "{expected}: something was written");
    }
    folder.run("state import-tfstate missing.tfstate").exits(1).complains("The state file cannot be read");
    folder.run("state push in.tfstate").exits(1).complains("state import-tfstate FILE");
    let other = changed(&|state| state["resources"][1]["type"] = json!("azurerm_key_vault"));
    folder.write("in.tfstate", other);
    folder.run("state import-tfstate -skip-unknown in.tfstate").exits(0).says("acier does not know azurerm_key_vault");
}

#[test]
fn nothing_is_overwritten() {
    let folder = Folder::with(CONFIGURATION);
    folder.run("apply -auto-approve").exits(0).quiet();
    let mut state = azurerm_state();
    state["resources"][3]["instances"][0]["attributes"]["id"] = json!("another");
    folder.write("in.tfstate", state.to_string());
    folder.run("state import-tfstate in.tfstate").exits(1).complains("Object would be overwritten");
    state["resources"][1]["name"] = json!("other");
    state["resources"].as_array_mut().unwrap().truncate(2);
    folder.write("in.tfstate", state.to_string());
    folder.run("state import-tfstate in.tfstate").exits(1).complains("Object is managed already");
}

/// The files of Terraform name the secret of the input, and not its copy in the output.
#[test]
fn secrets_of_a_state_file_stay_secret_in_what_is_made_of_them() {
    let folder = Folder::with(CONFIGURATION);
    let secret = "cage-of-\"canaries\"/5521";
    let ty = json!(["object", { "open": "string", "secret": "string" }]);
    let value = json!({ "value": { "open": "seen", "secret": secret }, "type": ty });
    let path = json!([[{ "type": "get_attr", "value": "input" }, { "type": "get_attr", "value": "secret" }]]);
    let note = json!({ "mode": "managed", "type": "terraform_data", "name": "note",
        "provider": "provider[\"terraform.io/builtin/terraform\"]",
        "instances": [{ "schema_version": 0, "sensitive_attributes": path, "private": "Y2FnZS1vZi1jYW5hcmllcw==",
            "attributes": { "id": "x", "input": value, "output": value, "triggers_replace": null } }] });
    let document = json!({ "version": 4, "serial": 1, "lineage": "x", "resources": [note],
        "outputs": { "hidden": { "value": secret, "type": "string", "sensitive": true } } });
    folder.write("in.tfstate", document.to_string());
    folder.run("state import-tfstate in.tfstate").exits(0).quiet();
    std::fs::remove_file(folder.path().join("in.tfstate")).unwrap();
    for line in [
        "show",
        "show -json",
        "state pull",
        "output",
        "state show terraform_data.note",
        "state show -json terraform_data.note",
        "state show -hcl terraform_data.note",
        "plan -refresh=false",
        "plan -json",
    ] {
        let ran = folder.run(line).exits(0);
        assert!(!ran.out.contains("canaries") && !ran.err.contains("canaries"), "{line}: {} {}", ran.out, ran.err);
    }
    for (name, bytes) in folder.files("state") {
        let text = String::from_utf8_lossy(&bytes);
        assert!(!text.contains("canaries") && !text.contains("Y2FuYXJpZX"), "{name} holds a secret in clear");
    }
    folder.run("state show -hcl terraform_data.note").exits(0).says("# input is a secret, or holds one");
}

/// What is forgotten is forgotten whole, with what was to be deleted still.
#[test]
fn deposed_objects_are_forgotten_with_their_address() {
    for (taken, left) in [("main", ""), ("main other", "")] {
        let folder = Folder::with(CONFIGURATION);
        let object = |name: &str, deposed: Option<&str>| {
            let id = format!("{SUBSCRIPTION}/resourceGroups/{name}");
            let mut own =
                json!({ "schema_version": 0, "attributes": { "id": id, "name": name, "location": "westeurope" } });
            if let Some(key) = deposed {
                own["deposed"] = json!(key);
            }
            own
        };
        let resource = |name: &str, instances: Vec<Value>| {
            json!({ "mode": "managed", "type": "azurerm_resource_group", "name": name,
                "provider": "provider[\"registry.terraform.io/hashicorp/azurerm\"]", "instances": instances })
        };
        let mut resources = vec![resource("main", vec![object("one", None), object("two", Some("0badcafe"))])];
        if taken.contains("other") {
            resources.push(resource("other", vec![object("three", Some("0badbeef"))]));
        }
        let document = json!({ "version": 4, "serial": 1, "lineage": "x", "outputs": {}, "resources": resources });
        folder.write("in.tfstate", document.to_string());
        folder.run("state import-tfstate in.tfstate").exits(0).quiet();
        let addresses: Vec<String> = taken.split(' ').map(|name| format!("azurerm_resource_group.{name}")).collect();
        let line = format!("state rm {}", addresses.join(" "));
        folder.run(&format!("{line} -dry-run")).exits(0).says("(deposed object 0badcafe)");
        folder.run(&line).exits(0).says("Forgot azurerm_resource_group.main (deposed object 0badcafe)");
        assert_eq!(folder.run("state list").exits(0).out, left);
    }
}
