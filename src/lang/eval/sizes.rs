//! How large a value may become: far beyond what anybody writes, and short of what ends the process.
//!
//! **Never:** judge what a value holds. In: the result of a template or a function. Out: nothing, or a
//! sentence. The decision to question: Terraform has no such bounds and is ended by the system instead.

use crate::value::Value;

/// The longest text, in bytes.
pub(crate) const LONGEST: usize = 1 << 28;
/// The most elements of a collection.
pub(crate) const MOST: usize = 1 << 24;

/// Refuses a value that is too large to go on with.
pub(crate) fn within(value: &Value) -> Result<(), String> {
    let bytes = value.as_str().map_or(0, str::len);
    if bytes > LONGEST {
        return Err(format!("the result is a text of {bytes} bytes, and {LONGEST} are the most"));
    }
    let count = value.as_sequence().map_or(0, <[Value]>::len);
    if count > MOST {
        return Err(format!("the result has {count} elements, and {MOST} are the most"));
    }
    Ok(())
}
