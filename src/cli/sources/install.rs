//! From a configuration to all modules that it calls: level by level, each repository once.
//!
//! **Never:** change the lock unless everything was fetched, or take another commit than the locked
//! one unless an upgrade is wanted. In: the folder of the configuration. Out: what was installed.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Component, Path, PathBuf};
use std::rc::Rc;

use futures_util::StreamExt as _;
use futures_util::stream;
use serde_json::json;

use crate::addr::source::{Git, Source, has_password};
use crate::cli::project::{NO_FILES, read_files};
use crate::diag::{Diagnostic, Diagnostics, FileId, Sources, Span};
use crate::lang::calls::{Called, calls, settings};
use crate::lang::files;
use crate::schema::Schemas;

use super::cache::{self, Cache};
use super::fetch::{Fetched, fetch};
use super::git::Program;
use super::lock::{Lock, Locked};
use super::{FOLDER, LOCK_FILE, digest, no_subfolder, unreadable};

/// So many repositories are fetched at the same time.
const AT_ONCE: usize = 8;

/// How to install.
#[derive(Clone, Copy, Debug)]
pub(in crate::cli) struct Wish {
    /// Take what references mean now, instead of what is locked.
    pub(in crate::cli) upgrade: bool,
    /// Fail instead of changing the lock file.
    pub(in crate::cli) frozen: bool,
    /// Whether somebody can be asked for passwords.
    pub(in crate::cli) terminal: bool,
}

/// What was installed.
#[derive(Debug, Default)]
pub(in crate::cli) struct Report {
    /// Folders by call: `network.subnet`; the root is empty.
    pub(in crate::cli) folders: BTreeMap<String, (String, PathBuf)>,
    /// Whether there is no configuration at all.
    pub(in crate::cli) empty: bool,
    /// Whether any module comes from git.
    pub(in crate::cli) fetched: bool,
    /// What is wrong.
    pub(in crate::cli) diagnostics: Diagnostics,
    /// The texts that were read.
    pub(in crate::cli) sources: Sources,
}

/// A module that was found, and the modules above it.
#[derive(Clone)]
struct Found {
    call: String,
    folder: PathBuf,
    /// The checkout that it belongs to; nothing for what lies beside the configuration.
    package: Option<PathBuf>,
    above: Option<Rc<Found>>,
}

/// A call whose repository is to be there.
struct Request {
    call: String,
    git: Git,
    span: Span,
    from: Rc<Found>,
}

/// Installs what the configuration in `root` calls. `tell` hears what is fetched.
pub(in crate::cli) async fn install(root: &Path, wish: Wish, tell: &dyn Fn(String)) -> Report {
    let mut sources = Sources::default();
    let lock = match Lock::read(root, &mut sources) {
        Ok(lock) => lock,
        Err(diagnostic) => return Report { diagnostics: (*diagnostic).into(), sources, ..Report::default() },
    };
    let installer = Installer {
        root,
        wish,
        tell,
        old: lock,
        new: Lock::default(),
        schemas: crate::cli::kinds::schemas(),
        cache: None,
        here: BTreeMap::new(),
        report: Report { sources, ..Report::default() },
    };
    installer.all().await
}

struct Installer<'a> {
    root: &'a Path,
    wish: Wish,
    tell: &'a dyn Fn(String),
    old: Lock,
    new: Lock,
    schemas: Schemas,
    /// Opened with the first repository: without one nothing is written.
    cache: Option<Cache>,
    /// What is there already, by repository and version.
    here: BTreeMap<String, Fetched>,
    report: Report,
}

impl Installer<'_> {
    async fn all(mut self) -> Report {
        let root = Rc::new(Found { call: String::new(), folder: self.root.to_owned(), package: None, above: None });
        self.report.folders.insert(String::new(), (String::new(), PathBuf::from(".")));
        let mut level = vec![root];
        while !level.is_empty() {
            let mut next = Vec::new();
            let mut requests = Vec::new();
            for module in &level {
                for called in self.calls(&module.folder) {
                    self.follow(module, &called, &mut next, &mut requests);
                }
            }
            self.provide(&requests).await;
            for request in requests {
                next.extend(self.settle(request));
            }
            level = next;
        }
        self.finish()
    }

    /// The calls of the module in a folder.
    fn calls(&mut self, folder: &Path) -> Vec<Called> {
        let shown = folder.strip_prefix(self.root).unwrap_or(folder).to_owned();
        let files = match read_files(folder) {
            Ok(files) => files,
            // A folder without files is an empty module.
            Err(diagnostic) if diagnostic.summary == NO_FILES => {
                self.report.empty |= folder == self.root;
                return Vec::new();
            }
            Err(diagnostic) => {
                self.report.diagnostics.push(diagnostic);
                return Vec::new();
            }
        };
        let (mut found, mut bodies) = (Vec::new(), Vec::new());
        let mut ids: Vec<FileId> = Vec::new();
        for (name, text) in files {
            let name = shown.join(name).to_string_lossy().replace('\\', "/");
            ids.push(self.report.sources.add(name, text));
        }
        let diagnostics = &mut self.report.diagnostics;
        files::read(&self.report.sources, &ids, &self.schemas, |body, wrong| {
            diagnostics.extend(wrong);
            let (own, wrong) = calls(&body);
            diagnostics.extend(wrong);
            found.extend(own);
            bodies.push(body);
        });
        let is_root = folder == self.root;
        self.report.diagnostics.extend(settings(&self.report.sources, &bodies, &self.schemas, is_root));
        found
    }

    fn follow(&mut self, from: &Rc<Found>, called: &Called, next: &mut Vec<Rc<Found>>, requests: &mut Vec<Request>) {
        let call =
            if from.call.is_empty() { called.name.to_string() } else { format!("{}.{}", from.call, called.name) };
        match Source::parse(&called.source) {
            Ok(Source::Git(git)) => {
                requests.push(Request { call, git, span: called.span, from: from.clone() });
            }
            Ok(Source::Local(path)) => {
                let folder = plain(&from.folder.join(&path));
                if let Some(package) = from.package.as_ref().filter(|package| !folder.starts_with(package)) {
                    let wrong = escapes(&path, package);
                    return self.report.diagnostics.push(wrong.at(called.source_span));
                }
                if !folder.is_dir() {
                    let detail = format!("Unable to evaluate directory symlink: the folder {path:?} does not exist.");
                    let wrong = Diagnostic::error("Unreadable module directory", detail);
                    let hint = "Correct the path; it counts from the folder of the module that calls.";
                    return self.report.diagnostics.push(wrong.at(called.source_span).hint(hint));
                }
                let found = Found { call, folder, package: from.package.clone(), above: Some(from.clone()) };
                next.extend(self.enter(found, called.source.clone(), called.source_span));
            }
            Err(wrong) => {
                // The line of the source would show a password.
                let span = if has_password(&called.source) { called.span } else { called.source_span };
                self.report.diagnostics.push(Diagnostic::from(wrong).at(span));
            }
        }
    }

    /// Notes a module, unless it is one of those above it.
    fn enter(&mut self, found: Found, source: String, span: Span) -> Option<Rc<Found>> {
        let mut above = found.above.as_deref();
        while let Some(module) = above {
            if module.folder == found.folder {
                let detail = format!("The module module.{} calls itself; this would have no end.", found.call);
                self.report.diagnostics.push(Diagnostic::error("Module calls itself", detail).at(span));
                return None;
            }
            above = module.above.as_deref();
        }
        let shown = found.folder.strip_prefix(self.root).unwrap_or(&found.folder).to_owned();
        self.report.folders.insert(found.call.clone(), (source, shown));
        Some(Rc::new(found))
    }

    /// Sees that all repositories are there, many at a time.
    async fn provide(&mut self, requests: &[Request]) {
        let mut missing: BTreeMap<String, (&Request, Option<Locked>)> = BTreeMap::new();
        for request in requests {
            let version = version(&request.git);
            if self.here.contains_key(&version) || missing.contains_key(&version) {
                continue;
            }
            let locked = self.locked(request);
            match locked.as_ref().and_then(|locked| self.kept(&request.git, locked)) {
                Some(fetched) => {
                    self.here.insert(version, fetched);
                }
                None => {
                    missing.insert(version, (request, locked));
                }
            }
        }
        if missing.is_empty() {
            return;
        }
        if self.cache.is_none() {
            let waiting = || (self.tell)("Waiting for another acier init in this folder...".into());
            match Cache::open(self.root, waiting) {
                Ok(cache) => self.cache = Some(cache),
                Err(error) => {
                    return self.report.diagnostics.push(unreadable(&self.root.join(FOLDER), &error));
                }
            }
        }
        let Some(cache) = &self.cache else { return };
        let program = Program { terminal: self.wish.terminal };
        let work = missing.into_iter().map(|(version, (request, locked))| {
            (self.tell)(format!("Downloading {} for {}...", request.git, request.call));
            async move {
                let commit = locked.as_ref().map(|locked| locked.commit.as_str());
                let fetched = fetch(program, cache, &request.git, commit).await;
                (version, request, locked, fetched)
            }
        });
        let work: Vec<_> = work.collect();
        let done: Vec<_> = stream::iter(work).buffered(AT_ONCE).collect().await;
        for (version, request, locked, fetched) in done {
            match fetched {
                Ok(fetched) => match locked.filter(|locked| locked.digest != fetched.digest) {
                    None => {
                        self.here.insert(version, fetched);
                    }
                    Some(locked) => self.report.diagnostics.push(other_content(request, &locked, &fetched)),
                },
                Err(wrong) => self.report.diagnostics.push(wrong.at(request.span)),
            }
        }
    }

    /// What a call is locked to: by its own entry, or by that of another call of the same version.
    fn locked(&self, request: &Request) -> Option<Locked> {
        if self.wish.upgrade {
            return None;
        }
        let source = request.git.to_string();
        let own = self.old.entries.get(&request.call).filter(|locked| locked.source == source);
        let same = |locked: &&Locked| match Source::parse(&locked.source) {
            Ok(Source::Git(git)) => version(&git) == version(&request.git),
            _ => false,
        };
        own.or_else(|| self.old.entries.values().find(same)).cloned()
    }

    /// What is kept of a locked version, if it is whole.
    fn kept(&self, git: &Git, locked: &Locked) -> Option<Fetched> {
        let folder = cache::folder(self.root, git, &locked.digest);
        let whole = digest::of(&folder).is_ok_and(|found| found == locked.digest);
        whole.then(|| Fetched { commit: locked.commit.clone(), digest: locked.digest.clone(), folder })
    }

    /// The module of a call whose repository is there.
    fn settle(&mut self, request: Request) -> Option<Rc<Found>> {
        let fetched = self.here.get(&version(&request.git))?.clone();
        let folder = match &request.git.subfolder {
            Some(inner) => fetched.folder.join(inner),
            None => fetched.folder.clone(),
        };
        if !folder.is_dir() {
            self.report.diagnostics.push(no_subfolder(&request.git).at(request.span));
            return None;
        }
        let source = request.git.to_string();
        let Fetched { commit, digest, folder: package } = fetched;
        self.new.entries.insert(request.call.clone(), Locked { source: source.clone(), commit, digest });
        let found = Found { call: request.call, folder, package: Some(package), above: Some(request.from) };
        self.enter(found, source, request.span)
    }

    fn finish(mut self) -> Report {
        if self.report.diagnostics.has_errors() {
            return self.report;
        }
        self.report.fetched = !self.new.entries.is_empty();
        if self.wish.frozen && self.new != self.old {
            let detail = format!(
                "The modules that are called now are not those that {LOCK_FILE} locks, and -lockfile=readonly \
                                  forbids to change it."
            );
            let hint = "Run \"acier init\" without the option, and commit the lock file.";
            self.report.diagnostics.push(Diagnostic::error("Lock file would change", detail).hint(hint));
            return self.report;
        }
        if let Err(error) = self.new.write(self.root).and_then(|()| self.tidy()) {
            self.report.diagnostics.push(unreadable(&self.root.join(LOCK_FILE), &error));
        }
        self.report
    }

    /// Writes down what lies where, and removes what no call uses.
    fn tidy(&mut self) -> std::io::Result<()> {
        if self.cache.is_none() && self.root.join(FOLDER).is_dir() {
            self.cache = Some(Cache::open(self.root, || {})?);
        }
        let Some(cache) = &self.cache else { return Ok(()) };
        let used: BTreeSet<PathBuf> = self.here.values().map(|fetched| fetched.folder.clone()).collect();
        cache.prune(&used)?;
        let entry = |(call, (source, folder)): (&String, &(String, PathBuf))| json!({ "Key": call, "Source": source, "Dir": folder.to_string_lossy().replace('\\', "/") });
        let modules: Vec<_> = self.report.folders.iter().map(entry).collect();
        cache.write_manifest(&format!("{:#}\n", json!({ "Modules": modules })))
    }
}

/// A repository and what is wanted of it, whatever the folder inside: calls share it.
fn version(git: &Git) -> String {
    Git { subfolder: None, ..git.clone() }.to_string()
}

/// The path without `.` and `..`, by text: a checkout is judged by its names.
pub(in crate::cli) fn plain(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir if matches!(out.components().next_back(), Some(Component::Normal(_))) => {
                out.pop();
            }
            part => out.push(part),
        }
    }
    if out.as_os_str().is_empty() { PathBuf::from(".") } else { out }
}

pub(super) fn escapes(path: &str, package: &Path) -> Diagnostic {
    let name = package.file_name().unwrap_or_default().display().to_string();
    let detail = format!(
        "The given source directory for {path:?} would be outside of its containing package {name}. Local source \
         addresses starting with \"../\" must stay within the same package that the calling module belongs to."
    );
    Diagnostic::error("Local module path escapes module package", detail)
}

fn other_content(request: &Request, locked: &Locked, fetched: &Fetched) -> Diagnostic {
    let Request { call, git, span, .. } = request;
    let detail = format!(
        "{LOCK_FILE} says that module.{call} is commit {} with the digest {}; {} gives {} for that commit.",
        locked.commit,
        locked.digest,
        git.shown(),
        fetched.digest
    );
    let hint = "Somebody has changed the repository or the lock file by hand. Find out which, and run \"acier init \
                -upgrade\" only if the new content is what you want.";
    Diagnostic::error("Module is not what was locked", detail).at(*span).hint(hint)
}
