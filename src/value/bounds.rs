//! What is certain of an unknown value beyond its type: a range of numbers, how a text begins, how
//! many members a collection has.
//!
//! **Never:** guess. In: values, known or not. Out: bounds that whatever the value turns out to be
//! keeps to. Terraform calls them refinements; they decide comparisons before the apply. The
//! decision to question: only values that are certainly not null have bounds, as in Terraform.

use std::sync::Arc;

use super::{Content, Members, Number, Type, Value};

/// What an unknown value keeps to.
#[derive(Clone, Debug, PartialEq)]
pub enum Bounds {
    /// A number from the least to the greatest, both included.
    Number {
        /// Not less than this.
        least: Option<Number>,
        /// Not more than this.
        most: Option<Number>,
    },
    /// A text that begins so.
    Start(Arc<str>),
    /// A collection with so many members.
    Length {
        /// Not fewer than this.
        least: usize,
        /// Not more than this.
        most: Option<usize>,
    },
}

impl Bounds {
    /// A range of lengths.
    #[must_use]
    pub fn length(least: usize, most: Option<usize>) -> Bounds {
        Bounds::Length { least, most }
    }

    /// Whether nothing is said.
    fn is_idle(&self) -> bool {
        match self {
            Bounds::Number { least, most } => least.is_none() && most.is_none(),
            Bounds::Start(start) => start.is_empty(),
            Bounds::Length { least, most } => *least == 0 && most.is_none(),
        }
    }
}

/// Making and reading them.
impl Value {
    /// A value of a type that is not known yet but is not null and keeps to bounds. Where they leave
    /// but one choice the value is known, and a list of known length is known but for its members.
    #[must_use]
    pub fn unknown_within(ty: Type, bounds: Bounds) -> Value {
        match (&bounds, &ty) {
            (Bounds::Number { least: Some(least), most: Some(most) }, _) if least == most => {
                return Value::number(least.clone());
            }
            (Bounds::Length { least, most }, Type::List(element)) if *most == Some(*least) => {
                return Value::list((**element).clone(), vec![Value::unknown((**element).clone()); *least]);
            }
            (Bounds::Length { least: least @ (0 | 1), most }, Type::Set(element)) if *most == Some(*least) => {
                return Value::set((**element).clone(), vec![Value::unknown((**element).clone()); *least]);
            }
            (Bounds::Length { most: Some(0), .. }, Type::Map(element)) => {
                return Value::map((**element).clone(), Members::new());
            }
            _ => {}
        }
        let bounds = if bounds.is_idle() { None } else { Some(Arc::new(bounds)) };
        Content::Unknown { ty, not_null: true, bounds }.into()
    }

    /// The bounds of an unknown value, if it has any.
    #[must_use]
    pub fn bounds(&self) -> Option<&Bounds> {
        match &self.content {
            Content::Unknown { bounds, .. } => bounds.as_deref(),
            _ => None,
        }
    }

    /// Between which numbers a number lies.
    #[must_use]
    pub fn number_range(&self) -> (Option<&Number>, Option<&Number>) {
        match (&self.content, self.bounds()) {
            (Content::Number(number), _) => (Some(number), Some(number)),
            (_, Some(Bounds::Number { least, most })) => (least.as_ref(), most.as_ref()),
            _ => (None, None),
        }
    }

    /// How few and how many members a collection has. Of a set with unknown members that is open,
    /// because they may turn out equal.
    #[must_use]
    pub fn length_range(&self) -> (usize, Option<usize>) {
        match (&self.content, self.bounds()) {
            (_, Some(Bounds::Length { least, most })) => (*least, *most),
            (Content::Set(_, members), _) if members.len() > 1 && !self.is_wholly_known() => (0, None),
            (Content::List(_, members) | Content::Set(_, members), _) => (members.len(), Some(members.len())),
            (Content::Map(_, members), _) => (members.len(), Some(members.len())),
            _ => (0, None),
        }
    }

    /// Whether this value of a known kind may be what an unknown one with bounds turns out to be.
    #[must_use]
    pub fn may_be_within(&self, bounds: &Bounds) -> bool {
        match (bounds, &self.content) {
            (Bounds::Number { least, most }, Content::Number(number)) => {
                least.as_ref().is_none_or(|least| least <= number) && most.as_ref().is_none_or(|most| number <= most)
            }
            (Bounds::Start(start), Content::String(text)) => text.starts_with(&**start),
            (Bounds::Length { least, most }, Content::List(..) | Content::Set(..) | Content::Map(..)) => {
                let (fewest, mostly) = self.length_range();
                mostly.is_none_or(|mostly| *least <= mostly) && most.is_none_or(|most| fewest <= most)
            }
            _ => true,
        }
    }
}

/// How a text certainly begins of which only the first part is known: what follows may change the
/// last character, as an accent does (Unicode, UAX 15 and 29), unless it is one that ends words.
#[must_use]
pub fn certain_start(text: &str) -> &str {
    use unicode_segmentation::UnicodeSegmentation;
    let Some(last) = text.chars().next_back() else { return text };
    // Terraform's scan stops at an end of line, unless the last letter is one that accents go on.
    let line = |(_, cluster): &(usize, &str)| matches!(*cluster, "\n" | "\r");
    if text.contains(['\n', '\r'])
        && !takes_accents(last)
        && let Some((at, _)) = text.grapheme_indices(true).find(line)
    {
        return &text[..at];
    }
    if ends_words(last) {
        return text;
    }
    let cluster = text.graphemes(true).next_back().unwrap_or_default();
    &text[..text.len() - cluster.len()]
}

/// ASCII that no accent goes on and that is no part of a word.
fn ends_words(letter: char) -> bool {
    matches!(letter, ' ' | '\t' | '!'..='/' | ':' | ';' | '?' | '@' | '['..='_' | '{'..='~')
}

/// Whether Unicode's composition joins a letter and what may follow it.
fn takes_accents(letter: char) -> bool {
    use unicode_normalization::char::{compose, decompose_canonical};
    let mut first = None;
    decompose_canonical(letter, |part| _ = first.get_or_insert(part));
    let following =
        ('\u{300}'..='\u{345}').chain(['\u{1161}', '\u{11A8}', '\u{3099}', '\u{309A}', '\u{653}', '\u{654}']);
    first != Some(letter) || following.into_iter().any(|mark| compose(letter, mark).is_some())
}
