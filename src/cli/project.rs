//! A configuration folder as it lies on disk: its files, the machine it runs on, given values.
//!
//! **Never:** evaluate. Reads everything that pure modules need, once, and hands it on.
#![expect(
    clippy::disallowed_methods,
    reason = "this is the door for configuration files, the environment and the clock"
)]

use std::path::{Path, PathBuf};
use std::rc::Rc;

use crate::diag::suggest::nearest;
use crate::diag::{Diagnostic, Diagnostics, FileId, Sources};
use crate::lang::gather::Finder;
use crate::lang::host::Host;
use crate::lang::inputs::{Decided, Given, Inputs, accept, decide, report_missing};
use crate::lang::module::{Module, ProviderBlock};
use crate::lang::scope::Scope;
use crate::lang::tree::{Tree, load};
use crate::plan::Mode;
use crate::schema::Schemas;
use crate::value::Name;

use super::exit::Exit;
use super::screen::Screen;
use super::session::Outcome;
use super::{module_sources, workspace};

/// A loaded configuration.
pub(super) struct Project {
    /// The folder.
    pub(super) folder: PathBuf,
    /// All source texts, for messages.
    pub(super) sources: Sources,
    /// How many of the sources are configuration files; they come first.
    pub(super) files: usize,
    /// The root module.
    pub(super) module: Rc<Module>,
    /// All modules.
    pub(super) tree: Rc<Tree>,
    /// What kinds contain.
    pub(super) schemas: Rc<Schemas>,
    /// The machine.
    pub(super) host: Host,
    /// Warnings of loading.
    pub(super) warnings: Diagnostics,
}

/// Why there is no project: what is wrong, and the sources to show it in.
pub(super) struct Broken {
    /// What is wrong.
    pub(super) diagnostics: Diagnostics,
    /// The texts.
    pub(super) sources: Sources,
}

impl Broken {
    /// Says what is wrong, and how the program ends.
    pub(super) fn tell(&self, screen: &Screen) -> Exit {
        screen.diagnostics(&self.diagnostics, &self.sources);
        Exit::Failed
    }

    /// Whether nothing is wrong but that there is no configuration.
    pub(super) fn is_missing(&self) -> bool {
        self.diagnostics.iter().all(|diagnostic| diagnostic.summary == NO_FILES)
    }
}

/// The summary of a folder without configuration.
pub(super) const NO_FILES: &str = "No configuration files";

impl Project {
    /// Reads all `*.tf` files of the folder and of the modules that it calls, and loads them.
    pub(super) fn open(folder: &Path, schemas: Rc<Schemas>) -> Result<Project, Box<Broken>> {
        let mut sources = Sources::default();
        let files = match read_files(folder) {
            Ok(files) => files,
            Err(diagnostic) => return Err(Box::new(Broken { diagnostics: diagnostic.into(), sources })),
        };
        let files = files.into_iter().map(|(name, text)| sources.add(name, text)).collect::<Vec<FileId>>();
        Project::load(folder, sources, &files, schemas, &mut module_sources::on_disk(folder))
    }

    /// The same for a folder within that of the configuration, as a configuration of its own with
    /// `providers` besides those that it writes.
    pub(super) fn open_part(
        home: &Path,
        part: &Path,
        schemas: Rc<Schemas>,
        providers: Vec<ProviderBlock>,
    ) -> Result<Project, Box<Broken>> {
        let (folder, mut sources) = (home.join(part), Sources::default());
        let files = match read_files(&folder) {
            Ok(files) => files,
            Err(diagnostic) => return Err(Box::new(Broken { diagnostics: diagnostic.into(), sources })),
        };
        let prefix = part.strip_prefix(".").unwrap_or(part);
        let named =
            |(name, text): (String, String)| sources.add(prefix.join(name).to_string_lossy().replace('\\', "/"), text);
        let files = files.into_iter().map(named).collect::<Vec<FileId>>();
        let mut finder = Finder { providers, ..module_sources::on_disk(&folder) };
        Project::load(&folder, sources, &files, schemas, &mut finder)
    }

    /// Loads texts that were read before, those of modules included, as a saved plan holds them.
    pub(super) fn from_sources(folder: &Path, sources: Sources, schemas: Rc<Schemas>) -> Result<Project, Box<Broken>> {
        let texts = sources.clone();
        let files = module_sources::files_in(".", &texts);
        Project::load(folder, sources, &files, schemas, &mut module_sources::among(folder, &texts))
    }

    /// A fresh scope over the configuration; `applying` says that what is made is going to be published.
    pub(super) fn scope(&self, inputs: &Inputs, applying: bool) -> Scope {
        Scope::new(self.tree.clone(), inputs, self.schemas.clone(), self.host.clone(), applying)
    }

    /// The folder of the state of its workspace.
    pub(super) fn state(&self, screen: &Screen) -> Outcome<PathBuf> {
        workspace::state_of(&self.folder, &self.host.workspace, screen)
    }

    fn load(
        folder: &Path,
        mut sources: Sources,
        files: &[FileId],
        schemas: Rc<Schemas>,
        finder: &mut Finder<'_>,
    ) -> Result<Project, Box<Broken>> {
        let selected = match workspace::selected(folder) {
            Ok(selected) => selected,
            Err(wrong) => return Err(Box::new(Broken { diagnostics: (*wrong).into(), sources })),
        };
        let (tree, diagnostics) = load(&mut sources, files, &schemas, finder);
        if diagnostics.has_errors() {
            return Err(Box::new(Broken { diagnostics, sources }));
        }
        Ok(Project {
            folder: folder.to_owned(),
            files: sources.iter().count(),
            sources,
            module: tree.root().clone(),
            tree: Rc::new(tree),
            schemas,
            host: host(folder, selected.name),
            warnings: diagnostics,
        })
    }

    /// The configuration files, names and texts.
    pub(super) fn texts(&self) -> Vec<(String, String)> {
        self.sources.iter().take(self.files).map(|source| (source.name.to_string(), source.text.to_string())).collect()
    }

    /// Collects values for variables, weakest first, decides them, and asks for missing ones; says what is
    /// wrong with them.
    pub(super) fn inputs(&mut self, vars: &[Var], ask: bool, screen: &Screen) -> Outcome<Inputs> {
        self.inputs_for(Mode::Normal, vars, ask, screen)
    }

    /// The same for a plan; what destroys everything takes values as they come.
    pub(super) fn inputs_for(&mut self, mode: Mode, vars: &[Var], ask: bool, screen: &Screen) -> Outcome<Inputs> {
        let decided = self.decide(mode, vars, ask.then_some(screen));
        self.finish(decided, screen)
    }

    /// The same without those that are missing: the console shows these as unknown.
    pub(super) fn some_inputs(&mut self, vars: &[Var], screen: &Screen) -> Outcome<Inputs> {
        let decided = self.decide(Mode::Normal, vars, None).map(|decided| Decided { missing: Vec::new(), ..decided });
        self.finish(decided, screen)
    }

    fn decide(&mut self, mode: Mode, vars: &[Var], ask: Option<&Screen>) -> Result<Decided, Diagnostics> {
        let decide = |own: &Project, given: &[Given]| match mode {
            Mode::Destroy => accept(&own.module, given, &own.sources),
            Mode::Normal | Mode::RefreshOnly => decide(&own.module, given, &own.sources, &own.host),
        };
        let home = self.folder.clone();
        let mut given = self.given(&home, vars)?;
        let decided = decide(self, &given);
        let Some(screen) = ask.filter(|screen| !decided.missing.is_empty() && screen.can_ask()) else {
            return Ok(decided);
        };
        for name in decided.missing {
            let about = self.module.variables.get(&name).and_then(|variable| variable.description.clone());
            let about = about.map(|text| format!("  {text}\n")).unwrap_or_default();
            let Some(answer) = screen.ask(&format!("var.{name}\n{about}\n  Enter a value: ")) else { break };
            screen.line("");
            let file = self.sources.add_guarded(format!("<value for var.{name}>"), answer);
            given.push(Given::Text { name, file, lenient: false });
        }
        Ok(decide(self, &given))
    }

    /// Collects values for variables, weakest first: those of the environment, of the files in a folder,
    /// and of the command line.
    pub(super) fn given(&mut self, home: &Path, vars: &[Var]) -> Result<Vec<Given>, Diagnostics> {
        self.given_in(home, None, vars)
    }

    /// The same with the files of a folder within it, whose values go before those of its own.
    pub(super) fn given_in(
        &mut self,
        home: &Path,
        within: Option<&Path>,
        vars: &[Var],
    ) -> Result<Vec<Given>, Diagnostics> {
        let mut given = self.environment();
        given.extend(self.value_files(home, Path::new(""))?);
        if let Some(within) = within {
            given.extend(self.value_files(home, within)?);
        }
        for var in vars {
            given.push(self.command_line(home, var)?);
        }
        Ok(given)
    }

    fn finish(&mut self, decided: Result<Decided, Diagnostics>, screen: &Screen) -> Outcome<Inputs> {
        let found = decided.and_then(|Decided { inputs, missing, mut diagnostics, .. }| {
            diagnostics.extend(report_missing(&self.module, &missing));
            if diagnostics.has_errors() { Err(diagnostics) } else { Ok((inputs, diagnostics)) }
        });
        match found {
            Ok((inputs, warnings)) => {
                self.warnings.extend(warnings);
                Ok(inputs)
            }
            Err(wrong) => {
                screen.diagnostics(&wrong, &self.sources);
                Err(Exit::Failed)
            }
        }
    }

    fn environment(&mut self) -> Vec<Given> {
        let mut found: Vec<(String, String)> = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .filter_map(|(name, value)| Some((name.strip_prefix("TF_VAR_")?.to_owned(), value)))
            .collect();
        found.sort();
        let add = |(name, value): (String, String)| {
            let file = self.sources.add_guarded(format!("<environment variable TF_VAR_{name}>"), value);
            Given::Text { name: name.into(), file, lenient: true }
        };
        found.into_iter().map(add).collect()
    }

    fn value_files(&mut self, home: &Path, within: &Path) -> Result<Vec<Given>, Diagnostics> {
        let names = file_names(&home.join(within)).unwrap_or_default();
        let first = ["terraform.tfvars", "terraform.tfvars.json"];
        let first = first.iter().filter(|name| names.iter().any(|found| found == *name)).map(|name| (*name).to_owned());
        let automatic = |name: &&String| name.ends_with(".auto.tfvars") || name.ends_with(".auto.tfvars.json");
        let automatic = names.iter().filter(automatic).cloned();
        let paths: Vec<PathBuf> = first.chain(automatic).map(|name| within.join(name)).collect();
        paths.iter().map(|path| self.value_file(home, path)).collect()
    }

    fn value_file(&mut self, home: &Path, path: &Path) -> Result<Given, Diagnostics> {
        let shown = path.display().to_string();
        let text = std::fs::read_to_string(home.join(path))
            .map_err(|error| Diagnostics::from(unreadable(home, path, &error)))?;
        Ok(Given::File { file: self.sources.add_guarded(shown, text) })
    }

    /// The values that the command line alone gives.
    pub(super) fn said(&mut self, vars: &[Var]) -> Result<Decided, Diagnostics> {
        let home = self.folder.clone();
        let given = vars.iter().map(|var| self.command_line(&home, var)).collect::<Result<Vec<Given>, _>>()?;
        let decided = decide(&self.module, &given, &self.sources, &self.host);
        if decided.diagnostics.has_errors() { Err(decided.diagnostics) } else { Ok(decided) }
    }

    fn command_line(&mut self, home: &Path, var: &Var) -> Result<Given, Diagnostics> {
        match var {
            Var::File(path) => self.value_file(home, path),
            Var::Value(text) => {
                let Some((name, value)) = text.split_once('=') else {
                    let detail = format!(
                        "The given -var option {text:?} is not correctly specified. Must be a variable name and \
                         value separated by an equals sign, like -var=\"key=value\"."
                    );
                    return Err(Diagnostic::error("Invalid -var option", detail).into());
                };
                if name.trim() != name {
                    let detail = format!(
                        "The name {name:?} in the given -var option has a blank beside it, and a value would keep its own."
                    );
                    let hint = format!("Write it without blanks and quotes: -var={}=VALUE.", name.trim());
                    return Err(Diagnostic::error("Invalid -var option", detail).hint(hint).into());
                }
                let file = self.sources.add_guarded(format!("<value for var.{name} from -var>"), value);
                Ok(Given::Text { name: name.into(), file, lenient: false })
            }
        }
    }
}

/// Says which file of values cannot be read, and where others are.
fn unreadable(home: &Path, path: &Path, error: &std::io::Error) -> Diagnostic {
    let shown = path.display();
    let detail = format!("The variables file \"{shown}\" could not be read: {error}.");
    let wrong = Diagnostic::error("Failed to read variables file", detail);
    if path.exists() && !home.join(path).exists() {
        let hint =
            "With -chdir its name is read in the folder of the configuration: write it as it is called from there.";
        return wrong.hint(hint);
    }
    let place = home.join(path.parent().unwrap_or(Path::new("")));
    let names = file_names(&place).unwrap_or_default();
    let values: Vec<&str> = names
        .iter()
        .map(String::as_str)
        .filter(|name| name.ends_with(".tfvars") || name.ends_with(".tfvars.json"))
        .collect();
    let own = path.file_name().unwrap_or_default().to_string_lossy();
    let meant = nearest(&own, values.iter().copied());
    match (meant, values.is_empty()) {
        (Some(meant), _) => wrong.hint(format!("Did you mean {:?}?", path.with_file_name(meant).display().to_string())),
        (None, false) => wrong.hint(format!("Its folder has these files of values: {}.", values.join(", "))),
        (None, true) => wrong.hint("Correct the name; it is read in the folder of the configuration."),
    }
}

/// `-var` and `-var-file`, in the order of the command line.
#[derive(Clone, Debug)]
pub(super) enum Var {
    /// `-var name=value`
    Value(String),
    /// `-var-file path`
    File(PathBuf),
}

fn file_names(folder: &Path) -> std::io::Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        if !entry.file_type()?.is_dir()
            && let Ok(name) = entry.file_name().into_string()
            && !name.starts_with('.')
            && !name.ends_with('~')
        {
            names.push(name);
        }
    }
    names.sort();
    Ok(names)
}

/// The configuration files of a folder, names and texts.
pub(super) fn read_files(folder: &Path) -> Result<Vec<(String, String)>, Diagnostic> {
    let shown = folder.display();
    let names = file_names(folder).map_err(|error| {
        Diagnostic::error("Configuration folder cannot be read", format!("{shown}: {error}."))
            .hint("Name another folder with -chdir=DIR.")
    })?;
    let mut files = Vec::new();
    for name in names.into_iter().filter(|name| name.ends_with(".tf") || name.ends_with(".tf.json")) {
        let path = folder.join(&name);
        let unreadable =
            |why: String| Diagnostic::error("Configuration file cannot be read", format!("{name}: {why}."));
        // A device or a pipe may never end.
        if std::fs::metadata(&path).is_ok_and(|found| !found.is_file()) {
            return Err(unreadable("it is no regular file".into()).hint("Move it away, or name it differently."));
        }
        let bytes = std::fs::read(path).map_err(|error| unreadable(error.to_string()))?;
        let text = String::from_utf8(bytes).map_err(|error| {
            let at = error.utf8_error().valid_up_to();
            Diagnostic::error("Invalid character encoding", format!("{name} is not UTF-8: byte {at} is wrong."))
                .hint("Save the file as UTF-8.")
        })?;
        files.push((name, text));
    }
    if files.is_empty() {
        return Err(Diagnostic::error(
            NO_FILES,
            format!("The folder {shown} holds no files that end in .tf or .tf.json."),
        )
        .hint("Change into the folder of your configuration, or name it with -chdir=DIR."));
    }
    Ok(files)
}

fn host(folder: &Path, workspace: Name) -> Host {
    let absolute = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
    let base = absolute.clone();
    let list_base = absolute.clone();
    Host {
        root: ".".into(),
        cwd: std::env::current_dir().unwrap_or(absolute),
        home: std::env::home_dir(),
        workspace: workspace.to_string(),
        now: jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        planned: None,
        read: Rc::new(move |path| std::fs::read(base.join(path)).map_err(|error| error.to_string())),
        list: Rc::new(move |path| list_below(&list_base.join(path))),
    }
}

fn list_below(folder: &Path) -> Result<Vec<String>, String> {
    let mut found = Vec::new();
    let mut waiting = vec![(folder.to_owned(), String::new())];
    while let Some((folder, prefix)) = waiting.pop() {
        for entry in std::fs::read_dir(&folder).map_err(|error| error.to_string())? {
            let entry = entry.map_err(|error| error.to_string())?;
            let Ok(name) = entry.file_name().into_string() else { continue };
            let path = entry.path();
            if path.is_dir() {
                // A link to a folder above it would have no end.
                if !(path.is_symlink() && leads_up(&path, &folder)) {
                    waiting.push((path, format!("{prefix}{name}/")));
                }
            } else {
                found.push(format!("{prefix}{name}"));
            }
        }
    }
    found.sort();
    Ok(found)
}

fn leads_up(link: &Path, folder: &Path) -> bool {
    let (to, own) = (std::fs::canonicalize(link), std::fs::canonicalize(folder));
    to.is_ok_and(|to| own.is_ok_and(|own| own.starts_with(to)))
}
