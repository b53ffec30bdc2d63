//! Finds repetitions: Go's hash chains with lazy matching at the default level.
//!
//! **Never:** look further back than Go's window lets it: 32 KiB, and after each move of the window
//! not before its beginning. In: bytes. Out: tokens, a block at a time.

use super::blocks::Writer;
use super::{BLOCK_TOKENS, Token};

const WINDOW: usize = 1 << 15;
const MIN_MATCH: usize = 4;
const MAX_MATCH: usize = 258;
/// A match as long as this keeps the next place from being looked at.
const LAZY: usize = 16;
/// A match as long as this is not searched on.
const NICE: usize = 128;
/// How many earlier places are looked at.
const CHAIN: usize = 128;
/// A match of the shortest length further back than this costs more than it saves.
const NEAR: usize = 4096;
const HASH_BITS: u32 = 17;

struct Finder<'d> {
    data: &'d [u8],
    /// Where the window begins.
    base: usize,
    /// The last place of each hash, counted from one.
    heads: Vec<usize>,
    /// The place before each place in the window with the same hash, counted from one.
    before: Vec<usize>,
}

impl Finder<'_> {
    /// Notes a place, and returns the last one with the same hash, counted from one.
    fn insert(&mut self, at: usize) -> usize {
        let word = self.data[at..at + 4].iter().fold(0_u32, |word, byte| word << 8 | u32::from(*byte));
        let hash = usize::try_from(word.wrapping_mul(0x1e35_a7bd) >> (32 - HASH_BITS)).unwrap_or(0);
        let head = std::mem::replace(&mut self.heads[hash], at + 1);
        self.before[at % WINDOW] = head;
        head
    }

    /// The best earlier place for what stands here: its length and how far back.
    fn find(&self, at: usize, head: usize, limit: usize) -> Option<(usize, usize)> {
        let nice = limit.min(NICE);
        let oldest = at.saturating_sub(WINDOW).max(self.base);
        let mut best = None;
        let mut length = MIN_MATCH - 1;
        let mut next = head;
        for _ in 0..CHAIN {
            let Some(place) = next.checked_sub(1).filter(|place| *place >= oldest) else { break };
            if self.data[at + length] == self.data[place + length] {
                let same = (0..limit).take_while(|step| self.data[place + step] == self.data[at + step]).count();
                if same > length && (same > MIN_MATCH || at - place <= NEAR) {
                    length = same;
                    best = Some((same, at - place));
                    if same >= nice {
                        break;
                    }
                }
            }
            if place + WINDOW == at {
                // What came before this place is written over already.
                break;
            }
            next = self.before[place % WINDOW];
        }
        best
    }
}

/// Writes all of the data.
pub(super) fn deflate(data: &[u8], writer: &mut Writer) {
    let mut finder = Finder { data, base: 0, heads: vec![0; 1 << HASH_BITS], before: vec![0; WINDOW] };
    let mut block = Block { tokens: Vec::with_capacity(BLOCK_TOKENS), start: 0 };
    let mut at = 0;
    let mut pending = false;
    let (mut length, mut offset) = (MIN_MATCH - 1, 0);
    loop {
        let end = data.len().min(finder.base + 2 * WINDOW);
        let last = end == data.len();
        while at < end && (last || end - at >= MIN_MATCH + MAX_MATCH) {
            let insert_end = end.saturating_sub(MIN_MATCH - 1);
            let head = if at < insert_end { finder.insert(at) } else { 0 };
            let (previous, previous_offset) = (length, offset);
            (length, offset) = (MIN_MATCH - 1, 0);
            let ahead = end - at;
            if ahead > previous
                && previous < LAZY
                && let Some(found) = finder.find(at, head, ahead.min(MAX_MATCH))
            {
                (length, offset) = found;
            }
            if previous >= MIN_MATCH && length <= previous {
                block.tokens.push(Token::Match(previous, previous_offset));
                let after = at + previous - 1;
                for skipped in at + 1..after.min(insert_end) {
                    finder.insert(skipped);
                }
                at = after;
                pending = false;
                length = MIN_MATCH - 1;
                block.write_full(&finder, at, writer);
            } else {
                if pending {
                    block.tokens.push(Token::Literal(data[at - 1]));
                    block.write_full(&finder, at, writer);
                }
                at += 1;
                pending = true;
            }
        }
        if last {
            break;
        }
        finder.base += WINDOW;
    }
    if pending {
        block.tokens.push(Token::Literal(data[at - 1]));
    }
    if !block.tokens.is_empty() {
        block.write(&finder, at, writer);
    }
}

struct Block {
    tokens: Vec<Token>,
    start: usize,
}

impl Block {
    fn write_full(&mut self, finder: &Finder<'_>, end: usize, writer: &mut Writer) {
        if self.tokens.len() == BLOCK_TOKENS {
            self.write(finder, end, writer);
        }
    }

    fn write(&mut self, finder: &Finder<'_>, end: usize, writer: &mut Writer) {
        // A block that began before the window cannot be stored as it is.
        let raw = (self.start >= finder.base).then(|| &finder.data[self.start..end]);
        writer.block(&self.tokens, raw);
        self.tokens.clear();
        self.start = end;
    }
}
