//! The gzip that Terraform writes, byte for byte: `base64gzip` must not show a difference where
//! nothing changed.
//!
//! **Never:** be a general compressor. The choices are those of Go's `compress/flate` at its
//! default level, because they decide the bytes: which match is taken ([`matches`]), where blocks
//! end and which of three forms they take ([`blocks`]), how ties between codes are broken
//! ([`huffman`]). In: bytes. Out: a gzip file of one member.

mod bits;
mod blocks;
mod huffman;
mod matches;

use blocks::Writer;

/// The most tokens that one block holds.
const BLOCK_TOKENS: usize = 1 << 14;

/// A literal byte, or a copy of what was there before.
#[derive(Clone, Copy)]
enum Token {
    Literal(u8),
    /// The length of the copy and how far back it begins.
    Match(usize, usize),
}

/// Compresses, with a flush before the end as Terraform does it.
pub(super) fn gzip(data: &[u8]) -> Vec<u8> {
    // No name, no time, default level, unknown system.
    let mut writer = Writer::after(vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff]);
    matches::deflate(data, &mut writer);
    writer.stored(&[], false);
    writer.stored(&[], true);
    let mut file = writer.finish();
    file.extend_from_slice(&crc32(data).to_le_bytes());
    let size = u32::try_from(data.len() & 0xffff_ffff).unwrap_or(0);
    file.extend_from_slice(&size.to_le_bytes());
    file
}

/// The checksum of gzip (RFC 1952, section 8).
pub(super) fn crc32(data: &[u8]) -> u32 {
    !data.iter().fold(!0_u32, |sum, byte| {
        let mut low = (sum ^ u32::from(*byte)) & 0xff;
        for _ in 0..8 {
            low = if low & 1 == 1 { (low >> 1) ^ 0xedb8_8320 } else { low >> 1 };
        }
        (sum >> 8) ^ low
    })
}
