//! Lines with a checksum, each covering the one before it.
//!
//! **Never:** know what the lines say. In: payloads without line breaks, or the bytes of a file.
//! Out: `<32 hex digits> <payload>` lines, or the payloads, and what is wrong where.
//! The checksum is SHA-256 over the previous checksum and the payload, cut to 128 bits: a line
//! that was changed, removed, doubled or moved breaks the chain at that line.

use std::io::{self, BufRead, BufReader, Read};

use sha2::{Digest, Sha256};

/// The checksum of a line and all before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Chain([u8; 16]);

const DIGITS: usize = 32;
/// Bytes that are read at once.
const AT_ONCE: usize = 64 << 10;
const HEX: &[u8; 16] = b"0123456789abcdef";

impl Chain {
    /// Before the first line.
    pub(super) const START: Chain = Chain([0; 16]);

    /// After one more payload.
    pub(super) fn next(self, payload: &[u8]) -> Chain {
        let mut hash = Sha256::new();
        hash.update(self.0);
        hash.update(payload);
        let mut cut = [0; 16];
        cut.copy_from_slice(&hash.finalize()[..16]);
        Chain(cut)
    }

    fn digits(self) -> [u8; DIGITS] {
        let mut digits = [0; DIGITS];
        for (pair, byte) in digits.chunks_exact_mut(2).zip(self.0) {
            pair[0] = HEX[usize::from(byte >> 4)];
            pair[1] = HEX[usize::from(byte & 15)];
        }
        digits
    }

    /// As text, to be stored.
    pub(super) fn to_text(self) -> String {
        self.digits().iter().map(|digit| char::from(*digit)).collect()
    }

    /// From its text.
    pub(super) fn parse(text: &str) -> Option<Chain> {
        let number = u128::from_str_radix(text, 16).ok()?;
        let chain = Chain(number.to_be_bytes());
        (chain.to_text() == text).then_some(chain)
    }

    /// As a number, for sums over many.
    pub(super) fn number(self) -> u128 {
        u128::from_be_bytes(self.0)
    }
}

/// Adds a line to `out` and gives the chain after it.
pub(super) fn push_line(out: &mut Vec<u8>, chain: Chain, payload: &[u8]) -> Chain {
    let chain = chain.next(payload);
    out.extend_from_slice(&chain.digits());
    out.push(b' ');
    out.extend_from_slice(payload);
    out.push(b'\n');
    chain
}

/// What stands behind the last whole line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tail {
    /// Nothing.
    Clean,
    /// The last line is whole but for its line break.
    Unended,
    /// The beginning of a line: its writing was interrupted.
    Torn,
}

/// The place of a line that is not what was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Flaw {
    /// The number of the line, from 0.
    pub(super) record: u64,
    /// Where it begins, in bytes.
    pub(super) offset: u64,
    /// What is wrong, words that follow a colon.
    pub(super) why: String,
}

/// How far a file could be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Extent {
    /// The number of whole lines.
    pub(super) records: u64,
    /// The bytes that they take.
    pub(super) bytes: u64,
    /// The chain after them.
    pub(super) chain: Chain,
    /// What comes after them.
    pub(super) tail: Tail,
}

/// Reads the lines of a file from its first byte and hands each to `visit` with the extent
/// before it; an error of `visit` becomes the flaw of that line. No more than a line is held.
pub(super) fn read_lines(
    source: impl Read,
    mut visit: impl FnMut(&Extent, Chain, &[u8]) -> Result<(), String>,
) -> io::Result<Result<Extent, Flaw>> {
    let mut source = BufReader::with_capacity(AT_ONCE, source);
    let mut extent = Extent { records: 0, bytes: 0, chain: Chain::START, tail: Tail::Clean };
    let mut line = Vec::new();
    while source.read_until(b'\n', &mut line)? > 0 {
        let flaw = |why: String| Flaw { record: extent.records, offset: extent.bytes, why };
        let length = line.len() as u64;
        let ended = line.pop_if(|last| *last == b'\n').is_some();
        let Some((chain, payload)) = verify(&line, extent.chain) else {
            if ended || !could_be_interrupted(&line, extent.chain) {
                return Ok(Err(flaw("its checksum does not fit".into())));
            }
            extent.tail = Tail::Torn;
            return Ok(Ok(extent));
        };
        if let Err(why) = visit(&extent, chain, payload) {
            return Ok(Err(flaw(why)));
        }
        extent.records += 1;
        extent.chain = chain;
        extent.bytes += length;
        if !ended {
            extent.tail = Tail::Unended;
        }
        line.clear();
    }
    Ok(Ok(extent))
}

fn verify(line: &[u8], before: Chain) -> Option<(Chain, &[u8])> {
    let (digits, payload) = line.split_at_checked(DIGITS)?;
    let payload = payload.strip_prefix(b" ")?;
    let chain = before.next(payload);
    (chain.digits() == digits).then_some((chain, payload))
}

/// Whether the bytes behind the last line break can be the beginning of a line. Zeros cannot, nor
/// a whole line with something in the place of its line break: those are damage.
fn could_be_interrupted(tail: &[u8], before: Chain) -> bool {
    let (digits, payload) = tail.split_at(tail.len().min(DIGITS));
    let digits_fit = digits.iter().all(|byte| HEX.contains(byte));
    let payload_fits = payload.first().is_none_or(|byte| *byte == b' ') && payload.iter().all(|byte| *byte >= b' ');
    let whole_but_for_end = tail.split_last().is_some_and(|(_, line)| verify(line, before).is_some());
    digits_fit && payload_fits && !whole_but_for_end
}
