import Config
if port = System.get_env("PORT"), do: config(:elixir_http, port: String.to_integer(port))
