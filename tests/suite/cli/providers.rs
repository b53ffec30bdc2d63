//! `acier providers`: the tree of modules with the providers that they need.

use super::bench::Folder;

const ROOT: &str = r#"
terraform {
  required_providers {
    terraform = {
      source = "terraform.io/builtin/terraform"
    }
  }
}
module "a" {
  source = "./a"
}
module "b" {
  source = "./a"
}
"#;

#[test]
fn providers_are_listed_by_module() {
    let folder = Folder::with(ROOT);
    folder.write("a/main.tf", "resource \"terraform_data\" \"x\" {}\nmodule \"q\" {\n  source = \"./b\"\n}\n");
    folder.write("a/b/main.tf", "");
    let ours = folder.run("providers").exits(0).quiet().says("\u{2514}\u{2500}\u{2500} module.b").out;
    for word in ["lock", "mirror", "schema"] {
        folder.run(&format!("providers {word}")).exits(64).complains("is not supported").complains("What to do");
    }
    let azure = Folder::example("01-quickstart");
    azure.write("versions.tf", "terraform {\n  required_providers {\n    azurerm = {\n      source  = \"hashicorp/azurerm\"\n      version = \"~> 4.0\"\n    }\n  }\n}\n");
    azure.run("providers").exits(0).quiet().says("/hashicorp/azurerm] ~> 4.0");
    if !crate::judge::is_here("its list of providers was not compared") {
        return;
    }
    let run = |word: &str| crate::judge::terraform().current_dir(folder.path()).arg(word).output();
    let first = run("init").unwrap();
    assert!(first.status.success(), "{}", String::from_utf8_lossy(&first.stderr));
    let theirs = String::from_utf8(run("providers").unwrap().stdout).unwrap();
    // Terraform lists the modules of one module in any order; these two call the same folder.
    let swapped =
        theirs.replace("module.a", "module.?").replace("module.b", "module.a").replace("module.?", "module.b");
    assert!([&theirs, &swapped].contains(&&ours), "{ours}\n{theirs}");
    folder.run("apply -auto-approve").exits(0);
    folder
        .run("providers")
        .exits(0)
        .says("Providers required by state:\n\n    provider[terraform.io/builtin/terraform]\n");
}
