//! What only an apply finds out, and what it leaves in the state.

use super::bench::Folder;

const MODULE: &str = r#"
variable "passing" {
  ephemeral = true
  default   = "x"
}
resource "terraform_data" "r" {
  input = 1
}
output "unused" {
  value = terraform_data.r.output
  precondition {
    condition     = terraform_data.r.output == 2
    error_message = "It is not two."
  }
}
"#;

#[test]
fn what_a_module_puts_out_is_judged_when_it_is_known() {
    let folder = Folder::with("module \"m\" {\n  source = \"./m\"\n}\n");
    folder.write("m/main.tf", MODULE);
    folder.run("plan").exits(0);
    folder.run("apply -auto-approve").exits(1).complains("It is not two.");
}

#[test]
fn an_ephemeral_output_has_an_ephemeral_value() {
    let folder = Folder::with("module \"m\" {\n  source = \"./m\"\n}\n");
    folder.write("m/main.tf", format!("{MODULE}output \"o\" {{\n  value     = 1\n  ephemeral = true\n}}\n"));
    folder.run("plan").exits(1).complains("Value not allowed in ephemeral output");
}

#[test]
fn an_output_that_became_null_is_gone() {
    let folder = Folder::with("output \"o\" {\n  value = 1\n}\noutput \"p\" {\n  value = 2\n}\n");
    folder.run("apply -auto-approve").exits(0).says("o = 1");
    folder.write("main.tf", "output \"o\" {\n  value = null\n}\noutput \"p\" {\n  value = 2\n}\n");
    folder.run("apply -auto-approve").exits(0).says("- o = 1 -> null").never_says("o = null");
    folder.run("state pull").exits(0).says("\"p\"").never_says("\"o\"");
    folder.run("plan -detailed-exitcode").exits(0);
}

#[test]
fn a_partial_plan_is_told_when_it_is_applied() {
    let folder = Folder::with("resource \"terraform_data\" \"a\" {\n}\noutput \"fixed\" {\n  value = 1\n}\n");
    folder.run("plan -out=p -target=terraform_data.a").exits(0);
    let ran = folder.run("apply p").exits(0).complains("Applied changes may be incomplete");
    ran.never_says("fixed");
    folder.run("plan -destroy -replace=terraform_data.a").exits(64).complains("Unsupported plan mode");
}

#[test]
fn refreshing_knows_the_instances_that_are_still_to_be_made() {
    let folder = Folder::with("resource \"terraform_data\" \"a\" {\n  count = 1\n}\n");
    folder.run("apply -auto-approve").exits(0);
    folder.write(
        "main.tf",
        "resource \"terraform_data\" \"a\" {\n  count = 2\n}\noutput \"last\" {\n  value = terraform_data.a[1].id\n}\n",
    );
    folder.run("plan -refresh-only").exits(0);
}
