//! Keeps secrets out of what is said of a call that fails.
//!
//! **Never:** show a part of an argument that is sensitive or ephemeral. In: the reason of a fault and the
//! arguments. Out: the reason with words in the place of secrets, or, where more of one would be left, no
//! reason. The decision to question: some functions of Terraform hide such arguments and others show them; here
//! none does.

use crate::value::{Content, Marks, Value};

use super::row::Fault;

/// A part of a secret that is as long as this is taken for one, wherever it stands.
const TELLING: usize = 4;

/// The text of a secret, and which kind it is: while others are looked for, a letter that no text has stands in
/// its place.
struct Secret {
    text: String,
    kind: char,
}

/// The kinds, and what is said in the end.
const KINDS: [(char, Marks, &str); 2] =
    [('\u{0}', Marks::SENSITIVE, "(sensitive value)"), ('\u{1}', Marks::EPHEMERAL, "(ephemeral value)")];

/// The fault without what its arguments hide.
pub(super) fn veil(fault: Fault, arguments: &[Value]) -> Fault {
    match fault {
        Fault::Call(why) => Fault::Call(veil_text(why, arguments)),
        Fault::Argument(index, why) => Fault::Argument(index, veil_text(why, arguments)),
    }
}

/// The same for the reason alone.
pub(super) fn veil_text(why: String, arguments: &[Value]) -> String {
    let mut secrets = Vec::new();
    arguments.iter().for_each(|argument| gather(argument, None, &mut secrets));
    if secrets.is_empty() {
        return why;
    }
    // Of a text and one that it holds, the text itself is replaced.
    secrets.sort_by_key(|secret| std::cmp::Reverse(secret.text.len()));
    veiled(&why, &secrets)
}

/// The texts, numbers and names of members that are hidden.
fn gather(value: &Value, around: Option<char>, secrets: &mut Vec<Secret>) {
    let own = KINDS.iter().find(|(_, mark, _)| value.marks().has(*mark));
    let kind = around.or(own.map(|(kind, ..)| *kind));
    if let Some(kind) = kind {
        let mut keep = |text: String| {
            if !text.is_empty() {
                secrets.push(Secret { text, kind });
            }
        };
        match value.content() {
            Content::String(text) => keep(text.to_string()),
            Content::Number(number) => keep(number.to_string()),
            _ => {
                value.as_members().into_iter().flat_map(|members| members.keys()).for_each(|key| keep(key.to_string()))
            }
        }
    }
    value.children().for_each(|child| gather(child, kind, secrets));
}

fn veiled(why: &str, secrets: &[Secret]) -> String {
    let mut shown = without_quoted(why, secrets);
    for Secret { text, kind } in secrets.iter().filter(|secret| secret.text.chars().count() >= TELLING) {
        shown = shown.replace(text, kind.encode_utf8(&mut [0; 4]));
    }
    if secrets.iter().any(|secret| tells(&shown, &secret.text)) {
        return "what is wrong is not shown, because it would show a part of a value that is hidden".into();
    }
    KINDS.iter().fold(shown, |shown, (kind, _, word)| shown.replace(*kind, word))
}

/// The text with a word in place of each quoted part of a secret.
fn without_quoted(why: &str, secrets: &[Secret]) -> String {
    let mut shown = String::with_capacity(why.len());
    let mut rest = why;
    while let Some(start) = rest.find(['"', '`']) {
        let quote = &rest[start..=start];
        let inside = &rest[start + 1..];
        let is_end = |(at, found): &(usize, &str)| *found == quote && !inside[..*at].ends_with('\\');
        let Some(end) = inside.match_indices(quote).find_map(|found| is_end(&found).then_some(found.0)) else { break };
        let quoted = &inside[..end];
        let is_part = |secret: &&Secret| secret.text.contains(quoted) || format!("{:?}", secret.text).contains(quoted);
        shown.push_str(&rest[..start]);
        match secrets.iter().find(is_part).filter(|_| !quoted.is_empty()) {
            Some(secret) => shown.push(secret.kind),
            None => shown.push_str(&rest[start..start + quoted.len() + 2]),
        }
        rest = &inside[end + 1..];
    }
    shown.push_str(rest);
    shown
}

/// Whether a text has a telling part of a secret in it; of a short one, all of it as a word.
fn tells(said: &str, secret: &str) -> bool {
    let letters: Vec<(usize, char)> = said.char_indices().collect();
    if secret.chars().count() >= TELLING {
        let part = |window: &[(usize, char)]| match window {
            [(start, _), .., (last, letter)] => secret.contains(&said[*start..last + letter.len_utf8()]),
            _ => false,
        };
        return letters.windows(TELLING).any(part);
    }
    let is_word = |letter: Option<char>| letter.is_some_and(char::is_alphanumeric);
    said.match_indices(secret)
        .any(|(at, _)| !is_word(said[..at].chars().next_back()) && !is_word(said[at + secret.len()..].chars().next()))
}
