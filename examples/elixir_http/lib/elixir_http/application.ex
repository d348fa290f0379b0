defmodule ElixirHttp.Application do
  @moduledoc "Tasks for connections, an agent that counts, and the listener."
  use Application

  @impl true
  def start(_type, _args) do
    port = Application.fetch_env!(:elixir_http, :port)

    children = [
      %{id: ElixirHttp.Visits, start: {Agent, :start_link, [fn -> 0 end, [name: ElixirHttp.Visits]]}},
      {Task.Supervisor, name: ElixirHttp.Connections},
      Supervisor.child_spec({Task, fn -> ElixirHttp.Server.listen(port) end}, restart: :permanent)
    ]

    Supervisor.start_link(children, strategy: :one_for_all, name: ElixirHttp.Supervisor)
  end
end
