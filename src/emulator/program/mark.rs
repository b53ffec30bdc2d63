//! A reader of a log of which only the last lines are kept.
//!
//! **Never:** keep lines. Lines carry the time of their printing, so that a time and a count of
//! lines of that time say how far somebody has read, whatever was dropped meanwhile.

use super::Line;

/// How far somebody has read a log of which only the last lines are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Mark {
    /// The time of the last line that was read.
    at: i64,
    /// How many lines of that time were read.
    count: usize,
}

impl Mark {
    /// Nothing was read yet.
    pub(crate) const START: Mark = Mark { at: i64::MIN, count: 0 };

    /// Reads what is new, line by line.
    pub(crate) fn read(&mut self, lines: &[Line], mut each: impl FnMut(&str)) {
        let Mark { at, count: mut skip } = *self;
        for line in lines.iter().filter(|line| line.at >= at) {
            if line.at == at && skip > 0 {
                skip -= 1;
                continue;
            }
            each(&line.text);
            *self = Mark { at: line.at, count: if self.at == line.at { self.count + 1 } else { 1 } };
        }
    }
}
