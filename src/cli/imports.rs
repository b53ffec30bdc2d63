//! Objects that are to be imported and that no block stands for: shows or writes the block.
//!
//! **Never:** write over a file. In: a session and what was read. Out: advice in diagnostics, or a
//! new file that is part of the configuration from then on.

use std::path::Path;

use crate::addr::{Addr, Key, parse};
use crate::diag::{Diagnostic, Diagnostics, Sources};
use crate::plan::Answers;
use crate::state::Object;

use super::hcl;
use super::project::Project;
use super::screen::Screen;
use super::session::{Outcome, Session, fail, show};
use super::whole;

/// The objects that were read for addresses without a block.
fn unwritten<'a>(session: &Session, answers: &'a Answers) -> Vec<(&'a Addr, &'a Object)> {
    let tree = &session.project.tree;
    let read = answers.objects.iter().filter(|(addr, _)| tree.resource(&addr.block).is_none());
    read.filter_map(|(addr, object)| Some((addr, object.as_ref()?))).collect()
}

/// The block that would ask for an object, with a comment for each secret that is left out.
fn block(session: &Session, addr: &Addr, object: &Object) -> String {
    let Some(schema) = session.project.schemas.managed.get(&object.kind) else { return String::new() };
    let (text, missing) = hcl::resource(addr, object, &schema.block);
    let comments: String =
        missing.iter().map(|secret| format!("# {secret} is a secret: the service does not return it.\n")).collect();
    format!("{comments}{text}")
}

/// Adds to what is said about each missing block what it would say.
pub(super) fn advise(session: &Session, answers: &Answers, diagnostics: &mut Diagnostics) {
    for (addr, object) in unwritten(session, answers) {
        let named = |diagnostic: &Diagnostic| {
            diagnostic.address.as_deref().and_then(|text| parse::addr(text).ok()).as_ref() == Some(addr)
        };
        if let Some(diagnostic) = diagnostics.0.iter_mut().find(|diagnostic| named(diagnostic)) {
            diagnostic.detail.push_str(&format!(
                "\n\nThe object {} is there. This block asks for it as it is:\n\n{}",
                object.id,
                block(session, addr, object)
            ));
        }
    }
}

/// Writes the missing blocks to a new file and takes it into the configuration.
pub(super) fn generate(session: &mut Session, answers: &Answers, path: &Path, screen: &Screen) -> Outcome<()> {
    let missing = unwritten(session, answers);
    if missing.is_empty() {
        return Ok(());
    }
    let shown = path.display().to_string();
    let sources = &session.project.sources;
    if let Some((addr, _)) = missing.iter().find(|(addr, _)| addr.key != Key::None) {
        let detail = format!(
            "{addr} is one of several instances, and configuration can only be generated for a block that stands once."
        );
        let hint = "Write the block with its for_each or count by hand.";
        let wrong = Diagnostic::error("Configuration cannot be generated", detail).about(addr.to_string()).hint(hint);
        return fail(screen, &wrong, sources);
    }
    let mut text = String::from(
        "# __generated__ by acier\n# Please review these resources and move them into your main configuration files.\n",
    );
    for (addr, object) in &missing {
        text.push_str(&format!("\n# __generated__ by acier from {:?}\n{}", &*object.id, block(session, addr, object)));
    }
    let target = session.project.folder.join(path);
    if target.symlink_metadata().is_ok() {
        let detail = "Generated configuration is only written to a new file, so that nothing is lost.";
        let wrong = Diagnostic::error("Target generated file already exists", format!("{shown}: {detail}"));
        let hint = "Name another file, or move what is in it to your configuration and delete it.";
        return fail(screen, &wrong.hint(hint), sources);
    }
    if let Err(error) = whole::write(&target, text.as_bytes()) {
        let wrong = Diagnostic::error("Generated configuration cannot be written", format!("{shown}: {error}."));
        return fail(screen, &wrong, sources);
    }
    screen.note(&format!(
        "acier has generated configuration and written it to {shown}. Please review the configuration and edit it as \
         necessary before adding it to version control.",
    ));
    let mut texts = Sources::default();
    for (name, text) in session.project.texts() {
        texts.add(name, text);
    }
    texts.add(shown, text);
    match Project::from_sources(&session.project.folder, texts, session.project.schemas.clone()) {
        Ok(project) => session.project = project,
        Err(broken) => return Err(broken.tell(screen)),
    }
    let project = &session.project;
    show(screen, &project.scope(&session.inputs, false).validate(), &project.sources)
}
