//! The lock file: which content each module call has.
//!
//! **Never:** hold a password, or be half written: it is written aside and renamed, and only when it
//! would change. In and out: HCL that people can read and merge.
#![expect(clippy::disallowed_methods, reason = "the door of the lock file")]

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::Path;

use hcl::{Block, Body};
use hcl_edit::Decorate as _;
use hcl_edit::structure::Structure;

use crate::diag::{Diagnostic, Sources, Span};
use crate::lang::ast::{self, ExprKind};
use crate::lang::parse;

use super::LOCK_FILE;
use crate::cli::whole;

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
        Lock::understand(text, sources)
    }

    fn understand(text: String, sources: &mut Sources) -> Result<Lock, Box<Diagnostic>> {
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

    /// The text of the file, made from the one that is there, so that what people wrote beside the
    /// entries stays; nothing when nothing is locked.
    pub(super) fn text(&self, before: Option<&str>) -> Option<String> {
        if self.entries.is_empty() {
            return None;
        }
        let before = before.unwrap_or_default();
        let before = before.strip_prefix(HEAD).unwrap_or(before);
        let mut body = hcl_edit::parser::parse_body(before).unwrap_or_default();
        let mut at = 0;
        while at < body.len() {
            match body.get(at).and_then(called).is_some_and(|call| self.entries.contains_key(call)) {
                true => at += 1,
                false => drop(body.remove(at)),
            }
        }
        for (call, locked) in &self.entries {
            let Some(fresh) = written(call, locked) else { continue };
            // Entries that are there stay where they are; others come in the order of their names.
            let own = body.iter().position(|found| called(found) == Some(call.as_str()));
            match own.and_then(|place| body.get_mut(place)).and_then(Structure::as_block_mut) {
                Some(found) => update(found, &fresh),
                None => {
                    let behind = body.iter().position(|found| called(found).is_some_and(|found| found > call.as_str()));
                    body.insert(behind.unwrap_or(body.len()), fresh);
                }
            }
        }
        Some(format!("{HEAD}{body}"))
    }

    /// Writes the lock, if that changes anything.
    ///
    /// # Errors
    /// That it cannot be written.
    pub(super) fn write(&self, root: &Path) -> std::io::Result<()> {
        let path = root.join(LOCK_FILE);
        let found = std::fs::read_to_string(&path).ok();
        match self.text(found.as_deref()) {
            None if found.is_some() => std::fs::remove_file(&path),
            Some(text) if found.as_ref() != Some(&text) => whole::write(&path, text.as_bytes()),
            _ => Ok(()),
        }
    }
}

/// The call that an entry is for.
fn called(found: &Structure) -> Option<&str> {
    match found.as_block()?.labels.as_slice() {
        [label] => Some(label.as_str()),
        _ => None,
    }
}

/// An entry as it is written, with an empty line before it.
fn written(call: &str, locked: &Locked) -> Option<hcl_edit::structure::Block> {
    let block = Block::builder("module")
        .add_label(call)
        .add_attribute(("source", locked.source.clone()))
        .add_attribute(("commit", locked.commit.clone()))
        .add_attribute(("digest", locked.digest.clone()))
        .build();
    let text = format!("\n{}", hcl::format::to_string(&Body::builder().add_block(block).build()).ok()?);
    hcl_edit::parser::parse_body(&text).ok()?.into_blocks().next()
}

/// Brings an entry up to date and leaves what stands around its values.
fn update(found: &mut hcl_edit::structure::Block, fresh: &hcl_edit::structure::Block) {
    for attribute in fresh.body.attributes() {
        if let Some(mut old) = found.body.get_attribute_mut(&attribute.key) {
            let around = old.value_mut().decor().clone();
            *old.value_mut() = attribute.value.clone().decorated(around);
        }
    }
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

fn wrong(detail: &str, span: Option<Span>) -> Diagnostic {
    let detail = format!("The lock file {LOCK_FILE} is not as acier writes it. {detail}");
    let hint = "Take it from version control again, or remove it and run \"acier init\", which locks the present \
                versions.";
    Diagnostic { span, ..Diagnostic::error("Lock file not usable", detail).hint(hint) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Nothing that is done to the file brings more than a refusal or another lock.
    #[test]
    fn damaged_locks_are_refused_or_understood() {
        let locked = |source: &str| Locked {
            source: source.into(),
            commit: "0123456789abcdef".repeat(2),
            digest: format!("sha256:{}", "0123456789abcdef".repeat(4)),
        };
        let mut whole = Lock::default();
        whole.entries.insert("net".into(), locked("git::https://example.com/net.git//sub?ref=v1"));
        whole.entries.insert("net.\"quoted\"".into(), locked("git::ssh://git@example.com/${x}.git"));
        let text = whole.text(None).unwrap_or_default();
        assert_eq!(Lock::understand(text.clone(), &mut Sources::default()), Ok(whole.clone()));
        let pieces = ["\"", "{", "}", "${", "\n", "=", "#", "/*", "module", "sha256:", "\\", "é", "<<T\n"];
        for at in (0..text.len()).filter(|at| text.is_char_boundary(*at)) {
            let (before, behind) = text.split_at(at);
            let mut hurt = vec![before.to_owned(), behind.to_owned(), format!("{behind}{before}")];
            hurt.extend(behind.get(1..).map(|behind| format!("{before}{behind}")));
            hurt.extend(pieces.iter().map(|piece| format!("{before}{piece}{behind}")));
            for text in hurt {
                if let Ok(lock) = Lock::understand(text.clone(), &mut Sources::default()) {
                    let again = lock.text(Some(&text)).unwrap_or_default();
                    assert_eq!(Lock::understand(again, &mut Sources::default()), Ok(lock), "{text}");
                }
            }
        }
    }
}
