//! The only loop that acts on a cloud.
//!
//! **Never:** decide what should change (the plan has), know Azure, or print.
