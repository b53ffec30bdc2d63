//! Text as it may reach a terminal: what would steer it is shown instead.
//!
//! **Never:** change text that is meant for programs byte by byte (`output -raw`, logs): that does not come
//! here. In: text. Out: the same, with control characters and marks that turn the direction of writing as
//! `\u001b`, which means the same in JSON and in the language. The decision to question: with colours on, the
//! few sequences that acier itself writes pass, whoever wrote them.

use std::borrow::Cow;

/// The colours and weights that acier writes, behind the escape character.
const OWN: [&str; 12] =
    ["[0m", "[1m", "[31m", "[32m", "[33m", "[36m", "[90m", "[1;31m", "[1;32m", "[1;33m", "[1;36m", "[4m"];

/// The same text with everything shown that a terminal would obey.
pub(super) fn visible(text: &str, colour: bool) -> Cow<'_, str> {
    if !text.bytes().any(may_steer) || !text.chars().any(steers) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 16);
    for (at, letter) in text.char_indices() {
        let own = || OWN.iter().any(|own| text[at + 1..].starts_with(own));
        if !steers(letter) || letter == '\u{1b}' && colour && own() {
            shown.push(letter);
        } else {
            shown.push_str(&format!("\\u{:04x}", u32::from(letter)));
        }
    }
    Cow::Owned(shown)
}

/// Whether a byte may be of such a character: an ASCII control, or the first of a longer one.
fn may_steer(byte: u8) -> bool {
    byte < 0x20 && byte != b'\n' && byte != b'\t' || byte == 0x7f || matches!(byte, 0xc2 | 0xd8 | 0xe2 | 0xef)
}

fn steers(letter: char) -> bool {
    match letter {
        '\n' | '\t' => false,
        // Directions: Unicode Standard Annex 9, explicit formatting characters and marks.
        '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => true,
        '\u{2028}' | '\u{2029}' | '\u{feff}' => true,
        letter => letter.is_control(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_steers_a_terminal_is_shown() {
        assert_eq!(visible("a\tb\né\u{1f600}", false), "a\tb\né\u{1f600}");
        assert_eq!(visible("\u{1b}[31mred\u{1b}[0m\u{1b}[2J", true), "\u{1b}[31mred\u{1b}[0m\\u001b[2J");
        assert_eq!(visible("\u{1b}[31mx\r\u{9b}\u{202e}\u{7}", false), "\\u001b[31mx\\u000d\\u009b\\u202e\\u0007");
    }
}
