//! Reading addresses back from text.
//!
//! **Never:** know which kinds exist. In: what a user typed or a record holds. Out: a target.

use super::{Addr, Block, Key, Mode, ModulePath, ModuleStep, Target};
use crate::value::Name;

/// Reads `module.a`, `kind.name`, `data.kind.name`, each step with an optional `[0]` or `["key"]`.
///
/// # Errors
/// A sentence that says what is wrong with the text.
pub fn target(text: &str) -> Result<Target, String> {
    let steps = steps(text)?;
    let mut steps = steps.as_slice();
    let mut module = ModulePath::default();
    while let [(word, Key::None), (name, key), rest @ ..] = steps
        && &**word == "module"
    {
        module.0.push(ModuleStep { name: name.clone(), key: key.clone() });
        steps = rest;
    }
    let mode = match steps {
        [] if !module.0.is_empty() => return Ok(Target::Module(module)),
        [(word, Key::None), rest @ ..] if &**word == "data" => {
            steps = rest;
            Mode::Data
        }
        _ => Mode::Managed,
    };
    match steps {
        [(kind, Key::None), (name, key)] => {
            let block = Block { module, mode, kind: kind.clone(), name: name.clone() };
            Ok(match key {
                Key::None => Target::Block(block),
                key => Target::Instance(Addr { block, key: key.clone() }),
            })
        }
        _ => Err(format!("{text:?} is not the address of a resource; write it as azurerm_container_group.web")),
    }
}

/// Reads the address of one instance; a bare block is its only instance.
///
/// # Errors
/// A sentence that says what is wrong with the text.
pub fn addr(text: &str) -> Result<Addr, String> {
    match target(text)? {
        Target::Block(block) => Ok(block.instance(Key::None)),
        Target::Instance(addr) => Ok(addr),
        Target::Module(_) => Err(format!("{text:?} names a module, not a resource")),
    }
}

fn steps(text: &str) -> Result<Vec<(Name, Key)>, String> {
    let mut found = Vec::new();
    let mut rest = text;
    loop {
        let end = rest.find(['.', '[']).unwrap_or(rest.len());
        let word = &rest[..end];
        let well_formed = word.chars().next().is_some_and(|c| c.is_alphabetic() || c == '_')
            && word.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '-');
        if !well_formed {
            return Err(format!("{word:?} in {text:?} is not a name"));
        }
        rest = &rest[end..];
        let mut key = Key::None;
        if let Some(inner) = rest.strip_prefix('[') {
            let (read, after) = bracket(inner).ok_or_else(|| {
                format!("the index in {text:?} is not closed; write it as [0] or [\"key\"], with quotes around both for the shell")
            })?;
            key = read;
            rest = after;
        }
        found.push((Name::from(word), key));
        if rest.is_empty() {
            return Ok(found);
        }
        rest = rest.strip_prefix('.').ok_or_else(|| format!("a dot is missing in {text:?}"))?;
    }
}

fn bracket(inner: &str) -> Option<(Key, &str)> {
    let Some(quoted) = inner.strip_prefix('"') else {
        let (digits, after) = inner.split_once(']')?;
        return Some((Key::Int(digits.parse().ok()?), after));
    };
    let mut key = String::new();
    let mut characters = quoted.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '"' => return Some((Key::Str(key.into()), quoted[at + 1..].strip_prefix(']')?)),
            '\\' => key.push(match characters.next()?.1 {
                'n' => '\n',
                'r' => '\r',
                't' => '\t',
                other => other,
            }),
            other => key.push(other),
        }
    }
    None
}
