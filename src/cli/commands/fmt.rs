//! `acier fmt`
//!
//! **Never:** write a file that has a syntax error, or one that would not change. Options and
//! exit codes are Terraform's: 0, 2 for what cannot be read, 3 where `-check` finds a difference.
#![expect(clippy::disallowed_methods, reason = "reads the files that it formats")]

use std::io::Read as _;
use std::path::{Path, PathBuf};

use similar::TextDiff;

use crate::cli::arguments::FmtArguments;
use crate::cli::exit::Exit;
use crate::cli::screen::Screen;
use crate::cli::whole;
use crate::diag::{Diagnostic, Sources};
use crate::lang::fmt::format;

/// The endings of files in Terraform's own syntax.
const ENDINGS: [&str; 4] = [".tf", ".tfvars", ".tftest.hcl", ".tfmock.hcl"];

pub(in crate::cli) fn run(folder: &Path, arguments: &FmtArguments, screen: &Screen) -> Exit {
    let mut work = Work { arguments, screen, unformatted: false, failed: false };
    if arguments.targets.iter().any(|target| target == "-") {
        work.standard_input();
    } else {
        let all = [".".to_owned()];
        let targets = if arguments.targets.is_empty() { &all[..] } else { &arguments.targets };
        for target in targets {
            work.target(folder, Path::new(target));
        }
    }
    match (work.failed, work.unformatted && arguments.check) {
        (true, _) => Exit::Unreadable,
        (false, true) => Exit::Unformatted,
        (false, false) => Exit::Done,
    }
}

struct Work<'a> {
    arguments: &'a FmtArguments,
    screen: &'a Screen,
    unformatted: bool,
    failed: bool,
}

impl Work<'_> {
    fn fail(&mut self, summary: &str, path: &Path, error: &dyn std::fmt::Display) {
        let diagnostic = Diagnostic::error(summary, format!("{}: {error}.", path.display()));
        self.screen.diagnostic(&diagnostic, &Sources::default());
        self.failed = true;
    }

    fn standard_input(&mut self) {
        let mut text = String::new();
        if let Err(error) = std::io::stdin().lock().read_to_string(&mut text) {
            return self.fail("Standard input cannot be read", Path::new("-"), &error);
        }
        let Some(formatted) = self.formatted("<standard input>", &text) else { return };
        self.unformatted |= formatted != text;
        if self.arguments.diff {
            self.diff("<standard input>", &text, &formatted);
        } else if !self.arguments.check {
            // A terminal wants its last line ended; Terraform does the same here, and not in files.
            let end = if formatted.ends_with('\n') { "" } else { "\n" };
            self.screen.bytes(format!("{formatted}{end}").as_bytes());
        }
    }

    /// A file, or the files of a folder.
    fn target(&mut self, folder: &Path, target: &Path) {
        let path = folder.join(target);
        match std::fs::metadata(&path) {
            Ok(found) if found.is_dir() => self.folder(&path, target),
            Ok(_) if is_ours(target) => self.file(&path, target),
            Ok(_) => {
                let why = "only files that end in .tf, .tfvars, .tftest.hcl or .tfmock.hcl are formatted";
                self.fail("Not a configuration file", target, &why);
            }
            Err(error) => self.fail("No such file or folder", target, &error),
        }
    }

    fn folder(&mut self, path: &Path, shown: &Path) {
        let mut names: Vec<PathBuf> = match std::fs::read_dir(path) {
            Ok(entries) => entries.flatten().map(|entry| PathBuf::from(entry.file_name())).collect(),
            Err(error) => return self.fail("The folder cannot be read", shown, &error),
        };
        names.sort();
        for name in names {
            let hidden = name.to_string_lossy().starts_with('.');
            let (path, shown) = (path.join(&name), if shown == Path::new(".") { name } else { shown.join(&name) });
            if hidden {
                continue;
            }
            if path.is_dir() {
                if self.arguments.recursive {
                    self.folder(&path, &shown);
                }
            } else if is_ours(&shown) {
                self.file(&path, &shown);
            }
        }
    }

    fn file(&mut self, path: &Path, shown: &Path) {
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) => return self.fail("The file cannot be read", shown, &error),
        };
        let name = shown.to_string_lossy().into_owned();
        let Some(formatted) = self.formatted(&name, &text) else { return };
        let FmtArguments { list, write, diff, check, .. } = *self.arguments;
        if !list && !write && !diff && !check {
            // All that is left to ask for is the formatted text itself, as from Terraform.
            self.screen.text(&formatted);
        }
        if formatted == text {
            return;
        }
        self.unformatted = true;
        if self.arguments.list {
            self.screen.line(&name);
        }
        if self.arguments.write
            && !self.arguments.check
            && let Err(error) = whole::write(path, formatted.as_bytes())
        {
            return self.fail("The file cannot be written", shown, &error);
        }
        if self.arguments.diff {
            self.diff(&name, &text, &formatted);
        }
    }

    fn formatted(&mut self, name: &str, text: &str) -> Option<String> {
        let mut sources = Sources::default();
        let file = sources.add(name, text);
        match format(&sources, file) {
            Ok(formatted) => Some(formatted),
            Err(diagnostics) => {
                self.screen.diagnostics(&diagnostics, &sources);
                self.failed = true;
                None
            }
        }
    }

    fn diff(&self, name: &str, old: &str, new: &str) {
        let diff = TextDiff::from_lines(old, new);
        let (from, to) = (format!("old/{name}"), format!("new/{name}"));
        self.screen.text(&diff.unified_diff().context_radius(3).header(&from, &to).to_string());
    }
}

fn is_ours(path: &Path) -> bool {
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    ENDINGS.iter().any(|ending| name.ends_with(ending))
}
