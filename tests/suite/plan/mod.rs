//! Plans: what differs, what is to happen, in which order, and how it is shown and saved.

mod cases;
mod cloud;
mod files;
mod kinds;
mod resolve;
mod steps;
mod values;
