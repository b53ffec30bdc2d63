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
    read(text, Spelling::Shown)
}

/// Reads what `{:#}` wrote into a record.
///
/// # Errors
/// A sentence that says what is wrong with the text.
pub fn recorded(text: &str) -> Result<Target, String> {
    read(text, Spelling::Recorded)
}

/// How keys are escaped.
#[derive(Clone, Copy, PartialEq)]
enum Spelling {
    /// As Terraform prints them.
    Shown,
    /// As records have them.
    Recorded,
}

fn read(text: &str, spelling: Spelling) -> Result<Target, String> {
    let steps = steps(text, spelling)?;
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
    only(target(text)?, text)
}

/// The one instance that a target is; `text` is how it was written.
///
/// # Errors
/// A sentence that says that it is a module.
pub fn only(target: Target, text: &str) -> Result<Addr, String> {
    match target {
        Target::Block(block) => Ok(block.instance(Key::None)),
        Target::Instance(addr) => Ok(addr),
        Target::Module(_) => Err(format!("{text:?} names a module, not a resource")),
    }
}

fn steps(text: &str, spelling: Spelling) -> Result<Vec<(Name, Key)>, String> {
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
            let (read, after) = bracket(inner, spelling).ok_or_else(|| {
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

fn bracket(inner: &str, spelling: Spelling) -> Option<(Key, &str)> {
    let Some(quoted) = inner.strip_prefix('"') else {
        let (digits, after) = inner.split_once(']')?;
        return Some((Key::Int(digits.parse().ok()?), after));
    };
    let mut key = String::new();
    let mut rest = quoted;
    loop {
        let character = rest.chars().next()?;
        let after = &rest[character.len_utf8()..];
        rest = match character {
            '"' => return Some((Key::Str(key.into()), after.strip_prefix(']')?)),
            '\\' => {
                let (escaped, after) = escaped(after, spelling)?;
                key.push(escaped);
                after
            }
            // Two of them before a brace are one, as in any text of the language.
            '$' | '%' if spelling == Spelling::Shown && doubled(after, character) => {
                key.push(character);
                &after[1..]
            }
            other => {
                key.push(other);
                after
            }
        };
    }
}

fn doubled(after: &str, character: char) -> bool {
    after.strip_prefix(character).is_some_and(|after| after.starts_with('{'))
}

/// The character that stands behind a backslash, and what comes after it.
fn escaped(text: &str, spelling: Spelling) -> Option<(char, &str)> {
    let letter = text.chars().next()?;
    let after = &text[letter.len_utf8()..];
    let digits = match letter {
        'u' if spelling == Spelling::Shown => 4,
        'U' if spelling == Spelling::Shown => 8,
        'n' => return Some(('\n', after)),
        'r' => return Some(('\r', after)),
        't' => return Some(('\t', after)),
        other => return Some((other, after)),
    };
    let code = u32::from_str_radix(after.get(..digits)?, 16).ok()?;
    Some((char::from_u32(code)?, &after[digits..]))
}
