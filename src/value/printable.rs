//! Which characters show as themselves.
//!
//! **Never:** escape: that is done in another way in each form of text. In: a character. Out: a judgement.

use std::sync::LazyLock;

use regex::Regex;

/// What Go's `unicode.IsPrint` says no to: controls, formats, private and unassigned characters,
/// and white space other than the space.
static HIDDEN: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"^[\p{C}\p{Z}]$").ok());

/// Whether a character shows as itself.
#[must_use]
pub fn is_printable(letter: char) -> bool {
    if letter.is_ascii() {
        return !letter.is_ascii_control();
    }
    HIDDEN.as_ref().is_none_or(|hidden| !hidden.is_match(letter.encode_utf8(&mut [0; 4])))
}
