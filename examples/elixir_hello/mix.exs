defmodule ElixirHello.MixProject do
  use Mix.Project

  def project do
    [app: :elixir_hello, version: "1.0.0", elixir: "~> 1.14", start_permanent: true, deps: [], releases: [elixir_hello: [steps: [:assemble, :tar]]]]
  end

  def application do
    [extra_applications: [:logger], mod: {ElixirHello.Application, []}]
  end
end
