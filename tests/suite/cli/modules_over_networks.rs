//! Modules from git over https and ssh: `acier init` against a server on loopback, and against a
//! program that stands in for ssh. Without git on PATH the tests say that they were left out.

use std::fs;

use super::bench::{Folder, Ran};
use super::git_server::{GitServer, Ways};
use super::modules_from_git::{OUTPUT, Repository, bench, call, checkout, git_is_there, lock};

/// A folder with one bare repository `owner/net.git`: a tag, a branch, two commits, a subfolder.
struct Shelf {
    folder: Folder,
    first: String,
    second: String,
}

impl Shelf {
    fn new() -> Shelf {
        let work = Repository::new();
        let first = work.commit(&[("main.tf", "# first\n"), ("sub/main.tf", OUTPUT)]);
        work.git("tag v1.0.0");
        work.git("branch other");
        let second = work.commit(&[("main.tf", "# second\n")]);
        let folder = Folder::new();
        let bare = folder.path().join("owner/net.git");
        let bare = bare.to_str().unwrap();
        work.git_with("clone --quiet --bare .", &[bare]);
        for setting in ["uploadpack.allowReachableSHA1InWant", "uploadpack.allowAnySHA1InWant"] {
            work.git_with("-C", &[bare, "config", setting, "true"]);
        }
        work.git_with("-C", &[bare, "update-server-info"]);
        Shelf { folder, first, second }
    }
}

/// A configuration that calls a module of a server, whose certificate git trusts.
fn asking(server: &GitServer, source: &str) -> Folder {
    bench(&call(source)).set("GIT_SSL_CAINFO", server.certificate.to_str().unwrap())
}

/// Nothing that a run said or left behind holds any of the secrets.
fn keeps_quiet(folder: &Folder, ran: &Ran, secrets: &[&str]) {
    let kept = folder.files("").into_iter().filter(|(name, _)| name != "main.tf");
    let kept = kept.map(|(name, bytes)| (name, String::from_utf8_lossy(&bytes).into_owned()));
    let said = [("stdout".to_owned(), ran.out.clone()), ("stderr".to_owned(), ran.err.clone())];
    for (name, text) in kept.chain(said) {
        for secret in secrets {
            assert!(!text.contains(secret), "{name} holds {secret}:\n{text}");
        }
    }
}

#[test]
fn references_over_https() {
    if !git_is_there() {
        return;
    }
    let shelf = Shelf::new();
    for plain_files in [false, true] {
        let server = GitServer::start(shelf.folder.path(), Ways { plain_files, ..Ways::default() });
        let url = format!("git::https://{}/owner/net.git", server.address);
        let (first, second) = (&shelf.first, &shelf.second);
        let short = &first[..8];
        let cases = [
            ("", second),
            ("?ref=main", second),
            ("?ref=other", first),
            ("?ref=v1.0.0", first),
            (&*format!("?ref={first}"), first),
            (&*format!("?ref={short}"), first),
            ("?ref=main&depth=1", second),
            ("//sub?ref=v1.0.0", first),
        ];
        for (behind, commit) in cases {
            let folder = asking(&server, &format!("{url}{behind}"));
            folder.run("init").exits(0).quiet();
            assert!(lock(&folder).contains(commit.as_str()), "{behind}: {}", lock(&folder));
            assert!(checkout(&folder).join("sub/main.tf").is_file(), "{behind}");
            folder.run("validate").exits(0);
        }
        let absent = asking(&server, &format!("{url}?ref=v1.0.1"));
        absent.run("init").exits(1).complains("no branch, tag or commit \"v1.0.1\"").complains("mean \"v1.0.0\"");
        let nothing = asking(&server, &format!("git::https://{}/owner/nothing.git", server.address));
        nothing.run("init").exits(1).complains("git says:").complains("nothing.git").complains("git ls-remote");
        let folder = asking(&server, &format!("{url}//nowhere"));
        folder.run("init").exits(1).complains("nowhere").complains("on main.tf line");
        // Nobody vouches for the certificate.
        let stranger = bench(&call(&url));
        stranger.run("init").exits(1).complains("git says:").complains("certificate");
    }
}

#[test]
fn passwords_and_tokens_reach_git_and_nothing_else() {
    if !git_is_there() {
        return;
    }
    let shelf = Shelf::new();
    let logins = [
        ("someone:hunt%40er2", "someone:hunt@er2", vec!["hunt%40er2", "hunt@er2"]),
        ("ghp_t0ken:x-oauth-basic", "ghp_t0ken:x-oauth-basic", vec!["ghp_t0ken"]),
        ("oauth2:glpat-t0ken", "oauth2:glpat-t0ken", vec!["glpat-t0ken"]),
    ];
    for (written, login, secrets) in logins {
        let server = GitServer::start(shelf.folder.path(), Ways { login: Some(login), ..Ways::default() });
        let source = |login: &str| format!("git::https://{login}@{}/owner/net.git//sub?ref=v1.0.0", server.address);
        let folder = asking(&server, &source(written));
        keeps_quiet(&folder, &folder.run("init").exits(0).quiet(), &secrets);
        assert!(lock(&folder).contains("***"), "{}", lock(&folder));
        for line in ["plan", "modules", "modules -json", "plan -out=p", "show -json p", "graph", "validate -json"] {
            let ran = folder.run(line).exits(0);
            if line == "plan -out=p" {
                // The plan holds the configuration as it is written, and so is as secret as that.
                fs::rename(folder.path().join("p"), folder.path().join("main.tf.plan")).unwrap();
                let plan = fs::read(folder.path().join("main.tf.plan")).unwrap();
                keeps_quiet_but(&folder, &ran, &secrets, "main.tf.plan");
                folder.write("p", plan);
                fs::remove_file(folder.path().join("main.tf.plan")).unwrap();
            } else {
                keeps_quiet_but(&folder, &ran, &secrets, "p");
            }
        }
        // Another machine has another password, and the same lock.
        let locked = lock(&folder);
        let wrong = source(&written.replace("t0ken", "wr0ng").replace("hunt", "wr0ng"));
        folder.write("main.tf", call(&wrong));
        folder.run("plan").exits(0);
        fs::remove_dir_all(folder.path().join(".acier")).unwrap();
        let refused = folder.run("init").exits(1).complains("git says:").complains("Give git a way to sign in");
        keeps_quiet_but(&folder, &refused, &["wr0ng"], "p");
        assert_eq!(lock(&folder), locked);
        // Before it is fetched, the message shows no line that holds the password.
        let fresh = asking(&server, &source(written));
        let missing = fresh.run("plan").exits(1).complains("Module not installed").complains("on main.tf line 1");
        keeps_quiet(&fresh, &missing, &secrets);
        // Nobody is asked where nobody could answer.
        let bare = format!("git::https://{}/owner/net.git", server.address);
        asking(&server, &bare).run("init").exits(1).complains("Give git a way to sign in");
    }
}

fn keeps_quiet_but(folder: &Folder, ran: &Ran, secrets: &[&str], but: &str) {
    let held = fs::read(folder.path().join(but)).ok();
    let _ = fs::remove_file(folder.path().join(but));
    keeps_quiet(folder, ran, secrets);
    if let Some(held) = held {
        folder.write(but, held);
    }
}

#[test]
fn keys_in_a_source_are_refused_and_not_shown() {
    let folder = bench(&call("git::ssh://git@example.com/owner/net.git?sshkey=c2VjcmV0&ref=v1"));
    let ran = folder.run("init").exits(1).complains("reads no private keys").complains("sshkey=***");
    keeps_quiet(&folder, &ran, &["c2VjcmV0"]);
    let folder = bench(&call("got::https://someone:hunter2@example.com/owner/net.git"));
    let ran = folder.run("init").exits(1).complains("no kind of source that is called \"got\"");
    keeps_quiet(&folder, &ran, &["hunter2"]);
}

#[cfg(unix)]
mod over_ssh {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    /// A program in the place of ssh: it notes its words and runs the command here.
    fn stand_in(folder: &Folder, script: &str) -> String {
        let path = folder.path().join("ssh.sh");
        fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        // Git has a shell split this.
        format!("'{}'", path.display())
    }

    #[test]
    fn repositories_over_ssh() {
        if !git_is_there() {
            return;
        }
        let shelf = Shelf::new();
        let tools = Folder::new();
        let (words, root) = (tools.path().join("words"), shelf.folder.path().display());
        let script = format!(
            "echo \"$@\" >> '{}'\nfor last; do :; done\ncase \"$last\" in\n  git-upload-pack*) exec sh -c \"$(echo \"$last\" | \
             sed \"s#'/#'{root}/#\")\" ;;\nesac\nexit 1",
            words.display()
        );
        let ssh = stand_in(&tools, &script);
        for source in [
            "git@host.example.com:owner/net.git?ref=v1.0.0",
            "git::git@host.example.com:owner/net.git?ref=v1.0.0",
            "git::ssh://git@host.example.com/owner/net.git?ref=v1.0.0",
            "git::ssh://git@host.example.com:2222/owner/net.git//sub?ref=v1.0.0&depth=1",
        ] {
            let folder = bench(&call(source)).set("GIT_SSH_COMMAND", &ssh).set("GIT_SSH_VARIANT", "ssh");
            folder.run("init").exits(0).quiet();
            assert!(lock(&folder).contains(&shelf.first) && lock(&folder).contains("git@host"), "{}", lock(&folder));
            folder.run("validate").exits(0);
        }
        let words = fs::read_to_string(words).unwrap();
        assert!(words.lines().all(|line| line.contains("-o BatchMode=yes")), "nobody is asked: {words}");
        assert!(words.contains("git@host.example.com") && words.contains("-p 2222"), "{words}");
    }

    #[test]
    fn ssh_that_says_no() {
        if !git_is_there() {
            return;
        }
        let tools = Folder::new();
        let ssh = stand_in(&tools, "echo 'git@host.example.com: Permission denied (publickey).' >&2\nexit 255");
        let folder = bench(&call("git::ssh://git@host.example.com/owner/net.git")).set("GIT_SSH_COMMAND", &ssh);
        folder
            .run("init")
            .exits(1)
            .complains("Permission denied (publickey)")
            .complains("a key in the ssh agent")
            .complains("on main.tf line 1");
        let ssh = stand_in(&tools, "echo 'ssh: Could not resolve hostname host.example.com' >&2\nexit 255");
        let folder = bench(&call("git@host.example.com:owner/net.git")).set("GIT_SSH_COMMAND", &ssh);
        folder.run("init").exits(1).complains("Could not resolve hostname").complains("git ls-remote");
    }
}

#[test]
fn short_forms_of_hosts_are_their_https_addresses() {
    if !git_is_there() {
        return;
    }
    let shelf = Shelf::new();
    for (host, source) in [
        ("github.com", "github.com/owner/net?ref=v1.0.0"),
        ("github.com", "github.com/owner/net//sub?ref=v1.0.0"),
        ("github.com", "github.com/owner/net.git/sub?ref=v1.0.0"),
        ("bitbucket.org", "bitbucket.org/owner/net//sub?ref=v1.0.0"),
        ("github.com", "git::https://github.com/owner/net.git//sub?ref=v1.0.0"),
    ] {
        // Git itself can be told to look elsewhere.
        let instead = format!("url.file://{}/.insteadOf", shelf.folder.path().display());
        let folder = bench(&call(source)).set("GIT_CONFIG_COUNT", "1").set("GIT_CONFIG_KEY_0", &instead);
        let folder = folder.set("GIT_CONFIG_VALUE_0", &format!("https://{host}/"));
        folder.run("init").exits(0).quiet();
        let locked = lock(&folder);
        assert!(locked.contains(&shelf.first) && locked.contains(&format!("https://{host}/owner/net.git")), "{locked}");
        folder.run("validate").exits(0);
    }
}

#[test]
fn without_git_the_message_says_so() {
    let folder = Folder::with(&call("git::https://example.com/owner/net.git")).set("PATH", "/nowhere");
    folder.run("init").exits(1).complains("The program git was not found").complains("Install git");
    // What is there already needs no git.
    Folder::with("output \"o\" {\n  value = 1\n}\n").set("PATH", "/nowhere").run("init").exits(0).quiet();
}
