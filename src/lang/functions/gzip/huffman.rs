//! Codes of limited length for symbols of given frequencies.
//!
//! **Never:** break a tie otherwise than Go: a pair of symbols goes before a single one that is as
//! frequent, symbols that are equally frequent go by their number. One or two symbols take a bit each.

/// The bits of one symbol, the first to be written lowest; no length: the symbol does not occur.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Code {
    pub(super) bits: u32,
    pub(super) length: u32,
}

/// The codes of all symbols.
pub(super) fn codes(frequencies: &[u32], longest: usize) -> Vec<Code> {
    let mut lengths = vec![0_u32; frequencies.len()];
    let mut used: Vec<(u32, usize)> = frequencies
        .iter()
        .enumerate()
        .filter(|(_, count)| **count > 0)
        .map(|(symbol, count)| (*count, symbol))
        .collect();
    if used.len() <= 2 {
        for (_, symbol) in &used {
            lengths[*symbol] = 1;
        }
    } else {
        used.sort_unstable();
        // The rarest symbols take the longest codes.
        let mut rest = used.as_slice();
        for (length, count) in counts(&used, longest.min(used.len() - 1)).into_iter().enumerate() {
            let (kept, these) = rest.split_at(rest.len() - count);
            for (_, symbol) in these {
                lengths[*symbol] = u32::try_from(length + 1).unwrap_or(0);
            }
            rest = kept;
        }
    }
    assign(&lengths)
}

/// How many symbols take one bit, two bits, and so on: package-merge over symbols by frequency.
fn counts(used: &[(u32, usize)], longest: usize) -> Vec<usize> {
    // Of each level: whether the next item by weight is a symbol. A pair is of two items below.
    let mut levels: Vec<Vec<bool>> = Vec::with_capacity(longest);
    let mut below: Vec<u32> = Vec::new();
    for _ in 0..longest {
        let mut symbols = used.iter().map(|(count, _)| *count).peekable();
        let mut pairs = below.chunks_exact(2).map(|pair| pair[0] + pair[1]).peekable();
        let mut weights = Vec::with_capacity(used.len() + below.len() / 2);
        let mut single = Vec::with_capacity(weights.capacity());
        loop {
            let symbol_first = match (symbols.peek(), pairs.peek()) {
                (Some(symbol), Some(pair)) => symbol < pair,
                (Some(_), None) => true,
                (None, Some(_)) => false,
                (None, None) => break,
            };
            single.push(symbol_first);
            weights.extend(if symbol_first { symbols.next() } else { pairs.next() });
        }
        levels.push(single);
        below = weights;
    }
    let mut taken = 2 * used.len() - 2;
    let mut symbols = Vec::with_capacity(longest);
    for level in levels.iter().rev() {
        let here = level.iter().take(taken).filter(|single| **single).count();
        symbols.push(here);
        taken = 2 * (taken.min(level.len()) - here);
    }
    // A symbol of length n is taken on the top n levels.
    let shorter = symbols.iter().skip(1).copied().chain([0]);
    symbols.iter().zip(shorter).map(|(here, deeper)| here - deeper).collect()
}

/// The canonical codes of given lengths (RFC 1951, section 3.2.2).
pub(super) fn assign(lengths: &[u32]) -> Vec<Code> {
    let longest = lengths.iter().copied().max().unwrap_or(0);
    let mut codes = vec![Code::default(); lengths.len()];
    let mut next = 0_u32;
    for length in 1..=longest {
        next <<= 1;
        for (symbol, _) in lengths.iter().enumerate().filter(|(_, own)| **own == length) {
            codes[symbol] = Code { bits: next.reverse_bits() >> (32 - length), length };
            next += 1;
        }
    }
    codes
}
