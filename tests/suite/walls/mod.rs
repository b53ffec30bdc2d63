//! The walls of the house: what each module may import, how large things may grow, who may print.
//! The table is the one of the map in `src/lib.rs`; change both together, on purpose.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// Module, and what it may import by name.
const IMPORTS: &[(&str, &[&str])] = &[
    ("main", &["cli"]),
    (
        "cli",
        &[
            "addr",
            "arm",
            "builtin",
            "diag",
            "emulator",
            "engine",
            "graph",
            "lang",
            "plan",
            "provider",
            "resources",
            "schema",
            "seal",
            "state",
            "store",
            "tfstate",
            "value",
        ],
    ),
    ("tfstate", &["addr", "diag", "plan", "schema", "state", "value"]),
    ("engine", &["addr", "diag", "graph", "plan", "provider", "seal", "state", "value"]),
    ("plan", &["addr", "diag", "graph", "lang", "schema", "seal", "state", "value"]),
    ("resources", &["arm", "diag", "provider", "schema", "value"]),
    ("builtin", &["provider", "schema", "store", "tfstate", "value"]),
    ("lang", &["addr", "diag", "graph", "schema", "value"]),
    ("store", &["addr", "diag", "lock", "seal", "state", "value"]),
    ("provider", &["schema", "value"]),
    ("schema", &["diag", "value"]),
    ("state", &["addr", "value"]),
    ("emulator", &["arm::id", "arm::wire", "lock", "seal"]),
    ("arm", &[]),
    ("lock", &[]),
    ("seal", &["value"]),
    ("value", &[]),
    ("addr", &["value"]),
    ("graph", &[]),
    ("diag", &[]),
];

/// Modules that are functions of their inputs: no clocks, no sockets, no runtimes.
const PURE: &[&str] = &["plan", "tfstate", "lang", "schema", "state", "value", "addr", "graph", "diag", "seal"];

/// Where text may leave the program.
const SERIALIZE: &[&str] =
    &["src/store/", "src/plan/file", "src/plan/record", "src/plan/json", "src/arm/", "src/cli/", "src/emulator/"];

struct File {
    path: String,
    module: String,
    text: String,
}

fn sources() -> Vec<File> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut waiting = vec![root.join("src")];
    let mut files = Vec::new();
    while let Some(folder) = waiting.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                waiting.push(path);
            } else if path.extension().is_some_and(|ext| ext == "rs") {
                files.push(read(root, &path));
            }
        }
    }
    files.sort_by(|a, b| a.path.cmp(&b.path));
    assert!(files.len() > 20, "the sources were not found");
    files
}

fn read(root: &Path, path: &PathBuf) -> File {
    let shown = path.strip_prefix(root).unwrap().to_str().unwrap().replace('\\', "/");
    let module = shown.trim_start_matches("src/").split(['/', '.']).next().unwrap().to_owned();
    File { path: shown, module, text: fs::read_to_string(path).unwrap() }
}

/// A line without its comment, so that words in documentation do not count.
fn code(line: &str) -> &str {
    if line.trim_start().starts_with("//") { "" } else { line }
}

/// The `crate::a::b` paths of a file, also those inside `use crate::{a, b::c}`.
fn imports(text: &str) -> BTreeSet<String> {
    let text: String = text.lines().map(code).collect::<Vec<_>>().join("\n");
    let mut found = BTreeSet::new();
    for prefix in ["crate::", "acier::"] {
        for (at, _) in text.match_indices(prefix) {
            let rest = &text[at + prefix.len()..];
            if let Some(group) = rest.strip_prefix('{') {
                let group = &group[..group.find("};").unwrap_or(group.len())];
                found.extend(group.split([',', '{', '}']).map(first_two).filter(|name| !name.is_empty()));
            } else {
                found.insert(first_two(rest));
            }
        }
    }
    found
}

fn first_two(path: &str) -> String {
    let end = path.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == ':')).unwrap_or(path.len());
    let path = path.trim_start()[..end.min(path.trim_start().len())].trim_end_matches(':');
    path.split("::").take(2).collect::<Vec<_>>().join("::")
}

#[test]
fn modules_import_only_what_stands_below_them() {
    let table: BTreeMap<&str, &[&str]> = IMPORTS.iter().copied().collect();
    let mut wrong = Vec::new();
    for file in sources().iter().filter(|file| file.module != "lib") {
        let Some(allowed) = table.get(file.module.as_str()) else {
            wrong.push(format!("{}: the module {} has no row in the table", file.path, file.module));
            continue;
        };
        for import in imports(&file.text) {
            let module = import.split("::").next().unwrap_or_default();
            let own = module == file.module || !table.contains_key(module);
            let fits = allowed.iter().any(|allow| *allow == module || import.starts_with(allow));
            if !own && !fits {
                wrong.push(format!("{} imports {import}", file.path));
            }
        }
    }
    assert!(wrong.is_empty(), "imports against the table:\n{}", wrong.join("\n"));
}

#[test]
fn the_import_table_has_no_cycles() {
    let table: BTreeMap<&str, &[&str]> = IMPORTS.iter().copied().collect();
    let mut done: BTreeSet<&str> = BTreeSet::new();
    while done.len() < table.len() {
        let ready: Vec<&str> = table
            .iter()
            .filter(|(name, _)| !done.contains(*name))
            .filter(|(_, needs)| needs.iter().all(|need| done.contains(need.split("::").next().unwrap())))
            .map(|(name, _)| *name)
            .collect();
        assert!(!ready.is_empty(), "the table has a cycle among {:?}", table.keys().filter(|k| !done.contains(*k)));
        done.extend(ready);
    }
}

#[test]
fn rooms_are_small() {
    let mut wrong = Vec::new();
    for file in sources() {
        let lines = file.text.lines().count();
        if lines > 600 {
            wrong.push(format!("{} has {lines} lines", file.path));
        }
        wrong.extend(long_functions(&file));
    }
    assert!(wrong.is_empty(), "too large:\n{}", wrong.join("\n"));
}

/// Functions of more than 80 lines, by the indentation that rustfmt guarantees.
fn long_functions(file: &File) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut open: Option<(usize, usize, &str)> = None;
    for (number, line) in file.text.lines().enumerate() {
        let indent = line.len() - line.trim_start().len();
        let start = line.trim_start();
        let words = ["fn ", "pub fn ", "async fn ", "pub async fn ", "pub(super) fn ", "pub(crate) fn "];
        if open.is_none() && words.iter().any(|word| start.starts_with(word)) && !line.ends_with(';') {
            open = Some((number, indent, start));
        }
        if let Some((from, own, name)) = open
            && indent == own
            && (start.starts_with('}') || line.ends_with('}') || line.ends_with(';'))
            && number >= from
        {
            if number - from + 1 > 80 {
                wrong.push(format!("{}:{}: {} lines: {name}", file.path, from + 1, number - from + 1));
            }
            open = None;
        }
    }
    wrong
}

#[test]
fn every_file_says_what_it_is_and_what_it_never_does() {
    let mut wrong = Vec::new();
    for file in sources() {
        let header: Vec<&str> = file.text.lines().take_while(|line| line.starts_with("//!")).collect();
        let never = header.iter().any(|line| line.contains("**Never:**"));
        let limit = if file.module == "lib" { 60 } else { 10 };
        if header.is_empty() || header.len() > limit || (!never && file.module != "lib") {
            wrong.push(file.path);
        }
    }
    assert!(wrong.is_empty(), "no header of at most ten lines with a **Never:** in:\n{}", wrong.join("\n"));
}

#[test]
fn doors_are_where_the_map_says() {
    let mut wrong = Vec::new();
    for file in sources() {
        let pure = PURE.contains(&file.module.as_str());
        for (number, line) in file.text.lines().map(code).enumerate() {
            let mut forbid = |words: &[&str], allowed: bool, why: &str| {
                if !allowed && words.iter().any(|word| line.contains(word)) {
                    wrong.push(format!("{}:{}: {why}: {}", file.path, number + 1, line.trim()));
                }
            };
            forbid(&["async ", ".await", "tokio::", "reqwest::", "hyper::"], !pure, "a pure module waits for nothing");
            forbid(&["sled::"], file.module == "store", "only the store says sled");
            forbid(&["clap::"], file.module == "cli", "only cli reads the command line");
            forbid(
                &["println!", "eprintln!", "print!", "io::stdout", "io::stderr"],
                file.module == "cli" || file.module == "main",
                "only cli prints",
            );
            forbid(
                &["Serialize", "serde_json::to_"],
                SERIALIZE.iter().any(|door| file.path.starts_with(door)) || file.path.starts_with("src/lang/functions"),
                "bytes leave only through the doors",
            );
            forbid(
                &["hcl_edit::", "hcl::"],
                file.module == "cli",
                "configurations are read by lang::parse alone; cli writes some",
            );
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn traits_have_two_sides_and_names_mean_something() {
    let files = sources();
    let mut wrong = Vec::new();
    for file in &files {
        let stem = Path::new(&file.path).file_stem().unwrap().to_str().unwrap();
        if ["utils", "util", "helpers", "helper", "common", "manager", "context", "misc", "types"].contains(&stem) {
            wrong.push(format!("{} has a name that says nothing", file.path));
        }
        if file.module == "lib" && file.text.contains("pub use") {
            wrong.push("lib.rs re-exports".to_owned());
        }
        for line in file.text.lines().map(code) {
            let Some(rest) = line.trim_start().strip_prefix("pub trait ") else { continue };
            let name: String = rest.chars().take_while(|c| c.is_alphanumeric()).collect();
            let implementers = implementers(&files, &name);
            if implementers < 2 {
                wrong.push(format!("{}: the trait {name} has {implementers} implementer(s)", file.path));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Implementers in the sources and in the tests, whose toy clouds and journals count.
fn implementers(files: &[File], name: &str) -> usize {
    let mut texts: Vec<String> = files.iter().map(|file| file.text.clone()).collect();
    let mut waiting = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/suite")];
    while let Some(folder) = waiting.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            match path.extension() {
                _ if path.is_dir() => waiting.push(path),
                Some(ext) if ext == "rs" => texts.push(fs::read_to_string(path).unwrap()),
                _ => {}
            }
        }
    }
    let marks = [format!(" {name} for "), format!("::{name} for ")];
    texts
        .iter()
        .flat_map(|text| text.lines())
        .filter(|line| {
            let line = line.trim_start();
            line.starts_with("impl") && marks.iter().any(|mark| line.contains(mark))
        })
        .count()
}

#[test]
fn the_suite_forgets_no_file() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/suite");
    let main = fs::read_to_string(folder.join("main.rs")).unwrap();
    for entry in fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        let stem = path.file_stem().unwrap().to_str().unwrap();
        let rust = path.is_dir() || path.extension().is_some_and(|ext| ext == "rs");
        assert!(!rust || stem == "main" || main.contains(&format!("mod {stem};")), "{stem} is not in main.rs");
    }
}

#[test]
fn every_example_has_a_golden_plan_and_every_kind_its_row() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for entry in fs::read_dir(root.join("examples")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        let golden = root.join(format!("tests/suite/cli/golden/{name}.txt"));
        assert!(!path.is_dir() || golden.is_file(), "the example {name} has no golden plan");
    }
    let readme = fs::read_to_string(root.join("README.md")).unwrap();
    let mut schemas = acier::resources::schemas();
    schemas.add(acier::builtin::schemas().clone());
    for kind in schemas.managed.keys().chain(schemas.data.keys()) {
        assert!(readme.contains(&format!("`{kind}`")), "the README has no row for {kind}");
    }
}
