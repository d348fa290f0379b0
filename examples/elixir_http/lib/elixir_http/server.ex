defmodule ElixirHttp.Server do
  @moduledoc "HTTP/1.1 with a task for each connection."
  require Logger

  def listen(port) do
    {:ok, listener} = :gen_tcp.listen(port, [:binary, packet: :http_bin, active: false, reuseaddr: true, backlog: 1024])
    Logger.info("http://0.0.0.0:#{port}/")
    accept(listener)
  end

  defp accept(listener) do
    {:ok, socket} = :gen_tcp.accept(listener)
    {:ok, pid} = Task.Supervisor.start_child(ElixirHttp.Connections, fn -> serve(socket) end)
    :ok = :gen_tcp.controlling_process(socket, pid)
    accept(listener)
  end

  defp serve(socket) do
    with {:ok, {:http_request, method, {:abs_path, path}, _version}} <- :gen_tcp.recv(socket, 0),
         {:ok, close?} <- headers(socket, false),
         :ok <- :gen_tcp.send(socket, response(method, path)),
         false <- close? do
      serve(socket)
    else
      _ -> :gen_tcp.close(socket)
    end
  end

  defp headers(socket, close?) do
    case :gen_tcp.recv(socket, 0) do
      {:ok, {:http_header, _, :Connection, _, value}} -> headers(socket, String.downcase(value) == "close")
      {:ok, {:http_header, _, _, _, _}} -> headers(socket, close?)
      {:ok, :http_eoh} -> {:ok, close?}
      _ -> :error
    end
  end

  defp response(:GET, path) do
    visit = Agent.get_and_update(ElixirHttp.Visits, &{&1 + 1, &1 + 1})
    body = "Hello from Elixir #{System.version()}: #{path}, visit #{visit}\n"
    ["HTTP/1.1 200 OK\r\ncontent-length: #{byte_size(body)}\r\n\r\n", body]
  end

  defp response(_, _), do: "HTTP/1.1 405 Method Not Allowed\r\ncontent-length: 0\r\n\r\n"
end
