//! Names, values, files and addresses that were made to do harm: they are shown for what they are.

use serde_json::Value;

use super::bench::Folder;

/// Clears a screen, turns the direction of writing, and looks like a template.
const NAME: &str = r#"a\nb\u001b[2Jc\u202ed\u0007\u0085e$${f}%%{g}\"h\\"#;
/// How Terraform 1.11.4 writes it in an address.
const SHOWN: &str = r#"terraform_data.named["a\nb\u001b[2Jc\u202ed\u0007\u0085e$${f}%%{g}\"h\\"]"#;

fn steers(text: &str) -> bool {
    let marks = ['\u{202e}', '\u{2066}', '\u{200f}', '\u{2028}'];
    text.chars().any(|letter| letter.is_control() && letter != '\n' && letter != '\t' || marks.contains(&letter))
}

fn hostile() -> Folder {
    Folder::with(&format!(
        r#"
resource "terraform_data" "named" {{
  for_each = toset(["{NAME}"])
  input    = each.key
  provisioner "local-exec" {{
    command = "printf 'said \\033[2J \\342\\200\\256 so\\n'"
  }}
}}
check "told" {{
  assert {{
    condition     = length(terraform_data.named) == 0
    error_message = "No: {NAME}"
  }}
}}
output "name" {{
  value = "{NAME}"
}}
"#
    ))
}

#[test]
fn nothing_that_steers_a_terminal_reaches_the_screen() {
    let folder = hostile();
    for line in [
        "plan",
        "plan -json",
        "plan -out=saved",
        "show saved",
        "show -json saved",
        "apply -auto-approve",
        "show",
        "show -json",
        "output",
        "output name",
        "output -json",
        "state list",
        "state pull",
        "graph",
        "validate",
        "plan -target=terraform_data.\u{1b}[2J",
        "plan -var \u{202e}=1",
        "-chdir=\u{1b}[2J plan",
        "state show terraform_data.\u{1b}",
        "import terraform_data.other \u{1b}[2J",
        "plan -destroy",
    ] {
        let ran = folder.run(line);
        assert!(!steers(&ran.out) && !steers(&ran.err), "`{line:?}` said {:?} {:?}", ran.out, ran.err);
    }
    // Programs get what there is.
    assert!(folder.run("output -raw name").exits(0).out.contains("\u{1b}[2Jc\u{202e}d\u{7}"));
}

#[test]
fn addresses_are_written_as_terraform_writes_them_and_read_back() {
    let folder = hostile();
    folder.run("apply -auto-approve").exits(0).says(&format!("{SHOWN}: Creation complete"));
    assert_eq!(folder.run("state list").exits(0).out, format!("{SHOWN}\n"));
    let shown: Value = serde_json::from_str(&folder.run("show -json").exits(0).out).unwrap();
    assert_eq!(shown["values"]["root_module"]["resources"][0]["address"], SHOWN);
    folder.run(&format!("state show {SHOWN}")).exits(0).says(SHOWN);
    folder.run(&format!("taint {SHOWN}")).exits(0);
    folder.run(&format!("plan -target={SHOWN}")).exits(0).says(&format!("{SHOWN} is tainted, so must be replaced"));
    folder.run(&format!("state rm {SHOWN}")).exits(0).says(&format!("Forgot {SHOWN}"));
}

#[test]
fn files_that_are_no_files_are_named() {
    let folder = Folder::with("locals {}\n");
    std::fs::create_dir(folder.path().join("inner")).unwrap();
    folder.write("inner/a", "");
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink("inner", folder.path().join("device.tf")).unwrap();
        folder.run("plan").exits(1).complains("device.tf: it is no regular file");
        std::fs::remove_file(folder.path().join("device.tf")).unwrap();
        // Links that lead up are no way down.
        for name in ["up", "again"] {
            std::os::unix::fs::symlink("..", folder.path().join("inner").join(name)).unwrap();
        }
    }
    folder.write("main.tf", "output \"found\" {\n  value = fileset(path.module, \"**\")\n}\n");
    folder.run("plan").exits(0).says("inner/a");
}

#[test]
fn values_larger_than_memory_are_refused() {
    // A text of eight megabytes, forty times.
    let repeated = |step: &dyn Fn(&[&str]) -> String| {
        let piece = format!("join(\"\", [for i in range(1024) : \"{}\"])", "x".repeat(8192));
        let whole = step(&["local.a"; 40]);
        format!("locals {{\n  a = {piece}\n  b = {whole}\n}}\noutput \"all\" {{\n  value = length(local.b)\n}}\n")
    };
    let template = |all: &[&str]| format!("\"{}\"", all.iter().map(|one| format!("${{{one}}}")).collect::<String>());
    let joined = |all: &[&str]| format!("join(\"\", [{}])", all.join(", "));
    let many = "range(1024)";
    for (text, complaint) in [
        (repeated(&template), "The text would have more than 268435456 bytes"),
        (repeated(&joined), "is a text of 335544320 bytes, and 268435456 are the most"),
        (
            format!("output \"all\" {{\n  value = length(setproduct({many}, {many}, {many}))\n}}\n"),
            "more than 16777216 combinations would be made",
        ),
    ] {
        Folder::with(&text).run("plan").exits(1).complains(complaint);
    }
}

/// The console knows the kinds that every other command knows.
#[test]
fn the_console_knows_terraform_data() {
    let folder = Folder::with("resource \"terraform_data\" \"a\" {\n  input = \"x\"\n}\n");
    folder.run("apply -auto-approve").exits(0);
    let mut running = folder.start("console", &[]);
    running.answer("terraform_data.a.output");
    running.end().exits(0).says("\"x\"");
}

/// Where a limit leaves no room to begin, it is said.
#[cfg(target_os = "linux")]
#[test]
fn no_room_for_the_stack_is_told() {
    let folder = Folder::new();
    let own = folder.command(&["version"], &[]);
    let mut limited = std::process::Command::new("/bin/sh");
    limited.args(["-c", "ulimit -v 200000; exec \"$0\" version"]).arg(own.get_program()).env_clear();
    let ended = limited.output().unwrap();
    let said = String::from_utf8(ended.stderr).unwrap();
    assert_eq!((ended.status.code(), ended.stdout.len()), (Some(1), 0), "{said}");
    assert!(said.contains("stack of 256 MiB") && said.contains("ulimit -v"), "{said}");
}

/// Whoever keeps what was printed must learn that it is not whole; whoever wanted no more is not bothered.
#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_behind_standard_output_is_told() {
    let folder = hostile();
    for (line, into, code) in [
        ("apply -auto-approve", "/dev/full", 1),
        ("state pull", "/dev/full", 1),
        ("show -json", "/dev/full", 1),
        ("plan -json", "/dev/full", 1),
        ("output -raw name", "/dev/full", 1),
        ("state pull", "/dev/null", 0),
    ] {
        let words: Vec<&str> = line.split(' ').collect();
        let file = std::fs::File::options().write(true).open(into).unwrap();
        let ended = folder.command(&words, &[]).stdout(file).output().unwrap();
        let said = String::from_utf8(ended.stderr).unwrap();
        assert_eq!(
            (ended.status.code(), said.contains("Standard output cannot be written")),
            (Some(code), code == 1),
            "{line}: {said}"
        );
    }
    // What was to be done is done.
    folder.run("plan -detailed-exitcode").exits(0);
}
