//! A call that hangs ends, and says what its processes were at.

use joist_tests::{binary, output_within};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::Command;
use std::time::Duration;

#[test]
fn a_node_that_hangs_is_ended() {
    let mut node = Command::new(binary());
    node.args(["erl", "-noinput", "-eval", "io:put_chars(\"said\"), receive never -> ok end."]);
    let call = AssertUnwindSafe(|| output_within(&mut node, Duration::from_secs(5)));
    let why = catch_unwind(call).expect_err("it never ends");
    let why = why.downcast_ref::<String>().expect("words");
    for word in
        ["has not ended after 5s: said", "=proc:<0.0.0>  State: Waiting  Name: init", "Current call: prim_eval:"]
    {
        assert!(why.contains(word), "no {word} in {why}");
    }
}
