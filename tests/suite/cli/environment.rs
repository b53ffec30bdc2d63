//! Variables and options with which scripts steer Terraform: they work, or they are refused by name.

use super::bench::Folder;

const CONFIGURATION: &str = r#"
variable "a" {
  default = "default"
}

resource "terraform_data" "a" {
  input = var.a
}

output "a" {
  value = var.a
}
"#;

#[test]
fn arguments_can_come_from_the_environment() {
    let folder = Folder::with(CONFIGURATION);
    let all = ("TF_CLI_ARGS", "-var a=all -no-color");
    let plan = ("TF_CLI_ARGS_plan", "-var 'a=of the plan'");
    folder.run_with("plan", &[plan]).exits(0).says("a = \"of the plan\"");
    // Those for all commands come behind those of one command, and what is written comes last.
    folder.run_with("plan", &[all, plan]).exits(0).says("a = \"all\"");
    folder.run_with("plan -var a=written", &[all, plan]).exits(0).says("a = \"written\"");
    folder.run_with("-chdir=. plan", &[all]).exits(0).says("a = \"all\"");
    folder.run_with("apply -auto-approve", &[plan]).exits(0).says("a = \"default\"");
    folder.run_with("state list", &[("TF_CLI_ARGS_state_list", "terraform_data.a")]).exits(0).says("terraform_data.a");
    folder.run_with("state list", &[("TF_CLI_ARGS_state_list", "terraform_data.b")]).exits(1);
    folder.run_with("version", &[plan]).exits(0);
    let broken = folder.run_with("plan", &[("TF_CLI_ARGS_plan", "-var 'a")]).exits(64);
    broken.complains("TF_CLI_ARGS_plan is no command line");
    folder.run_with("plan", &[("TF_CLI_ARGS_plan", "-nope")]).exits(64).complains("no option -nope");
}

#[test]
fn a_data_folder_is_refused() {
    let folder = Folder::with(CONFIGURATION);
    folder.run_with("plan", &[("TF_WORKSPACE", "default"), ("TF_DATA_DIR", "")]).exits(0);
    folder.run_with("plan", &[("TF_DATA_DIR", ".terraform")]).exits(0);
    for command in ["plan", "apply -auto-approve", "output", "state list", "validate", "init"] {
        folder.run_with(command, &[("TF_DATA_DIR", "/elsewhere")]).exits(1).complains("TF_DATA_DIR");
    }
    folder.run_with("version", &[("TF_DATA_DIR", "/elsewhere")]).exits(0);
    let told = folder.run_with("plan -json", &[("TF_DATA_DIR", "/elsewhere")]).exits(1).quiet();
    told.says("\"@message\":\"Error: The data folder cannot be moved\"");
}

#[test]
fn programs_that_run_it_get_no_advice() {
    let folder = Folder::with(CONFIGURATION);
    folder.run("plan").exits(0).says("Note: You didn't use the -out option");
    folder.run("plan -out=saved").exits(0).says("To carry out exactly these actions");
    let automation = [("TF_IN_AUTOMATION", "1")];
    folder.run_with("plan", &automation).exits(0).never_says("Note:").says("1 to add");
    folder
        .run_with("plan -out=saved", &automation)
        .exits(0)
        .never_says("To carry out")
        .says("Saved the plan to: saved");
}

#[test]
fn options_about_the_state_are_obeyed_or_refused() {
    let folder = Folder::with(CONFIGURATION);
    for (option, said) in [
        ("-lock=false", "The state is always locked"),
        ("-state=other.tfstate", "-state=other.tfstate names a file"),
        ("-state-out=other.tfstate", "import-tfstate"),
        ("-backup=old.tfstate", "The state has one place"),
    ] {
        for command in ["plan", "apply -auto-approve", "destroy -auto-approve", "refresh"] {
            folder.run(&format!("{command} {option}")).exits(64).complains(said);
        }
    }
    assert!(folder.files("state").is_empty(), "something was done");
    folder.run("plan -lock-timeout=soon").exits(64).complains("write it as 30s or 5m");
    folder.run("apply -auto-approve -lock=true -lock-timeout=0s -input=false -no-color").exits(0);
}

#[test]
fn a_locked_state_is_waited_for() {
    let folder = Folder::with(CONFIGURATION);
    let mut first = folder.start("apply", &[]);
    first.await_line("Only 'yes' will be accepted");
    folder.run("plan -lock-timeout=300ms").exits(3).complains("in use");
    // All of them get it, one after the other: nobody who waited is refused because another was faster.
    let others: Vec<_> = (0..4).map(|_| folder.start("plan -lock-timeout=10m", &[])).collect();
    first.answer("no");
    first.end().exits(1).says("Apply cancelled.");
    others.into_iter().for_each(|other| drop(other.end().exits(0).says("1 to add")));
}
