//! Keeps secrets out of what is said about values.
//!
//! **Never:** show a part of what is sensitive or ephemeral. In: a text and the values that it may speak of.
//! Out: the text with words in the place of secrets, or nothing, where more of one would be left. The decision
//! to question: some functions of Terraform hide such arguments and others show them; here none does.

use crate::value::{Content, Marks, Value};

/// What is said where nothing else can be, as the end of a sentence.
pub(super) const NOT_SHOWN: &str = "what is wrong is not shown, because it would show a part of a value that is hidden";

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

/// The text without the hidden values that it names. The values are of a schema, whose names hide nothing.
pub(super) fn veil(text: &str, values: &[Value]) -> String {
    spoken(whole(text.to_owned(), &secrets(values, false)))
}

/// The text without any part of the hidden values; nothing if a part is left that cannot be told apart.
pub(super) fn veil_parts(text: &str, values: &[Value]) -> Option<String> {
    let secrets = secrets(values, true);
    let shown = whole(without_quoted(text, &secrets), &secrets);
    (!secrets.iter().any(|secret| tells(&shown, &secret.text))).then(|| spoken(shown))
}

/// The secrets of values; of a text and one that it holds, the longer one first.
fn secrets(values: &[Value], names: bool) -> Vec<Secret> {
    let mut secrets = Vec::new();
    values.iter().for_each(|value| gather(value, names, None, &mut secrets));
    secrets.sort_by_key(|secret| std::cmp::Reverse(secret.text.len()));
    secrets
}

/// The text with the letter of its kind in place of each secret, with the quotes around it.
fn whole(mut text: String, secrets: &[Secret]) -> String {
    for secret in secrets {
        let mut left = text.as_str();
        let mut shown = String::with_capacity(text.len());
        let quoted = format!("{:?}", secret.text);
        while let Some((at, length)) = find(left, secret, &quoted) {
            shown.push_str(&left[..at]);
            shown.push(secret.kind);
            left = &left[at + length..];
        }
        shown.push_str(left);
        text = shown;
    }
    text
}

/// Where a secret stands next, and how long it is there. A short one must be a word of its own.
fn find(text: &str, secret: &Secret, quoted: &str) -> Option<(usize, usize)> {
    let is_word = |letter: Option<char>| letter.is_some_and(char::is_alphanumeric);
    let plain = text.match_indices(&secret.text).find_map(|(at, found)| {
        let alone = !is_word(text[..at].chars().next_back()) && !is_word(text[at + found.len()..].chars().next());
        (alone || secret.text.chars().count() >= TELLING).then_some((at, found.len()))
    });
    let quoted = text.find(quoted).map(|at| (at, quoted.len()));
    match (quoted, plain) {
        (Some(quoted), Some(plain)) => Some(if quoted.0 < plain.0 { quoted } else { plain }),
        (quoted, plain) => quoted.or(plain),
    }
}

/// The text with words in place of the letters of kinds.
fn spoken(text: String) -> String {
    KINDS.iter().fold(text, |text, (kind, _, word)| text.replace(*kind, word))
}

/// The texts, numbers and names of members that are hidden; `names` says whether those of objects are, too.
fn gather(value: &Value, names: bool, around: Option<char>, secrets: &mut Vec<Secret>) {
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
            Content::Object(members) if names => members.keys().for_each(|key| keep(key.to_string())),
            Content::Map(_, members) => members.keys().for_each(|key| keep(key.to_string())),
            _ => {}
        }
    }
    value.children().for_each(|child| gather(child, names, kind, secrets));
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

/// Whether a text has a telling part of a secret in it.
fn tells(said: &str, secret: &str) -> bool {
    let letters: Vec<(usize, char)> = said.char_indices().collect();
    letters.windows(TELLING).any(|window| match window {
        [(start, _), .., (last, letter)] => secret.contains(&said[*start..last + letter.len_utf8()]),
        _ => false,
    })
}
