//! The only loop that acts on a cloud: refresh, apply, drive, resume.
//!
//! **Never:** decide what should change (the plan has), know Azure, or print. There is no
//! `match action` here: the loop walks steps. It owns state and journal; steps in flight are
//! futures that own a call and return an outcome, so nothing is shared and nothing is locked.
//! Invariant: an intent is durable before its call is sent, and every call ends in exactly one
//! of done, failed or dropped, in this run or in the one that resumes it.

pub mod apply;
pub mod drive;
pub mod foresee;
mod land;
mod look;
pub mod notice;
pub mod provision;
mod record;
pub mod refresh;
pub mod resume;
pub mod seek;
mod turns;

pub use notice::{Level, Notice, Report};
pub use record::Desk;
