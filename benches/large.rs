//! Files of up to five megabytes: what a byte costs must not depend on how many there are.
//!
//! **Never:** judge by the clock: CPU seconds and peak memory of the process count, less what an
//! empty folder costs. Run as part of `cargo bench --bench ratios`, alone with `-- large`.

use std::fmt::Write as _;
use std::fs;

use super::{Cost, run};

const SIZES: [usize; 4] = [500_000, 1_000_000, 2_000_000, 5_000_000];

/// A file of about so many bytes, its name, and the command that reads all of it.
struct Kind {
    name: &'static str,
    file: &'static str,
    words: &'static [&'static str],
    make: fn(usize) -> String,
}

const KINDS: [Kind; 7] = [
    Kind { name: "many resources", file: "main.tf", words: &["validate"], make: resources },
    Kind { name: "many variables", file: "main.tf", words: &["validate"], make: variables },
    Kind { name: "many moves", file: "main.tf", words: &["plan"], make: moves },
    Kind { name: "one nested value", file: "main.tf", words: &["plan"], make: nested },
    Kind { name: "one heredoc", file: "main.tf", words: &["plan"], make: heredoc },
    Kind { name: "values of a variable", file: "terraform.tfvars", words: &["plan"], make: values },
    Kind { name: "the nested value in JSON", file: "main.tf.json", words: &["plan"], make: json },
];

fn fill(size: usize, head: &str, tail: &str, item: impl Fn(usize, &mut String)) -> String {
    let mut text = head.to_owned();
    for number in 0.. {
        if text.len() >= size {
            break;
        }
        item(number, &mut text);
    }
    text + tail
}

fn put(text: &mut String, what: std::fmt::Arguments<'_>) {
    text.write_fmt(what).expect("a string takes any text");
}

fn resources(size: usize) -> String {
    fill(size, "", "", |n, text| {
        put(
            text,
            format_args!(
                "resource \"terraform_data\" \"r{n}\" {{\n  input = {{\n    name = \"web-{n}\"\n    size = {n}\n    \
                 tags = [\"a\", \"b${{1 + {n}}}\"]\n  }}\n  triggers_replace = [\"x\", {n} * 2 > 7 ? \"big\" : \
                 null]\n}}\n\n"
            ),
        );
    })
}

fn variables(size: usize) -> String {
    fill(size, "", "", |n, text| {
        put(
            text,
            format_args!(
                "variable \"v{n}\" {{\n  type    = object({{ name = string, size = optional(number, {n}) }})\n  default = \
                 {{ name = \"web\" }}\n  validation {{\n    condition     = var.v{n}.size >= 0\n    error_message = \"The \
                 size is negative.\"\n  }}\n}}\n\n"
            ),
        );
    })
}

fn moves(size: usize) -> String {
    fill(size, "", "", |n, text| {
        put(
            text,
            format_args!("moved {{\n  from = terraform_data.old{n}\n  to   = terraform_data.new[\"key {n}\"]\n}}\n\n"),
        );
    })
}

fn nested(size: usize) -> String {
    let tail = "]\n}\noutput \"o\" {\n  value = length(local.all)\n}\n";
    fill(size, "locals {\n  all = [\n", tail, |n, text| {
        put(
            text,
            format_args!(
                "    {{ name = \"n{n}\", on = {n} % 2 == 0, inner = {{ list = [1, 2, {n}], text = \"t-${{\"x\"}}\" }} }},\n"
            ),
        );
    })
}

fn heredoc(size: usize) -> String {
    let tail = "  T\n}\noutput \"o\" {\n  value = length(local.all)\n}\n";
    fill(size, "locals {\n  all = <<-T\n", tail, |n, text| {
        put(text, format_args!("    line {n} of a long text, ${{{n} + 1}} and %{{ if true }}yes%{{ endif }}\n"));
    })
}

fn values(size: usize) -> String {
    fill(size, "all = {\n", "}\n", |n, text| {
        put(text, format_args!("  key{n} = {{ name = \"n{n}\", on = true, list = [1, 2, {n}] }}\n"));
    })
}

fn json(size: usize) -> String {
    let tail = "{}]}, \"output\": {\"o\": {\"value\": \"${length(local.all)}\"}}}";
    fill(size, "{\"locals\": {\"all\": [\n", tail, |n, text| {
        put(
            text,
            format_args!("{{\"name\": \"n{n}\", \"inner\": {{\"list\": [1, 2, {n}], \"text\": \"t-${{{n}}}\"}}}},\n"),
        );
    })
}

fn cost(program: &str, kind: Option<&Kind>, size: usize) -> (usize, Cost) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).expect("a file can be written");
    let text = kind.map_or_else(String::new, |kind| (kind.make)(size));
    write("main.tf", "");
    if let Some(kind) = kind {
        write("variables.tf", "variable \"all\" {\n  default = null\n}\n");
        write(kind.file, &text);
    }
    (text.len(), run(program, kind.map_or(&["plan"], |kind| kind.words), folder.path()))
}

/// Prints a table: what a byte costs at each size.
pub(crate) fn table(program: &str) {
    let (_, empty) = cost(program, None, 0);
    println!("\n| file | bytes | CPU | memory | CPU a byte | memory a byte |\n|---|---|---|---|---|---|");
    for kind in &KINDS {
        let mut first = None;
        for size in SIZES {
            let (bytes, used) = cost(program, Some(kind), size);
            let time = used.cpu.saturating_sub(empty.cpu).as_secs_f64() * 1e9 / bytes as f64;
            let memory = used.memory.saturating_sub(empty.memory) as f64 / bytes as f64;
            println!(
                "| {} | {bytes} | {:.3} s | {:.1} MB | {time:.0} ns | {memory:.1} |",
                kind.name,
                used.cpu.as_secs_f64(),
                used.memory as f64 / 1e6
            );
            let (least, little) = *first.get_or_insert((time, memory));
            if size == SIZES[3] {
                println!("| {} | 5 MB to 0.5 MB | | | {:.2} x | {:.2} x |", kind.name, time / least, memory / little);
            }
        }
    }
}
