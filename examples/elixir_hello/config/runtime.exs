# Evaluated by the node itself at every start.
import Config

config :elixir_hello,
  greeting: System.get_env("GREETING", "Hello"),
  words: String.split(System.get_env("WORDS", "the quick brown fox jumps over the lazy dog"))
