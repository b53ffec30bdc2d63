//! Modules from git: `acier init` against repositories in temporary folders. Without git on PATH
//! the tests say that they were left out.

use std::path::PathBuf;
use std::process::Command;

use super::bench::Folder;

/// A repository that tests commit to.
pub(super) struct Repository {
    folder: Folder,
}

pub(super) fn git_is_there() -> bool {
    let there = Command::new("git").arg("version").output().is_ok();
    if !there {
        println!("LEFT OUT: git is not on PATH");
    }
    there
}

impl Repository {
    pub(super) fn new() -> Repository {
        let own = Repository { folder: Folder::new() };
        own.git("init --quiet --initial-branch=main");
        own
    }

    pub(super) fn git(&self, line: &str) -> String {
        self.git_with(line, &[])
    }

    /// The same with words behind it that may hold blanks.
    pub(super) fn git_with(&self, line: &str, more: &[&str]) -> String {
        let mut command = Command::new("git");
        // Nothing of how this machine uses git counts here.
        command.env_clear().envs(std::env::var_os("PATH").map(|path| ("PATH", path)));
        command.current_dir(self.folder.path()).args(line.split(' ')).args(more);
        command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1");
        for who in ["AUTHOR", "COMMITTER"] {
            command.env(format!("GIT_{who}_NAME"), "a").env(format!("GIT_{who}_EMAIL"), "a@example.com");
        }
        let output = command.output().expect("git starts");
        assert!(output.status.success(), "git {line}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    /// Commits files and returns the commit.
    pub(super) fn commit(&self, files: &[(&str, &str)]) -> String {
        for (name, text) in files {
            self.folder.write(name, text);
        }
        self.git("add --all");
        self.git("-c protocol.file.allow=always commit --quiet --message=more");
        self.git("rev-parse HEAD")
    }

    fn url(&self) -> String {
        format!("git::file://{}", self.folder.path().display())
    }
}

/// A configuration folder in which git is found.
pub(super) fn bench(main: &str) -> Folder {
    let path = std::env::var("PATH").unwrap();
    let folder = Folder::with(main).set("PATH", &path).set("GIT_CONFIG_GLOBAL", "/dev/null");
    folder.set("GIT_CONFIG_NOSYSTEM", "1")
}

pub(super) fn call(source: &str) -> String {
    format!("module \"net\" {{\n  source = \"{source}\"\n}}\n")
}

pub(super) const OUTPUT: &str = "output \"x\" {\n  value = 1\n}\n";

pub(super) fn lock(folder: &Folder) -> String {
    std::fs::read_to_string(folder.path().join(".acier.lock.hcl")).unwrap_or_default()
}

/// The one folder of a fetched module.
pub(super) fn checkout(folder: &Folder) -> PathBuf {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder.path().join(".acier/modules")).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.push(path);
        }
    }
    assert_eq!(found.len(), 1, "{found:?}");
    found.remove(0)
}

#[test]
fn a_branch_is_fetched_once_and_locked() {
    if !git_is_there() {
        return;
    }
    let repository = Repository::new();
    let first = repository.commit(&[("main.tf", OUTPUT), ("sub/main.tf", OUTPUT)]);
    let source = format!("{}//sub?ref=main", repository.url());
    let folder = bench(&call(&source));
    folder.run("init").exits(0).quiet().says("Downloading").says("- net in .acier/modules/").says("initialized!");
    let locked = lock(&folder);
    assert!(locked.contains(&first) && locked.contains(&source) && locked.contains("sha256:"), "{locked}");
    assert!(checkout(&folder).join("sub/main.tf").is_file());
    assert!(!checkout(&folder).join(".git").exists(), "history is not kept");

    let second = repository.commit(&[("sub/more.tf", "")]);
    folder.run("init -lockfile=readonly").exits(0).quiet().never_says("Downloading");
    assert_eq!(lock(&folder), locked, "a second init changes nothing");
    // Another machine has the lock file only.
    std::fs::remove_dir_all(folder.path().join(".acier")).unwrap();
    folder.run("init").exits(0).says("Downloading");
    assert_eq!(lock(&folder), locked, "the locked commit is fetched, not the newest");
    assert!(!checkout(&folder).join("sub/more.tf").exists());

    folder.run("init -upgrade").exits(0);
    assert!(lock(&folder).contains(&second), "{}", lock(&folder));
    assert!(checkout(&folder).join("sub/more.tf").exists(), "and the old version is gone");
}

#[test]
fn references_may_be_tags_commits_and_beginnings_of_commits() {
    if !git_is_there() {
        return;
    }
    let repository = Repository::new();
    let first = repository.commit(&[("main.tf", "# first\n")]);
    repository.git("tag v1.0.0");
    repository.git("tag --annotate --message=x v1.0.1");
    repository.commit(&[("main.tf", "# second\n")]);
    for reference in ["v1.0.0", "v1.0.1", &first, &first[..9], "v1.0.0&depth=1"] {
        let folder = bench(&call(&format!("{}?ref={reference}", repository.url())));
        folder.run("get").exits(0).quiet();
        assert!(lock(&folder).contains(&first), "{reference}: {}", lock(&folder));
        let text = std::fs::read_to_string(checkout(&folder).join("main.tf")).unwrap();
        assert_eq!(text, "# first\n", "{reference}");
    }
    let folder = bench(&call(&format!("{}?ref=v1.0.9", repository.url())));
    folder.run("init").exits(1).complains("no branch, tag or commit \"v1.0.9\"").complains("Did you mean \"v1.0.0\"?");
    assert_eq!(lock(&folder), "", "nothing is locked");
}

#[test]
fn modules_of_modules_are_fetched_and_stay_in_their_checkout() {
    if !git_is_there() {
        return;
    }
    let inner = Repository::new();
    inner.commit(&[("main.tf", OUTPUT)]);
    let outer = Repository::new();
    let text = format!("module \"beside\" {{\n  source = \"../b\"\n}}\n{}", call(&inner.url()));
    outer.commit(&[("a/main.tf", &text), ("b/main.tf", OUTPUT)]);
    let folder = bench(&format!("module \"m\" {{\n  source = \"{}//a\"\n}}\n", outer.url()));
    folder.run("init").exits(0).quiet().says("- m.beside in .acier/modules/").says("- m.net in .acier/modules/");
    let locked = lock(&folder);
    assert!(locked.contains("module \"m\" {") && locked.contains("module \"m.net\" {"), "{locked}");
    assert!(!locked.contains("beside"), "what lies in a locked checkout needs no entry: {locked}");
    assert!(folder.path().join(".acier/modules/modules.json").is_file());

    outer.commit(&[("a/main.tf", "module \"out\" {\n  source = \"../../elsewhere\"\n}\n")]);
    folder.run("init -upgrade").exits(1).complains("Local module path escapes module package");
    assert_eq!(lock(&folder), locked, "a failed init leaves the lock alone");
    outer.commit(&[("a/main.tf", &format!("module \"again\" {{\n  source = \"{}//a\"\n}}\n", outer.url()))]);
    folder.run("init -upgrade").exits(1).complains("Module calls itself");
}

#[test]
fn submodules_come_along_and_links_stay_inside() {
    if !git_is_there() {
        return;
    }
    let library = Repository::new();
    library.commit(&[("main.tf", OUTPUT)]);
    let outer = Repository::new();
    outer.commit(&[("main.tf", OUTPUT)]);
    let path = library.folder.path().display().to_string();
    outer.git_with("-c protocol.file.allow=always submodule --quiet add", &[&path, "library"]);
    outer.commit(&[]);
    let folder = bench(&call(&format!("{}//library", outer.url())));
    let allow =
        [("GIT_CONFIG_COUNT", "1"), ("GIT_CONFIG_KEY_0", "protocol.file.allow"), ("GIT_CONFIG_VALUE_0", "always")];
    folder.run_with("init", &allow).exits(0).quiet();
    let fetched = checkout(&folder);
    assert!(fetched.join("library/main.tf").is_file() && !fetched.join("library/.git").exists());

    #[cfg(unix)]
    {
        let linked = Repository::new();
        std::os::unix::fs::symlink("/etc", linked.folder.path().join("etc")).unwrap();
        linked.commit(&[("main.tf", OUTPUT)]);
        let folder = bench(&call(&linked.url()));
        folder.run("init").exits(1).complains("the link etc leads out of the module, to /etc");
        assert!(folder.files(".acier").keys().all(|name| name.ends_with(".lock")), "nothing is left behind");
    }
}

#[test]
fn hooks_do_not_run_and_nobody_is_asked() {
    if !git_is_there() {
        return;
    }
    let repository = Repository::new();
    repository.commit(&[("main.tf", OUTPUT)]);
    let hooks = Folder::new();
    hooks.write("post-checkout", "#!/bin/sh\ntouch \"$RAN\"\n");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let hook = hooks.path().join("post-checkout");
        std::fs::set_permissions(hook, std::fs::Permissions::from_mode(0o755)).unwrap();
    }
    let ran = hooks.path().join("ran");
    let folder = bench(&call(&repository.url()));
    let path = hooks.path().to_str().unwrap();
    let settings = [("GIT_CONFIG_COUNT", "1"), ("GIT_CONFIG_KEY_0", "core.hooksPath"), ("GIT_CONFIG_VALUE_0", path)];
    let settings = [&settings[..], &[("RAN", ran.to_str().unwrap()), ("GIT_DIR", "/nowhere")]].concat();
    folder.run_with("init", &settings).exits(0).quiet();
    assert!(!ran.exists(), "a hook ran");

    let folder = bench(&call("git::https://user:hunter2@127.0.0.1:1/x.git?ref=v1"));
    folder.run("init").exits(1).complains("git says:").complains("127.0.0.1").never_says("hunter2");
}

#[test]
fn sources_that_are_not_git_are_named() {
    let cases = [
        ("hashicorp/consul/aws", "A registry as a module source is not supported"),
        ("registry.example.com/a/b/c//sub", "A registry as a module source is not supported"),
        ("https://example.com/x.zip", "An archive as a module source is not supported"),
        ("s3::https://s3-eu-west-1.amazonaws.com/b/x.zip", "A bucket as a module source is not supported"),
        ("gcs::https://www.googleapis.com/storage/v1/b/x.zip", "A bucket as a module source is not supported"),
        ("hg::http://example.com/x.hg", "A Mercurial source is not supported"),
        ("https://example.com/x.git", "Write \"git::https://example.com/x.git\""),
        ("network", "write \"./network\""),
        ("/srv/modules/x", "is an absolute path"),
        ("git::--upload-pack=touch x", "is not the address of a repository"),
        ("git::ext::sh -c date", "is not the address of a repository"),
        ("git::ssh://-oProxyCommand=x/y", "cannot begin with a dash"),
        ("git::https://example.com/x.git?ref=--force", "cannot be the name of a branch"),
        ("git::https://example.com/x.git//../y", "leads outside of the module package"),
        ("git::https://example.com/x.git?sshkey=abc", "reads no private keys"),
        ("git::https://example.com/x.git?depth=no", "is not a number of commits"),
        ("./nowhere", "Unreadable module directory"),
    ];
    for (source, told) in cases {
        bench(&call(source)).run("init").exits(1).complains("on main.tf line").complains(told);
    }
}

#[test]
fn plain_configurations_need_nothing_and_versions_are_checked() {
    let folder = bench("terraform {\n  required_version = \">= 1.3, < 2.0\"\n}\n");
    folder
        .run("init -input=false -backend=false -upgrade -reconfigure -lock=false -lock-timeout=5m -no-color")
        .exits(0)
        .quiet();
    assert!(!folder.path().join(".acier").exists() && lock(&folder).is_empty());
    for option in ["-backend-config=a=b", "-migrate-state", "-from-module=x", "-plugin-dir=x", "-json", "-lockfile=x"] {
        folder.run(&format!("init {option}")).exits(64).complains("What to do");
    }
    folder.write("sub/main.tf", "terraform {\n  required_version = \"~> 1.5.0\"\n}\n");
    folder.write("call.tf", call("./sub"));
    folder.run("init").exits(1).complains("Unsupported Terraform Core version").complains("sub/main.tf line 2");
    folder.write(
        "sub/main.tf",
        "terraform {\n  required_providers {\n    azurerm = { source = \"example/azurerm\" }\n  }\n}\n",
    );
    folder.run("init").exits(1).complains("Provider \"example/azurerm\"").complains("sub/main.tf line 3");
    // Nothing of a provider is no reason to refuse who asks for it.
    folder.write(
        "sub/main.tf",
        "terraform {\n  required_providers {\n    aws = { source = \"hashicorp/aws\" }\n  }\n}\n",
    );
    folder.run("init").exits(0).quiet();
}

#[test]
fn a_plan_takes_what_was_locked_and_nothing_else() {
    if !git_is_there() {
        return;
    }
    let repository = Repository::new();
    repository.commit(&[
        ("net/main.tf", "variable \"name\" {}\nmodule \"inner\" {\n  source = \"../inner\"\n  name   = var.name\n}\n"),
        ("net/outputs.tf", "output \"id\" {\n  value = module.inner.input\n}\n"),
        (
            "inner/main.tf",
            "variable \"name\" {}\nresource \"terraform_data\" \"x\" {\n  input = var.name\n}\noutput \"input\" {\n  value = \
             terraform_data.x.input\n}\n",
        ),
    ]);
    let call = |reference: &str| {
        let source = format!("{}//net?ref={reference}", repository.url());
        format!(
            "module \"net\" {{\n  source = \"{source}\"\n  name   = \"a\"\n}}\noutput \"o\" {{\n  value = module.net.id\n}}\n"
        )
    };
    repository.git("tag v1");
    let folder = bench(&call("main"));
    folder.run("plan").exits(1).complains("Module not installed").complains("Run \"acier init\"");
    folder.run("init").exits(0).quiet().says("- net.inner in .acier/modules/");
    folder.run("plan").exits(0).quiet().says("module.net.module.inner.terraform_data.x").says("o = \"a\"");
    folder.run("apply -auto-approve").exits(0).says("1 added");
    folder.run("plan -detailed-exitcode").exits(0);

    // Whoever touches what was fetched is told, and init brings it back.
    let file = checkout(&folder).join("inner/main.tf");
    let whole = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, whole.replace("= var.name", "= \"other\"")).unwrap();
    folder.run("plan").exits(1).complains("Module content has changed").complains("acier init");
    folder.run("init").exits(0).says("Downloading");
    folder.run("plan -detailed-exitcode").exits(0);

    folder.write("main.tf", call("v1"));
    folder.run("plan").exits(1).complains("Module source has changed");
    folder.write(".acier.lock.hcl", "<<<<<<< ours\n");
    folder.run("plan").exits(1).complains("Lock file not usable").complains("on .acier.lock.hcl line 1");
    folder
        .run("init")
        .exits(1)
        .complains("Lock file not usable")
        .complains("remove it")
        .complains("on .acier.lock.hcl line 1");
}

#[test]
fn what_people_write_into_the_lock_stays() {
    if !git_is_there() {
        return;
    }
    let repository = Repository::new();
    let first = repository.commit(&[("main.tf", OUTPUT)]);
    let folder = bench(&call(&format!("{}?ref=main", repository.url())));
    folder.run("init").exits(0).quiet();
    let marked = lock(&folder)
        .replace("\nmodule", "\n# Ask the network team before it moves.\nmodule")
        .replace(&format!("\"{first}\""), &format!("\"{first}\" # reviewed"));
    folder.write(".acier.lock.hcl", &marked);
    let second = repository.commit(&[("main.tf", "")]);
    folder.run("init -upgrade").exits(0);
    let (before, after) = (marked.replace(&first, "?"), lock(&folder).replace(&second, "?"));
    let digestless =
        |text: &str| text.lines().filter(|line| !line.contains("digest")).map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(digestless(&after), digestless(&before), "only the commit and the digest changed");
}
