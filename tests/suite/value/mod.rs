//! Values: numbers.
//!
//! **Never:** go through text of configuration: these tables speak to `value` alone.

mod number;
