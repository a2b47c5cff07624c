//! What must hold when things go wrong: the real program in a process of its own, killed, stopped, starved of its
//! database, called by too many, searched for what it must not keep.

mod brake;
mod canary;
mod demo;
mod drill;
mod figures;
mod frozen;
mod kept;
mod kill;
mod needles;
mod operator;
mod overload;
mod pair;
mod pour;
mod process;
mod ready;
mod relocated;
mod rotation;
mod service;
mod statements;
mod stop;
mod warned;
