//! Terraform's functions: a table with a row for each.
//!
//! **Never:** read files or clocks by itself; both come through [`super::host::Host`].
