//! Expressions before two judges: acier and Terraform.
//!
//! The cases (`tests/cases/expr/*.txt`) carry the answers that Terraform 1.11.4 gave; acier must
//! give the same, with or without a Terraform at hand. Where one is on the path, it is asked
//! again, and draws of random expressions are put to both.

mod answer;
mod called;
mod calls;
mod cases;
mod draw;
mod drawn;
mod explained;
mod leaves;
mod ours;
mod refined;
pub(crate) mod theirs;
mod types;
