//! Configurations to values: files of cases, each with its files and what must come of them.
//!
//! **Never:** call a cloud. A case is loaded, its inputs are decided, it is validated, and then it is
//! walked in order as the planner does: keys, desired value, publish, conditions, outputs.
//! `ACIER_BLESS=1` writes what came of it back into the case files.

mod cases;
mod kinds;
mod show;
mod size;
mod staleness;
