//! rebar3, Elixir, mix and ExUnit, unmodified, on Joist: with `joist path` in front of `$PATH`, beside the same calls on
//! stock Erlang.

use joist_tests::{binary, copy_tree, root};
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A directory of programs that are Joist, and `$PATH` with it in front.
fn path(dir: &Path) -> OsString {
    let dir = dir.join("programs");
    let made = Command::new(binary()).arg("path").arg(&dir).status().expect("joist");
    assert!(made.success());
    let rest = std::env::var_os("PATH").expect("a path");
    let all = std::iter::once(dir).chain(std::env::split_paths(&rest));
    std::env::join_paths(all).expect("a path")
}

/// Runs a command with input; its status and all of its output.
fn run(program: &str, args: &[&str], dir: &Path, path: Option<&OsString>, input: &str) -> (Option<i32>, String) {
    let script = format!("\"$0\" \"$@\" <<'END OF INPUT' 2>&1\n{input}\nEND OF INPUT\n");
    let mut command = Command::new("sh");
    command.arg("-c").arg(script).arg(program).args(args).current_dir(dir).stdin(Stdio::null());
    command.env("LANG", "C.UTF-8").env("TERM", "dumb").env_remove("MIX_ENV");
    if let Some(path) = path {
        command.env("PATH", path);
    }
    let out = joist_tests::output(&mut command);
    (out.status.code(), String::from_utf8_lossy(&out.stdout).into_owned())
}

/// The lines that don't tell times.
fn lasting(text: &str) -> Vec<&str> {
    text.lines().filter(|l| !l.starts_with("Finished in ")).collect()
}

/// The same calls on stock and on Joist, each in `dir` after `prepare` has filled it; what is left there is moved to
/// the directories that are answered.
fn both(dir: &Path, calls: &[(&str, &[&str], &str)], prepare: impl Fn(&Path)) -> [PathBuf; 2] {
    let ours = path(dir);
    let made = [("stock", None), ("joist", Some(&ours))].map(|(name, path)| {
        let work = dir.join("work");
        std::fs::create_dir(&work).expect("made");
        prepare(&work);
        let said: Vec<_> = calls.iter().map(|(p, args, input)| run(p, args, &work, path, input)).collect();
        let kept = dir.join(name);
        std::fs::rename(&work, &kept).expect("moved");
        (kept, said)
    });
    for ((call, stock), ours) in calls.iter().zip(&made[0].1).zip(&made[1].1) {
        assert_eq!((stock.0, lasting(&stock.1)), (ours.0, lasting(&ours.1)), "{call:?}");
    }
    made.map(|(dir, _)| dir)
}

/// Nothing differs but what differs between two runs of stock, too.
fn same(stock: &Path, ours: &Path) {
    let script = root().join("tests/erlang/same_tree.escript");
    let out = Command::new("escript").arg(script).args([stock, ours]).output().expect("escript");
    assert!(out.status.success() && out.stdout.is_empty(), "{out:?}");
}

#[test]
fn rebar3_compiles_and_releases() {
    let temp = tempfile::tempdir().expect("a directory");
    let from = root().join("examples/hello");
    let [stock, ours] = both(temp.path(), &[("rebar3", &["as", "prod", "release"], "")], |work| {
        for part in ["src", "config"] {
            copy_tree(&from.join(part), &work.join(part));
        }
        std::fs::copy(from.join("rebar.config"), work.join("rebar.config")).expect("copied");
    });
    assert!(ours.join("_build/prod/rel/hello/bin/hello").is_file());
    same(&stock, &ours);
}

const EXPRESSIONS: &str = r#"
IO.puts("é #{System.version()}")
IO.inspect(System.cmd("sh", ["-c", "echo out; echo $X; exit 3"], env: [{"X", "y"}]))
IO.inspect(System.shell("echo err >&2", stderr_to_stdout: true))
IO.inspect(System.find_executable("sh"))
IO.inspect(Enum.map(1..3, &(&1 * 2)))
IO.inspect(Regex.run(~r/a(b+)/u, "xabbb"))
IO.inspect(String.upcase("straße"))
IO.inspect(Task.await_many(Enum.map(1..3, fn i -> Task.async(fn -> i * i end) end)))
IO.inspect(try do raise ArgumentError, "no" rescue e -> Exception.message(e) end)
IO.inspect(Code.eval_string("defmodule M do def f(x), do: x + 1 end; M.f(1)") |> elem(0))
"#;

const TESTS: &str = r#"
ExUnit.start(seed: 0, colors: [enabled: false])
defmodule SomeTest do
  use ExUnit.Case
  test "good" do assert 1 + 1 == 2 end
  test "bad" do assert [1, 2] == [1, 3] end
  test "raised" do raise "an error" end
  test "captured" do
    assert ExUnit.CaptureIO.capture_io(fn -> IO.puts("x") end) == "x\n"
  end
end
"#;

const SHELL: &str = "x = 1 + 2\nIO.puts(\"é\")\nh Enum.zip/1\nraise \"foo\"\ni :abc\n[1 |\n2]\n:erlang.halt(5)";

#[test]
fn elixir_its_shell_and_its_tests() {
    let temp = tempfile::tempdir().expect("a directory");
    let calls: [(&str, &[&str], &str); 3] =
        [("elixir", &["-e", EXPRESSIONS], ""), ("elixir", &["some_test.exs"], ""), ("iex", &["--dot-iex", ""], SHELL)];
    both(temp.path(), &calls, |work| std::fs::write(work.join("some_test.exs"), TESTS).expect("written"));
}

#[test]
fn mix_makes_compiles_and_tests_a_project() {
    let temp = tempfile::tempdir().expect("a directory");
    let calls: [(&str, &[&str], &str); 3] = [
        ("mix", &["new", ".", "--app", "some"], ""),
        ("mix", &["test", "--seed", "0", "--no-color"], ""),
        ("mix", &["run", "-e", "IO.inspect(Some.hello())"], ""),
    ];
    let [stock, ours] = both(temp.path(), &calls, |_| ());
    for part in ["lib", "_build/test/lib/some/ebin", "_build/dev/lib/some/ebin"] {
        same(&stock.join(part), &ours.join(part));
    }
}
