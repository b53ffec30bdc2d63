//! Secrets reach the cloud and nothing else: no file and no output holds one in any form.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use regex::bytes::Regex;

use super::bench::{Folder, Ran};

const CANARIES: [(&str, &str); 3] = [
    ("TF_VAR_database_password", "Kanarienvogel-zwitschert-7341"),
    ("TF_VAR_registry_password", "serin-des-canaries-9902"),
    ("TF_VAR_storage_key", "Y2FuYXJ5LWJpcmQtaW4tYS1taW5lLTU1"),
];

/// Everything that would give a secret away: itself, in hexadecimal, and the three texts that
/// base64 makes of it, depending on what stands before it.
fn traces(secret: &str) -> Vec<String> {
    let hex: String = secret.bytes().map(|byte| format!("{byte:02x}")).collect();
    let mut all = vec![secret.to_owned(), hex];
    for shift in 0..3 {
        let text = STANDARD.encode(format!("{}{secret}", "x".repeat(shift)));
        // The first and the last letters mix with what stands beside.
        all.push(text[4..text.len() - 4].to_owned());
    }
    all
}

/// The trace of a secret that stands first in some bytes.
fn find(bytes: &[u8], traces: &[String]) -> Option<String> {
    let any: Vec<String> = traces.iter().map(|trace| regex::escape(trace)).collect();
    let found = Regex::new(&any.join("|")).unwrap().find(bytes)?;
    Some(String::from_utf8_lossy(found.as_bytes()).into_owned())
}

struct Watch {
    folder: Folder,
    traces: Vec<String>,
}

impl Watch {
    fn new() -> Watch {
        let folder = Folder::example("04-secrets");
        let folder = CANARIES.iter().fold(folder, |folder, (name, secret)| folder.set(name, secret));
        Watch { folder, traces: CANARIES.iter().flat_map(|(_, secret)| traces(secret)).collect() }
    }

    fn look(&self, what: &str, bytes: &[u8]) {
        if let Some(trace) = find(bytes, &self.traces) {
            panic!("{what} holds {trace}:\n{}", String::from_utf8_lossy(bytes));
        }
    }

    #[track_caller]
    fn run(&self, line: &str, env: &[(&str, &str)], code: i32) -> Ran {
        let ran = self.folder.run_with(line, env).exits(code);
        self.look(&format!("the output of `{line}`"), format!("{}{}", ran.out, ran.err).as_bytes());
        for (name, bytes) in self.folder.files("") {
            self.look(&format!("{name}, after `{line}`,"), &bytes);
        }
        ran
    }
}

#[test]
fn traces_are_found_where_they_are() {
    let (_, secret) = CANARIES[0];
    for text in [secret.to_owned(), STANDARD.encode(format!("password={secret}")), STANDARD.encode(secret)] {
        assert!(find(text.as_bytes(), &traces(secret)).is_some(), "{text}");
    }
}

#[test]
fn no_secret_is_in_any_file_or_output() {
    let watch = Watch::new();
    watch.run("validate -json", &[], 0);
    watch.run("plan", &[], 0).says("(sensitive value)");
    watch.run("plan -json", &[], 0);
    watch.run("plan -out=plan.acier", &[], 0);
    watch.run("show plan.acier", &[], 0).says("(sensitive value)");
    watch.run("show -json plan.acier", &[], 0);
    let fault = [("ACIER_EMULATOR_FAULTS", "PUT containerGroups/app: fail-operation=InternalServerError")];
    watch.run("apply plan.acier", &fault, 1).complains("InternalServerError");
    watch.run("show", &[], 0);
    let refused = [("ACIER_EMULATOR_FAULTS", "PUT containerGroups/app: 403")];
    watch.run("apply -auto-approve -json", &refused, 1);
    watch.run("apply -auto-approve", &[], 0).says("connection = <sensitive>");
    watch.run("plan -detailed-exitcode", &[], 0).says("No changes.");
    for line in ["show", "show -json", "output", "state list", "ps -json"] {
        watch.run(line, &[], 0).quiet();
    }
    for line in ["state show", "state show -json", "inspect", "inspect -json", "logs"] {
        watch.run(&format!("{line} azurerm_container_group.app"), &[], 0).quiet();
    }
    // What the state keeps is enough to give the one that is asked for by name.
    let (_, secret) = CANARIES[0];
    watch.folder.run("output -raw connection").exits(0).says(secret);
    watch.run("destroy -auto-approve", &[], 0).says("2 destroyed.");
}

#[test]
fn a_changed_secret_is_seen_but_neither_is_shown() {
    let mut watch = Watch::new();
    watch.run("apply -auto-approve", &[], 0);
    let changed = [("TF_VAR_database_password", "Zeisig-singt-leise-1187")];
    watch.traces.extend(traces(changed[0].1));
    let plan = watch.run("plan -detailed-exitcode", &changed, 2).says("will be updated in-place");
    plan.says("(sensitive value)").says("containers restart");
    watch.run("apply -auto-approve", &changed, 0).says("1 changed");
    watch.run("plan -detailed-exitcode", &changed, 0).says("No changes.");
}

#[test]
fn a_secret_that_is_wrong_is_not_quoted() {
    let watch = Watch::new();
    let rule =
        "\n  validation {\n    condition     = length(var.storage_key) > 99\n    error_message = \"Too short.\"\n  }";
    let text = String::from_utf8(watch.folder.files("").remove("main.tf").unwrap()).unwrap();
    let head = "variable \"storage_key\" {\n  type      = string\n  sensitive = true";
    assert!(text.contains(head));
    watch.folder.write("main.tf", text.replace(head, &format!("{head}\n{rule}")));
    watch.run("plan", &[], 1).complains("Too short.").complains("storage_key");
    watch.folder.write("main.tf", text.replace(head, &head.replace("string", "number")));
    watch.run("plan", &[], 1).complains("a number is required").complains("storage_key");
    let quoted = format!("plan -var storage_key=\"{}\"", CANARIES[2].1);
    watch.run(&quoted, &[], 1).complains("storage_key");
}

/// What nobody has declared may be the secret whose name was mistyped.
#[test]
fn what_may_be_a_secret_is_not_quoted() {
    let folder = Folder::with("variable \"password\" {\n  sensitive = true\n}\n");
    let twice = "password = \"canary-one\"\npassword = \"canary-two\"\n";
    for (values, line, complaint) in [
        ("pasword = \"canary\"\n", "plan -var password=x", "Value for undeclared variable"),
        ("", "plan -var passwort=canary", "Value for undeclared variable"),
        (twice, "plan", "redefined"),
        (twice, "plan -json", "redefined"),
    ] {
        folder.write("a.auto.tfvars", values);
        let ran = folder.run(line);
        let said = format!("{}{}", ran.out, ran.err);
        assert!(said.contains(complaint) && !said.contains("canary"), "`{line}` says {said}");
    }
}

/// What the address of a repository holds is a password.
#[test]
fn the_password_of_an_address_is_not_quoted() {
    let source = "git::https://robot:canary-in-a-url@127.0.0.1:1/far.git";
    let folder = Folder::with(&format!("module \"far\" {{\n  source = \"{source}\"\n}}\n"));
    for line in ["plan", "validate", "validate -json", "graph", "providers", "init"] {
        let ran = folder.run(line).exits(1);
        let said = format!("{}{}", ran.out, ran.err);
        assert!(said.contains("far") && !said.contains("canary"), "`{line}` says {said}");
    }
}

/// The console, the configuration that a state is shown as, and a module's outputs.
#[test]
fn no_other_way_out_shows_a_secret() {
    let secret = CANARIES[0].1;
    let folder = Folder::with(
        "variable \"secret\" {\n  sensitive = true\n}\nresource \"terraform_data\" \"a\" {\n  input = { open = \"seen\", \
         hidden = var.secret }\n  triggers_replace = [var.secret]\n}\n",
    );
    let folder = folder.set("TF_VAR_secret", secret);
    folder.run("apply -auto-approve").exits(0);
    let mut console = folder.start("console", &[]);
    for line in ["var.secret", "terraform_data.a", "[var.secret]", "upper(var.secret)", "tonumber(var.secret)"] {
        console.answer(line);
    }
    let console = console.end();
    let shown = [folder.run("state show -hcl terraform_data.a").exits(0), console];
    for ran in shown {
        let traces = traces(secret);
        let found = find(ran.out.as_bytes(), &traces).or_else(|| find(ran.err.as_bytes(), &traces));
        assert!(found.is_none(), "{} {}", ran.out, ran.err);
    }
}
