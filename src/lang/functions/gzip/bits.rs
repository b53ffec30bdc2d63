//! Bits into bytes, the lowest first, as deflate packs them (RFC 1951, section 3.1.1).
//!
//! **Never:** know what the bits mean.

/// What was written, and the bits that do not fill a byte yet.
pub(super) struct Bits {
    bytes: Vec<u8>,
    waiting: u64,
    count: u32,
}

impl Bits {
    /// Behind bytes that stand already.
    pub(super) fn after(bytes: Vec<u8>) -> Bits {
        Bits { bytes, waiting: 0, count: 0 }
    }

    /// Writes the lowest `count` bits, at most 32.
    pub(super) fn put(&mut self, bits: u32, count: u32) {
        self.waiting |= u64::from(bits) << self.count;
        self.count += count;
        while self.count >= 8 {
            self.bytes.push(u8::try_from(self.waiting & 0xff).unwrap_or(0));
            self.waiting >>= 8;
            self.count -= 8;
        }
    }

    /// Fills the last byte with zeros.
    pub(super) fn align(&mut self) {
        let rest = (8 - self.count % 8) % 8;
        self.put(0, rest);
    }

    /// Whole bytes, behind a filled one.
    pub(super) fn bytes(&mut self, bytes: &[u8]) {
        self.align();
        self.bytes.extend_from_slice(bytes);
    }

    /// All that was written.
    pub(super) fn finish(mut self) -> Vec<u8> {
        self.align();
        self.bytes
    }
}
