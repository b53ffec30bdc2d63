//! One version of one repository, from its address to a folder with content.
//!
//! **Never:** fetch more history than it takes: the commit is asked for by name, alone; only when the
//! server refuses that is everything fetched. In: a repository, and the commit if it is locked.
//! Out: the commit, the digest, and the folder.
#![expect(clippy::disallowed_methods, reason = "walks through what was fetched")]

use std::path::{Path, PathBuf};

use crate::addr::source::Git;
use crate::diag::Diagnostic;
use crate::diag::suggest::nearest;

use super::cache::{Cache, remove};
use super::digest;
use super::git::{Failure, Program};

/// The name that a reference has after everything was fetched.
const WANTED: &str = "refs/acier/wanted";

/// What was fetched.
#[derive(Clone, Debug)]
pub(super) struct Fetched {
    pub(super) commit: String,
    pub(super) digest: String,
    pub(super) folder: PathBuf,
}

/// What is to be fetched: a commit, under a name that the server knows.
struct Wanted {
    name: String,
    /// Whether the commit must be looked for among all commits.
    search: bool,
}

/// Fetches a repository: the commit `locked`, or what its reference means now.
///
/// # Errors
/// Git's words.
pub(super) async fn fetch(
    program: Program,
    cache: &Cache,
    git: &Git,
    locked: Option<&str>,
) -> Result<Fetched, Box<Diagnostic>> {
    let aside = cache.aside().map_err(|error| failed(git, &format!("{error}.")))?;
    let done = fetch_aside(program, &aside, git, locked).await;
    let (commit, digest) = match done {
        Ok(done) => done,
        Err(diagnostic) => {
            // What cannot be removed now is cleared away by the next init.
            let _ = remove(&aside);
            return Err(diagnostic);
        }
    };
    let folder = cache.keep(&aside, git, &digest).map_err(|error| failed(git, &format!("{error}.")))?;
    Ok(Fetched { commit, digest, folder })
}

async fn fetch_aside(
    program: Program,
    aside: &Path,
    git: &Git,
    locked: Option<&str>,
) -> Result<(String, String), Box<Diagnostic>> {
    let said = |failure: Failure| Box::new(refused(git, &failure));
    let wanted = match locked {
        Some(commit) => Wanted { name: commit.into(), search: false },
        None => resolve(program, aside, git).await?,
    };
    program.run(aside, git, ["init", "--quiet", "--template="]).await.map_err(said)?;
    program.run(aside, git, ["config", "remote.origin.url", &git.url]).await.map_err(said)?;
    let depth = format!("--depth={}", git.depth.unwrap_or(1));
    let words = ["fetch", "--quiet", "--no-tags", "--no-recurse-submodules", &depth, "--", "origin", &wanted.name];
    let short = if wanted.search { Err(Failure::Missing) } else { program.run(aside, git, words).await };
    let target = match short {
        Ok(_) => "FETCH_HEAD".to_owned(),
        Err(_) => {
            let everything = ["+refs/heads/*:refs/remotes/origin/*", "+refs/tags/*:refs/tags/*"];
            // What has a name at the server gets one here, too: its branches have others.
            let is_named = wanted.name == "HEAD" || wanted.name.starts_with("refs/");
            let named = is_named.then(|| format!("+{}:{WANTED}", wanted.name));
            let words = ["fetch", "--quiet", "--no-recurse-submodules", "--", "origin", everything[0], everything[1]];
            program.run(aside, git, words.into_iter().chain(named.as_deref())).await.map_err(said)?;
            if is_named { WANTED.to_owned() } else { wanted.name }
        }
    };
    let commit = format!("{target}^{{commit}}");
    let words = ["rev-parse", "--verify", "--quiet", "--end-of-options", &commit];
    let found = program.run(aside, git, words).await;
    let commit = found.map_err(|_| Box::new(no_reference(git, &target, &[])))?.trim().to_owned();
    program.run(aside, git, ["checkout", "--quiet", "--detach", &commit]).await.map_err(said)?;
    if aside.join(".gitmodules").exists() {
        let depth = git.depth.map(|depth| format!("--depth={depth}"));
        let words = ["submodule", "--quiet", "update", "--init", "--recursive"].into_iter();
        program.run(aside, git, words.chain(depth.as_deref())).await.map_err(said)?;
    }
    strip(aside).map_err(|error| failed(git, &format!("{error}.")))?;
    let digest = digest::of(aside).map_err(|error| failed(git, &format!("{error}.")))?;
    Ok((commit, digest))
}

/// What a reference means, by the server's own list.
async fn resolve(program: Program, folder: &Path, git: &Git) -> Result<Wanted, Box<Diagnostic>> {
    let list = program.run(folder, git, ["ls-remote", "--quiet", "--", &git.url]).await;
    let list = list.map_err(|failure| Box::new(refused(git, &failure)))?;
    let names: Vec<&str> = list.lines().filter_map(|line| line.split_once('\t')).map(|(_, name)| name).collect();
    let Some(reference) = &git.reference else {
        if names.contains(&"HEAD") {
            return Ok(Wanted { name: "HEAD".into(), search: false });
        }
        let hint = "Name a branch or a tag with ?ref= in the source.";
        let wrong = failed(git, "The repository is empty, or has no default branch.");
        return Err(Box::new(wrong.hint(hint)));
    };
    let ways = [format!("refs/tags/{reference}"), format!("refs/heads/{reference}"), reference.clone()];
    if let Some(name) = ways.iter().find(|way| way.starts_with("refs/") && names.contains(&way.as_str())) {
        return Ok(Wanted { name: name.clone(), search: false });
    }
    let hex = reference.bytes().all(|digit| digit.is_ascii_hexdigit());
    match reference.len() {
        40 | 64 if hex => Ok(Wanted { name: reference.clone(), search: false }),
        4..40 if hex => Ok(Wanted { name: reference.clone(), search: true }),
        _ => Err(Box::new(no_reference(git, reference, &names))),
    }
}

/// Removes what belongs to git and not to the module: history, and the files of submodules that
/// name it.
fn strip(folder: &Path) -> std::io::Result<()> {
    let mut waiting = vec![folder.to_owned()];
    while let Some(within) = waiting.pop() {
        for entry in std::fs::read_dir(&within)? {
            let entry = entry?;
            if entry.file_name() == ".git" {
                remove(&entry.path())?;
            } else if entry.file_type()?.is_dir() {
                waiting.push(entry.path());
            }
        }
    }
    Ok(())
}

fn failed(git: &Git, why: &str) -> Diagnostic {
    let detail = format!("Could not download the module from \"{git}\": {why}");
    Diagnostic::error("Failed to download module", detail)
}

/// The diagnostic for what git refused, with its words.
fn refused(git: &Git, failure: &Failure) -> Diagnostic {
    match failure {
        Failure::Missing => {
            failed(git, "The program git was not found.").hint("Install git, and see that PATH names it.")
        }
        Failure::Said(words) => {
            let wrong = failed(git, &format!("git says:\n\n{words}"));
            let asks =
                ["could not read Username", "could not read Password", "Permission denied", "Authentication failed"];
            if asks.iter().any(|ask| words.contains(ask)) {
                let hint = "Give git a way to sign in: a credential helper, or a key in the ssh agent. acier asks for \
                            no passwords where nobody could answer.";
                return wrong.hint(hint);
            }
            wrong.hint("Try \"git ls-remote\" with the address; it must work without asking anything.")
        }
    }
}

fn no_reference(git: &Git, reference: &str, names: &[&str]) -> Diagnostic {
    let short =
        |name: &&str| name.strip_prefix("refs/tags/").or_else(|| name.strip_prefix("refs/heads/")).map(str::to_owned);
    let known: Vec<String> = names.iter().filter_map(short).collect();
    let near = nearest(reference, known.iter().map(String::as_str));
    let near = near.map(|near| format!(" Did you mean {near:?}?")).unwrap_or_default();
    let why = format!("The repository has no branch, tag or commit {reference:?}.{near}");
    failed(git, &why).hint("Correct what stands behind ref= in the source.")
}
