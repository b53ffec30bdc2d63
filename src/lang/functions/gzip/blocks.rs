//! One block of tokens in the shortest of deflate's three forms: stored, fixed codes, own codes.
//!
//! **Never:** choose otherwise than Go: own codes only if shorter than fixed ones, stored only if
//! shorter than both. The tables are those of RFC 1951, section 3.2.

use super::Token;
use super::bits::Bits;
use super::huffman::{Code, assign, codes};

const END: usize = 256;
const LENGTH_CODES: usize = 257;
const LITERALS: usize = 286;
const OFFSETS: usize = 30;
const STORED_LIMIT: usize = 65_535;

const LENGTH_BASE: [usize; 29] =
    [3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258];
const LENGTH_EXTRA: [u32; 29] = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0];
const OFFSET_BASE: [usize; OFFSETS] = [
    1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097, 6145,
    8193, 12289, 16385, 24577,
];
const OFFSET_EXTRA: [u32; OFFSETS] =
    [0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13];
/// The order in which the lengths of the codes for lengths are written.
const ORDER: [usize; 19] = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

/// Writes blocks.
pub(super) struct Writer(Bits);

/// The codes of one block.
struct Codes {
    literals: Vec<Code>,
    offsets: Vec<Code>,
}

/// How often each symbol stands in a block.
struct Frequencies {
    literals: Vec<u32>,
    offsets: Vec<u32>,
}

impl Codes {
    fn fixed() -> Codes {
        let length = |symbol: usize| match symbol {
            0..=143 => 8,
            144..=255 => 9,
            256..=279 => 7,
            _ => 8,
        };
        let mut literals = assign(&(0..288).map(length).collect::<Vec<u32>>());
        literals.truncate(LITERALS);
        Codes { literals, offsets: assign(&[5; OFFSETS]) }
    }

    fn size(&self, of: &Frequencies) -> usize {
        size(&self.literals, &of.literals) + size(&self.offsets, &of.offsets)
    }
}

fn size(codes: &[Code], frequencies: &[u32]) -> usize {
    let bits = codes.iter().zip(frequencies).map(|(code, count)| u64::from(code.length) * u64::from(*count));
    usize::try_from(bits.sum::<u64>()).unwrap_or(usize::MAX)
}

fn length_code(length: usize) -> usize {
    LENGTH_BASE.partition_point(|base| *base <= length) - 1
}

fn offset_code(offset: usize) -> usize {
    OFFSET_BASE.partition_point(|base| *base <= offset) - 1
}

fn count(tokens: &[Token]) -> Frequencies {
    let (mut literals, mut offsets) = (vec![0; LITERALS], vec![0; OFFSETS]);
    for token in tokens {
        match token {
            Token::Literal(byte) => literals[usize::from(*byte)] += 1,
            Token::Match(length, offset) => {
                literals[LENGTH_CODES + length_code(*length)] += 1;
                offsets[offset_code(*offset)] += 1;
            }
        }
    }
    literals[END] = 1;
    while literals.last() == Some(&0) {
        literals.pop();
    }
    while offsets.last() == Some(&0) {
        offsets.pop();
    }
    if offsets.is_empty() {
        // A block without a match still has one code for offsets.
        offsets.push(1);
    }
    Frequencies { literals, offsets }
}

/// The bits that follow codes, whatever the codes are.
fn extra_bits(of: &Frequencies) -> usize {
    let lengths = of.literals.iter().skip(LENGTH_CODES).zip(LENGTH_EXTRA);
    let offsets = of.offsets.iter().zip(OFFSET_EXTRA);
    let bits = lengths.chain(offsets).map(|(count, extra)| u64::from(*count) * u64::from(extra));
    usize::try_from(bits.sum::<u64>()).unwrap_or(usize::MAX)
}

/// The lengths of a block's own codes, run by run: symbol, extra bits and how many of these.
fn runs(lengths: &[u32]) -> Vec<(usize, u32, u32)> {
    let mut runs = Vec::new();
    let mut rest = lengths;
    while let Some(&length) = rest.first() {
        let mut count = rest.iter().take_while(|other| **other == length).count();
        rest = &rest[count..];
        let mut take = |count: &mut usize, most: usize, symbol: usize, least: usize, bits: u32| {
            let taken = most.min(*count);
            *count -= taken;
            runs.push((symbol, u32::try_from(taken - least).unwrap_or(0), bits));
        };
        if length == 0 {
            while count >= 11 {
                take(&mut count, 138, 18, 11, 7);
            }
            if count >= 3 {
                take(&mut count, 10, 17, 3, 3);
            }
        } else {
            let symbol = usize::try_from(length).unwrap_or(0);
            take(&mut count, 1, symbol, 1, 0);
            while count >= 3 {
                take(&mut count, 6, 16, 3, 2);
            }
        }
        let symbol = usize::try_from(length).unwrap_or(0);
        runs.extend(std::iter::repeat_n((symbol, 0, 0), count));
    }
    runs
}

impl Writer {
    /// Writes behind bytes that stand already.
    pub(super) fn after(bytes: Vec<u8>) -> Writer {
        Writer(Bits::after(bytes))
    }

    /// All that was written.
    pub(super) fn finish(self) -> Vec<u8> {
        self.0.finish()
    }

    /// Bytes as they are.
    pub(super) fn stored(&mut self, bytes: &[u8], last: bool) {
        self.0.put(u32::from(last), 3);
        let length = u16::try_from(bytes.len()).unwrap_or(u16::MAX);
        self.0.bytes(&length.to_le_bytes());
        self.0.bytes(&(!length).to_le_bytes());
        self.0.bytes(bytes);
    }

    /// A block; `raw` is what it stands for, if it may be stored.
    pub(super) fn block(&mut self, tokens: &[Token], raw: Option<&[u8]>) {
        let raw = raw.filter(|raw| raw.len() <= STORED_LIMIT);
        let frequencies = count(tokens);
        // As in Go: where the block cannot be stored, both sums lack the same bits.
        let extra = if raw.is_some() { extra_bits(&frequencies) } else { 0 };
        let own = Codes { literals: codes(&frequencies.literals, 15), offsets: codes(&frequencies.offsets, 15) };
        let lengths: Vec<u32> = own.literals.iter().chain(&own.offsets).map(|code| code.length).collect();
        let runs = runs(&lengths);
        let mut run_frequencies = vec![0; ORDER.len()];
        for (symbol, _, _) in &runs {
            run_frequencies[*symbol] += 1;
        }
        let run_codes = codes(&run_frequencies, 7);
        let mut shown = ORDER.len();
        while shown > 4 && run_frequencies[ORDER[shown - 1]] == 0 {
            shown -= 1;
        }
        let run_extra: u32 = runs.iter().map(|(_, _, bits)| bits).sum();
        let header = 17 + 3 * shown + size(&run_codes, &run_frequencies) + usize::try_from(run_extra).unwrap_or(0);
        let fixed = Codes::fixed();
        let fixed_size = 3 + fixed.size(&frequencies) + extra;
        let own_size = header + own.size(&frequencies) + extra;
        if let Some(raw) = raw
            && (raw.len() + 5) * 8 < fixed_size.min(own_size)
        {
            return self.stored(raw, false);
        }
        if own_size < fixed_size {
            self.0.put(4, 3);
            let number = |count: usize, least: usize| u32::try_from(count - least).unwrap_or(0);
            self.0.put(number(own.literals.len(), 257), 5);
            self.0.put(number(own.offsets.len(), 1), 5);
            self.0.put(number(shown, 4), 4);
            for symbol in &ORDER[..shown] {
                self.0.put(run_codes[*symbol].length, 3);
            }
            for (symbol, extra, bits) in runs {
                self.code(run_codes[symbol]);
                self.0.put(extra, bits);
            }
            self.tokens(tokens, &own);
        } else {
            self.0.put(2, 3);
            self.tokens(tokens, &fixed);
        }
    }

    fn code(&mut self, code: Code) {
        self.0.put(code.bits, code.length);
    }

    fn tokens(&mut self, tokens: &[Token], codes: &Codes) {
        for token in tokens {
            match token {
                Token::Literal(byte) => self.code(codes.literals[usize::from(*byte)]),
                Token::Match(length, offset) => {
                    let code = length_code(*length);
                    self.code(codes.literals[LENGTH_CODES + code]);
                    self.0.put(u32::try_from(length - LENGTH_BASE[code]).unwrap_or(0), LENGTH_EXTRA[code]);
                    let code = offset_code(*offset);
                    self.code(codes.offsets[code]);
                    self.0.put(u32::try_from(offset - OFFSET_BASE[code]).unwrap_or(0), OFFSET_EXTRA[code]);
                }
            }
        }
        self.code(codes.literals[END]);
    }
}
