//! Schedulers: one per CPU. Each has run queues by priority; idle ones steal. A process belongs to the scheduler
//! that runs it; whoever wakes one puts it into its own queue.

mod describe;
pub mod microstate;
mod queue;
mod run;
mod timer;

pub use describe::describe;
pub(crate) use queue::{active, enqueue};
pub use queue::{active_tasks, block, count_wall_time, online, run_queue_lengths, schedulers, set_online, wall_time};
pub use queue::{context_switches, total_reductions};
pub use run::{
    SLICE, hurry, others_at_work, resume, resume_by, start, stop_the_world, stop_the_world_between_slices, suspend,
};
pub(crate) use run::{running, stand_aside};
pub use timer::{TimerKey, cancel, fire_at};
pub(crate) use timer::{cancel_receive_timer, start_receive_timer};
