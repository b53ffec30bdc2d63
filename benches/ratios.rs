//! What acier costs as configurations grow, beside the `terraform` binary where it is on PATH.
//!
//! **Never:** judge by the clock: CPU seconds and peak memory of the whole process are what is
//! compared, as ratios. Run with `cargo bench`; `ACIER_BENCH_SIZES=10,100` chooses other sizes,
//! `ACIER_BENCH_TERRAFORM=100` the greatest size that Terraform is given (0 leaves it out);
//! `-- modules` and `-- large` measure only modules, or only large files.
#![expect(
    clippy::print_stdout,
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::panic,
    reason = "a benchmark prints its table and may stop at the first surprise"
)]

#[path = "large.rs"]
mod large;

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use wait4::Wait4;

/// What one process used.
#[derive(Clone, Copy, Debug, Default)]
struct Cost {
    cpu: Duration,
    memory: u64,
}

#[derive(Clone, Copy, PartialEq)]
enum Shape {
    Fan,
    Chain,
    /// Two blocks with `count`, each instance of the second needing its own of the first.
    Pairs,
    /// One module with `for_each`, a resource in each instance.
    Modules,
    /// A tenth as many instances, ten resources in each.
    Tens,
}

impl Shape {
    fn name(self) -> &'static str {
        match self {
            Shape::Fan => "fan",
            Shape::Chain => "chain",
            Shape::Pairs => "pairs",
            Shape::Modules => "modules of one",
            Shape::Tens => "modules of ten",
        }
    }
}

/// The commands, in the order in which they can follow each other on one folder.
const ACTS: &[&str] = &["validate", "plan", "apply", "no-op plan", "plan -destroy", "destroy"];

/// Of those, what modules are measured with, and their sizes.
const MODULE_ACTS: &[&str] = &["validate", "plan"];
const MODULE_SIZES: &[usize] = &[500, 5000];

/// How often acier is measured; Terraform, which takes minutes, once.
const TIMES: usize = 3;

fn words(act: &str) -> Vec<&'static str> {
    match act {
        "validate" => vec!["validate"],
        "plan" | "no-op plan" => vec!["plan", "-input=false"],
        "apply" => vec!["apply", "-auto-approve"],
        "plan -destroy" => vec!["plan", "-destroy"],
        _ => vec!["destroy", "-auto-approve"],
    }
}

fn run(program: &str, words: &[&str], folder: &Path) -> Cost {
    let mut child = Command::new(program)
        .args(words)
        .arg("-no-color")
        .current_dir(folder)
        .env("ACIER_EMULATOR_LATENCY", "0")
        .env("ARM_ENVIRONMENT", "emulator")
        .env("TF_CLI_CONFIG_FILE", folder.join("none.tfrc"))
        .env("CHECKPOINT_DISABLE", "1")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap_or_else(|error| panic!("{program} did not start: {error}"));
    let used = child.wait4().expect("the process can be waited for");
    assert!(used.status.success(), "{program} {words:?} failed in {}", folder.display());
    Cost { cpu: used.rusage.utime + used.rusage.stime, memory: used.rusage.maxrss }
}

/// One resource group and groups that refer to it; or resource groups, each referring to the one before.
fn ours(size: usize, shape: Shape) -> String {
    let mut text = String::from("provider \"azurerm\" {\n  features {}\n  environment = \"emulator\"\n}\n");
    text.push_str("resource \"azurerm_resource_group\" \"b0\" {\n  name = \"bench\"\n  location = \"westeurope\"\n}\n");
    for n in 1..size {
        let before = n - 1;
        match shape {
            Shape::Modules | Shape::Tens => return called(size, shape, true),
            Shape::Pairs => {
                let half = size / 2;
                return format!(
                    "{text}resource \"azurerm_resource_group\" \"a\" {{\n  count = {half}\n  name = \
                     \"bench-a${{count.index}}\"\n  location = \"westeurope\"\n}}\nresource \"azurerm_resource_group\" \"b\" \
                     {{\n  count = {half}\n  name = \"bench-b${{count.index}}\"\n  location = \"westeurope\"\n  tags = {{ \
                     needs = azurerm_resource_group.a[count.index].id }}\n}}\n"
                );
            }
            Shape::Chain => write!(
                text,
                "resource \"azurerm_resource_group\" \"b{n}\" {{\n  name = \"bench-{n}\"\n  location = \"westeurope\"\n  \
                 tags = {{ before = azurerm_resource_group.b{before}.id }}\n}}\n"
            ),
            Shape::Fan => write!(
                text,
                "resource \"azurerm_container_group\" \"b{n}\" {{\n  name = \"bench-{n}\"\n  \
                 resource_group_name = azurerm_resource_group.b0.name\n  location = azurerm_resource_group.b0.location\n  \
                 os_type = \"Linux\"\n  ip_address_type = \"None\"\n  tags = {{ group = azurerm_resource_group.b0.id }}\n  \
                 container {{\n    name = \"app\"\n    image = \"nginx:1\"\n    cpu = 1\n    memory = 1\n  }}\n}}\n"
            ),
        }
        .expect("a string takes any text");
    }
    text
}

/// The same number of blocks of Terraform's built-in kind, with the same references.
fn theirs(size: usize, shape: Shape) -> String {
    if matches!(shape, Shape::Modules | Shape::Tens) {
        return called(size, shape, false);
    }
    if shape == Shape::Pairs {
        let half = size / 2;
        return format!(
            "resource \"terraform_data\" \"a\" {{\n  count = {half}\n  input = count.index\n}}\nresource \"terraform_data\" \
             \"b\" {{\n  count = {half}\n  input = terraform_data.a[count.index].output\n}}\n"
        );
    }
    let mut text = String::from("resource \"terraform_data\" \"b0\" {\n  input = \"bench\"\n}\n");
    for n in 1..size {
        let before = if shape == Shape::Chain { n - 1 } else { 0 };
        writeln!(text, "resource \"terraform_data\" \"b{n}\" {{\n  input = \"x${{terraform_data.b{before}.id}}\"\n}}")
            .expect("a string takes any text");
    }
    text
}

/// A module that is called with `for_each`, behind a line with the name of its file.
fn called(size: usize, shape: Shape, own: bool) -> String {
    let each = if shape == Shape::Tens { 10 } else { 1 };
    let (provider, kind, out) = match own {
        true => (
            "provider \"azurerm\" {\n  features {}\n  environment = \"emulator\"\n}\n",
            "azurerm_resource_group",
            "name",
        ),
        false => ("", "terraform_data", "output"),
    };
    let block = |name: &str, value: &str| match own {
        true => format!("resource \"{kind}\" \"{name}\" {{\n  name = {value}\n  location = \"westeurope\"\n}}\n"),
        false => format!("resource \"{kind}\" \"{name}\" {{\n  input = {value}\n}}\n"),
    };
    let (rows, columns) = (size.div_ceil(each).div_ceil(50), size.div_ceil(each).min(50));
    let mut text = format!(
        "{provider}{}module \"m\" {{\n  source = \"./m\"\n  for_each = toset(flatten([for a in range({rows}) : [for b in \
         range({columns}) : \"k${{a}}-${{b}}\"]]))\n  name = each.key\n  base = {kind}.base.{out}\n}}\noutput \"last\" {{\n  value \
         = [for m in module.m : m.last]\n}}\n//// m/main.tf\nvariable \"name\" {{ type = string }}\nvariable \"base\" {{ type = \
         string }}\nlocals {{\n  prefix = \"${{var.base}}-${{var.name}}\"\n}}\n",
        block("base", "\"bench\"")
    );
    for n in 0..each {
        let before = if n == 0 { "local.prefix".to_owned() } else { format!("{kind}.r{}.{out}", n - 1) };
        text += &block(&format!("r{n}"), &format!("\"${{{before}}}x\""));
    }
    write!(text, "output \"last\" {{\n  value = {kind}.r{}.{out}\n}}\n", each - 1).expect("a string takes any text");
    text
}

fn measure(program: &str, text: &str, prepare: &[&str], acts: &[&str]) -> Vec<Cost> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (root, module) = text.split_once("//// m/main.tf\n").unwrap_or((text, ""));
    fs::write(folder.path().join("main.tf"), root).expect("the configuration can be written");
    if !module.is_empty() {
        fs::create_dir(folder.path().join("m")).expect("a folder can be made");
        fs::write(folder.path().join("m/main.tf"), module).expect("the module can be written");
    }
    fs::write(folder.path().join("none.tfrc"), "disable_checkpoint = true\n").expect("a file can be written");
    if !prepare.is_empty() {
        run(program, prepare, folder.path());
    }
    acts.iter().map(|act| run(program, &words(act), folder.path())).collect()
}

fn main() {
    // `cargo test --benches` asks for a list or a quick run; there is nothing quick here.
    if std::env::args().any(|word| word == "--test" || word == "--list") {
        return;
    }
    let acier = env!("CARGO_BIN_EXE_acier");
    if std::env::args().any(|word| word == "large") {
        return large::table(acier);
    }
    let sizes = std::env::var("ACIER_BENCH_SIZES").unwrap_or_else(|_| "10,100,1000,10000".into());
    let sizes: Vec<usize> = sizes.split(',').map(|size| size.trim().parse().expect("sizes are numbers")).collect();
    let limit = std::env::var("ACIER_BENCH_TERRAFORM").map_or(1000, |text| text.parse().expect("a number"));
    let terraform = Command::new("terraform").arg("version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    let terraform = terraform.is_ok_and(|status| status.success()) && limit > 0;
    if !terraform {
        println!("terraform is not on PATH (or left out): no ratios");
    }
    if !std::env::args().any(|word| word == "modules") {
        start_up(acier, terraform);
        // A chain of a thousand takes Terraform minutes, and so do pairs.
        for (shape, most) in [(Shape::Fan, limit), (Shape::Chain, limit / 4), (Shape::Pairs, limit / 4)] {
            series(acier, shape, &sizes, if terraform { most } else { 0 }, ACTS);
        }
        large::table(acier);
    }
    for shape in [Shape::Modules, Shape::Tens] {
        series(acier, shape, MODULE_SIZES, if terraform { usize::MAX } else { 0 }, MODULE_ACTS);
    }
}

/// The middle cost of one command.
fn middle(runs: &mut [Vec<Cost>], act: usize) -> Cost {
    runs.sort_by_key(|run| run[act].cpu);
    runs[runs.len() / 2][act]
}

/// One shape in growing sizes, beside Terraform up to the size `most`.
fn series(acier: &str, shape: Shape, sizes: &[usize], most: usize, acts: &[&str]) {
    let mut before: Option<(usize, Vec<Cost>)> = None;
    for &size in sizes {
        // One run in ten is a fifth off, so the middle one of several counts.
        let mut runs: Vec<Vec<Cost>> = (0..TIMES).map(|_| measure(acier, &ours(size, shape), &[], acts)).collect();
        let own: Vec<Cost> = (0..acts.len()).map(|act| middle(&mut runs, act)).collect();
        let other = (size <= most).then(|| measure("terraform", &theirs(size, shape), &["init"], acts));
        report(shape, size, acts, &own, other.as_deref(), before.as_ref());
        before = Some((size, own));
    }
}

fn start_up(acier: &str, terraform: bool) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    fs::write(folder.path().join("none.tfrc"), "").expect("a file can be written");
    let start = |program: &str| {
        let runs: Vec<(Duration, Cost)> = (0..20)
            .map(|_| {
                let since = std::time::Instant::now();
                let mut child = Command::new(program)
                    .arg("version")
                    .current_dir(folder.path())
                    .env("TF_CLI_CONFIG_FILE", folder.path().join("none.tfrc"))
                    .env("CHECKPOINT_DISABLE", "1")
                    .stdout(Stdio::null())
                    .spawn()
                    .expect("it starts");
                let used = child.wait4().expect("it ends");
                (since.elapsed(), Cost { cpu: used.rusage.utime + used.rusage.stime, memory: used.rusage.maxrss })
            })
            .collect();
        let wall = runs.iter().map(|(wall, _)| *wall).min().unwrap_or_default();
        let cost = runs.iter().map(|(_, cost)| *cost).min_by_key(|cost| cost.cpu).unwrap_or_default();
        (wall, cost)
    };
    let (wall, cost) = start(acier);
    println!("start: acier version: {:.1} ms wall, {} CPU, {}", wall.as_secs_f64() * 1e3, cpu(cost), memory(cost));
    if terraform {
        let (wall, cost) = start("terraform");
        println!(
            "start: terraform version: {:.1} ms wall, {} CPU, {}",
            wall.as_secs_f64() * 1e3,
            cpu(cost),
            memory(cost)
        );
    }
}

fn cpu(cost: Cost) -> String {
    format!("{:.3} s", cost.cpu.as_secs_f64())
}

fn memory(cost: Cost) -> String {
    format!("{:.1} MB", cost.memory as f64 / 1e6)
}

fn report(
    shape: Shape,
    size: usize,
    acts: &[&str],
    own: &[Cost],
    other: Option<&[Cost]>,
    before: Option<&(usize, Vec<Cost>)>,
) {
    println!("\n{} of {size} blocks", shape.name());
    println!(
        "| command | acier CPU | acier memory | terraform CPU | terraform memory | CPU ratio | memory ratio | growth |"
    );
    println!("|---|---|---|---|---|---|---|---|");
    for (index, act) in acts.iter().enumerate() {
        let cost = own[index];
        let growth = before.map_or("-".into(), |(smaller, costs)| {
            let factor = cost.cpu.as_secs_f64() / costs[index].cpu.as_secs_f64().max(1e-3);
            format!("{factor:.1} x for {} x the blocks", size / smaller)
        });
        let theirs = other.map_or("- | - | - | -".into(), |costs| {
            let other = costs[index];
            let cpu_ratio = other.cpu.as_secs_f64() / cost.cpu.as_secs_f64().max(1e-3);
            let memory_ratio = other.memory as f64 / cost.memory.max(1) as f64;
            format!("{} | {} | 1/{cpu_ratio:.0} | 1/{memory_ratio:.1}", cpu(other), memory(other))
        });
        println!("| {act} | {} | {} | {theirs} | {growth} |", cpu(cost), memory(cost));
    }
}
