//! Functions on files of the configuration and on paths.
//!
//! **Never:** open a file: [`crate::lang::host::Host`] reads and lists. Paths use `/`.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use globset::GlobBuilder;
use md5::Md5;
use sha1::Sha1;
use sha2::{Sha256, Sha512};
use std::path::Path;

use crate::lang::eval::Env;
use crate::value::{Type, Value};

use super::encoding::take_utf8;
use super::hash::{base64, hex};
use super::row::{Fault, Kind, Outcome, Row, bad, text};
use super::text::{make, take_text};

pub(super) const ROWS: &[Row] = &[
    Row::host("abspath", &[text("path")], Kind::String, |args, env| {
        let path = take_text(args, 0)?;
        let absolute = path.starts_with('/');
        make(clean(&if absolute { path.to_owned() } else { format!("{}/{path}", env.host.cwd.display()) }))
    }),
    Row::new("basename", &[text("path")], Kind::String, |args, _| make(split_path(take_text(args, 0)?).1)),
    Row::new("dirname", &[text("path")], Kind::String, |args, _| make(split_path(take_text(args, 0)?).0)),
    Row::host("file", &[text("path")], Kind::String, |args, env| make(read_text(args, env)?)),
    Row::host("filebase64", &[text("path")], Kind::String, |args, env| make(STANDARD.encode(read(args, env)?))),
    Row::host("filebase64sha256", &[text("path")], Kind::String, |args, env| base64::<Sha256>(&read_whole(args, env)?)),
    Row::host("filebase64sha512", &[text("path")], Kind::String, |args, env| base64::<Sha512>(&read_whole(args, env)?)),
    Row::host("fileexists", &[text("path")], Kind::Bool, fileexists),
    Row::host("filemd5", &[text("path")], Kind::String, |args, env| hex::<Md5>(&read_whole(args, env)?)),
    Row::host("fileset", &[text("path"), text("pattern")], Kind::Set(&Kind::String), fileset),
    Row::host("filesha1", &[text("path")], Kind::String, |args, env| hex::<Sha1>(&read_whole(args, env)?)),
    Row::host("filesha256", &[text("path")], Kind::String, |args, env| hex::<Sha256>(&read_whole(args, env)?)),
    Row::host("filesha512", &[text("path")], Kind::String, |args, env| hex::<Sha512>(&read_whole(args, env)?)),
    Row::host("pathexpand", &[text("path")], Kind::String, pathexpand),
];

/// The path with no `.`, no empty step and no `..` that could be carried out (Go's `path.Clean`).
pub(super) fn clean(path: &str) -> String {
    let rooted = path.starts_with('/');
    let mut steps: Vec<&str> = Vec::new();
    for step in path.split('/') {
        match step {
            "" | "." => {}
            ".." if steps.last().is_some_and(|last| *last != "..") => drop(steps.pop()),
            ".." if rooted => {}
            step => steps.push(step),
        }
    }
    match (rooted, steps.join("/")) {
        (true, joined) => format!("/{joined}"),
        (false, joined) if joined.is_empty() => ".".into(),
        (false, joined) => joined,
    }
}

/// The folder of a path and its last step, as Go's `Dir` and `Base` give them.
fn split_path(path: &str) -> (String, String) {
    let folder = clean(path.rfind('/').map_or("", |at| &path[..=at]));
    let base = match path.trim_end_matches('/') {
        "" if path.is_empty() => ".",
        "" => "/",
        trimmed => trimmed.rsplit('/').next().unwrap_or(trimmed),
    };
    (folder, base.to_owned())
}

fn expand_home(path: &str, env: &Env<'_>) -> String {
    let home = env.host.home.as_ref().map(|home| home.display().to_string());
    match (path.strip_prefix('~'), home) {
        (Some(""), Some(home)) => home,
        (Some(rest), Some(home)) if rest.starts_with('/') => clean(&format!("{home}{rest}")),
        _ => path.to_owned(),
    }
}

fn pathexpand(args: &[Value], env: &Env<'_>) -> Outcome {
    let path = take_text(args, 0)?;
    if path.starts_with('~') && !matches!(path.get(1..2), None | Some("/")) {
        return Err("cannot expand user-specific home dir".into());
    }
    make(expand_home(path, env))
}

fn read(args: &[Value], env: &Env<'_>) -> Result<Vec<u8>, Fault> {
    read_path(take_text(args, 0)?, env)
}

/// The same; the fault is that of the call.
fn read_whole(args: &[Value], env: &Env<'_>) -> Result<Vec<u8>, Fault> {
    read(args, env).map_err(Fault::of_call)
}

/// The bytes of a file; the fault is that of the first argument.
pub(super) fn read_path(path: &str, env: &Env<'_>) -> Result<Vec<u8>, Fault> {
    let expanded = expand_home(path, env);
    (env.host.read)(Path::new(&expanded)).or_else(|why| {
        if is_missing(&why) {
            return bad(
                0,
                format!(
                    "no file exists at {path:?}; this function works only with files that are distributed as part of the \
                     configuration source code, so if this file will be created by a resource in this configuration you \
                     must instead obtain this result from an attribute of that resource"
                ),
            );
        }
        if is_folder(&why) {
            return bad(0, format!("failed to read file: read {path}: is a directory"));
        }
        bad(0, format!("failed to read file: {}", why.trim_end_matches('.')))
    })
}

/// The host gives the operating system's words for why a file cannot be read.
fn is_missing(why: &str) -> bool {
    let why = why.to_lowercase();
    why.contains("no such file") || why.contains("not found") || why.contains("cannot find")
}

fn is_folder(why: &str) -> bool {
    why.to_lowercase().contains("is a directory")
}

pub(super) fn read_text(args: &[Value], env: &Env<'_>) -> Result<String, Fault> {
    let path = take_text(args, 0)?;
    take_utf8(read_path(path, env)?, path)
}

fn fileexists(args: &[Value], env: &Env<'_>) -> Outcome {
    let path = take_text(args, 0)?;
    match (env.host.read)(Path::new(&expand_home(path, env))) {
        Ok(_) => Ok(Value::bool(true)),
        Err(why) if is_missing(&why) => Ok(Value::bool(false)),
        Err(why) if is_folder(&why) => Err(format!("{path:?} is a directory, not a file").into()),
        Err(why) => Err(format!("failed to stat {path:?}: {}", why.trim_end_matches('.')).into()),
    }
}

fn fileset(args: &[Value], env: &Env<'_>) -> Outcome {
    let base = expand_home(take_text(args, 0)?, env);
    let pattern = clean(take_text(args, 1)?);
    // Steps upwards at the start of the pattern move the folder that is listed.
    let mut folder = base.clone();
    let mut below = pattern.as_str();
    while let Some(rest) = below.strip_prefix("../") {
        folder = format!("{folder}/..");
        below = rest;
    }
    let up = &pattern[..pattern.len() - below.len()];
    let files = match (env.host.list)(Path::new(&clean(&folder))) {
        Ok(files) => files,
        Err(why) if is_missing(&why) || why.to_lowercase().contains("not a directory") => Vec::new(),
        Err(why) => return Err(format!("failed to list {base:?}: {}", why.trim_end_matches('.')).into()),
    };
    // What is wrong with a pattern matters only if there is something to compare with it.
    let named: Vec<&str> =
        below.split_inclusive('/').take_while(|step| !step.contains(['*', '?', '[', '{', '\\'])).collect();
    if !files.iter().any(|file| file.starts_with(&named.concat())) {
        return Ok(Value::set(Type::String, Vec::new()));
    }
    let invalid = |_| Fault::Call(format!("failed to glob pattern ({pattern:?}): syntax error in pattern"));
    let glob = GlobBuilder::new(below).literal_separator(true).backslash_escape(true).build().map_err(invalid)?;
    let glob = glob.compile_matcher();
    let matching = files.iter().filter(|file| glob.is_match(file.as_str()));
    Ok(Value::set(Type::String, matching.map(|file| Value::string(format!("{up}{file}"))).collect()))
}
