//! Whole configurations that chance has written, put to acier and to Terraform.
//!
//! **Never:** a configuration that depends on more than its seed. The draw thinks of a *world*
//! (modules with things in them), changes it, and writes each state of it down as a *step*: blocks
//! in files, options, variables. Both programs live the *story*, and what they say is compared.

mod begin;
mod block;
mod both;
mod change;
mod dice;
mod drawn;
mod explained;
mod mistake;
mod story;
mod view;
mod words;
mod world;
