//! Gathers the modules of a configuration: reads the root, then what it calls, and so on.
//!
//! **Never:** read a file: whoever calls says where a module lies and what its files hold.
//! In: the root's files, a finder. Out: a [`Tree`] and findings. Each folder is read and parsed
//! once, in the order in which the calls stand.

use std::collections::BTreeMap;
use std::rc::Rc;

use crate::addr::{Key, ModulePath};
use crate::diag::{Diagnostic, Diagnostics, FileId, Sources};
use crate::schema::Schemas;
use crate::value::Name;

use super::arguments::place;
use super::load;
use super::module::{Call, Module, ProviderBlock};
use super::tree::{Tree, Unit, UnitId};
use super::{handover, weave};

/// More modules than this come from calls that double at each level, not from anybody's plan.
const MOST_MODULES: usize = 100_000;
/// Deeper calls come from links in the file system that lead back up.
const DEEPEST: usize = 100;

/// A module that is sought.
#[derive(Clone, Copy, Debug)]
pub struct Sought<'a> {
    /// The folder of the module that calls it, relative to the root's: `.`, `net`.
    pub parent: &'a str,
    /// What the call will be called: `module.net.module.dns`.
    pub path: &'a ModulePath,
    /// The call.
    pub call: &'a Call,
}

/// Says in which folder a module lies, relative to the root's. What it read and found wrong, it adds to
/// the sources, so that it can be shown.
pub type Locate<'a> = dyn FnMut(&Sought<'_>, &mut Sources) -> Result<Name, Diagnostic> + 'a;

/// Adds the files of a folder to the sources, in name order.
pub type ReadFolder<'a> = dyn FnMut(&str, &mut Sources) -> Result<Vec<FileId>, Diagnostic> + 'a;

/// How modules are found.
pub struct Finder<'a> {
    /// Where a module lies.
    pub locate: Box<Locate<'a>>,
    /// What is in a folder.
    pub read: Box<ReadFolder<'a>>,
    /// Provider configurations that the root has besides those that it writes: those of a test.
    pub providers: Vec<ProviderBlock>,
}

impl Finder<'_> {
    /// Finds local modules among the sources themselves, by the names of their files.
    #[must_use]
    pub fn among_sources() -> Finder<'static> {
        let folder_of = |name: &str| name.rsplit_once('/').map_or(".", |(folder, _)| folder).to_owned();
        Finder {
            locate: Box::new(|sought, _| Ok(join(sought.parent, &sought.call.source).as_str().into())),
            read: Box::new(move |folder, sources| {
                let named = (0..).map(FileId).zip(sources.iter());
                Ok(named.filter(|(_, source)| folder_of(&source.name) == folder).map(|(file, _)| file).collect())
            }),
            providers: Vec::new(),
        }
    }

    /// Finds nothing.
    #[must_use]
    pub fn nowhere() -> Finder<'static> {
        let missing = |name: &str| {
            let detail = format!("The module {name:?} cannot be looked for here.");
            Diagnostic::error("Module not installed", detail)
        };
        Finder {
            locate: Box::new(move |sought, _| Err(missing(&sought.call.source))),
            read: Box::new(move |folder, _| Err(missing(folder))),
            providers: Vec::new(),
        }
    }
}

/// A path below a folder, both relative to the root's: steps up and down are carried out on the names.
fn join(folder: &str, source: &str) -> String {
    let mut steps: Vec<&str> = Vec::new();
    for step in folder.split('/').chain(source.split('/')) {
        match step {
            "" | "." => {}
            ".." if steps.last().is_some_and(|last| *last != "..") => drop(steps.pop()),
            step => steps.push(step),
        }
    }
    if steps.is_empty() { ".".to_owned() } else { steps.join("/") }
}

/// What has been gathered so far.
struct Gatherer<'a, 'f> {
    sources: &'a mut Sources,
    schemas: &'a Schemas,
    finder: &'a mut Finder<'f>,
    tree: Tree,
    /// The modules read so far, by folder; nothing for those that cannot be read.
    read: BTreeMap<Name, Option<Rc<Module>>>,
    /// Whether every module could be parsed, so that what is missing is really missing.
    whole: bool,
    out: Diagnostics,
}

/// Gathers a tree.
pub(super) fn gather(
    sources: &mut Sources,
    files: &[FileId],
    schemas: &Schemas,
    finder: &mut Finder<'_>,
) -> (Tree, Diagnostics) {
    let tree = Tree::default();
    let (read, whole, out) = (BTreeMap::new(), true, Diagnostics::none());
    let mut gatherer = Gatherer { sources, schemas, finder, tree, read, whole, out };
    let root = Name::from(".");
    let mut module = gatherer.parse(files, "the root module");
    if !gatherer.finder.providers.is_empty() {
        let own = std::mem::take(&mut gatherer.finder.providers);
        let root = Rc::make_mut(&mut module);
        for block in own {
            if root.providers.iter().all(|known| known.name != block.name) {
                root.providers.push(block);
            }
        }
    }
    gatherer.read.insert(root.clone(), Some(module.clone()));
    gatherer.tree = Tree::of(module.clone());
    gatherer.note_places(&module);
    let mut next = 0;
    while next < gatherer.tree.units.len() {
        gatherer.children(UnitId(u32::try_from(next).unwrap_or(u32::MAX)));
        next += 1;
    }
    let Gatherer { sources, mut tree, whole, mut out, .. } = gatherer;
    if whole {
        out.extend(handover::check(&tree, schemas));
        out.extend(super::configuration::check(&tree, schemas));
        out.extend(weave::weave(&mut tree, sources));
    }
    (tree, out)
}

impl Gatherer<'_, '_> {
    fn parse(&mut self, files: &[FileId], called: &str) -> Rc<Module> {
        let (module, whole, out) = load::load(self.sources, files, self.schemas, called);
        self.whole &= whole;
        self.out.extend(out);
        Rc::new(module)
    }

    /// Adds what a module calls.
    fn children(&mut self, id: UnitId) {
        let module = self.tree.unit(id).module.clone();
        for call in module.calls.values() {
            if self.tree.units.len() > MOST_MODULES {
                if self.whole {
                    let detail = format!("The calls of modules by modules come to more than {MOST_MODULES}.");
                    let hint = "Call the innermost modules with for_each from fewer places.";
                    self.out.push(Diagnostic::error("Too many modules", detail).at(call.span).hint(hint));
                }
                self.whole = false;
                return;
            }
            let path = self.tree.unit(id).path.call(&call.name, Key::None);
            if path.0.len() > DEEPEST {
                self.whole = false;
                let detail = format!("The call stands more than {DEEPEST} modules deep.");
                let hint = "A folder that links to one above it makes modules without end; call the folder itself.";
                self.out.push(Diagnostic::error("Modules nested too deeply", detail).at(call.span).hint(hint));
                return;
            }
            match self.find(id, &path, call) {
                Ok(Some((folder, module))) => {
                    let child = UnitId(u32::try_from(self.tree.units.len()).unwrap_or(u32::MAX));
                    let children = BTreeMap::new();
                    self.tree.units.push(Unit { path, folder, module, parent: Some(id), children });
                    self.tree.units[id.at()].children.insert(call.name.clone(), child);
                }
                Ok(None) => self.whole = false,
                Err(wrong) => {
                    self.whole = false;
                    let wrong = if wrong.span.is_none() { wrong.at(call.source_span) } else { wrong };
                    // What is wrong with the lock file is wrong for every call that it is asked about.
                    if !self.out.0.contains(&wrong) {
                        self.out.push(wrong);
                    }
                }
            }
        }
    }

    /// The folder of a call and the module in it; nothing if that is broken and was said before.
    fn find(&mut self, id: UnitId, path: &ModulePath, call: &Call) -> Result<Option<(Name, Rc<Module>)>, Diagnostic> {
        let parent = self.tree.unit(id).folder.clone();
        let folder = (self.finder.locate)(&Sought { parent: &parent, path, call }, self.sources)?;
        self.refuse_recursion(id, path, call, &folder)?;
        if let Some(read) = self.read.get(&folder) {
            return Ok(read.clone().map(|module| (folder, module)));
        }
        // Whatever comes of it, it is not tried a second time.
        self.read.insert(folder.clone(), None);
        let files = (self.finder.read)(&folder, self.sources)?;
        let module = self.parse(&files, &path.to_string());
        self.note_places(&module);
        self.read.insert(folder.clone(), Some(module.clone()));
        Ok(Some((folder, module)))
    }

    /// Keeps the places of variables and their validations for sentences about them.
    fn note_places(&mut self, module: &Module) {
        for variable in module.variables.values() {
            let rules = variable.validations.iter().map(|rule| rule.span);
            for span in rules.chain([variable.span]) {
                self.tree.places.insert(span, place(self.sources, span).as_str().into());
            }
        }
    }

    /// A module that calls itself would never end: `count` cannot stop what is read before it.
    fn refuse_recursion(&self, id: UnitId, path: &ModulePath, call: &Call, folder: &Name) -> Result<(), Diagnostic> {
        let mut around = Some(id);
        while let Some(id) = around {
            let unit = self.tree.unit(id);
            if unit.folder == *folder {
                let outer = if unit.path.is_root() { "the root module".to_owned() } else { unit.path.to_string() };
                let detail = format!(
                    "{path} calls the module in the folder {folder:?}, which is the one of {outer}: the call at {} stands \
                     inside of what it calls, and there would be no end of modules in modules.",
                    place(self.sources, call.span)
                );
                let hint = "Call another module here, or move what repeats into a module that calls no others and give \
                            it for_each.";
                return Err(Diagnostic::error("Module calls itself", detail).at(call.source_span).hint(hint));
            }
            around = unit.parent;
        }
        Ok(())
    }
}
