defmodule ElixirHello.Application do
  @moduledoc "A supervisor over one server."
  use Application

  @impl true
  def start(_type, _args) do
    Supervisor.start_link([ElixirHello.Counter], strategy: :one_for_one, name: ElixirHello.Supervisor)
  end
end
