//! The evaluator and the functions: tables of expressions with their answers, and the same
//! expressions put to Terraform.

mod cases;
mod fixture;
mod references;
mod terraform;
