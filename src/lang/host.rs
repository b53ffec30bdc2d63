//! What expressions may ask of the machine: files of the configuration, its folders, the time.
//!
//! **Never:** write. The shell fills it in; tests give it a table.

use std::path::PathBuf;
use std::rc::Rc;

/// Reads the bytes of a file; the error is the reason, as text.
pub type ReadFile = dyn Fn(&std::path::Path) -> Result<Vec<u8>, String>;

/// Lists all regular files below a folder, as paths relative to it with `/` between steps, sorted.
pub type ListFiles = dyn Fn(&std::path::Path) -> Result<Vec<String>, String>;

/// The machine, as far as expressions see it.
#[derive(Clone)]
pub struct Host {
    /// `path.root` and `path.module` as expressions see them; relative, `.` in the usual case.
    pub root: String,
    /// `path.cwd`, absolute.
    pub cwd: PathBuf,
    /// The home folder, for `~`.
    pub home: Option<PathBuf>,
    /// `terraform.workspace`.
    pub workspace: String,
    /// Now, RFC 3339 in UTC with whole seconds: `timestamp()` while a plan is carried out.
    pub now: String,
    /// When the plan was made that is carried out, where that is not now: `plantimestamp()`.
    pub planned: Option<String>,
    /// Reads a file; a relative path is relative to the configuration folder.
    pub read: Rc<ReadFile>,
    /// Lists a folder likewise.
    pub list: Rc<ListFiles>,
}

impl Host {
    /// What `plantimestamp()` says.
    #[must_use]
    pub fn planned_at(&self) -> &str {
        self.planned.as_deref().unwrap_or(&self.now)
    }
}

impl std::fmt::Debug for Host {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Host").field("root", &self.root).field("now", &self.now).finish_non_exhaustive()
    }
}
