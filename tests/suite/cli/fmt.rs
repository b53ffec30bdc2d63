//! `acier fmt` on files and folders, with the exit codes that Terraform has.

use super::bench::Folder;

const AWRY: &str = "a=1\nlonger   = 2\n";
const STRAIGHT: &str = "a      = 1\nlonger = 2\n";

fn text(folder: &Folder, name: &str) -> String {
    std::fs::read_to_string(folder.path().join(name)).unwrap()
}

#[test]
fn files_are_rewritten_and_named() {
    let folder = Folder::with(AWRY);
    folder.write("deep/x.tfvars", AWRY);
    folder.write("notes.txt", AWRY);
    folder.run("fmt -check").exits(3).says("main.tf");
    assert_eq!(text(&folder, "main.tf"), AWRY, "-check writes nothing");
    folder.run("fmt -diff -write=false").exits(0).says("-a=1").says("+a      = 1");
    assert_eq!(text(&folder, "main.tf"), AWRY, "-write=false writes nothing");
    folder.run("fmt").exits(0).says("main.tf").never_says("x.tfvars");
    assert_eq!(text(&folder, "main.tf"), STRAIGHT);
    folder.run("fmt -recursive").exits(0).says("x.tfvars").never_says("notes.txt");
    assert_eq!((text(&folder, "deep/x.tfvars"), text(&folder, "notes.txt")), (STRAIGHT.into(), AWRY.into()));
    folder.run("fmt -check -recursive").exits(0).quiet();
}

#[test]
fn what_cannot_be_read_is_refused_and_left_alone() {
    let folder = Folder::with("a = \n");
    folder.run("fmt").exits(2).complains("main.tf line 1");
    assert_eq!(text(&folder, "main.tf"), "a = \n");
    folder.run("fmt nowhere.tf").exits(2).complains("No such file or folder");
    folder.write("notes.txt", AWRY);
    folder.run("fmt notes.txt").exits(2).complains("Not a configuration file");
}

#[cfg(unix)]
#[test]
fn rights_and_links_are_kept() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::new();
    folder.write("real.tfvars", AWRY);
    let real = folder.path().join("real.tfvars");
    std::fs::set_permissions(&real, std::fs::Permissions::from_mode(0o600)).unwrap();
    std::os::unix::fs::symlink("real.tfvars", folder.path().join("link.tfvars")).unwrap();
    folder.run("fmt link.tfvars").exits(0);
    assert_eq!(text(&folder, "real.tfvars"), STRAIGHT);
    assert_eq!(std::fs::metadata(&real).unwrap().permissions().mode() & 0o777, 0o600);
    assert!(std::fs::symlink_metadata(folder.path().join("link.tfvars")).unwrap().is_symlink());
}
