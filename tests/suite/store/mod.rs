//! The store: what is written comes back, whatever happens to the disk, or the loss has a name.

mod apply;
mod crash;
mod damage;
mod disk_full;
mod generate;
mod lock;
mod repair;
mod roundtrip;
mod sample;
mod secrets;
mod speed;
mod story;
