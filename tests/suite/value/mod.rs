//! Values: numbers and conversions.
//!
//! **Never:** go through text of configuration: these tables speak to `value` alone.

mod convert;
mod number;
