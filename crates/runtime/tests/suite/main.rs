//! The runtime through its interface, as engines and libraries use it.

mod generations;
mod graphs;
mod limits;
mod operations;
mod printing;
mod smoke;
mod strings;
mod support;
mod tables;
