import Config
config :elixir_http, port: 8080
