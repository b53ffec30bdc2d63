//! The lock file: which content each module call has.
//!
//! **Never:** hold a password, or be half written: it is written aside and renamed, and only when it
//! would change. In and out: HCL that people can read and merge.
#![expect(clippy::disallowed_methods, reason = "the door of the lock file")]

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::Path;

use hcl::{Block, Body};

use crate::diag::{Diagnostic, Sources, Span};
use crate::lang::ast::{self, ExprKind};
use crate::lang::parse;

use super::LOCK_FILE;

/// The lines at its head.
const HEAD: &str = "\
# This file is maintained by \"acier init\" and belongs into version control.
# It says what was fetched for each module call; a plan refuses any other content.
";

/// The lock of a configuration.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Lock {
    /// What is locked, by call: `network`, `network.subnet`.
    pub(super) entries: BTreeMap<String, Locked>,
}

/// What one call is locked to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Locked {
    /// The source that it was fetched from.
    pub(super) source: String,
    /// The commit.
    pub(super) commit: String,
    /// The digest of the whole checkout.
    pub(super) digest: String,
}

impl Lock {
    /// Reads the lock of the configuration in `root`; there need not be one.
    ///
    /// # Errors
    /// That it cannot be read or understood.
    pub(super) fn read(root: &Path, sources: &mut Sources) -> Result<Lock, Box<Diagnostic>> {
        let text = match std::fs::read_to_string(root.join(LOCK_FILE)) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Lock::default()),
            Err(error) => return Err(Box::new(wrong(&format!("It cannot be read: {error}."), None))),
        };
        let file = sources.add(LOCK_FILE, text);
        let (body, faults) = parse::file(sources, file);
        if let Some(fault) = faults.iter().next() {
            let line = fault.span.and_then(|span| sources.position(span.file, span.start));
            let line = line.map_or(0, |position| position.line);
            return Err(Box::new(wrong(&format!("Line {line}: {}", fault.detail), fault.span)));
        }
        if let Some(stray) = body.attributes.first() {
            return Err(Box::new(wrong("Only module blocks may stand in it.", Some(stray.name_span))));
        }
        let mut lock = Lock::default();
        for block in &body.blocks {
            let (call, locked) = entry(block)?;
            if lock.entries.insert(call, locked).is_some() {
                return Err(Box::new(wrong("A module stands in it twice.", Some(block.header))));
            }
        }
        Ok(lock)
    }

    /// The text of the file; nothing when nothing is locked.
    pub(super) fn text(&self) -> Option<String> {
        if self.entries.is_empty() {
            return None;
        }
        let mut text = HEAD.to_owned();
        for (call, locked) in &self.entries {
            let block = Block::builder("module")
                .add_label(call.as_str())
                .add_attribute(("source", plain(&locked.source)))
                .add_attribute(("commit", plain(&locked.commit)))
                .add_attribute(("digest", plain(&locked.digest)))
                .build();
            let body = Body::builder().add_block(block).build();
            text.push('\n');
            text.push_str(&hcl::format::to_string(&body).unwrap_or_default());
        }
        Some(text)
    }

    /// Writes the lock, if that changes anything.
    ///
    /// # Errors
    /// That it cannot be written.
    pub(super) fn write(&self, root: &Path) -> std::io::Result<()> {
        let path = root.join(LOCK_FILE);
        let found = std::fs::read_to_string(&path).ok();
        match self.text() {
            None if found.is_some() => std::fs::remove_file(&path),
            Some(text) if found.as_ref() != Some(&text) => {
                let fresh = root.join(format!("{LOCK_FILE}.new"));
                std::fs::write(&fresh, text)?;
                std::fs::rename(&fresh, &path)
            }
            _ => Ok(()),
        }
    }
}

fn plain(text: &str) -> String {
    text.replace("${", "$${").replace("%{", "%%{")
}

fn entry(block: &ast::Block) -> Result<(String, Locked), Box<Diagnostic>> {
    let [label] = block.labels.as_slice() else {
        return Err(Box::new(wrong("Only blocks module \"call\" may stand in it.", Some(block.header))));
    };
    if &*block.name != "module" {
        return Err(Box::new(wrong("Only module blocks may stand in it.", Some(block.header))));
    }
    let text = |name: &str| {
        let found = block.body.attributes.iter().find(|attribute| &*attribute.name == name);
        let value = found.and_then(|attribute| match &attribute.expr.kind {
            ExprKind::Literal(value) => value.as_str().map(str::to_owned),
            _ => None,
        });
        let lacks = format!("The block of {:?} lacks {name}.", label.text);
        value.ok_or_else(|| Box::new(wrong(&lacks, Some(block.header))))
    };
    let locked = Locked { source: text("source")?, commit: text("commit")?, digest: text("digest")? };
    let digits = locked.digest.strip_prefix("sha256:").unwrap_or_default();
    let well_formed = digits.len() == 64 && digits.bytes().all(|digit| digit.is_ascii_hexdigit());
    let commit = &locked.commit;
    if !well_formed || commit.is_empty() || !commit.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        let detail = format!("The commit or the digest of {:?} is not one.", label.text);
        return Err(Box::new(wrong(&detail, Some(block.header))));
    }
    Ok((label.text.to_string(), locked))
}

fn wrong(detail: &str, _span: Option<Span>) -> Diagnostic {
    let detail = format!("The lock file {LOCK_FILE} is not as acier writes it. {detail}");
    let hint = "Take it from version control again, or remove it and run \"acier init\", which locks the present \
                versions.";
    Diagnostic::error("Lock file not usable", detail).hint(hint)
}
