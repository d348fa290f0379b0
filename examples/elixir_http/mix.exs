defmodule ElixirHttp.MixProject do
  use Mix.Project

  def project do
    [app: :elixir_http, version: "1.0.0", elixir: "~> 1.14", start_permanent: true, deps: [], releases: [elixir_http: [steps: [:assemble, :tar]]]]
  end

  def application do
    [extra_applications: [:logger], mod: {ElixirHttp.Application, []}]
  end
end
