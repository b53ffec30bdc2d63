//! Container groups against `terraform_data` whose `input` says the same: attribute by attribute the plans
//! of both change the same things, from the same to the same, and know as little before the apply.
//!
//! The cases in `tests/cases/groups` are written for acier; [`translate`] makes Terraform's side of them:
//! attributes become members of `input`, blocks become lists, `dynamic` blocks become `for` expressions, and
//! what Azure cannot change in place becomes `triggers_replace`. Scripts are those of the other cases.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Write;
use std::path::Path;

use acier::diag::{Sources, Span};
use acier::lang::ast::{Block, Body};
use acier::lang::parse;
use regex::Regex;
use serde_json::Value;

use super::side::{Ran, Side, has_terraform};

/// What a change of replaces a group or a resource group; of containers, these.
const REPLACING: &[&str] = &["name", "location", "resource_group_name", "os_type", "restart_policy", "container"];
const OF_CONTAINERS: &[&str] = &["name", "cpu", "memory"];
const META: &[&str] = &["count", "for_each", "depends_on", "lifecycle"];

fn slice(text: &str, span: Span) -> &str {
    &text[span.start as usize..span.end as usize]
}

/// The configuration in Terraform's own resource.
fn translate(text: &str) -> String {
    let mut sources = Sources::default();
    let file = sources.add("main.tf", text);
    let (body, wrong) = parse::file(&sources, file);
    assert!(!wrong.has_errors(), "{wrong:?}");
    let (mut out, mut at) = (String::new(), 0);
    for block in &body.blocks {
        let end = block.body.end.unwrap().end as usize;
        out += &text[at..block.header.start as usize];
        out += &match (&*block.name, block.labels.first().map(|label| &*label.text)) {
            ("provider", _) => String::new(),
            ("resource", Some(kind)) if kind.starts_with("azurerm_") => resource(text, block),
            _ => text[block.header.start as usize..end].to_owned(),
        };
        at = end;
    }
    out += &text[at..];
    let address = Regex::new(r"\bazurerm_\w+\.(\w+(?:\[[^\]]*\])?)").unwrap();
    let attribute = Regex::new(r"\b(azurerm_\w+\.\w+(?:\[[^\]]*\])?)\.(\w+)").unwrap();
    let out = attribute.replace_all(&out, |found: &regex::Captures<'_>| match &found[2] {
        "id" => format!("{}.id", &found[1]),
        // Not known while the object is made or changed.
        "ip_address" => format!("{}.output.name", &found[1]),
        name => format!("{}.input.{name}", &found[1]),
    });
    address.replace_all(&out, "terraform_data.$1").into_owned()
}

fn resource(text: &str, block: &Block) -> String {
    let (mut out, body) = (format!("resource \"terraform_data\" {:?} {{\n", &*block.labels[1].text), &block.body);
    for attribute in body.attributes.iter().filter(|attribute| META.contains(&&*attribute.name)) {
        out += &format!("  {} = {}\n", attribute.name, slice(text, attribute.expr.span));
    }
    for inner in body.blocks.iter().filter(|inner| META.contains(&&*inner.name)) {
        out += &text[inner.header.start as usize..inner.body.end.unwrap().end as usize];
        out.push('\n');
    }
    out += &format!("  input = {}\n", object(text, body, &|_, name| !META.contains(&name), ""));
    // The twin of what is taken over is imported empty, so nothing in it can be said to trigger anything.
    if &*block.labels[1].text == "taken" {
        return out + "}";
    }
    let replacing = |of: &str, name: &str| if of.is_empty() { REPLACING } else { OF_CONTAINERS }.contains(&name);
    out + &format!("  triggers_replace = {}\n}}", object(text, body, &replacing, ""))
}

/// A body as an object: attributes, and blocks as lists.
fn object(text: &str, body: &Body, keeps: &dyn Fn(&str, &str) -> bool, of: &str) -> String {
    let attributes = body.attributes.iter().filter(|attribute| keeps(of, &attribute.name));
    let mut members: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut out = String::from("{\n");
    for attribute in attributes {
        out += &format!("{} = {}\n", attribute.name, slice(text, attribute.expr.span));
    }
    for inner in &body.blocks {
        if &*inner.name != "dynamic" {
            if keeps(of, &inner.name) {
                let written = object(text, &inner.body, keeps, &inner.name);
                members.entry(inner.name.to_string()).or_default().push(format!("[{written}]"));
            }
            continue;
        }
        let name = &*inner.labels[0].text;
        if keeps(of, name) {
            let each = inner.body.attributes.iter().find(|attribute| &*attribute.name == "for_each").unwrap();
            let content = object(text, &inner.body.blocks[0].body, keeps, name);
            let each = slice(text, each.expr.span);
            let pairs = format!("[for key, value in {each} : {{ key = key, value = value }}]");
            members.entry(name.to_owned()).or_default().push(format!("[for {name} in {pairs} : {content}]"));
        }
    }
    for (name, lists) in members {
        out += &format!("{name} = concat({})\n", lists.join(", "));
    }
    out + "}"
}

/// Lays the files of a folder over those that are there, in Terraform's form.
fn lay(from: &Path, side: &Side, below: &str) {
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let name = format!("{below}{}", path.file_name().unwrap().to_str().unwrap());
        if path.is_dir() {
            lay(&path, side, &format!("{name}/"));
        } else {
            side.write(&name, &translate(&fs::read_to_string(&path).unwrap()));
        }
    }
}

/// A change in words that both sides share: what becomes of the object, then each place that changes.
fn told(change: &Value, is_twin: bool, names: &BTreeSet<String>) -> Vec<String> {
    let plain = |value: &Value| {
        let text = value.to_string().replace("azurerm_container_group.", "terraform_data.");
        text.replace("azurerm_resource_group.", "terraform_data.")
    };
    let inner = &change["change"];
    let address = plain(&change["address"]);
    let importing = inner.get("importing").is_some();
    let mut out = vec![format!(
        "{address} {} {} {} {} {} {importing}",
        inner["actions"],
        plain(&change["previous_address"]),
        change["action_reason"],
        change["module_address"].to_string(),
        change["index"],
    )];
    let side = |name: &str| {
        let side = &inner[name];
        if is_twin { side["input"].clone() } else { side.clone() }
    };
    let (before, after, unknown) = (side("before"), side("after"), side("after_unknown"));
    // What an imported object was like, its twin does not know.
    for name in names.iter().filter(|_| !importing) {
        let mut places = Vec::new();
        compare(&before[name], &after[name], &unknown[name], name.clone(), &mut places);
        out.extend(places.into_iter().map(|place| format!("{address} {place}")));
    }
    out
}

/// The places in which two values differ. Members that are null count as missing.
fn compare(before: &Value, after: &Value, unknown: &Value, path: String, out: &mut Vec<String>) {
    if *unknown == true {
        out.push(format!("{path}: {before} -> (known after apply)"));
        return;
    }
    match (before, after) {
        (Value::Array(_) | Value::Null, Value::Array(_) | Value::Null) if before.is_array() || after.is_array() => {
            let all = [before, after].map(|value| value.as_array().map(Vec::as_slice).unwrap_or_default());
            for at in 0..all[0].len().max(all[1].len()) {
                let of = |side: usize| all[side].get(at).unwrap_or(&Value::Null);
                compare(of(0), of(1), &unknown[at], format!("{path}[{at}]"), out);
            }
        }
        (Value::Object(_) | Value::Null, Value::Object(_) | Value::Null) if before.is_object() || after.is_object() => {
            let names = [before, after, unknown].map(|value| value.as_object().into_iter().flat_map(|of| of.keys()));
            let names: BTreeSet<&String> = names.into_iter().flatten().collect();
            for name in names {
                compare(&before[name], &after[name], &unknown[name], format!("{path}.{name}"), out);
            }
        }
        _ if before != after => out.push(format!("{path}: {before} -> {after}")),
        _ => {}
    }
}

/// The names that the twin of a change has: what acier fills in beyond them is not compared, nor is it inside
/// of blocks.
fn names(change: &Value) -> BTreeSet<String> {
    let sides = [&change["change"]["before"], &change["change"]["after"], &change["change"]["after_unknown"]];
    sides.iter().filter_map(|side| side["input"].as_object()).flat_map(|of| of.keys().cloned()).collect()
}

/// The members of both, at any depth.
fn merged(one: Value, other: Value) -> Value {
    match (one, other) {
        (Value::Object(mut one), Value::Object(other)) => {
            for (name, value) in other {
                let own = one.remove(&name).unwrap_or_default();
                one.insert(name, merged(own, value));
            }
            one.into()
        }
        (Value::Array(one), Value::Array(other)) => {
            let (mut one, mut other) = (one.into_iter(), other.into_iter());
            let mut all = Vec::new();
            loop {
                match (one.next(), other.next()) {
                    (None, None) => return all.into(),
                    (own, told) => all.push(merged(own.unwrap_or_default(), told.unwrap_or_default())),
                }
            }
        }
        (one, other) if one.is_object() || one.is_array() => {
            drop(other);
            one
        }
        (_, other) => other,
    }
}

/// Removes from our blocks what the twin's blocks do not say.
fn trim(ours: &mut Value, theirs: &Value) {
    match (ours, theirs) {
        (Value::Object(ours), Value::Object(theirs)) => {
            ours.retain(|name, _| theirs.contains_key(name));
            ours.iter_mut().for_each(|(name, own)| trim(own, &theirs[name]));
        }
        (Value::Array(ours), Value::Array(theirs)) => {
            ours.iter_mut().zip(theirs).for_each(|(own, told)| trim(own, told));
        }
        _ => {}
    }
}

fn difference(theirs: &str, ours: &str) -> String {
    let read = |text: &str| -> Value { serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}")) };
    // The address that the emulator gives stands for the name that the twin reads from the output of its peer.
    let address = Regex::new(r"\b20\.\d+\.\d+\.\d+").unwrap();
    let (theirs, mut ours) = (read(theirs), read(&address.replace_all(ours, "peer")));
    let changes = |document: &Value| document["resource_changes"].as_array().cloned().unwrap_or_default();
    let twins: BTreeMap<String, Value> =
        changes(&theirs).into_iter().map(|change| (change["address"].as_str().unwrap().to_owned(), change)).collect();
    let mut told_by_us = BTreeSet::new();
    for change in ours["resource_changes"].as_array_mut().into_iter().flatten() {
        let address = change["address"].as_str().unwrap();
        let address = address
            .replace("azurerm_container_group.", "terraform_data.")
            .replace("azurerm_resource_group.", "terraform_data.");
        let twin = twins.get(&address).cloned().unwrap_or_default();
        let shape = ["before", "after", "after_unknown"].map(|side| twin["change"][side]["input"].clone());
        let shape = shape.into_iter().fold(Value::Null, merged);
        for side in ["before", "after", "after_unknown"] {
            trim(&mut change["change"][side], &shape);
        }
        told_by_us.extend(told(change, false, &names(&twin)));
    }
    let told_by_them: BTreeSet<String> = twins.values().flat_map(|change| told(change, true, &names(change))).collect();
    let missing = told_by_them.difference(&told_by_us).map(|line| format!("- {line}\n"));
    let extra = told_by_us.difference(&told_by_them).map(|line| format!("+ {line}\n"));
    assert!(told_by_them.len() > 1, "nothing was compared");
    missing.chain(extra).collect()
}

fn ended_well(line: &str, ran: Ran) -> String {
    assert!(!ran.failed, "{line}: {}{}", ran.out, ran.err);
    ran.out
}

fn differences(case: &Path) -> String {
    let (theirs, ours, mut found) = (Side::terraform(), Side::acier(), String::new());
    for line in fs::read_to_string(case.join("script")).unwrap().lines() {
        let words: Vec<&str> = line.split_whitespace().collect();
        match words.as_slice() {
            [] | ["#", ..] => {}
            ["use", folder] => {
                ours.lay(&case.join(folder));
                lay(&case.join(folder), &theirs, "");
                ended_well(line, theirs.run(&["init", "-input=false"]));
            }
            ["both", command @ ..] => {
                for side in [&theirs, &ours] {
                    let kind = if std::ptr::eq(side, &ours) { "azurerm_container_group." } else { "terraform_data." };
                    let command: Vec<String> = command.iter().map(|word| word.replace("KIND.", kind)).collect();
                    ended_well(line, side.run(&command.iter().map(String::as_str).collect::<Vec<_>>()));
                }
            }
            [command @ ("plan" | "apply"), options @ ..] => {
                let documents =
                    [(&theirs, "terraform_data."), (&ours, "azurerm_container_group.")].map(|(side, kind)| {
                        let options = options.iter().map(|word| word.replace("KIND.", kind));
                        let words: Vec<String> =
                            ["plan".to_owned(), "-out=planned".to_owned()].into_iter().chain(options).collect();
                        ended_well(line, side.run(&words.iter().map(String::as_str).collect::<Vec<_>>()));
                        ended_well(line, side.run(&["show", "-json", "planned"]))
                    });
                let differs = difference(&documents[0], &documents[1]);
                if !differs.is_empty() {
                    found += &format!("## {line} (- Terraform, + acier)\n{differs}\n");
                }
                if *command == "apply" {
                    [&theirs, &ours]
                        .into_iter()
                        .for_each(|side| drop(ended_well(line, side.run(&["apply", "planned"]))));
                }
            }
            _ => panic!("{line:?} stands in the script of {}", case.display()),
        }
    }
    if found.is_empty() { found } else { format!("# {}\n{found}", case.display()) }
}

#[test]
fn container_groups_change_attribute_by_attribute_as_their_twin() {
    if !has_terraform() {
        writeln!(std::io::stderr(), "SKIPPED: terraform is not on the path; nothing was compared with it").unwrap();
        return;
    }
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/groups");
    let mut cases: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    cases.sort();
    let found: String = cases.iter().map(|case| differences(case)).collect();
    assert!(!cases.is_empty() && found.is_empty(), "{found}");
}
