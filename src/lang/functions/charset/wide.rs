//! UTF-16 in both orders of bytes.
//!
//! **Never:** drop a byte order mark that the encoding's name does not ask for: only `UTF-16`
//! itself writes and reads one.

/// Which byte comes first.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    Big,
    Little,
    /// As a mark at the beginning says; big without one.
    Marked,
}

/// The bytes of a text.
pub(super) fn encode(text: &str, order: Order) -> Vec<u8> {
    let mark = (order == Order::Marked).then_some(0xfeff);
    let units = mark.into_iter().chain(text.encode_utf16());
    units.flat_map(|unit| if order == Order::Little { unit.to_le_bytes() } else { unit.to_be_bytes() }).collect()
}

/// The text of bytes; none if they are not UTF-16.
pub(super) fn decode(bytes: &[u8], order: Order) -> Option<String> {
    let (order, bytes) = match (order, bytes) {
        (Order::Marked, [0xfe, 0xff, rest @ ..]) => (Order::Big, rest),
        (Order::Marked, [0xff, 0xfe, rest @ ..]) => (Order::Little, rest),
        (order, bytes) => (order, bytes),
    };
    let (pairs, []) = bytes.as_chunks::<2>() else { return None };
    let unit = |pair: &[u8; 2]| {
        if order == Order::Little { u16::from_le_bytes(*pair) } else { u16::from_be_bytes(*pair) }
    };
    char::decode_utf16(pairs.iter().map(unit)).collect::<Result<_, _>>().ok()
}
