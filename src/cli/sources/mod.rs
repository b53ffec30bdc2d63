//! Modules that do not lie beside the configuration: fetched by `init`, kept under `.acier/modules`,
//! held by the lock file `.acier.lock.hcl` to the content that they had.
//!
//! **Never:** touch the network but in `init` and `get`: [`Installed`] only reads. The decision to
//! question: the lock stands beside the configuration, outside of `.acier`, because it belongs into
//! version control and the fetched content does not.

mod cache;
mod digest;
mod fetch;
mod git;
mod install;
mod lock;

use std::cell::{OnceCell, RefCell};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::addr::source::{Git, NoSource, Source};
use crate::diag::{Diagnostic, Sources, Span};

pub(super) use git::is_ignored;
use install::{escapes, plain};
use lock::Lock;

pub(super) use install::{Report, Wish, install};

/// The name of the lock file, beside the configuration.
pub(super) const LOCK_FILE: &str = ".acier.lock.hcl";

/// Where fetched modules are kept, below the configuration.
pub(super) const FOLDER: &str = ".acier/modules";

/// What `init` has fetched for a configuration.
pub(super) struct Installed {
    root: PathBuf,
    lock: OnceCell<Result<Lock, Box<Diagnostic>>>,
    /// Folders that were looked at, and the digests of what they hold.
    checked: RefCell<BTreeMap<PathBuf, String>>,
}

impl Installed {
    /// For the configuration in `root`; reads nothing yet.
    pub(super) fn of(root: &Path) -> Installed {
        Installed { root: root.to_owned(), lock: OnceCell::new(), checked: RefCell::default() }
    }

    /// The folder of a called module, relative to the root. `parent` is the folder of the module that
    /// calls, `call` the path of the call (`network.subnet`).
    ///
    /// # Errors
    /// That it was not fetched, or is not what was locked, and what to do.
    pub(super) fn locate(
        &self,
        parent: &str,
        call: &str,
        source: &str,
        sources: &mut Sources,
    ) -> Result<String, Box<Diagnostic>> {
        match Source::parse(source).map_err(|wrong| Box::new(wrong.into()))? {
            Source::Local(path) => {
                let folder = plain(&Path::new(parent).join(&path));
                match package(Path::new(parent)).filter(|package| !folder.starts_with(package)) {
                    Some(package) => Err(Box::new(escapes(&path, &package))),
                    None => Ok(shown(&folder)),
                }
            }
            Source::Git(git) => self.fetched(call, &git, sources),
        }
    }

    fn fetched(&self, call: &str, git: &Git, sources: &mut Sources) -> Result<String, Box<Diagnostic>> {
        let lock = self.lock.get_or_init(|| {
            // The lock is no configuration: it is among the texts only to be shown with what is wrong in it.
            let mut apart = Sources::default();
            Lock::read(&self.root, &mut apart).map_err(|mut wrong| {
                wrong.span = wrong.span.and_then(|span| {
                    let found = apart.get(span.file)?;
                    Some(Span { file: sources.add(found.name.clone(), found.text.clone()), ..span })
                });
                wrong
            })
        });
        let lock = lock.as_ref().map_err(Clone::clone)?;
        let Some(locked) = lock.entries.get(call) else { return Err(Box::new(missing(call))) };
        if locked.source != git.to_string() {
            let detail = "The source address was changed since this module was installed. Run \"acier init\" to \
                          install all modules required by this configuration.";
            return Err(Box::new(Diagnostic::error("Module source has changed", detail).hint("Run \"acier init\".")));
        }
        let package = cache::folder(Path::new("."), git, &locked.digest);
        if !self.root.join(&package).is_dir() {
            return Err(Box::new(missing(call)));
        }
        self.check(call, &package, &locked.digest)?;
        let folder = git.subfolder.as_ref().map_or_else(|| package.clone(), |inner| package.join(inner));
        if !self.root.join(&folder).is_dir() {
            return Err(Box::new(no_subfolder(git)));
        }
        Ok(shown(&folder))
    }

    fn check(&self, call: &str, package: &Path, expected: &str) -> Result<(), Box<Diagnostic>> {
        let mut checked = self.checked.borrow_mut();
        let found = match checked.get(package) {
            Some(found) => found.clone(),
            None => {
                let found =
                    digest::of(&self.root.join(package)).map_err(|error| Box::new(unreadable(package, &error)))?;
                checked.insert(package.to_owned(), found.clone());
                found
            }
        };
        if found == expected {
            return Ok(());
        }
        let detail = format!(
            "The folder {} does not hold what {LOCK_FILE} says for module.{call}: its digest is {found}, and \
             should be {expected}.",
            shown(package)
        );
        let hint = "Run \"acier init\", which fetches it again as it was. Changes belong into the repository of the \
                    module; \"acier init -upgrade\" then takes them over.";
        Err(Box::new(Diagnostic::error("Module content has changed", detail).hint(hint)))
    }
}

/// The checkout that a folder lies in; nothing for what lies beside the configuration.
fn package(folder: &Path) -> Option<PathBuf> {
    let mut parts = folder.strip_prefix(FOLDER).ok()?.components();
    Some(Path::new(FOLDER).join(parts.next()?))
}

fn shown(folder: &Path) -> String {
    folder.to_string_lossy().replace('\\', "/")
}

impl From<NoSource> for Diagnostic {
    fn from(wrong: NoSource) -> Diagnostic {
        Diagnostic::error(wrong.summary, wrong.detail).hint(wrong.hint)
    }
}

fn missing(call: &str) -> Diagnostic {
    let detail = format!(
        "The module module.{call} is not yet installed. Run \"acier init\" to install all modules required by this \
         configuration."
    );
    Diagnostic::error("Module not installed", detail).hint("Run \"acier init\".")
}

fn no_subfolder(git: &Git) -> Diagnostic {
    let inner = git.subfolder.as_deref().unwrap_or_default();
    let detail = format!("The repository {} has no folder {inner:?} in the version that is locked.", git.shown());
    let hint = "Correct the path behind the two slashes of the source, or the version behind ref=.";
    Diagnostic::error("Unreadable module directory", detail).hint(hint)
}

fn unreadable(path: &Path, error: &std::io::Error) -> Diagnostic {
    Diagnostic::error("Module cannot be read", format!("{}: {error}.", path.display()))
}
