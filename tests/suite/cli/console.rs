//! `console`: expressions from a pipe and at a terminal, against a configuration and its state.
//!
//! What values look like was asked of Terraform 1.11 (`terraform console`); with `terraform` on the
//! path it is asked again.

use std::io::Write as _;
use std::process::{Command, Stdio};

use super::bench::{Folder, Ran};

const CONFIGURATION: &str = r#"
variable "missing" { type = string }
variable "secret" {
  default   = "s"
  sensitive = true
}
variable "fleeting" {
  default   = "e"
  ephemeral = true
}
locals {
  list = [1, 2]
  deep = { x = "multi\nline", y = { z = sensitive(1), w = "p\n\n  q\n" } }
}
"#;

/// Expressions whose values read as the same text in Terraform.
const VALUES: &str = r#"
var.missing
var.secret
var.fleeting
var.fleeting == "e"
local.list
local.deep
path.module
terraform.workspace
null
tostring(null)
tobool(null)
tonumber(null)
tolist(null)
toset(null)
tomap(null)
true ? null : {a=1}
true ? null : tolist([[1]])
tolist([])
tomap({})
toset([])
[]
{}
[null]
{a=null}
tolist([null,"a"])
toset(["b","a"])
tomap({"a b"=1,c="x\ny"})
"a\"b\\c\t$${x} é \u0001 \u200b 😀"
"\u0000\u0007\u0008\u000b\u000c\u001b\u0085\u00a0\u00ad\u2028"
1/3
1e30
-0.0
1/0
"multi\nline"
["multi\nline\n"]
["a\nb",{c="d\ne"}]
"EOT\nx"
{"a\nb"=1}
{"a"="b","c-d"=1,"é"={}}
sensitive("a")
[sensitive(1)]
"a${var.secret}"
type(1)
type([1,"a"])
type({a=1,b=[true]})
type({})
type([])
type(null)
type(var.missing)
type(sensitive(1))
type(tolist([]))
type(tomap({a=1}))
type(tolist([{a=1}]))
type(tolist([{}]))
type(tolist([tolist([{a=1}])]))
core::upper("a")
1 # and a comment
"#;

fn pipe(mut command: Command, text: &str) -> Ran {
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // Who has seen an error reads no further.
    let _ = child.stdin.take().unwrap().write_all(text.as_bytes());
    Ran::of("console", child.wait_with_output().unwrap())
}

fn ask(folder: &Folder, text: &str) -> Ran {
    pipe(folder.command(&["console"], &[]), text)
}

#[test]
fn values_read_as_in_terraform() {
    let folder = Folder::with(CONFIGURATION);
    let judged = crate::judge::is_here("its console was not asked");
    let mut wrong = String::new();
    for expression in VALUES.lines().filter(|line| !line.is_empty()) {
        let ours = ask(&folder, &format!("{expression}\n"));
        assert!(ours.code == Some(0) && ours.err.is_empty(), "{expression}: {}", ours.err);
        if !judged {
            continue;
        }
        let mut terraform = crate::judge::terraform();
        terraform.arg("console").current_dir(folder.path()).env("NO_COLOR", "1");
        let theirs = pipe(terraform, &format!("{expression}\n"));
        // A warning about its own settings may stand before the value.
        if !theirs.out.ends_with(&ours.out) {
            wrong += &format!("{expression}\n{}--- terraform\n{}", ours.out, theirs.out);
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
    assert!(!folder.path().join("state").exists(), "looking leaves nothing behind");
}

#[test]
fn every_line_of_a_pipe_is_answered_and_an_error_ends_it() {
    let folder = Folder::with(CONFIGURATION);
    let ran = ask(&folder, "local.list[0]\n\n[\n1,\n  2\n]\n<<EOT\nhi\nEOT\n\"a\" == var.secret\nexit\n3\n").exits(0);
    assert_eq!(ran.out, "1\n[\n  1,\n  2,\n]\n<<EOT\nhi\n\nEOT\n(sensitive value)\n");
    let ran = ask(&folder, "1\nlocal.lst\n2\n").exits(1);
    assert_eq!(ran.out, "1\n");
    assert!(ran.err.contains("Error: Reference to undeclared local value"), "{}", ran.err);
    assert!(ran.err.contains("on <console-input> line 1:\n│    1: local.lst"), "{}", ran.err);
    assert!(ran.err.contains("Did you mean \"list\"?"), "{}", ran.err);
    let ran = ask(&folder, "[1,\n").exits(1);
    assert!(ran.err.contains("Error: Unterminated tuple"), "{}", ran.err);
    let ran = ask(&folder, "[type(1)]\n").exits(1);
    assert!(ran.err.contains("type"), "{}", ran.err);
    let ran = ask(&folder, "help\n").exits(0);
    assert!(ran.out.contains("Control-D"), "{}", ran.out);
}

#[test]
fn no_configuration_is_needed_and_a_broken_one_is_told() {
    let folder = Folder::new();
    assert_eq!(ask(&folder, "cidrsubnet(\"10.0.0.0/8\", 8, 2)\n").exits(0).out, "\"10.2.0.0/16\"\n");
    assert!(folder.files("").is_empty(), "looking leaves nothing behind");
    folder.write("main.tf", "locals { a = }\n");
    let ran = ask(&folder, "1\n").exits(1);
    assert!(ran.out.is_empty() && ran.err.contains("main.tf line 1"), "{}", ran.err);
}

#[test]
fn variables_are_given_as_to_any_command() {
    let folder = Folder::with(CONFIGURATION);
    folder.write("terraform.tfvars", "missing = \"from a file\"\n");
    assert_eq!(ask(&folder, "var.missing\n").exits(0).out, "\"from a file\"\n");
    let command = folder.command(&["console", "-var", "missing=given"], &[]);
    assert_eq!(pipe(command, "var.missing\n").exits(0).out, "\"given\"\n");
}

#[test]
fn the_stored_state_can_be_seen_and_secrets_cannot() {
    let folder = Folder::example("03-in-place-update");
    folder.run("apply -auto-approve").exits(0);
    let list = folder.run("state list").exits(0).out;
    let group = list.lines().find(|line| line.starts_with("azurerm_container_group.")).expect("a group");
    let ran = ask(&folder, &format!("{group}.name\nlength({group}.container)\n{group}.id == null\n")).exits(0);
    assert!(ran.out.starts_with('"') && ran.out.ends_with("\n1\nfalse\n"), "{}", ran.out);
    assert!(!ran.out.contains("known after apply"), "{}", ran.out);
    let whole = ask(&folder, &format!("{group}\n")).exits(0);
    assert!(whole.out.contains("\"os_type\" = \"Linux\""), "{}", whole.out);
}

#[cfg(unix)]
#[test]
fn a_terminal_edits_lines_keeps_a_history_and_survives_errors() {
    use super::terminal::Session;

    /// What stands on the screen when it waits for a line, and for more of one.
    const READY: &str = "> \r\u{1b}[2C\u{1b}[?2026l";
    const MORE: &str = ". \r\u{1b}[2C\u{1b}[?2026l";

    let folder = Folder::with(CONFIGURATION);
    let mut session = Session::start(&folder, "console", 24, 100);
    session.until(READY);
    let mut answer = |keys: &str, prompt: &str| {
        session.press(keys);
        session.until(prompt)
    };
    assert!(answer("1 + 1\r", READY).contains("\r\n2\r\n"));
    assert!(answer("local.lst\r", READY).contains("Did you mean \"list\"?"));
    // A typing mistake is mended with the arrow keys: left once, a digit in between.
    assert!(answer("10\u{1b}[D5\r", READY).contains("\r\n150\r\n"));
    // What was typed before comes back.
    assert!(answer("\u{1b}[A\u{1b}[A\u{1b}[A\r", READY).contains("\r\n2\r\n"));
    answer("[\r", MORE);
    assert!(answer("7]\r", READY).contains("\r\n[\r\n  7,\r\n]\r\n"));
    // An empty line gives up what is open; Control-C too.
    answer("{\r", MORE);
    assert!(answer("\r", READY).contains("Unterminated object constructor expression"));
    answer("(\r", MORE);
    answer("\u{3}", READY);
    assert!(answer("3 * 3\r", READY).contains("\r\n9\r\n"));
    session.press("\u{4}");
    assert_eq!(session.end(), Some(0));
}
